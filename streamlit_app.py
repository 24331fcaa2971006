"""The entry point: lists the pages and runs the one that is asked for.

``streamlit run`` imports this file once for the server (``app`` below) and runs it for each visitor as ``__main__``.
"""

from __future__ import annotations

import streamlit as st


def visit() -> None:
    """One run for one visitor."""
    from pages.parts import frame, style

    frame.configure()
    page = frame.route()
    style.apply()
    with frame.boundary("This page"):
        page.run()


if __name__ == "__main__":
    visit()
else:
    from pages.parts.server import lifespan, tell_visitor

    app = st.App(__file__, lifespan=lifespan, on_script_error=tell_visitor)
