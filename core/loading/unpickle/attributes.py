"""The attributes of what a file creates: filled in without running anything, under names that hide no method."""

from __future__ import annotations

from functools import lru_cache
from types import FunctionType
from typing import Any

import numpy as np

from core.loading.unpickle.inert import OWN_METHODS, OwnMethod, Refused

_MOST, _LONGEST = 100, 100
"""Names, and letters of each, that are remembered for their class."""


def set_attributes(target: Any, state: dict[str, Any]) -> None:
    """Fill the attributes of an object, as its own ``__setstate__`` would, without running it.

    Raises
    ------
    Refused
        If one has a name that no attribute has, or that would hide a method.
    """
    cls: Any = type(target)
    if OwnMethod in map(type, state.values()):
        state = {name: value for name, value in state.items() if not _own_method(target, name, value)}
    names = tuple(state)
    for name in names:
        if type(name) is not str or not name.isidentifier():
            raise Refused(f"it gives {cls.__name__} an attribute whose name is not one")
    (_known if len(names) <= _MOST and max(map(len, names), default=0) <= _LONGEST else _check_names)(cls, names)
    vars(target).update(state)
    if cls.__name__ == "IsotonicRegression":
        _isotonic(target)


def _isotonic(model: Any) -> None:
    """Rebuild the interpolation, from arrays of numbers only."""
    vars(model).pop("f_", None)
    found = [vars(model).get(name) for name in ("X_thresholds_", "y_thresholds_")]
    if all(part is None for part in found):
        return
    if not all(type(a) is np.ndarray and a.ndim == 1 and a.dtype.kind == "f" for a in found):
        raise Refused("the thresholds of its IsotonicRegression are not numbers")
    model._build_f(*found)


def _own_method(target: Any, name: Any, value: Any) -> bool:
    """True for a method of an object under its own name, which the class has anyway."""
    return value.__class__ is OwnMethod and value.owner is target and value.name == name and name in OWN_METHODS


def _check_names(cls: Any, names: tuple[str, ...]) -> None:
    """Refuse names for what they mean to a class."""
    for name in names:
        _check_name(cls, name)


def _check_name(cls: Any, name: str) -> None:
    """Refuse a name for what it means to a class."""
    if name.startswith("__") and name.endswith("__"):
        raise Refused(f"it sets the special attribute {name} of {cls.__name__}", f"{cls.__name__}.{name}")
    for base in cls.__mro__:
        found = vars(base).get(name)
        if found is None:
            continue
        hides = isinstance(found, FunctionType | classmethod | staticmethod) or (
            hasattr(type(found), "__get__") and not hasattr(type(found), "__set__")
        )
        if hides:
            raise Refused(f"it replaces the method {name} of {cls.__name__}", f"{cls.__name__}.{name}")
        return


_known = lru_cache(maxsize=1_024)(_check_names)
"""Thousands of trees have the same few attributes; a refusal is made anew each time."""
