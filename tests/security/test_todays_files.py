"""Files as people make them today: requests for metadata, training that went on from another model."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import sklearn
from lightgbm import LGBMRegressor
from sklearn.ensemble import StackingClassifier
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import f1_score, make_scorer
from sklearn.model_selection import GridSearchCV, GroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils._metadata_requests import MetadataRequest

from core.errors import ModelError
from core.loading import pickles
from tests.security import zoo

X, LABELS = zoo.X, zoo.LABELS
WEIGHTS, GROUPS = np.linspace(0.1, 1, len(X)), np.arange(len(X)) % 4


def _asks(model: Any) -> Any:
    """A model that asks for weights when it is fitted."""
    return model.set_fit_request(sample_weight=True)


def _piped() -> Any:
    model = _asks(LogisticRegression()).set_score_request(sample_weight="weights")
    return make_pipeline(StandardScaler().set_fit_request(sample_weight=False), model).fit(
        X, LABELS, sample_weight=WEIGHTS
    )


def _searched() -> Any:
    scorer = make_scorer(f1_score).set_score_request(sample_weight=True)
    search = GridSearchCV(_asks(LogisticRegression()), {"C": [0.1, 1.0]}, cv=GroupKFold(2), scoring=scorer)
    return search.fit(X, LABELS, sample_weight=WEIGHTS, groups=GROUPS)


def _stacked() -> Any:
    members = [("a", _asks(LogisticRegression())), ("b", _asks(DecisionTreeClassifier(max_depth=2)))]
    last = _asks(LogisticRegression())
    return StackingClassifier(members, final_estimator=last, cv=2).fit(X, LABELS, sample_weight=WEIGHTS)


@pytest.mark.parametrize("make", [_piped, _searched, _stacked])
def test_a_request_for_metadata_names_its_estimator(make: Callable[[], Any]) -> None:
    """Since scikit-learn 1.8 by holding it: the estimator and its request hold each other."""
    with sklearn.config_context(enable_metadata_routing=True):
        model = make()
    found: Any = pickles.load(pickle.dumps(model), "m.pkl")
    np.testing.assert_array_equal(found.predict_proba(X), model.predict_proba(X))
    sklearn.base.clone(found)


@pytest.mark.parametrize("place", ["alpha", "_sklearn_output_config"])
def test_a_circle_by_any_other_way_is_refused(place: str) -> None:
    model = Ridge().fit(X, LABELS)
    vars(model)[place] = {"owner": model}
    with pytest.raises(ModelError, match="contains itself"):
        pickles.load(pickle.dumps(model), "m.pkl")


def test_what_a_request_names_is_looked_at_where_it_is_nothing_else() -> None:
    """An owner that lies nowhere else is walked as any part: a function out of place in it is found."""
    request = MetadataRequest(owner=Ridge(alpha=np.log1p))
    model = Ridge().fit(X, LABELS)
    model._metadata_request = request
    with pytest.raises(ModelError, match="log1p, which has no business there"):
        pickles.load(pickle.dumps(model), "m.pkl")


def test_training_that_went_on_from_another_model() -> None:
    """It keeps what it went on from, which only further training asks."""
    first = LGBMRegressor(n_estimators=3, n_jobs=1, verbose=-1).fit(X, zoo.TARGET)
    model = LGBMRegressor(n_estimators=3, n_jobs=1, verbose=-1).fit(X, zoo.TARGET, init_model=first)
    assert b"_InnerPredictor" in pickle.dumps(model)
    found: Any = pickles.load(pickle.dumps(model), "m.pkl")
    np.testing.assert_array_equal(found.predict(X), model.predict(X))
