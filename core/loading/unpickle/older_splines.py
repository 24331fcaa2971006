"""Splines of other versions of scipy: where their knots and weights lie; see ``older.py``."""

from __future__ import annotations

from typing import Any

import numpy as np


def parted(state: Any) -> tuple[Any, Any]:
    """Attributes and slots of a state.

    From scipy 1.18 on a spline is told by an object that holds its parts, and by an empty array of their library.
    """
    if type(state) is not tuple or len(state) != 2:
        return state, None
    from core.models.older import SplineParts

    held, rest = state
    if type(held) is SplineParts and isinstance(rest, np.ndarray) and not rest.size:
        return {name: part for name, part in vars(held).items() if name != "_delegate_to"}, None
    return state


def spline(own: dict[str, Any]) -> None:
    """``BSpline`` of other versions kept knots and weights under their own names."""
    from scipy.interpolate import BSpline

    for name in ("t", "c"):
        if name in own and f"_{name}" not in own:
            own[f"_{name}"] = own.pop(name)
    if "_asarray" not in own:
        own["_asarray"] = BSpline(np.arange(4.0), np.zeros(2), 1)._asarray
