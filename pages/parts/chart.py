"""Put a drawing of ``core.views`` on the page and take what was clicked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import streamlit as st

from core.views.view import View


def show(view: View, key: str, on_pick: Callable[[str], Any] | None = None) -> None:
    """Draw a view; a click on a mark calls ``on_pick`` with its feature.

    The specification is constant and the data travel apart, so that a new instance changes the drawing in place.
    """
    if not view.rows:
        return
    spec = {**view.spec, "datasets": {"rows": pd.DataFrame(view.rows)}}
    if on_pick is None:
        st.vega_lite_chart(spec=spec, key=key, alt=view.alt, width="stretch")
        return
    st.vega_lite_chart(
        spec=spec,
        key=key,
        alt=view.alt,
        width="stretch",
        on_select=lambda: _picked(key, on_pick),
        selection_mode="pick",
    )


def _picked(key: str, on_pick: Callable[[str], Any]) -> None:
    """Tell which feature was clicked; a click beside the marks changes nothing."""
    picked = st.session_state[key]["selection"].get("pick") or []
    feature = str(picked[0].get("feature") or "") if picked else ""
    if feature:
        on_pick(feature)


def dark() -> bool:
    """True when the page is shown in its dark theme."""
    return st.context.theme.type == "dark"
