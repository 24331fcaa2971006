"""One place of the Studio: a panel with its question, words and picture, a note, or the list of what may come here."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from core import panels
from core.panels import Panel
from core.results import Aspects, Attributions, Fairness, Scores
from core.views import View, words
from core.views.looks import Looks
from core.views.pictures import every
from core.views.sized import sized
from pages.parts import adjust, answers, drawing, frame, fresh, layout, looking, profile, question, slots, subject
from pages.parts.drawing import ALONE, Shown
from pages.parts.layout import Spot
from pages.parts.subject import Subject
from pages.parts.text import safe


def draw(place: int) -> None:
    """The panel of one place; what goes wrong stays in it."""
    with st.container(border=True, key=f"place_{place}", height="stretch"), frame.boundary("This panel"):
        about = subject.load(question.current())
        spot = layout.spots(about.asked)[place]
        if spot.panel == layout.NOTE:
            _note(place, spot)
        elif spot.panel:
            _panel(about, place, spot)
        else:
            _empty(about, place)


def label(one: Panel) -> str:
    """What the list calls a panel: its level, its name and its question."""
    group = "" if one in panels.TEN else "More · "
    return f"{group}{one.level} · {one.title}: {one.question}"


def _empty(about: Subject, place: int) -> None:
    """The panels that are not shown yet."""
    left = [one for one in layout.left(about.asked) if about.model.task in one.how.tasks]
    options = {one.id: label(one) for one in left} | {layout.NOTE: "Note: words of your own"}
    key = fresh.key(f"studio_add_{place}", None)
    st.selectbox(
        "Add a panel",
        list(options),
        index=None,
        format_func=options.__getitem__,
        placeholder="+ add a panel",
        key=key,
        on_change=fresh.listen(key, lambda name: layout.put(place, Spot(name or ""))),
        label_visibility="collapsed",
    )


def _note(place: int, spot: Spot) -> None:
    """Words of the visitor's own, kept in the session, the link and the file."""
    st.markdown("**Note**")
    with st.container(horizontal=True, key=f"studio_tools_{place}"):
        _close(place, "the note")
    key = fresh.key(f"studio_note_{place}", spot.note)

    def changed(text: str) -> None:
        layout.keep(f"note.{place}", text.strip())
        frame.redraw(layout.part(place))

    st.text_area(
        "Note",
        key=key,
        height=300,
        max_chars=question.LONGEST,
        on_change=fresh.listen(key, changed),
        label_visibility="collapsed",
        placeholder="What did you find? It goes along in the link and in the layout file.",
    )


def _close(place: int, name: str) -> None:
    """The cross."""
    st.button(
        "",
        icon=":material/close:",
        type="tertiary",
        key=f"studio_close_{place}",
        help=f"Close {name}",
        on_click=layout.put,
        args=(place, Spot()),
    )


def _panel(about: Subject, place: int, spot: Spot) -> None:
    """Question, words, picture."""
    one, look = panels.get(spot.panel), looking.current(about.asked)
    with st.container(key=f"studio_title_{place}"):
        st.markdown(f"**{safe(look.text(one.id, 'title') or one.question)}**")
    with st.container(horizontal=True, key=f"studio_tools_{place}"):
        adjust.menu(about, place, spot, one)
        _close(place, one.title)
    work = st.container()  # what waits and asks stands apart, so that the last drawing stays while the next is made
    with work:
        who = slots.subject(about, spot)
        picture = _picture(about, who, place, spot, one)
    shown = _shown(about, who, one, look, slots.title(about, spot))
    identity = f"{who.both.digest} {who.row} {spot} {sorted(about.asked.studio.items())}"

    def make(feature: str) -> View:
        return answers.drawn(about, who, spot, one, feature, look, picture)

    with work:
        found = drawing.features(shown, make, place, identity)
    made = sized(answers.answer(about, who, one, shown.at, picture))
    drawing.show(place, replace(shown, made=made), found, one.id)


def _shown(about: Subject, who: Subject, one: Panel, look: Looks, whose: str) -> Shown:
    """What the panel is called, and the feature in question."""
    names = who.table.schema.names
    at = ALONE
    if one.takes("feature"):
        wanted = profile.chosen(about)
        at = wanted if wanted in names else names[0]
    subtitle = look.text(one.id, "subtitle")
    return Shown(
        one.title,
        look.text(one.id, "title") or one.question,
        names,
        at,
        look,
        subtitle,
        one.level,
        words.short(whose, 60),
        one.takes("instance"),
    )


def _picture(about: Subject, who: Subject, place: int, spot: Spot, one: Panel) -> str | None:
    """Which picture of a result that has several."""
    if one.how.kind not in (Scores.kind, Fairness.kind, Aspects.kind, Attributions.kind):
        return spot.picture if one.how.kind in answers.BARRED else None  # its menu holds the choice
    result = answers.answer(about, who, one, ALONE)
    options = every(result)
    if not options:
        return None
    key = fresh.key(f"studio_picture_{place}", spot.picture if spot.picture in options else next(iter(options)))

    chosen = st.selectbox(
        "Picture",
        list(options),
        format_func=options.__getitem__,
        key=key,
        on_change=fresh.listen(key, lambda picture: layout.put(place, replace(spot, picture=picture))),
        label_visibility="collapsed",
    )
    return str(chosen)
