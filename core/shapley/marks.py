"""What background rows pass and fail in a forest, written into its records once, before any row is explained."""

from __future__ import annotations

from typing import Any

import numpy as np

from core.shapley.compiled import BYTES, CODES, EDGES, MASKS, NODES, NUMBERS, ROOTS, compiled, part
from core.types import Array

_Z, _ONE = np.uint64(0), np.uint64(1)
NOWHERE = 255
"""What ``span`` writes as begin and length where a player's rows lie in several pieces."""


@part
def left_at(node: Any, row: Any, codes: Any) -> Any:
    """Whether a row goes left at a node, 0 or 1."""
    value = row[np.uint64(node.column)]
    if value != value:  # missing
        return np.uint64(node.missing_left)
    if node.member >= 0:
        last = codes.shape[1] - 1
        return np.uint64(codes[node.member, np.int64(value) if -1 < value < last else last])
    return np.uint64(value <= node.limit)


@compiled(NODES, ROOTS, NUMBERS, CODES)
def mark(nodes: Any, before: Any, background: Array, codes: Any) -> None:
    """Fill in which of at most 128 background rows pass the player of each node's edges; parents come first.

    ``before``: the edge of the same player before a node (twice the node, one more for its right edge), or -1.
    """
    for place in range(len(nodes)):
        node = nodes[place]
        first, second, whole, rest = _Z, _Z, _Z, _Z
        for at in range(len(background)):
            answer, shift = left_at(node, background[at], codes), np.uint64(at & 63)
            if at < 64:
                first, whole = first | answer << shift, whole | _ONE << shift
            else:
                second, rest = second | answer << shift, rest | _ONE << shift
        edge = before[place]
        if edge >= 0:
            above = nodes[edge >> 1]
            whole, rest = (above.right_0, above.right_1) if edge & 1 else (above.left_0, above.left_1)
        node.left_0, node.left_1 = first & whole, second & rest
        node.right_0, node.right_1 = ~first & whole, ~second & rest


@part
def _passing(nodes: Any, edge: Any) -> Any:
    """The player of an edge, and the rows that pass it, as bits."""
    node = nodes[edge >> 1]
    if edge & 1:
        return node.bit, node.right_0, node.right_1
    return node.bit, node.left_0, node.left_1


@compiled(NODES, EDGES, MASKS)
def fail(nodes: Any, edges: Any, failing: Any) -> None:
    """Fill in the players of each leaf, as bits, that each background row fails; ``edges`` as in ``mark``."""
    for leaf in range(len(edges)):
        for slot in range(edges.shape[1]):
            edge = edges[leaf, slot]
            if edge < 0:
                break
            player, first, second = _passing(nodes, edge)
            byte, bit = player >> 3, np.uint64(player & 7)
            for at in range(failing.shape[1]):
                word = first if at < 64 else second
                failing[leaf, at, byte] |= (~word >> np.uint64(at & 63) & _ONE) << bit


@compiled(NODES, BYTES, BYTES)
def span(nodes: Any, ranks: Any, spans: Any) -> None:
    """Fill in the first rank of the rows that pass each edge's player and how many more follow, without a gap.

    ``ranks``: of each background row by each player's values. Nothing passes: 255 and 0, which no rank is within;
    rows in several pieces: ``NOWHERE`` twice.
    """
    for edge in range(len(spans)):
        player, first, second = _passing(nodes, edge)
        begin, end, count = np.int64(NOWHERE), np.int64(-1), 0
        for at in range(len(ranks)):
            if (first if at < 64 else second) >> np.uint64(at & 63) & _ONE:
                rank = np.int64(ranks[at, player])
                begin, end, count = min(begin, rank), max(end, rank), count + 1
        whole = count == 0 or end - begin + 1 == count
        spans[edge, 0] = begin if whole else NOWHERE
        spans[edge, 1] = max(0, count - 1) if whole else NOWHERE
