"""What if: change the instance and watch the prediction move."""

from __future__ import annotations

import streamlit as st

from pages.parts import frame, scenario, sidebar
from pages.parts.text import safe

frame.enter()
about = sidebar.draw()
st.title("What if this were different?", anchor=False)
if about is not None:
    st.markdown(
        f"Start from **{safe(about.table.row_name(about.row))}** or from the average, move any feature, and see what "
        "the model would say. It tells what the *model* would answer, not what would happen in the world."
    )
    scenario.draw()
frame.holds("rows", "scenario")
