"""The report as a file: linked panels that work without this app; made when it is asked for."""

from __future__ import annotations

import streamlit as st

from core.export.report import report
from pages.parts import frame, question, subject

WORDS = (
    "One HTML file with these panels for this instance and ten others, from the lowest to the highest prediction. It "
    "works without this app and without a network; where the model is made of trees, linear or a small network, the "
    "file goes on predicting."
)


@st.fragment(key="report_file")
def draw() -> None:
    """The button, and whether rows of the table go along."""
    with frame.boundary("The report"):
        about = subject.load(question.current())
        st.markdown("##### Take it with you")
        st.caption(WORDS)
        with st.container(horizontal=True, vertical_alignment="center"):
            model, table, row, output = about.model, about.table, about.row, about.output
            place = st.container(width="content")
            bare = st.toggle("Without the table's other rows", key="report_bare")

            def make() -> str:
                return report(model, table, also=[row], output=output, with_data=not bare)

            place.download_button(
                "Download report",
                data=make,
                file_name="report.html",
                mime="text/html",
                icon=":material/dashboard:",
                key="report_download",
                on_click="ignore",
            )
