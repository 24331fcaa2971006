"""The choice of model, data and instance, and the question that it leads to."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.errors import ExplorerError
from pages.parts import chooser, frame, picker, question, subject
from pages.parts.subject import Subject


def draw(listed: bool = True, place: DeltaGenerator | None = None, whole: bool = True) -> Subject | None:
    """Draw the sidebar, with the list of instances or without; the model is chosen elsewhere where a place is given.

    Returns what the page is about, or None after an error that is told once, with a way on. A page that is not about
    the ``whole`` can do without predictions of every row: it is told that the model fails on some, and goes on.
    """
    asked = question.current()
    question.write(asked)
    with st.sidebar if place is None else place, frame.boundary("The choice of model and data"):
        chooser.draw(asked)
    try:
        about = subject.load(asked, whole)
    except ExplorerError as error:
        frame.tell(error)
        _way_on(asked)
        return None
    if not len(about.predictions):
        _told(about)
    elif listed:
        rows()
    return about


def _told(about: Subject) -> None:
    """Why rows cannot be opened: the model fails on some of them."""
    try:
        subject.predictions(about.both)
    except ExplorerError as error:
        frame.tell(error, st.warning)
        st.caption(
            "What does not ask about those rows is answered below; single rows cannot be opened with this table."
        )


def rows() -> None:
    """The list of instances, below the choice of model and data."""
    with st.sidebar, frame.boundary("The list of instances"):
        picker.draw()


def _way_on(asked: question.Question) -> None:
    """Buttons that lead out of a link that cannot be shown."""
    with st.container(horizontal=True):
        if asked.row != 0 or asked.output or asked.params:
            st.button(
                "Open the first instance",
                on_click=question.ask,
                kwargs={"row": 0, "output": "", "params": {}},
                key="first_instance",
            )
        st.button(
            "Open the first sample",
            on_click=question.ask,
            kwargs={"model": "", "data": ""},
            key="first_sample",
        )
        st.page_link(frame.page("load"), label="Load a model and a table", icon=":material/upload_file:")
