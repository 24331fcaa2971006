from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.smooth import lowess


def by_hand(x: np.ndarray, y: np.ndarray, place: float, neighbours: int) -> float:
    """One local fit by numpy's own least squares."""
    distance = np.abs(x - place)
    reach = np.sort(distance)[neighbours - 1]
    weights = np.clip(1 - (distance / reach) ** 3, 0, None) ** 3
    design = np.column_stack([np.ones(len(x)), x])
    root = np.sqrt(weights)
    solution = np.linalg.lstsq(design * root[:, None], y * root, rcond=None)[0]
    return float(solution[0] + solution[1] * place)


@given(st.integers(0, 10_000), st.integers(8, 60), st.sampled_from([0.3, 0.5, 2 / 3, 1.0]))
def test_each_place_is_a_weighted_straight_line(seed: int, count: int, share: float) -> None:
    random = np.random.default_rng(seed)
    x, y = np.sort(random.normal(size=count)), random.normal(size=count)
    neighbours = int(np.clip(np.ceil(share * count - 1e-9), 2, count))
    if neighbours < 4:
        return
    fitted = lowess(x, y, share=share, rounds=0)
    expected = [by_hand(x, y, place, neighbours) for place in x]
    assert fitted == pytest.approx(expected, abs=1e-6)


def test_robust_rounds_pay_no_heed_to_one_outlier() -> None:
    x = np.linspace(0, 10, 60)
    y = 2 * x + 0.01 * np.sin(7 * x)
    y[30] = 500
    assert lowess(x, y, share=0.5) == pytest.approx(2 * x, abs=0.1)
    assert np.abs(lowess(x, y, share=0.5, rounds=0) - 2 * x).max() > 5


@pytest.mark.parametrize("x", [np.zeros(10), np.array([0.0] * 9 + [1.0])])
def test_ties_do_not_break_it(x: np.ndarray) -> None:
    assert np.isfinite(lowess(x, np.arange(10.0))).all()


def test_elsewhere_it_follows_the_same_line() -> None:
    x = np.linspace(0, 1, 30)
    assert lowess(x, 5 * x, at=np.array([0.25, 0.5])) == pytest.approx([1.25, 2.5])


def test_a_few_places_at_a_time_give_the_same_line(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(5)
    x = random.normal(size=90)
    y = np.sin(x) + random.normal(0, 0.1, 90)
    whole, some = lowess(x, y), lowess(x, y, at=np.linspace(-1, 1, 7))
    monkeypatch.setattr("core.smooth.CELLS", 200)
    assert lowess(x, y) == pytest.approx(whole, abs=1e-12)
    assert lowess(x, y, at=np.linspace(-1, 1, 7)) == pytest.approx(some, abs=1e-12)
