"""Importances of black boxes: by the definition, written out as a loop; own losses against scikit-learn."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, mean_absolute_error, r2_score, root_mean_squared_error

import core
from core.errors import ComputeError, InputError
from core.results import Importance
from tests.contract_cases import mixed_frame, numbers_frame

FRAME = numbers_frame()
X, Y = FRAME.drop(columns="y"), FRAME["y"].to_numpy()
FOREST = RandomForestRegressor(n_estimators=5, random_state=0).fit(X.to_numpy(), Y)
FRAME_TABLE = core.table(FRAME, target="y")


def by_definition(score, X, y, rounds, seed, columns):
    """The loop that the definition is: shuffle one column in place, score, put it back (as eli5 writes it)."""
    random = np.random.RandomState(seed)
    base, found = score(X, y), []
    for _ in range(rounds):
        mixed, line = X.copy(), []
        for column in columns:
            random.shuffle(mixed[:, column])
            line.append(base - score(mixed, y))
            mixed[:, column] = X[:, column]
        found.append(line)
    return base, np.array(found).T


def score(rows, truth):
    return FOREST.score(np.asarray(rows), truth)


def test_the_same_numbers_as_the_definition_with_the_same_seed() -> None:
    base, falls = by_definition(score, X.to_numpy(), Y, 4, 7, range(5))
    found = core.score_importances(score, X.to_numpy(), Y, rounds=4, seed=7)
    assert isinstance(found, Importance)
    assert found.reference == base
    assert found.rounds == pytest.approx(falls)
    assert found.values == pytest.approx(falls.mean(axis=1))
    frame = core.score_importances(score, X, Y, rounds=4, seed=7)
    assert isinstance(frame, Importance)
    assert np.array_equal(frame.rounds, found.rounds), "a DataFrame gives what its array gives"  # type: ignore[arg-type]
    assert frame.features == tuple("abcde")


def test_chosen_columns_by_name_or_position() -> None:
    _, falls = by_definition(score, X.to_numpy(), Y, 3, 0, [3, 1])
    named = core.score_importances(score, X, Y, rounds=3, columns=["d", "b"])
    placed = core.score_importances(score, X.to_numpy(), Y, rounds=3, columns=[3, 1])
    assert isinstance(named, Importance)
    assert isinstance(placed, Importance)
    assert named.rounds == pytest.approx(falls)
    assert placed.rounds == pytest.approx(falls)
    with pytest.raises(InputError, match="no column"):
        core.score_importances(score, X, Y, columns=["z"])


def test_a_group_moves_jointly_and_types_are_kept() -> None:
    frame = mixed_frame().drop(columns="paid")
    frame["twin"] = frame["age"]
    seen = []

    def told(rows, _truth):
        seen.append(rows)
        return float((rows["age"] == rows["twin"]).mean())

    found = core.score_importances(told, frame, None, rounds=2, columns={"person": ["age", "twin"], "age": ["age"]})
    assert isinstance(found, Importance)
    assert found.features == ("person", "age")
    assert found.values[0] == 0, "shuffled together they stay twins"
    assert found.values[1] > 0.5
    assert all((rows.dtypes == frame.dtypes).all() for rows in seen)
    assert frame["age"].equals(frame["twin"]), "X is left as it was"


def test_a_failing_score_is_told_by_its_column() -> None:
    def fails(rows, _truth):
        if not np.array_equal(rows[:, 1], X["b"]):
            raise ValueError("boom")
        return 1.0

    with pytest.raises(ComputeError, match="with '1' shuffled"):
        core.score_importances(fails, X.to_numpy(), Y)
    with pytest.raises(ComputeError, match="not a number"):
        core.score_importances(lambda *_: float("nan"), X, Y)


def test_own_losses_with_weights_equal_a_loop() -> None:
    model = RandomForestRegressor(n_estimators=5, random_state=0).fit(X, Y)
    weights = np.random.default_rng(1).random(len(X))
    found = core.loss_importances(model, core.table(FRAME, target="y"), mean_absolute_error, weights=weights, rounds=3)
    assert isinstance(found, Importance)
    assert found.reference == pytest.approx(np.average(np.abs(model.predict(X) - Y), weights=weights))
    random = np.random.default_rng(0)
    orders = [random.permutation(len(X)) for _ in range(3)]
    for at, name in enumerate(X):
        for place, order in enumerate(orders):
            mixed = X.assign(**{name: X[name].to_numpy()[order]})
            loss = np.average(np.abs(model.predict(mixed) - Y), weights=weights)
            assert found.rounds is not None
            assert found.rounds[at, place] == pytest.approx(loss - found.reference)


def test_a_loss_is_named_as_scikit_learn_names_its_score() -> None:
    table = core.table(FRAME, target="y")
    named, given = (core.loss_importances(FOREST, table, one, rounds=3) for one in ("r2", unexplained))
    assert isinstance(named, Importance)
    assert isinstance(given, Importance)
    assert named.rounds == pytest.approx(given.rounds)
    assert (named.unit, named.reference) == ("rise of 1 - R²", pytest.approx(given.reference))
    with pytest.raises(InputError, match="regression"):
        core.loss_importances(FOREST, table, "roc_auc")


def test_two_classes_give_the_probability_of_the_second() -> None:
    frame = FRAME.assign(y=np.where(FRAME["y"] > 0, "up", "down"))
    model = LogisticRegression().fit(X, frame["y"])
    found = core.loss_importances(model, core.table(frame, target="y"), brier_score_loss, rounds=2)
    assert isinstance(found, Importance)
    chance = model.predict_proba(X)[:, 1]
    assert found.reference == pytest.approx(((chance - (frame["y"] == "up")) ** 2).mean())
    grouped = core.loss_importances(model, core.table(frame, target="y"), brier_score_loss, groups={"all": tuple(X)})
    assert isinstance(grouped, Importance)
    assert grouped.features == ("all",)


@pytest.mark.parametrize("weights", [[1.0], np.full(len(X), -1.0), np.full(len(X), np.nan)])
def test_weights_that_do_not_fit_are_refused(weights: object) -> None:
    model = RandomForestRegressor(n_estimators=2, random_state=0).fit(X, Y)
    with pytest.raises(InputError, match="weights do not fit"):
        core.loss_importances(model, core.table(FRAME, target="y"), mean_absolute_error, weights=weights)


def test_without_truth_there_is_no_loss() -> None:
    model = RandomForestRegressor(n_estimators=2, random_state=0).fit(X, Y)
    with pytest.raises(InputError, match="not known"):
        core.loss_importances(model, core.table(pd.DataFrame(X), target=""), mean_absolute_error)


@pytest.mark.parametrize("name", ["rmse", "mae", "one_minus_r2"])
def test_weights_of_the_table_weigh_in_the_loss_as_in_scikit_learn(name: str) -> None:
    theirs = {"rmse": root_mean_squared_error, "mae": mean_absolute_error, "one_minus_r2": unexplained}[name]
    frame = FRAME.assign(exposure=np.random.default_rng(2).gamma(1, size=len(FRAME)))
    table = core.table(frame, target="y", weights="exposure")
    own = core.loss_importances(FOREST, table, theirs, rounds=3)
    result = core.explain("permutation_importance", FOREST, table, loss=name, rounds=3)
    assert isinstance(own, Importance)
    assert isinstance(result, Importance)
    expected = theirs(Y, FOREST.predict(X.to_numpy()), sample_weight=frame["exposure"])
    assert result.reference == pytest.approx(expected)
    assert own.reference == pytest.approx(expected)
    assert result.rounds == pytest.approx(own.rounds), "the same shuffles, another way to the loss"
    for found in (own, result):
        assert any("weighted by 'exposure'" in check.text for check in found.checks)
    given = core.loss_importances(FOREST, FRAME_TABLE, theirs, weights=frame["exposure"], rounds=3)
    assert isinstance(given, Importance)
    assert given.rounds == pytest.approx(own.rounds), "the same weights given beside the table"


def test_a_row_that_does_not_count_is_as_if_it_were_not_there() -> None:
    there = np.arange(len(FRAME)) % 3 > 0
    held = core.table(FRAME.assign(w=there * 4.0), target="y", weights="w")
    left = core.table(FRAME[there].reset_index(drop=True), target="y")
    for loss in ("rmse", "median_error"):
        with_, without = (core.explain("permutation_importance", FOREST, table, loss=loss) for table in (held, left))
        assert isinstance(with_, Importance)
        assert isinstance(without, Importance)
        assert np.array_equal(with_.rounds, without.rounds), "to the last bit"  # type: ignore[arg-type]


def unexplained(truth, said, sample_weight=None):
    return 1 - r2_score(truth, said, sample_weight=sample_weight)
