"""Which panels there are, and what a studio of them holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from core import panels, registry
from core.registry import Method
from core.results import Attribution, Result
from core.types import UNNAMED, Array, Model, Table

Key = tuple[str, int | None, str | None]
"""Which answer of a panel: its variant, the instance's row (None: of the model), the feature (None: of all)."""


@dataclass(frozen=True, slots=True)
class Panel:
    """A place that shows a method's answers.

    Attributes
    ----------
    id : str
    method : str
        Id in the registry.
    variants : mapping of str to mapping
        Settings of each way to ask, by its title; one without a title by default.
    rows : bool
        False where the answer shows rows of the table beyond the explained ones.
    title, question : str
        Instead of the method's own; empty for those.
    options : mapping
        Of the kind's view.
    """

    id: str
    method: str
    variants: Mapping[str, Mapping[str, Any]] = field(default_factory=lambda: {"": {}})
    rows: bool = True
    title: str = ""
    question: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)


PANELS = (
    Panel("shap", "shap"),
    Panel("ceteris_paribus", "ceteris_paribus", {"": {"grid_points": 33}}),
    Panel("break_down", "break_down"),
    Panel("nudges", "nudges"),
    Panel("permutation_importance", "permutation_importance"),
    Panel(
        "model_profile",
        "model_profile",
        {
            "Partial dependence": {"kind": "partial", "grid_points": 33},
            "Accumulated effects": {"kind": "accumulated", "grid_points": 33},
        },
    ),
    Panel("performance", "performance"),
    Panel("residuals", "residuals", {"": {"rows": 300}}, rows=False),
    Panel("distribution", "distribution", rows=False),
)
"""The default panels; those whose method is not registered are left out."""


def known(wanted: str | Panel) -> Panel | None:
    """A panel by its own or its method's id; None for a default one whose method does not exist (yet)."""
    if isinstance(wanted, str):
        named = {panel.id: panel for panel in PANELS}
        return named.get(wanted) or Panel(registry.get(wanted).id, wanted)
    return wanted if wanted.method in {method.id for method in registry.methods()} else None


def of(one: panels.Panel, params: Mapping[str, Any] | None = None) -> Panel:
    """A panel of the Studio as a panel of the report, with settings of its own."""
    given = {**one.params, **(params or {})}
    return Panel(one.id, one.method, {"": given}, not one.rows, one.title, one.question, one.options)


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Answers:
    """What one panel shows.

    Attributes
    ----------
    takes : tuple of {"instance", "feature"}
        What an answer depends on.
    found : mapping of Key to Result
    reason : str
        Why there is no answer, in words; empty where there is.
    """

    panel: Panel
    method: Method
    takes: tuple[Literal["instance", "feature"], ...]
    found: Mapping[Key, Result]
    reason: str = ""


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Studio:
    """A model and a table with the answers of all panels.

    Attributes
    ----------
    model, table : Model, Table
        Matched.
    rows : tuple of int
        Positions of the instances.
    output : int
        The one output that every panel explains.
    predictions : ndarray, shape (n_rows, n_outputs)
    features : tuple of str
        Those that have profiles, in the model's order.
    panels : tuple of Answers
    with_data : bool
        False where no row of the table beyond the explained ones may be shown.
    """

    model: Model
    table: Table
    rows: tuple[int, ...]
    output: int
    predictions: Array
    features: tuple[str, ...]
    panels: tuple[Answers, ...]
    with_data: bool = True

    def of(self, panel: str) -> Answers | None:
        """The answers of a panel, None where it is not there."""
        return next((answers for answers in self.panels if answers.panel.id == panel), None)

    def sizes(self) -> dict[str, float]:
        """Mean size of each feature's contribution over the instances; without any, the model's order counts down."""
        names = self.table.schema.names
        found = [result for answers in self.panels for result in answers.found.values()]
        values = [one.values for one in found if isinstance(one, Attribution) and one.features == names]
        means = np.mean(np.abs(values), axis=0) if values else -np.arange(len(names), dtype=np.float64)
        return dict(zip(names, map(float, means), strict=True))

    def largest(self, count: int) -> tuple[str, ...]:
        """Those of ``features`` that move the instances most, in the model's order."""
        sizes = self.sizes()
        ranked = sorted(self.features, key=lambda name: -sizes[name])[:count]
        return tuple(name for name in self.features if name in ranked)

    @property
    def label(self) -> str:
        """The class explained, or the target's name."""
        return self.model.classes[self.output] if self.model.classes else (self.table.target or UNNAMED)
