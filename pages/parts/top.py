"""The upper part of the Explain page: prediction, class, force plot with Next and Previous."""

from __future__ import annotations

import streamlit as st

from pages.parts import frame, headline, question, subject


@st.fragment(key="head")
def draw() -> None:
    """The prediction and what pushed it."""
    with frame.boundary("The prediction"):
        about = subject.load(question.current())
        headline.draw(about, on_class=lambda: st.rerun(["head", "closer", "rows"]))
