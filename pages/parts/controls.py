"""Controls of the sections that the page draws itself, and settings that mean nothing for some tasks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import streamlit as st

from core.methods.distribution import sturges
from core.types import TASKS, Task
from pages.parts import fresh, grouping, settings
from pages.parts.subject import Subject

SKIPPED: dict[str, dict[str, tuple[Task, ...]]] = {
    "performance": {"cutoff": ("regression", "multiclass")},
    "distribution": {"bins": TASKS, "instance": TASKS},
    "target_against_feature": {"instance": TASKS},
    "two_columns": {"instance": TASKS},
    "missing_values": {"instance": TASKS},
    "residuals": {"size": ("binary", "multiclass")},
    "fairness": dict.fromkeys(("protected", *grouping.CHOSEN), TASKS),
    "fairness_regression": dict.fromkeys(("protected", "privileged"), TASKS),
    "fair_weights": {"protected": TASKS},
}
"""Settings of methods that mean nothing for some tasks, or that the page sets by other means."""
SINGLES = 30
"""Single rows drawn behind an average."""


def _bins(about: Subject, params: Mapping[str, str], changed: settings.Changed) -> None:
    """How many bins, around Sturges' number; levels have none."""
    feature = about.table.schema[params.get("feature") or about.table.schema.names[0]]
    if not feature.is_ordered:
        return
    usual = sturges(round(len(about.table) * (1 - feature.missing)))
    low, high = max(1, usual - 10), usual + 10
    name = fresh.key("distribution.bins", min(max(int(params.get("bins") or usual), low), high))
    st.slider(
        "Bins",
        low,
        high,
        key=name,
        on_change=fresh.listen(name, lambda bins: changed("bins", "" if bins == usual else str(bins))),
        help=f"{usual} by Sturges' rule: the logarithm of the number of rows",
    )


def _singles(about: Subject, params: Mapping[str, str], changed: settings.Changed) -> None:
    """Single rows' curves behind the average, or not."""
    if params.get("kind", "partial") != "partial":
        return
    name = fresh.key("model_profile.singles", int(params.get("curves") or 0) > 0)
    st.toggle(
        "Single rows too",
        key=name,
        on_change=fresh.listen(name, lambda wanted: changed("curves", str(SINGLES) if wanted else "")),
        help=f"Draws {SINGLES} rows' own curves: opposite effects in two halves of the data average to a flat line",
    )


CONTROLS: dict[str, Callable[..., None]] = {
    "distribution": _bins,
    "model_profile": _singles,
    "fairness": partial(grouping.controls, "fairness"),
    "fairness_regression": partial(grouping.controls, "fairness_regression"),
    "fair_weights": partial(grouping.controls, "fair_weights"),
}
"""Controls that the page draws itself."""
