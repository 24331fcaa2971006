"""The live What-if: every feature with a control, the prediction beside it; a nudge can be brought along."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core import cache, fingerprint
from core.codec import plain
from core.errors import InputError
from core.loading.samples import samples
from core.results import Nudges
from core.views.whatif import script, style, whatif_data
from core.views.whatif_answer import answer
from pages.parts import force, frame, panel, question, subject
from pages.parts.subject import Subject
from pages.parts.text import safe_long

KEY = "scenario"
_PANEL = st.components.v2.component("what_if", js=script(), css=style())


@st.fragment(key="scenario")
def draw() -> None:
    """The controls and the live prediction."""
    with frame.boundary("What if"):
        about = subject.load(question.current())
        data = base(about)
        if data["model"] is None:
            st.caption("This model is asked on the server, so the prediction follows a moment after each change.")
        values = nudged(about)
        if values is not None:
            data = {**data, "id": fingerprint.of_params([data["id"], values]), "values": values}
        told = _told(about, data["id"])
        data["scenarios"] = st.session_state["scenarios"].get(about.both.digest, [])
        data["server"] = answer(about.model, about.table, told, about.output) if data["model"] is None else None
        _PANEL(key=KEY, data=data, on_state_change=lambda: None)


def _told(about: Subject, identity: str) -> dict[str, Any]:
    """What the browser said last of this very question; the scenarios that it keeps stay with the model and table."""
    kept: dict[str, Any] = st.session_state.setdefault("scenarios", {})
    state = st.session_state.get(KEY) or {}
    told = dict(state.get("state") or {})
    if told.get("question") != identity:
        return {}
    kept[about.both.digest] = list(told.get("scenarios") or [])[:8]
    return told


def base(about: Subject) -> dict[str, Any]:
    """All but the conversation, made once an instance."""

    def make() -> dict[str, Any]:
        bars = force.explained(about, [about.row])[0]
        sizes = dict(zip(bars.features, map(float, bars.values), strict=True))
        units = {sample.id: sample.unit for sample in samples()}
        unit = units.get(subject.ids(about.asked)[0], "") if not about.both.mine else ""
        return whatif_data(
            about.model, about.table, about.row, about.output, sizes, predictions=about.predictions, unit=unit
        )

    found: dict[str, Any] = cache.keep(about.both, "what if", [about.row, about.output], make)
    return dict(found)


def nudged(about: Subject) -> list[Any] | None:
    """The instance's cells with a nudge of the link applied; None where the link names none.

    Raises
    ------
    InputError
        If the link names a nudge that there is not.
    """
    place = about.asked.nudge
    if not place:
        return None
    from core import registry

    params = dict(about.asked.params) if about.asked.method == "nudges" else {}
    result = panel.answer(about, registry.get("nudges"), params)
    if not isinstance(result, Nudges) or not place.isdigit() or int(place) >= len(result.nudges):
        raise InputError(
            "There is no such change to try.", "The link names one that was not found.", "Look for nudges."
        )
    chosen = result.nudges[int(place)]
    after = {change.name: plain(change.after) for change in chosen.changes}
    own = about.table.instance(about.row).iloc[0]
    moved = ", ".join(f"{change.name} to {plain(change.after)}" for change in chosen.changes)
    st.info(f"Tried here: {safe_long(moved)}. Move on from there, or reset.", icon=":material/tune:")
    return [after.get(name, plain(own[name])) for name in about.table.schema.names]
