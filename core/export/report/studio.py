"""All answers that linked panels need, computed once: per instance, per feature, per both, or once for the model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

from core import engine, registry
from core.engine import output_index
from core.errors import ExplorerError, InputError
from core.export.report.panels import PANELS, Answers, Key, Panel, Studio, known
from core.instances import evenly
from core.params import resolve
from core.registry import Method, Progress, silent
from core.results import Profile, Result
from core.types import Array, Model, Table

MOST_INSTANCES = 60
MOST_FEATURES = 40
"""Features with profiles of their own: those that move the instances most; more would be heavy to carry."""
TOGETHER = 20
"""Instances whose profiles along a feature are asked for in one call of the model."""


def studio(
    model: Model,
    table: Table,
    *,
    rows: Sequence[int] | None = None,
    instances: int = 10,
    also: Sequence[int] = (),
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
    also : sequence of int
        Further instances, put before those that are picked.
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
    progress = _rising(progress)
    predictions = model.predict(table.inputs)
    chosen = output_index(model, output, predictions.mean(axis=0))
    picked = _rows(table, rows, predictions[:, chosen], instances, also)
    wanted = [panel for panel in map(known, panels) if panel is not None and (with_data or panel.rows)]
    about = Studio(model, table, picked, chosen, predictions, table.schema.names, (), with_data)
    for place, panel in enumerate(wanted):
        title = registry.get(panel.method).title
        progress(place / len(wanted), title)
        answers = _answers(about, panel, _part(progress, place, len(wanted), title))
        about = replace(about, panels=(*about.panels, answers))
        about = replace(about, features=about.largest(MOST_FEATURES))
    progress(1.0, "done")
    return about


def _rows(table: Table, rows: Sequence[int] | None, shown: Array, count: int, also: Sequence[int]) -> tuple[int, ...]:
    """The instances asked for, or those spread along the predictions."""
    if rows is None and not 0 < count <= MOST_INSTANCES:
        raise InputError(
            f"{count:,} instances cannot be picked.", f"It takes 1 to {MOST_INSTANCES}.", "Choose another number."
        )
    wanted = evenly(shown, count) if rows is None else rows
    picked = tuple(dict.fromkeys(table.position(row) for row in (*also, *wanted)))
    if not 0 < len(picked) <= MOST_INSTANCES:
        raise InputError(
            f"{len(picked):,} instances do not fit in one studio.", f"It holds 1 to {MOST_INSTANCES}.", "Choose others."
        )
    return picked


def _part(progress: Progress, place: int, count: int, title: str) -> Progress:
    """The progress of one panel as a part of the whole."""
    return lambda fraction, _step: progress((place + min(1.0, max(0.0, fraction))) / count, title)


def _rising(progress: Progress) -> Progress:
    """Progress that never goes back, whatever the methods tell."""
    most = 0.0

    def tell(fraction: float, step: str) -> None:
        nonlocal most
        most = max(most, fraction)
        progress(most, step)

    return tell


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
            found.update({(variant, row, feature): one for row, one in _single(about, method, given, inner)})
    return found


def _explain(
    about: Studio, method: Method, rows: Sequence[int], params: Mapping[str, Any], progress: Progress
) -> list[Result]:
    """Ask the engine."""
    model, table = about.model, about.table
    return engine.explain_rows(method.id, model, table, rows, output=about.output, progress=progress, **params)


def _single(about: Studio, method: Method, params: Mapping[str, Any], progress: Progress) -> list[tuple[int, Result]]:
    """Each instance's answer: in one batch where the method can, else one after the other."""
    rows = about.rows
    if method.many is not None:
        return list(zip(rows, _explain(about, method, rows, params, progress), strict=True))
    parts = [_part(progress, place, len(rows), method.title) for place in range(len(rows))]
    return [(row, _explain(about, method, [row], params, part)[0]) for row, part in zip(rows, parts, strict=True)]


def _curves(about: Studio, method: Method, params: Mapping[str, Any], progress: Progress) -> list[tuple[int, Result]]:
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
