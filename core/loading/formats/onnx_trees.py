"""The trees of an ONNX file: ONNX Runtime calls itself at every level of one, to the end of its stack."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from core.loading.formats.onnx_fields import Parts, signed
from core.loading.formats.tree_checks import DEEPEST, Ints, check_children

_SIDES = ((b"nodes_truenodeids", b"nodes_trueleafs"), (b"nodes_falsenodeids", b"nodes_falseleafs"))
_LEAF = b"\x04LEAF"

Attributes = dict[bytes, Parts]


def check(held: Attributes, name: str) -> None:
    """Check how deep the trees of one operator are; small ones are left to ONNX Runtime, which knows them to be trees.

    Parameters
    ----------
    held : dict of bytes to list of fields
        The attributes of the operator, by name; what stands in a row as it is written.
    name : str
        The file's name, for messages.

    Raises
    ------
    ValueError
        If an attribute is no list of whole numbers.
    ModelError
        If a tree is deeper than ``DEEPEST``, or is none.
    """
    of_trees = _numbers(held, b"nodes_treeids")
    known = of_trees if of_trees.size else np.zeros(_numbers(held, _SIDES[0][0]).size)
    most = int(np.unique(known, return_counts=True)[1].max(initial=0))
    if most > DEEPEST:
        _check_depth(held, of_trees, most, name)


def _check_depth(held: Attributes, of_trees: Ints, most: int, name: str) -> None:
    """No path from the root of a tree is too long, and all end."""
    sides = [_numbers(held, side) for side, _ in _SIDES]
    if of_trees.size:  # each node has a number of its own within its tree, and leaves are nodes, too
        roots, trees = np.unique(of_trees, return_index=True, return_inverse=True)[1:]
        numbers, inner = _numbers(held, b"nodes_nodeids"), ~_leaves(held)
        _check_sizes(trees, numbers, inner, *sides)
        names = _names(trees, numbers)
        sides = [_found(names, _names(trees[inner], side[inner])) for side in sides]
        ends = [~inner[side] for side in sides]
    else:
        inner, roots = np.ones(len(sides[0]), bool), _numbers(held, b"tree_roots")
        ends = [_numbers(held, leaf) != 0 for _, leaf in _SIDES]
        _check_sizes(inner, *sides, *ends)
    nodes, count = np.flatnonzero(inner), len(inner)
    own = count + np.arange(len(nodes))  # a leaf counts as another one at each node: only inner nodes lead on
    left, right = np.where(ends[0], own, sides[0]), np.where(ends[1], own + len(nodes), sides[1])
    if np.isin(roots, np.concatenate([left, right])).any():
        raise ValueError("the root of a tree is another node's child")
    check_children(name, nodes + 1, left + 1, right + 1, count + 2 * len(nodes) + 1, most)


def _check_sizes(*parts: npt.NDArray[Any]) -> None:
    """All are as many as there are nodes."""
    if len({len(part) for part in parts}) != 1:
        raise ValueError("the parts of its trees differ in length")


def _names(trees: Ints, numbers: Ints) -> Ints:
    """Tree and number of nodes as one number."""
    if numbers.size and (numbers.min() < 0 or numbers.max() >= 1 << 32):
        raise ValueError("the number of a node is out of bounds")
    return (trees << 32) | numbers


def _found(names: Ints, wanted: Ints) -> Ints:
    """Where the nodes stand that are called so."""
    order = np.argsort(names, kind="stable")
    places: Ints = order[np.searchsorted(names, wanted, sorter=order).clip(max=len(names) - 1)]
    if (names[places] != wanted).any():
        raise ValueError("a tree points to a node that is not there")
    return places


def _leaves(held: Attributes) -> npt.NDArray[np.bool_]:
    """Which nodes are leaves."""
    found: list[bool] = []
    for field, part in held.get(b"nodes_modes", ()):
        if field == -9 and isinstance(part, bytes):
            found += [mode == _LEAF for mode in part.split(b"\x4a")[1:]]  # no kind of node has this letter
        elif field == 9:
            found.append(part == _LEAF[1:])
    return np.array(found, bool)


def _numbers(held: Attributes, title: bytes) -> Ints:
    """The whole numbers of an attribute, however they are written."""
    found = [np.zeros(0, np.int64)]
    for field, part in held.get(title, ()):
        if abs(field) == 8 and isinstance(part, bytes):
            found.append(_decoded(part, 2 if field < 0 else 1))  # in a row, each follows its key
        elif field == 8 and isinstance(part, int):
            found.append(np.array([signed(part)]))
    return np.concatenate(found)


def _decoded(data: bytes, every: int) -> Ints:
    """Numbers in base 128, all at once; each, or every second one."""
    letters = np.frombuffer(data, np.uint8)
    ends = np.flatnonzero(letters < 128)
    if (ends[-1] if len(ends) else -1) != len(letters) - 1:
        raise ValueError("it ends too early")
    starts = np.concatenate([[0], ends[:-1] + 1])[every - 1 :: every][: len(ends)]
    sizes = ends[every - 1 :: every] - starts
    if sizes.max(initial=0) > 9:
        raise ValueError("a number is too long")
    found = (letters[starts] & 127).astype(np.uint64)
    for place in range(1, int(sizes.max(initial=0)) + 1):
        longer = np.flatnonzero(sizes >= place)
        found[longer] |= (letters[starts[longer] + place] & 127).astype(np.uint64) << np.uint64(7 * place)
    numbers: Ints = found.view(np.int64)
    return numbers
