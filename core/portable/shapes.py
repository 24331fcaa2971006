"""scikit-learn's transformers that bend each column on its own (bins, powers, quantiles, functions), and selectors."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, get_args

import numpy as np
from scipy.special import ndtri

from core.portable.form import PLAIN, Column, Curve, Layer, Plain
from core.portable.inputs import Input, Inputs, number, refuse, tabled, then
from core.portable.mixing import made

WITHIN = 1e-7
"""scikit-learn's tolerance at the ends of a column that is made normal."""


def binarizer(step: Any, inputs: Inputs) -> Inputs:
    """Binarizer: 1 above the threshold."""
    items = (replace(item, column=then(number(item), ("above", step.threshold))) for item in inputs.items)
    return Inputs(tuple(items), inputs.sparse)


def binned(step: Any, inputs: Inputs) -> Inputs:
    """KBinsDiscretizer: the number of the bin, or a column of 0 and 1 for each."""
    items: list[Input] = []
    for item, edges, count in zip(inputs.items, step.bin_edges_, step.n_bins_, strict=True):
        column = tabled(number(item), "bins", edges[1:-1])
        if step.encode == "ordinal":
            items.append(replace(item, column=column, fill=None))
        else:
            items += [replace(item, column=then(column, ("is", place)), fill=None) for place in range(int(count))]
    return Inputs(tuple(items), step.encode == "onehot")


def power(step: Any, inputs: Inputs) -> Inputs:
    """PowerTransformer: Yeo-Johnson or Box-Cox, then mean 0 and variance 1 where asked for."""
    kind: Curve = "box_cox" if step.method == "box-cox" else "yeo_johnson"
    items = []
    for place, item in enumerate(inputs.items):
        column = then(number(item), (kind, step.lambdas_[place]))
        if step.standardize:
            scaler = step._scaler
            column = then(column, ("subtract", scaler.mean_[place]), ("divide", scaler.scale_[place]))
        items.append(replace(item, column=column, fill=None))
    return Inputs(tuple(items), inputs.sparse)


def quantile(step: Any, inputs: Inputs) -> Inputs:
    """QuantileTransformer: the share of training values below, or the normal's quantile of it."""
    normal = step.output_distribution == "normal"
    ends = [ndtri(WITHIN - np.spacing(1)), ndtri(1 - (WITHIN - np.spacing(1)))]
    items = []
    for place, item in enumerate(inputs.items):
        table = [WITHIN if normal else 0.0, *step.quantiles_[:, place], *step.references_]
        column = tabled(number(item), "quantiles", table)
        if normal:
            column = then(_function(column, "normal_quantile"), ("at_least", ends[0]), ("at_most", ends[1]))
        items.append(replace(item, column=column, fill=None))
    return Inputs(tuple(items), inputs.sparse)


def _function(column: Column, name: Plain) -> Column:
    """The column followed by a function."""
    return then(column, ("plain", PLAIN.index(name)))


def called(function: Any) -> Plain | None:
    """The name of a function of numpy that is known here; None for no function (nothing is done).

    Raises
    ------
    NotApplicable
        For any other function.
    """
    if function is None:
        return None
    name = _ALIKE.get(function.__name__, function.__name__) if isinstance(function, np.ufunc) else ""
    if name == "positive":
        return None
    found: Plain | None = next((one for one in get_args(Plain) if one == name and name != "normal_quantile"), None)
    if found is None:
        raise refuse(f"It calls the function {getattr(function, '__name__', type(function).__name__)}.")
    return found


_ALIKE = {"absolute": "abs", "fabs": "abs"}


def function(step: Any, inputs: Inputs) -> Inputs:
    """A FunctionTransformer that does nothing, or calls one of numpy's functions of one number."""
    name = called(step.func)
    if name is None:
        return inputs
    if step.kw_args:
        raise refuse("The FunctionTransformer calls its function with settings.")
    if inputs.mixed:
        return Inputs(made(inputs.items, (Layer("activation", (0,), activation=name),), len(inputs.items)))
    items = (replace(item, column=_function(number(item), name), fill=None) for item in inputs.items)
    return Inputs(tuple(items), inputs.sparse)


def chosen(step: Any, inputs: Inputs) -> Inputs:
    """Selectors of features: the columns that they keep."""
    kept = np.flatnonzero(np.asarray(step.get_support()))
    return Inputs(tuple(inputs.items[int(place)] for place in kept), inputs.sparse)


SELECTORS = frozenset(
    {
        "GenericUnivariateSelect", "RFE", "RFECV", "SelectFdr", "SelectFpr", "SelectFromModel", "SelectFwe",
        "SelectKBest", "SelectPercentile", "SequentialFeatureSelector", "VarianceThreshold",
    }
)  # fmt: skip
