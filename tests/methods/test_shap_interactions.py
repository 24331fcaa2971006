"""Interaction values against two other definitions, and the orderings behind box plots."""

from __future__ import annotations

from collections.abc import Callable
from math import factorial

import numpy as np
import pandas as pd
import pytest

from core import engine
from core.errors import NotApplicable
from core.registry import Job
from core.shapley import exact, orders
from core.shapley.answer import explained
from core.shapley.game import coalition_values, game
from core.shapley.pairs import interactions
from tests.shapley import oracle, zoo


def reduced(worth: np.ndarray, player: int, inside: bool) -> np.ndarray:
    """The game without a player who is always in, or always out."""
    numbers = np.arange(len(worth))
    return worth[(numbers >> player & 1) == int(inside)]


@pytest.mark.parametrize("players", [2, 3, 5])
def test_an_interaction_is_half_of_what_a_share_gains_when_the_other_is_in(players: int) -> None:
    worth = np.random.default_rng(players).normal(size=2**players)
    found = interactions(worth)
    assert found == pytest.approx(found.T)
    assert found.sum(axis=1) == pytest.approx(exact.shapley(worth))
    for j in range(players):
        present, absent = (exact.shapley(reduced(worth, j, side)) for side in (True, False))
        others = [i for i in range(players) if i != j]
        assert found[others, j] == pytest.approx((present - absent) / 2)


@pytest.mark.parametrize("name", ["xgboost number", "forest number", "text pipeline"])
def test_trees_against_a_background_do_not_lose_their_pairs(name: str) -> None:
    """The original gives zero for every pair."""
    model, table = zoo.get(name)
    result = engine.explain("shap_interactions", model, table, 5, output=0, background=9)
    shares = engine.explain("shap", model, table, 5, output=0, kind="exact", background=9)
    assert result.values.sum(axis=1) == pytest.approx(shares.values, abs=1e-9)
    assert np.abs(result.values - np.diag(np.diag(result.values))).max() > 1e-6
    assert result.checks[0].passed
    number = explained(Job(model, table, 5, 0, {}), "probability")
    worth = enumerated(number.of, table.instance(5), table.background(9, 0))
    players = len(model.features)
    for i, j in ((0, 1), (players - 1, 2)):
        rest = [inside for inside in worth if not {i, j} & inside]
        found = 0.0
        for inside in rest:
            share = factorial(len(inside)) * factorial(players - len(inside) - 2) / factorial(players - 1) / 2
            found += share * (worth[inside | {i, j}] - worth[inside | {i}] - worth[inside | {j}] + worth[inside])
        assert result.values[i, j] == pytest.approx(found, abs=1e-9)


def enumerated(
    of: Callable[[pd.DataFrame], np.ndarray], instance: pd.DataFrame, background: pd.DataFrame
) -> dict[frozenset[int], float]:
    """Mean output of every coalition, by the definition."""
    coalitions, frames = oracle.subsets(instance.shape[1]), []
    for inside in coalitions:
        mixed = background.copy()
        for at in inside:
            name = mixed.columns[at]
            mixed[name] = pd.concat([instance[name]] * len(mixed), ignore_index=True).astype(mixed[name].dtype).array
        frames.append(mixed)
    said = of(pd.concat(frames, ignore_index=True)).reshape(len(frames), -1).mean(axis=1)
    return dict(zip(coalitions, said.tolist(), strict=True))


def test_orderings_average_to_the_exact_values_and_each_adds_up() -> None:
    random = np.random.default_rng(1)
    frame = pd.DataFrame(random.normal(size=(7, 3)), columns=list("abc"))
    played = game(lambda rows: np.prod(rows.to_numpy() + 1, axis=1), frame.iloc[[0]], frame.iloc[1:])
    worth = coalition_values(played, exact.coalitions(3))
    drawn = orders.contributions(played, 4000, 0)
    assert drawn.sum(axis=1) == pytest.approx(np.full(4000, worth[-1] - worth[0]))
    assert len(np.unique(drawn.round(9), axis=0)) == 6
    assert drawn.mean(axis=0) == pytest.approx(exact.shapley(worth), abs=0.1)


@pytest.mark.parametrize("name", ["xgboost number", "xgboost linear", "linear"])
def test_shap_keeps_single_orderings_for_box_plots(name: str) -> None:
    model, table = zoo.get(name)
    result = engine.explain("shap", model, table, 5, paths=60, background=12)
    assert result.draws.shape == (60, len(model.features))
    assert result.draws.sum(axis=1) == pytest.approx(np.full(60, result.output - result.base), abs=1e-5)
    error = result.draws.std(axis=0) / np.sqrt(60)
    assert (np.abs(result.draws.mean(axis=0) - result.values) <= 5 * error + 1e-5).all()


def test_path_dependent_values_have_no_orderings() -> None:
    model, table = zoo.get("xgboost number")
    with pytest.raises(NotApplicable, match="orderings"):
        engine.explain("shap", model, table, 5, paths=5, kind="path-dependent")
