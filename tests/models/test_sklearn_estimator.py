"""Every classifier and regressor of scikit-learn wraps and answers like itself, or says why not."""

from __future__ import annotations

import inspect
import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.cluster import KMeans
from sklearn.datasets import load_diabetes, load_iris
from sklearn.decomposition import PCA
from sklearn.ensemble import (
    GradientBoostingClassifier,
    HistGradientBoostingRegressor,
    IsolationForest,
    RandomForestClassifier,
)
from sklearn.linear_model import LogisticRegression, PoissonRegressor, Ridge, RidgeClassifier
from sklearn.multioutput import MultiOutputClassifier, MultiOutputRegressor
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, LinearSVC
from sklearn.utils import all_estimators

from core.errors import ExplorerError, InputError, ModelError, NotApplicable
from core.models import rebind, wrap
from core.types import Model

IRIS = load_iris(as_frame=True)
NAMES = IRIS.target.map({0: "setosa", 1: "versicolor", 2: "virginica"})
DIABETES = load_diabetes(as_frame=True)
BINARY = NAMES.where(NAMES == "setosa", "other")
SEVERAL = {"CCA", "PLSCanonical", "MultiTaskElasticNet", "MultiTaskElasticNetCV", "MultiTaskLasso", "MultiTaskLassoCV"}
SEVERAL |= {"MultiOutputClassifier", "MultiOutputRegressor", "RegressorChain", "ClassifierChain"}


def build(cls: Any, kind: str) -> Any:
    """An estimator with what its constructor needs, small enough to be fast."""
    inner = LogisticRegression(max_iter=300) if kind == "classifier" else Ridge()
    wanted = inspect.signature(cls).parameters
    given: dict[str, Any] = {"random_state": 0} if "random_state" in wanted else {}
    if "estimators" in wanted:
        given["estimators"] = [("a", inner), ("b", build_simple(kind))]
    if "estimator" in wanted and (
        wanted["estimator"].default is inspect.Parameter.empty or cls.__name__ == "SelfTrainingClassifier"
    ):
        given["estimator"] = inner
    for name in ("n_estimators", "max_iter"):
        if name in wanted and cls.__name__ != "MLPRegressor" and wanted[name].default not in (None, -1):
            given[name] = 5 if name == "n_estimators" else wanted[name].default
    return cls(**given)


def build_simple(kind: str) -> Any:
    """A second estimator for voting and stacking."""
    return KNeighborsClassifier() if kind == "classifier" else Ridge(5.0)


def data_for(name: str, kind: str) -> tuple[pd.DataFrame, Any]:
    """A table and a target that the estimator takes."""
    if kind == "regressor":
        table, target = DIABETES.data[:150] + 1, DIABETES.target[:150]
        if name == "IsotonicRegression":
            table = table[["bmi"]]
        return table, np.column_stack([target, target + 1]) if name in SEVERAL else target
    table = IRIS.data.round() if name == "CategoricalNB" else IRIS.data
    if name in ("FixedThresholdClassifier", "TunedThresholdClassifierCV"):
        return table, BINARY
    if name == "ClassifierChain":
        return table, np.column_stack([IRIS.target > 0, IRIS.target > 1]).astype(int)
    return table, np.column_stack([NAMES, NAMES]) if name in SEVERAL else NAMES


def library_answer(estimator: Any, table: pd.DataFrame) -> Any:
    """What scikit-learn itself says, in the form of the protocol."""
    if not hasattr(estimator, "classes_"):
        return np.asarray(estimator.predict(table), dtype=float).reshape(len(table), -1)
    if hasattr(estimator, "predict_proba"):
        return estimator.predict_proba(table)
    return pd.get_dummies(pd.Categorical(estimator.predict(table), estimator.classes_)).to_numpy(float)


CASES = [(name, cls, kind) for kind in ("classifier", "regressor") for name, cls in all_estimators(kind)]


@pytest.mark.parametrize("as_frame", [True, False], ids=["frame", "array"])
@pytest.mark.parametrize(("name", "cls", "kind"), CASES, ids=[case[0] for case in CASES])
def test_every_estimator_answers_like_itself(name: str, cls: Any, kind: str, as_frame: bool) -> None:
    if name in ("GaussianProcessClassifier",) and not as_frame:
        pytest.skip("slow, and the same code as with a frame")
    table, target = data_for(name, kind)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # convergence and deprecations are the estimator's own matter
        estimator = build(cls, kind).fit(table if as_frame else table.to_numpy(), target)
        if name in SEVERAL:
            with pytest.raises(ModelError, match="several targets"):
                wrap(estimator)
            return
        expected = library_answer(estimator, table if as_frame else table.to_numpy())
        model = wrap(estimator)
        frame = pd.DataFrame(table.to_numpy(), columns=list(model.features))
        found = model.predict(frame)
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)  # BLAS adds in another order
    assert isinstance(model, Model)
    assert model.named is (as_frame and name != "IsotonicRegression")
    assert model.features == (tuple(table.columns) if model.named else tuple(f"x{i}" for i in range(table.shape[1])))
    if kind == "classifier":
        assert model.classes == tuple(sorted(set(target)))
        assert bool(model.notes) is not hasattr(estimator, "predict_proba")
    else:
        assert model.task == "regression"
    check_margin(model, frame, found)
    assert wrap(estimator).fingerprint == model.fingerprint  # also after predicting


def check_margin(model: Any, frame: pd.DataFrame, prediction: np.ndarray) -> None:
    """The margin through its link is the prediction."""
    if model.margin_scale is None:
        with pytest.raises(NotApplicable):
            model.margin(frame)
        return
    margin = model.margin(frame)
    if model.margin_scale == "log-odds":
        np.testing.assert_allclose(1 / (1 + np.exp(-margin[:, 0])), prediction[:, 1], atol=1e-12)
    elif model.margin_scale == "log-target":
        np.testing.assert_allclose(np.exp(margin), prediction, rtol=1e-12)
    elif model.margin_scale == "target":
        np.testing.assert_array_equal(margin, prediction)
    elif not model.notes:
        powers = np.exp(margin - margin.max(axis=1, keepdims=True))
        np.testing.assert_allclose(powers / powers.sum(axis=1, keepdims=True), prediction, atol=1e-9)


@pytest.mark.parametrize(
    "estimator",
    [
        LogisticRegression(max_iter=500),
        GradientBoostingClassifier(n_estimators=5),
        GradientBoostingClassifier(n_estimators=5, loss="exponential"),
        SVC(),
        LinearSVC(),
        RidgeClassifier(),
    ],
    ids=str,
)
def test_binary_has_two_columns_and_one_margin(estimator: Any) -> None:
    estimator.fit(IRIS.data, BINARY)
    model = wrap(estimator)
    found = model.predict(IRIS.data)
    assert model.task == "binary"
    assert model.classes == ("other", "setosa")
    np.testing.assert_allclose(found.sum(axis=1), 1.0)
    assert model.margin(IRIS.data).shape == (150, 1)
    if model.margin_scale == "log-odds":
        check_margin(model, IRIS.data, found)
    else:
        np.testing.assert_array_equal(found[:, 1] == 1, model.margin(IRIS.data)[:, 0] > 0)
        assert "CalibratedClassifierCV" in model.notes[0]


@pytest.mark.parametrize("labels", [[0, 1], [True, False], [1.0, 2.0], ["b", "a"], ["<script>", "$x$"]], ids=str)
def test_classes_are_the_original_labels_in_output_order(labels: list[Any]) -> None:
    target = np.array(labels)[(IRIS.target > 0).astype(int)]
    estimator = RandomForestClassifier(5, random_state=0).fit(IRIS.data, target)
    model = wrap(estimator)
    assert model.classes == tuple(str(label) for label in estimator.classes_)
    assert wrap(estimator, classes=["no", "yes"]).classes == ("no", "yes")


def test_given_names_must_fit() -> None:
    estimator = RandomForestClassifier(5).fit(IRIS.data, NAMES)
    with pytest.raises(ModelError, match="2 class names were given"):
        wrap(estimator, classes=["a", "b"])
    with pytest.raises(ModelError, match="2 feature names were given"):
        wrap(estimator, features=["a", "b"])


@pytest.mark.parametrize(
    ("thing", "words"),
    [
        (RandomForestClassifier(), "not fitted"),
        (RandomForestClassifier, "is a class"),
        (KMeans(2).fit(IRIS.data), "groups rows"),
        (IsolationForest(n_estimators=5).fit(IRIS.data), "finds outliers"),
        (PCA(2).fit(IRIS.data), "not a model"),
        (StandardScaler().fit(IRIS.data), "not a model"),
        (RandomForestClassifier(3).fit(IRIS.data, np.column_stack([IRIS.target, IRIS.target])), "several targets"),
        (MLPClassifier(3, max_iter=400, tol=1.0).fit(IRIS.data, np.eye(3, dtype=int)[IRIS.target]), "several targets"),
        (MultiOutputRegressor(Ridge()).fit(IRIS.data, IRIS.data), "several targets"),
        (MultiOutputClassifier(LogisticRegression(max_iter=300)).fit(IRIS.data, np.column_stack([NAMES, BINARY])),
         "several targets"),
        (Ridge().fit(IRIS.data, IRIS.data), "several targets"),
        (RandomForestClassifier(3).fit(IRIS.data, np.zeros(150)), "only the class"),
        ({"weights": [1, 2]}, "not a model"),
        (None, "not a model"),
        (42, "not a model"),
    ],
)  # fmt: skip
def test_what_has_no_explanation_is_refused_in_words(thing: Any, words: str) -> None:
    with pytest.raises(ModelError, match=words) as caught:
        wrap(thing)
    assert caught.value.what
    assert caught.value.why or caught.value.hint


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda frame: frame.assign(**{frame.columns[0]: "tall"}), "'sepal length \\(cm\\)'"),
        (lambda frame: frame.assign(**{frame.columns[1]: np.nan}), "'sepal width \\(cm\\)'"),
        (lambda frame: frame.assign(**{frame.columns[1]: np.inf}), "infinite"),
    ],
    ids=["text", "missing", "infinite"],
)
def test_a_failure_names_the_column(change: Any, words: str) -> None:
    model = wrap(LogisticRegression(max_iter=500).fit(IRIS.data, NAMES))
    with pytest.raises(ModelError, match=words):
        model.predict(change(IRIS.data.astype(object)))


def test_foreign_columns_are_refused_before_the_library_sees_them() -> None:
    model = wrap(Ridge().fit(IRIS.data, IRIS.target))
    with pytest.raises(InputError, match="not those of the model"):
        model.predict(IRIS.data[list(IRIS.data.columns[::-1])])


def test_the_estimator_of_the_person_is_left_alone_and_one_row_starts_no_threads() -> None:
    estimator = RandomForestClassifier(5, n_jobs=-1, random_state=0).fit(IRIS.data, NAMES)
    model = wrap(estimator)
    assert estimator.n_jobs == -1
    assert model.engine.estimator.n_jobs == 1  # type: ignore[attr-defined]
    assert model.engine.estimator.estimators_ is estimator.estimators_  # type: ignore[attr-defined]
    np.testing.assert_array_equal(model.predict(IRIS.data), estimator.predict_proba(IRIS.data))


def test_log_links_of_boosted_and_linear_regression() -> None:
    target = DIABETES.target[:200]
    for estimator in (
        PoissonRegressor(),
        HistGradientBoostingRegressor(loss="poisson", max_iter=5),
        HistGradientBoostingRegressor(loss="gamma", max_iter=5),
    ):
        model = wrap(estimator.fit(DIABETES.data[:200], target))
        assert model.margin_scale == "log-target"
        check_margin(model, DIABETES.data[:200], model.predict(DIABETES.data[:200]))


def test_no_margin_where_the_decision_is_not_the_logit() -> None:
    for estimator in (CalibratedClassifierCV(LinearSVC(), cv=2), RandomForestClassifier(3)):
        assert wrap(estimator.fit(IRIS.data, BINARY)).margin_scale is None


def test_rebinding_gives_names_and_another_fingerprint() -> None:
    model = wrap(Ridge().fit(IRIS.data.to_numpy(), IRIS.target))
    assert model.features == ("x0", "x1", "x2", "x3")
    named = rebind(model, ("a", "b", "c", "d"))
    assert named.named
    assert named.fingerprint != model.fingerprint
    frame = IRIS.data.set_axis(["a", "b", "c", "d"], axis=1)
    np.testing.assert_allclose(named.predict(frame)[:, 0], model.native.predict(IRIS.data.to_numpy()))
    for wrong in (("a", "b"), ("a", "a", "b", "c")):
        with pytest.raises(InputError):
            rebind(model, wrong)


def test_fingerprints_follow_the_state() -> None:
    one = wrap(Ridge(1.0).fit(IRIS.data, IRIS.target))
    again = wrap(Ridge(1.0).fit(IRIS.data, IRIS.target))
    other = wrap(Ridge(2.0).fit(IRIS.data, IRIS.target))
    assert one.fingerprint == again.fingerprint != other.fingerprint
    assert wrap(one.native, fingerprint="given").fingerprint == "given"
    assert wrap(one) is one


def test_pandas_dtypes_of_any_version_are_understood() -> None:
    frame = IRIS.data.copy()
    model = wrap(RandomForestClassifier(5, random_state=0).fit(frame, NAMES))
    expected = model.predict(frame)
    nullable = frame.convert_dtypes()
    assert any(not isinstance(dtype, np.dtype) for dtype in nullable.dtypes)
    np.testing.assert_array_equal(model.predict(nullable), expected)
    np.testing.assert_array_equal(model.predict(frame.astype(object)), expected)


def test_errors_are_always_of_the_house() -> None:
    model = wrap(KNeighborsClassifier().fit(IRIS.data, NAMES))
    with pytest.raises(ExplorerError):
        model.predict(IRIS.data.assign(**{IRIS.data.columns[0]: [{}] * 150}))
