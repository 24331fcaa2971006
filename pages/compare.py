"""Compare: one instance under two models, or several instances under one model."""

from __future__ import annotations

import streamlit as st

from pages.parts import chooser, contrast, frame, headline, picker, question, subject
from pages.parts.text import safe

frame.enter()
frame.holds("rows")
asked = question.current()
question.write(asked)
with st.sidebar:
    with frame.boundary("The choice of model and data"):
        chooser.draw(asked)
    picker.draw()
with frame.boundary("The comparison"):
    about = subject.load(asked)
    st.title("Compare", anchor=False)
    st.markdown(f"Instance **{safe(about.table.row_name(about.row))}**: the model says {safe(headline.said(about))}.")
    with st.container(border=True, key="compare_models"):
        st.markdown("##### Would another model say the same?")
        contrast.models(about)
    with st.container(border=True, key="compare_instances"):
        st.markdown("##### Why does this one differ from another?")
        contrast.instances(about)
