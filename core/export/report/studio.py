"""All answers that linked panels need, computed once: per instance, per feature, per both, or once for the model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np

from core import engine, registry
from core.engine import output_index
from core.errors import ExplorerError, InputError
from core.instances import evenly
from core.params import resolve
from core.registry import Method, Progress, silent
from core.results import Attribution, Profile, Result
from core.types import Array, Model, Table

MOST_INSTANCES = 60
MOST_FEATURES = 40
"""Features with profiles of their own: those that move the instances most; more would be heavy to carry."""
TOGETHER = 20
"""Instances whose profiles along a feature are asked for in one call of the model."""
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
    """

    id: str
    method: str
    variants: Mapping[str, Mapping[str, Any]] = field(default_factory=lambda: {"": {}})
    rows: bool = True


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


@dataclass(frozen=True, slots=True, eq=False)
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


@dataclass(frozen=True, slots=True, eq=False)
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
        return self.model.classes[self.output] if self.model.classes else (self.table.target or "prediction")


def studio(
    model: Model,
    table: Table,
    *,
    rows: Sequence[int] | None = None,
    instances: int = 10,
    output: int | str | None = None,
    panels: Sequence[str | Panel] = PANELS,
    with_data: bool = True,
    progress: Progress = silent,
) -> Studio:
    """Compute everything that a grid of linked panels shows.

    Parameters
    ----------
    model, table : Model, Table
        Matched.
    rows : sequence of int, optional
        Instances by position; by default ``instances`` of them, evenly along the ordered predictions, the lowest and
        the highest included.
    instances : int
    output : int or str, optional
        The class that everything explains. Default: the second of two, the likeliest on average of several.
    panels : sequence of Panel or str
        Panels, or ids of registered methods.
    with_data : bool
        False leaves out panels that show rows of the table beyond those explained.
    progress : callable

    Returns
    -------
    Studio
        Answers of a whole model are computed once, whatever the number of instances. A panel that cannot answer
        carries the reason; the others are not touched by it.

    Raises
    ------
    InputError
        If a row, a class or a panel does not exist.
    ModelError
        If the model cannot predict these rows.
    """
    predictions = model.predict(table.inputs)
    chosen = output_index(model, output, predictions.mean(axis=0))
    picked = _rows(table, rows, predictions[:, chosen], instances)
    wanted = [panel for panel in map(_panel, panels) if panel is not None and (with_data or panel.rows)]
    about = Studio(model, table, picked, chosen, predictions, table.schema.names, (), with_data)
    for place, panel in enumerate(wanted):
        title = registry.get(panel.method).title
        progress(place / len(wanted), title)
        answers = _answers(about, panel, _part(progress, place, len(wanted), title))
        about = replace(about, panels=(*about.panels, answers))
        about = replace(about, features=about.largest(MOST_FEATURES))
    progress(1.0, "done")
    return about


def _rows(table: Table, rows: Sequence[int] | None, shown: Array, count: int) -> tuple[int, ...]:
    """The instances asked for, or those spread along the predictions."""
    picked = evenly(shown, max(1, count)) if rows is None else tuple(dict.fromkeys(map(table.position, rows)))
    if not 0 < len(picked) <= MOST_INSTANCES:
        raise InputError(
            f"{len(picked):,} instances do not fit in one studio.", f"It holds 1 to {MOST_INSTANCES}.", "Choose others."
        )
    return picked


def _panel(wanted: str | Panel) -> Panel | None:
    """A panel by its own or its method's id; None for a default one whose method does not exist (yet)."""
    if isinstance(wanted, str):
        known = {panel.id: panel for panel in PANELS}
        return known.get(wanted) or Panel(registry.get(wanted).id, wanted)
    return wanted if wanted.method in {method.id for method in registry.methods()} else None


def _part(progress: Progress, place: int, count: int, title: str) -> Progress:
    """The progress of one panel as a part of the whole."""
    return lambda fraction, _step: progress((place + min(1.0, max(0.0, fraction))) / count, title)


def _answers(about: Studio, panel: Panel, progress: Progress) -> Answers:
    """Ask one panel's method everything; what goes wrong stays in the panel."""
    method = registry.get(panel.method)
    takes: list[Literal["instance", "feature"]] = ["instance"] if method.scope == "row" else []
    if any(param.name == "feature" for param in method.params):
        takes.append("feature")
    reason, found = method.unsupported(about.model, about.table) or "", {}
    try:
        if not reason:
            for place, (variant, params) in enumerate(panel.variants.items()):
                share = _part(progress, place, len(panel.variants), method.title)
                found.update(_asked(about, method, takes, variant, params, share))
    except ExplorerError as error:
        reason, found = str(error), {}
    return Answers(panel, method, tuple(takes), found, reason)


def _asked(
    about: Studio, method: Method, takes: Sequence[str], variant: str, params: Mapping[str, Any], progress: Progress
) -> dict[Key, Result]:
    """The answers of one variant."""
    resolve(method, params, about.table)
    features: tuple[str | None, ...] = about.features if "feature" in takes else (None,)
    found: dict[Key, Result] = {}
    for place, feature in enumerate(features):
        given = dict(params) if feature is None else {**params, "feature": feature}
        progress(place / len(features), method.title)
        inner = _part(progress, place, len(features), method.title)
        if "instance" not in takes:
            found[variant, None, feature] = _explain(about, method, [0], given, inner)[0]
        elif any(param.name == "more_rows" for param in method.params):
            found.update({(variant, row, feature): one for row, one in _curves(about, method, given, inner)})
        else:
            results = _explain(about, method, about.rows, given, inner)
            found.update({(variant, row, feature): one for row, one in zip(about.rows, results, strict=True)})
    return found


def _explain(
    about: Studio, method: Method, rows: Sequence[int], params: Mapping[str, Any], progress: Progress
) -> list[Result]:
    """Ask the engine."""
    model, table = about.model, about.table
    return engine.explain_rows(method.id, model, table, rows, output=about.output, progress=progress, **params)


def _curves(
    about: Studio, method: Method, params: Mapping[str, Any], progress: Progress
) -> list[tuple[int, Result]]:
    """Each instance's own curve, many asked for in one call of the model."""
    found: list[tuple[int, Result]] = []
    for start in range(0, len(about.rows), TOGETHER):
        first, *others = about.rows[start : start + TOGETHER]
        more = {**params, "more_rows": ",".join(map(str, others))}
        whole = _explain(about, method, [first], more, progress)[0]
        if not isinstance(whole, Profile):
            raise InputError(f"{method.title} does not draw curves.", "It answers with something else.")
        found += [(row, _curve(whole, row, place)) for place, row in enumerate((first, *others))]
    return found


def _curve(whole: Profile, row: int, place: int) -> Profile:
    """One curve of several on its own."""
    own = slice(place, place + 1)
    origin = None if whole.provenance is None else replace(whole.provenance, row=row)
    return replace(
        whole,
        values=whole.values[own],
        curves=whole.curves[own],
        at=whole.at[own],
        outputs=whole.outputs[own],
        checks=(),
        provenance=origin,
    )
