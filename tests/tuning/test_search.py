"""The three ways to search: scores equal to scikit-learn's, candidates too, and Bayesian search against all there is."""

from __future__ import annotations

import itertools
import warnings
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV, KFold, ParameterSampler, StratifiedKFold, train_test_split
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from core import engine, losses
from core.errors import ComputeError, InputError, NotApplicable
from core.loading.frames import from_frame
from core.loading.match import match
from core.models import wrap
from core.registry import Watch
from core.results import Trials, same
from core.tuning import candidates
from core.types import Model, Table
from tests.contract_cases import HOSTILE, case, mixed_frame, numbers_frame

SCORERS = {loss: scorer for scorer, loss in losses.SCORINGS.items()}
GRID = "max_depth=2..4; min_samples_leaf=1..9"
POINTS = {"max_depth": [2, 4], "min_samples_leaf": [1, 9]}


def tune(model: Model, table: Table, **params: Any) -> Trials:
    found = engine.explain("tune", model, table, **params)
    assert isinstance(found, Trials)
    return found


def both(estimator: Any, frame: pd.DataFrame, target: str = "y") -> tuple[Model, Table]:
    names = [name for name in frame.columns if name != target]
    found = match(wrap(estimator.fit(frame[names], frame[target])), from_frame(frame, target=target))
    return found.model, found.table


def tree() -> tuple[Model, Table, pd.DataFrame, pd.Series]:
    frame = numbers_frame()
    model, table = both(DecisionTreeRegressor(random_state=0), frame)
    return model, table, frame.drop(columns="y"), frame["y"]


def loss_of(scorer: str, score: np.ndarray) -> np.ndarray:
    return -score if scorer.startswith("neg_") else 1 - score


TASKS = {loss.id: loss.tasks for loss in losses.LOSSES if loss.tasks != ("multiclass",)}


@pytest.mark.parametrize("loss", TASKS)
def test_every_candidate_of_a_grid_scores_as_with_scikit_learn(loss: str) -> None:
    """HT1."""
    classifies = "regression" not in TASKS[loss]
    frame = mixed_frame().drop(columns=[HOSTILE]).fillna({"amount": 0.0}) if classifies else numbers_frame()
    target = "paid" if classifies else "y"
    frame = frame.assign(paid=(frame["paid"] == "yes").astype(int)) if classifies else frame
    estimator = (DecisionTreeClassifier if classifies else DecisionTreeRegressor)(random_state=0)
    model, table = both(estimator, frame, target)
    found = tune(model, table, way="grid", points=2, space=GRID, folds=4, loss=loss, holdout=0, seed=3)
    X, y = frame.drop(columns=target), frame[target]
    folds = (StratifiedKFold if classifies else KFold)(4, shuffle=True, random_state=3)
    searched = GridSearchCV(estimator, POINTS, cv=folds, scoring=SCORERS[loss]).fit(X, y)
    assert [dict(trial.params) for trial in found.trials] == searched.cv_results_["params"]
    for fold in range(4):
        theirs = loss_of(SCORERS[loss], searched.cv_results_[f"split{fold}_test_score"])
        assert [trial.folds[fold] for trial in found.trials] == pytest.approx(theirs, abs=1e-12)
    theirs = loss_of(SCORERS[loss], searched.cv_results_["mean_test_score"])
    assert [trial.loss for trial in found.trials] == pytest.approx(theirs, abs=1e-12)
    assert found.best == int(np.argmin(theirs)), "the first of equal ones, as there"
    assert dict(found.trials[found.best].params) == searched.best_params_


def test_several_classes_and_a_pipeline_score_as_with_scikit_learn() -> None:
    model, table = case("pipeline with text levels")
    found = tune(model, table, way="grid", points=3, space="logisticregression__C=0.01..1 log", holdout=0, folds=3)
    X, y = table.inputs, table.frame["paid"]
    folds = StratifiedKFold(3, shuffle=True, random_state=0)
    points = {"logisticregression__C": [0.01, 0.1, 1.0]}
    searched = GridSearchCV(model.native, points, cv=folds, scoring="roc_auc").fit(X, y)  # type: ignore[attr-defined]
    assert [trial.loss for trial in found.trials] == pytest.approx(1 - searched.cv_results_["mean_test_score"])
    model, table = case("lightgbm, three classes")
    found = tune(model, table, way="grid", points=2, space="num_leaves=4..7", holdout=0, folds=3)
    folds = StratifiedKFold(3, shuffle=True, random_state=0)
    searched = GridSearchCV(model.native, {"num_leaves": [4, 7]}, cv=folds, scoring="neg_log_loss").fit(  # type: ignore[attr-defined]
        table.inputs, table.frame["y"]
    )
    assert [trial.loss for trial in found.trials] == pytest.approx(-searched.cv_results_["mean_test_score"])


def test_random_search_tries_what_parameter_sampler_draws_and_scores_it_the_same() -> None:
    """HT2."""
    model, table, X, y = tree()
    options: dict[str, Any] = {
        "way": "random", "trials": 6, "folds": 3, "holdout": 0, "seed": 5, "space": "max_depth=2..9; max_features=0.2..1.0",
    }  # fmt: skip
    found = tune(model, table, **options)
    lists = {"max_depth": stats.randint(2, 10), "max_features": stats.uniform(0.2, 0.8)}
    drawn = list(ParameterSampler(lists, 6, random_state=5))
    assert [dict(trial.params) for trial in found.trials] == drawn
    folds = list(KFold(3, shuffle=True, random_state=5).split(X))
    for trial, params in zip(found.trials, drawn, strict=True):
        searched = GridSearchCV(
            DecisionTreeRegressor(random_state=0), {name: [value] for name, value in params.items()}, cv=folds,
            scoring="neg_root_mean_squared_error",
        ).fit(X, y)  # fmt: skip
        assert trial.loss == pytest.approx(-searched.best_score_, abs=1e-12)
    assert same(found, tune(model, table, **options))
    other = tune(model, table, **{**options, "seed": 6})
    assert [trial.params for trial in other.trials] != [trial.params for trial in found.trials]


def test_bayesian_search_is_the_same_each_time_and_begins_with_the_draws() -> None:
    model, table, _X, _y = tree()
    options: dict[str, Any] = {"way": "bayesian", "trials": 8, "folds": 3, "seed": 2}
    found = tune(model, table, **options)
    assert same(found, tune(model, table, **options))
    drawn = tune(model, table, **{**options, "way": "random"})
    first = candidates.FIRST
    assert [trial.params for trial in found.trials[:first]] == [trial.params for trial in drawn.trials[:first]]
    assert found.trials[first:] != drawn.trials[first:]


def test_a_small_space_is_tried_out_and_no_candidate_twice() -> None:
    model, table, _X, _y = tree()
    found = tune(model, table, way="bayesian", trials=30, folds=2, space="max_depth=2..4; min_samples_leaf=1|5")
    assert len(found.trials) == found.planned == 6
    assert len({repr(sorted(trial.params.items())) for trial in found.trials}) == 6


def test_a_failing_candidate_is_a_line_with_its_words_and_not_the_end() -> None:
    model, table, _X, _y = tree()
    found = tune(model, table, way="grid", space="max_depth=3|-1|2", folds=3)
    assert [bool(trial.problem) for trial in found.trials] == [False, True, False]
    assert "max_depth" in found.trials[1].problem
    assert np.isnan(found.trials[1].loss)
    assert found.winner is not None
    assert not found.winner.problem
    assert any("1 of 3 candidates failed" in check.text for check in found.checks)
    with pytest.raises(ComputeError, match="Every candidate failed"):
        tune(model, table, way="grid", space="max_depth=-1|-2", folds=3)


def test_bayesian_search_goes_on_after_failures() -> None:
    model, table, _X, _y = tree()
    found = tune(model, table, way="bayesian", trials=12, folds=2, space="max_depth=-3..6")
    assert len(found.trials) == 10, "each of the ten once"
    assert {trial.params["max_depth"] for trial in found.trials if trial.problem} == {-3, -2, -1, 0}


def test_the_rows_kept_apart_are_seen_by_no_candidate_and_judge_the_best() -> None:
    model, table, X, y = tree()
    found = tune(model, table, way="grid", points=2, space=GRID, folds=3, holdout=0.25, seed=1)
    inside, apart = train_test_split(np.arange(len(X)), test_size=0.25, random_state=1)
    inside.sort()
    assert (found.rows, found.apart_rows) == (len(inside), len(apart))
    searched = GridSearchCV(
        DecisionTreeRegressor(random_state=0), POINTS, cv=KFold(3, shuffle=True, random_state=1),
        scoring="neg_root_mean_squared_error",
    ).fit(X.iloc[inside], y.iloc[inside])  # fmt: skip
    assert [trial.loss for trial in found.trials] == pytest.approx(-searched.cv_results_["mean_test_score"])
    own = DecisionTreeRegressor(random_state=0).fit(X.iloc[inside], y.iloc[inside])
    theirs = [-searched_score(one, X.iloc[apart], y.iloc[apart]) for one in (own, searched.best_estimator_)]
    assert found.apart == pytest.approx(theirs)
    told = next(check for check in found.checks if check.name == "apart")
    assert ("no better" in told.text) == (theirs[1] >= theirs[0])


def searched_score(estimator: Any, X: pd.DataFrame, y: pd.Series) -> float:
    return -float(np.sqrt(np.mean((estimator.predict(X) - y) ** 2)))


def test_what_the_folds_alone_make_is_told_as_within_the_spread() -> None:
    """The formula by hand, and both verdicts."""
    model, table, _X, _y = tree()
    found = tune(model, table, way="grid", points=2, space=GRID, folds=5)
    assert found.winner is not None
    gaps = np.subtract(found.original.folds, found.winner.folds)
    assert found.error == pytest.approx(gaps.std(ddof=1) * np.sqrt(1 / 5 + 1 / 4))
    assert found.gain == pytest.approx(gaps.mean())
    assert found.is_clear == bool(gaps.mean() > 2 * found.error)
    random = np.random.default_rng(0)
    noise = pd.DataFrame(random.normal(size=(200, 2)), columns=["a", "b"]).assign(y=random.normal(size=200))
    luck = tune(*both(Ridge(), noise), way="random", trials=10)
    assert luck.gain > 0
    assert not luck.is_clear
    assert "may be luck" in luck.checks[0].text
    shallow = tune(*both(DecisionTreeRegressor(max_depth=1), numbers_frame(600)), way="grid", space="max_depth=5|6")
    assert shallow.is_clear
    assert shallow.checks[0].passed
    deep = tune(
        *both(RandomForestRegressor(20, random_state=0), numbers_frame()), way="grid", space="max_depth=1|2", folds=3
    )
    assert deep.gain < 0
    assert "No candidate beats" in deep.checks[0].text


def test_an_estimator_without_a_seed_gets_the_search_s_own() -> None:
    model, table = both(RandomForestRegressor(5), numbers_frame())
    options: dict[str, Any] = {"way": "grid", "space": "max_depth=2|4", "folds": 2, "seed": 9}
    found = tune(model, table, **options)
    assert same(found, tune(model, table, **options))
    seeded = tune(*both(RandomForestRegressor(5, random_state=9), numbers_frame()), **options)
    assert [trial.folds for trial in seeded.trials] == [trial.folds for trial in found.trials]


def test_trials_are_told_as_they_come_and_the_end_can_be_asked_for() -> None:
    model, table, _X, _y = tree()
    told: list[Trials] = []
    steps: list[str] = []
    watch = Watch(lambda _done, step: steps.append(step), told.append, lambda: len(told) >= 3)
    found = tune(model, table, way="random", trials=10, folds=2, progress=watch)
    assert [len(one.trials) for one in told] == [1, 2, 3]
    assert len(found.trials) == 3
    assert next(check for check in found.checks if check.name == "finished").passed is False
    assert any("Trial 2, fold 1 of 2" in step for step in steps)


def test_the_time_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    model, table, _X, _y = tree()
    clock = itertools.count()
    monkeypatch.setattr("core.tuning.search.time", SimpleNamespace(monotonic=lambda: float(next(clock))))
    found = tune(model, table, way="random", trials=500, folds=2, seconds=5)
    assert 0 < len(found.trials) < 10
    assert any("time was up" in check.text for check in found.checks)


def test_one_class_few_rows_and_a_loss_that_does_not_fit_are_told() -> None:
    frame = mixed_frame().drop(columns=[HOSTILE]).fillna(0.0)
    model, table = both(DecisionTreeClassifier(random_state=0), frame, "paid")
    one = match(model, from_frame(frame.assign(paid="yes"), target="paid")).table
    with pytest.raises(InputError, match="one class") as caught:
        tune(model, one)
    assert caught.value.hint
    few = frame[(frame["paid"] == "no") | (np.cumsum(frame["paid"] == "yes") <= 3)].reset_index(drop=True)
    with pytest.raises(InputError, match=r"fewer rows than folds.*'yes' \(2\).*Choose 2 folds"):
        tune(model, match(model, from_frame(few, target="paid")).table, folds=5)
    with pytest.raises(InputError, match="rmse"):
        tune(model, table, loss="rmse")
    votes, rows = both(LinearSVC(), frame, "paid")
    with pytest.raises(NotApplicable, match="needs probabilities"):
        tune(votes, rows, loss="one_minus_auc")
    found = tune(votes, rows, trials=2, folds=2)
    assert found.unit == "error rate"
    numbers, held = both(Ridge(), numbers_frame().iloc[:21])
    with pytest.raises(InputError, match="too few for 20 folds"):
        tune(numbers, held, folds=20)


def test_a_model_that_fails_with_its_own_settings_is_told_before_anything_is_tried() -> None:
    model, table, _X, _y = tree()
    broken = replace(model, native=DecisionTreeRegressor(max_depth=-5).set_params(max_depth=-5))  # type: ignore[type-var]
    with pytest.raises(ComputeError, match="With its own settings it fails"):
        tune(broken, table)


def test_a_search_that_was_saved_is_tuned_as_what_it_found() -> None:
    frame = numbers_frame()
    searched = GridSearchCV(DecisionTreeRegressor(random_state=0), {"max_depth": [2, 3]}, cv=2)
    model, table = both(searched, frame)
    found = tune(model, table, way="grid", space="max_depth=4|5", folds=2)
    assert found.original.params == {"max_depth": searched.best_params_["max_depth"]}
    assert [trial.params["max_depth"] for trial in found.trials] == [4, 5]


def test_weights_weigh_scores_and_are_told() -> None:
    frame = numbers_frame().assign(w=np.arange(160) % 3)
    model, _ = both(DecisionTreeRegressor(random_state=0), frame.drop(columns="w"))
    table = match(model, from_frame(frame, target="y", weights="w")).table
    found = tune(model, table, way="grid", space="max_depth=3", folds=3, holdout=0)
    kept = frame[frame["w"] > 0].reset_index(drop=True)
    by_hand = []
    for train, apart in KFold(3, shuffle=True, random_state=0).split(kept):
        fitted = DecisionTreeRegressor(random_state=0, max_depth=3).fit(
            kept.iloc[train][list("abcde")], kept["y"].iloc[train]
        )
        gap = (fitted.predict(kept.iloc[apart][list("abcde")]) - kept["y"].iloc[apart]) ** 2
        by_hand.append(np.sqrt(np.average(gap, weights=kept["w"].iloc[apart])))
    assert found.trials[0].folds == pytest.approx(by_hand)
    assert any("weighted by 'w'" in check.text for check in found.checks)


def test_warnings_of_libraries_reach_nobody() -> None:
    model, table = case("pipeline with text levels")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = tune(model, table, way="grid", space="logisticregression__max_iter=1|2", folds=2)
    assert not any(trial.problem for trial in found.trials)
