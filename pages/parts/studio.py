"""The Studio: the choices that all panels share, the slots beside them, and the grid of their places."""

from __future__ import annotations

import streamlit as st

from core import instances
from core.codec import plain
from core.views import words
from pages.parts import (
    adjust,
    boards,
    chooser,
    drawing,
    frame,
    fresh,
    headline,
    layout,
    looking,
    picker,
    profile,
    question,
    rivals,
    slot,
    slots,
    studio_files,
    subject,
)
from pages.parts.layout import Spot
from pages.parts.subject import Subject
from pages.parts.text import safe

_ARRANGE = {"": "One", "models": "Two models", "instances": "Two instances"}


@st.fragment(key="studio_bar")
def bar() -> None:
    """Instance, feature and grid; a choice redraws only what depends on it."""
    with frame.boundary("The choices"):
        about = subject.load(question.current())
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key="studio_top"):
            st.markdown(f"### {safe(headline.said(about))}", width="stretch")
            boards.draw()
            _arrange(about)
            adjust.popover(about)
            looking.popover(about)
            studio_files.popover(about)
        choices = st.container(key="studio_choices")
        first, second, third, fourth = choices.columns([3, 4, 4, 2], gap="small", vertical_alignment="bottom")
        with first:
            _which(about)
        with second:
            _instance(about)
        with third:
            _feature(about)
        with fourth:
            _grid(about)
        _others(about)
        drawing.sync(profile.chosen(about), about.both.digest)


def _arrange(about: Subject) -> None:
    """One of everything, or two columns that differ in one thing."""
    found = layout.spots(about.asked)
    kinds = {
        "models": any(spot.model != "a" for spot in found),
        "instances": any(spot.instance != "1" for spot in found),
    }
    now = next((name for name, there in kinds.items() if there), "")
    key = fresh.key("studio_arrange", now)
    options = [name for name in _ARRANGE if name in ("", "instances", now) or rivals.options(about)]
    st.segmented_control(
        "Side by side",
        options,
        format_func=_ARRANGE.__getitem__,
        key=key,
        required=True,
        label_visibility="collapsed",
        help="Two columns with the same panels on one axis: of two models, or of two instances",
        on_change=fresh.listen(key, lambda what: layout.side_by_side(what or "")),
    )


def _which(about: Subject) -> None:
    """Which instances the drop-down offers."""
    options = {slots.EVENLY: "From lowest to highest"}
    options |= {name: picker.NAMES[name] for name in instances.conditions(about.model, about.table) if name != "all"}
    held = about.asked.studio.get("which", "")
    key = fresh.key("studio_which", held if held in options else slots.EVENLY)

    def changed(chosen: str) -> None:
        layout.keep("which", "" if chosen == slots.EVENLY else chosen)
        frame.redraw("studio_bar")

    told = fresh.listen(key, changed)
    st.selectbox("Offer", list(options), format_func=options.__getitem__, key=key, on_change=told)


def _instance(about: Subject) -> None:
    """One of the instances offered, or the one in question, by name and true value."""
    rows = slots.listed(about)
    names = {row: named(about, row) for row in rows}
    key = fresh.key("studio_row", about.row)
    told = fresh.listen(key, _row_chosen)
    st.selectbox("Instance", rows, format_func=names.__getitem__, key=key, on_change=told)


def named(about: Subject, row: int) -> str:
    """What a drop-down calls an instance: ``id: Poland / y: 6.18``."""
    truth = about.table.truth(row)
    name = f"id: {words.short(about.table.row_name(row), 40)}"
    return name if truth is None else f"{name} / y: {words.cell(plain(truth))}"


def _row_chosen(row: object) -> None:
    """Another instance: its panels follow; a name that came too late is of another table, and no row of this one."""
    if isinstance(row, int):
        subject.choose(row)
    layout.redraw(lambda panel: panel.takes("instance"))


def _feature(about: Subject) -> None:
    """The feature that panels of one feature show."""
    names = list(about.table.schema.names)
    key = fresh.key("studio_feature", profile.chosen(about))
    st.selectbox(
        "Feature",
        names,
        format_func=lambda name: words.short(name, 60),
        key=key,
        on_change=fresh.listen(key, layout.pick),
        help="Or click a bar: every panel of one feature follows at once",
    )


def _grid(about: Subject) -> None:
    """How many rows and columns."""
    key = fresh.key("studio_grid", about.asked.grid if about.asked.grid in layout.GRIDS else layout.DEFAULT)
    st.selectbox(
        "Grid",
        list(layout.GRIDS),
        format_func=lambda name: name.replace("x", " × "),
        key=key,
        on_change=fresh.listen(key, _resized),
    )


def _resized(grid: str) -> None:
    """Another grid keeps what fits."""
    asked = question.current()
    kept = [spot for spot in layout.spots(asked) if spot.panel]
    count = layout.GRIDS[grid][0] * layout.GRIDS[grid][1]
    shown, known = [spot.panel for spot in kept], layout.offered(asked)
    more = [Spot(name) for name in layout.START if name not in shown and name in known]
    layout.write([*kept, *more][:count], grid=grid)
    frame.redraw("grid")  # not a part of the page: the whole page is drawn anew


def _others(about: Subject) -> None:
    """Who the second and third slots are, where some panel is bound to them."""
    found = [spot for spot in layout.spots(about.asked) if slots.there(about, spot)]
    models = sorted({spot.model for spot in found} - {layout.MODELS[0]})
    rows = sorted({spot.instance for spot in found} - {layout.INSTANCES[0]})
    if not models and not rows:
        return
    with st.container(horizontal=True, key="studio_slots"):
        for name in models:
            options = {key: chooser.model_names()[key] for key in rivals.options(about)}
            _slot(f"{_ordinal(layout.MODELS, name)} model", f"model.{name}", options, slots.model(about, name))
        for name in rows:
            listed = dict.fromkeys([slots.row(about, name), *slots.listed(about)])
            offered = {str(row): f"{named(about, row)} · {headline.said(about, row)}" for row in listed}
            _slot(f"{_ordinal(layout.INSTANCES, name)} instance", f"row.{name}", offered, str(slots.row(about, name)))


def _ordinal(slots_of: str, name: str) -> str:
    """Second or third."""
    return ("First", "Second", "Third")[slots_of.index(name)]


def _slot(title: str, name: str, options: dict[str, str], now: str) -> None:
    """One slot's drop-down."""
    key = fresh.key(f"studio_slot_{name}", now)

    def changed(chosen: str) -> None:
        layout.keep(name, chosen)
        layout.redraw(lambda _panel: True, lambda place: bool(layout.spots(question.current())[place].panel))

    st.selectbox(
        title,
        list(options),
        format_func=lambda one: words.short(options[one], 70),
        key=key,
        on_change=fresh.listen(key, changed),
    )


def grid(about: Subject) -> None:
    """All places."""
    rows, columns = layout.shape(about.asked)
    for row in range(rows):
        for column, box in enumerate(st.columns(columns, gap="small")):
            place = row * columns + column
            with box:
                st.fragment(slot.draw, key=layout.part(place))(place)
