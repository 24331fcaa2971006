"""What if one feature were different: its ceteris paribus profile, beside the plot in which it is picked."""

from __future__ import annotations

import streamlit as st

from core import registry
from core.views import words
from pages.parts import force, frame, panel, question, subject, turns
from pages.parts.subject import Subject

METHOD = "ceteris_paribus"


@st.fragment(key="profile")
@turns.after
def draw() -> None:
    """The profile of the feature that was picked, or of the one that matters most."""
    with frame.boundary("The profile"):
        about = subject.load(question.current())
        method = registry.get(METHOD)
        with st.container(border=True, key="panel_profile"):
            st.subheader("What if this were different?", anchor=False)
            feature = chosen(about)
            _choose(about, feature)
            shown = panel.answer(about, method, {"feature": feature})
            drawn = panel.draw(shown, about, "profile")
            panel.foot(method, shown, drawn, "profile", about.asked.level == "expert")


def chosen(about: Subject) -> str:
    """The feature that was picked, else the one with the longest bar."""
    if about.asked.feature in about.table.schema.names:
        return about.asked.feature
    result = force.explained(about, [about.row])[0]
    return result.features[int(abs(result.values).argmax())]


def _choose(about: Subject, feature: str) -> None:
    """The drop-down that names the feature."""
    st.session_state["feature"] = feature
    st.selectbox(
        "Feature",
        about.table.schema.names,
        format_func=lambda name: words.short(name, 60),
        key="feature",
        on_change=lambda: pick(st.session_state["feature"]),
        help="Or click a bar in the plot",
    )


def pick(feature: str) -> None:
    """Show another feature's profile."""
    question.ask(feature=feature)
    frame.redraw("profile", "force")
