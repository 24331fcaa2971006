"""Hostile files of a seventh reading: found with memory of which each piece ends at a page that may not be read.

See ``hostile.py``. Each loaded, and compiled code read a little behind an array, which crashes only now and then.
"""

from __future__ import annotations

import pickle
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse as sp
from sklearn import cluster, cross_decomposition, ensemble, linear_model, neighbors, pipeline, preprocessing, svm

from tests.security.hostile import Case
from tests.security.hostile_passed import LABELS, RNG, TARGET, WIDE, X, lying


def cases(_marker: Path) -> Iterator[Case]:
    """Every case; none has a payload."""
    for part in (machines, encoders, neighbours, labels, centres, products):
        for name, model in part():
            yield f"bounds-{name}.pkl", pickle.dumps(model)


def machines() -> Iterator[tuple[str, Any]]:
    """Support vectors of one class: no place is made for their weights."""
    kinds = ((svm.SVR, TARGET), (svm.OneClassSVM, None), (svm.SVC, LABELS), (svm.NuSVR, TARGET))
    for rows, form in ((X, "dense"), (sp.csr_matrix(X), "sparse")):
        for kind, answers in kinds:
            made = kind().fit(rows, answers)
            yield f"one-class-{form}-{kind.__name__}", lying(made, _n_support=made._n_support[:1])


def encoders() -> Iterator[tuple[str, Any]]:
    """A rare level that stands for any unknown one, and is no level: members of an ensemble are asked for no names."""
    levels = RNG.integers(0, 8, size=(60, 3)).astype(float)
    made = preprocessing.OneHotEncoder(handle_unknown="infrequent_if_exist", min_frequency=6).fit(levels)
    own = {"_default_to_infrequent_mappings": [None] * 3, "_n_features_outs": [len(c) for c in made.categories_]}
    for label, rare in (
        *(("far", [np.array([10**8])] * 3), ("near", [np.array([60])] * 3), ("before", [np.array([-(10**8)])] * 3)),
        *(("numbered", dict.fromkeys(range(3), np.array([60]))), ("fewer", [np.array([10**8])])),
    ):
        lying(made, **own, _infrequent_indices=rare)
        step = pipeline.make_pipeline(preprocessing.OneHotEncoder(), linear_model.Ridge()).fit(levels, TARGET)
        step.steps[0] = ("onehotencoder", made)
        group = ensemble.VotingRegressor([("a", linear_model.Ridge())]).fit(levels, TARGET)
        yield f"rare-{label}", lying(group, estimators_=[step])


def neighbours() -> Iterator[tuple[str, Any]]:
    """No rows of training: compiled code divides by how many there are."""
    for kind in (
        neighbors.RadiusNeighborsClassifier,
        neighbors.RadiusNeighborsRegressor,
        neighbors.KNeighborsRegressor,
    ):
        made = kind(algorithm="brute").fit(X, LABELS)
        yield f"no-rows-{kind.__name__}", lying(made, _fit_X=made._fit_X[:0], _y=made._y[:0], n_samples_fit_=0)
    for kind in (neighbors.KNeighborsTransformer, neighbors.RadiusNeighborsTransformer):
        made = kind(algorithm="kd_tree").fit(WIDE[:, :4])  # its tree knows more rows than its graph has columns
        yield f"fewer-rows-{kind.__name__}", lying(made, _fit_X=sp.csr_matrix(WIDE[:9, :4]), n_samples_fit_=9)


def labels() -> Iterator[tuple[str, Any]]:
    """Places of labels behind the last: of a cache, and of labels that are there twice."""
    step = preprocessing.MultiLabelBinarizer().fit([[0.0, 1.0, 2.0]])
    for label, lie in (
        ("far", {"_cached_dict": {0.0: 10**8}}),
        ("before", {"_cached_dict": {0.0: -(10**8)}}),
        ("counted", {"_cached_dict": Counter()}),
        ("twice", {"_cached_dict": None, "classes_": np.zeros(10_000)}),
        ("gone", {"_cached_dict": {0.0: 10**8}, "classes_": None}),
    ):
        yield f"labels-{label}", pipeline.Pipeline([("a", lying(step, n_features_in_=3, **lie)), ("b", linear(1))])


def centres() -> Iterator[tuple[str, Any]]:
    """No centres: the first is the nearest all the same."""
    for kind in (cluster.KMeans, cluster.MiniBatchKMeans, cluster.BisectingKMeans):
        for rows, form in ((X, "dense"), (sp.csr_matrix(X), "sparse")):
            made = lying(kind(3).fit(rows), n_clusters=0)
            step = lying(made, cluster_centers_=made.cluster_centers_[:0])
            group = ensemble.VotingRegressor([("a", linear(X.shape[1]))]).fit(X, TARGET)
            yield f"no-centres-{form}-{kind.__name__}", lying(group, estimators_=[step])


def products() -> Iterator[tuple[str, Any]]:
    """Weights of an older version, of which a product is made while the file is read: of two long ones it is huge."""
    made = cross_decomposition.PLSRegression(1).fit(X, TARGET)
    long = np.zeros((9_000, 1))
    one = np.ones((1, 1))
    yield "product-parts", lying(made, x_rotations_=long, y_loadings_=long, coef_=one * 0, _x_std=one, _y_std=one)
    made = cross_decomposition.PLSRegression(1).fit(X, TARGET)
    yield "product-spread", lying(made, _y_std=np.ones((3_000, 1, 1)))
    made = cross_decomposition.PLSRegression(1).fit(X, TARGET)
    yield "product-width", lying(made, _x_std=np.ones((3_000, 1, 1)))


def linear(width: int) -> Any:
    """A line through so many columns."""
    return linear_model.Ridge().fit(RNG.normal(size=(9, width)), np.arange(9.0))
