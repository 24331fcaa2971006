"""Session files as a Studio that only reads: instances and features by drop-down, labelled by model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from core import fingerprint, panels
from core.codec import encode
from core.errors import ExplorerError, InputError
from core.export.session import Session
from core.panels import Panel
from core.results import Attribution, Result, Scores
from core.views import View, view, words
from core.views.looks import Looks, styled
from core.views.sized import sized
from pages.parts import chart, drawing, frame, fresh, looking, opened, question
from pages.parts.drawing import ALONE, Shown
from pages.parts.question import Question
from pages.parts.text import safe, safe_long

ALL = "mine"
"""The link's word for every session that was opened in this visit."""
_APART = ("feature", "instance", "more_rows")
Group = tuple[str, str]
"""Panel id and digest of the settings."""
Who = tuple[str, str, int | None, str]
"""Model, table, row and label that an answer speaks of."""


def page(asked: Question) -> None:
    """The whole page, or words about a session that is not here."""
    with frame.boundary("The session"):
        if _session() is None:
            frame.tell(
                InputError(
                    "This link shows a session file that is not open here.",
                    "Session files stay in the visit in which they were opened.",
                    "Open the file under Load.",
                )
            )
            st.page_link(frame.page("load"), label="Load", icon=":material/upload_file:")
            return
        bar()
        grid()
        frame.holds("studio_bar", "stored")


def _session() -> Session | None:
    """The sessions of this visit as one."""
    return opened.sessions()


def who(result: Result) -> Who:
    """What an answer is about."""
    origin = result.provenance
    label = str(getattr(result, "label", ""))
    return ("", "", None, label) if origin is None else (origin.model, origin.table, origin.row, label)


def instances(held: Session) -> dict[str, Who]:
    """Every instance that answers speak of, by what the drop-down calls it; with the model where there are several."""
    found: dict[str, Who] = {}
    known: set[Who] = set()
    alike: dict[str, int] = {}
    several = len({other for other, *_ in map(who, held.results)}) > 1
    for result in held.results:
        one = who(result)
        if one[2] is None or one in known:
            continue
        known.add(one)
        facts = held.rows.get(f"{one[1]}/{one[2]}", {})
        name = f"id: {words.short(str(facts.get('name', f'row {one[2]}')), 40)}"
        truth = facts.get("truth")
        name += "" if truth is None else f" / y: {words.cell(truth)}"
        if several:
            name += f" · {model_name(held, one[0])}"
        if len(held.models.get(one[0], {}).get("classes") or ()) > 2:
            name += f" · {words.short(one[3], 40)}"
        alike[name] = alike.get(name, -1) + 1
        found[name + words.unseen(alike[name])] = one
    return found


def model_name(held: Session, model: str) -> str:
    """A model as the session calls it."""
    return words.short(str(held.models.get(model, {}).get("name", "a model")), 60)


@st.fragment(key="studio_bar")
def bar() -> None:
    """Whose and which feature."""
    held, asked = _session(), question.current()
    if held is None:
        return
    names = " and ".join(safe(model_name(held, model)) for model in held.models)
    st.markdown(f"### {safe(held.title or 'Session')}")
    st.caption(
        f":material/inventory_2: {len(held.results):,} stored answers about {names}. Nothing is computed here: what a "
        "session file says of itself is shown as it stands, only the sums of bars are checked again."
    )
    left, right, _ = st.columns([4, 3, 3])
    known, features = instances(held), _features(held)
    if known:
        key = fresh.key("stored_row", _chosen(known))
        left.selectbox("Instance", list(known), key=key, on_change=fresh.listen(key, _row_chosen))
    if features:
        now = feature(asked, held)
        key = fresh.key("stored_feature", now)
        right.selectbox("Feature", features, key=key, on_change=fresh.listen(key, _feature_chosen))
        drawing.sync(now, fingerprint.of_params([held.title, len(held.results)]))


def _chosen(known: Mapping[str, Who]) -> str:
    """The instance that is shown, by name."""
    now = st.session_state.get("stored.instance")
    return now if now in known else next(iter(known))


def _row_chosen(name: str) -> None:
    """Another instance."""
    st.session_state["stored.instance"] = name
    frame.redraw("stored")


def _feature_chosen(name: str) -> None:
    """Another feature: the panels hold it already."""
    question.ask(feature=name)
    frame.redraw("studio_bar")


def _features(held: Session) -> list[str]:
    """Features that some answer shows alone."""
    return list(dict.fromkeys(name for name in map(_of_feature, held.results) if name))


def _of_feature(result: Result) -> str:
    """The one feature that an answer shows; empty for none."""
    origin = result.provenance
    asked = None if origin is None else origin.params.get("feature")
    return str(getattr(result, "feature", None) or asked or "")


def feature(asked: Question, held: Session) -> str:
    """The feature in question, else the one that moves the chosen instance most, else the first."""
    found, known = _features(held), instances(held)
    if asked.feature in found:
        return asked.feature
    one = known[_chosen(known)] if known else None
    for result in held.results:
        if isinstance(result, Attribution) and who(result) == one:
            ranked = sorted(zip(-abs(result.values), result.features, strict=True))
            return next((name for _, name in ranked if name in found), found[0])
    return found[0]


@st.fragment(key="stored")
def grid() -> None:
    """A panel for each way in which something was asked."""
    held = _session()
    if held is None:
        return
    known = instances(held)
    one = known[_chosen(known)] if known else (next(iter(held.models), ""), "", None, "")
    groups = list(grouped(held, one).items())
    for start in range(0, len(groups), 2):
        for place, box in enumerate(st.columns(2, gap="small"), start):
            if place < len(groups):
                with (
                    box,
                    st.container(border=True, height="stretch", key=f"stored_{place}"),
                    frame.boundary("This panel"),
                ):
                    _panel(place, held, *groups[place])


def grouped(held: Session, one: Who) -> dict[Group, dict[str, Result]]:
    """The answers about one instance and its model, by panel and settings, then by feature; later ones win."""
    found: dict[Group, dict[str, Result]] = {}
    for result in held.results:
        model, _, row, label = who(result)
        if model == one[0] and row in (None, one[2]) and (row is None or label == one[3]):
            found.setdefault((_panel_of(result).id, _digest(result)), {})[_of_feature(result)] = result
    order = {panel.id: place for place, panel in enumerate(panels.every())}
    return dict(sorted(found.items(), key=lambda item: order.get(item[0][0], len(order))))


def _panel_of(result: Result) -> Panel:
    """The panel that asks so; one of the result's own making for a method that is not known here."""
    origin = result.provenance
    method = "" if origin is None else origin.method
    for panel in panels.every():
        if panel.method == method and origin and all(origin.params.get(key) == to for key, to in panel.params.items()):
            return panel
    return Panel(f"kind.{result.kind}", words.short(method or result.kind, 60), "Stored", "What was found?", method)


def _digest(result: Result) -> str:
    """The settings, feature and instance apart."""
    origin = result.provenance
    params: Mapping[str, Any] = {} if origin is None else origin.params
    return fingerprint.of_params([{key: encode(value) for key, value in params.items() if key not in _APART}])


def _panel(place: int, held: Session, group: Group, found: Mapping[str, Result]) -> None:
    """Question, then the drawings of every feature that is stored."""
    panel, look = _panel_of(next(iter(found.values()))), looking.current(question.current())
    st.markdown(f"**{safe(panel.question)}**")
    alone = ALONE in found
    names = tuple(_features(held))
    at = ALONE if alone else feature(question.current(), held)
    if not alone and at not in found:
        st.caption(f"Stored for other features: {safe_long(words.listed([words.short(name, 40) for name in found]))}")
    made = sized(next(iter(found.values())))
    drawings = {name: _drawn(result, panel, look) for name, result in found.items() if not alone or name == ALONE}
    drawing.show(
        place,
        Shown(panel.title, panel.question, names, at, look, level=panel.level, instance=True, made=made),
        drawings,
        f"{panel.id}_{group[1][:8]}",
    )


def _drawn(result: Result, panel: Panel, look: Looks) -> View:
    """One stored answer as a drawing; one that cannot be drawn says so in its place."""
    options = {} if isinstance(result, Scores) else dict(panel.options)
    try:
        return styled(view(result, dark=chart.dark(), **options), look, panel.id, result.kind)
    except (ExplorerError, TypeError) as error:
        raise InputError("This stored answer cannot be drawn.", str(error)[:200]) from error
