"""Fitted models whose steps bend or mix columns, and models of models: each with rows it must be right about."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import lightgbm
import numpy as np
import xgboost
from sklearn import (
    calibration,
    compose,
    decomposition,
    discriminant_analysis,
    ensemble,
    feature_selection,
    impute,
    linear_model,
    model_selection,
    multiclass,
    naive_bayes,
    neural_network,
    preprocessing,
    svm,
    tree,
)
from sklearn.pipeline import FeatureUnion, make_pipeline

NUMBERS = ["a", "b", "d"]


def _numbers(step: Any, last: Any) -> Any:
    """A step on the numbers, the flag beside it."""
    return make_pipeline(compose.make_column_transformer((step, NUMBERS), remainder="passthrough"), last)


def _imputed(step: Any, last: Any) -> Any:
    """Gaps filled, then the step."""
    return _numbers(make_pipeline(impute.SimpleImputer(strategy="median", add_indicator=True), step), last)


def _levels(last: Any) -> Any:
    """Levels of texts as target codes and dummies, numbers bent, beside each other."""
    return make_pipeline(
        compose.make_column_transformer(
            (preprocessing.TargetEncoder(), ["c"]),
            (preprocessing.OneHotEncoder(handle_unknown="ignore", min_frequency=8), ["k"]),
            (make_pipeline(impute.SimpleImputer(), preprocessing.PowerTransformer()), ["a"]),
            (make_pipeline(impute.SimpleImputer(), preprocessing.QuantileTransformer(n_quantiles=50)), ["b", "d"]),
        ),
        last,
    )


def _chosen(last: Any) -> Any:
    """Filled, bent, mixed, chosen: what people put in front of a linear model."""
    return make_pipeline(
        compose.make_column_transformer(
            (make_pipeline(impute.SimpleImputer(add_indicator=True), preprocessing.StandardScaler()), NUMBERS),
            (preprocessing.OneHotEncoder(handle_unknown="ignore"), ["c", "k"]),
            sparse_threshold=0,
        ),
        feature_selection.VarianceThreshold(),
        feature_selection.SelectKBest(k=12),
        preprocessing.PolynomialFeatures(2, interaction_only=True),
        preprocessing.StandardScaler(),
        last,
    )


def _chosen_numbers(last: Any) -> Any:
    """Components of the numbers."""
    return make_pipeline(preprocessing.StandardScaler(), decomposition.PCA(2), last)


def _members() -> list[tuple[str, Any]]:
    """Three kinds of classifiers."""
    return [
        ("linear", make_pipeline(preprocessing.StandardScaler(), linear_model.LogisticRegression())),
        ("forest", ensemble.RandomForestClassifier(n_estimators=6, max_depth=4, random_state=0)),
        ("boosted", ensemble.GradientBoostingClassifier(n_estimators=6, random_state=0)),
    ]


def _regressors() -> list[tuple[str, Any]]:
    """Three kinds of regressors."""
    return [
        ("linear", make_pipeline(preprocessing.StandardScaler(), linear_model.Ridge())),
        ("tree", tree.DecisionTreeRegressor(max_depth=4)),
        ("boosted", lightgbm.LGBMRegressor(n_estimators=8, verbose=-1, n_jobs=1)),
    ]


def _trees() -> list[tuple[str, Any]]:
    """Members that become one ensemble."""
    forest = ensemble.RandomForestRegressor(n_estimators=4, max_depth=5, random_state=0)
    return [("forest", forest), ("tree", tree.DecisionTreeRegressor(max_depth=3))]


def _target(last: Any, **options: Any) -> Any:
    return compose.TransformedTargetRegressor(last, **options)


_POWER, _BINS, _QUANTILES = (
    preprocessing.PowerTransformer,
    preprocessing.KBinsDiscretizer,
    preprocessing.QuantileTransformer,
)
_LOGISTIC, _RIDGE = linear_model.LogisticRegression, linear_model.Ridge
_FOREST = {"n_estimators": 8, "random_state": 0}
_MLP = {"hidden_layer_sizes": (6,), "max_iter": 2000, "tol": 1e-2, "random_state": 0}
_FUNCTION = preprocessing.FunctionTransformer
_CALIBRATED = calibration.CalibratedClassifierCV
_FLAT = {"quantile_method": "averaged_inverted_cdf"}

MIXED: dict[str, tuple[Callable[[], Any], str, str]] = {
    "bins, ordinal, forest": (
        lambda: _numbers(_BINS(4, encode="ordinal", **_FLAT), ensemble.RandomForestClassifier(**_FOREST)),
        "plain",
        "binary",
    ),
    "bins, dummies": (lambda: _numbers(_BINS(5, **_FLAT), _LOGISTIC()), "plain", "three"),
    "bins, sparse, xgboost": (
        lambda: make_pipeline(_BINS(5, strategy="uniform"), xgboost.XGBClassifier(n_estimators=9, n_jobs=1)),
        "plain",
        "binary",
    ),
    "naive Bayes": (lambda: _imputed(preprocessing.StandardScaler(), naive_bayes.GaussianNB()), "gaps", "binary"),
    "naive Bayes of three": (lambda: naive_bayes.GaussianNB(priors=[0.2, 0.3, 0.5]), "plain", "three"),
    "counts": (lambda: _numbers(preprocessing.MinMaxScaler(clip=True), naive_bayes.MultinomialNB()), "plain", "three"),
    "quadratic": (
        lambda: _numbers(
            preprocessing.StandardScaler(), discriminant_analysis.QuadraticDiscriminantAnalysis(reg_param=0.1)
        ),
        "plain",
        "three",
    ),
    "quadratic, components": (
        lambda: _chosen_numbers(discriminant_analysis.QuadraticDiscriminantAnalysis()),
        "plain",
        "binary",
    ),
    "binarized": (lambda: _numbers(preprocessing.Binarizer(threshold=0.4), _LOGISTIC()), "plain", "binary"),
    "yeo-johnson": (lambda: _imputed(_POWER(), _LOGISTIC()), "gaps", "three"),
    "yeo-johnson, plain": (lambda: _numbers(_POWER(standardize=False), _RIDGE()), "plain", "number"),
    "box-cox": (
        lambda: make_pipeline(
            compose.make_column_transformer((_POWER(method="box-cox"), ["d"]), remainder="passthrough"), _RIDGE()
        ),
        "double",
        "number",
    ),
    "quantiles": (lambda: _imputed(_QUANTILES(n_quantiles=60), _LOGISTIC()), "gaps", "binary"),
    "quantiles, normal": (
        lambda: _imputed(_QUANTILES(n_quantiles=200, output_distribution="normal"), _RIDGE()),
        "gaps",
        "number",
    ),
    "quantiles, normal, network": (
        lambda: _numbers(
            _QUANTILES(n_quantiles=40, output_distribution="normal"), neural_network.MLPClassifier(**_MLP)
        ),
        "plain",
        "three",
    ),
    "logarithms": (
        lambda: make_pipeline(
            compose.make_column_transformer((_FUNCTION(np.log1p), ["b", "d"]), (_FUNCTION(np.square), ["a"])), _RIDGE()
        ),
        "double",
        "number",
    ),
    "roots, boosted": (
        lambda: make_pipeline(
            compose.make_column_transformer((_FUNCTION(np.sqrt), ["b", "d"]), (_FUNCTION(np.absolute), ["a"])),
            lightgbm.LGBMClassifier(n_estimators=8, verbose=-1, n_jobs=1),
        ),
        "plain",
        "three",
    ),
    "polynomial": (
        lambda: make_pipeline(
            preprocessing.StandardScaler(), preprocessing.PolynomialFeatures(3), preprocessing.RobustScaler(), _RIDGE()
        ),
        "plain",
        "number",
    ),
    "polynomial, forest": (
        lambda: make_pipeline(
            preprocessing.PolynomialFeatures(2, include_bias=False), ensemble.RandomForestClassifier(**_FOREST)
        ),
        "plain",
        "three",
    ),
    "polynomial, xgboost": (
        lambda: make_pipeline(
            preprocessing.PolynomialFeatures(2), xgboost.XGBRegressor(n_estimators=9, n_jobs=1, max_depth=3)
        ),
        "plain",
        "number",
    ),
    "chosen products": (lambda: _chosen(_LOGISTIC(max_iter=500)), "texts", "by_level"),
    "components": (
        lambda: make_pipeline(preprocessing.StandardScaler(), decomposition.PCA(3), _LOGISTIC()),
        "plain",
        "three",
    ),
    "components, white, forest": (
        lambda: make_pipeline(decomposition.PCA(2, whiten=True), ensemble.ExtraTreesRegressor(**_FOREST)),
        "plain",
        "number",
    ),
    "components, network": (
        lambda: make_pipeline(
            preprocessing.StandardScaler(), decomposition.PCA(3), neural_network.MLPClassifier(**_MLP)
        ),
        "plain",
        "binary",
    ),
    "truncated": (lambda: make_pipeline(decomposition.TruncatedSVD(2), _RIDGE()), "plain", "number"),
    "independent": (
        lambda: make_pipeline(
            preprocessing.StandardScaler(), decomposition.FastICA(3, random_state=0, whiten="unit-variance"), _RIDGE()
        ),
        "plain",
        "number",
    ),
    "unit length": (lambda: make_pipeline(preprocessing.Normalizer(), _LOGISTIC()), "plain", "binary"),
    "unit sum": (
        lambda: make_pipeline(preprocessing.Normalizer("l1"), tree.DecisionTreeClassifier(max_depth=4)),
        "plain",
        "three",
    ),
    "unit largest": (lambda: make_pipeline(preprocessing.Normalizer("max"), _RIDGE()), "plain", "number"),
    "weighted union": (
        lambda: make_pipeline(
            preprocessing.StandardScaler(),
            FeatureUnion(
                [("components", decomposition.PCA(2)), ("best", feature_selection.SelectPercentile(percentile=50))],
                transformer_weights={"components": 2.5},
            ),
            _LOGISTIC(),
        ),
        "plain",
        "binary",
    ),
    "from a model": (
        lambda: make_pipeline(
            feature_selection.SelectFromModel(ensemble.ExtraTreesClassifier(**_FOREST)),
            ensemble.RandomForestClassifier(**_FOREST),
        ),
        "plain",
        "binary",
    ),
    "everything by column": (lambda: _levels(_LOGISTIC(max_iter=500)), "texts", "by_level"),
    "target codes of three": (
        lambda: make_pipeline(
            compose.make_column_transformer(
                (preprocessing.TargetEncoder(), ["c", "k"]), (impute.SimpleImputer(), ["a", "b"])
            ),
            ensemble.RandomForestClassifier(max_depth=6, **_FOREST),
        ),
        "texts",
        "three",
    ),
    "vote": (lambda: ensemble.VotingClassifier(_members(), voting="soft", weights=[1, 2, 0.5]), "plain", "binary"),
    "vote of three": (lambda: ensemble.VotingClassifier(_members(), voting="soft"), "plain", "three"),
    "mean": (lambda: ensemble.VotingRegressor(_regressors(), weights=[3, 1, 1]), "plain", "number"),
    "mean of trees": (lambda: ensemble.VotingRegressor(_trees()), "gaps", "number"),
    "bags of trees": (
        lambda: ensemble.BaggingClassifier(n_estimators=7, max_features=3, random_state=0),
        "gaps",
        "binary",
    ),
    "bags of lines": (lambda: ensemble.BaggingRegressor(_RIDGE(), n_estimators=4, random_state=0), "plain", "number"),
    "bags of networks": (
        lambda: ensemble.BaggingClassifier(
            neural_network.MLPClassifier(**_MLP), n_estimators=3, max_features=0.8, random_state=0
        ),
        "plain",
        "three",
    ),
    "stack": (lambda: ensemble.StackingClassifier(_members(), _LOGISTIC(), cv=2), "plain", "binary"),
    "stack of three, passing on": (
        lambda: ensemble.StackingClassifier(
            [*_members(), ("vectors", svm.LinearSVC())],
            ensemble.RandomForestClassifier(**_FOREST),
            cv=2,
            passthrough=True,
        ),
        "plain",
        "three",
    ),
    "stack of numbers": (
        lambda: ensemble.StackingRegressor(_regressors(), ensemble.GradientBoostingRegressor(n_estimators=8), cv=2),
        "plain",
        "number",
    ),
    "calibrated vectors": (lambda: _CALIBRATED(svm.LinearSVC(), cv=3), "plain", "binary"),
    "calibrated kernel": (lambda: _CALIBRATED(svm.SVC(kernel="linear"), cv=2), "plain", "binary"),
    "calibrated forest, isotonic": (
        lambda: _CALIBRATED(ensemble.RandomForestClassifier(**_FOREST), cv=3, method="isotonic"),
        "plain",
        "binary",
    ),
    "calibrated three, isotonic": (
        lambda: _CALIBRATED(
            make_pipeline(preprocessing.StandardScaler(), linear_model.SGDClassifier(random_state=0)),
            cv=2,
            method="isotonic",
        ),
        "plain",
        "three",
    ),
    "calibrated boosting": (
        lambda: _CALIBRATED(ensemble.HistGradientBoostingClassifier(max_iter=8), cv=2, ensemble=False),
        "gaps",
        "three",
    ),
    "cooled": (lambda: _CALIBRATED(_LOGISTIC(), cv=2, method="temperature"), "plain", "binary"),
    "cooled forest": (
        lambda: _CALIBRATED(ensemble.RandomForestClassifier(**_FOREST), cv=2, method="temperature"),
        "plain",
        "three",
    ),
    "one against the rest": (
        lambda: multiclass.OneVsRestClassifier(ensemble.RandomForestClassifier(max_depth=4, **_FOREST)),
        "plain",
        "three",
    ),
    "threshold chosen": (
        lambda: model_selection.FixedThresholdClassifier(_LOGISTIC(), threshold=0.3),
        "plain",
        "binary",
    ),
    "target, logarithm": (
        lambda: _target(ensemble.RandomForestRegressor(**_FOREST), func=np.log, inverse_func=np.exp),
        "plain",
        "positive",
    ),
    "target, logarithm of a line": (
        lambda: _target(make_pipeline(preprocessing.StandardScaler(), _RIDGE()), func=np.log1p, inverse_func=np.expm1),
        "plain",
        "positive",
    ),
    "target, scaled trees": (
        lambda: _target(xgboost.XGBRegressor(n_estimators=8, n_jobs=1), transformer=preprocessing.StandardScaler()),
        "gaps",
        "number",
    ),
    "target, least to most": (
        lambda: _target(neural_network.MLPRegressor(**_MLP), transformer=preprocessing.MinMaxScaler((-1, 2))),
        "plain",
        "number",
    ),
    "target, power": (lambda: _target(_RIDGE(), transformer=_POWER()), "plain", "number"),
    "target, box-cox": (
        lambda: _target(ensemble.ExtraTreesRegressor(**_FOREST), transformer=_POWER(method="box-cox")),
        "plain",
        "positive",
    ),
    "target, quantiles": (lambda: _target(_RIDGE(), transformer=_QUANTILES(n_quantiles=50)), "plain", "number"),
    "target, normal": (
        lambda: _target(_RIDGE(), transformer=_QUANTILES(n_quantiles=80, output_distribution="normal")),
        "plain",
        "number",
    ),
}
