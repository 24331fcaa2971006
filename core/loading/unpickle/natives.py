"""State that compiled code takes as positions without looking: each must lie within what it points into.

None of these runs code by itself. Read past the end of an array they crash, and written past it they corrupt, the
process that predicts; so they are refused with the file.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn.cluster._kmeans import _BaseKMeans
from sklearn.covariance import EmpiricalCovariance
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neighbors._base import NeighborsBase

from core.loading.unpickle.inert import Refused

_WHOLE = (int, np.integer)
_ASKED = {"predict_proba", "decision_function", "predict", "drop"}
_WAYS = {*_ASKED, "auto", "predict_log_proba"}
MAX_CLASSES, MAX_NODES = 1_000_000, 100_000
SETTINGS = ("kw_args", "inv_kw_args", "metric_params", "effective_metric_params_", "pairwise_kernels_kwargs")
"""Attributes that hold the settings of a function, for whenever it is called."""
_UNSEEN = frozenset(("out", "X_norm_squared", "Y_norm_squared"))
_HASHERS = ("HashingVectorizer", "FeatureHasher")


def broken(model: Any) -> Refused:
    """The refusal of parts that contradict each other."""
    return Refused(f"the parts of its {type(model).__name__} do not fit each other", type(model).__name__)


def is_within(found: Any, limit: int) -> bool:
    """True for an array of whole numbers from zero to below a limit."""
    if not isinstance(found, np.ndarray) or found.dtype.kind not in "iu":
        return False
    return not found.size or (int(found.min()) >= 0 and int(found.max()) < limit)


def answers(model: Any) -> None:
    """Neighbours vote by label: every label is a class, and there are as many as rows."""
    own = vars(model)
    labels, classes, rows = own.get("_y"), own.get("classes_"), own.get("_fit_X")
    if not hasattr(rows, "shape") or not isinstance(model, NeighborsBase):
        return
    if own.get("n_samples_fit_", rows.shape[0]) != rows.shape[0] or rows.shape[1:] != (own.get("n_features_in_"),):
        raise broken(model)
    if not rows.shape[0]:  # compiled code divides by how many there are
        raise broken(model)
    wanted = own.get("n_neighbors", 1)
    if isinstance(model, KNeighborsClassifier) and not (
        isinstance(wanted, _WHOLE) and 0 < wanted <= max(1, rows.shape[0])
    ):
        raise broken(model)  # their votes are counted in compiled code without a look at how many there are
    if labels is None:
        return
    if not isinstance(labels, np.ndarray) or labels.shape[:1] != rows.shape[:1]:
        raise broken(model)
    if classes is None:
        return
    many = own.get("outputs_2d_") or isinstance(classes, list)
    columns = labels.T if many and labels.ndim == 2 else [labels]
    known = list(classes) if many and isinstance(classes, list) else [classes]
    if len(columns) != len(known) or not all(is_within(c, len(k)) for c, k in zip(columns, known, strict=True)):
        raise broken(model)


def one_hot(model: Any) -> None:
    """Columns of an encoder: as many as its categories make, each category in one of them."""
    own = vars(model)
    levels, dropped = own.get("categories_"), own.get("_drop_idx_after_grouping", own.get("drop_idx_"))
    mappings = own.get("_default_to_infrequent_mappings")
    if type(levels) is not list or (mappings is not None and len(mappings) != len(levels)):
        raise broken(model)
    if dropped is not None and len(dropped) != len(levels):
        raise broken(model)
    sizes = []
    for position, known in enumerate(levels):
        if not _is_sorted(known):  # a number is looked for by halves, and found behind the last
            raise broken(model)
        mapping = None if mappings is None else mappings[position]
        if mapping is not None and (not is_within(mapping, len(known)) or len(mapping) != len(known)):
            raise broken(model)
        if not _is_rare(own.get("_infrequent_indices"), position, len(known)):
            raise broken(model)
        size = len(known) if mapping is None else int(mapping.max()) + 1
        out = None if dropped is None else dropped[position]
        if out is not None and (not isinstance(out, _WHOLE) or not 0 <= out < size):
            raise broken(model)
        sizes.append(size - (out is not None))
    if list(own["_n_features_outs"]) != sizes:
        raise broken(model)


def _is_rare(groups: Any, position: int, limit: int) -> bool:
    """True where rare levels of a column, one of which stands for any that is unknown, are among its levels."""
    group = groups[position] if isinstance(groups, list | tuple) and position < len(groups) else groups
    return group is None or is_within(group, limit)


def _is_sorted(known: Any) -> bool:
    """True for numbers and times in rising order, a gap behind them; texts and objects are looked for otherwise."""
    if not isinstance(known, np.ndarray) or known.ndim != 1 or known.dtype.kind in "OUS":
        return isinstance(known, np.ndarray) and known.ndim == 1
    filled = known[:-1] if known.size and known[-1] != known[-1] else known
    return bool((filled[1:] > filled[:-1]).all())


def vocabulary(model: Any) -> None:
    """A vocabulary numbers its words from zero."""
    if not _is_numbered(vars(model)["vocabulary_"]):
        raise broken(model)


def _is_numbered(words: Any) -> bool:
    """True for a dictionary that tells a place for each of its keys, as many places as keys."""
    return isinstance(words, dict) and all(isinstance(n, _WHOLE) and 0 <= n < len(words) for n in words.values())


def columns(model: Any) -> None:
    """Columns of several labels: as many as there are different ones, of which the encoder keeps the places."""
    kept, known = vars(model)["_cached_dict"], vars(model).get("classes_", np.zeros(0))
    if not isinstance(known, np.ndarray) or known.ndim != 1 or len(set(known.tolist())) != len(known):
        raise broken(model)
    if kept is not None and not (type(kept) is dict and _is_numbered(kept)):  # a Counter knows any label
        raise broken(model)


def centres(model: Any) -> None:
    """Centres have the columns of the rows that are compared with them; k-means reads the first unasked."""
    own = vars(model)
    found, columns = own["cluster_centers_"], own.get("n_features_in_")
    if not hasattr(found, "shape") or len(found.shape) != 2 or found.shape[1] != columns:
        raise broken(model)
    if isinstance(model, _BaseKMeans) and not found.shape[0]:
        raise broken(model)


def norms(model: Any) -> None:
    """The lengths of a Birch's centres: compiled code reads one for each centre."""
    own = vars(model)
    found, lengths = own.get("subcluster_centers_"), own["_subcluster_norms"]
    if not isinstance(found, np.ndarray) or not isinstance(lengths, np.ndarray) or lengths.shape != found.shape[:1]:
        raise broken(model)


def bins(model: Any) -> None:
    """Splits by category of a histogram booster are on columns that its bins know as categories."""
    own = vars(model)
    mapper = getattr(own.get("_bin_mapper"), "__dict__", {})
    marks, columns = mapper.get("is_categorical_"), own.get("n_features_in_", own.get("_n_features"))
    for trees in own["_predictors"]:
        for tree in trees:
            nodes = vars(tree)["nodes"]
            asked = nodes["feature_idx"][(nodes["is_categorical"] != 0) & (nodes["is_leaf"] == 0)]
            if not asked.size:
                continue
            if not isinstance(marks, np.ndarray) or marks.shape != (columns,) or not marks[asked].all():
                raise broken(model)


def stacked(model: Any) -> None:
    """Members of a stack are asked by one of three methods; any other could change them."""
    if not set(map(str, vars(model)["stack_method_"])) <= _ASKED:
        raise broken(model)


def importance(model: Any) -> None:
    """What a selection looks at is an attribute of its model, not of something behind it."""
    getter = vars(model)["importance_getter"]
    if not isinstance(getter, str) or not re.fullmatch(r"[a-zA-Z]\w*(\.[a-zA-Z]\w*)*", getter, re.ASCII):
        raise broken(model)


def ways(model: Any) -> None:
    """Members of a chain and of a threshold are asked by methods that predict; any other could change them."""
    for name in ("response_method", "_response_method", "chain_method", "chain_method_", "stack_method"):
        named = vars(model).get(name, "auto")
        if not set(named if isinstance(named, list | tuple) else [named]) <= _WAYS:
            raise broken(model)


def branches(model: Any) -> None:
    """Centres in the tree of a bisecting k-means have the columns of the rows that are compared with them."""
    root = getattr(vars(model)["_bisecting_tree"], "__dict__", {})  # nothing is compared with its own centre
    pending, left = [root.get("left"), root.get("right")], MAX_NODES
    while pending and left:
        node, left = getattr(pending.pop(), "__dict__", None), left - 1
        if node is None:
            continue
        if np.shape(node.get("center")) != (vars(model).get("n_features_in_"),):
            raise broken(model)
        pending += [node.get("left"), node.get("right")]
    if pending:
        raise broken(model)


def classes(model: Any) -> None:
    """A count of classes that names could be given to."""
    count = vars(model)["n_classes_"]
    if isinstance(count, _WHOLE) and not 0 <= count <= MAX_CLASSES:
        raise broken(model)


def calls(model: Any) -> None:
    """Settings of a function that a model calls: results go nowhere but back, not into an array that others hold.

    Distances take lengths of rows, and a matrix of weights, as they are: compiled code reads them without a look.
    """
    for name in SETTINGS:
        held = vars(model).get(name)
        if not isinstance(held, dict):
            continue
        other = held.get("Y")
        known = None if name.endswith("kw_args") else vars(model).get("n_features_in_", -1)
        columns = known if other is None else np.shape(other)[-1]
        for given in (held, held.get("metric_kwargs")):
            if not isinstance(given, dict):
                continue
            if not _UNSEEN.isdisjoint(given) or ("VI" in given and not _weighs(given["VI"], columns)):
                raise broken(model)


def _weighs(weights: Any, columns: Any) -> bool:
    """True for a matrix of weights that has a line and a column for each column of the rows; -1 if it has seen none."""
    wanted = len(weights) if columns == -1 else columns
    return isinstance(weights, np.ndarray) and weights.shape == (wanted, wanted)


def spread(model: Any) -> None:
    """The matrices of a covariance have a line and a column for each column of the rows that are compared with it."""
    own = vars(model)
    if not isinstance(model, EmpiricalCovariance):
        return
    for name in ("precision_", "covariance_"):
        if own.get(name) is not None and np.shape(own[name]) != np.shape(own["location_"]) * 2:
            raise broken(model)


def neighbours(model: Any) -> None:
    """Rows of training are there where their number is told: neighbours are counted up to it."""
    if isinstance(model, NeighborsBase) and not hasattr(vars(model).get("_fit_X"), "shape"):
        raise broken(model)


def hashing(model: Any) -> None:
    """A hash by its name, not any other name of Python's module."""
    if vars(model)["hash_method"] not in hashlib.algorithms_available:
        raise broken(model)


def width(model: Any) -> None:
    """Words are counted modulo the number of columns, in compiled code."""
    count = vars(model)["n_features"]
    if type(model).__name__ in _HASHERS and not (isinstance(count, _WHOLE) and 0 < count < 1 << 31):
        raise broken(model)


def folds(model: Any) -> None:
    """LightGBM's cross-validation asks each of its boosters what it is asked: they are a list of boosters."""
    held = vars(model)["boosters"]
    if type(model).__name__ != "CVBooster":
        return
    if type(held) is not list or any(type(one).__module__ != "lightgbm.basic" for one in held):
        raise broken(model)


CHECKS: dict[str, Callable[[Any], None]] = {
    "_fit_X": answers,
    "_n_features_outs": one_hot,
    "vocabulary_": vocabulary,
    "cluster_centers_": centres,
    "_subcluster_norms": norms,
    "_predictors": bins,
    "stack_method_": stacked,
    "importance_getter": importance,
    "n_features": width,
    "_bisecting_tree": branches,
    "n_classes_": classes,
    "hash_method": hashing,
    "location_": spread,
    "boosters": folds,
    "_cached_dict": columns,
    "n_samples_fit_": neighbours,
    **dict.fromkeys(("response_method", "_response_method", "chain_method", "chain_method_", "stack_method"), ways),
    **dict.fromkeys(SETTINGS, calls),
}
"""Attribute -> check of the object that has it."""
