"""Answers of several models laid over each other: lines with the models' names, bars in one order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from core.results import Attribution, Importance, Profile, Scores, Together
from core.results.scores import Curve
from core.types import Array
from core.views import words


def aligned(results: Sequence[Attribution | Importance]) -> tuple[tuple[str, ...], Array]:
    """All features in the order of the first, and every answer's values, shape (n_answers, n_features).

    NaN where an answer does not speak of a feature (its model does not take it).
    """
    features = tuple(dict.fromkeys(name for item in results for name in item.features))
    own = [dict(zip(item.features, item.values.tolist(), strict=True)) for item in results]
    return features, np.array([[values.get(name, np.nan) for name in features] for values in own])


def curves(found: Together, picture: str) -> tuple[Curve, ...]:
    """The lines of one picture of performance, each named by its model (and class, where there are several)."""
    return tuple(lines(found, picture)[0])


def lines(found: Together, picture: str) -> tuple[list[Curve], list[str]]:
    """The same lines, and whose each is."""
    made: list[Curve] = []
    whose: list[str] = []
    for name, item in zip(found.names, found.results, strict=True):
        own = [curve for curve in item.curves if curve.id == picture] if isinstance(item, Scores) else []
        named = [f"{name}: {words.short(curve.name, 24)}" if len(own) > 1 else name for curve in own]
        made += [replace(curve, name=title) for curve, title in zip(own, named, strict=True)]
        whose += [name] * len(own)
    return made, whose


def part(line: str, whose: str) -> str:
    """What a line of a model is of, where the model has several: its name without the model's."""
    return line.removeprefix(f"{whose}: ") if line != whose else ""


def pictures(found: Together) -> dict[str, str]:
    """Pictures of performance that all have: id to title."""
    drawn = [{curve.id: curve.title for curve in item.curves} for item in found.results if isinstance(item, Scores)]
    return {name: title for name, title in drawn[0].items() if all(name in other for other in drawn)}


def owners(found: Together) -> tuple[str, ...]:
    """Whose each curve of ``merged_profile`` is."""
    items = [(name, item) for name, item in zip(found.names, found.results, strict=True) if isinstance(item, Profile)]
    return tuple(name for name, item in items for _curve in item.curves)


def merged_profile(found: Together) -> Profile:
    """The profiles as curves of one, each named by its model (and group, where there are several)."""
    parts = [item for item in found.results if isinstance(item, Profile)]
    names = [
        f"{name}: {words.short(curve, 30)}" if len(part.curves) > 1 else name
        for name, part in zip(found.names, parts, strict=True)
        for curve in part.curves
    ]
    return replace(
        parts[0],
        values=np.concatenate([part.values for part in parts]),
        curves=tuple(names),
        at=tuple(cell for part in parts for cell in part.at),
        outputs=np.concatenate([part.outputs for part in parts]),
        threshold=parts[0].threshold if len({part.threshold for part in parts}) == 1 else None,
        reference=None,
        checks=(),
        provenance=None,
    )
