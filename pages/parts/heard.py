"""What the browser shows before the server hears of it, and which of two that meet on the way came last.

A reader leafs in the force plot and clicks bars without waiting. Where the page itself shows another row meanwhile, the
plot will show it, too, and what it tells of rows before comes too late. Picks are counted by the browser, which does
not listen to an answer that has not heard of the last one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

_TOLD, _PICKS = "what the plot was told", "picks heard"


def tell(page: str, row: int) -> int:
    """The number of what the plot is told: another one where it shows another page or row than the reader turned to."""
    count, shown = st.session_state.get(_TOLD, (0, None))
    count += shown != (page, row)
    st.session_state[_TOLD] = (count, (page, row))
    return int(count)


def turned(told: Mapping[str, Any]) -> bool:
    """True where the reader turned to a message's row after all that the plot was told: it shows that row."""
    count, shown = st.session_state.get(_TOLD, (0, None))
    if told["row"] is None or shown is None or told["said"] != count:
        return False
    st.session_state[_TOLD] = (count, (shown[0], int(told["row"])))
    return True


def pick(told: Mapping[str, Any]) -> None:
    """Remember of how many picks a message tells."""
    st.session_state[_PICKS] = max(picks(), int(told["acts"]))


def picks() -> int:
    """How many picks the server has heard of."""
    return int(st.session_state.get(_PICKS, 0))
