"""The Studio's panels: the ten that modelStudio made known, under their names, and every other registered method."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core import registry
from core.errors import unknown_name
from core.registry import Method


@dataclass(frozen=True, slots=True)
class Panel:
    """One way to ask a method.

    Attributes
    ----------
    id, title : str
    level : {"Local", "Global", "EDA"}
        About one instance, about the model, about the data.
    question : str
        What a person asks.
    method : str
        Id in the registry.
    params : mapping
        Settings that make this panel what it is.
    options : mapping
        Of the kind's view.
    rows : bool
        True where it shows single rows of the table, or needs the table's own values: left out without data.
    """

    id: str
    title: str
    level: str
    question: str
    method: str
    params: Mapping[str, Any] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    rows: bool = False

    @property
    def how(self) -> Method:
        """The method that answers."""
        return registry.get(self.method)

    def takes(self, what: str) -> bool:
        """Whether the answer depends on a choice: ``"instance"`` or ``"feature"``."""
        names = [param.name for param in self.how.params]
        return what in names or (what == "instance" and self.how.scope == "row")


LEVELS = {"row": "Local", "model": "Global", "data": "EDA"}
TEN = (
    Panel("break_down", "Break Down", "Local", "How does the average answer become this one?", "break_down"),
    Panel("shap", "Shapley Values", "Local", "What pushed this prediction up or down?", "shap"),
    Panel("ceteris_paribus", "Ceteris Paribus", "Local", "What if only this feature changed?", "ceteris_paribus"),
    Panel(
        "permutation_importance",
        "Feature Importance",
        "Global",
        "Which features does the model rely on?",
        "permutation_importance",
    ),
    Panel(
        "partial_dependence",
        "Partial Dependence",
        "Global",
        "How does the average answer change with one feature?",
        "model_profile",
        {"kind": "partial"},
    ),
    Panel(
        "accumulated_dependence",
        "Accumulated Dependence",
        "Global",
        "And if features that go together stay together?",
        "model_profile",
        {"kind": "accumulated"},
    ),
    Panel(
        "residuals_feature",
        "Residuals vs Feature",
        "Global",
        "For which values is the model wrong?",
        "residuals",
        rows=True,
    ),
    Panel("distribution", "Feature Distribution", "EDA", "Which values are common?", "distribution", rows=True),
    Panel(
        "target_against_feature",
        "Target vs Feature",
        "EDA",
        "What is true along a feature?",
        "target_against_feature",
        rows=True,
    ),
    Panel(
        "average_target",
        "Average Target vs Feature",
        "EDA",
        "What is true on average along a feature?",
        "distribution",
        {},
        {"part": "means"},
        rows=True,
    ),
)
_KNOWN = {panel.id: panel for panel in TEN}


def others() -> tuple[Panel, ...]:
    """A panel for every registered method that the ten do not cover, in the registry's order."""
    return tuple(_of(method) for method in registry.methods() if method.id not in _KNOWN)


def _of(method: Method) -> Panel:
    """A method with its defaults; residuals are drawn against the prediction."""
    rows = method.scope == "data" or method.kind in ("points", "attributions")
    return Panel(method.id, method.title, LEVELS[method.scope], method.question, method.id, rows=rows)


def every(data: bool = True) -> tuple[Panel, ...]:
    """All panels, the ten first; without data those are left out that show single rows or the table's values."""
    return tuple(panel for panel in (*TEN, *others()) if data or not panel.rows)


def get(panel_id: str) -> Panel:
    """Find a panel by id.

    Raises
    ------
    InputError
        If there is none; the message names the nearest.
    """
    if panel_id in _KNOWN:
        return _KNOWN[panel_id]
    found = {panel.id: panel for panel in others()}
    if panel_id not in found:
        raise unknown_name("panel", panel_id, [*_KNOWN, *found])
    return found[panel_id]
