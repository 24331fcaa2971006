"""How alike a model, or several, treat groups: the verdict in words, seven pictures, every number in a table."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from core.errors import unknown_name
from core.fairness import beyond_chance, exceeded, judged, outside, verdict
from core.results import Fairness, Together
from core.views import fairness_rows as records
from core.views import fairness_spec as specs
from core.views import scores, words
from core.views.fairness_rows import Named
from core.views.view import View

PICTURES = {
    "check": "Check",
    "scores": "Measures",
    "stacked": "Stacked",
    "radar": "Radar",
    "performance": "Performance",
    "heat": "Heat map",
    "cutoffs": "By cutoff",
    "own": "Cutoff of one group",
    "spread": "Predictions",
}
SAID = {
    "TPR": "true cases found",
    "ACC": "rows right",
    "PPV": "those named that are true",
    "FPR": "false alarms",
    "STP": "rows named",
    "independence": "independence (how far predictions tell the group)",
    "separation": "separation (how far they tell it at equal truth)",
    "sufficiency": "sufficiency (how far the truth tells it at equal prediction)",
}
"""A measure in a sentence."""
VERDICTS = {
    "fair": "fair by these checks, which is no proof",
    "open": "neither fair nor unfair by these checks: people have to look",
    "not fair": "not fair by these checks",
    "none": "no verdict: no ratio rests on enough rows",
}


def pictures(result: Fairness) -> dict[str, str]:
    """Ids and titles of an answer's pictures."""
    kept = ("check", "scores", "stacked", "heat", "spread") if result.cutoffs is None else (*PICTURES,)[:-1]
    return {name: PICTURES[name] for name in kept}


def view(result: Fairness, *, picture: str = "check", dark: bool | None = None) -> View:
    """Draw a comparison of groups.

    Parameters
    ----------
    result : Fairness
    picture : str
        A key of ``pictures(result)``.
    dark : bool or None
        Theme that the text colour is made for; None fits both.

    Returns
    -------
    View

    Raises
    ------
    InputError
        If there is no such picture.
    """
    known = pictures(result)
    if picture not in known:
        raise unknown_name("picture", picture, known)
    sentence = " ".join([tell(result), *_moved(result, picture)])
    rows, spec = drawn([("", result)], picture, dark)
    return View(spec, rows, table(result), sentence, f"{known[picture]}. {sentence}")


def _moved(result: Fairness, picture: str) -> list[str]:
    """Of a picture by cutoff: whose cutoff moves, and where the losses are least together."""
    own = [curve for curve in result.curves if curve.id == picture]
    if not own or picture == "spread":
        return []
    total = np.sum([curve.y for curve in own], axis=0)
    whose = f"the cutoff of {words.quoted(result.moved, 40)} alone" if picture == "own" else "one cutoff for all groups"
    if not np.isfinite(total).any():
        return [f"At no value of {whose} are all measures defined."]
    least = int(np.nanargmin(total))
    at, now = words.percent(float(own[0].x[least])), words.number(float(total[least]), 3)
    return [
        f"With {whose}, the parity losses together are least at {at} ({now}); see there how often the model is right."
    ]


def together(found: Together, picture: str | None, dark: bool | None) -> View:
    """Draw the comparisons of several models in one picture."""
    named = [(name, one) for name, one in zip(found.names, found.results, strict=True) if isinstance(one, Fairness)]
    known = pictures(named[0][1])
    chosen = picture or "check"
    if chosen not in known:
        raise unknown_name("picture", chosen, known)
    parts = [f"{name}: {VERDICTS[verdict(one)].partition(',')[0].partition(':')[0]}" for name, one in named]
    first = named[0][1]
    sentence = (
        f"Groups by {words.named(first.column)}, compared with {words.quoted(first.groups[0], 40)}. {'; '.join(parts)}."
    )
    rows, spec = drawn(named, chosen, dark)
    lines = pd.concat([table(one).assign(model=name) for name, one in named], ignore_index=True)
    return View(spec, rows, lines, sentence, f"{known[chosen]}. {sentence}")


def drawn(found: Named, picture: str, dark: bool | None) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Records and specification of one picture, of one model or of several."""
    several, shares = len(found) > 1, found[0][1].cutoffs is not None
    if picture in ("cutoffs", "own", "spread"):
        lines, whose = records.curves(found, picture)
        return scores.lines(lines, dark, whose)
    if picture == "stacked":
        return records.losses(found), specs.stacked()
    if picture == "heat":
        return records.losses(found, every=True), specs.heat(dark)
    if picture == "radar":
        return records.radar(found), specs.radar(dark)
    if picture == "performance":
        return records.performances(found), specs.performance(dark)
    rows = records.ratios(found) if picture == "check" else records.scores(found)
    return rows, specs.dots(picture, several, shares, dark)


def table(result: Fairness) -> pd.DataFrame:
    """Every measure of every group."""
    states = records.state(result)
    lines = [
        {
            "group": name,
            "measure": measure,
            "score": result.scores[group, at],
            "low": result.low[group, at],
            "high": result.high[group, at],
            "rests on rows": result.bases[group, at],
            "ratio": result.ratios[group, at],
            "ratio low": result.ratio_low[group, at],
            "ratio high": result.ratio_high[group, at],
            "verdict": "compared with" if not group else states[group][at] if measure in result.checked else "",
        }
        for group, name in enumerate(result.groups)
        for at, measure in enumerate(result.measures)
    ]
    return pd.DataFrame(lines)


def tell(result: Fairness) -> str:
    """The verdict in words, with what is furthest off."""
    first = words.quoted(result.groups[0], 40)
    start = f"By {words.named(result.column)}, compared with {first}"
    bounds = f"{words.number(result.epsilon, 3)} to {words.number(1 / result.epsilon, 3)} times"
    found, count = verdict(result), len(exceeded(result))
    if found == "none":
        return f"{start}: {VERDICTS[found]}."
    if found == "fair":
        within = f"all {len(result.checked)} measures are within {bounds}, as far as they can be judged"
        return f"{start}, {within}: {VERDICTS[found]}."
    said = "measures is" if count == 1 else "measures are"
    out = f"{count} of {len(result.checked)} {said} out of bounds ({bounds}): {'; '.join(_worst(result))}"
    return f"{start}, {out}. So it is {VERDICTS[found]}{_surely(result)}."


def _surely(result: Fairness) -> str:
    """How much of what is out of bounds is so beyond chance, where not all is."""
    wrong = judged(result) & outside(result)
    sure, total = int((wrong & beyond_chance(result)).sum()), int(wrong.sum())
    if sure == total:
        return ""
    count = "none" if not sure else f"only {sure}"
    return f", though {count} of the {total} ratios out of bounds {'is' if sure < 2 else 'are'} so beyond chance"


def _worst(result: Fairness) -> list[str]:
    """The ratios that are furthest off, those beyond chance first, at most three."""
    wrong, sure = judged(result) & outside(result), beyond_chance(result)
    places = [(group, at) for group, at in zip(*wrong.nonzero(), strict=True)]
    ranked = sorted(places, key=lambda place: (not sure[place], -_off(float(result.ratios[place]))))
    return [_one(result, int(group), int(at)) for group, at in ranked[:3]]


def _off(ratio: float) -> float:
    """How far a ratio is from 1, twice as far as half."""
    return abs(math.log(ratio)) if 0 < ratio < math.inf else math.inf


def _one(result: Fairness, group: int, at: int) -> str:
    """One ratio in words, both shares beside it."""
    name, measure = words.quoted(result.groups[group], 40), result.measures[at]
    ratio = words.number(float(result.ratios[group, at]), 2)
    said = SAID.get(measure, measure)
    if not math.isfinite(result.scores[group, at]):
        return f"{said} in {name}: {ratio}"
    mine, other = (words.percent(float(result.scores[place, at])) for place in (group, 0))
    return f"{said} in {name}: {ratio} times ({mine} against {other})"
