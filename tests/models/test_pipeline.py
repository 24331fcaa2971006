"""Pipelines answer like themselves, and every encoded column is traced to the feature that really moves it."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
import pandas as pd
import pytest
import xgboost
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.compose import ColumnTransformer, make_column_selector
from sklearn.decomposition import PCA
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.feature_selection import SelectKBest, VarianceThreshold
from sklearn.impute import KNNImputer, MissingIndicator, SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    KBinsDiscretizer,
    MinMaxScaler,
    OneHotEncoder,
    OrdinalEncoder,
    PolynomialFeatures,
    PowerTransformer,
    StandardScaler,
    TargetEncoder,
)

from core.errors import ModelError
from core.models import wrap
from core.models.encoding import encoded_sources
from core.models.options import MAX_COLUMNS
from core.models.pipeline import PipelineEngine

RNG = np.random.default_rng(1)
ROWS = 240
FRAME = pd.DataFrame(
    {"age": RNG.integers(18, 80, ROWS).astype(float), "income": RNG.gamma(2, size=ROWS), "city": RNG.choice(list("ABCDE"), ROWS, p=[0.4, 0.3, 0.2, 0.07, 0.03]), "owner": RNG.random(ROWS) > 0.5, "job": RNG.choice(["cook", "nurse", None], ROWS), "debt": RNG.normal(size=ROWS)}
)  # fmt: skip
FRAME.loc[::11, "income"] = np.nan
TARGET = ((FRAME["age"] > 45) ^ (FRAME["city"] == "A") ^ (FRAME["debt"] > 1)).astype(int)
NUMBERS, TEXTS = ["age", "income", "debt"], ["city", "job"]


def front(*parts: Any, remainder: Any = "drop", **options: Any) -> ColumnTransformer:
    return ColumnTransformer([(str(i), *part) for i, part in enumerate(parts)], remainder=remainder, **options)


NUMERIC = {
    "scaled": StandardScaler(),
    "imputed with flags": make_pipeline(SimpleImputer(add_indicator=True), MinMaxScaler()),
    "bins": make_pipeline(SimpleImputer(), KBinsDiscretizer(3, quantile_method="averaged_inverted_cdf")),
    "ordinal bins": make_pipeline(
        SimpleImputer(), KBinsDiscretizer(3, encode="ordinal", quantile_method="averaged_inverted_cdf")
    ),
    "power": make_pipeline(SimpleImputer(), PowerTransformer()),
    "ufunc": make_pipeline(SimpleImputer(), FunctionTransformer(np.arctan)),
    "flags": MissingIndicator(features="all"),
    "union": FeatureUnion([("a", SimpleImputer()), ("b", MissingIndicator())]),
    "selected": make_pipeline(SimpleImputer(), SelectKBest(k=2)),
    "varied": make_pipeline(SimpleImputer(add_indicator=True), VarianceThreshold(0.01)),
}
LEVELS = {
    "one hot": OneHotEncoder(handle_unknown="ignore"),
    "dropped": OneHotEncoder(drop="first", handle_unknown="ignore"),
    "if binary": OneHotEncoder(drop="if_binary", handle_unknown="ignore"),
    "rare": OneHotEncoder(min_frequency=20, handle_unknown="infrequent_if_exist"),
    "rare and dropped": OneHotEncoder(min_frequency=20, drop="first", handle_unknown="infrequent_if_exist"),
    "dense": OneHotEncoder(sparse_output=False, handle_unknown="ignore"),
    "ordinal": OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1),
    "target": TargetEncoder(cv=2),
    "imputed": make_pipeline(SimpleImputer(strategy="most_frequent"), OneHotEncoder(handle_unknown="ignore")),
}


def moved_by(steps: Any, frame: pd.DataFrame) -> list[set[int]]:
    """Brute force: which features change which encoded columns when their cells are shuffled."""

    def encode(rows: pd.DataFrame) -> np.ndarray:
        found: Any = rows
        for step in steps:
            found = step.transform(found)
        return np.asarray(found.toarray() if hasattr(found, "toarray") else found, dtype=float)

    before = encode(frame)
    moved: list[set[int]] = [set() for _ in range(before.shape[1])]
    for position, name in enumerate(frame.columns):
        shuffled = frame.assign(**{name: frame[name].to_numpy()[np.random.default_rng(0).permutation(len(frame))]})
        different = ~np.isclose(encode(shuffled), before, equal_nan=True).all(axis=0)
        for column in np.flatnonzero(different):
            moved[column].add(position)
    return moved


@settings(max_examples=25)
@given(
    numeric=st.sampled_from(sorted(NUMERIC)),
    levels=st.sampled_from(sorted(LEVELS)),
    remainder=st.sampled_from(["drop", "passthrough"]),
    order=st.permutations(range(2)),
    by=st.sampled_from(["names", "positions", "callable"]),
)
def test_sources_are_what_brute_force_finds(
    numeric: str, levels: str, remainder: str, order: list[int], by: str
) -> None:
    chosen: dict[str, Any] = {"names": (NUMBERS, TEXTS), "positions": ([0, 1, 5], [2, 4])}
    chosen["callable"] = (make_column_selector(dtype_include=float), make_column_selector(dtype_include=[object, str]))
    columns = chosen[by]
    parts = [(NUMERIC[numeric], columns[0]), (LEVELS[levels], columns[1])]
    encoder = front(*[parts[i] for i in order], remainder=remainder)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # constant features in a selector
        encoder.fit(FRAME, TARGET)
        expected = moved_by([encoder], FRAME)
    found = encoded_sources([encoder], list(FRAME.columns), FRAME.shape[1])
    assert found is not None
    assert len(found) == len(expected)
    for source, features in zip(found, expected, strict=True):
        assert features <= {int(source)}  # a constant column moves with nothing


@pytest.mark.parametrize(
    "part",
    [PCA(2), PolynomialFeatures(2), KNNImputer(), FunctionTransformer(lambda frame: frame.iloc[:, ::-1])],
    ids=["pca", "products", "neighbours", "own function"],
)
def test_mixed_columns_have_no_sources(part: Any) -> None:
    encoder = front((part, ["age", "debt"]), (OneHotEncoder(), ["city"])).fit(FRAME)
    assert encoded_sources([encoder], list(FRAME.columns), FRAME.shape[1]) is None


def test_multiclass_target_encoder_has_one_column_per_class() -> None:
    encoder = TargetEncoder(cv=2).fit(FRAME[["city", "owner"]].astype(str), pd.qcut(FRAME["debt"], 3, labels=False))
    found = encoded_sources([encoder], ["city", "owner"], 2)
    np.testing.assert_array_equal(found, [0, 0, 0, 1, 1, 1])
    assert all(len(features) <= 1 for features in moved_by([encoder], FRAME[["city", "owner"]].astype(str)))


def pipeline(last: Any, **options: Any) -> Pipeline:
    """Numbers, flags, levels and what is left over, in front of a model."""
    numeric = Pipeline([("fill", SimpleImputer(add_indicator=True)), ("scale", StandardScaler())])
    encoder = front((numeric, NUMBERS), (LEVELS["rare"], TEXTS), remainder="passthrough", **options)
    return Pipeline([("encode", encoder), ("model", last)])


LAST = {
    "xgboost": xgboost.XGBClassifier(n_estimators=15, n_jobs=1),
    "lightgbm": lightgbm.LGBMClassifier(n_estimators=15, n_jobs=1, verbose=-1),
    "logistic": LogisticRegression(max_iter=500),
}


@pytest.mark.parametrize("sparse", [0.0, 1.0], ids=["dense", "sparse"])
@pytest.mark.parametrize("last", LAST.values(), ids=LAST)
@pytest.mark.filterwarnings("ignore:X does not have valid feature names")  # LightGBM warns of its own accord
def test_a_pipeline_answers_like_itself_and_adds_up(last: Any, sparse: float) -> None:
    native = pipeline(last, sparse_threshold=sparse).fit(FRAME, TARGET)
    model = wrap(native)
    assert model.features == tuple(FRAME.columns)
    assert model.named
    assert model.kind.startswith("Pipeline of ColumnTransformer and ")
    np.testing.assert_allclose(model.predict(FRAME), native.predict_proba(FRAME), atol=1e-7)
    np.testing.assert_allclose(model.predict(FRAME.iloc[[7]]), native.predict_proba(FRAME.iloc[[7]]), atol=1e-7)
    margin = model.margin(FRAME)
    np.testing.assert_allclose(1 / (1 + np.exp(-margin[:, 0])), model.predict(FRAME)[:, 1], atol=1e-6)
    found = model.contributions(FRAME)
    if isinstance(last, LogisticRegression):
        assert found is None
        return
    assert found is not None
    assert found.values.shape == (ROWS, FRAME.shape[1], 1)
    np.testing.assert_allclose(found.values.sum(axis=1) + found.base, margin, atol=2e-5)


def test_attributions_are_those_of_the_booster_on_the_encoded_columns() -> None:
    native = pipeline(LAST["xgboost"]).fit(FRAME, TARGET)
    model = wrap(native)
    assert isinstance(model.engine, PipelineEngine)
    encoded = native[:-1].transform(FRAME)
    own = native[-1].get_booster().predict(xgboost.DMatrix(encoded), pred_contribs=True)[:, :-1]
    names = [name.split("__", 1)[1] for name in native[:-1].get_feature_names_out()]
    by_feature = np.zeros((ROWS, FRAME.shape[1]))
    for column, name in enumerate(names):
        feature = next(
            i for i, known in enumerate(FRAME.columns) if name.removeprefix("missingindicator_").startswith(known)
        )
        by_feature[:, feature] += own[:, column]
    found = model.contributions(FRAME)
    assert found is not None
    np.testing.assert_allclose(found.values[:, :, 0], by_feature, atol=1e-6)


def test_no_attribution_through_a_mixing_front() -> None:
    native = make_pipeline(SimpleImputer(), PCA(2), xgboost.XGBClassifier(n_estimators=3, n_jobs=1))
    model = wrap(native.fit(FRAME[NUMBERS], TARGET))
    assert model.contributions(FRAME[NUMBERS]) is None
    np.testing.assert_allclose(model.predict(FRAME[NUMBERS]), native.predict_proba(FRAME[NUMBERS]), atol=1e-7)


@pytest.mark.parametrize("dtype", ["object", "str", "category"])
def test_text_of_any_pandas_means_the_same(dtype: str) -> None:
    """A pipeline fitted on object columns, as pandas 2 read them, takes pandas 3 text, and the other way round."""
    kinds = {"city": dtype, "job": dtype}
    given_kind = FRAME.astype(kinds)
    for fitted in (FRAME.astype({"city": object, "job": object}), FRAME.astype({"city": "str", "job": "str"})):
        native = pipeline(LogisticRegression(max_iter=500)).fit(fitted, TARGET)
        np.testing.assert_allclose(wrap(native).predict(given_kind), native.predict_proba(fitted), atol=1e-12)


def test_nullable_columns_are_taken() -> None:
    native = pipeline(LogisticRegression(max_iter=500)).fit(FRAME, TARGET)
    np.testing.assert_allclose(wrap(native).predict(FRAME.convert_dtypes()), native.predict_proba(FRAME), atol=1e-9)


def test_a_search_is_its_best_estimator() -> None:
    native = GridSearchCV(pipeline(LAST["xgboost"]), {"model__max_depth": [2, 3]}, cv=2, n_jobs=1).fit(FRAME, TARGET)
    model = wrap(native)
    assert "found by GridSearchCV" in model.kind
    np.testing.assert_allclose(model.predict(FRAME), native.predict_proba(FRAME), atol=1e-7)
    assert model.contributions(FRAME) is not None


def test_documents_are_one_text_column() -> None:
    texts = pd.DataFrame({"text": ["good day", "bad day", "good night", "bad luck"] * 10})
    native = make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(texts["text"], [1, 0, 1, 0] * 10)
    model = wrap(native)
    assert len(model.features) == 1
    frame = texts.set_axis(list(model.features), axis=1)
    np.testing.assert_array_equal(model.predict(frame), native.predict_proba(texts["text"]))


def test_there_may_be_more_words_than_any_table_has_columns() -> None:
    texts = [" ".join(f"w{word}" for word in range(start, start + 5_000)) for start in range(0, MAX_COLUMNS + 1, 5_000)]
    native = make_pipeline(TfidfVectorizer(), Ridge()).fit(texts, np.arange(len(texts)))
    assert native[-1].n_features_in_ > MAX_COLUMNS
    model = wrap(native)
    frame = pd.DataFrame({model.features[0]: texts[:3]})
    np.testing.assert_array_equal(model.predict(frame)[:, 0], native.predict(texts[:3]))
    with pytest.raises(ModelError, match="No table has so many"):
        wrap(native[-1])


def test_a_pipeline_without_names_takes_positions() -> None:
    matrix = FRAME[["age", "debt"]].to_numpy()
    native = make_pipeline(StandardScaler(), Ridge()).fit(matrix, TARGET)
    model = wrap(native)
    assert (model.named, model.features) == (False, ("x0", "x1"))
    found = model.predict(pd.DataFrame(matrix, columns=["x0", "x1"]))
    np.testing.assert_allclose(found[:, 0], native.predict(matrix))


@pytest.mark.parametrize(
    ("native", "words"),
    [
        (make_pipeline(StandardScaler(), Ridge()), "not fitted"),
        (make_pipeline(StandardScaler(), PCA(1)).fit(FRAME[["age", "debt"]]), "no last step"),
        (make_pipeline(FunctionTransformer(), Ridge()).fit(FRAME[["age", "debt"]].to_numpy(), TARGET), None),
    ],
)
def test_pipelines_that_cannot_be_explained_say_why(native: Any, words: str | None) -> None:
    if words is None:
        assert wrap(native, features=["age", "debt"]).named
        return
    with pytest.raises(ModelError, match=words):
        wrap(native)


def test_unseen_levels_are_named_when_the_encoder_refuses_them() -> None:
    encoder = front((OneHotEncoder(handle_unknown="error"), ["city"]))
    model = wrap(make_pipeline(encoder, LogisticRegression()).fit(FRAME, TARGET))
    with pytest.raises(ModelError, match="Atlantis"):
        model.predict(FRAME.assign(city="Atlantis"))


def test_real_data_with_missing_levels(shared_data: Path) -> None:
    frame = pd.read_csv(shared_data / "adult_10k.csv").iloc[:1500]
    target = (frame.pop("income") == ">50K").astype(int)
    numeric = list(frame.select_dtypes("number").columns)
    texts = [name for name in frame.columns if name not in numeric]
    encoder = front((SimpleImputer(), numeric), (OneHotEncoder(min_frequency=10, handle_unknown="ignore"), texts))
    native = make_pipeline(encoder, lightgbm.LGBMClassifier(n_estimators=10, n_jobs=1, verbose=-1)).fit(frame, target)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # LightGBM on names
        expected = native.predict_proba(frame)
    model = wrap(native)
    np.testing.assert_array_equal(model.predict(frame), expected)
    found = model.contributions(frame)
    assert found is not None
    np.testing.assert_allclose(found.values.sum(axis=1) + found.base, model.margin(frame), atol=1e-9)
