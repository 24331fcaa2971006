"""Files as people make them today: requests for metadata, training that went on from another model, splines of scipy to come, explainers beside a model."""

from __future__ import annotations

import argparse
import copyreg
import io
import pickle
import platform
import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
import sklearn
from lightgbm import LGBMRegressor
from scipy.interpolate import BSpline, CubicSpline
from scipy.spatial import KDTree
from scipy.stats import linregress
from sklearn.ensemble import RandomForestClassifier, StackingClassifier
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import f1_score, make_scorer
from sklearn.model_selection import GridSearchCV, GroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, SplineTransformer, StandardScaler
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils._metadata_requests import MetadataRequest

from core.errors import ModelError
from core.loading import pickles
from core.loading.models import read_model
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


def _shap() -> Any:
    """SHAP, where it is installed; drawing with it warns of things to come."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pytest.importorskip("shap")


def _explained() -> dict[str, Any]:
    """What a notebook keeps beside its model: explainers of SHAP, notes, curves."""
    shap = _shap()
    frame = pd.DataFrame(X, columns=list("abcde"))
    forest = RandomForestClassifier(3, random_state=0).fit(frame, LABELS)
    line = LogisticRegression().fit(frame, LABELS)
    return {
        "model": forest,
        "trees": shap.TreeExplainer(forest),
        "background": shap.TreeExplainer(forest, frame, model_output="probability"),
        "line": shap.LinearExplainer(line, frame),
        "any": shap.KernelExplainer(line.predict, frame[:3]),
        "found": shap.LinearExplainer(line, frame)(frame[:3]),
        "asked": argparse.Namespace(rate=0.1),
        "when": time.gmtime(0),
        "where": platform.uname(),
        "curve": CubicSpline([0, 1, 2], [0, 1, 4]),
        "near": KDTree(X),
        "slope": linregress(X[:, 0], X[:, 1]),
    }


@pytest.mark.parametrize("protocol", [4, 5])
def test_explainers_and_notes_beside_a_model_are_left_out(protocol: int) -> None:
    content = _explained()
    data = pickle.dumps(content, protocol)
    found: Any = pickles.load(data, "m.pkl")
    assert all("left out" in repr(part) for name, part in found.items() if name != "model")
    assert set(found) == set(content)
    rows = pd.DataFrame(X, columns=list("abcde"))
    np.testing.assert_array_equal(found["model"].predict_proba(rows), content["model"].predict_proba(rows))
    assert read_model(data, "m.pkl").kind == "RandomForestClassifier"


def test_an_explainer_does_not_serve_as_a_step() -> None:
    """What is left out does nothing: a pipeline that has it as its last step is none."""
    forest = RandomForestClassifier(3, random_state=0).fit(X, LABELS)
    model = make_pipeline(StandardScaler(), forest).fit(X, LABELS)
    model.steps[-1] = ("model", _shap().TreeExplainer(forest))
    with pytest.raises(ModelError):
        read_model(pickle.dumps(model), "m.pkl")


@pytest.mark.parametrize(
    "keep", [lambda m: {"m": m, "ask": m.predict}, lambda m: [m, (m.predict_proba,)], lambda m: m.fit]
)
def test_a_method_of_a_model_lies_nowhere_but_in_what_is_left_out(keep: Callable[[Any], Any]) -> None:
    model = LogisticRegression().fit(X, LABELS)
    for content in (keep(model), make_pipeline(FunctionTransformer(keep(model)))):
        with pytest.raises(ModelError, match=r"by its name \(getattr"):
            pickles.load(pickle.dumps(content), "m.pkl")
