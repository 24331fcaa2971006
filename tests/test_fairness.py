"""Measures, intervals and parity loss against loops, closed forms, simulation and scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import confusion_matrix

from core.fairness import (
    MEASURES,
    measured,
    over,
    parity_loss,
    pivot,
    ratio_interval,
    tallies,
    tallies_by_cutoff,
    wilson,
)


def drawn(rows: int = 400, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    chance = random.random(rows).round(2)  # ties
    return chance, random.random(rows) < chance, random.integers(0, 3, rows), random.random(rows) + 0.1


def test_tallies_are_those_of_scikit_learn_with_and_without_weights() -> None:
    chance, true, codes, weights = drawn()
    for own in (None, weights):
        cells = tallies(chance >= 0.5, true, codes, 3, own)
        for group in range(3):
            rows = codes == group
            held = confusion_matrix(true[rows], chance[rows] >= 0.5, sample_weight=None if own is None else own[rows])
            tn, fp, fn, tp = held.ravel()
            assert cells[group] == pytest.approx([tp, fp, tn, fn])


def test_every_measure_by_its_own_words() -> None:
    cells = np.array([8.0, 2, 15, 5])  # rightly named, wrongly named, rightly left, wrongly left
    scores, wholes = measured(cells)
    wanted = {
        "TPR": 8 / 13, "TNR": 15 / 17, "PPV": 0.8, "NPV": 0.75, "FNR": 5 / 13, "FPR": 2 / 17, "FDR": 0.2,
        "FOR": 0.25, "ACC": 23 / 30, "STP": 10 / 30,
    }  # fmt: skip
    assert dict(zip(MEASURES, scores, strict=True)) == pytest.approx(wanted)
    assert wholes.tolist() == [13, 17, 10, 20, 13, 17, 10, 20, 30, 30]


def test_what_rests_on_nothing_is_not_a_number() -> None:
    scores, _ = measured(np.array([0.0, 0, 5, 0]))  # nobody is true, nobody is named
    found = dict(zip(MEASURES, scores, strict=True))
    assert all(np.isnan(found[name]) for name in ("TPR", "PPV", "FNR", "FDR"))
    assert found["ACC"] == found["TNR"] == 1


def test_tallies_by_cutoff_are_those_of_each_cutoff() -> None:
    chance, true, codes, weights = drawn()
    cutoffs = np.arange(1, 20) / 20
    for own in (None, weights):
        found = tallies_by_cutoff(chance, true, codes, 3, cutoffs, own)
        for at, cutoff in enumerate(cutoffs):
            assert found[at] == pytest.approx(tallies(chance >= cutoff, true, codes, 3, own))


def test_wilson_by_its_closed_form_and_at_the_ends() -> None:
    low, high = wilson(np.array([0.5, 0.0, 1.0, np.nan]), np.array([10.0, 8, 8, 0]))
    assert (low[0], high[0]) == pytest.approx((0.2366, 0.7634), abs=1e-4)  # published for 5 of 10
    assert low[1] == 0
    assert high[1] == pytest.approx(1.959964**2 / (8 + 1.959964**2))
    assert high[2] == 1
    assert np.isnan(low[3])


@pytest.mark.parametrize(
    ("first", "second", "counts"), [(0.3, 0.2, (80, 60)), (0.6, 0.6, (40, 400)), (0.05, 0.1, (150, 200))]
)
def test_the_interval_of_a_ratio_holds_the_true_ratio_95_times_in_100(first, second, counts) -> None:
    random = np.random.default_rng(1)
    many = 4_000
    shares = np.stack(
        [
            random.binomial(count, share, many) / count
            for share, count in zip((second, first), counts[::-1], strict=True)
        ]
    )
    low, high = wilson(shares, np.array(counts[::-1], dtype=float)[:, None])
    below, above = ratio_interval(shares, low, high)
    held = (below[1] <= first / second) & (first / second <= above[1])
    assert 0.935 <= held.mean() <= 0.975


def test_ratios_at_zero_are_told_apart() -> None:
    scores = np.array([[0.5, 0.0, 0.0, np.nan], [0.0, 0.5, 0.0, 0.5]])
    ratios = over(scores, scores[:1])
    assert ratios[1, 0] == 0
    assert ratios[1, 1] == np.inf
    assert np.isnan(ratios[1, 2:]).all()
    low, high = wilson(scores, np.full(scores.shape, 40.0))
    below, above = ratio_interval(scores, low, high)
    assert below[1, 0] == 0
    assert 0 < above[1, 0] < 0.5
    assert below[1, 1] > 2
    assert above[1, 1] == np.inf
    assert np.isnan(below[1, 3])
    assert below[0, 0] == above[0, 0] == 1, "over itself"


def test_parity_loss_sums_the_sizes_of_the_logarithms() -> None:
    ratios = np.array([[1.0, 1.0, 1.0], [2.0, 0.0, 1.0], [0.5, 1.0, 1.0]])
    loss = parity_loss(ratios)
    assert loss[0] == pytest.approx(2 * np.log(2))
    assert np.isnan(loss[1])
    assert loss[2] == 0
    assert parity_loss(np.stack([ratios, ratios])).shape == (2, 3)


def test_pivot_turns_only_what_is_near_and_on_the_wrong_side() -> None:
    chance = np.array([0.52, 0.58, 0.48, 0.42, 0.52, 0.48, 0.5])
    first = np.array([True, True, True, True, False, False, False])
    turned = pivot(chance, np.full(7, 0.5), first, 0.05)
    assert turned == pytest.approx([0.48, 0.58, 0.48, 0.42, 0.52, 0.52, 0.5])
