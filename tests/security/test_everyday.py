"""What people pickle beside the estimators themselves: searches over distributions, functions, dates, notes; as plainly read."""

from __future__ import annotations

import datetime
import logging
import pickle
import re
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from pathlib import PurePosixPath
from typing import Any
from zoneinfo import ZoneInfo

import joblib
import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
import scipy.special
import scipy.stats
from sklearn.cluster import BisectingKMeans
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.ensemble import (
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
)
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression, Ridge, RidgeClassifier
from sklearn.metrics import accuracy_score, mean_absolute_error
from sklearn.metrics.pairwise import rbf_kernel
from sklearn.model_selection import GridSearchCV, KFold, RandomizedSearchCV
from sklearn.multiclass import OneVsRestClassifier
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.svm import SVC, SVR, NuSVC, NuSVR, OneClassSVM
from xgboost import XGBRegressor

from core.errors import ModelError
from core.loading import pickles
from core.loading.models import read_model
from core.models import first_guess
from tests.security import zoo

X, LABELS, TARGET = zoo.X, zoo.LABELS, zoo.TARGET
SHARES = np.clip(zoo.POSITIVE / 5, 0.05, 0.95)
FRAME = pd.DataFrame(X, columns=list("abcde"))
SPLITS = [(np.arange(30), np.arange(30, 60)), (np.arange(30, 60), np.arange(30))]
ASKED: dict[str, Callable[[], tuple[Any, Any]]] = {
    "whole numbers to draw": lambda: (
        RandomizedSearchCV(
            RandomForestClassifier(3, random_state=0),
            {"max_depth": scipy.stats.randint(1, 4), "min_samples_leaf": scipy.stats.poisson(2, loc=1)},
            n_iter=2,
            cv=2,
            random_state=0,
        ).fit(X, LABELS),
        X,
    ),
    "own splits": lambda: (GridSearchCV(Ridge(), {"alpha": [1.0, 2.0]}, cv=SPLITS).fit(X, LABELS), X),
    "special function": lambda: (
        make_pipeline(FunctionTransformer(scipy.special.logit), Ridge()).fit(SHARES, X),
        SHARES,
    ),
    "kernel by function": lambda: (SVC(kernel=rbf_kernel).fit(X, LABELS), X),
    "given kernel": lambda: (SVC(kernel="precomputed").fit(X @ X.T, LABELS), X @ X.T),
    "early stop by score": lambda: (
        HistGradientBoostingClassifier(max_iter=4, early_stopping=True, scoring="accuracy").fit(X, LABELS),
        X,
    ),
    "first guess": lambda: (GradientBoostingRegressor(n_estimators=3, init=Ridge()).fit(X, X[:, 0]), X),
    "first guess of classes": lambda: (
        GradientBoostingClassifier(n_estimators=3, init=LogisticRegression()).fit(zoo.X_MANY, zoo.MANY),
        X,
    ),
    "sparse halves": lambda: (BisectingKMeans(3, random_state=0).fit(sp.csr_matrix(SHARES)), sp.csr_matrix(SHARES)),
    "distance of a covariance": lambda: (
        KNeighborsClassifier(metric="mahalanobis", metric_params={"VI": np.eye(5)}, algorithm="ball_tree").fit(
            X, LABELS
        ),
        X,
    ),
    "columns from name to name": lambda: (
        make_pipeline(ColumnTransformer([("s", StandardScaler(), slice("a", "c"))]), Ridge()).fit(FRAME, X[:, 0]),
        FRAME,
    ),
    "another generator": lambda: (
        RandomForestClassifier(3, random_state=np.random.RandomState(np.random.PCG64(3))).fit(X, LABELS),
        X,
    ),
}
DATES = pd.date_range("2024-01-31", periods=3, freq="MS", name="when")
BESIDE: dict[str, Any] = {
    "dates": pd.DataFrame({"a": DATES, "b": [1.0, 2.0, 3.0], "c": DATES + pd.Timedelta("1h")}, index=DATES),
    "zone": pd.DataFrame({"a": DATES.tz_localize("UTC")}),
    "spans": pd.DataFrame({"a": pd.to_timedelta([1, 2], unit="D")}),
    "index of spans": pd.to_timedelta([1, 2], unit="s"),
    "point": pd.Timestamp("2024-02-03 04:05"),
    "point in a zone": pd.Timestamp("2024-02-03", tz="UTC"),
    "point in a place": pd.Timestamp("2024-02-03", tz="Europe/Zurich"),
    "span": pd.Timedelta("3D"),
    "small numbers": pd.DataFrame(
        {"a": pd.array([1, None], dtype="Int8"), "b": pd.array([1.5, None], dtype="Float32")}
    ),
    "now": datetime.datetime(2024, 1, 2, 3, 4, 5, tzinfo=datetime.UTC),
    "hour": datetime.time(3, 4),
    "price": Decimal("-1.50"),
    "counted": Counter("abca"),
    "interval": pd.Interval(0, 1.5, closed="left"),
    "intervals": pd.interval_range(0, 4, name="steps"),
    "spans of dates": pd.IntervalIndex.from_breaks(DATES),
    "risk of each interval": dict(zip(pd.cut(X[:, 0], 3).categories, [0.1, 0.2, 0.3], strict=True)),
    "cut column": pd.DataFrame({"a": pd.cut(X[:, 0], 3), "b": pd.qcut(X[:, 1], 4)}),
}


@pytest.mark.parametrize("name", ASKED)
def test_a_model_loads_and_answers_alike(name: str) -> None:
    model, rows = ASKED[name]()
    data = pickle.dumps(model)
    expected = zoo.answer(pickle.loads(data), rows)
    assert expected is not None
    np.testing.assert_array_equal(zoo.answer(pickles.load(data, "m.pkl"), rows), expected)


@pytest.mark.parametrize("name", BESIDE)
@pytest.mark.parametrize("protocol", [2, 4, 5])
def test_what_lies_beside_a_model_is_the_same(name: str, protocol: int) -> None:
    data = pickle.dumps({"model": Ridge().fit(X, TARGET), "beside": BESIDE[name]}, protocol)
    found: Any = pickles.load(data, "m.pkl")["beside"]  # type: ignore[index]
    assert type(found) is type(BESIDE[name])
    if isinstance(found, pd.DataFrame):
        pd.testing.assert_frame_equal(found, BESIDE[name], check_freq=False)
    elif isinstance(found, pd.Index):
        pd.testing.assert_index_equal(found, BESIDE[name])
    else:
        assert found == BESIDE[name]


def test_columns_of_a_place_keep_their_points_in_time() -> None:
    """Its clocks lie in files of the system: they are shown in UTC."""
    when = pd.DataFrame({"a": DATES.tz_localize("America/New_York")})
    found: Any = pickles.load(pickle.dumps({"model": Ridge().fit(X, TARGET), "when": when}), "m.pkl")
    assert (found["when"]["a"] == when["a"]).all()
    assert str(found["when"]["a"].dt.tz) == "UTC"


def test_notes_that_no_prediction_needs_are_left_out() -> None:
    beside = {
        "place": ZoneInfo("Europe/Zurich"),
        "words": re.compile("a"),
        "log": logging.getLogger("a"),
        "month": pd.Period("2024-01"),
    }
    found: Any = pickles.load(pickle.dumps({"model": Ridge().fit(X, TARGET), **beside}), "m.pkl")
    assert all("left out" in repr(found[name]) for name in beside)


def test_a_measure_of_xgboost_is_a_function_of_the_list() -> None:
    settings: Any = {"n_estimators": 3, "n_jobs": 1, "eval_metric": mean_absolute_error, "early_stopping_rounds": 2}
    model = XGBRegressor(**settings).fit(X, TARGET, eval_set=[(X, TARGET)], verbose=False)
    found: Any = pickles.load(pickle.dumps(model), "m.pkl")
    np.testing.assert_array_equal(found.predict(X), model.predict(X))
    assert found.eval_metric is mean_absolute_error


def test_folders_and_caches_are_left_out(tmp_path: Any) -> None:
    steps = [("s", StandardScaler()), ("m", Ridge())]
    model = Pipeline(steps, memory=joblib.Memory(tmp_path, verbose=0)).fit(X, TARGET)
    found: Any = pickles.load(pickle.dumps({"model": model, "file": PurePosixPath("a/b")}), "m.pkl")
    assert found["model"].memory is None
    assert "left out" in repr(found["file"])
    np.testing.assert_array_equal(found["model"].predict(X), model.predict(X))


@pytest.mark.parametrize("form", [(1, 1), (60, 2), (60,)])
def test_a_first_guess_of_another_form_is_told_before_compiled_code_adds_to_it(
    form: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The guess may depend on the rows, so no check of the file can tell."""
    model = GradientBoostingRegressor(n_estimators=3, init=Ridge()).fit(X, TARGET)
    found: Any = pickles.load(pickle.dumps(model), "m.pkl")
    assert type(found) is first_guess.GradientBoostingRegressor
    assert type(found).__name__ == type(model).__name__
    monkeypatch.setattr(type(model), "_raw_predict_init", lambda _self, _rows: np.zeros(form))
    with pytest.raises(ValueError, match="first guess"):
        found.predict(X)


@pytest.mark.parametrize("machine", [SVC, NuSVC, SVR, NuSVR, OneClassSVM])
def test_a_kernel_that_makes_another_matrix_is_told_before_compiled_code_reads_it(machine: Any) -> None:
    """A sum of two tables is as wide as a row, while there is a place to read for each row of training."""
    model = machine(kernel=rbf_kernel).fit(X, LABELS)
    honest: Any = pickles.load(pickle.dumps(model), "m.pkl")
    np.testing.assert_allclose(honest.predict(X), model.predict(X), rtol=1e-12)
    model.kernel = np.add
    found: Any = pickles.load(pickle.dumps(model), "m.pkl")
    assert found.__class__.__name__ == machine.__name__
    for way in ("predict", "decision_function"):
        if hasattr(found, way):
            with pytest.raises(ValueError, match="kernel makes a matrix of the form"):
                getattr(found, way)(X[:1])


def test_answers_for_another_number_of_rows_are_told_before_compiled_code_counts_them() -> None:
    """Which of the rows that are asked belong to a class is kept by its place; nobody looks at how many there are."""
    two = np.column_stack([LABELS, X[:, 1] > 0]).astype(int)
    for labels in (LABELS, two):
        model = OneVsRestClassifier(RidgeClassifier()).fit(X, labels)
        honest: Any = pickles.load(pickle.dumps(model), "m.pkl")
        np.testing.assert_array_equal(honest.predict(X), model.predict(X))
    quantiles = FunctionTransformer(None, np.quantile, check_inverse=False, inv_kw_args={"q": np.linspace(0, 1, 10**6)})
    vars(model)["estimators_"] = [
        TransformedTargetRegressor(Ridge(), transformer=quantiles, check_inverse=False).fit(X, TARGET)
    ] * 2
    found: Any = pickles.load(pickle.dumps(model), "m.pkl")
    with pytest.raises(ValueError, match="another number of rows"):
        found.predict(X)


def test_a_masked_array_keeps_what_it_hides_in_a_dictionary_and_lies_nowhere_else() -> None:
    hidden = np.ma.MaskedArray([1, 10**8], mask=[False, True])
    data = pickle.dumps({"model": Ridge().fit(X, TARGET), "beside": {"param_a": hidden}})
    found: Any = pickles.load(data, "m.pkl")["beside"]["param_a"]  # type: ignore[index]
    assert type(found) is np.ma.MaskedArray
    assert (found.mask.tolist(), found.data.tolist()) == ([False, True], [1, 10**8])
    for place in ([hidden], (hidden,), np.array([hidden, None], dtype=object)):
        with pytest.raises(ModelError, match="hidden numbers outside of a dictionary"):
            pickles.load(pickle.dumps({"model": Ridge().fit(X, TARGET), "beside": place}), "m.pkl")


def test_boosting_with_a_look_at_its_first_guess_keeps_its_scale_of_contributions() -> None:
    model = GradientBoostingClassifier(n_estimators=3, init=LogisticRegression()).fit(X, LABELS)
    read = [read_model(pickle.dumps(GradientBoostingClassifier(n_estimators=3).fit(X, LABELS)), "m.pkl")]
    read.append(read_model(pickle.dumps(model), "m.pkl"))
    assert [found.margin_scale for found in read] == ["log-odds", "log-odds"]


@pytest.mark.parametrize(
    "settings", [{"tokenizer": str.split, "token_pattern": None}, {"preprocessor": str.upper}, {"analyzer": str.split}]
)
def test_words_cut_by_a_method_of_texts(settings: dict[str, Any]) -> None:
    model = make_pipeline(TfidfVectorizer(**settings), LogisticRegression()).fit(zoo.TEXTS, zoo.LABELS)
    for protocol in (2, 5):
        found: Any = pickles.load(pickle.dumps(model, protocol), "m.pkl")
        np.testing.assert_array_equal(found.predict_proba(zoo.TEXTS), model.predict_proba(zoo.TEXTS))


def test_functions_beside_a_model_load_wherever_they_lie() -> None:
    beside = {"inverse": np.expm1, "many": [np.mean, accuracy_score], "how": {"words": str.split, "scale": (np.log1p,)}}
    found: Any = pickles.load(pickle.dumps({"model": Ridge().fit(X, TARGET), **beside}), "m.pkl")
    assert {name: found[name] for name in beside} == beside


def test_a_method_that_is_no_method_of_texts_is_refused_by_its_name() -> None:
    with pytest.raises(ModelError, match=r"by its name \(getattr, 'keys'\)"):
        pickles.load(pickle.dumps({"model": Ridge(), "names": dict.keys}), "m.pkl")


def test_searches_over_splits_and_distributions_can_be_trained_again() -> None:
    from sklearn.base import clone

    model = GridSearchCV(Ridge(), {"alpha": [1.0, 2.0]}, cv=KFold(3).split(X)).set_params(cv=SPLITS).fit(X, TARGET)
    again = clone(pickles.load(pickle.dumps(model), "m.pkl")).fit(X, TARGET)
    np.testing.assert_array_equal(again.predict(X), model.predict(X))


def test_a_stand_in_alone_and_a_function_applied_to_each_are_refused() -> None:
    with pytest.raises(ModelError, match="left out"):
        pickles.load(pickle.dumps(PurePosixPath("a")), "m.pkl")
    with pytest.raises(ModelError, match="may apply any function"):
        pickles.load(pickle.dumps({"model": Ridge(), "f": np.vectorize(len)}), "m.pkl")


@pytest.mark.parametrize("kind", ["Predict", "Proba", "Threshold"])
def test_searches_with_scorers_of_older_versions_answer_alike(kind: str) -> None:
    """Before 1.4 a scorer was of one of three classes; no prediction asks it."""
    search = GridSearchCV(Ridge(), {"alpha": [1.0]}, scoring="r2", cv=2).fit(X, TARGET)
    old = pickle.dumps(search, 2).replace(b"_scorer\n_Scorer", f"_scorer\n_{kind}Scorer".encode())
    assert old != pickle.dumps(search, 2)
    np.testing.assert_array_equal(pickles.load(old, "m.pkl").predict(X), search.predict(X))  # type: ignore[attr-defined]


def test_one_model_for_each_class_keeps_its_plain_form() -> None:
    from core.portable.convert import portable_of

    model = OneVsRestClassifier(LogisticRegression()).fit(X, np.digitize(X[:, 0], [-0.5, 0.5]))
    found: Any = pickles.load(pickle.dumps(model), "m.pkl")
    assert type(found) is not OneVsRestClassifier
    assert portable_of(found, list("abcde"), "multiclass", ("0", "1", "2")) is not None
