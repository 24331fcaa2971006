"""The algorithms that only ask: exact weights, sampled orderings, regression; and the leaf games behind the tables."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import engine
from core.registry import Job
from core.shapley import exact, kernel, permutation
from core.shapley.answer import explained, own_scale, typical
from core.shapley.covers import product_game
from core.shapley.game import coalition_values, game
from core.shapley.interventional import pair_weights
from tests.shapley import oracle, zoo


def ordered(worth):
    """Average over all orders: the other definition."""
    players = int(np.log2(len(worth)))
    values = np.zeros(players)
    orders = list(permutations(range(players)))
    for order in orders:
        at = 0
        for player in order:
            values[player] += worth[at | 1 << player] - worth[at]
            at |= 1 << player
    return values / len(orders)


@given(st.integers(1, 5).flatmap(lambda p: st.lists(st.floats(-9, 9), min_size=2**p, max_size=2**p)))
def test_exact_is_the_average_over_all_orders(worth):
    worth = np.array(worth)
    values = exact.shapley(worth)
    assert values == pytest.approx(ordered(worth), abs=1e-9)
    assert values.sum() == pytest.approx(worth[-1] - worth[0], abs=1e-9)


@pytest.mark.parametrize("players", [1, 2, 3, 4])
def test_pair_weights_are_the_shapley_values_of_the_leaf(players):
    weights = pair_weights(players).reshape(1 << players, 1 << players, players)
    for row in range(1 << players):
        for own in range(1 << players):
            worth = np.array(
                [
                    all((own if chosen >> j & 1 else row) >> j & 1 for j in range(players))
                    for chosen in range(1 << players)
                ]
            )
            assert weights[row, own] == pytest.approx(exact.shapley(worth.astype(float)), abs=1e-12)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=6))
def test_product_game_is_exact_at_its_points(outside):
    players = len(outside)
    values = product_game(np.array([outside]))[0]
    for own in range(1 << players):
        worth = np.array(
            [
                np.prod([(own >> j & 1) if chosen >> j & 1 else outside[j] for j in range(players)])
                for chosen in range(1 << players)
            ]
        )
        assert values[own] == pytest.approx(exact.shapley(worth.astype(float)), abs=1e-12)


def mixed(rows=9, seed=0):
    random = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "number": random.normal(size=rows),
            "text": random.choice(["u", "v"], rows),
            "level": pd.Categorical(random.choice(["p", "q", None], rows)),
            "whole": pd.array(random.integers(0, 3, rows), dtype="Int64"),
        }
    )


def score(frame):
    level = frame["level"].astype(object).map({"p": 1.0, "q": -2.0}).fillna(0.5).to_numpy(float)
    text = (frame["text"] == "u").to_numpy(float)
    return frame["number"].to_numpy() * text + level * frame["whole"].to_numpy(dtype=float) + level * text


class Counter:
    """Counts what it is asked and keeps the dtypes it saw."""

    def __init__(self):
        self.rows, self.calls, self.dtypes = 0, 0, set()

    def __call__(self, frame):
        self.rows, self.calls = self.rows + len(frame), self.calls + 1
        self.dtypes.add(tuple(str(kind) for kind in frame.dtypes))
        return score(frame)


def test_coalitions_are_asked_once_without_repeats_and_keep_their_types():
    frame = mixed()
    counter = Counter()
    played = game(counter, frame.iloc[[0]], frame.iloc[1:])
    worth = coalition_values(played, exact.coalitions(4))
    values, base, whole = oracle.marginal(score, frame.iloc[[0]], frame.iloc[1:])
    assert exact.shapley(worth) == pytest.approx(values, abs=1e-12)
    assert (worth[0], worth[-1]) == pytest.approx((base, whole))
    assert counter.calls == 1
    assert counter.rows < 16 * 8
    assert counter.dtypes == {tuple(str(kind) for kind in frame.dtypes)}


def test_small_chunks_change_nothing(monkeypatch):
    frame = mixed(30)
    whole = [f(game(score, frame.iloc[[0]], frame.iloc[1:])) for f in (every, walks)]
    monkeypatch.setattr("core.shapley.game.CELLS", 40)
    parts = [f(game(score, frame.iloc[[0]], frame.iloc[1:])) for f in (every, walks)]
    for one, other in zip(whole, parts, strict=True):
        assert one == pytest.approx(other, abs=1e-12)


def every(played):
    return coalition_values(played, exact.coalitions(4))


def walks(played):
    return permutation.estimate(played, 200, 1).values


@pytest.mark.parametrize("seed", range(3))
def test_sampled_orderings_add_up_and_come_closer(seed):
    frame = mixed(20)
    played = game(score, frame.iloc[[3]], frame.iloc[4:])
    truth = exact.shapley(coalition_values(played, exact.coalitions(4)))
    less, more = permutation.estimate(played, 64, seed), permutation.estimate(played, 6400, seed)
    (few, wide), (many, narrow) = (less.values, less.errors), (more.values, more.errors)
    assert few.sum() == pytest.approx(truth.sum(), abs=1e-9)
    assert np.abs(many - truth).max() <= np.abs(few - truth).max() + 1e-9
    assert (narrow <= wide + 1e-12).all()
    assert (np.abs(many - truth) <= 4 * narrow + 1e-9).all()


@pytest.mark.parametrize(("orderings", "pairs"), [(10, 1), (24, 1), (25, 2), (120, 5)])
def test_walks_are_asked_once_where_they_meet_and_their_errors_hold(orderings, pairs):
    random = np.random.default_rng(1)
    weights = random.normal(size=(5, 5))
    frame = pd.DataFrame(random.normal(size=(13, 5)), columns=list("abcde"))
    asked = []

    def bent(rows):
        asked.append(len(rows))
        return np.tanh(rows.to_numpy() @ weights).prod(axis=1)

    played = game(bent, frame.iloc[[0]], frame.iloc[1:])
    truth = coalition_values(played, exact.coalitions(5))
    asked.clear()
    found = [permutation.estimate(played, orderings, seed) for seed in range(80)]
    assert asked == [13 + 12 * pairs * 2 * 4] * 80
    assert {(one.base, one.output) for one in found} == {(found[0].base, found[0].output)}
    assert (found[0].base, found[0].output) == pytest.approx((truth[0], truth[-1]))
    values, errors = np.stack([one.values for one in found]), np.stack([one.errors for one in found])
    assert values.sum(axis=1) == pytest.approx(truth[-1] - truth[0])
    spread = values.std(axis=0)
    assert values.mean(axis=0) == pytest.approx(exact.shapley(truth), abs=4 * spread.max() / np.sqrt(80))
    told = np.median(np.sqrt((errors**2).mean(axis=0)) / spread)
    assert told == pytest.approx(1.0, abs=0.25) if pairs > 1 else told > 0.9


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("shap", {"kind": "kernel", "samples": 62}),
        ("shap", {"kind": "exact"}),
        ("shap", {"kind": "permutation", "samples": 60}),
        ("shap_interactions", {}),
        ("break_down", {"interactions": True}),
    ],
)
def test_a_slow_model_says_how_far_it_is_and_answers_the_same(method, params, monkeypatch):
    model, table = zoo.get("neighbours")
    whole = engine.explain(method, model, table, 3, background=10, **params)
    monkeypatch.setattr("core.shapley.game.PIECE", 60)
    monkeypatch.setattr("core.shapley.permutation.PIECE", 60)
    heard = []
    pieces = engine.explain(
        method, model, table, 3, background=10, progress=lambda done, step: heard.append((done, step)), **params
    )
    shares = [done for done, _ in heard]
    assert shares == sorted(shares)
    assert len(set(shares)) > 3
    assert shares[-1] == 1.0
    assert all("asking" in step for _, step in heard)
    assert pieces.values == pytest.approx(whole.values, abs=1e-12)


def test_one_feature_and_one_background_row():
    frame = pd.DataFrame({"a": [1.0, 4.0, 9.0]})
    single = permutation.estimate(game(lambda rows: rows["a"].to_numpy() ** 2, frame.iloc[[2]], frame.iloc[:2]), 10, 0)
    assert (single.values.tolist(), single.base, single.output) == ([81 - 8.5], 8.5, 81.0)
    played = game(lambda rows: rows.prod(axis=1).to_numpy(), zoo_pair(3.0), zoo_pair(2.0))
    assert permutation.estimate(played, 10, 0).values == pytest.approx([2.5, 2.5])


def zoo_pair(value):
    return pd.DataFrame({"a": [value], "b": [value]})


@pytest.mark.parametrize("samples", [60, 120])
def test_standard_errors_of_the_regression_match_its_spread_over_seeds(samples):
    """With 30 pairs for nine values, too: two of them hold the truth as often as a normal law says."""
    random = np.random.default_rng(5)
    weights = random.normal(size=(9, 9))
    frame = pd.DataFrame(random.normal(size=(4, 9)), columns=list("abcdefghi"))

    def bent(rows):
        values = rows.to_numpy()
        return np.tanh(values @ weights).sum(axis=1) + values[:, 0] * values[:, 1] * values[:, 2]

    played = game(bent, frame.iloc[[0]], frame.iloc[1:])
    truth = exact.shapley(coalition_values(played, exact.coalitions(9)))
    found = [kernel.estimate(played, samples, seed) for seed in range(60)]
    values, errors = np.stack([one.values for one in found]), np.stack([one.errors for one in found])
    spread = values.std(axis=0)
    assert values.mean(axis=0) == pytest.approx(truth, abs=4 * spread.max() / np.sqrt(60) + 0.02)
    assert np.median(errors.mean(axis=0) / spread) == pytest.approx(1.0, abs=0.4)
    assert values.sum(axis=1) == pytest.approx(truth.sum())
    within = np.abs(values - truth) / errors
    assert (within < 1).mean() == pytest.approx(0.68, abs=0.07)
    assert (within < 1.96).mean() == pytest.approx(0.95, abs=0.04)


@pytest.mark.parametrize(("players", "pairs"), [(3, 2), (7, 12), (8, 40), (12, 900), (20, 500)])
def test_coalitions_are_drawn_by_size_small_ones_whole(players, pairs):
    drawn = kernel.draw(players, pairs, 3)
    both = np.concatenate([drawn.masks, ~drawn.masks])
    assert len(np.unique(both, axis=0)) == len(both)
    assert (np.minimum(drawn.masks.sum(axis=1), players - drawn.masks.sum(axis=1)) == drawn.size).all()
    mass = np.bincount(both.sum(axis=1), np.tile(drawn.weights, 2), minlength=players + 1)[1:-1]
    sizes = np.arange(1, players)
    assert mass / mass.sum() == pytest.approx(1 / (sizes * (players - sizes)) / (1 / (sizes * (players - sizes))).sum())
    if pairs > players * 3:
        assert (drawn.size == 1).sum() == players


def test_taking_every_pair_is_exact():
    random = np.random.default_rng(5)
    frame = pd.DataFrame(random.normal(size=(14, 6)), columns=list("abcdef"))
    played = game(lambda rows: np.prod(rows.to_numpy() + 1.5, axis=1), frame.iloc[[3]], frame.iloc[4:])
    drawn = kernel.draw(6, 31, 0)
    assert len(drawn.masks) == 31
    found = kernel.estimate(played, 62, 0)
    assert found.values == pytest.approx(exact.shapley(coalition_values(played, exact.coalitions(6))))
    assert not found.errors.any()


def test_a_typical_row_has_middle_values_and_frequent_levels_in_their_own_types():
    frame = zoo.mixed()[zoo.MIXED].assign(age=lambda rows: rows["age"].astype("Int64"), empty=np.nan)
    row = typical(frame)
    assert row.dtypes.to_dict() == frame.dtypes.to_dict()
    known = np.sort(frame["amount"].dropna().to_numpy())
    assert row["amount"].iloc[0] == known[(len(known) - 1) // 2]
    assert row["age"].iloc[0] == np.sort(frame["age"].to_numpy())[(len(frame) - 1) // 2]
    for name in ("owner", "purpose", "grade"):
        assert (frame[name] == row[name].iloc[0]).sum() == frame[name].value_counts().max()
    assert row["empty"].isna().all()


@pytest.mark.parametrize("name", ["xgboost binary", "text pipeline", "linear", "network", "lightgbm categories"])
def test_values_against_a_typical_row_are_enumerated_values(name):
    model, table = zoo.get(name)
    output = 1 if model.classes else 0
    result = engine.explain("shap", model, table, 9, output=output, kind="interventional", reference="typical")
    scale = "probability" if result.scale == own_scale(model) else "log-odds"
    number = explained(Job(model, table, 9, output, {}), scale)
    values, base, whole = oracle.marginal(number.of, table.instance(9), typical(table.background(100, 0)))
    assert result.values == pytest.approx(values, abs=3e-6)
    assert (result.base, result.output) == pytest.approx((base, whole), abs=3e-6)
