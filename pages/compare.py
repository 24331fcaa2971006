"""Compare: one instance under two models, or several instances under one model."""

from __future__ import annotations

import streamlit as st

from pages.parts import contrast, frame, headline, sidebar
from pages.parts.text import safe

frame.enter()
about = sidebar.draw()
st.title("Compare", anchor=False)
if about is not None:
    st.markdown(f"Instance **{safe(about.table.row_name(about.row))}**: the model says {safe(headline.said(about))}.")
    with st.container(border=True, key="compare_models"):
        st.subheader("Would another model say the same?", anchor=False)
        with frame.boundary("The second model"):
            contrast.models(about)
    with st.container(border=True, key="compare_instances"):
        st.subheader("Why does this one differ from another?", anchor=False)
        with frame.boundary("The comparison"):
            contrast.instances(about)
frame.holds("rows")
