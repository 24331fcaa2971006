"""About: what runs here, what protects you, what leaves this machine (nothing), limits and licences."""

from __future__ import annotations

import streamlit as st

from pages.parts import facts, frame

frame.enter()
st.title("About Instance Explorer", anchor=False)
st.markdown(
    "Why did the model say that, about this one row, and what would change its mind? "
    "Pick an instance, read what pushed the prediction, move a feature and watch, compare two models. "
    "Everything is computed by the machine that runs this page."
)
for title, draw in (
    ("What leaves this machine", facts.privacy),
    ("Protections against hostile files", facts.protections),
    ("Limits", facts.limits),
    ("Methods", facts.methods),
    ("Versions and memory", facts.versions),
    ("Licences", facts.licences),
):
    with st.container(border=True), frame.boundary(title):
        st.subheader(f"{title}", anchor=False)
        draw()
