"""Plain or expert, and the link to share."""

from __future__ import annotations

import streamlit as st

from core.cache import MINE
from pages.parts import fresh, question
from pages.parts.subject import Subject

_TITLES = {"plain": "Plain", "expert": "Expert"}


def draw(about: Subject) -> None:
    """The switch and the share button."""
    key = fresh.key("level", about.asked.level if about.asked.level in _TITLES else "plain")
    st.segmented_control(
        "Level",
        list(_TITLES),
        format_func=_TITLES.__getitem__,
        key=key,
        required=True,
        label_visibility="collapsed",
        on_change=fresh.listen(key, _chosen),
        help="Expert shows settings, a second method beside the first, and where each number comes from",
    )
    share(about.asked, about.both.mine)


def _chosen(level: str) -> None:
    """Another level."""
    question.ask(level=level)


def share(asked: question.Question, mine: bool) -> None:
    """The link that opens this very view."""
    with st.popover("Share", icon=":material/link:", key="share"):
        st.markdown("This link opens the same instance, model, method and settings:")
        st.code(question.link(asked, st.context.url or ""), language=None, wrap_lines=True)
        if mine or asked.versus.startswith(MINE):
            st.warning(
                "You are looking at a file of your own. It stays in this visit, so the link works for you until you "
                "close the page; others will be told that the upload was yours only.",
                icon=":material/lock:",
            )
