"""Honest model files, hundreds of them: every estimator of scikit-learn, alone and inside others, and the boosters.

The same file runs under old versions, to write what people saved years ago::

    python tests/security/zoo.py FOLDER         # writes NAME.pkl etc. and NAME.npy, the predictions to compare with
"""

from __future__ import annotations

import io
import pickle
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import sklearn
from sklearn.datasets import make_classification, make_regression
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.utils import all_estimators

ROWS = 60
X, LABELS = make_classification(ROWS, 5, n_informative=3, random_state=0)
X_MANY, MANY = make_classification(ROWS, 5, n_informative=4, n_redundant=0, n_classes=3, random_state=1)
X_REG, TARGET = make_regression(ROWS, 5, noise=1.0, random_state=0)
POSITIVE = np.abs(X)
TEXTS = ["red apple", "green pear", "red plum tart", "sour apple pie"] * 15

Case = tuple[str, Callable[[], tuple[Any, Any]]]
"""A name, and what makes (fitted object, data to predict from)."""


def cases() -> Iterator[Case]:
    """Every honest object, in a fixed order."""
    yield from _alone()
    yield from _wrapped()
    yield from _special()
    yield from _others()


def _alone() -> Iterator[Case]:
    """Each estimator of scikit-learn, fitted where its defaults allow; twice for classifiers."""
    for name, cls in all_estimators():
        yield f"sk-{name}", lambda cls=cls: _fit(cls)
        if hasattr(cls, "predict_proba") or hasattr(cls, "decision_function"):
            yield f"sk3-{name}", lambda cls=cls: _fit(cls, several=True)


def _make(cls: type[Any]) -> Any:
    """An instance with small settings and, where it needs one, an inner estimator."""
    name = cls.__name__
    special: dict[str, Callable[[], Any]] = {
        "ColumnTransformer": lambda: cls([("a", LinearScale(), [0, 1]), ("b", "passthrough", [2])]),
        "Pipeline": lambda: cls([("scale", LinearScale()), ("model", LogisticRegression())]),
        "FeatureUnion": lambda: cls([("a", LinearScale()), ("b", LinearScale())]),
        "StackingClassifier": lambda: cls([("a", LogisticRegression()), ("b", _tree())], cv=3),
        "StackingRegressor": lambda: cls([("a", Ridge()), ("b", LinearRegression())], cv=3),
        "VotingClassifier": lambda: cls([("a", LogisticRegression()), ("b", _tree())], voting="soft"),
        "VotingRegressor": lambda: cls([("a", Ridge()), ("b", LinearRegression())]),
        "GridSearchCV": lambda: cls(LogisticRegression(), {"C": [0.1, 1.0]}, cv=3),
        "HalvingGridSearchCV": lambda: cls(LogisticRegression(), {"C": [0.1, 1.0]}, cv=3),
        "RandomizedSearchCV": lambda: cls(LogisticRegression(), {"C": _uniform()}, n_iter=2, cv=3, random_state=0),
        "HalvingRandomSearchCV": lambda: cls(LogisticRegression(), {"C": _uniform()}, cv=3, random_state=0),
        "SparseCoder": lambda: cls(np.eye(5)),
        "FrozenEstimator": lambda: cls(LogisticRegression().fit(X, LABELS)),
    }
    if name in special:
        return special[name]()
    inner = LinearRegression() if "Regressor" in name or name in ("RegressorChain",) else LogisticRegression()
    for key in ("estimator", "base_estimator", "estimators"):
        try:
            made = cls()
            break
        except TypeError:
            try:
                made = cls(**{key: inner})
                break
            except TypeError:
                continue
    else:
        made = cls()
    small = {"n_estimators": 5, "max_iter": 20, "random_state": 0, "n_init": 1, "perplexity": 5, "n_components": 2}
    params = made.get_params(deep=False)
    small.pop("n_components") if name in ("GaussianRandomProjection", "SparseRandomProjection") or "PLS" in name else 0
    made.set_params(**{key: value for key, value in small.items() if key in params})
    if "GaussianRandomProjection" in name or "SparseRandomProjection" in name:
        made.set_params(n_components=2)
    return made


def LinearScale() -> Any:  # noqa: N802 - reads as the class it makes
    """A scaler."""
    from sklearn.preprocessing import StandardScaler

    return StandardScaler()


def _tree() -> Any:
    """A small tree."""
    from sklearn.tree import DecisionTreeClassifier

    return DecisionTreeClassifier(max_depth=3, random_state=0)


def _uniform() -> Any:
    """A distribution, as searches hold them."""
    from scipy.stats import uniform

    return uniform(0.1, 2)


def _fit(cls: type[Any], several: bool = False) -> tuple[Any, Any]:
    """Fit on the first data set that the estimator accepts; unfitted where it accepts none."""
    model = _make(cls)
    labels = (X_MANY, MANY) if several else (X, LABELS)
    trials = [labels, (POSITIVE, LABELS), (X_REG, TARGET), (X_REG, np.column_stack([TARGET, TARGET + 1]))]
    trials += [(X, np.column_stack([LABELS, 1 - LABELS])), (TEXTS, LABELS), (LABELS, None), (X[:, 0], X[:, 1])]
    trials += [([{"a": 1, "b": 2.0}] * 9 + [{"a": 3}], None), ([("a", "b"), ("c",)] * 5, None)]
    if hasattr(model, "predict") and not hasattr(model, "predict_proba") and not hasattr(model, "decision_function"):
        trials.insert(
            0, (X_REG, np.abs(TARGET)) if "Gamma" in cls.__name__ or "Poisson" in cls.__name__ else (X_REG, TARGET)
        )
    for data, target in trials:
        try:
            return _make(cls).fit(data, target), data
        except Exception:
            continue
    return model, None


def _preprocess() -> Any:
    """A usual table preprocessor on named columns."""
    from sklearn.compose import ColumnTransformer, make_column_selector
    from sklearn.impute import SimpleImputer
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    return ColumnTransformer(
        [
            ("num", make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), ["a", "b", "c"]),
            ("cat", OneHotEncoder(handle_unknown="ignore"), make_column_selector(dtype_include=object)),
        ],
        remainder="drop",
    )


def frame() -> Any:
    """A table with text, missing and number columns."""
    import pandas as pd

    data = pd.DataFrame(X[:, :4], columns=list("abcd"))
    data["kind"] = pd.Series(np.where(X[:, 4] > 0, "red", "blue"), dtype=object)
    data.loc[::7, "a"] = np.nan
    return data


WORDS = np.array(["no", "yes"])[LABELS]
UP = np.abs(TARGET) + 1.0


def _wrapped() -> Iterator[Case]:
    """Every classifier and regressor inside pipelines, searches, voting, stacking, bagging and calibration."""
    from sklearn.calibration import CalibratedClassifierCV
    from sklearn.ensemble import (
        BaggingClassifier,
        BaggingRegressor,
        StackingClassifier,
        VotingClassifier,
        VotingRegressor,
    )
    from sklearn.model_selection import GridSearchCV, RandomizedSearchCV, StratifiedKFold
    from sklearn.multiclass import OneVsRestClassifier
    from sklearn.preprocessing import LabelEncoder, MinMaxScaler

    def table(model: Any, target: Any) -> tuple[Any, Any]:
        return make_pipeline(_preprocess(), model).fit(frame(), target), frame()

    for name, cls in all_estimators(type_filter="classifier"):
        if name in ("ClassifierChain", "MultiOutputClassifier", "OutputCodeClassifier", "FixedThresholdClassifier"):
            continue
        model = lambda cls=cls: _make(cls)  # noqa: E731
        yield f"pipe-{name}", lambda m=model: (make_pipeline(MinMaxScaler(), m()).fit(X, WORDS), X)
        yield f"table-{name}", lambda m=model: table(m(), WORDS.astype(object))
        yield (
            f"grid-{name}",
            lambda m=model: (
                GridSearchCV(make_pipeline(MinMaxScaler(), m()), {}, cv=StratifiedKFold(3)).fit(X, LABELS),
                X,
            ),
        )
        yield f"cal-{name}", lambda m=model: (CalibratedClassifierCV(m(), cv=2).fit(POSITIVE, LABELS), X)
        yield (
            f"bag-{name}",
            lambda m=model: (BaggingClassifier(m(), n_estimators=2, random_state=0).fit(POSITIVE, LABELS), X),
        )
        yield f"vote-{name}", lambda m=model: (VotingClassifier([("a", m()), ("b", _tree())]).fit(POSITIVE, WORDS), X)
        yield (
            f"stack-{name}",
            lambda m=model: (StackingClassifier([("a", m()), ("b", _tree())], cv=2).fit(POSITIVE, LABELS), X),
        )
        yield f"ovr-{name}", lambda m=model: (OneVsRestClassifier(m()).fit(np.abs(X_MANY), MANY), X)
    for name, cls in all_estimators(type_filter="regressor"):
        if name in ("RegressorChain", "MultiOutputRegressor", "IsotonicRegression"):
            continue
        model = lambda cls=cls: _make(cls)  # noqa: E731
        yield f"pipe-{name}", lambda m=model: (make_pipeline(MinMaxScaler(), m()).fit(X_REG, UP), X_REG)
        yield f"table-{name}", lambda m=model: table(m(), UP)
        yield (
            f"grid-{name}",
            lambda m=model: (
                RandomizedSearchCV(
                    make_pipeline(MinMaxScaler(), m()),
                    {"minmaxscaler__clip": [True, False]},
                    n_iter=2,
                    cv=3,
                    random_state=0,
                ).fit(X_REG, UP),
                X_REG,
            ),
        )
        yield (
            f"bag-{name}",
            lambda m=model: (BaggingRegressor(m(), n_estimators=2, random_state=0).fit(X_REG, UP), X_REG),
        )
        yield f"vote-{name}", lambda m=model: (VotingRegressor([("a", m()), ("b", Ridge())]).fit(X_REG, UP), X_REG)
    yield "labels", lambda: (LabelEncoder().fit(["a", "b"]), ["a", "b"])


def _special() -> Iterator[Case]:
    """Settings that put other objects into the file: ufuncs, kernels, criteria, splitters, scorers, dtypes, frames."""
    import sklearn.gaussian_process.kernels as kernels
    from sklearn import (
        ensemble,
        feature_extraction,
        gaussian_process,
        linear_model,
        metrics,
        model_selection,
        neighbors,
        neural_network,
        pipeline,
        preprocessing,
        svm,
        tree,
    )
    from sklearn.compose import TransformedTargetRegressor

    for name in ("log1p", "sqrt", "square", "exp", "abs", "cbrt", "negative", "rint", "tanh"):
        ufunc = getattr(np, name)
        yield (
            f"ufunc-{name}",
            lambda u=ufunc: (
                make_pipeline(preprocessing.FunctionTransformer(u), LogisticRegression()).fit(POSITIVE, LABELS),
                POSITIVE,
            ),
        )
    yield (
        "target-log",
        lambda: (
            TransformedTargetRegressor(Ridge(), func=np.log1p, inverse_func=np.expm1).fit(X_REG, np.abs(TARGET)),
            X_REG,
        ),
    )
    for name in (
        "RBF",
        "Matern",
        "RationalQuadratic",
        "DotProduct",
        "WhiteKernel",
        "ConstantKernel",
        "ExpSineSquared",
        "PairwiseKernel",
    ):
        kernel = getattr(kernels, name)
        yield (
            f"gp-{name}",
            lambda k=kernel: (
                gaussian_process.GaussianProcessRegressor(1.0 * k() + kernels.WhiteKernel(), random_state=0).fit(
                    X_REG, TARGET
                ),
                X_REG,
            ),
        )
        yield (
            f"gpc-{name}",
            lambda k=kernel: (gaussian_process.GaussianProcessClassifier(k(), random_state=0).fit(X, LABELS), X),
        )
    for criterion in ("gini", "entropy"):
        for splitter in ("best", "random"):
            yield (
                f"tree-{criterion}-{splitter}",
                lambda c=criterion, s=splitter: (
                    tree.DecisionTreeClassifier(criterion=c, splitter=s, random_state=0).fit(X, LABELS),
                    X,
                ),
            )
    for criterion in ("squared_error", "absolute_error", "friedman_mse"):
        yield (
            f"forest-{criterion}",
            lambda c=criterion: (
                ensemble.RandomForestRegressor(4, criterion=c, oob_score=False, random_state=0).fit(X_REG, TARGET),
                X_REG,
            ),
        )
    for loss in ("squared_error", "absolute_error", "huber", "quantile"):
        yield (
            f"gbr-{loss}",
            lambda v=loss: (
                ensemble.GradientBoostingRegressor(loss=v, n_estimators=4, random_state=0).fit(X_REG, TARGET),
                X_REG,
            ),
        )
    for loss in ("squared_error", "absolute_error", "poisson"):
        yield (
            f"hgb-{loss}",
            lambda v=loss: (
                ensemble.HistGradientBoostingRegressor(loss=v, max_iter=4, random_state=0).fit(X_REG, np.abs(TARGET)),
                X_REG,
            ),
        )
    yield (
        "hgb-cats",
        lambda: (
            ensemble.HistGradientBoostingClassifier(max_iter=4, categorical_features=[0]).fit(
                np.column_stack([MANY, X]), LABELS
            ),
            np.column_stack([MANY, X]),
        ),
    )
    for loss in ("hinge", "log_loss", "modified_huber", "squared_hinge", "perceptron", "squared_error", "huber"):
        yield f"sgd-{loss}", lambda v=loss: (linear_model.SGDClassifier(loss=v, random_state=0).fit(X, LABELS), X)
    for kernel in ("linear", "poly", "rbf", "sigmoid"):
        for proba in (False, True):
            yield (
                f"svc-{kernel}-{proba}",
                lambda k=kernel, p=proba: (svm.SVC(kernel=k, probability=p, random_state=0).fit(X_MANY, MANY), X),
            )
        yield f"svr-{kernel}", lambda k=kernel: (svm.SVR(kernel=k).fit(X_REG, TARGET), X_REG)
    for algorithm in ("ball_tree", "kd_tree", "brute"):
        for metric in ("euclidean", "manhattan", "minkowski", "chebyshev"):
            yield (
                f"knn-{algorithm}-{metric}",
                lambda a=algorithm, m=metric: (neighbors.KNeighborsClassifier(algorithm=a, metric=m).fit(X, LABELS), X),
            )
    for solver in ("lbfgs", "sgd", "adam"):
        yield (
            f"mlp-{solver}",
            lambda s=solver: (
                neural_network.MLPClassifier((5,), solver=s, max_iter=5, random_state=0).fit(X, LABELS),
                X,
            ),
        )
    for cls in (
        feature_extraction.text.TfidfVectorizer,
        feature_extraction.text.CountVectorizer,
        feature_extraction.text.HashingVectorizer,
    ):
        yield f"text-{cls.__name__}", lambda c=cls: (make_pipeline(c(), LogisticRegression()).fit(TEXTS, LABELS), TEXTS)
    yield (
        "text-dtype",
        lambda: (feature_extraction.text.TfidfVectorizer(dtype=np.float32, stop_words=["a"]).fit(TEXTS), TEXTS),
    )
    yield (
        "sparse-linear",
        lambda: (linear_model.LogisticRegression(C=0.1, penalty="l1", solver="liblinear").fit(X, LABELS).sparsify(), X),
    )
    yield (
        "scorer",
        lambda: (
            model_selection.GridSearchCV(
                LogisticRegression(), {"C": [1, 2]}, scoring=metrics.make_scorer(metrics.fbeta_score, beta=2), cv=2
            ).fit(X, LABELS),
            X,
        ),
    )
    yield (
        "scorers",
        lambda: (
            model_selection.GridSearchCV(
                LogisticRegression(), {"C": [1, 2]}, scoring=["accuracy", "f1"], refit="f1", cv=2
            ).fit(X, LABELS),
            X,
        ),
    )
    yield (
        "auc",
        lambda: (
            model_selection.GridSearchCV(
                LogisticRegression(),
                {"C": [1, 2]},
                scoring="roc_auc",
                cv=model_selection.RepeatedStratifiedKFold(n_splits=2, n_repeats=2, random_state=0),
            ).fit(X, LABELS),
            X,
        ),
    )
    for name in (
        "KFold",
        "ShuffleSplit",
        "StratifiedShuffleSplit",
        "TimeSeriesSplit",
        "GroupKFold",
        "LeaveOneOut",
        "LeavePOut",
        "RepeatedKFold",
    ):
        cls = getattr(model_selection, name)
        yield (
            f"split-{name}",
            lambda c=cls: (
                model_selection.GridSearchCV(
                    Ridge(), {"alpha": [1]}, cv=c(2) if c.__name__ not in ("LeaveOneOut",) else c()
                ),
                None,
            ),
        )
    yield (
        "memory",
        lambda: (
            pipeline.Pipeline(
                [("s", preprocessing.StandardScaler()), ("m", Ridge())], memory=joblib.Memory(None, verbose=0)
            ).fit(X_REG, TARGET),
            X_REG,
        ),
    )
    yield (
        "random-state",
        lambda: (ensemble.RandomForestClassifier(3, random_state=np.random.RandomState(0)).fit(X, LABELS), X),
    )
    yield "generator", lambda: ({"rng": np.random.default_rng(0), "model": Ridge().fit(X_REG, TARGET)}, None)
    yield (
        "dict",
        lambda: (
            {
                "model": Ridge().fit(X_REG, TARGET),
                "features": list("abcde"),
                "when": np.datetime64("2024-01-01"),
                "n": np.float64(1.5),
            },
            None,
        ),
    )
    yield "tuple", lambda: ((preprocessing.StandardScaler().fit(X), Ridge().fit(X, LABELS)), None)
    yield "frame-model", lambda: (make_pipeline(_preprocess(), _tree()).fit(frame(), frame()["kind"]), frame())
    yield (
        "frame-dict",
        lambda: (
            {"frame": frame(), "series": frame()["a"], "index": frame().index, "model": Ridge().fit(X, LABELS)},
            None,
        ),
    )
    yield (
        "knn-frame",
        lambda: (neighbors.KNeighborsRegressor().fit(frame()[["b", "c"]], frame()["d"]), frame()[["b", "c"]]),
    )
    for strategy in ("uniform", "quantile", "kmeans"):
        yield (
            f"bins-{strategy}",
            lambda s=strategy: (
                make_pipeline(preprocessing.KBinsDiscretizer(3, strategy=s), LogisticRegression()).fit(X, LABELS),
                X,
            ),
        )
    yield "spline", lambda: (make_pipeline(preprocessing.SplineTransformer(), Ridge()).fit(X_REG, TARGET), X_REG)
    yield (
        "ordinal",
        lambda: (
            make_pipeline(preprocessing.OrdinalEncoder(dtype=np.int64), _tree()).fit(frame()[["kind"]], LABELS),
            frame()[["kind"]],
        ),
    )
    yield (
        "multi-tree",
        lambda: (ensemble.RandomForestClassifier(3, random_state=0).fit(X, np.column_stack([LABELS, MANY])), X),
    )
    yield (
        "monotone",
        lambda: (
            ensemble.HistGradientBoostingRegressor(max_iter=3, monotonic_cst=[1, 0, 0, 0, 0]).fit(X_REG, TARGET),
            X_REG,
        ),
    )


def _others() -> Iterator[Case]:
    """Boosters and companions, those that are installed."""
    yield from _boosters()
    try:
        import category_encoders as encoders
    except ImportError:
        encoders = None
    for name in getattr(encoders, "__all__", ()):
        try:
            cls = getattr(encoders, name)
        except ImportError:  # some need statsmodels
            continue
        yield (
            f"ce-{name}",
            lambda c=cls: (
                make_pipeline(c(cols=["kind"]), _imputed(), LogisticRegression()).fit(frame(), LABELS),
                frame(),
            ),
        )
    try:
        from imblearn import ensemble, over_sampling, pipeline, under_sampling
    except ImportError:
        return
    for cls in (
        over_sampling.SMOTE,
        over_sampling.RandomOverSampler,
        over_sampling.ADASYN,
        over_sampling.BorderlineSMOTE,
        under_sampling.RandomUnderSampler,
        under_sampling.TomekLinks,
        under_sampling.NearMiss,
    ):
        yield (
            f"imb-{cls.__name__}",
            lambda c=cls: (pipeline.make_pipeline(c(), LogisticRegression()).fit(X, (X[:, 0] > 0.4).astype(int)), X),
        )
    for cls in (
        ensemble.BalancedRandomForestClassifier,
        ensemble.EasyEnsembleClassifier,
        ensemble.RUSBoostClassifier,
        ensemble.BalancedBaggingClassifier,
    ):
        yield f"imb-{cls.__name__}", lambda c=cls: (c(n_estimators=3, random_state=0).fit(X, LABELS), X)


def _imputed() -> Any:
    """An imputer for what encoders leave missing."""
    from sklearn.impute import SimpleImputer

    return SimpleImputer()


def _boosters() -> Iterator[Case]:
    """XGBoost, LightGBM and CatBoost through their scikit-learn classes, alone and in pipelines."""
    try:
        import xgboost
    except ImportError:
        xgboost = None
    if xgboost:
        for cls, x, y in (
            (xgboost.XGBClassifier, X, LABELS),
            (xgboost.XGBClassifier, X_MANY, MANY),
            (xgboost.XGBRegressor, X_REG, TARGET),
            (xgboost.XGBRFRegressor, X_REG, TARGET),
            (xgboost.XGBRFClassifier, X, LABELS),
        ):
            for booster in ("gbtree", "gblinear", "dart"):
                if "RF" in cls.__name__ and booster != "gbtree":
                    continue
                yield (
                    f"xgb-{cls.__name__}-{len(set(y))}-{booster}",
                    lambda c=cls, b=booster, x=x, y=y: (c(n_estimators=4, booster=b).fit(x, y), x),
                )
            yield (
                f"xgb-pipe-{cls.__name__}-{len(set(y))}",
                lambda c=cls, x=x, y=y: (make_pipeline(LinearScale(), c(n_estimators=4)).fit(x, y), x),
            )
        yield (
            "xgb-table",
            lambda: (make_pipeline(_preprocess(), xgboost.XGBClassifier(n_estimators=4)).fit(frame(), LABELS), frame()),
        )
        yield "xgb-booster", lambda: (xgboost.train({"max_depth": 3}, xgboost.DMatrix(X_REG, TARGET), 4), None)
    try:
        import lightgbm
    except ImportError:
        lightgbm = None
    if lightgbm:
        for cls, x, y in (
            (lightgbm.LGBMClassifier, X, LABELS),
            (lightgbm.LGBMClassifier, X_MANY, MANY),
            (lightgbm.LGBMRegressor, X_REG, TARGET),
        ):
            for kind in ("gbdt", "dart", "rf"):
                extra = {"bagging_freq": 1, "bagging_fraction": 0.7} if kind == "rf" else {}
                yield (
                    f"lgb-{cls.__name__}-{len(set(y))}-{kind}",
                    lambda c=cls, b=kind, x=x, y=y, e=extra: (
                        c(n_estimators=4, boosting_type=b, min_child_samples=3, verbose=-1, **e).fit(x, y),
                        x,
                    ),
                )
            yield (
                f"lgb-pipe-{cls.__name__}-{len(set(y))}",
                lambda c=cls, x=x, y=y: (make_pipeline(LinearScale(), c(n_estimators=4, verbose=-1)).fit(x, y), x),
            )
        yield (
            "lgb-frame",
            lambda: (
                lightgbm.LGBMClassifier(n_estimators=3, verbose=-1, min_child_samples=3).fit(
                    frame().astype({"kind": "category"}), LABELS
                ),
                frame().astype({"kind": "category"}),
            ),
        )
        yield "lgb-booster", lambda: (lightgbm.train({"verbose": -1}, lightgbm.Dataset(X_REG, TARGET), 4), X_REG)
    try:
        import catboost
    except ImportError:
        return
    for cls, x, y in (
        (catboost.CatBoostClassifier, X, LABELS),
        (catboost.CatBoostClassifier, X_MANY, MANY),
        (catboost.CatBoostRegressor, X_REG, TARGET),
    ):
        yield (
            f"cat-{cls.__name__}-{len(set(y))}",
            lambda c=cls, x=x, y=y: (c(iterations=4, depth=3, verbose=0, allow_writing_files=False).fit(x, y), x),
        )
        yield (
            f"cat-pipe-{cls.__name__}-{len(set(y))}",
            lambda c=cls, x=x, y=y: (
                make_pipeline(LinearScale(), c(iterations=4, depth=3, verbose=0, allow_writing_files=False)).fit(x, y),
                x,
            ),
        )


COMPRESSIONS = (0, ("zlib", 3), ("gzip", 3), ("bz2", 3), ("lzma", 3), ("xz", 3), ("lz4", 3))


def encodings() -> Iterator[tuple[str, Callable[[Any], bytes]]]:
    """Every way to write an object: protocols 0 to 5, joblib with each compression."""
    for protocol in range(6):
        yield f"p{protocol}.pkl", lambda value, p=protocol: pickle.dumps(value, protocol=p)
    for compression in COMPRESSIONS:
        name = compression[0] if compression else "plain"
        yield f"{name}.joblib", lambda value, c=compression: with_joblib(value, c)


def with_joblib(value: Any, compression: Any) -> bytes:
    """joblib.dump to bytes."""
    target = io.BytesIO()
    joblib.dump(value, target, compress=compression)
    return target.getvalue()


def answer(model: Any, data: Any) -> Any:
    """What a fitted object says, as an array; None where it says nothing."""
    if data is None:
        return None
    for call in ("predict_proba", "decision_function", "predict", "transform"):
        if hasattr(model, call):
            try:
                found = getattr(model, call)(data)
            except Exception:
                continue
            return found.toarray() if hasattr(found, "toarray") else np.asarray(found)
    return None


def write(folder: Path) -> None:
    """Write the zoo: each object in one encoding in turn, and every encoding for every twentieth."""
    ways = list(encodings())
    for number, (name, make) in enumerate(cases()):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                model, data = make()
                expected = answer(model, data)
            except Exception as error:
                sys.stdout.write("\n" + f"{name}: not made, {type(error).__name__}: {str(error)[:100]}")
                continue
        chosen = ways if number % 20 == 0 else [ways[2 + number % (len(ways) - 2)]]
        for suffix, encode in chosen:
            try:
                (folder / f"{name}.{suffix}").write_bytes(encode(model))
            except Exception as error:
                sys.stdout.write("\n" + f"{name}.{suffix}: not written, {type(error).__name__}: {str(error)[:100]}")
        if expected is not None and expected.dtype != object:
            np.save(folder / f"{name}.npy", expected)
        if data is not None:
            (folder / f"{name}.data").write_bytes(pickle.dumps(data))


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    write(target)
    sys.stdout.write(
        "\n" + f"scikit-learn {sklearn.__version__}: {len([*target.glob('*.pkl'), *target.glob('*.joblib')])} files"
    )
