"""What the model says of the instance, always in sight: the prediction and its place among all."""

from __future__ import annotations

import streamlit as st

from core import cache
from core.types import Scale
from core.views import place, words
from pages.parts import chart, question, subject
from pages.parts.subject import Subject
from pages.parts.text import safe


def draw(about: Subject, on_class: object = None) -> None:
    """The prediction in large letters, the truth, and all predictions as a strip."""
    with st.container(key="headline"):
        left, right = st.columns([5, 6], gap="medium", vertical_alignment="center")
        with left:
            st.markdown(f"{_row_name(about)}")
            st.markdown(f"## {safe(said(about))}")
            st.markdown(_truth(about))
        with right:
            drawn = strip(about)
            chart.show(drawn, "place")
            st.caption(safe(drawn.sentence))
    if len(about.model.classes) > 1:
        _classes(about, on_class)


def scale(about: Subject) -> Scale:
    """Units of the prediction."""
    return "probability" if about.model.classes else "target"


def said(about: Subject) -> str:
    """The prediction in words: ``72 % approved``."""
    return words.output(float(about.predictions[about.row, about.output]), scale(about), about.label)


def strip(about: Subject) -> place.View:
    """Where the prediction lies among all."""
    everyone = cache.keep(
        about.both,
        "crowd",
        about.output,
        lambda: place.crowd(about.predictions[:, about.output], bool(about.model.classes)),
    )
    own = float(about.predictions[about.row, about.output])
    return place.view(everyone, own, scale(about), about.label, chart.dark())


def _row_name(about: Subject) -> str:
    """The instance's name and number."""
    name = about.table.row_name(about.row)
    number = f"row {about.row:,} of {len(about.table):,}"
    shown = f"**{safe(words.short(name, 60))}** · " if about.table.label else ""
    return f"{shown}{number}"


def _truth(about: Subject) -> str:
    """What is true, and whether the model is right."""
    true = about.table.truth(about.row)
    values = about.predictions[about.row]
    if not about.model.classes:
        if true is None:
            return "The true value is not known."
        known = subject.known(about)
        gap = float(values[0]) - float(known[about.row]) if known is not None else float("nan")
        side = "too high" if gap > 0 else "too low"
        return f"Truth: **{safe(words.cell(true))}** · predicted {safe(words.number(abs(gap)))} {side}"
    top = about.model.classes[int(values.argmax())]
    guess = f"The model's choice: **{safe(words.short(top, 40))}**"
    if true is None:
        return f"{guess} · the truth is not known"
    known = subject.known(about)
    right = known is not None and known[about.row] == values.argmax()
    verdict = ":material/check_circle: right" if right else ":material/cancel: wrong"
    return f"{guess} · truth: **{safe(words.cell(true))}** · {verdict}"


def _classes(about: Subject, on_class: object) -> None:
    """Choose the class that is explained."""
    classes = about.model.classes
    st.session_state["class"] = classes[about.output]
    st.selectbox(
        "Explain the chance of",
        classes,
        format_func=lambda name: words.short(name, 60),
        key="class",
        on_change=_chosen,
        args=(on_class,),
        width=320,
    )


def _chosen(on_class: object) -> None:
    """Another class was chosen."""
    question.ask(output=st.session_state["class"])
    if callable(on_class):
        on_class()
