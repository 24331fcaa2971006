"""Groups of features: associations, dendrogram and cuts against scipy; games of groups against enumeration by hand."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform

from core.aspects import after, coarser, cut, dependence, grouped_game, leaves, members, merged, sampled, worths
from core.association import association, coded
from core.errors import InputError
from core.loading.frames import from_frame
from tests.contract_cases import case


def drawn(rows: int = 300) -> pd.DataFrame:
    """Two pairs that go together, one feature alone."""
    random = np.random.default_rng(0)
    one, two = random.normal(size=(2, rows))
    return pd.DataFrame(
        {
            "a": one,
            "b": one + random.normal(0, 0.1, rows),
            "c": two,
            "d": -two + random.normal(0, 0.3, rows),
            "e": random.normal(size=rows),
        }
    )


FRAME = drawn()
TABLE = from_frame(FRAME, "made", target="")
MERGES = merged(dependence(TABLE, 0))


@pytest.mark.parametrize("name", ["pipeline with text levels", "random forest, regression"])
def test_dependence_is_the_size_of_each_pairs_association(name: str) -> None:
    _, table = case(name)
    found, features = dependence(table, 0), table.schema.features
    frame = table.inputs
    for one, first in enumerate(features):
        for two, second in enumerate(features):
            wanted = (
                1.0
                if one == two
                else abs(association(coded(frame[first.name], first), coded(frame[second.name], second)))
            )
            assert found[one, two] == pytest.approx(0.0 if np.isnan(wanted) else wanted, abs=1e-9)


@pytest.mark.parametrize("height", [0.0, 0.05, 0.3, 0.5, 0.95, 1.0])
def test_groups_are_those_of_scipy_and_keep_their_promise(height: float) -> None:
    together = dependence(TABLE, 0)
    apart = 1 - together
    np.fill_diagonal(apart, 0)
    theirs = fcluster(linkage(squareform(apart, checks=False), "complete"), height, criterion="distance")
    held = members(MERGES)
    mine = {held[node] for node in cut(MERGES, height)}
    assert mine == {tuple(np.flatnonzero(theirs == label)) for label in set(theirs)}
    for group in mine:
        assert together[np.ix_(group, group)].min() >= 1 - height - 1e-12


def test_no_two_lines_of_the_dendrogram_cross() -> None:
    order = leaves(MERGES)
    place = {feature: at for at, feature in enumerate(order)}
    for group in members(MERGES):
        spots = sorted(place[feature] for feature in group)
        assert spots == list(range(spots[0], spots[0] + len(spots)))
    assert len(after(MERGES, 2)) == 3


@pytest.mark.parametrize(
    "merges",
    [
        [[0, 1, 0.1], [3, 3, 0.2]],
        [[0, 1, 0.1], [1, 2, 0.2]],
        [[0, 4, 0.1], [1, 2, 0.2]],
        [[-1, 1, 0.1], [2, 3, 0.2]],
        [[0, 1, np.nan], [2, 3, 0.2]],
        [[0, 1e300, 0.1], [2, 3, 0.2]],
        [[at, at + 1, 0.1] for at in range(5_000)],
    ],
)
def test_what_is_no_dendrogram_is_refused_at_once(merges: list[list[float]]) -> None:
    for ask in (members, leaves):
        with pytest.raises(InputError):
            ask(np.array(merges))


def model(frame: pd.DataFrame) -> np.ndarray:
    return (frame["a"] * frame["c"] + np.where(frame["b"] > 0, 1, -1) * frame["e"] + frame["d"] ** 2).to_numpy()


def by_hand(groups: list[tuple[int, ...]]) -> np.ndarray:
    """Mean over every order of the groups of what each adds."""
    instance, rows = FRAME.iloc[[7]], FRAME.iloc[:20]
    shares = np.zeros(len(groups))
    orders = list(permutations(range(len(groups))))
    for order in orders:
        mixed, before = rows.copy(), model(rows).mean()
        for group in order:
            for feature in groups[group]:
                mixed.iloc[:, feature] = instance.iloc[0, feature]
            now = model(mixed).mean()
            shares[group] += now - before
            before = now
    return shares / len(orders)


@pytest.mark.parametrize("groups", [[(0, 1), (2, 3), (4,)], [(0,), (1,), (2,), (3,), (4,)], [(0, 2, 4), (1, 3)]])
def test_the_values_of_groups_are_those_of_every_order(groups: list[tuple[int, ...]]) -> None:
    played = grouped_game(model, FRAME.iloc[[7]], FRAME.iloc[:20], groups)
    wanted = by_hand(groups)
    alone = [(at,) for at in range(len(groups))]
    assert coarser(worths(played), alone) == pytest.approx(wanted, abs=1e-9)
    told: list[float] = []
    values, errors = sampled(played, 4_000, 1, told.append)
    assert told == sorted(told)
    assert told[-1] == pytest.approx(1)
    assert (np.abs(values - wanted) <= 5 * errors + 1e-9).all()


def test_a_coarser_grouping_needs_no_new_question() -> None:
    fine = worths(grouped_game(model, FRAME.iloc[[7]], FRAME.iloc[:20], [(at,) for at in range(5)]))
    assert coarser(fine, [(0, 1), (2, 3), (4,)]) == pytest.approx(by_hand([(0, 1), (2, 3), (4,)]), abs=1e-9)
