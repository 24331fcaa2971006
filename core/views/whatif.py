"""The live what-if: its data, script and style.

The contract with the script is written at the top of ``core/assets/whatif.js``; what comes back from the browser is
read by ``core/views/whatif_answer.py``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from core import fingerprint
from core.codec import plain
from core.portable import Linear, Network, Portable, check, encode, said_against, to_json
from core.types import UNNAMED, Array, Feature, Model, Table
from core.views import words
from core.views.alike import told_apart

CHECKED = 1_000
"""Rows on which the portable form must agree with the model before the browser may use it."""
TOLERANCE = 1e-6
"""Largest difference allowed, relative to the largest prediction (probabilities: absolute)."""
HEAVIEST = 400_000
"""Tree nodes that are sent to a browser at most (about 5 MB)."""
BACKGROUND = 100
"""Rows of SHAP's default background (``core/methods/shap.py``)."""
_CROWD = 201
_PLAIN = "models of this kind cannot be written as plain trees, weights or layers"
_ASSETS = Path(__file__).parent.parent / "assets"
_SCRIPTS = (
    "city.js",
    "functions.js",
    "trees.js",
    "evaluate.js",
    "attribute.js",
    "names.js",
    "whatif_words.js",
    "whatif_charts.js",
    "whatif_controls.js",
    "whatif_list.js",
    "whatif_push.js",
    "whatif_panel.js",
    "whatif.js",
)
"""In the order in which they need each other."""


def whatif_data(
    model: Model,
    table: Table,
    row: int,
    output: int,
    importance: Sequence[float] | Mapping[str, float] | None = None,
    *,
    predictions: Array | None = None,
    unit: str = "",
    scenarios: Sequence[Mapping[str, Any]] = (),
    carried: Carried | None = None,
) -> dict[str, Any]:
    """Describe one instance for ``core/assets/whatif.js``.

    Parameters
    ----------
    model, table : Model, Table
        Matched.
    row : int
        The instance to start from.
    output : int
        The class whose probability is shown large; 0 for regression.
    importance : sequence or mapping of float, optional
        How much each feature matters, of any sign; the three largest come first. The model's order without it.
    predictions : ndarray, shape (n_rows, n_outputs), optional
        Of all rows, if they are known already.
    unit : str
        Of a regression's target.
    scenarios : sequence of mapping
        Scenarios kept earlier, as the browser sent them.
    carried : Carried, optional
        The model for the browser, if it is there already.

    Returns
    -------
    dict
        Plain JSON; the same for the same question, so that a rerun sends nothing anew.

    Raises
    ------
    InputError
        If there is no such row.
    """
    known = model.predict(table.inputs) if predictions is None else predictions
    instance = table.instance(row).iloc[0]
    features = [
        _feature(feature, size, instance[feature.name]) | ({} if called == feature.name else {"called": called})
        for feature, size, called in zip(
            table.schema.features, _sizes(table, importance), told_apart(table.schema.names), strict=True
        )
    ]
    values = [cell(instance[name]) for name in table.schema.names]
    data = {
        "features": features,
        "instance": {"name": words.short(table.row_name(row)), "values": values, "outputs": known[row].tolist()},
        "means": [_mean(table, feature, value) for feature, value in zip(table.schema.features, values, strict=True)],
        "start": "instance",
        "distribution": [_crowd(known[:, place]) for place in range(known.shape[1])],
        "rows": len(table),
        "classes": list(model.classes),
        "output": int(output),
        "target": table.target or UNNAMED,
        "unit": unit,
        "scenarios": [dict(scenario) for scenario in scenarios],
    }
    key = [model.fingerprint, table.fingerprint, row, int(output)]
    carried = carry(model, table, known) if carried is None else carried
    own = {"model": carried.model, "reference": carried.reference}
    return {"id": fingerprint.of_params(key), **data, **own, "server": None}


@dataclass(frozen=True, slots=True, eq=False)
class Carried:
    """A model that a browser can evaluate, or why it cannot.

    Attributes
    ----------
    model : dict or None
        As ``core/portable/wire.py`` writes it.
    difference : float
        Largest difference from the model's own predictions over ``rows`` rows; NaN where none was compared.
    rows : int
    reason : str
        Why there is none, in words; empty where there is one.
    reference : list of float or None
        Of a linear model: the mean of each encoded column over SHAP's default background; bars measure from there.
    """

    model: dict[str, Any] | None
    difference: float
    rows: int
    reason: str = ""
    reference: list[float] | None = None


def carry(model: Model, table: Table, predictions: Array, heaviest: int = HEAVIEST) -> Carried:
    """Convert a model for the browser and compare it with the model on up to 1,000 rows.

    Parameters
    ----------
    predictions : ndarray, shape (n_rows, n_outputs)
        The model's own, of all rows.
    heaviest : int
        Tree nodes or weights at most.
    """
    portable = model.portable()
    if portable is None:
        return Carried(None, math.nan, 0, f"{_PLAIN}{_stands_in_the_way(model)}")
    if _nodes(portable) > heaviest:
        return Carried(None, math.nan, 0, f"it is too large: {_nodes(portable):,} tree nodes or weights")
    rows = np.unique(np.linspace(0, len(table) - 1, min(CHECKED, len(table))).astype(np.int64))
    difference = check(portable, model, table.rows(rows))
    if not difference <= allowed(predictions):
        reason = f"its plain form differs from it by up to {words.number(difference, 2)}"
        return Carried(None, difference, len(rows), reason)
    return Carried(to_json(portable), difference, len(rows), reference=_reference(portable, table))


def _stands_in_the_way(model: Model) -> str:
    """What keeps a model from converting, in words that may come from its own process; empty where nobody knows."""
    reason = said_against(model).rstrip(".")
    return f" ({words.short(reason, 160)})" if reason else ""


def _reference(portable: Portable, table: Table) -> list[float] | None:
    """Where a linear model's attributions are measured from; None for others, or where a mean is not a number."""
    if not isinstance(portable.body, Linear):
        return None
    means = encode(portable, table.background(BACKGROUND, 0)).mean(axis=0)
    return [float(mean) for mean in means] if np.isfinite(means).all() else None


def browser_model(model: Model, table: Table, predictions: Array) -> dict[str, Any] | None:
    """The model for the browser, None where it does not convert, is too large, or differs on any of the rows.

    Parameters
    ----------
    predictions : ndarray, shape (n_rows, n_outputs)
        The model's own, of all rows.
    """
    return carry(model, table, predictions).model


def allowed(predictions: Array) -> float:
    """Largest difference between the model and its portable form that is arithmetic's noise."""
    return TOLERANCE * max(1.0, float(np.abs(predictions).max(initial=0.0)))


def _nodes(portable: Portable) -> int:
    """Size of the trees or weights."""
    body = portable.body
    tables = sum(len(table) for column in portable.columns for table in column.tables)
    grown = sum(len(trees.feature) * (1 if len(trees.base) == 1 else 2) for trees in portable.ensembles)
    held = body.layers if isinstance(body, Network) else (body,) if isinstance(body, Linear) else ()
    return tables + grown + sum(int(layer.weights.size) for layer in held if layer.weights is not None)


def _sizes(table: Table, importance: Sequence[float] | Mapping[str, float] | None) -> list[float]:
    """Importance of each feature, descending by position where nothing is known."""
    names = table.schema.names
    if importance is None:
        return [float(len(names) - place) for place in range(len(names))]
    given = [importance.get(name, 0.0) for name in names] if isinstance(importance, Mapping) else list(importance)
    return [abs(float(size)) if math.isfinite(size) else 0.0 for size in given]


def _feature(feature: Feature, size: float, own: Any) -> dict[str, Any]:
    """What a control needs to know."""
    levels = [cell(level) for level in feature.levels]
    return {
        "name": feature.name,
        "kind": feature.kind,
        "low": feature.low,
        "high": feature.high,
        "decimals": feature.decimals,
        "levels": levels,
        "missing": bool(feature.missing > 0 or pd.isna(own)),
        "importance": size,
    }


def cell(value: Any) -> Any:
    """A cell as JSON: whole floats stay numbers, infinities are missing."""
    cell = plain(value)
    return None if isinstance(cell, float) and not math.isfinite(cell) else cell


def _mean(table: Table, feature: Feature, own: Any) -> Any:
    """The mean of an ordered column in its own precision, the most frequent level of others."""
    if feature.levels and not feature.is_ordered:
        return cell(feature.levels[0])
    cells = table.frame[feature.name].dropna()
    if not feature.is_ordered or cells.empty:
        return own
    if feature.kind == "datetime":
        return cell(pd.DatetimeIndex(cells).mean().floor("s"))
    mean = float(cells.mean())
    return round(mean) if feature.kind == "integer" else round(mean, feature.decimals)


def _crowd(predictions: Array) -> list[float]:
    """Evenly spaced order statistics of all predictions, ascending."""
    ranked = np.sort(predictions[np.isfinite(predictions)])
    if len(ranked) <= _CROWD:
        return [float(value) for value in ranked]
    return [float(value) for value in np.quantile(ranked, np.linspace(0, 1, _CROWD))]


def joined(*names: str) -> str:
    """Scripts of ``core/assets`` as one module, without the imports of each other."""
    parts = [(_ASSETS / name).read_text(encoding="utf-8") for name in names]
    return "\n".join(re.sub(r'^import \{[^}]*\} from "\./[a-z_]+\.js";\n', "", part, flags=re.M) for part in parts)


@cache
def script() -> str:
    """The scripts as one module: default export for Streamlit, ``mountWhatIf(element, data, callbacks)`` for a page."""
    return joined(*_SCRIPTS)


@cache
def style() -> str:
    """The component's style sheet."""
    return (_ASSETS / "whatif.css").read_text(encoding="utf-8")
