"""Weights and rows with which a group says nothing of the truth any more."""

from __future__ import annotations

import numpy as np
import pytest

from core.errors import InputError
from core.mitigation import resampled, weights


def drawn(rows: int = 500) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    random = np.random.default_rng(2)
    groups = random.choice(["a", "b", "c"], rows, p=[0.6, 0.3, 0.1])
    chance = np.clip(np.where(groups == "a", 0.6, 0.3) + random.normal(0, 0.2, rows), 0.01, 0.99)
    return groups, (random.random(rows) < chance).astype(int), chance


def test_under_the_weights_every_group_has_the_same_share() -> None:
    groups, truth, _ = drawn()
    own = weights(groups, truth)
    assert own.sum() == pytest.approx(len(truth))
    for name in "abc":
        rows = groups == name
        assert own[rows] @ truth[rows] / own[rows].sum() == pytest.approx(truth.mean())
        assert own[rows].sum() == pytest.approx(rows.sum())


@pytest.mark.parametrize("how", ["uniform", "preferential"])
def test_among_the_rows_every_group_has_the_same_share(how) -> None:
    groups, truth, chance = drawn()
    rows = resampled(groups, truth, how=how, chance=chance, seed=1)
    assert (rows == resampled(groups, truth, how=how, chance=chance, seed=1)).all()
    shares = [truth[rows][groups[rows] == name].mean() for name in "abc"]
    assert shares == pytest.approx([truth.mean()] * 3, abs=0.02)


def test_preferred_rows_are_sure_ones_kept_and_doubtful_ones_repeated() -> None:
    groups, truth, chance = drawn()
    rows = resampled(groups, truth, how="preferential", chance=chance)
    counts = np.bincount(rows, minlength=len(truth))
    over = (groups == "a") & (truth == 1)
    assert chance[over & (counts == 0)].max() <= chance[over & (counts == 1)].min()
    under = (groups == "b") & (truth == 1)
    assert chance[under & (counts == 2)].max() <= chance[under & (counts == 1)].min()


def test_preference_needs_probabilities_of_two_classes() -> None:
    with pytest.raises(InputError):
        resampled(["a", "b"], [0, 1], how="preferential")
    with pytest.raises(InputError):
        resampled(["a", "b", "b"], [0, 1, 2], how="preferential", chance=[0.1, 0.2, 0.3])
