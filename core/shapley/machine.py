"""The inner loops of ``frontier``, compiled by numba: import this module where they are needed, never at the head.

All is compiled when the module is imported, or read from numba's cache beside it, and nothing later: a locked worker
may not write files, so the process that it comes from imports this module first. Loops write every candidate and move
the end of a list only past those that count, and go on to the next list without a jump: a branch that a processor
cannot foresee costs more than the writing. Arrays are passed one by one to what runs often: taking them out of a tuple
counts references each time.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numba
import numpy as np
from numba.core import types as numba_types

from core.shapley.instructions import choose, fetch, lowest, ones, word
from core.shapley.packed import ITEM, NODE, STATE
from core.types import Array

types: Any = numba_types  # made at run time, unknown to a type checker
Function = TypeVar("Function", bound=Callable[..., Any])
AHEAD = 12
"""Items ahead of the one in work whose data is asked for; the list of items has as much room behind its end."""
LEAST = 3
"""Bytes of players that are summed by, at least."""
_Z, _ONE, _TWO, _WORD, _BYTE, _AHEAD = (np.uint64(value) for value in (0, 1, 2, 64, 255, AHEAD))
_SECOND, _THIRD, _REST = 256, 512, 256 * LEAST
_NODES, _STATES, _ITEMS = (numba.from_dtype(kind)[::1] for kind in (NODE, STATE, ITEM))
_NUMBERS, _FLAT, _CODES = types.float64[:, ::1], types.float64[::1], types.boolean[:, ::1]
_ROOTS, _EDGES, _MASKS = types.int32[::1], types.int32[:, ::1], types.uint8[:, :, ::1]
_EVERYONE, _LEAVES = types.UniTuple(types.uint64, 2), types.Tuple((_FLAT, _MASKS, _EDGES))
_LISTS = types.Tuple((_STATES, _ITEMS, _FLAT))


def _compiled(*kinds: Any) -> Callable[[Function], Function]:
    """Compile for arguments of these kinds; without the cache where there is no place for it."""

    def build(function: Function) -> Function:
        how: dict[str, Any] = {"error_model": "numpy", "nogil": True, "_nrt": False}
        try:
            made: Function = numba.njit([types.void(*kinds)], cache=True, **how)(function)
        except RuntimeError:  # no folder that could be written to
            made = numba.njit([types.void(*kinds)], **how)(function)
        return made

    return build


def _part(function: Function) -> Function:
    """A piece of those, compiled into them."""
    made: Function = numba.njit(inline="always", error_model="numpy", _nrt=False)(function)
    return made


@_part
def _left(node: Any, row: Any, codes: Any) -> Any:
    """Whether a row goes left at a node, 0 or 1."""
    value = row[np.uint64(node.column)]
    if value != value:  # missing
        return np.uint64(node.missing_left)
    if node.member >= 0:
        last = codes.shape[1] - 1
        return np.uint64(codes[node.member, np.int64(value) if -1 < value < last else last])
    return np.uint64(value <= node.limit)


@_compiled(_NODES, _ROOTS, _NUMBERS, _CODES)
def mark(nodes: Any, before: Any, background: Array, codes: Any) -> None:
    """Fill in which of at most 128 background rows pass the player of each node's edges; parents come first.

    ``before``: the edge of the same player before a node (twice the node, one more for its right edge), or -1.
    """
    for place in range(len(nodes)):
        node = nodes[place]
        first, second, whole, rest = _Z, _Z, _Z, _Z
        for at in range(len(background)):
            answer, shift = _left(node, background[at], codes), np.uint64(at & 63)
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


@_compiled(_NODES, _EDGES, _MASKS)
def fail(nodes: Any, edges: Any, failing: Any) -> None:
    """Fill in the players of each leaf, as bits, that each background row fails; ``edges`` as in ``mark``."""
    for leaf in range(len(edges)):
        for slot in range(edges.shape[1]):
            edge = edges[leaf, slot]
            if edge < 0:
                break
            node = nodes[edge >> 1]
            first = node.right_0 if edge & 1 else node.left_0
            second = node.right_1 if edge & 1 else node.left_1
            byte, bit = node.bit >> 3, np.uint64(node.bit & 7)
            for at in range(failing.shape[1]):
                word = first if at < 64 else second
                failing[leaf, at, byte] |= (~word >> np.uint64(at & 63) & _ONE) << bit


@_part
def _offer(nodes: Any, places: Any, more: Any, found: Any, child: Any, first: Any, second: Any, failed: Any) -> Any:
    """Write a place behind those of its kind; it counts where some background row is left."""
    fetch(nodes, np.uint64(child & ~(child >> 31)))
    some, leaf = np.uint64((first | second) != 0), np.uint64(child < 0)
    state = places[choose(leaf, found, more)]
    state.first, state.second, state.failed, state.node = first, second, failed, child
    return more + (some & ~leaf & _ONE), found + (some & leaf)


@_part
def _spread(root: Any, nodes: Any, row: Any, codes: Any, places: Any, everyone: Any) -> Any:
    """Go down one tree, level by level; returns how many leaves are reached.

    The first third of ``places`` and the second hold two levels in turn, the last the leaves.
    """
    room = np.uint64(len(places)) // np.uint64(3)
    start = places[_Z]
    start.first, start.second, start.failed, start.node = everyone[0], everyone[1], _Z, root
    level, many, found = _Z, _ONE, _TWO * room
    while many:
        following = room - level
        more = following
        for at in range(many):
            state = places[level + np.uint64(at)]
            node = nodes[np.uint64(state.node)]
            left = _Z - _left(node, row, codes)  # all ones, or none
            free = (state.failed >> np.uint64(node.bit) & _ONE) - _ONE  # all ones unless failed before
            player, kept, other = _ONE << np.uint64(node.bit), free & left, free & ~left
            first, second = state.first & (node.left_0 | kept), state.second & (node.left_1 | kept)
            third, fourth = state.first & (node.right_0 | other), state.second & (node.right_1 | other)
            failed, low, high = state.failed, node.low, node.high
            more, found = _offer(nodes, places, more, found, low, first, second, failed | player & ~left)
            more, found = _offer(nodes, places, more, found, high, third, fourth, failed | player & left)
        level, many = following, more - following
    return found - _TWO * room


@_part
def _list(places: Any, found: Any, worth: Any, failing: Any, items: Any, total: Any) -> Any:
    """Write down the leaves reached, by word of their sets of rows; returns how many there are.

    The leaf that the row itself reaches is added to the last of ``total``.
    """
    begin, held, count = np.uint64(len(places)) // np.uint64(3) * _TWO, np.uint64(failing.shape[2]), _Z
    size = np.uint64(failing.shape[1]) * held
    for at in range(found):
        state = places[begin + np.uint64(at)]
        leaf = np.uint64(-1 - state.node)
        value, start = worth[leaf], leaf * size
        if state.failed == 0:
            total[-1] += value
        item = items[count]
        item.rows, item.start, item.worth, item.failed, item.leaf = state.first, start, value, state.failed, leaf
        count += np.uint64(state.first != 0)
        item, start = items[count], start + _WORD * held
        item.rows, item.start, item.worth, item.failed, item.leaf = state.second, start, value, state.failed, leaf
        count += np.uint64(state.second != 0)
    return count


@_part
def _credit(players: Any, weight: Any, by_byte: Any, total: Any, named: Any, leaf: Any) -> None:
    """Give a weight to a set of players: by each byte of it, or, where bits are slots of a leaf, one by one."""
    if len(named):
        while players:
            total[named[leaf, lowest(players)]] += weight
            players &= players - _ONE
    else:
        by_byte[players & _BYTE] += weight  # written out: a loop would cost a tenth of all
        by_byte[(players >> np.uint64(8) & _BYTE) + np.uint64(_SECOND)] += weight
        by_byte[(players >> np.uint64(16) & _BYTE) + np.uint64(_THIRD)] += weight
        for start in range(_REST, len(by_byte), 256):
            by_byte[(players >> np.uint64(start >> 5) & _BYTE) + np.uint64(start)] += weight


@_part
def _gather(items: Any, count: Any, failing: Any, named: Any, shares: Any, lost: Any, by_byte: Any, total: Any) -> None:
    """Give every pair of leaf and background row to its players.

    One loop over all pairs: the next item is there before it is known whether this one has another row. What the
    players that the instance fails lose is summed on, and written behind each item.
    """
    held = np.uint64(failing.shape[2])
    mask = ~_Z >> (_WORD - np.uint64(8) * held)
    at, sum_lost, rows, following = _Z, 0.0, items[_Z].rows, items[_ONE].rows
    lost[_Z] = 0.0
    while at < count:
        item, behind, ahead = items[at], items[at + _TWO].rows, items[at + _AHEAD]
        players = word(failing, item.start + lowest(rows) * held) & mask
        fetch(failing, ahead.start + lowest(ahead.rows) * held)
        rows &= rows - _ONE
        theirs, mine = ones(players), ones(item.failed)
        sum_lost += shares[theirs, mine, _ONE]
        lost[at + _ONE] = sum_lost
        _credit(players, shares[theirs, mine, _Z] * item.worth, by_byte, total, named, item.leaf)
        at = choose(rows, at, at + _ONE)
        rows, following = choose(rows, rows, following), choose(rows, following, behind)
    for place in range(count):
        item = items[np.uint64(place)]
        weight = (lost[np.uint64(place)] - lost[np.uint64(place) + _ONE]) * item.worth
        _credit(item.failed, weight, by_byte, total, named, item.leaf)


@_compiled(_ROOTS, _NODES, _NUMBERS, _CODES, _LISTS, _EVERYONE, _LEAVES, types.float64[:, :, ::1], _NUMBERS, _NUMBERS)
def walk(
    roots: Any,
    nodes: Any,
    rows: Array,
    codes: Any,
    lists: Any,
    everyone: Any,
    leaves: Any,
    shares: Array,
    by_byte: Array,
    total: Array,
) -> None:
    """Walk rows down every tree, all of them down one tree first: it stays in the processor's cache.

    ``lists``: room for the places of two levels and for the leaves of one tree, for its items, and for what is lost
    behind each of them. ``leaves``: worth, players failed, names of bits. ``shares``: what players gain and lose, by
    how many only the row passes and how many only the instance. ``by_byte``, ``total``: sums by set of players (256 for
    each of its bytes), and by player and last of the leaves reached, for each row; added to.
    """
    places, items, lost = lists
    worth, failing, named = leaves
    for root in roots:
        for at in range(len(rows)):
            if root < 0:
                total[at, -1] += worth[-1 - root]
            else:
                found = _spread(root, nodes, rows[at], codes, places, everyone)
                count = _list(places, found, worth, failing, items, total[at])
                _gather(items, count, failing, named, shares, lost, by_byte[at], total[at])
