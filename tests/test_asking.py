"""Asking in parts gives what one call gives, and tells how far it is."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from core import asking, engine
from core.engine import Counted
from core.errors import ComputeError
from core.registry import Job
from tests.conftest import closed_table
from tests.contract_cases import case
from tests.methods.test_break_down import Formula


def test_parts_are_put_together_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    model, table = case("pipeline with text levels")
    told: list[tuple[float, str]] = []
    job = Job(Counted(model), table, 0, 1, {}, lambda fraction, step: told.append((fraction, step)))
    whole = asking.in_parts(job, table.inputs)
    assert told == [(0.0, "predicting rows")]
    assert np.array_equal(whole, model.predict(table.inputs))
    told.clear()
    monkeypatch.setattr(asking, "PART", len(table) // 3)
    # Some processors add fewer rows in another order: the last bit may differ.
    np.testing.assert_allclose(asking.in_parts(job, table.inputs, "reading", 0.5), whole, rtol=1e-12)
    fractions = [fraction for fraction, _ in told]
    assert len(fractions) in (3, 4)
    assert fractions == sorted(fractions)
    assert 0.3 < fractions[-1] < 0.5
    assert {step for _, step in told} == {"reading"}


@pytest.mark.parametrize(("count", "size"), [(0, 5), (7, 5), (2_000, 20_000), (2_001, 20_000), (97_531, 20_000)])
def test_a_long_question_begins_with_small_parts_and_misses_no_row(count: int, size: int) -> None:
    parts = list(asking.spans(count, size))
    assert [row for low, high in parts for row in range(low, high)] == list(range(count))
    sizes = [high - low for low, high in parts]
    assert max(sizes) <= size
    if count > asking.LONG:
        assert sizes[0] == asking.FIRST, "the speed of a slow model is known early"
        assert all(after <= asking.GROWTH * before for before, after in itertools.pairwise(sizes))
        assert len(parts) <= 3 + -(-count // size), "a fast one is asked hardly more often"
    assert list(asking.spans(count, size, small=False)) == [
        (low, min(low + size, count)) for low in range(0, max(1, count), size)
    ]


LONGEST = {
    "shap": {"kind": "exact", "background": 60, "paths": 20},
    "shap_summary": {"rows": 60, "kind": "kernel", "background": 60},
    "shap_interactions": {"background": 60},
    "aspect_attribution": {"background": 60},
    "lime": {"num_samples": 2_000},
    "lime_representatives": {"num_samples": 2_000},
    "break_down": {"interactions": True, "background": 60, "scale": "probability"},
    "ceteris_paribus": {"grid_points": 900, "feature": "income"},
    "performance": {},
    "permutation_importance": {"rounds": 9},
    "aspects": {"rounds": 9},
    "model_profile": {"feature": "income", "grid_points": 60},
    "two_features": {"grid_points": 9, "rows": 60},
    "interactions": {"rows": 60, "rounds": 1, "most": 2},
    "residuals": {},
    "subsets": {},
    "surrogate": {},
}


@pytest.mark.parametrize("method", LONGEST)
def test_whoever_waits_is_told_every_few_rows_and_can_leave(method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a slow model, silence between two signs is time in which nobody can stop it."""
    for place in ("core.asking.PART", "core.blocks.PIECE", "core.shapley.game.PIECE", "core.shapley.permutation.PIECE"):
        monkeypatch.setattr(place, 100)
    table, silent, asked = closed_table(60), [0], [0]

    def of(x: np.ndarray) -> np.ndarray:
        silent[-1] += len(x)
        asked[0] += len(x)
        return x[:, 0] * (1 + x[:, 2]) + x[:, 1]

    fractions: list[float] = []

    def progress(done: float, step: str) -> None:
        assert step
        fractions.append(done)
        silent.append(0)

    model = Formula(of, fingerprint=f"asked by {method}")
    engine.explain(method, model, table, 3, progress=progress, **LONGEST[method])
    assert max(silent) <= 250, silent
    assert fractions == sorted(fractions)
    assert 0 <= fractions[0] <= fractions[-1] <= 1 + 1e-9
    if len(fractions) > 5:
        assert max(fractions[:5]) > 0, "whoever waits is told soon how long it takes"
    signs = [0]

    def leave(_done: float, _step: str) -> None:
        signs[0] += 1
        if signs[0] == min(3, len(fractions)):
            raise InterruptedError

    asked[0] = 0
    with pytest.raises(ComputeError):
        engine.explain(
            method, Formula(of, fingerprint=f"left by {method}"), table, 3, progress=leave, **LONGEST[method]
        )
    assert asked[0] <= 3 * 250
