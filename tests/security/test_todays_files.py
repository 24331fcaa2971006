"""Files as people make them today: requests for metadata, training that went on from another model, splines of scipy to come."""

from __future__ import annotations

import copyreg
import io
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import sklearn
from lightgbm import LGBMRegressor
from scipy.interpolate import BSpline
from sklearn.ensemble import StackingClassifier
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import f1_score, make_scorer
from sklearn.model_selection import GridSearchCV, GroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import SplineTransformer, StandardScaler
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils._metadata_requests import MetadataRequest

from core.errors import ModelError
from core.loading import pickles
from core.models.older import SplineParts
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


class _NewerScipy(pickle._Pickler):  # type: ignore[name-defined,misc]  # the one in Python, whose parts can be replaced
    """Writes a spline as scipy 1.18 does: an object that holds its parts, beside an empty array."""

    def reducer_override(self, item: Any) -> Any:
        """The parts of a spline by their later names."""
        if type(item) is not BSpline:
            return NotImplemented
        parts = SplineParts()
        vars(parts).update(
            t=item.t, c=item.c, k=item.k, axis=item.axis, extrapolate=item.extrapolate, _delegate_to=None
        )
        return copyreg.__newobj__, (BSpline,), (parts, self.rest)  # type: ignore[attr-defined]


@pytest.mark.parametrize("rest", [np.zeros(0), np.zeros(3), {"k": 1}])
def test_a_spline_of_a_newer_scipy(rest: Any) -> None:
    model = make_pipeline(SplineTransformer(n_knots=4), Ridge()).fit(X, zoo.TARGET)
    file = io.BytesIO()
    writer = _NewerScipy(file, 2)
    writer.rest = rest
    writer.dump(model)
    ours, theirs = b"core.models.older\nSplineParts\n", b"scipy.interpolate._bsplines\n_BSpline\n"
    assert ours in file.getvalue()
    data = file.getvalue().replace(ours, theirs)
    if np.size(rest):
        with pytest.raises(ModelError, match="not a set of attributes"):
            pickles.load(data, "m.pkl")
        return
    found: Any = pickles.load(data, "m.pkl")
    np.testing.assert_array_equal(found.predict(X), model.predict(X))
