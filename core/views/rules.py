"""A local model's rules as a table: what holds for the instance, its value and its weight; and every class's chance."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from core.results import Attribution
from core.types import Array, Model
from core.views import words
from core.views.attribution import order


def rules(result: Attribution, cells: Mapping[str, Any], unused: bool = False) -> pd.DataFrame:
    """Value and weight of each rule, largest weight first.

    Parameters
    ----------
    result : Attribution
        With ``rules``.
    cells : mapping of str to object
        The instance's value by feature.
    unused : bool
        Whether features without a rule follow, with no weight.

    Returns
    -------
    DataFrame
        Columns ``rule``, ``value``, ``weight``.
    """
    ranked = order(result)
    told = [(result.rules[at], words.cell(result.data[at]), float(result.values[at])) for at in ranked]
    if unused:
        left = [name for name in cells if name not in result.features]
        told += [(f"{name}: no rule", words.cell(cells[name]), np.nan) for name in left]
    return pd.DataFrame(told, columns=["rule", "value", "weight"])


def chances(model: Model, values: Array) -> pd.DataFrame:
    """The probability of every class, the largest first; of a number, the number.

    Parameters
    ----------
    model : Model
    values : ndarray, shape (n_outputs,)
        The instance's prediction.
    """
    if not model.classes:
        return pd.DataFrame({"prediction": ["the number"], "value": [float(values[0])]})
    ranked = np.argsort(-values, kind="stable")
    return pd.DataFrame({"class": [model.classes[at] for at in ranked], "probability": values[ranked]})
