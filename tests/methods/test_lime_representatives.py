"""The greedy pick against every possible choice, and the rows that it names."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from core import engine
from core.methods.lime_representatives import pick
from tests.shapley import zoo


def coverage(weights: np.ndarray, chosen: tuple[int, ...]) -> float:
    """Importance of the features that some chosen row uses."""
    importance = np.sqrt(np.abs(weights).sum(axis=0))
    return float(importance[(weights[list(chosen)] != 0).any(axis=0)].sum())


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("most", [1, 2, 3])
def test_the_pick_is_near_the_best_of_all_choices(seed: int, most: int) -> None:
    random = np.random.default_rng(seed)
    weights = random.normal(size=(9, 8)) * (random.random((9, 8)) < 0.3)
    chosen, needed, covered = pick(weights, most)
    best = max(coverage(weights, rows) for rows in combinations(range(9), most))
    assert coverage(weights, tuple(chosen)) >= (1 - 1 / np.e) * best - 1e-12
    assert covered == pytest.approx(coverage(weights, tuple(chosen)) / coverage(weights, tuple(range(9))))
    assert coverage(weights, tuple(chosen[:needed])) == pytest.approx(coverage(weights, tuple(chosen)))
    assert len(set(chosen.tolist())) == most
    if most == 1:
        assert coverage(weights, tuple(chosen)) == pytest.approx(best)


def test_when_all_is_covered_other_directions_come_next_then_unlike_rows() -> None:
    weights = np.array([[1.0, 0.0], [2.0, 0.0], [0.0, 3.0], [1.0, 1.0], [1.1, -0.1], [-0.5, 2.0]])
    chosen, needed, covered = pick(weights, 5)
    assert (needed, covered) == (1, 1.0)
    assert chosen[0] in (3, 4, 5), "both features at once"
    shown = {(at, sign) for row in chosen[:3] for at in (0, 1) for sign in (-1, 1) if sign * weights[row, at] > 0}
    assert len(shown) == 4, "both features both ways"
    away = [np.abs(weights[row] - weights[chosen[:3]]).sum(axis=1).min() for row in range(6)]
    assert chosen[3] == int(np.argmax(away))
    assert sorted(pick(weights, 99)[0].tolist()) == list(range(6))
    assert pick(np.zeros((3, 2)), 2)[0].tolist() == [0, 1]


def test_the_rows_carry_the_answers_of_lime_itself() -> None:
    model, table = zoo.get("text pipeline")
    asked = {"num_features": 2, "num_samples": 300, "seed": 3}
    result = engine.explain("lime_representatives", model, table, picks=3, rows=20, **asked)
    again = engine.explain("lime_representatives", model, table, picks=3, rows=20, **asked)
    assert result.rows == again.rows
    assert len(set(result.rows)) == 3
    assert result.checks[0].text.startswith("The first ")
    for place, row in enumerate(result.rows):
        one = engine.explain("lime", model, table, row, **asked)
        mine = dict(zip(result.features, result.values[place], strict=True))
        assert {name: value for name, value in mine.items() if value} == pytest.approx(
            dict(zip(one.features, one.values, strict=True))
        )
        assert result.outputs[place] == pytest.approx(one.fitted)
