"""What the model says of the instance, always in sight: the prediction and its place among all."""

from __future__ import annotations

import streamlit as st

from core import cache
from core.types import Scale
from core.views import place, words
from pages.parts import chart, frame, levels, question, subject
from pages.parts.subject import Subject
from pages.parts.text import safe


@st.fragment(key="headline")
def draw() -> None:
    """The prediction in words and where it lies among all."""
    with frame.boundary("The prediction"):
        about = subject.load(question.current())
        with st.container(key="headline"):
            left, right = st.columns([2, 3], gap="medium", vertical_alignment="center")
            drawn = strip(about)
            with left:
                st.markdown(f"**{safe(said(about))}**  \n:small[{safe(drawn.sentence)}]")
            with right:
                chart.show(drawn, "place")
        with st.container(horizontal=True, vertical_alignment="bottom", key="choices"):
            _classes(about)
            levels.draw(about)


def scale(about: Subject) -> Scale:
    """Units of the prediction."""
    return "probability" if about.model.classes else "target"


def said(about: Subject, row: int | None = None) -> str:
    """The prediction in words: ``72 % approved``."""
    value = about.predictions[about.row if row is None else row, about.output]
    return words.output(float(value), scale(about), about.label)


def strip(about: Subject) -> place.View:
    """Where the prediction lies among all."""
    everyone = crowd(about)
    own = float(about.predictions[about.row, about.output])
    return place.view(everyone, own, scale(about), about.label, chart.dark())


def crowd(about: Subject) -> place.Crowd:
    """All predictions of the output, counted once."""
    found: place.Crowd = cache.keep(
        about.both,
        "crowd",
        about.output,
        lambda: place.crowd(about.predictions[:, about.output], bool(about.model.classes)),
    )
    return found


def _classes(about: Subject) -> None:
    """Choose the class that is explained."""
    classes = about.model.classes
    if len(classes) < 2:
        return
    st.session_state["class"] = classes[about.output]
    st.selectbox(
        "Explain the chance of",
        classes,
        format_func=lambda name: words.short(name, 60),
        key="class",
        on_change=_chosen,
        width=220,
    )


def _chosen() -> None:
    """Another class was chosen."""
    question.ask(output=st.session_state["class"])
    frame.redraw(*frame.EVERYTHING)
