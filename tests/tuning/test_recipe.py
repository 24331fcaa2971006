"""A recipe makes the same model each time: the one that scikit-learn trains with these settings on these rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.ensemble import RandomForestRegressor
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from core.errors import ComputeError, InputError
from core.loading.frames import from_frame
from core.loading.match import match
from core.models import wrap
from core.tuning.recipe import Recipe, digest, follow, of_plain
from tests.contract_cases import HOSTILE, case, mixed_frame, numbers_frame


def forest() -> tuple[Any, Any, pd.DataFrame]:
    frame = numbers_frame()
    fitted = RandomForestRegressor(8).fit(frame[list("abcde")], frame["y"])
    both = match(wrap(fitted, name="forest"), from_frame(frame, target="y"))
    return both.model, both.table, frame


def test_the_model_is_the_one_trained_by_hand() -> None:
    model, table, frame = forest()
    recipe = Recipe({"max_depth": 3}, seed=4)
    made = follow(model, table, recipe)
    by_hand = RandomForestRegressor(8, max_depth=3, random_state=4).fit(frame[list("abcde")], frame["y"])
    assert made.predict(table.inputs)[:, 0] == pytest.approx(by_hand.predict(frame[list("abcde")]))
    again = follow(model, table, recipe)
    assert np.array_equal(again.predict(table.inputs), made.predict(table.inputs))
    assert made.fingerprint == again.fingerprint != model.fingerprint
    assert (made.features, made.classes, made.task, made.name) == (model.features, (), "regression", "forest")
    others = [Recipe({"max_depth": 4}, 4), Recipe({"max_depth": 3}, 5), Recipe({"max_depth": 3}, 4, (1,))]
    assert len({digest(model, table, one) for one in (recipe, *others)}) == 4


def test_rows_left_out_are_not_learnt_from() -> None:
    model, table, frame = forest()
    made = follow(model, table, Recipe({}, 0, (0, 5, 9)))
    kept = frame.drop(index=[0, 5, 9])
    by_hand = RandomForestRegressor(8, random_state=0).fit(kept[list("abcde")], kept["y"])
    assert made.predict(table.inputs)[:, 0] == pytest.approx(by_hand.predict(frame[list("abcde")]))
    with pytest.raises(InputError, match="no row 999"):
        follow(model, table, Recipe({}, 0, (999,)))


def test_corrected_rows_are_learnt_with_their_new_truth() -> None:
    model, table, frame = forest()
    made = follow(model, table, Recipe({}, 0, (2,), ((0, 9.5), (7, -1))))
    right = frame["y"].copy()
    right[[0, 7]] = [9.5, -1.0]
    by_hand = RandomForestRegressor(8, random_state=0).fit(frame[list("abcde")].drop(index=2), right.drop(index=2))
    assert made.predict(table.inputs)[:, 0] == pytest.approx(by_hand.predict(frame[list("abcde")]))
    assert table.frame["y"].equals(frame["y"]), "the table stays as it is"
    for wrong in ("many", float("nan"), True):
        with pytest.raises(InputError, match="no true value"):
            follow(model, table, Recipe({}, 0, (), ((0, wrong),)))


def test_a_corrected_class_is_named() -> None:
    model, table = case("pipeline with text levels")
    row = int(np.flatnonzero(table.frame["paid"] == "yes")[0])
    made = follow(model, table, Recipe({}, 0, (), ((row, "no"),)))
    right = table.frame["paid"].copy()
    right[row] = "no"
    by_hand = clone(model.native).fit(table.inputs, right)  # type: ignore[attr-defined]
    assert np.allclose(made.predict(table.inputs), by_hand.predict_proba(table.inputs))
    with pytest.raises(InputError, match="no class named 'perhaps'"):
        follow(model, table, Recipe({}, 0, (), ((row, "perhaps"),)))


def test_classes_keep_their_names_and_order() -> None:
    frame = mixed_frame().drop(columns=[HOSTILE]).fillna(0.0)
    coded = (frame["paid"] == "yes").astype(int)
    fitted = DecisionTreeClassifier(max_depth=2, random_state=0).fit(frame.drop(columns="paid"), coded)
    both = match(wrap(fitted, classes=["no", "yes"]), from_frame(frame, target="paid"))
    made = follow(both.model, both.table, Recipe({"max_depth": 4}))
    assert made.classes == ("no", "yes")
    by_hand = DecisionTreeClassifier(max_depth=4, random_state=0).fit(frame.drop(columns="paid"), coded)
    assert np.allclose(made.predict(both.table.inputs), by_hand.predict_proba(frame.drop(columns="paid")))
    others = np.flatnonzero(frame["paid"] == "yes").tolist()
    with pytest.raises(InputError, match="No row of the class 'yes'"):
        follow(both.model, both.table, Recipe({}, 0, tuple(others)))


def test_a_recipe_survives_json_and_lists_are_tuples_again() -> None:
    recipe = Recipe({"hidden_layer_sizes": (5, 3), "alpha": 0.1, "shuffle": None}, 3, (2, 7), ((4, "yes"), (5, 0.5)))
    assert of_plain(recipe.plain()) == recipe


def test_what_cannot_be_trained_is_told() -> None:
    model, table, _frame = forest()
    with pytest.raises(InputError, match="max_dept"):
        follow(model, table, Recipe({"max_dept": 3}))
    with pytest.raises(ComputeError, match="Training failed"):
        follow(model, table, Recipe({"max_depth": -3}))
    booster, rows = case("xgboost with missing values")
    bare = wrap(booster.native.get_booster())  # type: ignore[attr-defined]
    with pytest.raises(InputError, match=r"holds what was learnt.*XGBClassifier.*joblib"):
        follow(bare, rows, Recipe())


@pytest.mark.parametrize("text", [True, False])
def test_boosters_with_levels_are_trained_on_levels(text: bool) -> None:
    """A table from a file holds text where the booster was trained on categories."""
    from xgboost import XGBRegressor

    random = np.random.default_rng(0)
    kinds = random.choice(["low", "middle", "high"], 200)
    frame = pd.DataFrame({"kind": kinds, "size": random.normal(size=200)})
    frame["y"] = frame["size"] + 3.0 * (kinds == "middle")
    levels = frame.assign(kind=pd.Categorical(kinds))
    fitted = XGBRegressor(n_estimators=8, max_depth=2, enable_categorical=True, n_jobs=1, random_state=0)
    fitted.fit(levels[["kind", "size"]], frame["y"])
    both = match(wrap(fitted), from_frame(frame if text else levels, target="y"))
    made = follow(both.model, both.table, Recipe({"max_depth": 3}))
    by_hand = XGBRegressor(n_estimators=8, max_depth=3, enable_categorical=True, n_jobs=1, random_state=0)
    by_hand.fit(levels[["kind", "size"]], frame["y"])
    assert made.predict(both.table.inputs)[:, 0] == pytest.approx(by_hand.predict(levels[["kind", "size"]]), abs=1e-6)


def test_early_stopping_without_rows_to_watch_is_set_aside() -> None:
    from xgboost import XGBRegressor

    frame = numbers_frame()
    X, y = frame[list("abcde")], frame["y"]
    fitted = XGBRegressor(n_estimators=30, early_stopping_rounds=3, n_jobs=1).fit(
        X, y, eval_set=[(X, y)], verbose=False
    )
    both = match(wrap(fitted), from_frame(frame, target="y"))
    made = follow(both.model, both.table, Recipe({"n_estimators": 5}))
    by_hand = XGBRegressor(n_estimators=5, n_jobs=1, random_state=0).fit(X, y)
    assert made.predict(both.table.inputs)[:, 0] == pytest.approx(by_hand.predict(X), abs=1e-6)


def test_the_model_that_is_trained_again_stays_as_it_was() -> None:
    frame = numbers_frame()
    fitted = DecisionTreeRegressor(max_depth=2, random_state=0).fit(frame[list("abcde")], frame["y"])
    both = match(wrap(fitted), from_frame(frame, target="y"))
    before = both.model.predict(both.table.inputs)
    follow(both.model, both.table, Recipe({"max_depth": 6}))
    assert fitted.get_params()["max_depth"] == 2
    assert np.array_equal(both.model.predict(both.table.inputs), before)
