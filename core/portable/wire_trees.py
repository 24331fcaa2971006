"""Trees as JSON and back."""

from __future__ import annotations

from typing import Any

import numpy as np

from core.portable.form import Ints, Trees
from core.portable.packed import pack, refuse, unpack
from core.types import Array

_MOST_NODES = 5_000_000
_MOST_OUTPUTS = 1_000
_DEEPEST = 4_096
_MOST_CODES = 5_000_000
_CODES = 1 << 31


def to_json(trees: Trees, cover: bool) -> dict[str, Any]:
    """Write trees: thresholds and single leaf values share one array; each tree names its output if it has one."""
    leaf = trees.feature < 0
    nodes = np.arange(len(leaf))
    owner = _outputs(trees)
    written: dict[str, Any] = {
        "kind": "trees",
        "nodes": len(leaf),
        "trees": len(trees.roots),
        "base": trees.base.tolist(),
        "strict": bool(trees.strict),
        "float32": bool(trees.float32),
        "roots": pack(np.diff(trees.roots, prepend=0)),
        "feature": pack(trees.feature),
        "left": pack(np.where(leaf, 0, trees.left - nodes)),
        "right": pack(np.where(leaf, 0, trees.right - nodes)),
        "missing_left": pack(trees.missing_left),
    }
    if owner is None:
        written |= {"number": pack(trees.threshold), "leaves": pack(trees.value[leaf])}
    else:
        written |= {"number": pack(np.where(leaf, trees.value.sum(axis=1), trees.threshold)), "output": pack(owner)}
    if cover:
        written["cover"] = pack(trees.cover)
    if trees.categories:
        written["categories"] = [[node, sorted(codes)] for node, codes in sorted(trees.categories.items())]
    return written


def _outputs(trees: Trees) -> Ints | None:
    """The one output that each tree adds to, shape (n_trees,); None where a tree adds to several."""
    if len(trees.base) == 1:
        return np.zeros(len(trees.roots), dtype=np.int64)
    order = np.argsort(trees.roots)
    starts = trees.roots[order]
    if len(starts) == 0 or starts[0] != 0 or not _contiguous(trees, starts):
        return None
    touched = np.add.reduceat((trees.value != 0).astype(np.int64), starts, axis=0) > 0
    if (touched.sum(axis=1) > 1).any():
        return None
    owner = np.zeros(len(starts), dtype=np.int64)
    owner[order] = touched.argmax(axis=1)
    return owner


def _contiguous(trees: Trees, starts: Ints) -> bool:
    """True when each tree's nodes lie between its root and the next."""
    tree = np.searchsorted(starts, np.arange(len(trees.feature)), side="right")
    inner = np.flatnonzero(trees.feature >= 0)
    return all(bool((tree[side[inner]] == tree[inner]).all()) for side in (trees.left, trees.right))


def from_json(data: dict[str, Any], columns: int) -> Trees:
    """Read trees, checking every index and that no walk can go round or too deep.

    Raises
    ------
    ModelError
        If anything is not as ``to_json`` writes it.
    """
    nodes, count = (_count(data[name]) for name in ("nodes", "trees"))
    base = np.array(data["base"], dtype=np.float64)
    if base.ndim != 1 or not 1 <= len(base) <= _MOST_OUTPUTS or not np.isfinite(base).all() or count > nodes:
        raise refuse("Its trees and outputs are not of the expected form.")
    feature = _whole(data, "feature", nodes)
    leaf = feature < 0
    here = np.arange(nodes)
    left, right = (np.where(leaf, -1, _whole(data, name, nodes) + here) for name in ("left", "right"))
    roots = np.cumsum(_whole(data, "roots", count))
    _require_trees(feature, left, right, roots, columns)
    number = unpack(data["number"], nodes, "number").astype(np.float64)
    value = _values(data, number, leaf, roots, left, right, len(base))
    if not np.isfinite(value).all() or np.isnan(number).any():
        raise refuse("A number in its trees is not a number.")
    cover = unpack(data["cover"], nodes, "cover").astype(np.float64) if "cover" in data else np.zeros(nodes)
    return Trees(
        roots=roots,
        feature=np.where(leaf, -1, feature),
        threshold=np.where(leaf, 0.0, number),
        left=left,
        right=right,
        missing_left=unpack(data["missing_left"], nodes, "missing_left").astype(np.bool_) & ~leaf,
        value=value,
        cover=cover,
        base=base,
        strict=data["strict"] is True,
        float32=data["float32"] is True,
        categories=_categories(data.get("categories", []), leaf),
    )


def _count(value: Any) -> int:
    """How many nodes or trees."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _MOST_NODES:
        raise refuse("It has too many nodes.")
    return value


def _whole(data: dict[str, Any], name: str, count: int) -> Ints:
    """An array of whole numbers."""
    values = unpack(data[name], count, name)
    if values.dtype.kind != "i":
        raise refuse(f"'{name}' does not hold whole numbers.")
    return values


def _require_trees(feature: Ints, left: Ints, right: Ints, roots: Ints, columns: int) -> None:
    """Refuse indices out of range, nodes with two parents (so no walk goes round) and endless depth."""
    nodes = len(feature)
    inner = np.flatnonzero(feature >= 0)
    children = np.concatenate([left[inner], right[inner]])
    if len(feature) and (feature.min() < -1 or feature.max() >= columns):
        raise refuse("A node asks a column that does not exist.")
    for places in (children, roots):
        if len(places) and (places.min() < 0 or places.max() >= nodes):
            raise refuse("A node points outside its tree.")
    parents = np.bincount(children, minlength=nodes) + np.bincount(roots, minlength=nodes)
    if len(parents) and parents.max() > 1:
        raise refuse("A node can be reached in two ways.")
    level, depth = roots, 0
    while len(level):
        level, depth = level[feature[level] >= 0], depth + 1
        level = np.concatenate([left[level], right[level]])
        if depth > _DEEPEST:
            raise refuse(f"A tree is deeper than {_DEEPEST:,}.")


def _values(
    data: dict[str, Any], number: Array, leaf: np.ndarray, roots: Ints, left: Ints, right: Ints, outputs: int
) -> Array:
    """Leaf values, shape (n_nodes, n_outputs)."""
    if len(leaf) * outputs > 4 * _MOST_NODES:
        raise refuse("It has too many leaves for its outputs.")
    value = np.zeros((len(leaf), outputs))
    if "leaves" in data:
        value[leaf] = unpack(data["leaves"], int(leaf.sum()) * outputs, "leaves").reshape(-1, outputs)
        return value
    owner = _whole(data, "output", len(roots))
    if len(owner) and (owner.min() < 0 or owner.max() >= outputs):
        raise refuse("A tree adds to an output that does not exist.")
    level, owners = roots, owner
    while len(level):
        ends = leaf[level]
        value[level[ends], owners[ends]] = number[level[ends]]
        level, owners = level[~ends], owners[~ends]
        level, owners = np.concatenate([left[level], right[level]]), np.concatenate([owners, owners])
    return value


def _categories(listed: Any, leaf: np.ndarray) -> dict[int, frozenset[int]]:
    """Codes that go left at nodes that ask for membership."""
    found: dict[int, frozenset[int]] = {}
    total = 0
    for node, codes in listed:
        total += len(codes)
        if total > _MOST_CODES or not _code(node, len(leaf)) or leaf[node] or not all(_code(c, _CODES) for c in codes):
            raise refuse("A list of categories is not of the expected form.")
        found[node] = frozenset(codes)
    return found


def _code(value: Any, end: int) -> bool:
    """True for a whole number from 0 up to the end."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < end
