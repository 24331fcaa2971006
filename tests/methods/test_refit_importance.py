"""Training again: against loops by hand with scikit-learn, and against features that are known to matter."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingRegressor, RandomForestRegressor, VotingRegressor
from sklearn.feature_selection import SelectKBest, f_regression
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.metrics import roc_auc_score, root_mean_squared_error
from sklearn.model_selection import KFold, StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from core import engine
from core.errors import NotApplicable
from core.loading.frames import from_frame
from core.loading.match import match
from core.models import wrap
from core.results import Importance
from tests.contract_cases import HOSTILE, mixed_frame, numbers_frame


def twins(rows: int = 240):
    """A linear model of a and its twin b, which say the same, of c, and of noise."""
    random = np.random.default_rng(0)
    frame = pd.DataFrame(
        {"a": random.normal(size=rows), "c": random.normal(size=rows), "noise": random.normal(size=rows)}
    )
    frame.insert(1, "b", frame["a"])
    frame["y"] = 3 * frame["a"] + 2 * frame["c"] + random.normal(0, 0.5, rows)
    fitted = LinearRegression().fit(frame[["a", "b", "c", "noise"]], frame["y"])
    both = match(wrap(fitted), from_frame(frame, target="y"))
    return both.model, both.table, frame


def test_leaving_a_column_out_is_the_loop_by_hand() -> None:
    model, table, frame = twins()
    result = engine.explain("refit_importance", model, table, folds=4, seed=3)
    assert isinstance(result, Importance)
    names = ["a", "b", "c", "noise"]
    by_hand = np.zeros((4, 4))
    for fold, (kept, apart) in enumerate(KFold(4, shuffle=True, random_state=3).split(frame)):
        train, test = frame.iloc[kept], frame.iloc[apart]
        full = root_mean_squared_error(test["y"], LinearRegression().fit(train[names], train["y"]).predict(test[names]))
        for at, name in enumerate(names):
            rest = [other for other in names if other != name]
            without = LinearRegression().fit(train[rest], train["y"]).predict(test[rest])
            by_hand[at, fold] = root_mean_squared_error(test["y"], without) - full
    assert result.rounds == pytest.approx(by_hand, abs=1e-9)
    assert result.values == pytest.approx(by_hand.mean(axis=1), abs=1e-9)


def test_shuffling_apart_is_the_mean_of_the_folds() -> None:
    """What eli5's ``PermutationImportance(cv=KFold(3), n_iter=4)`` averages, with the shuffles written out."""
    model, table, frame = twins()
    result = engine.explain("refit_importance", model, table, way="shuffle", folds=3, rounds=4, seed=5, loss="mae")
    assert isinstance(result, Importance)
    names = ["a", "b", "c", "noise"]
    by_hand = np.zeros((4, 3, 4))
    for fold, (kept, apart) in enumerate(KFold(3, shuffle=True, random_state=5).split(frame)):
        fitted = LinearRegression().fit(frame.iloc[kept][names], frame.iloc[kept]["y"])
        test, random = frame.iloc[apart], np.random.default_rng(5)
        full = np.abs(fitted.predict(test[names]) - test["y"]).mean()
        for turn in range(4):
            order = random.permutation(len(test))
            for at, name in enumerate(names):
                mixed = test[names].assign(**{name: test[name].to_numpy()[order]})
                by_hand[at, fold, turn] = np.abs(fitted.predict(mixed) - test["y"]).mean() - full
    assert result.rounds == pytest.approx(by_hand.mean(axis=2), abs=1e-9)
    assert result.values == pytest.approx(by_hand.mean(axis=(1, 2)), abs=1e-9)
    assert result.spread == pytest.approx(by_hand.mean(axis=2).std(axis=1, ddof=1), abs=1e-9)


def test_a_twin_is_not_missed_but_is_used() -> None:
    model, table, _frame = twins()
    dropped = engine.explain("refit_importance", model, table)
    shuffled = engine.explain("refit_importance", model, table, way="shuffle")
    assert isinstance(dropped, Importance)
    assert isinstance(shuffled, Importance)
    assert abs(dropped.values[0]) < 0.02
    assert shuffled.values[0] > 0.5
    assert dropped.values[2] > 1


def test_a_column_is_left_out_of_a_pipeline_and_of_its_settings_and_scores_are_weighted() -> None:
    """The loop of scikit-learn by hand: a ColumnTransformer by name and by place, levels, weights of rows."""
    frame = mixed_frame(90)[["age", "owner", HOSTILE, "paid"]]
    frame["times"] = np.arange(90) % 4
    names = ["age", "owner", HOSTILE]

    def recipe(left: list[str]) -> object:
        numbers = [left.index(name) for name in ("age", "owner") if name in left]
        levels = [HOSTILE] if HOSTILE in left else []
        steps = [("numbers", StandardScaler(), numbers), ("levels", OneHotEncoder(), levels)]
        front = ColumnTransformer([step for step in steps if step[2]])
        return make_pipeline(front, LogisticRegression())

    both = match(
        wrap(recipe(names).fit(frame[names], frame["paid"])), from_frame(frame, target="paid", weights="times")
    )
    result = engine.explain("refit_importance", both.model, both.table, seed=1)
    assert isinstance(result, Importance)
    counting = frame[frame["times"] > 0].reset_index(drop=True)
    folds = list(StratifiedKFold(3, shuffle=True, random_state=1).split(counting, counting["paid"] == "yes"))

    def lost(left: list[str]) -> np.ndarray:
        found = []
        for kept, apart in folds:
            train, test = counting.iloc[kept], counting.iloc[apart]
            chance = recipe(left).fit(train[left], train["paid"]).predict_proba(test[left])[:, 1]
            found.append(1 - roc_auc_score(test["paid"] == "yes", chance, sample_weight=test["times"]))
        return np.array(found)

    by_hand = [lost([other for other in names if other != name]) - lost(names) for name in names]
    assert result.rounds == pytest.approx(np.array(by_hand), abs=1e-9)
    said = {check.name: check for check in result.checks}
    assert said["left out"].passed
    assert "Rows are weighted by 'times'" in said["weights"].text
    shuffled = engine.explain("refit_importance", both.model, both.table, seed=1, way="shuffle", rounds=1)
    assert isinstance(shuffled, Importance)
    assert shuffled.reference == pytest.approx(lost(names).mean(), abs=1e-9)


def test_a_forest_without_a_column_draws_among_the_others_and_places_move_up() -> None:
    frame = numbers_frame(90)
    frame["e"] = np.arange(90) % 3
    names = list("abe")

    def recipe(left: list[str]) -> object:
        forest = RandomForestRegressor(3, max_features=0.5, max_depth=3, random_state=0)
        levels = [left.index("e")] if "e" in left else None
        boosted = HistGradientBoostingRegressor(max_iter=1, categorical_features=levels, random_state=0)
        return VotingRegressor([("forest", forest), ("boosted", boosted)])

    both = match(wrap(recipe(names).fit(frame[names], frame["y"])), from_frame(frame, target="y"))
    result = engine.explain("refit_importance", both.model, both.table, folds=2, loss="mae")
    assert isinstance(result, Importance)
    kept, apart = next(iter(KFold(2, shuffle=True, random_state=0).split(frame)))
    train, test = frame.iloc[kept], frame.iloc[apart]

    def lost(left: list[str]) -> float:
        return float(np.abs(recipe(left).fit(train[left], train["y"]).predict(test[left]) - test["y"]).mean())

    wanted = [lost([other for other in names if other != name]) - lost(names) for name in names]
    assert result.rounds[:, 0] == pytest.approx(wanted, abs=1e-9)


def test_what_cannot_be_left_out_is_silenced_and_the_check_says_so() -> None:
    frame = numbers_frame(60)[["a", "b", "y"]]
    fitted = make_pipeline(StandardScaler(), HistGradientBoostingRegressor(max_iter=1, monotonic_cst=[1, 0]))
    both = match(wrap(fitted.fit(frame[["a", "b"]], frame["y"])), from_frame(frame, target="y"))
    result = engine.explain("refit_importance", both.model, both.table, folds=2)
    assert isinstance(result, Importance)
    (said,) = [check for check in result.checks if check.name == "left out"]
    assert (said.passed, said.value) == (False, 2)
    assert "an earlier step makes (monotonic_cst)" in said.text
    assert "silenced" in said.text
    few = make_pipeline(SelectKBest(f_regression, k=2), LinearRegression()).fit(frame[["a", "b"]], frame["y"])
    both = match(wrap(few), from_frame(frame, target="y"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a constant column has no score
        result = engine.explain("refit_importance", both.model, both.table, folds=2)
    assert np.isfinite(result.values).all()


def test_the_uploaded_model_is_left_as_it_was() -> None:
    random = np.random.default_rng(1)
    frame = pd.DataFrame(random.normal(size=(60, 2)), columns=["a", "b"])
    frame["y"] = frame["a"]
    fitted = RandomForestRegressor(3, random_state=0).fit(frame[["a", "b"]], frame["y"])
    both = match(wrap(fitted), from_frame(frame, target="y"))
    before = both.model.predict(both.table.inputs).copy()
    engine.explain("refit_importance", both.model, both.table)
    assert np.array_equal(both.model.predict(both.table.inputs), before)


def test_what_cannot_be_trained_is_refused_in_words() -> None:
    frame = pd.DataFrame({"a": np.arange(40.0), "y": np.arange(40.0)})
    both = match(wrap(lambda data: data["a"].to_numpy(), features=("a",)), from_frame(frame, target="y"))
    with pytest.raises(NotApplicable, match="estimator"):
        engine.explain("refit_importance", both.model, both.table)


def test_catboost_with_category_columns_is_trained_again() -> None:
    catboost = pytest.importorskip("catboost")
    random = np.random.default_rng(1)
    frame = pd.DataFrame({"crop": random.choice(["rye", "oat", "corn"], 90), "noise": random.normal(size=90)})
    frame["grade"] = frame["crop"].map({"rye": "low", "oat": "mid", "corn": "high"})
    estimator = catboost.CatBoostClassifier(iterations=8, depth=2, cat_features=["crop"], verbose=False, thread_count=1)
    estimator.fit(frame[["crop", "noise"]], frame["grade"])
    both = match(wrap(estimator), from_frame(frame, target="grade"))
    result = engine.explain("refit_importance", both.model, both.table, folds=3)
    assert isinstance(result, Importance)
    lost = dict(zip(result.features, result.values, strict=True))
    assert lost["crop"] > 0.1 > abs(lost["noise"])
