"""scikit-learn's column transformers, imputers, scalers and encoders, followed column by column."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from core.portable import levels, mixers, mixing, shapes
from core.portable.form import Arithmetic, Column
from core.portable.inputs import Input, Inputs, is_missing, number, plain_level, refuse, then


def apply(step: Any, inputs: Inputs) -> Inputs:
    """What one fitted transformer makes of the columns.

    Parameters
    ----------
    step : transformer, Pipeline, ``"passthrough"`` or None

    Raises
    ------
    NotApplicable
        If the transformer is not known here, or cannot stand where it stands; ``why`` names it.
    """
    if step is None or (isinstance(step, str) and step == "passthrough"):
        return inputs
    name = type(step).__name__
    known = _STEPS.get(name)
    if known is None or not type(step).__module__.startswith("sklearn."):
        raise refuse(f"The step {name} has no plain form.")
    if inputs.mixed and known in _SINGLE:
        raise refuse(f"The step {name} looks at single values after a step that mixes columns.")
    expected = getattr(step, "n_features_in_", None)
    if expected is not None and expected != len(inputs.items):
        raise refuse(f"The step {name} takes {expected} columns, {len(inputs.items)} arrive.")
    return known(step, inputs)


def _pipeline(step: Any, inputs: Inputs) -> Inputs:
    """Steps one after the other."""
    for _, part in step.steps:
        inputs = apply(part, inputs)
    return inputs


def _columns(step: Any, inputs: Inputs) -> Inputs:
    """A ColumnTransformer: each part takes its columns; results stand side by side."""
    items: list[Input] = []
    weights = step.transformer_weights or {}
    for name, part, chosen in step.transformers_:
        if isinstance(part, str) and part == "drop":
            continue
        picked = tuple(inputs.items[position] for position in _positions(chosen, inputs))
        if picked:
            items += _each(apply(part, Inputs(picked, inputs.sparse)), "multiply", weights.get(name)).items
    return Inputs(tuple(items), bool(step.sparse_output_))


def _positions(chosen: Any, inputs: Inputs) -> list[int]:
    """Positions of the columns that a part takes, however they are given."""
    names = [item.name for item in inputs.items]
    if isinstance(chosen, str):
        return [names.index(chosen)]
    if isinstance(chosen, slice):
        first, last = (names.index(end) if isinstance(end, str) else end for end in (chosen.start, chosen.stop))
        last = last + 1 if isinstance(chosen.stop, str) else last
        return list(range(len(names)))[first : last : chosen.step]
    listed = np.atleast_1d(np.asarray(chosen, dtype=object)).tolist()
    if listed and all(isinstance(one, bool | np.bool_) for one in listed):
        return [position for position, on in enumerate(listed) if on]
    return [names.index(one) if isinstance(one, str) else range(len(names))[int(one)] for one in listed]


def _union(step: Any, inputs: Inputs) -> Inputs:
    """A FeatureUnion: every part takes all columns."""
    weights = step.transformer_weights or {}
    parts = [
        _each(apply(part, inputs), "multiply", weights.get(name))
        for name, part in step.transformer_list
        if part != "drop"
    ]
    return Inputs(tuple(item for part in parts for item in part.items), any(part.sparse for part in parts))


def _impute(step: Any, inputs: Inputs) -> Inputs:
    """A SimpleImputer: the statistic where a value is missing, indicator columns behind."""
    if not is_missing(step.missing_values):
        raise refuse(f"The SimpleImputer replaces {step.missing_values!r}, not missing cells.")
    items = []
    for item, statistic in zip(inputs.items, step.statistics_, strict=True):
        if is_missing(statistic) and not step.keep_empty_features:
            continue
        items.append(_filled(item, 0.0 if is_missing(statistic) else plain_level(statistic)))
    return Inputs((*items, *_indicators(step.indicator_, inputs)), inputs.sparse)


def _filled(item: Input, value: Any) -> Input:
    """A column with its missing values replaced."""
    if item.column is None:
        return replace(item, fill=value if item.fill is None else item.fill)
    return replace(item, column=then(item.column, ("fill", value)))


def _indicators(indicator: Any, inputs: Inputs) -> tuple[Input, ...]:
    """Columns that say where values are missing."""
    if indicator is None:
        return ()
    picked = [inputs.items[int(position)] for position in indicator.features_]
    return tuple(replace(item, column=_indicator(item), fill=None) for item in picked)


def _indicator(item: Input) -> Column:
    """1 where the column is missing at this point of the pipeline."""
    if item.column is None and item.fill is None:
        return Column(item.source, "missing", fill=1.0)
    raise refuse("Missing values are flagged after they were filled.")


def _missing(step: Any, inputs: Inputs) -> Inputs:
    """A MissingIndicator on its own."""
    return Inputs(_indicators(step, inputs), bool(step.sparse) and step.sparse != "auto")


def _each(inputs: Inputs, kind: Arithmetic, values: Any) -> Inputs:
    """One step on every column, a number for each; None for no step."""
    if values is None:
        return inputs
    if inputs.mixed:
        return mixing.each(inputs, kind, np.broadcast_to(np.asarray(values, dtype=np.float64), len(inputs.items)))
    pairs = zip(inputs.items, np.broadcast_to(values, len(inputs.items)).tolist(), strict=True)
    return Inputs(tuple(replace(item, column=then(number(item), (kind, x))) for item, x in pairs), inputs.sparse)


def _standard(step: Any, inputs: Inputs) -> Inputs:
    """StandardScaler."""
    return _each(_each(inputs, "subtract", step.mean_ if step.with_mean else None), "divide", step.scale_)


def _robust(step: Any, inputs: Inputs) -> Inputs:
    """RobustScaler."""
    return _each(_each(inputs, "subtract", step.center_), "divide", step.scale_)


def _max_abs(step: Any, inputs: Inputs) -> Inputs:
    """MaxAbsScaler."""
    return _clipped(step, _each(inputs, "divide", step.scale_), (-1.0, 1.0))


def _min_max(step: Any, inputs: Inputs) -> Inputs:
    """MinMaxScaler."""
    return _clipped(step, _each(_each(inputs, "multiply", step.scale_), "add", step.min_), step.feature_range)


def _clipped(step: Any, inputs: Inputs, limits: tuple[float, float]) -> Inputs:
    """Columns held within the scaler's range if it clips."""
    if not getattr(step, "clip", False):
        return inputs
    return _each(_each(inputs, "at_least", limits[0]), "at_most", limits[1])


_STEPS: dict[str, Callable[[Any, Inputs], Inputs]] = {
    "Pipeline": _pipeline,
    "ColumnTransformer": _columns,
    "FeatureUnion": _union,
    "FunctionTransformer": shapes.function,
    "SimpleImputer": _impute,
    "MissingIndicator": _missing,
    "StandardScaler": _standard,
    "RobustScaler": _robust,
    "MaxAbsScaler": _max_abs,
    "MinMaxScaler": _min_max,
    "OneHotEncoder": levels.one_hot,
    "OrdinalEncoder": levels.ordinal,
    "TargetEncoder": levels.target,
    "Binarizer": shapes.binarizer,
    "KBinsDiscretizer": shapes.binned,
    "PowerTransformer": shapes.power,
    "QuantileTransformer": shapes.quantile,
    "PolynomialFeatures": mixers.polynomial,
    "PCA": mixers.components,
    "TruncatedSVD": mixers.components,
    "FastICA": mixers.independent,
    "Normalizer": mixers.unit,
    **dict.fromkeys(shapes.SELECTORS, shapes.chosen),
}
_SINGLE = (
    _impute, _missing, levels.one_hot, levels.ordinal, levels.target,
    shapes.binarizer, shapes.binned, shapes.power, shapes.quantile,
)  # fmt: skip
"""Steps that need each value as it was given, or bend each column on its own."""
