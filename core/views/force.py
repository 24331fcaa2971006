"""The force plot's data and script: a page of explanations that the browser leafs through on its own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from core import fingerprint
from core.errors import InputError
from core.results import Attribution
from core.types import Table
from core.views import attribution, words

_ASSETS = Path(__file__).parent.parent / "assets"
_PARTS = ("studio_bus.js", "names.js", "force_layout.js", "force_paint.js", "force.js")
_JOIN = re.compile(r'^import \{[^}]*\} from "\./\w+\.js";\n', re.MULTILINE)


def force_data(
    results: Sequence[Attribution],
    *,
    table: Table | None = None,
    right: Sequence[bool | None] | None = None,
    chances: Sequence[float | None] | None = None,
    at: int = 0,
    before: int = 0,
    total: int | None = None,
    k: int = 10,
    picked: str | None = None,
) -> dict[str, Any]:
    """Describe a page of explanations for ``core/assets/force.js``.

    Parameters
    ----------
    results : sequence of Attribution
        Of one method, one class and one scale, in reading order; each carries its provenance.
    table : Table, optional
        Gives each row its name and its true value.
    right : sequence of bool or None, optional
        One per result: whether the predicted class is the true one, None where nobody knows.
    chances : sequence of float or None, optional
        One per result: the explained class's probability; a class score alone says nothing to most people.
    at : int
        Which of the results is shown first.
    before, total : int
        How many rows come before this page, and how many there are in all (default: the page is all).
    k : int
        Bars drawn before the rest is summed.
    picked : str or None
        The feature that is chosen.

    Returns
    -------
    dict
        Plain JSON: numbers for the geometry, every text ready to show. Names come from tables: show them as text only.

    Raises
    ------
    InputError
        If the page is empty or its results do not belong together.
    """
    if not results:
        raise InputError("There is nothing to draw.", "The page holds no explanation.", "Choose at least one row.")
    first = results[0]
    if any((item.features, item.scale) != (first.features, first.scale) for item in results):
        raise InputError(
            "These explanations do not fit on one page.",
            "They name different features or use different units.",
            "Explain all rows with one method and one class.",
        )
    verdicts = [None] * len(results) if right is None else right
    known = [None] * len(results) if chances is None else chances
    rows = [
        _row(item, table, k, chance) | {"right": verdict}
        for item, verdict, chance in zip(results, verdicts, known, strict=True)
    ]
    content = {
        "scale": first.scale,
        "unit": words.AXIS[first.scale],
        "features": list(first.features),
        "rows": rows,
        "before": before,
        "total": before + len(rows) if total is None else total,
        "k": k,
    }
    return {**content, "page": fingerprint.of_params(content), "at": at, "picked": picked}


def _row(result: Attribution, table: Table | None, k: int, chance: float | None) -> dict[str, Any]:
    """One explanation: its geometry and its texts."""
    row = -1 if result.provenance is None or result.provenance.row is None else result.provenance.row
    reached = result.output if result.fitted is None else result.fitted
    truth = None if table is None or row < 0 else table.truth(row)
    hidden = attribution.order(result)[k:]
    target = None if table is None else table.target
    said = words.output(result.output, result.scale, result.label, target)
    if result.scale == "score" and chance is not None:
        said = words.output(chance, "probability", result.label, target)
    return {
        "row": row,
        "title": words.short(table.row_name(row)) if table is not None and row >= 0 else f"row {row}",
        "said": said,
        "notes": _notes(result, result.scale == "score" and chance is not None),
        "truth": None if truth is None else words.cell(truth),
        "sentence": attribution.tell(result, chance=chance, target=target),
        "base": result.base,
        "baseText": f"starts from {_both(result, result.base)}",
        "outputText": words.figure(reached, result.scale),
        "values": [float(value) for value in result.values],
        "labels": attribution.labels(result),
        "texts": [words.amount(float(value), result.scale) for value in result.values],
        "rest": words.amount(float(result.values[hidden].sum()), result.scale),
    }


def _both(result: Attribution, value: float) -> str:
    """A value on the axis, with its probability in words beside log-odds."""
    figure = words.figure(value, result.scale)
    chance = words.probability_of(value, result.scale)
    return figure if chance is None or result.scale == "probability" else f"{figure} ({words.percent(chance)})"


def _notes(result: Attribution, by_chance: bool) -> list[str]:
    """The output on its own axis, and what a local model says where there is one."""
    notes = []
    if result.scale in ("log-odds", "log-target") or by_chance:
        notes.append(f"{'class ' if by_chance else ''}{result.scale} {words.number(result.output, 3)}")
    if result.fitted is not None:
        notes.append(f"the local model says {words.output(result.fitted, result.scale, result.label)}")
    return notes


@cache
def script() -> str:
    """The script as one module: the default export is for Streamlit, ``mount(element, data, callbacks)`` for pages."""
    joined, found = _JOIN.subn("", "".join((_ASSETS / name).read_text(encoding="utf-8") for name in _PARTS))
    if found != 5:
        raise ValueError("core/assets/force.js no longer imports its parts as expected")
    return joined


@cache
def style() -> str:
    """The component's style sheet."""
    return (_ASSETS / "force.css").read_text(encoding="utf-8")
