"""What the Studio's panels show: the answers of their methods, and these as drawings in the visitor's looks."""

from __future__ import annotations

from typing import Any

from core import cache, panels
from core.panels import Panel
from core.results import Result
from core.views import View, beside
from core.views.looks import Looks, styled
from core.views.pictures import pictures
from pages.parts import chart, layout, panel, slots, subject, tuned
from pages.parts.layout import Spot
from pages.parts.subject import Subject

BARRED = ("attribution", "importance")
"""Kinds of which the number of bars can be chosen."""
USUAL: dict[str, dict[str, Any]] = {"ceteris_paribus": {"grid_points": 51}, "residuals_feature": {"rows": 500}}
"""Settings of panels that are sent to the browser for every feature."""


def settings(about: Subject, who: Subject, one: Panel, feature: str, picture: str | None = None) -> dict[str, Any]:
    """The panel's settings: its own, those for all charts, those of this chart, then instance and feature."""
    given: dict[str, Any] = {**one.params, **USUAL.get(one.id, {})}
    names = [param.name for param in one.how.params]
    if picture == panel.BOXES and panel.PATHS in names:
        given[panel.PATHS] = panel.ORDERINGS
    if "scale" in names and _scales_differ(about):
        given["scale"] = "probability"  # log-odds and probability never share an axis
    given |= tuned.chosen(about.asked, one)
    if "feature" in names and feature:
        given["feature"] = feature
    if "instance" in names:
        given["instance"] = str(who.row)
    return given


def _scales_differ(about: Subject) -> bool:
    """True where the models side by side add up in different units."""
    found = [spot for spot in layout.spots(about.asked) if slots.there(about, spot)]
    return (
        len({slots.subject(about, spot).model.margin_scale for spot in found if spot.bind} | {about.model.margin_scale})
        > 1
    )


def answer(about: Subject, who: Subject, one: Panel, feature: str, picture: str | None = None) -> Result:
    """The method's answer, from memory or computed now; box plots need what was drawn on the way."""
    row = who.row if one.how.scope == "row" else 0
    given = settings(about, who, one, feature, picture)
    with subject.patience(one.title) as progress:
        return cache.explain(who.both, one.method, [row], who.output, given, progress)[0]


def offered(result: Result, one: Panel) -> dict[str, str]:
    """The pictures of a panel of bars, those included that are computed when they are chosen."""
    later = {panel.BOXES: "Box plots"} if any(param.name == panel.PATHS for param in one.how.params) else {}
    return {**pictures(result), **later} if result.kind in BARRED else {}


def drawn(about: Subject, who: Subject, spot: Spot, one: Panel, feature: str, look: Looks, picture: str | None) -> View:
    """One drawing in the visitor's looks, on one axis with the same panel of another model or instance."""
    of = [one.id, spot.bind, picture, feature, who.row, who.output, about.asked.row, about.output, about.both.digest]
    key = [*of, sorted(about.asked.studio.items()), about.asked.panels, about.asked.versus, chart.dark()]

    def make() -> View:
        result = answer(about, who, one, feature, picture)
        others = [_reach(about, other, one, feature) for other in _pairs(about, spot)]
        ends = [end for end in (*others, tuned.reach(about.asked, one)) if end is not None]
        view = beside.on_one_axis(plain(about, result, who, one, picture), result, ends)
        return styled(view, look, one.id, result.kind)

    found: View = cache.keep(who.both, "studio", key, make, "drawing")
    return found


def _pairs(about: Subject, spot: Spot) -> list[Spot]:
    """The same panel bound otherwise, drawn in the same way."""
    same = [other for other in layout.spots(about.asked) if other.panel == spot.panel and other.bind != spot.bind]
    return [other for other in same if other.picture == spot.picture and slots.there(about, other)]


def _reach(about: Subject, other: Spot, one: Panel, feature: str) -> tuple[float, float] | None:
    """How far the same panel's outputs reach elsewhere; None where it has none."""
    who = slots.subject(about, other)
    if feature and feature not in who.table.schema.names:
        return None
    picture = other.picture if one.how.kind in BARRED else None
    result = answer(about, who, one, feature, picture)
    return beside.extent(plain(about, result, who, one, picture), result.kind)


def plain(about: Subject, result: Result, who: Subject, one: Panel, picture: str | None) -> View:
    """The result's drawing with what the table and the panel know."""
    options: dict[str, Any] = dict(one.options)
    if picture is not None:
        options["picture"] = picture
    if result.kind in BARRED:
        if picture not in pictures(result):
            options.pop("picture", None)  # a link may name what this answer does not have
        options["k"] = tuned.bars(about.asked, one)
    return panel.picture(result, who, **options)


def held(about: Subject) -> list[tuple[Subject, Panel, str]]:
    """Everything that the Studio shows: whose, which panel, and which feature (all of them where it takes one)."""
    found = []
    for spot in layout.spots(about.asked):
        if spot.panel == layout.NOTE or not slots.there(about, spot):
            continue
        one, who = panels.get(spot.panel), slots.subject(about, spot)
        names = who.table.schema.names if one.takes("feature") else ("",)
        found += [(who, one, name) for name in names]
    return found
