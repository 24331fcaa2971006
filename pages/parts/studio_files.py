"""What the Studio keeps: its link, a report, its answers as a session file, its layout as a file."""

from __future__ import annotations

import streamlit as st

from core import cache
from core.cache import MINE
from core.errors import ExplorerError
from core.export.layout import from_layout, to_layout
from pages.parts import boards, frame, keeping, question, report_file
from pages.parts.subject import Subject

_TOLD = "studio layout error"


def popover(about: Subject) -> None:
    """Link, report, session file, layout file: what shows most first."""
    box = st.popover("Keep", icon=":material/save:", type="tertiary", key="studio_keep", on_change="rerun")
    if not box.open:
        return
    with box:
        link(about)
        with frame.boundary("The report"):
            report_file.studio(about)
        keeping.studio(about)
        _layout(about)


def _layout(about: Subject) -> None:
    """The layout as a file, and another one opened."""
    st.markdown("**Layout**: panels, choices, looks and notes, without data")
    st.download_button(
        "Save layout",
        data=to_layout({**question.as_link(about.asked), **boards.pairs()}),
        file_name="studio-layout.json",
        mime="application/json",
        icon=":material/dashboard_customize:",
        key="layout_save",
        on_click="ignore",
    )
    st.file_uploader("Open a layout", type="json", key="layout_open", on_change=_opened)
    told = st.session_state.pop(_TOLD, None)
    if told is not None:
        frame.tell(told)


def link(about: Subject) -> None:
    """The link that builds this Studio again."""
    st.markdown("**Link**: opens this very Studio")
    st.code(question.link(about.asked, st.context.url or ""), language=None, wrap_lines=True)
    if about.both.mine or any(MINE in text for text in about.asked.studio.values()):
        st.caption(
            ":material/lock: It names a file of your own, which stays in this visit: for others, send a session file "
            "or a report."
        )


def _opened() -> None:
    """A layout file: its view is built, of the model and table that it names where they are here."""
    given = st.session_state["layout_open"]
    if given is None:
        return
    before = question.current()
    try:
        asked = question.from_pairs(boards.open_pairs(from_layout(given.getvalue())))
    except ExplorerError as error:
        st.session_state[_TOLD] = error
        return
    changes = {name: getattr(asked, name) for name in question.NAMES}
    if asked.model.startswith(MINE) and asked.model not in cache.uploads("model"):
        changes |= {name: getattr(before, name) for name in ("model", "data", "row", "output", "feature")}
    question.ask(**changes)
    frame.redraw("grid")  # not a part of the page: the whole page is drawn anew
