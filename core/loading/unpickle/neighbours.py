"""KD trees, ball trees and distances: rebuilt from checked arrays."""

from __future__ import annotations

import importlib
from types import FunctionType
from typing import TYPE_CHECKING, Any

import numpy as np

from core.loading.unpickle.boosters import is_plain
from core.loading.unpickle.inert import Ref, Slot
from core.loading.unpickle.numbers import wrong

if TYPE_CHECKING:
    from core.loading.unpickle.machine import Machine

_TREES = ("KDTree", "KDTree64", "KDTree32", "BallTree", "BallTree64", "BallTree32")
_METRICS = {
    "Euclidean": "euclidean",
    "Manhattan": "manhattan",
    "Chebyshev": "chebyshev",
    "Minkowski": "minkowski",
    "Hamming": "hamming",
    "Canberra": "canberra",
    "BrayCurtis": "braycurtis",
    "SEuclidean": "seuclidean",
    "Mahalanobis": "mahalanobis",
    "Haversine": "haversine",
    "Jaccard": "jaccard",
    "Dice": "dice",
    "RogersTanimoto": "rogerstanimoto",
    "RussellRao": "russellrao",
}


_DISTANCES = ("scipy.spatial.distance", "sklearn.metrics.pairwise")
"""Modules whose functions of two rows a distance may be."""


def distance(_machine: Machine, args: tuple[Any, ...]) -> Slot:
    """A distance by its class, made anew with its parameters; a function only if it is one of a library's distances."""
    name = args[0].name.rpartition(".")[2] if len(args) == 1 and args[0].__class__ is Ref else ""
    bits = "32" if name.endswith("32") else "64"
    metric = _METRICS.get(name.removesuffix("32").removesuffix("64").removesuffix("Distance"))
    own = name.startswith("PyFuncDistance")
    if metric is None and not own:
        raise wrong(f"a distance ({name})" if name else "a distance")

    def fill(state: Any) -> Any:
        if own:
            return _by_function(state, bits)
        if type(state) is not tuple or len(state) not in (2, 3):
            raise wrong("a distance")
        _check_numbers(state)
        family = getattr(importlib.import_module("sklearn.metrics._dist_metrics"), f"DistanceMetric{bits}")
        if metric == "seuclidean":
            return family.get_metric(metric, V=state[1])
        if metric == "mahalanobis" and (len(state) != 3 or state[2].shape[0] != state[2].shape[1]):
            raise wrong("a distance")
        if metric == "mahalanobis":
            return family.get_metric(metric, VI=state[2])
        if metric == "minkowski":
            return family.get_metric(metric, p=state[0], **({"w": state[1]} if state[1].size > 1 else {}))
        return family.get_metric(metric)

    return Slot("a distance", fill)


def _check_numbers(state: tuple[Any, ...]) -> None:
    """A power, weights, and a matrix: all distances have them, and some use them."""
    if type(state[0]) is not float:
        raise wrong("a distance")
    for part, axes in zip(state[1:3], (1, 2), strict=False):
        if not isinstance(part, np.ndarray) or part.dtype != np.float64 or part.ndim != axes:
            raise wrong("a distance")


def _by_function(state: Any, bits: str) -> Any:
    """The distance that a function of a library computes, with plain settings."""
    if type(state) is not tuple or len(state) != 5 or type(state[4]) is not dict or not is_plain(state[4]):
        raise wrong("a distance")
    _check_numbers(state)
    if type(state[3]) is not FunctionType or state[3].__module__ not in _DISTANCES or "out" in state[4]:
        raise wrong("a distance")
    family = getattr(importlib.import_module("sklearn.metrics._dist_metrics"), f"DistanceMetric{bits}")
    return family.get_metric(state[3], **state[4])


def binary_tree(_machine: Machine, args: tuple[Any, ...]) -> Slot:
    """``newObj(KDTree)`` and ``newObj(BallTree)``, filled by the state that follows."""
    full = args[0].name if len(args) == 1 and args[0].__class__ is Ref else ""
    module, _, name = full.rpartition(".")
    if name not in _TREES:
        raise wrong("a neighbour tree")

    def fill(state: Any) -> Any:
        cls = getattr(importlib.import_module(module), name)
        made = cls.__new__(cls)
        made.__setstate__(_tree_state(state, np.float32 if name.endswith("32") else np.float64, "KD" in name))
        return made

    return Slot("a neighbour tree", fill)


def _tree_state(state: Any, real: type[Any], box: bool) -> tuple[Any, ...]:
    """Check the arrays of a neighbour tree against each other."""
    if type(state) is not tuple or len(state) != 13 or any(type(number) is not int for number in state[4:11]):
        raise wrong("a neighbour tree")
    data, order, nodes, bounds, leaf_size, n_levels, n_nodes = state[:7]
    metric, weights = state[11:]
    if not all(isinstance(part, np.ndarray) and part.flags.c_contiguous for part in state[:4]):
        raise wrong("a neighbour tree")
    rows = len(data)
    levels = int(np.log2(max(1, (rows - 1) / max(1, leaf_size))) + 1)
    sizes = data.ndim == 2 and rows > 0 and order.shape == (rows,) and nodes.shape == (n_nodes,)
    if not sizes or leaf_size < 1 or n_levels != levels or n_nodes != 2**n_levels - 1:
        raise wrong("a neighbour tree")
    centres = (2, n_nodes, data.shape[1]) if box else (1, n_nodes, data.shape[1])
    kinds = data.dtype == real and bounds.dtype == real and order.dtype == np.intp
    if not kinds or bounds.shape != centres or nodes.dtype.names != ("idx_start", "idx_end", "is_leaf", "radius"):
        raise wrong("a neighbour tree")
    if not np.array_equal(np.sort(order), np.arange(rows)) or not _nodes_fit(nodes, rows):
        raise wrong("a neighbour tree")
    if not type(metric).__module__ == "sklearn.metrics._dist_metrics" or getattr(metric, "size", None) is type:
        raise wrong("a neighbour tree")
    metric._validate_data(data)
    if weights is not None and (
        not isinstance(weights, np.ndarray) or weights.shape != (rows,) or weights.dtype != real
    ):
        raise wrong("a neighbour tree")
    return (*(part.copy() for part in state[:4]), *state[4:])  # nothing else in the file holds what was looked at


def _nodes_fit(nodes: np.ndarray, rows: int) -> bool:
    """True when every node's rows exist and the last level has leaves only."""
    start, end, leaf = nodes["idx_start"], nodes["idx_end"], nodes["is_leaf"] != 0
    last = np.arange(len(nodes)) * 2 + 2 >= len(nodes)
    return bool((start >= 0).all() and (end <= rows).all() and (start <= end).all() and leaf[last].all())
