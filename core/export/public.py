"""The public JSON form of a result: what the command line prints and the app's JSON download holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from core.codec import plain
from core.export import public_many
from core.results import (
    Attribution,
    Check,
    Importance,
    Nudge,
    Nudges,
    Points,
    Profile,
    Provenance,
    Result,
    Scores,
    Together,
)
from core.views import axis


def to_json(result: Result) -> dict[str, Any]:
    """Describe a result in plain JSON values.

    Parameters
    ----------
    result : Result
        Any kind of ``core.results.KINDS``.

    Returns
    -------
    dict
        Always ``kind, method, version, class, scale, checks, provenance``; the rest by kind. Numbers are in the units
        that ``scale`` names. What is missing, not a number or does not apply is ``null``, so the JSON is strict.
    """
    provenance = result.provenance
    described: dict[str, Any] = jsonable(
        {
            "kind": result.kind,
            "method": provenance.method if provenance else None,
            "version": provenance.version if provenance else None,
            "class": None,
            "scale": None,
            **PUBLIC[result.kind](result),
            "checks": [_check(check) for check in result.checks],
            "provenance": _provenance(provenance) if provenance else None,
        }
    )
    return described


def _check(check: Check) -> dict[str, Any]:
    """One check."""
    return {"name": check.name, "passed": check.passed, "value": plain(check.value), "text": check.text}


def _provenance(provenance: Provenance) -> dict[str, Any]:
    """Where the result comes from."""
    return {
        "params": jsonable(provenance.params),
        "seed": provenance.seed,
        "model": provenance.model,
        "table": provenance.table,
        "row": provenance.row,
        "evaluations": provenance.evaluations,
        "seconds": provenance.seconds,
    }


def jsonable(value: Any) -> Any:
    """Reduce nested mappings and sequences to JSON's own types."""
    if isinstance(value, Mapping):
        return {str(key): jsonable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [jsonable(item) for item in value]
    return plain(value)


def _attribution(result: Attribution) -> dict[str, Any]:
    """Base, output and one entry a feature."""
    entries: list[dict[str, Any]] = []
    for position, name in enumerate(result.features):
        entry = {"name": name, "value": plain(result.data[position]), "attribution": float(result.values[position])}
        if result.rules:
            entry["rule"] = result.rules[position]
        if result.spread is not None:
            entry["spread"] = float(result.spread[position])
        entries.append(entry)
    head: dict[str, Any] = {"class": result.label, "scale": result.scale, "base": result.base, "output": result.output}
    if result.fitted is not None:
        head["fitted"] = result.fitted
    if result.also:
        head["also"] = [
            {**_attribution(other), "checks": [_check(check) for check in other.checks]} for other in result.also
        ]
    return {**head, "features": entries}


def _importance(result: Importance) -> dict[str, Any]:
    """One entry a feature or group, with its rounds."""
    entries: list[dict[str, Any]] = []
    for position, name in enumerate(result.features):
        entry: dict[str, Any] = {"name": name, "importance": float(result.values[position])}
        if result.spread is not None:
            entry["spread"] = float(result.spread[position])
        if result.rounds is not None:
            entry["rounds"] = [float(value) for value in result.rounds[position]]
        entries.append(entry)
    return {"class": result.label, "unit": result.unit, "reference": result.reference, "features": entries}


def _profile(result: Profile) -> dict[str, Any]:
    """The grid and one entry a curve."""
    curves = [
        {
            "name": name,
            "at": plain(result.at[position]),
            "output": plain(result.outputs[position]),
            "values": [plain(value) for value in result.values[position]],
        }
        for position, name in enumerate(result.curves)
    ]
    return {
        "class": result.label,
        "scale": result.scale,
        "feature": result.feature,
        "grid": [plain(value) for value in result.grid],
        "threshold": result.threshold,
        "reference": result.reference,
        "curves": curves,
    }


def _scores(result: Scores) -> dict[str, Any]:
    """Scores by name, curves as points, the confusion matrix."""
    curves = [
        {
            "picture": curve.id,
            "name": curve.name,
            "x": [plain(value) for value in curve.x],
            "y": [plain(value) for value in curve.y],
        }
        for curve in result.curves
    ]
    confusion = None if result.confusion is None else [[int(count) for count in row] for row in result.confusion]
    return {
        "class": result.label,
        "rows": result.rows,
        "cutoff": result.cutoff,
        "scores": {score.name: plain(score.value) for score in result.scores},
        "classes": list(result.classes),
        "confusion": confusion,
        "curves": curves,
    }


def _points(result: Points) -> dict[str, Any]:
    """One entry a row, and the smooth line."""
    points = [
        {"row": row, "name": name, "x": plain(x), "y": plain(y)}
        for row, name, x, y in zip(result.rows, result.names, result.x, result.y, strict=True)
    ]
    dates = axis.dated(result.x, result.ordered)
    places = [plain(pd.Timestamp(x, unit="ms")) if dates else float(x) for x in result.line_x]
    line = [{"x": x, "y": float(y)} for x, y in zip(places, result.line_y, strict=True)]
    return {"x": result.x_title, "y": result.y_title, "points": points, "line": line, "chosen": result.chosen}


def _nudges(result: Nudges) -> dict[str, Any]:
    """The goal and the rows that reach it, as changes."""
    return {
        "class": result.label,
        "scale": result.scale,
        "goal": result.goal,
        "target": [plain(bound) for bound in result.target],
        "output": result.output,
        "line": result.line,
        "reason": result.reason,
        "nudges": [_nudge(nudge) for nudge in result.nudges],
    }


def _nudge(nudge: Nudge) -> dict[str, Any]:
    """One row that reaches the goal."""
    return {
        "changes": [{"name": item.name, "from": plain(item.before), "to": plain(item.after)} for item in nudge.changes],
        "output": nudge.output,
        "distance": nudge.distance,
        "path": list(nudge.path),
        **{str(key): jsonable(value) for key, value in nudge.extra.items()},
    }


def _together(result: Together) -> dict[str, Any]:
    """One whole answer a name."""
    return {"of": [{"name": name, **to_json(item)} for name, item in zip(result.names, result.results, strict=True)]}


PUBLIC: dict[str, Callable[[Any], dict[str, Any]]] = {
    "attribution": _attribution,
    "profile": _profile,
    "nudges": _nudges,
    "importance": _importance,
    "scores": _scores,
    "points": _points,
    "attributions": public_many.attributions,
    "distribution": public_many.distribution,
    "matrix": public_many.matrix,
    "subsets": public_many.subsets,
    "fairness": public_many.fairness,
    "aspects": public_many.aspects,
    "surrogate": public_many.surrogate,
    "together": _together,
    "trials": public_many.trials,
}
