"""A model whose answer to a row is not one number must never be explained as if it were."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from core import engine
from core.results import Check
from tests.conftest import closed_table
from tests.methods.test_break_down import Formula

ROW_METHODS = {"shap": {"kind": "exact", "background": 10}, "break_down": {}, "lime": {"num_samples": 100}}
MODEL_METHODS = {"permutation_importance": {"rounds": 1, "loss": "rmse"}, "model_profile": {"grid_points": 4}}
RANDOM = np.random.default_rng(0)


def doubts(method: str, of: Callable[[np.ndarray], np.ndarray], name: str, **params: object) -> list[Check]:
    model = Formula(of, fingerprint=name)
    found = engine.explain(method, model, closed_table(), 3, **params)
    return [check for check in found.checks if check.name == "same answer"]


@pytest.mark.parametrize(("method", "params"), [*ROW_METHODS.items(), *MODEL_METHODS.items()])
def test_chance_and_the_batch_are_told_in_red(method: str, params: dict[str, object]) -> None:
    """Bars always add up to what a batch of questions gave: that alone would never tell."""
    draws = doubts(method, lambda x: x[:, 0] + RANDOM.normal(0, 0.5, len(x)), "draws", **params)
    batch = doubts(method, lambda x: x[:, 0] - x[:, 0].mean(), "batch", **params)
    place = doubts(method, lambda x: x[:, 0] + 0.1 * np.arange(len(x)), "place", **params)
    for (found,) in (draws, batch, place):
        assert found.passed is False
        assert "differ by up to" in found.text
    assert place[0].value == pytest.approx(0.7)  # the first of four rows stands first and eighth
    assert doubts(method, lambda x: x[:, 0], "plain", **params) == []


@pytest.mark.parametrize("size", [1e-12, 1.0, 1e12])
def test_the_last_digits_of_float32_are_no_doubt_whatever_the_scale(size: float) -> None:
    """Networks and boosters add in float32, in an order that depends on how many rows there are."""

    def of(x: np.ndarray) -> np.ndarray:
        return size * (50 + x[:, 0]) * (1 + 2e-7 * (len(x) % 3))

    assert doubts("shap", of, f"float32 {size}", kind="exact", background=5) == []
    profile = engine.explain(
        "ceteris_paribus", Formula(of, fingerprint=f"own {size}"), closed_table(), 3, feature="age"
    )
    assert [check.passed for check in profile.checks if check.name == "own point"] == [True]


def test_data_are_described_without_asking_the_model() -> None:
    def refuses(_x: np.ndarray) -> np.ndarray:
        raise AssertionError("asked")

    engine.explain("distribution", Formula(refuses, fingerprint="silent"), closed_table(), feature="age")
