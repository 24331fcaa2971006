"""The samples as cards; a click opens one."""

from __future__ import annotations

import streamlit as st

from core.loading.samples import Sample, samples
from pages.parts import frame, question
from pages.parts.text import safe_long

COLUMNS = 3


def draw() -> None:
    """All samples, three in a line."""
    listed = samples()
    for start in range(0, len(listed), COLUMNS):
        columns = st.columns(COLUMNS, gap="small")
        for column, sample in zip(columns, listed[start : start + COLUMNS], strict=False):
            with column:
                _card(sample)


def _card(sample: Sample) -> None:
    """What it predicts, how well, and the way in."""
    with st.container(border=True, height="stretch", key=f"card_{sample.id}"):
        st.markdown(f"**{safe_long(sample.title)}**")
        st.markdown(safe_long(sample.predicts))
        st.caption(f"{safe_long(sample.kind)} · {safe_long(sample.score)}")
        with st.container(horizontal=True, vertical_alignment="center"):
            if st.button(
                "Open", key=f"open_{sample.id}", type="primary", help=f"Explain an instance of {sample.title}"
            ):
                question.ask(model=sample.id, data=sample.table)
                st.switch_page(frame.page("explain"), query_params=question.as_link(question.held()))
            with st.popover("About it", type="tertiary"):
                st.markdown(f"**Data.** {safe_long(sample.data)}")
                st.markdown(f"**Limits.** {safe_long(sample.limits)}")
                st.markdown(f"**Licence.** {safe_long(sample.licence)}")
