"""Controls of the sections that the page draws itself, and settings that mean nothing for some tasks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import streamlit as st

from core.groups import eligible
from core.methods.distribution import sturges
from core.methods.residuals import PREDICTION, ROW, TRUTH
from core.types import TASKS, Task
from core.views import words
from pages.parts import fresh, grouping, leads, settings
from pages.parts.subject import Subject

SKIPPED: dict[str, dict[str, tuple[Task, ...]]] = {
    "performance": {"cutoff": ("regression", "multiclass")},
    "distribution": {"bins": TASKS, "instance": TASKS},
    "target_against_feature": {"instance": TASKS},
    "two_columns": {"instance": TASKS},
    "missing_values": {"instance": TASKS},
    "residuals": {"size": ("binary", "multiclass"), **dict.fromkeys(("feature", "column", "along"), TASKS)},
    "fairness": dict.fromkeys(("protected", *grouping.CHOSEN), TASKS),
    "fairness_regression": dict.fromkeys(("protected", "privileged"), TASKS),
    "fair_weights": {"protected": TASKS},
}
"""Settings of methods that mean nothing for some tasks, or that the page sets by other means."""
_EVERY = {PREDICTION: "the prediction", TRUTH: "the true value", ROW: "the row's place in the table"}
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


def _along(about: Subject, params: Mapping[str, str], changed: settings.Changed) -> None:
    """What stands along the axis: what every table has, a feature, or a column that the model does not take."""
    table = about.table
    others = [name for name in (*eligible(table), table.label) if name and name not in table.schema.names]
    options = {
        **{f"along.{name}": title for name, title in _EVERY.items()},
        **{f"feature.{name}": words.short(name, 60) for name in table.schema.names},
        **{f"column.{name}": words.short(name, 60) for name in others},
    }
    kind = next((kind for kind in ("column", "feature") if params.get(kind)), "along")
    now = f"{kind}.{params.get(kind) or PREDICTION}"
    name = fresh.key("residuals.along", now if now in options else f"along.{PREDICTION}")

    def chosen(option: str) -> None:
        held = leads.shelf(about).get("residuals", {})
        for other in ("column", "feature", "along"):
            held.pop(other, None)
        kind, _, value = option.partition(".")
        changed(kind, "" if option == f"along.{PREDICTION}" else value)

    st.selectbox(
        "Along the axis",
        list(options),
        format_func=options.__getitem__,
        key=name,
        on_change=fresh.listen(name, chosen),
        help="A feature, another column of the table, or one of the first three: a slope says that errors follow it",
        width=420,
    )


CONTROLS: dict[str, Callable[..., None]] = {
    "distribution": _bins,
    "model_profile": _singles,
    "residuals": _along,
    "fairness": partial(grouping.controls, "fairness"),
    "fairness_regression": partial(grouping.controls, "fairness_regression"),
    "fair_weights": partial(grouping.controls, "fair_weights"),
}
"""Controls that the page draws itself."""
