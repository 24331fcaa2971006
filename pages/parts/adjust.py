"""Settings of the Studio: for all charts in one place, and for each panel in its menu."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import streamlit as st

from core.panels import Panel
from pages.parts import (
    answers,
    downloads,
    frame,
    fresh,
    layout,
    looking,
    panel,
    profile,
    rivals,
    settings,
    slots,
    tuned,
)
from pages.parts.layout import Spot
from pages.parts.subject import Subject
from pages.parts.tuned import ALL, BARS

_SKIP = ("feature", "column", "along", "instance", "more_rows", "kind")


def popover(about: Subject) -> None:
    """One place for all charts: seed, rows, rounds, and whether the table's rows are shown."""
    box = st.popover("Settings", icon=":material/tune:", type="tertiary", key="studio_settings", on_change="rerun")
    if not box.open:
        return
    with box:
        st.caption("For every chart that has such a setting. Each chart's own are in its menu.")
        for name, title in ALL.items():
            text = about.asked.studio.get(f"all.{name}", "")
            key = fresh.key(f"all_{name}", int(text) if text.isascii() and text.isdigit() else None)
            told = fresh.listen(key, partial(_all, name))
            low = 0 if name == "seed" else 2
            st.number_input(title, low, 1_000_000, None, key=key, placeholder="each chart's own", on_change=told)
        key = fresh.key("studio_eda", layout.with_data(about.asked))
        st.toggle(
            "Show the table's own rows and values",
            key=key,
            on_change=fresh.listen(key, _data),
            help="Off: no distribution, no truth, no single rows beyond those explained",
        )


def _all(name: str, value: int | None) -> None:
    """A setting for all charts: those that have it are drawn anew."""
    layout.keep(f"all.{name}", "" if value is None else str(int(value)))
    layout.redraw(lambda one: name in [param.name for param in one.how.params])


def _data(shown: bool) -> None:
    """With the table's own rows and values, or without."""
    layout.keep("eda", "" if shown else "off")
    frame.redraw("grid")  # not a part of the page: the whole page is drawn anew


def menu(about: Subject, place: int, spot: Spot, one: Panel) -> None:
    """A panel's own words, settings, whose it is, and its files."""
    box = st.popover(
        "",
        icon=":material/more_vert:",
        type="tertiary",
        key=f"studio_menu_{place}",
        on_change="rerun",
        help="Settings, words, files",
    )
    if not box.open:
        return
    with box:
        _bind(about, place, spot, one)
        _picture(about, place, spot, one)
        _bars(about, place, one)
        _axis(about, place, one)
        start = f"set.{one.id}."
        given = {key.removeprefix(start): text for key, text in about.asked.studio.items() if key.startswith(start)}
        skip = (*_SKIP, *one.params)
        settings.draw(one.how, given, about.table.schema, about.model.task, _changed(one), skip, f"studio.{place}.")
        with st.expander("Words", icon=":material/title:"):
            looking.words(about, one.id, place)
        _files(about, place, spot, one)


def _changed(one: Panel) -> settings.Changed:
    """A setting of one chart: it is drawn anew wherever it stands."""

    def changed(name: str, text: str) -> None:
        layout.keep(f"set.{one.id}.{name}", text)
        layout.redraw(lambda other: other.id == one.id)

    return changed


def _bars(about: Subject, place: int, one: Panel) -> None:
    """How many bars are drawn; the rest is one more."""
    if one.how.kind not in answers.BARRED:
        return
    key = fresh.key(f"studio_bars_{place}", tuned.bars(about.asked, one))

    def changed(count: int) -> None:
        layout.keep(f"bars.{one.id}", "" if count == BARS else str(count))
        layout.redraw(lambda other: other.id == one.id)

    st.number_input("Bars at most", 1, 60, key=key, on_change=fresh.listen(key, changed))


def _axis(about: Subject, place: int, one: Panel) -> None:
    """How far the axis reaches, so that other instances are drawn on the same one."""
    if one.how.kind not in answers.BARRED:
        return
    key = fresh.key(f"studio_axis_{place}", about.asked.studio.get(f"axis.{one.id}", ""))

    def changed(text: str) -> None:
        layout.keep(f"axis.{one.id}", text.strip())
        layout.redraw(lambda other: other.id == one.id)

    st.text_input(
        "Axis at least from .. to",
        key=key,
        max_chars=40,
        placeholder="as the numbers need, or -0.5..0.5",
        on_change=fresh.listen(key, changed),
        help="Keeps the axis while you go from instance to instance; a probability of 50 % is 0.5",
    )
    if about.asked.studio.get(f"axis.{one.id}") and tuned.reach(about.asked, one) is None:
        st.caption(":material/warning: Write two numbers, the smaller first, with two dots between: -0.5..0.5")


def _picture(about: Subject, place: int, spot: Spot, one: Panel) -> None:
    """How bars are drawn: as they are, step by step, or as box plots of what they are the means of."""
    if one.how.kind not in answers.BARRED:
        return
    options = answers.offered(answers.answer(about, slots.subject(about, spot), one, "", spot.picture), one)
    if len(options) < 2:
        return
    usual = next(iter(options))
    key = fresh.key(f"studio_picture_{place}", spot.picture if spot.picture in options else usual)

    def changed(chosen: str | None) -> None:
        layout.put(place, replace(spot, picture="" if chosen in (None, usual) else str(chosen)))

    st.segmented_control(
        "Picture",
        list(options),
        format_func=options.__getitem__,
        key=key,
        required=True,
        on_change=fresh.listen(key, changed),
        help="Box plots show what a bar is the mean of: rounds, single orderings, or background rows",
    )


def _bind(about: Subject, place: int, spot: Spot, one: Panel) -> None:
    """Which model and which instance a panel speaks of."""
    models = dict(zip(layout.MODELS, ("The model in question", "Second model", "Third model"), strict=True))
    rows = dict(zip(layout.INSTANCES, ("The instance in question", "Second instance", "Third instance"), strict=True))
    options = [("Model", "model", models, len(rivals.options(about)) + 1)]
    if one.takes("instance"):
        options.append(("Instance", "instance", rows, len(rows)))
    for title, name, listed, count in options:
        shown = dict(list(listed.items())[:count])
        if len(shown) < 2:
            continue
        held = getattr(spot, name) if getattr(spot, name) in shown else next(iter(shown))
        key = fresh.key(f"studio_bind_{name}_{place}", held)
        told = fresh.listen(key, partial(_bound, place, spot, name))
        st.selectbox(title, list(shown), format_func=shown.__getitem__, key=key, on_change=told)


def _bound(place: int, spot: Spot, name: str, slot: str) -> None:
    """Another slot."""
    model, instance = (slot, spot.instance) if name == "model" else (spot.model, slot)
    bind = ("" if model == layout.MODELS[0] else model) + ("" if instance == layout.INSTANCES[0] else instance)
    layout.put(place, replace(spot, bind=bind))


def _files(about: Subject, place: int, spot: Spot, one: Panel) -> None:
    """The answer as files; made when the menu is opened and a file is asked for."""
    with st.expander("Download", icon=":material/download:"), frame.boundary("The files"):
        feature = profile.chosen(about) if one.takes("feature") else ""
        result = answers.answer(about, slots.subject(about, spot), one, feature, spot.picture)
        downloads.buttons(result, f"{one.id}-row-{panel.origin_row(result)}", f"studio_files_{place}")
