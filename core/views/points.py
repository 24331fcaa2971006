"""One variable against another, row by row, with a smooth line."""

from __future__ import annotations

from typing import Any

import pandas as pd

from core.results import Points
from core.views import axis, palette, words
from core.views.attributions_spec import MIDDLE
from core.views.view import View

GOLDEN = 0.6180339887498949
"""Spreads the dots of a level evenly to the sides, the same way each time."""


def view(result: Points, *, dark: bool | None = None) -> View:
    """Draw a cloud of rows.

    Parameters
    ----------
    result : Points
    dark : bool or None
        Theme that the text colour is made for; None fits both.

    Returns
    -------
    View
        Clicking a dot sets the selection parameter ``pick`` (field ``row``).
    """
    spots = [axis.place(x) for x in result.x] if result.ordered else strips(result)
    colours = shades(result)
    rows = [_dot(result, at, spots[at]) | shade for at, shade in enumerate(colours)]
    if not result.ordered:
        rows[:1] = [{**row, "wide": axis.widest(one["x"] for one in rows)} for row in rows[:1]]
    rows += [{"role": "line", "x": float(x), "y": float(y)} for x, y in zip(result.line_x, result.line_y, strict=True)]
    rows.append({"role": "title", "label": words.named(result.x_title, 44)})
    if result.y_title not in OWN_TITLES:
        rows.append({"role": "up", "label": f"\N{UPWARDS ARROW} {words.named(result.y_title, 44)}"})
    if result.colour_title:
        rows.append({"role": "colour", "label": f"colour: {words.named(result.colour_title, 44)}"})
    sentence = tell(result)
    kind = "Scatter plot" if result.ordered else "Strip plot"
    return View(
        spec(result, colours, dark), rows, table(result), sentence, f"{kind} of {len(result.rows):,} rows. {sentence}"
    )


def strips(result: Points) -> list[str]:
    """The level above which each row is drawn; the rarest of many stand together."""
    return _grouped([words.short(str(x), 40) for x in result.x], STRIPS)


def _grouped(levels: list[str], most: int) -> list[str]:
    """The levels, of more than can be told apart the rarest as one."""
    counts = pd.Series(levels, dtype=object).value_counts()
    alone = set(counts.index if len(counts) <= most else counts.index[: most - 1])
    return [level if level in alone else OTHERS for level in levels]


def _dot(result: Points, at: int, spot: float | str | None) -> dict[str, Any]:
    """The record of one row."""
    x = result.x[at]
    record: dict[str, Any] = {
        "role": "dot",
        "x": spot,
        "y": float(result.y[at]),
        "row": result.rows[at],
        "aside": result.rows[at] * GOLDEN % 1.0,
        "name": words.short(result.names[at], 40),
        "cell": words.cell(axis.told(x, result.ordered)),
        "mark": "chosen" if result.rows[at] == result.chosen else "",
    }
    return record


def shades(result: Points) -> list[dict[str, Any]]:
    """The colour of each row, for the scale and in words; the rarest of many levels share one."""
    if not result.colour:
        return [{}] * len(result.rows)
    if shaded(result):
        told = [axis.cell_at(shade, True) if result.colour_dates else words.cell(shade) for shade in result.colour]
        return [{"shade": shade, "shade text": text} for shade, text in zip(result.colour, told, strict=True)]
    levels = [words.cell(shade) for shade in result.colour]
    shown = _grouped(levels, len(palette.CURVES))
    places = ranks(result, shown)
    return [
        {"shade": shade, "shade text": level, "shade order": places[shade]}
        for shade, level in zip(shown, levels, strict=True)
    ]


def ranks(result: Points, shown: list[str]) -> dict[str, int]:
    """The place of each level's colour: classes have the colours that they have beside each other in a histogram."""
    if result.levels and OTHERS not in shown and set(shown) <= set(result.levels):
        return {level: place for place, level in enumerate(result.levels) if level in set(shown)}
    return {level: place for place, level in enumerate(sorted(set(shown)))}


def shaded(result: Points) -> bool:
    """True where the third variable has an order, so that its colours are shades."""
    return all(shade is None or isinstance(shade, int | float) for shade in result.colour)


def spec(result: Points, colours: list[dict[str, Any]], dark: bool | None) -> dict[str, Any]:
    """The constant specification for numbers or levels along the axis, with or without a third variable."""
    dates = axis.dated(result.x, result.ordered)
    kind = "temporal" if dates else "quantitative" if result.ordered else "nominal"
    look = {"title": None, "tickCount": 6, **axis.feature_ticks(dates)} if result.ordered else axis.of_levels()
    x: dict[str, Any] = {"field": "x", "type": kind, "axis": look}
    if result.ordered:
        x["scale"] = {"type": "utc", "nice": False, "padding": 10} if dates else {"zero": False}
    height = {"title": _plain_title(result), "tickCount": 6}
    if result.y_title in OWN_NUMBERS or result.y_title not in OWN_TITLES:
        height |= axis.feature_ticks()
    y = {"field": "y", "type": "quantitative", "axis": height, "scale": {"zero": False}}
    tips = [{"field": "name", "title": "row"}, {"field": "cell", "title": "value"}, {"field": "y", "title": "height"}]
    tips += [{"field": "shade text", "title": "colour"}] if result.colour else []
    dots = _dots(result, x, y, tips)
    if result.colour:
        dots["encoding"]["color"] = _colour(result, colours)
    layers = [dots]
    if result.ordered:
        line = {"type": "line", "strokeWidth": 3, "color": palette.MARK}
        layers.append(
            {"transform": [{"filter": "datum.role === 'line'"}], "mark": line, "encoding": {"x": x, "y": y}},
        )
    else:
        layers.append(_box(x, y, dark))
    if result.chosen is not None:
        layers.append(_ring(result, x, y))
    return {
        "width": "container",
        "height": 420 if result.colour else 380,
        "padding": {"bottom": 36, "left": 5, "right": 5, "top": 5},
        "data": {"name": "rows"},
        "layer": [*layers, _title(result.ordered, dark), *_above(dark)],
        "config": {"view": {"stroke": None}},
    }


_ASIDE = {"field": "aside", "type": "quantitative", "scale": {"domain": [-0.5, 1.5]}}


def _dots(result: Points, x: dict[str, Any], y: dict[str, Any], tips: list[dict[str, str]]) -> dict[str, Any]:
    """The rows; a click picks the nearest one, which the tip names: dots lie over each other, and fingers are wide."""
    dot: dict[str, Any] = {
        "transform": [{"filter": "datum.role === 'dot'"}],
        "params": [{"name": "pick", "select": {"type": "point", "fields": ["row"], "nearest": True}}],
        "mark": {"type": "point", "filled": True, "size": 36, "color": palette.DOWN, "cursor": "pointer"},
        "encoding": {
            "x": x,
            "y": y,
            "tooltip": tips,
            "opacity": {"condition": {"param": "pick", "value": 0.6}, "value": 0.15},
        },
    }
    if not result.ordered:
        dot["encoding"]["xOffset"] = _ASIDE
    return dot


def _colour(result: Points, colours: list[dict[str, Any]]) -> dict[str, Any]:
    """The third variable: shades between two colours for numbers and dates, a colour each for levels."""
    numbers = shaded(result)
    kind = "temporal" if result.colour_dates else "quantitative" if numbers else "nominal"
    scale: dict[str, Any] = {"range": [palette.DOWN, MIDDLE, palette.UP] if numbers else _level_colours(colours)}
    if numbers:
        scale["interpolate"] = "rgb"  # over pink, as is usual, shades would be those of the line
    if result.colour_dates:
        scale["type"] = "utc"
    columns = {"expr": f"{axis.SLIM} ? 2 : 4"}
    look = axis.feature_ticks(result.colour_dates) if numbers else {"columns": columns, "labelLimit": 150}
    order: dict[str, Any] = {} if numbers else {"sort": {"field": "shade order", "op": "min"}}
    return {"field": "shade", "type": kind, **order, "scale": scale, "legend": {"title": None, "orient": "top", **look}}


def _level_colours(colours: list[dict[str, Any]]) -> list[str]:
    """The colours of the levels that are drawn, in their order."""
    places = sorted({row["shade order"] for row in colours})
    return [palette.CURVES[place % len(palette.CURVES)] for place in places]


def _ring(result: Points, x: dict[str, Any], y: dict[str, Any]) -> dict[str, Any]:
    """The instance in question; without a tip, which would take the clicks on the dots in it."""
    encoding = {"x": x, "y": y} | ({} if result.ordered else {"xOffset": _ASIDE})
    mark = {"type": "point", "size": 220, "strokeWidth": 3, "color": palette.MARK, "opacity": 1}
    return {"transform": [{"filter": "datum.mark === 'chosen'"}], "mark": mark, "encoding": encoding}


def _above(dark: bool | None) -> list[dict[str, Any]]:
    """The layers that name the variable up and the one that colours, where their names come from outside."""
    mark = {"type": "text", "color": palette.INKS[dark], "fontWeight": 600, "baseline": "bottom", "dy": -6}
    return [
        {
            "transform": [{"filter": f"datum.role === '{role}'"}],
            "mark": {**mark, "align": align, "limit": {"expr": "width / 2 - 6"}},
            "encoding": {"x": {"value": side}, "y": {"value": 0}, "text": {"field": "label"}},
        }
        for role, align, side in (("up", "left", 0), ("colour", "right", "width"))
    ]


def _box(x: dict[str, Any], y: dict[str, Any], dark: bool | None) -> dict[str, Any]:
    """The middle half of each level's heights, and their median."""
    ink = palette.INKS[dark]
    return {
        "transform": [{"filter": "datum.role === 'dot'"}],
        "mark": {
            "type": "boxplot",
            "size": {"expr": "min(40, 0.7 * bandwidth('x'))"},
            "outliers": False,
            "box": {"fill": None, "stroke": ink, "strokeWidth": 1.5},
            "median": {"color": palette.MARK, "thickness": 3},
            "rule": {"color": ink},
        },
        "encoding": {"x": x, "y": y},
    }


def _title(ordered: bool, dark: bool | None) -> dict[str, Any]:
    """The layer that names the variable along the axis: a name from outside, so drawn from the data."""
    below = axis.BELOW if ordered else {"expr": f"{axis.TIGHT} ? 18 + 0.71 * data('rows')[0].wide : {axis.BELOW}"}
    return axis.title_below(palette.INKS[dark], below, 40)


def _plain_title(result: Points) -> str | None:
    """The height's title: our own words only, a name from outside stays in the data."""
    return result.y_title if result.y_title in OWN_TITLES else None


OWN_TITLES = (
    "error: 1 - probability of the true class",
    "size of the error",
    "true value minus prediction",
    "the true value",
    *words.AXIS_CHANGE.values(),
)
"""Titles of heights that the methods use; anything else could come from a file."""
OWN_NUMBERS = ("the true value",)
"""Those of them that are a column's own numbers, as a column whose name is drawn from the data is."""
STRIPS = 24
"""Levels that stand side by side at most."""
OTHERS = "all others"
HEIGHT = 3
"""Place of the heights among the columns of the table."""


def table(result: Points) -> pd.DataFrame:
    """Every row, the largest height first; columns in this order, however the variables are called."""
    names = ["row", "name"]
    for title in (words.short(result.x_title), result.y_title):
        names.append(title if title not in names else f"{title} (2)" if f"{title} (2)" not in names else f"{title} (3)")
    frame = pd.DataFrame({0: list(result.rows), 1: list(result.names)})
    frame[2] = pd.Series([words.cell(axis.told(x, result.ordered)) for x in result.x], dtype="str")
    frame[HEIGHT] = result.y
    order = frame[HEIGHT].abs().sort_values(ascending=False, kind="stable").index
    return frame.iloc[order].reset_index(drop=True).set_axis(names, axis="columns")


def tell(result: Points) -> str:
    """The answer in words: the rows with the largest height."""
    largest = table(result).head(3)
    named = [
        f"{words.short(str(name), 24)} ({words.number(float(height), 3)})"
        for name, height in zip(largest["name"], largest.iloc[:, HEIGHT], strict=True)
    ]
    against = words.named(result.x_title)
    start = f"{len(result.rows):,} rows, {words.named(result.y_title)} against {against}."
    if result.chosen is not None:
        own = result.rows.index(result.chosen)
        below = float((result.y < result.y[own]).mean())
        start += f" The ring is {words.short(result.names[own], 40)}: {words.percent(below)} of the rows lie lower."
    levels = 0 if result.ordered else len(set(result.x))
    if levels > STRIPS:
        start += f" The {STRIPS - 1} most frequent of {levels:,} levels stand alone."
    if result.colour_title:
        start += f" Coloured by {words.named(result.colour_title)}."
    return f"{start} Largest: {words.listed(named)}." if named else start
