"""Whether two loaded objects are equal in type and content, through all that they hold."""

from __future__ import annotations

import functools
import math
from types import BuiltinFunctionType, FunctionType, MethodType, SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from core.loading.unpickle.inert import Stub
from core.loading.unpickle.masks import Masked

Pair = tuple[Any, Any]
_NO_PART = ("_sklearn_version", "handle", "_handle", "_network")
"""The version that wrote an object, where its model lies in memory, and whether it asks other machines (switched off)."""


def alike(first: Any, second: Any) -> bool:
    """Compare piece by piece, each pair once: what refers back to itself ends, what is shared is looked at once.

    What the loader leaves out (a stub) or makes anew (a metric) counts as equal.
    """
    seen: dict[tuple[int, int], Pair] = {}  # the objects, too: an id is only an object's own while it lives
    pending: list[Pair] = [(first, second)]
    while pending:
        one, other = pending.pop()
        one = one.array if type(one) is Masked else one
        if one is other or isinstance(one, Stub) or (id(one), id(other)) in seen:
            continue
        seen[id(one), id(other)] = one, other
        if type(one) is not type(other):
            return False
        inner = _inside(one, other)
        if inner is None:
            return False
        pending.extend(inner)
    return True


def _inside(one: Any, other: Any) -> list[Pair] | None:
    """The parts to compare of two objects of one type; None if they differ already."""
    if isinstance(one, float):
        return [] if one == other or (math.isnan(one) and math.isnan(other)) else None
    if isinstance(one, np.ndarray):
        return _arrays(one, other)
    if sparse.issparse(one):
        same = one.shape == other.shape and one.format == other.format
        return [(vars(one.tocoo())[part], vars(other.tocoo())[part]) for part in ("data", "coords")] if same else None
    if isinstance(one, pd.DataFrame | pd.Series | pd.Index | pd.api.extensions.ExtensionArray):
        return [] if one.equals(other) else None
    if type(one).__module__ == "pyarrow.lib" and hasattr(one, "equals"):
        return [] if one.equals(other) else None
    if isinstance(one, list | tuple):
        return list(zip(one, other, strict=True)) if len(one) == len(other) else None
    if isinstance(one, dict):
        same = list(map(_words, one)) == list(map(_words, other))
        return list(zip(one.values(), other.values(), strict=True)) if same else None
    return _objects(one, other)


def _arrays(one: np.ndarray, other: np.ndarray) -> list[Pair] | None:
    """Arrays by type, shape and bytes; of objects, one by one."""
    if one.dtype != other.dtype or one.shape != other.shape:
        return None
    if one.dtype.hasobject:
        return list(zip(one.ravel().tolist(), other.ravel().tolist(), strict=True))
    if one.dtype.names:  # by their fields: what lies between them is nobody's
        return [(one[name], other[name]) for name in one.dtype.names]
    return [] if one.tobytes() == other.tobytes() else None


def _objects(one: Any, other: Any) -> list[Pair] | None:
    """Everything else: by its attributes, its own form, or its words."""
    if isinstance(one, FunctionType | MethodType | BuiltinFunctionType | np.ufunc | type):
        return [] if one.__qualname__ == other.__qualname__ else None
    if isinstance(one, np.dtype):  # the loader leaves out flags that only a forger would set
        return [] if one == other else None
    if isinstance(one, functools.partial):
        return [(one.func, other.func), (one.args, other.args), (one.keywords, other.keywords)]
    if type(one).__name__ == "Booster":  # by the model that they write, and what lies beside it
        return [(_written(one), _written(other)), (_attributes(one), _attributes(other))]
    if getattr(one, "__dict__", None) or isinstance(type(one).__init__, FunctionType):
        return [(_attributes(one), _attributes(other))]
    if type(one).__module__ == "sklearn.metrics._dist_metrics":  # the loader makes one anew
        return []
    if isinstance(one, np.random.RandomState):
        return [(one.get_state(), other.get_state())]
    if isinstance(one, np.random.Generator):
        return [(one.bit_generator, other.bit_generator)]
    if isinstance(
        one, np.random.BitGenerator
    ):  # its numbers to come; the loader leaves out what would seed its children
        return [(one.state, other.state)]
    if " at 0x" not in _words(one):
        return [] if _words(one) == _words(other) else None
    try:  # compiled classes, which only say where they are
        return [(_form(one), _form(other))]
    except TypeError:  # CatBoost's handle has no form of its own: the model around it is checked before
        return [] if type(one).__name__ == "_CatBoost" else None


def _attributes(item: Any) -> dict[str, Any]:
    """An object's attributes, but for those that are no part of what it is."""
    return {name: value for name, value in vars(item).items() if name not in _NO_PART}


def _words(item: Any) -> str:
    """What an object says of itself; of a broken one, only its kind."""
    try:
        return repr(item)
    except Exception:
        return f"broken {type(item).__name__}"


def _written(booster: Any) -> Any:
    """An XGBoost or LightGBM model in its library's own form."""
    if hasattr(booster, "model_to_string"):  # all its rounds, and of its attributes none: one may be misspelt
        handle = SimpleNamespace(_handle=booster._handle, pandas_categorical=None)
        return type(booster).model_to_string(handle, num_iteration=-1)
    from xgboost.core import XGBoostError

    try:
        return booster.save_raw("ubj")
    except XGBoostError as error:  # one with an emptied tree opens, but cannot be written again
        return str(error).splitlines()[0].partition("] ")[2]  # without the time of day


def _form(item: Any) -> Any:
    """What an object would be pickled as, without its class."""
    return item.__reduce_ex__(4)[1:]
