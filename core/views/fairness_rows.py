"""The records that pictures of fairness draw: of one model its groups, of several the models."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from core.fairness import beyond_chance, judged, outside, parity_loss
from core.results import Fairness
from core.results.scores import Curve
from core.types import Array
from core.views import palette, words

Named = Sequence[tuple[str, Fairness]]
Records = list[dict[str, Any]]
EDGE = 8.0
"""Ratios further off than so many times are drawn at the edge."""
STATES = ("within bounds", "out, could be chance", "out beyond chance", "not judged")
TITLES = {
    "TPR": "found (TPR)",
    "TNR": "left alone (TNR)",
    "PPV": "right when named (PPV)",
    "NPV": "right when not named (NPV)",
    "FNR": "missed (FNR)",
    "FPR": "false alarms (FPR)",
    "FDR": "wrong when named (FDR)",
    "FOR": "wrong when not named (FOR)",
    "ACC": "right (ACC)",
    "STP": "named (STP)",
}
"""Measures as a picture calls them."""
HEAD = "\N{WORD JOINER}"
"""Begins the label of a line that heads others."""


def titled(measure: str) -> str:
    """What a picture calls a measure."""
    return TITLES.get(measure, measure)


def state(found: Fairness) -> list[list[str]]:
    """What is known of each ratio: one of ``STATES`` by group and measure."""
    can, wrong, sure = judged(found), outside(found), beyond_chance(found)
    return [
        [
            STATES[3] if not can[at] else STATES[0] if not wrong[at] else STATES[2] if sure[at] else STATES[1]
            for at in ((group, measure) for measure in range(len(found.measures)))
        ]
        for group in range(len(found.groups))
    ]


def ratios(found: Named) -> Records:
    """Each group's ratios under a line that names the measure, and the bounds."""
    first, states = found[0][1], [state(one) for _, one in found]
    rows: Records = []
    for head, measure in enumerate(first.checked):
        at = first.measures.index(measure)
        rows.append(_line(f"{HEAD}{titled(measure)}", len(rows)))
        for group in range(1, len(first.groups)):
            label, order = _label(first.groups[group], head), len(rows)
            rows += [
                _ratio(label, order, which, *one, group, at) | {"state": states[which][group][at]}
                for which, one in enumerate(found)
            ]
    bounds = {"low": first.epsilon, "high": 1 / first.epsilon}
    return [*rows, {**_line("", 0), "role": "band", "label": None, **bounds}]


def _line(label: str, order: int) -> dict[str, Any]:
    """A record with every field."""
    fields = ("who", "which", "value", "low", "high", "text", "state", "base")
    return {"role": "head", "label": label, "order": order, **dict.fromkeys(fields)}


def _label(name: str, head: int) -> str:
    """A group's name, different under each measure."""
    return words.named(name, 48) + words.unseen(head + 1)


def _ratio(label: str, order: int, which: int, who: str, found: Fairness, group: int, at: int) -> dict[str, Any]:
    """One ratio with its interval."""
    value = float(found.ratios[group, at])
    ends = (float(found.ratio_low[group, at]), float(found.ratio_high[group, at]))
    text = _times(value) if math.isnan(ends[0]) else f"{_times(value)} ({_times(ends[0])} to {_times(ends[1])})"
    low, high = (_edged(end) for end in ends)
    return {
        **_line(label, order),
        "role": "dot",
        "who": who,
        "which": which,
        "value": _edged(value),
        "low": low,
        "high": high,
        "text": text,
        "base": f"{found.bases[group, at]:,.0f} and {found.bases[0, at]:,.0f} rows",
    }


def _times(value: float) -> str:
    """A ratio in words."""
    if math.isnan(value):
        return "not defined"
    return "infinite" if math.isinf(value) else f"×{words.number(value, 3)}"


def _edged(value: float) -> float | None:
    """A ratio within the picture; None where there is none."""
    return None if math.isnan(value) else min(max(value, 1 / EDGE), EDGE)


def scores(found: Named) -> Records:
    """Each group's measures under a line that names the measure, the first group's as a tick."""
    first = found[0][1]
    rows: Records = []
    shown = [name for name in first.measures if np.isfinite(first.scores[:, first.measures.index(name)]).any()]
    for head, measure in enumerate([name for name in first.checked if name in shown] or shown):
        at = first.measures.index(measure)
        rows.append(_line(f"{HEAD}{titled(measure)}", len(rows)))
        for group, name in enumerate(first.groups):
            label, order = _label(name, head), len(rows)
            for which, (who, one) in enumerate(found):
                if math.isfinite(one.scores[group, at]):
                    rows.append(_score(label, order, which, who, one, group, at))
    return rows


def _score(label: str, order: int, which: int, who: str, found: Fairness, group: int, at: int) -> dict[str, Any]:
    """One measure with its interval."""
    values = [float(part[group, at]) for part in (found.scores, found.low, found.high)]
    share = found.measures[at] in TITLES
    text, *ends = (words.percent(value) if share else words.number(value) for value in values)
    known = all(map(math.isfinite, values[1:]))
    return {
        **_line(label, order),
        "role": "dot",
        "who": who,
        "which": which,
        "value": values[0],
        "low": values[1] if known else None,
        "high": values[2] if known else None,
        "text": f"{text} ({ends[0]} to {ends[1]})" if known else text,
        "state": "compared with" if group == 0 else "others",
        "base": f"{found.bases[group, at]:,.0f} rows",
    }


def series(found: Named) -> list[tuple[str, Array]]:
    """Parity loss of every measure: of one model by group, of several by model; NaN where it is not defined."""
    if len(found) > 1:
        return [(name, parity_loss(one.ratios)) for name, one in found]
    one = found[0][1]
    lines = [(name, parity_loss(one.ratios[at : at + 1])) for at, name in enumerate(one.groups)]
    return [(words.short(name, 40), loss) for name, loss in lines[1:]]


def losses(found: Named, every: bool = False) -> Records:
    """One record a line and measure: stacked bars, heat map and radar."""
    first = found[0][1]
    names = [name for name in first.measures if every or name in first.checked]
    names = [name for name in names if np.isfinite(first.ratios[:, first.measures.index(name)]).any()]
    rows = []
    for which, (who, loss) in enumerate(series(found)):
        for order, name in enumerate(names):
            value = float(loss[first.measures.index(name)])
            known = math.isfinite(value)
            rows.append(
                {
                    "who": who,
                    "which": which,
                    "measure": titled(name),
                    "order": order,
                    "value": value if known else None,
                    "text": words.number(value, 2) if known else "not defined",
                }
            )
    return rows


def radar(found: Named) -> Records:
    """Corners of one polygon a line, and the web behind them; at most as many lines as there are colours."""
    held = [row for row in losses(found) if row["which"] < len(palette.CURVES)]
    count = max((row["order"] for row in held), default=0) + 1
    most = max((row["value"] for row in held if row["value"] is not None), default=0.0) or 1.0
    rows = []
    for row in held:
        rows += [_corner(row, row["order"], count, (row["value"] or 0.0) / most, "line")]
        if row["order"] == count - 1:
            start = next(other for other in held if other["which"] == row["which"])
            rows += [_corner(start, count, count, (start["value"] or 0.0) / most, "line")]
    for ring in (0.25, 0.5, 0.75, 1.0):
        blank = {"who": None, "which": f"ring {ring}", "measure": None, "text": words.number(ring * most, 2)}
        rows += [_corner(blank, at, count, ring, "ring") for at in range(count + 1)]
    names = {row["order"]: row["measure"] for row in held}
    rows += [_corner({"measure": name, "which": "name"}, at, count, 1.16, "name") for at, name in names.items()]
    return rows


def _corner(row: dict[str, Any], at: int, count: int, size: float, role: str) -> dict[str, Any]:
    """One place on the web."""
    turn = 2 * math.pi * at / count
    where = {"x": size * math.sin(turn), "y": size * math.cos(turn), "step": at, "role": role}
    return {
        "who": row.get("who"),
        "line": str(row["which"]),
        "measure": row["measure"],
        "text": row.get("text"),
        **where,
    }


def performances(found: Named) -> Records:
    """Performance against the sum of the parity losses: of one model its groups, of several the models."""
    rows = []
    for which, (who, loss) in enumerate(series(found)):
        one = found[which][1] if len(found) > 1 else found[0][1]
        places = [one.measures.index(name) for name in one.checked]
        total = float(loss[places].sum())
        right = _right(one, None if len(found) > 1 else which + 1)
        if right is not None and math.isfinite(total):
            text = f"parity loss {words.number(total, 3)}"
            rows.append({"who": who, "which": which, "x": right, "y": total, "text": text})
    return rows


def _right(found: Fairness, group: int | None) -> float | None:
    """Share of rows that are right: of a group, or of all."""
    if group is None:
        return next((score.value for score in found.performance if score.name == "accuracy"), None)
    return float(found.scores[group, found.measures.index("ACC")]) if "ACC" in found.measures else None


def curves(found: Named, picture: str) -> tuple[list[Curve], list[str]]:
    """Parity loss by cutoff: of one model by measure, of several the sum by model; and whose each line is."""
    if len(found) == 1:
        return [curve for curve in found[0][1].curves if curve.id == picture], []
    if picture == "spread":
        parts = [(name, curve) for name, one in found for curve in one.curves if curve.id == picture]
        return [replace(curve, name=f"{name}: {curve.name}") for name, curve in parts], [name for name, _ in parts]
    made, owners = [], []
    for name, one in found:
        own = [curve for curve in one.curves if curve.id == picture]
        if own:
            total = np.sum([curve.y for curve in own], axis=0)
            apart = picture == "own" and len({other.moved for _, other in found}) > 1
            whose = f"{name}: {one.moved}" if apart else name
            made.append(Curve(picture, own[0].title, whose, own[0].x, total, own[0].x_title, "sum of parity losses"))
            owners.append(name)
    return made, owners
