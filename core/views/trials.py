"""A search for better settings: a dot for each trial, a line for the best so far, and where the model stands now."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from core.results.trials import Trial, Trials
from core.views import palette, words
from core.views.view import View

OWN = "now"
"""What the model's own settings are called in the table."""
NOW = "the model's own settings"


def view(result: Trials, *, dark: bool | None = None) -> View:
    """Draw a search.

    Parameters
    ----------
    result : Trials
    dark : bool or None
        Theme that the text colour is made for; None fits both.

    Returns
    -------
    View
        A click on a dot sets the selection parameter ``pick`` (field ``trial``).
    """
    sentence = tell(result)
    alt = f"A dot for each trial and a line for the best so far; lower is better. {sentence}"
    return View(_spec(result.unit, dark), _rows(result), table(result), sentence, alt)


def tell(result: Trials) -> str:
    """The answer in words."""
    winner, own = result.winner, words.number(result.original.loss, 4)
    count = (
        f"{len(result.trials)} of {result.planned}" if len(result.trials) < result.planned else f"{len(result.trials)}"
    )
    if winner is None:
        return f"{count} trials; none has a score yet. With its own settings, the {result.unit} is {own}."
    best = words.number(winner.loss, 4)
    spread, before = words.number(winner.spread, 2), words.number(result.original.spread, 2)
    start = f"The best of {count} trials has a {result.unit} of {best} (± {spread} over the folds)"
    if result.gain <= 0:
        return (
            f"{start}: no better than the model's own settings, {own} (± {before}). Nothing is gained by tuning these."
        )
    verdict = "a clear gain" if result.is_clear else "within the spread of the folds, so it may be luck"
    return f"{start}; with the model's own settings it is {own} (± {before}). That is {verdict}."


def settings(trial: Trial) -> str:
    """A candidate's settings in a line."""
    return ", ".join(f"{name} = {value(given)}" for name, given in trial.params.items()) or "its own settings"


def called(name: str) -> str:
    """A setting's own name first, then the part of the model that it belongs to.

    Examples
    --------
    >>> called("max_depth"), called("model__max_depth"), called("outer__inner__C")
    ('max_depth', 'max_depth · model', 'C · outer__inner')
    """
    part, _, own = name.rpartition("__")
    return f"{own} · {part}" if part else own


def value(given: Any) -> str:
    """One setting's value, short."""
    if isinstance(given, bool) or given is None:
        return str(given)
    if isinstance(given, tuple):
        return f"({', '.join(map(value, given))})"
    return words.number(given, 4).replace(",", "") if isinstance(given, int | float) else words.short(str(given), 40)


def table(result: Trials) -> pd.DataFrame:
    """Every trial, the model's own settings first."""
    every = (result.original, *result.trials)
    columns: dict[str, Any] = {
        "trial": [str(trial.number) if trial.number else OWN for trial in every],
        result.unit: [trial.loss for trial in every],
        "± over the folds": [trial.spread for trial in every],
    }
    for span in result.space:
        columns[_title(span.name, columns)] = [value(trial.params.get(span.name)) for trial in every]
    if any(trial.problem for trial in every):
        columns["what went wrong"] = [trial.problem for trial in every]
    return pd.DataFrame(columns)


def _title(name: str, taken: dict[str, Any]) -> str:
    """A setting's name as a column, different from those that are there."""
    return f"{name} " if name in taken else name


def _rows(result: Trials) -> list[dict[str, Any]]:
    """One record a trial that has a score; the first is that of the model's own settings."""
    own = result.original
    found = [{**_record(own), "best": None, "kind": "own"}]
    best = np.inf
    for place, trial in enumerate(result.trials):
        if trial.problem:
            continue
        best = min(best, trial.loss)
        found.append({**_record(trial), "best": best, "kind": "best" if place == result.best else "trial"})
    return found


def _record(trial: Trial) -> dict[str, Any]:
    """What is drawn of a trial."""
    return {
        "trial": trial.number,
        "loss": trial.loss,
        "low": trial.loss - trial.spread,
        "high": trial.loss + trial.spread,
        "settings": settings(trial),
        "said": f"{words.number(trial.loss, 4)} ± {words.number(trial.spread, 2)}",
    }


def _spec(unit: str, dark: bool | None) -> dict[str, Any]:
    """The constant specification; the loss is one of our own words."""
    axis = {"title": f"{unit} (lower is better)"}
    y = {"field": "loss", "type": "quantitative", "scale": {"zero": False}, "axis": axis}
    axis_x = {"title": "trial", "tickMinStep": 1, "format": "d"}
    x = {
        "field": "trial",
        "type": "quantitative",
        "scale": {"zero": False, "nice": False, "padding": 14},
        "axis": axis_x,
    }
    named = {"said": unit, "settings": "settings"}
    tooltip = [{"field": "trial"}, *({"field": name, "title": title} for name, title in named.items())]
    return {
        "width": "container",
        "height": 320,
        "data": {"name": "rows"},
        "encoding": {"x": x, "y": y},
        "layer": [*_now(palette.INKS[dark], tooltip), *_tried(tooltip)],
        "config": {"view": {"stroke": None}},
    }


def _now(ink: str, tooltip: list[dict[str, str]]) -> list[dict[str, Any]]:
    """A line across at the loss of the model's own settings, and what it is."""
    own = [{"filter": "datum.kind == 'own'"}]
    line = {"type": "rule", "strokeDash": [5, 4], "color": ink, "strokeWidth": 1.5}
    words = {"type": "text", "align": "left", "dx": 4, "dy": -7, "color": ink, "text": NOW}
    return [
        {"transform": own, "mark": line, "encoding": {"x": None, "tooltip": tooltip}},
        {"transform": own, "mark": words, "encoding": {"x": {"value": 0}}},
    ]


def _tried(tooltip: list[dict[str, str]]) -> list[dict[str, Any]]:
    """The best so far as steps, each candidate's spread over the folds, and its dot."""
    tried = [{"filter": "datum.kind != 'own'"}]
    shade = {"range": [palette.DOWN, palette.UP], "domain": ["trial", "best"]}
    steps = {"type": "line", "interpolate": "step-after", "color": palette.UP, "strokeWidth": 2}
    spread = {"type": "rule", "color": palette.NEUTRAL, "opacity": 0.5}
    low, high = {"field": "low", "type": "quantitative"}, {"field": "high"}
    return [
        {"transform": tried, "mark": steps, "encoding": {"y": {"field": "best", "type": "quantitative"}}},
        {"transform": tried, "mark": spread, "encoding": {"y": low, "y2": high}},
        {
            "params": [{"name": "pick", "select": {"type": "point", "fields": ["trial"]}}],
            "transform": tried,
            "mark": {"type": "point", "filled": True, "size": 70, "opacity": 1, "cursor": "pointer"},
            "encoding": {
                "color": {"field": "kind", "type": "nominal", "scale": shade, "legend": None},
                "tooltip": tooltip,
            },
        },
    ]
