"""The H statistic against closed forms and against loops over its definition."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest

from core.interactions import overall, pair, single

SIGNS = pd.DataFrame(list(product([-1.0, 1.0], repeat=3)), columns=["a", "b", "c"])


def test_a_product_is_all_interaction_and_a_sum_has_none() -> None:
    together, apart = lambda f: (f["a"] * f["b"]).to_numpy(), lambda f: (f["a"] * 3 + f["b"]).to_numpy()
    for ask, share, size in ((together, 1.0, 1.0), (apart, 0.0, 0.0)):
        alone = [single(ask, SIGNS, name) for name in ("a", "b")]
        found = pair(ask, SIGNS, ("a", "b"), *alone)
        assert found.share == pytest.approx(share, abs=1e-12)
        assert found.size == pytest.approx(size, abs=1e-12)
        assert overall(ask(SIGNS), alone[0]).share == pytest.approx(share, abs=1e-12)


def test_half_and_half() -> None:
    def ask(f: pd.DataFrame) -> np.ndarray:
        return (f["a"] + f["b"] + f["a"] * f["b"]).to_numpy()

    alone = [single(ask, SIGNS, name) for name in ("a", "b")]
    assert pair(ask, SIGNS, ("a", "b"), *alone).share == pytest.approx(np.sqrt(1 / 3))
    assert alone[0].moved == pytest.approx(np.sqrt(np.mean([(1 + b) ** 2 for b in (-1, 1)])))


def test_a_feature_that_is_not_used_has_neither() -> None:
    def ask(f: pd.DataFrame) -> np.ndarray:
        return f["a"].to_numpy() ** 2

    alone = [single(ask, SIGNS, name) for name in ("a", "c")]
    assert pair(ask, SIGNS, ("a", "c"), *alone).share == 0
    assert alone[1].moved == 0


@pytest.mark.parametrize("seed", [0, 1])
def test_equal_to_loops_over_the_definition(seed: int) -> None:
    random = np.random.default_rng(seed)
    frame = pd.DataFrame(random.normal(size=(9, 3)), columns=["a", "b", "c"])

    def f(row: dict[str, float]) -> float:
        return float(np.sin(row["a"] * row["b"]) + row["c"] * row["a"] + row["b"])

    def ask(rows: pd.DataFrame) -> np.ndarray:
        return np.array([f(row) for row in rows.to_dict("records")])

    rows = frame.to_dict("records")

    def mean(held: list[str]) -> np.ndarray:
        found = [np.mean([f({**row, **{name: point[name] for name in held}}) for row in rows]) for point in rows]
        return np.array(found) - np.mean(found)

    alone = [single(ask, frame, name) for name in ("a", "b")]
    left = mean(["a", "b"]) - mean(["a"]) - mean(["b"])
    wanted = np.sqrt((left**2).sum() / (mean(["a", "b"]) ** 2).sum())
    found = pair(ask, frame, ("a", "b"), *alone)
    assert found.share == pytest.approx(wanted)
    assert found.size == pytest.approx(np.sqrt((left**2).mean()))
    said = ask(frame) - ask(frame).mean()
    left = said - mean(["a"]) - mean(["b", "c"])
    assert overall(ask(frame), alone[0]).share == pytest.approx(np.sqrt((left**2).sum() / (said**2).sum()))


def test_small_calls_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def ask(f: pd.DataFrame) -> np.ndarray:
        return (f["a"] * f["b"] + f["c"]).to_numpy()

    whole = single(ask, SIGNS, "a")
    monkeypatch.setattr("core.blocks.CELLS", 30)
    assert np.array_equal(single(ask, SIGNS, "a").rest, whole.rest)
