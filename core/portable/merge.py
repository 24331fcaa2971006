"""The weighted mean of ensembles of trees is one ensemble of trees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from core.portable.form import Column, Trees
from core.portable.inputs import Head


def merged(heads: Sequence[Head], weights: Sequence[float]) -> Head | None:
    """Models whose sums are their answers, all of trees that ask in the same way, as one; None for others."""
    first = heads[0]
    bodies = [head.body for head in heads if isinstance(head.body, Trees)]
    if len(bodies) != len(heads) or any(head.link not in ("identity", "vote") for head in heads):
        return None
    if len({(head.link, head.sums, body.strict, body.float32) for head, body in zip(heads, bodies, strict=True)}) > 1:
        return None
    places: dict[str, int] = {}
    columns: list[Column] = []
    moved = []
    for head, body in zip(heads, bodies, strict=True):
        own = []
        for column in head.columns:
            place = places.setdefault(repr(column), len(columns))
            if place == len(columns):
                columns.append(column)
            own.append(place)
        moved.append(np.where(body.feature < 0, -1, np.array([*own, -1])[body.feature]))
    return replace(first, columns=tuple(columns), body=_joined(bodies, moved, weights))


def scaled(trees: Trees, factor: float, offset: float) -> Trees:
    """The ensemble whose sums are multiplied and moved."""
    return replace(trees, value=trees.value * factor, base=trees.base * factor + offset)


def _joined(bodies: Sequence[Trees], features: Sequence[np.ndarray], weights: Sequence[float]) -> Trees:
    """Ensembles one after the other."""
    starts = np.concatenate([[0], np.cumsum([len(body.feature) for body in bodies])[:-1]]).tolist()
    parts = list(zip(bodies, starts, strict=True))
    scaled_ones = [scaled(body, weight, 0.0) for body, weight in zip(bodies, weights, strict=True)]
    return replace(
        bodies[0],
        roots=np.concatenate([body.roots + start for body, start in parts]),
        feature=np.concatenate(features),
        threshold=np.concatenate([body.threshold for body in bodies]),
        left=np.concatenate([np.where(body.left < 0, -1, body.left + start) for body, start in parts]),
        right=np.concatenate([np.where(body.right < 0, -1, body.right + start) for body, start in parts]),
        missing_left=np.concatenate([body.missing_left for body in bodies]),
        value=np.concatenate([body.value for body in scaled_ones]),
        cover=np.concatenate([body.cover for body in bodies]),
        base=np.sum([body.base for body in scaled_ones], axis=0),
        categories={node + start: codes for body, start in parts for node, codes in body.categories.items()},
    )
