"""Where a click on the pages Model and Data leads: another feature on the page, or a row in Explain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from core.results import Importance
from pages.parts import frame, fresh, question, subject
from pages.parts.subject import Subject
from pages.parts.text import safe

FOLLOWERS = tuple(
    f"section_{name}" for name in ("model_profile", "distribution", "target_against_feature", "shap_summary")
)
_GO = "go to explain"


def leading(about: Subject) -> str:
    """The session's key for the feature that the model relies on most."""
    return f"leading.{about.both.digest}"


def lead(result: Importance, about: Subject) -> None:
    """Remember the feature that the model relies on most: profiles begin with it."""
    st.session_state.setdefault(leading(about), max(zip(result.values, result.features, strict=True))[1])


def feature_of(term: str, features: Sequence[str]) -> str:
    """The feature that a term speaks of (``job = cook``, ``age is missing``); the term itself where none does."""
    if term in features:
        return term
    fitting = [name for name in features if term.startswith((f"{name} = ", f"{name} is missing"))]
    return max(fitting, key=len, default=term)


def pick(feature: str) -> None:
    """Show another feature wherever one is shown."""
    question.ask(feature=feature)
    frame.redraw(*frame.held(FOLLOWERS))


def pick_couple(about: Subject, couple: Sequence[str]) -> None:
    """Show two features together; one alone is shown wherever one is."""
    if len(couple) == 1:
        pick(couple[0])
        return
    held = shelf(about).setdefault("two_features", {})
    held.update(zip(("feature", "other"), couple, strict=True))
    frame.redraw(*frame.held(["section_two_features"]))


def shelf(about: Subject) -> dict[str, dict[str, str]]:
    """Settings of all sections for this model and table."""
    held: dict[str, dict[str, dict[str, str]]] = st.session_state.setdefault("section settings", {})
    return held.setdefault(about.both.digest, {})


def open_dot(mark: Mapping[str, Any]) -> None:
    """Take one row to Explain."""
    if mark.get("row") is not None:
        go(int(mark["row"]))


def go(row: int) -> None:
    """Leave for Explain as soon as the page runs again."""
    subject.choose(row)
    st.session_state[_GO] = True


def leave() -> None:
    """Go to Explain when a click asked for it."""
    if st.session_state.pop(_GO, False):
        st.switch_page(frame.page("explain"), query_params=question.as_link(question.held()))


def picture(options: Mapping[str, str], key: str) -> str:
    """Which picture is shown."""
    chosen = st.segmented_control(
        "Picture",
        list(options),
        format_func=lambda one: safe(options[one]),  # a picture may bear the name of a model
        key=fresh.own(f"{key}.picture", options, next(iter(options))),
        required=True,
        label_visibility="collapsed",
    )
    return str(chosen)
