"""Models as notebooks save them, bundles and boosters with odd settings: each answers bit for bit as plainly read."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import pickle
from collections.abc import Callable
from typing import Any

import catboost
import joblib
import lightgbm
import numpy as np
import pandas as pd
import pytest
import xgboost
from imblearn.over_sampling import SMOTE, SMOTENC
from imblearn.pipeline import make_pipeline as sampled
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor, make_column_selector, make_column_transformer
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    StackingRegressor,
    VotingClassifier,
    VotingRegressor,
)
from sklearn.frozen import FrozenEstimator
from sklearn.impute import SimpleImputer
from sklearn.linear_model import Lasso, LinearRegression, LogisticRegression, Ridge
from sklearn.model_selection import FixedThresholdClassifier, GridSearchCV, TunedThresholdClassifierCV, cross_validate
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import (
    LabelEncoder,
    OneHotEncoder,
    OrdinalEncoder,
    QuantileTransformer,
    StandardScaler,
    TargetEncoder,
)

from core.loading import pickles
from tests.security import zoo

RNG = np.random.default_rng(11)
ROWS = 120
TABLE = pd.DataFrame(
    {
        "Age": RNG.normal(30, 12, ROWS),
        "Fare": RNG.lognormal(3, 1, ROWS),
        "Sex": RNG.choice(["male", "female"], ROWS),
        "Deck": RNG.choice(list("ABCDE"), ROWS),
    }
)
NUMBERS, LEVELS = ["Age", "Fare"], ["Sex", "Deck"]
PLAIN, TYPED = TABLE[NUMBERS], TABLE.astype(dict.fromkeys(LEVELS, "category"))
SURVIVED = ((TABLE["Sex"] == "female") ^ (TABLE["Fare"] > 40)).astype(int).to_numpy()
CLASS = np.digitize(TABLE["Fare"], [12, 30])
PAID = TABLE["Fare"].to_numpy() * 2 + RNG.normal(size=ROWS)
WORDS = np.where(SURVIVED == 1, "survived", "died")


def _piped(model: Any) -> Any:
    """A model behind the usual preparation."""
    numbers = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
    levels = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    return Pipeline([("pre", ColumnTransformer([("n", numbers, NUMBERS), ("c", levels, LEVELS)])), ("model", model)])


def _xgb(cls: Any, rows: Any, target: Any, **settings: Any) -> Any:
    return cls(n_estimators=4, n_jobs=1, **settings).fit(rows, target)


def _lgb(cls: Any, rows: Any, target: Any, given: dict[str, Any] | None = None, **settings: Any) -> Any:
    fixed = {"n_estimators": 4, "n_jobs": 1, "verbose": -1, "min_child_samples": 3}
    return cls(**{**fixed, **settings}).fit(rows, target, **(given or {}))


def _cat(cls: Any, rows: Any, target: Any, **settings: Any) -> Any:
    fixed = {"iterations": 4, "depth": 3, "verbose": 0, "allow_writing_files": False, "thread_count": 1}
    return cls(**{**fixed, **settings}).fit(rows, target)


def _watched() -> Any:
    """LightGBM that stopped early, with what people pass beside."""
    given = {"eval_set": [(PLAIN, SURVIVED)], "callbacks": [lightgbm.early_stopping(2, verbose=False)]}
    return _lgb(lightgbm.LGBMClassifier, PLAIN, SURVIVED, given, n_estimators=20)


def _without_its_choice() -> Any:
    """A search whose own function chose the winner, taken out so that the search can be written."""
    choose = {"refit": lambda results: int(np.argmax(results["mean_test_score"]))}
    search = GridSearchCV(_piped(LogisticRegression()), {"model__C": [0.1, 1.0]}, cv=2, **choose)
    return search.fit(TABLE, SURVIVED).set_params(refit=True)


def _in_words(kind: Any) -> Any:
    """Levels as a type of texts."""
    return TABLE.astype(dict.fromkeys(LEVELS, kind))


MODELS: dict[str, Callable[[], tuple[Any, Any]]] = {
    "tables out": lambda: (
        _piped(RandomForestClassifier(3)).set_output(transform="pandas").fit(TABLE, SURVIVED),
        TABLE,
    ),
    "levels by target": lambda: (
        make_pipeline(TargetEncoder(target_type="multiclass", cv=2, random_state=0), Ridge()).fit(TABLE[LEVELS], CLASS),
        TABLE[LEVELS],
    ),
    "histograms of categories": lambda: (
        HistGradientBoostingClassifier(max_iter=4, categorical_features="from_dtype").fit(TYPED, WORDS),
        TYPED,
    ),
    "histograms of named categories": lambda: (
        HistGradientBoostingRegressor(max_iter=4, categorical_features=LEVELS, loss="gamma").fit(TYPED, PAID.clip(1)),
        TYPED,
    ),
    "selected columns": lambda: (
        make_pipeline(
            make_column_transformer(
                (OrdinalEncoder(), make_column_selector(pattern="Sex|Deck")), remainder="passthrough"
            ),
            HistGradientBoostingClassifier(max_iter=3, categorical_features=[0, 1]),
        ).fit(TABLE, CLASS),
        TABLE,
    ),
    "function of the search": lambda: (_without_its_choice(), TABLE),
    "tuned threshold": lambda: (
        TunedThresholdClassifierCV(_piped(LogisticRegression()), cv=2).fit(TABLE, WORDS == "died"),
        TABLE,
    ),
    "fixed threshold": lambda: (
        FixedThresholdClassifier(_piped(LogisticRegression()), threshold=0.3, pos_label="survived").fit(TABLE, WORDS),
        TABLE,
    ),
    "frozen": lambda: (
        CalibratedClassifierCV(FrozenEstimator(_piped(RandomForestClassifier(3)).fit(TABLE, WORDS))).fit(TABLE, WORDS),
        TABLE,
    ),
    "temperature": lambda: (
        CalibratedClassifierCV(_piped(LogisticRegression()), method="temperature", cv=2).fit(TABLE, CLASS),
        TABLE,
    ),
    "logarithm of the target": lambda: (
        TransformedTargetRegressor(_piped(Ridge()), func=np.log1p, inverse_func=np.expm1).fit(TABLE, PAID.clip(0)),
        TABLE,
    ),
    "votes of votes": lambda: (
        VotingRegressor(
            [
                ("a", TransformedTargetRegressor(Ridge(), transformer=QuantileTransformer(n_quantiles=20))),
                ("b", VotingRegressor([("c", Lasso()), ("d", LinearRegression())], weights=[1, 3])),
            ]
        ).fit(PLAIN, PAID),
        PLAIN,
    ),
    "fitted before they were stacked": lambda: (
        StackingRegressor([("a", _piped(Ridge()).fit(TABLE, PAID))], cv="prefit").fit(TABLE, PAID),
        TABLE,
    ),
    "of every library": lambda: (
        VotingClassifier(
            [
                ("x", xgboost.XGBClassifier(n_estimators=2, n_jobs=1)),
                ("l", lightgbm.LGBMClassifier(n_estimators=2, n_jobs=1, verbose=-1)),
                ("c", catboost.CatBoostClassifier(iterations=2, verbose=0, allow_writing_files=False)),
            ],
            voting="soft",
        ).fit(PLAIN, WORDS),
        PLAIN,
    ),
    "sampled": lambda: (sampled(StandardScaler(), SMOTE(random_state=0), Ridge()).fit(PLAIN, SURVIVED), PLAIN),
    "sampled with levels": lambda: (
        sampled(SMOTENC(LEVELS, random_state=0), _piped(LogisticRegression())).fit(TABLE, WORDS),
        TABLE,
    ),
    **{
        f"texts as {kind}": lambda kind=kind: (
            _piped(LogisticRegression()).fit(_in_words(kind), WORDS),
            _in_words(kind),
        )
        for kind in ("string", "string[pyarrow]", "object", "category")
    },
    **{
        f"target of {kind}": lambda kind=kind: (
            RandomForestClassifier(3, random_state=0).fit(
                PLAIN, pd.Series(WORDS if kind == "object" else SURVIVED).astype(kind)
            ),
            PLAIN,
        )
        for kind in ("bool", "float32", "uint8", "Int64", "boolean", "string", "object", "category")
    },
    "XGBoost's categories": lambda: (
        _xgb(xgboost.XGBClassifier, TYPED, SURVIVED, enable_categorical=True, max_cat_to_onehot=2),
        TYPED,
    ),
    "XGBoost's dropped trees": lambda: (
        _xgb(xgboost.XGBClassifier, PLAIN, CLASS, booster="dart", rate_drop=0.5),
        PLAIN,
    ),
    "XGBoost's risks": lambda: (_xgb(xgboost.XGBRegressor, PLAIN, PAID.clip(1), objective="survival:cox"), PLAIN),
    "XGBoost's forest": lambda: (_xgb(xgboost.XGBRFClassifier, PLAIN, CLASS), PLAIN),
    "XGBoost's lines": lambda: (_xgb(xgboost.XGBClassifier, PLAIN, CLASS, booster="gblinear"), PLAIN),
    "XGBoost's median": lambda: (
        _xgb(xgboost.XGBRegressor, PLAIN, PAID, objective="reg:quantileerror", quantile_alpha=0.5),
        PLAIN,
    ),
    "LightGBM stopped": lambda: (_watched(), PLAIN),
    "LightGBM's lines in trees": lambda: (_lgb(lightgbm.LGBMRegressor, PLAIN, PAID, linear_tree=True), PLAIN),
    "LightGBM's order": lambda: (
        _lgb(lightgbm.LGBMRanker, PLAIN, CLASS, {"group": [20] * 6}, objective="rank_xendcg"),
        PLAIN,
    ),
    "LightGBM's weights": lambda: (
        _lgb(lightgbm.LGBMClassifier, TYPED, WORDS, class_weight={"died": 1, "survived": 2.5}),
        TYPED,
    ),
    "LightGBM's dropped trees": lambda: (_lgb(lightgbm.LGBMRegressor, PLAIN, PAID, boosting_type="dart"), PLAIN),
    "CatBoost's categories": lambda: (
        _cat(catboost.CatBoostClassifier, TABLE, WORDS, cat_features=LEVELS, one_hot_max_size=2),
        TABLE,
    ),
    "CatBoost's other trees": lambda: (_cat(catboost.CatBoostRegressor, PLAIN, PAID, grow_policy="Lossguide"), PLAIN),
}
WRITERS: dict[str, Callable[[Any], bytes]] = {
    "protocol 2": lambda item: pickle.dumps(item, 2),
    "protocol 5": lambda item: pickle.dumps(item, 5),
    "gzip": lambda item: gzip.compress(pickle.dumps(item)),
    "bz2": lambda item: bz2.compress(pickle.dumps(item)),
    "xz": lambda item: lzma.compress(pickle.dumps(item)),
    "joblib": lambda item: _joblib(item, 0),
    "joblib, packed": lambda item: _joblib(item, 3),
}


def _joblib(item: Any, packed: int) -> bytes:
    file = io.BytesIO()
    joblib.dump(item, file, compress=packed)
    return file.getvalue()


@pytest.mark.filterwarnings("ignore")  # of the libraries, about the odd settings
@pytest.mark.parametrize(("place", "name"), list(enumerate(MODELS)))
def test_it_loads_and_answers_alike(place: int, name: str) -> None:
    model, rows = MODELS[name]()
    expected = zoo.answer(pickle.loads(pickle.dumps(model)), rows)
    assert expected is not None
    writers = list(WRITERS.values())
    for write in (writers[place % len(writers)], writers[(place * 3 + 1) % len(writers)]):
        np.testing.assert_array_equal(zoo.answer(pickles.load(write(model), "m.pkl"), rows), expected)


def test_a_bundle_with_all_that_notebooks_keep_loads() -> None:
    by_deck = TABLE.groupby("Deck")["Fare"].mean()
    bundle = {
        "model": _piped(LogisticRegression()).fit(TABLE, WORDS),
        "encoders": {name: LabelEncoder().fit(TABLE[name]) for name in LEVELS},
        "features": NUMBERS + LEVELS,
        "threshold": np.float32(0.4),
        "rates": {("male", "A"): 0.5, **by_deck.to_dict()},
        "means": TABLE.groupby(LEVELS)["Fare"].agg(["mean", "std"]),
        "summary": TABLE.describe(include="all"),
        "folds": cross_validate(LogisticRegression(), PLAIN, SURVIVED, cv=2, return_estimator=True),
        "types": TYPED.dtypes.to_dict(),
    }
    for write in WRITERS.values():
        found: Any = pickles.load(write(bundle), "m.pkl")
        assert list(found) == list(bundle)
        pd.testing.assert_frame_equal(found["means"], bundle["means"])
        pd.testing.assert_frame_equal(found["summary"], bundle["summary"])
        assert found["rates"] == bundle["rates"]
        np.testing.assert_array_equal(found["model"].predict(TABLE), bundle["model"].predict(TABLE))
