"""Put a drawing of ``core.views`` on the page and take what was clicked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd
import streamlit as st

from core.views.view import View
from pages.parts import fresh

_AT_ITS_TICK = {"labelFlush": False}
"""The theme of the page would move the first and the last label of an axis inwards, away from their row or tick."""


def show(
    view: View,
    key: str,
    on_pick: Callable[[str], Any] | None = None,
    on_mark: Callable[[Mapping[str, Any]], Any] | None = None,
) -> None:
    """Draw a view; a click on a mark calls ``on_pick`` with its feature, or ``on_mark`` with what was selected.

    The specification is constant and the data travel apart, so that a new instance changes the drawing in place.
    """
    if not view.rows:
        return
    config = {"axis": _AT_ITS_TICK, **view.spec.get("config", {})}
    spec = {**view.spec, "config": config, "datasets": {"rows": pd.DataFrame(view.rows)}}
    if (on_pick is None and on_mark is None) or not _picks(view.spec):
        st.vega_lite_chart(spec=spec, key=key, alt=view.alt, width="stretch")
        return
    st.vega_lite_chart(
        spec=spec,
        key=key,
        alt=view.alt,
        width="stretch",
        on_select=lambda: _picked(key, on_pick, on_mark),
        selection_mode="pick",
    )


def _picks(spec: dict[str, Any]) -> bool:
    """True when a click on a mark of this drawing means something."""
    own = any(param.get("name") == "pick" for param in spec.get("params", ()))
    return own or any(_picks(part) for part in spec.get("layer", ()))


def _picked(key: str, on_pick: Callable[[str], Any] | None, on_mark: Callable[[Mapping[str, Any]], Any] | None) -> None:
    """Tell what was clicked; a click beside the marks changes nothing."""
    picked = fresh.said(key)["selection"].get("pick") or []
    if not picked:
        return
    if on_mark is not None:
        on_mark(picked[0])
    feature = str(picked[0].get("feature") or "")
    if on_pick is not None and feature:
        on_pick(feature)


def dark() -> bool:
    """True when the page is shown in its dark theme."""
    return st.context.theme.type == "dark"
