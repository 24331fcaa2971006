"""Ranges proposed from the class: they hold what the model has, they train, and what is not known shows its numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import TransformedTargetRegressor
from sklearn.ensemble import (
    AdaBoostClassifier,
    BaggingRegressor,
    ExtraTreesRegressor,
    GradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
)
from sklearn.linear_model import ElasticNet, Lasso, LogisticRegression, Ridge, SGDClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures
from sklearn.svm import SVC, SVR
from sklearn.tree import DecisionTreeClassifier

from core.tuning import candidates, proposed, space

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(120, 4))
Y = X[:, 0] + RANDOM.normal(0, 0.3, 120)
LABELS = (Y > 0).astype(int)


def known() -> list[Any]:
    from catboost import CatBoostRegressor
    from lightgbm import LGBMClassifier
    from xgboost import XGBClassifier, XGBRegressor

    return [
        AdaBoostClassifier(n_estimators=3), BaggingRegressor(), ExtraTreesRegressor(), GradientBoostingClassifier(),
        HistGradientBoostingRegressor(), RandomForestClassifier(), ElasticNet(), Lasso(), LogisticRegression(), Ridge(),
        SGDClassifier(), GaussianNB(), KNeighborsClassifier(), MLPRegressor(), SVC(), SVR(), DecisionTreeClassifier(),
        XGBClassifier(n_jobs=1), XGBRegressor(max_depth=14, n_jobs=1), LGBMClassifier(verbose=-1, n_jobs=1),
        CatBoostRegressor(verbose=False, allow_writing_files=False),
    ]  # fmt: skip


@pytest.mark.parametrize("estimator", known(), ids=lambda one: type(one).__name__)
@pytest.mark.filterwarnings("ignore")
def test_what_is_proposed_trains_and_holds_what_the_model_has(estimator: Any) -> None:
    found = proposed.settings(estimator)
    chosen = [setting for setting in found if setting.chosen]
    assert 1 <= len(chosen) <= 3
    assert found[: len(chosen)] == tuple(chosen), "those first"
    for setting in found:
        span, now = setting.span, setting.now
        if span.kind == "choice":
            assert len(span.choices) > 1
        elif isinstance(now, int | float) and not isinstance(now, bool) and (now > 0 or not span.log):
            assert span.low <= now <= span.high
    low = {
        setting.span.name: setting.span.choices[0]
        if setting.span.kind == "choice"
        else space.points(setting.span, 2)[0]
        for setting in chosen
    }
    labelled = hasattr(estimator, "predict_proba") or "Class" in type(estimator).__name__ or isinstance(estimator, SVC)
    estimator.set_params(**low).fit(X, LABELS if labelled else Y)
    assert space.parse(space.text([setting.span for setting in found]), proposed.now(estimator))
    assert candidates.drawn([setting.span for setting in chosen], 3, 0)


def names(estimator: Any, chosen: bool = True) -> list[str]:
    return [setting.span.name for setting in proposed.settings(estimator) if setting.chosen or not chosen]


def test_steps_and_wrapped_estimators_are_found_by_their_prefix() -> None:
    assert names(make_pipeline(PolynomialFeatures(), Ridge())) == ["ridge__alpha"]
    assert "polynomialfeatures__degree" in names(make_pipeline(PolynomialFeatures(), Ridge()), chosen=False)
    assert names(TransformedTargetRegressor(regressor=Ridge())) == ["regressor__alpha"]
    assert names(CalibratedClassifierCV(LogisticRegression())) == ["estimator__C"]
    deep = make_pipeline(PolynomialFeatures(), TransformedTargetRegressor(regressor=make_pipeline(Ridge())))
    assert names(deep) == ["transformedtargetregressor__regressor__ridge__alpha"]


class Odd(ClassifierMixin, BaseEstimator):
    """A class that nobody knows."""

    def __init__(
        self, strength: float = 0.5, rounds: int = 40, n_jobs: int = 2, kind: str = "x", shift: int = -1
    ) -> None:
        self.strength, self.rounds, self.n_jobs, self.kind, self.shift = strength, rounds, n_jobs, kind, shift

    def fit(self, X: Any, y: Any) -> Odd:
        return self

    def predict(self, X: Any) -> Any:
        return np.zeros(len(X))


def test_an_unknown_class_shows_its_own_numbers_and_nothing_of_speed() -> None:
    found = {setting.span.name: setting for setting in proposed.settings(Odd())}
    assert set(found) == {"strength", "rounds"}
    assert all(setting.chosen for setting in found.values())
    assert (found["rounds"].span.low, found["rounds"].span.high, found["rounds"].span.kind) == (10, 160, "int")
    assert (found["strength"].span.low, found["strength"].span.high) == (0.125, 1.0)
    assert "kind" in proposed.now(Odd()), "text may be searched where somebody writes the choices"
    assert "n_jobs" not in proposed.now(Odd())
