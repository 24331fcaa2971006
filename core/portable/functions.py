"""Functions of one number, for encoders and networks; ``core/assets/functions.js`` does the same in a browser."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from scipy.special import ndtri

from core.portable.form import PLAIN as NAMES
from core.portable.form import Column, Curve, Plain
from core.types import Array

PLAIN: Mapping[Plain, Callable[[Array], Array]] = {
    "abs": np.abs,
    "cbrt": np.cbrt,
    "cos": np.cos,
    "exp": np.exp,
    "exp2": np.exp2,
    "expm1": np.expm1,
    "log": np.log,
    "log10": np.log10,
    "log1p": np.log1p,
    "log2": np.log2,
    "negative": np.negative,
    "normal_quantile": ndtri,
    "reciprocal": np.reciprocal,
    "sign": np.sign,
    "sin": np.sin,
    "sinh": np.sinh,
    "sqrt": np.sqrt,
    "square": np.square,
    "arcsinh": np.arcsinh,
    "arctan": np.arctan,
}


def rounded(values: Array) -> Array:
    """Values as float32 holds them; beyond its range they are infinite."""
    with np.errstate(over="ignore"):
        return values.astype(np.float32).astype(np.float64)


def yeo_johnson(x: Array, power: float) -> Array:
    """The power transform of I.-K. Yeo and R. A. Johnson (2000, doi:10.1093/biomet/87.4.954)."""
    return np.where(x >= 0, _power(np.abs(x) + 1.0, power), -_power(np.abs(x) + 1.0, 2.0 - power))


def _power(x: Array, power: float) -> Array:
    """The transform of G. E. P. Box and D. R. Cox (1964): (x^power - 1) / power, the logarithm at 0."""
    if abs(power) < np.spacing(1.0):
        return np.log(x)
    return np.asarray(np.expm1(power * np.log(x)) / power)


def _undo_power(y: Array, power: float) -> Array:
    """The number whose transform this is."""
    if abs(power) < np.spacing(1.0):
        return np.exp(y)
    return np.asarray(np.power(y * power + 1.0, 1.0 / power))


def _undo_yeo_johnson(y: Array, power: float) -> Array:
    """The number whose transform this is."""
    return np.where(y >= 0, _undo_power(np.abs(y), power) - 1.0, 1.0 - _undo_power(np.abs(y), 2.0 - power))


CURVES: Mapping[Curve, Callable[[Array, float], Array]] = {
    "yeo_johnson": yeo_johnson,
    "box_cox": _power,
    "undo_yeo_johnson": _undo_yeo_johnson,
    "undo_box_cox": _undo_power,
}


def interpolate(x: Array, ends: Array, heights: Array) -> Array:
    """Along a broken line, flat outside; at a jump (ends that repeat) half way between its two sides."""
    down = np.interp(-x, -ends[::-1], -heights[::-1])
    return np.asarray(0.5 * (np.interp(x, ends, heights) - down))


def quantiles(x: Array, table: tuple[float, ...]) -> Array:
    """The share of a column's values below a number, by a broken line: 0 and 1 at its ends, within a tolerance."""
    within, *line = table
    ends, heights = np.array(line).reshape(2, -1)
    found = interpolate(x, ends, heights)
    above = x + within > ends[-1] if within else x >= ends[-1]
    below = x - within < ends[0] if within else x <= ends[0]
    return np.where(below, 0.0, np.where(above, 1.0, found))


def match(x: Array, table: tuple[float, ...]) -> Array:
    """The answer that belongs to a number; the first of the table for all others."""
    other, *line = table
    keys, answers = np.array(line).reshape(2, -1)
    place = np.minimum(np.searchsorted(keys, x), len(keys) - 1)
    return np.where(keys[place] == x, answers[place], other)


def bins(x: Array, edges: tuple[float, ...]) -> Array:
    """How many edges are not greater; NaN stays."""
    return np.where(np.isnan(x), np.nan, np.searchsorted(np.array(edges), x, side="right"))


def _plain(x: Array, place: float) -> Array:
    """A function by its place in ``PLAIN`` of ``core.portable.form``."""
    return np.asarray(PLAIN[NAMES[int(place)]](x))


_STEPS: Mapping[str, Callable[[Array, float], Array]] = {
    "subtract": lambda x, value: x - value,
    "divide": lambda x, value: x / value,
    "multiply": lambda x, value: x * value,
    "add": lambda x, value: x + value,
    "at_least": np.maximum,
    "at_most": np.minimum,
    "fill": lambda x, value: np.where(np.isnan(x), value, x),
    "drop_zero": lambda x, value: np.where(np.abs(x) <= value, np.nan, x),
    "float32": lambda x, _value: rounded(x),
    "above": lambda x, value: np.where(np.isnan(x), np.nan, x > value),
    "is": lambda x, value: np.where(np.isnan(x), np.nan, x == value),
    "plain": _plain,
    **{str(name): call for name, call in CURVES.items()},
}
_TABLES: Mapping[str, Callable[[Array, tuple[float, ...]], Array]] = {
    "bins": bins,
    "quantiles": quantiles,
    "match": match,
}
TABLED = frozenset(_TABLES)
"""Steps whose number is the place of a table."""


def taken(column: Column, raw: Array) -> Array:
    """A column's answers after its steps."""
    done = raw
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        for kind, value in column.steps:
            done = _TABLES[kind](done, column.tables[int(value)]) if kind in TABLED else _STEPS[kind](done, value)
    return done
