"""The entry point: lists the pages and runs the one that is asked for."""

from __future__ import annotations

import streamlit as st

from core import cache
from pages.parts import frame, style

st.set_page_config(page_title="Instance Explorer", page_icon=str(frame.ICON), layout="wide", initial_sidebar_state=340)
page = frame.route()
style.apply()
with frame.boundary("This page"):
    page.run()
cache.warm()
