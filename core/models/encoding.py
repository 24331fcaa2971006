"""Which feature each encoded column comes from, read from the fitted transformers' own attributes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Sources = npt.NDArray[np.int64]
"""Feature position of each encoded column, shape (n_encoded,)."""


class _Mixed(Exception):  # noqa: N818 - leaves the walk when a column mixes features; never reaches a person
    """A transformer makes columns of several features, or is not known here."""


_ONE_TO_ONE = {
    "StandardScaler", "MinMaxScaler", "MaxAbsScaler", "RobustScaler", "QuantileTransformer", "PowerTransformer",
    "OrdinalEncoder", "Binarizer",
}  # fmt: skip


def encoded_sources(front: Sequence[Any], names: Sequence[str] | None, count: int) -> Sources | None:
    """Trace every encoded column back to one feature.

    Parameters
    ----------
    front : sequence of fitted transformers
    names : sequence of str or None
        The features' names where the front was fitted with names.
    count : int
        Number of features.

    Returns
    -------
    ndarray of int, shape (n_encoded,), or None
        None when a column mixes several features (PCA, products) or a transformer is not known.
    """
    found: Sources = np.arange(count, dtype=np.int64)
    try:
        for step in front:
            found = _through(step, found, names)
    except _Mixed:
        return None
    return found


def _through(step: Any, inputs: Sources, names: Sequence[str] | None) -> Sources:
    """The sources after one transformer; the length must be what the transformer itself expects."""
    if step is None or (isinstance(step, str) and step == "passthrough"):
        return inputs
    if isinstance(step, str):  # "drop"
        return inputs[:0]
    kind = type(step).__name__
    if not type(step).__module__.startswith(("sklearn.", "imblearn.")):
        raise _Mixed(kind)
    expected = getattr(step, "n_features_in_", len(inputs))
    if expected != len(inputs):
        raise _Mixed(kind)
    if kind in _ONE_TO_ONE:
        return inputs
    if hasattr(step, "get_support"):
        chosen: npt.NDArray[np.bool_] = np.asarray(step.get_support())
        return inputs[chosen]
    if kind not in _KINDS:
        raise _Mixed(kind)
    return _KINDS[kind](step, inputs, names)


def _pipeline(step: Any, inputs: Sources, names: Sequence[str] | None) -> Sources:
    """A nested pipeline: one step after the other."""
    for _, part in step.steps:
        inputs = _through(part, inputs, names)
    return inputs


def _columns(step: Any, inputs: Sources, _names: Sequence[str] | None) -> Sources:
    """A ColumnTransformer: each part's columns, at the places where it puts them."""
    own = list(getattr(step, "feature_names_in_", ()))
    if not hasattr(step, "output_indices_"):  # it is not kept where nothing comes out
        raise _Mixed("ColumnTransformer")
    width = max([part.stop for part in step.output_indices_.values()], default=0)
    found = np.full(width, -1, dtype=np.int64)
    for name, part, columns in step.transformers_:
        place = step.output_indices_[name]
        given = inputs[positions(columns, own, len(inputs))]
        made = _through(part, given, None) if len(given) else given  # a part without columns was never fitted
        if len(made) != place.stop - place.start:
            raise _Mixed(name)
        found[place] = made
    if (found < 0).any():
        raise _Mixed("ColumnTransformer")
    return found


def positions(columns: Any, names: list[Any], count: int) -> Sources:
    """A ColumnTransformer's choice of columns (names, positions, slices, masks) as positions."""
    if isinstance(columns, str):
        return np.array([names.index(columns)], dtype=np.int64)
    if isinstance(columns, slice):
        start, stop = columns.start, columns.stop
        if isinstance(start, str) or isinstance(stop, str):
            first = names.index(start) if start is not None else 0
            last = names.index(stop) + 1 if stop is not None else count
            return np.arange(first, last, columns.step or 1, dtype=np.int64)
        return np.arange(count, dtype=np.int64)[columns]
    if isinstance(columns, int | np.integer):
        return np.array([columns % count], dtype=np.int64)
    chosen = list(columns)
    if chosen and all(isinstance(item, bool | np.bool_) for item in chosen):
        return np.flatnonzero(chosen).astype(np.int64)
    if any(isinstance(item, str) for item in chosen):
        return np.array([names.index(item) for item in chosen], dtype=np.int64)
    return np.array([int(item) % count for item in chosen], dtype=np.int64)


def _union(step: Any, inputs: Sources, names: Sequence[str] | None) -> Sources:
    """A FeatureUnion: every part sees all columns."""
    parts = [_through(part, inputs, names) for _, part in step.transformer_list]
    return np.concatenate(parts) if parts else inputs[:0]


def _imputer(step: Any, inputs: Sources, _names: Sequence[str] | None) -> Sources:
    """Columns that had a value in training, then one flag for each column that had a gap."""
    empty = _nan(step.statistics_)
    kept = inputs if getattr(step, "keep_empty_features", False) else inputs[~empty]
    indicator = getattr(step, "indicator_", None)
    return kept if indicator is None else np.concatenate([kept, inputs[np.asarray(indicator.features_)]])


def _nan(values: Iterable[Any]) -> npt.NDArray[np.bool_]:
    """Which of an object or float array are NaN."""
    return np.array([isinstance(value, float) and value != value for value in values], dtype=np.bool_)


def _one_hot(step: Any, inputs: Sources, _names: Sequence[str] | None) -> Sources:
    """One column per level, fewer where one is dropped or rare levels share one."""
    counts = []
    rare = getattr(step, "infrequent_categories_", [None] * len(inputs))
    dropped = step.drop_idx_ if step.drop_idx_ is not None else [None] * len(inputs)
    for levels, few, gone in zip(step.categories_, rare, dropped, strict=True):
        shared = len(levels) - (len(few) - 1 if few is not None and len(few) else 0)
        counts.append(shared - (gone is not None))
    return np.repeat(inputs, counts)


def _target(step: Any, inputs: Sources, _names: Sequence[str] | None) -> Sources:
    """One column per feature, or per feature and class."""
    return np.repeat(inputs, len(step.encodings_) // len(inputs)) if len(inputs) else inputs


def _bins(step: Any, inputs: Sources, _names: Sequence[str] | None) -> Sources:
    """One column per bin, or the bin's number."""
    return inputs if step.encode == "ordinal" else np.repeat(inputs, step.n_bins_)


def _indicator(step: Any, inputs: Sources, _names: Sequence[str] | None) -> Sources:
    """One flag per watched column."""
    watched: Sources = np.asarray(step.features_, dtype=np.int64)
    return inputs[watched]


def _function(step: Any, inputs: Sources, _names: Sequence[str] | None) -> Sources:
    """No function, or a ufunc: element by element. Any other function may mix columns."""
    if step.func is None or isinstance(step.func, np.ufunc):
        return inputs
    raise _Mixed("FunctionTransformer")


_KINDS: dict[str, Callable[[Any, Sources, Sequence[str] | None], Sources]] = {
    "Pipeline": _pipeline,
    "ColumnTransformer": _columns,
    "FeatureUnion": _union,
    "SimpleImputer": _imputer,
    "OneHotEncoder": _one_hot,
    "TargetEncoder": _target,
    "KBinsDiscretizer": _bins,
    "MissingIndicator": _indicator,
    "FunctionTransformer": _function,
}
