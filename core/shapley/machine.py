"""The inner loops of ``frontier``, compiled by numba: import this module where they are needed, never at the head.

All is compiled when the module is imported, or read from numba's cache beside it, and nothing later: a locked worker
may not write files, so the process that it comes from imports this module first. Loops write every candidate and move
the end of a list only past those that count, and go on to the next list without a jump: a branch that a processor
cannot foresee costs more than the writing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numba
import numpy as np
from numba.core import types as numba_types

from core.shapley.instructions import choose, fetch, lowest, ones, word
from core.shapley.packed import ITEM, NODE, PAIR, STATE
from core.types import Array

types: Any = numba_types  # made at run time, unknown to a type checker
Function = TypeVar("Function", bound=Callable[..., Any])
PART = 256
"""Leaves whose pairs are listed at a time: what is asked for ahead begins anew with each list."""
AHEAD = 32
"""Pairs ahead of the one in work whose data is asked for; the list of pairs has as much room behind its end."""
FEW, MORE = 4, 8
"""Pairs of a leaf and a word of rows that are written without asking whether there are so many, and then each time."""
BITS, LEAST = 10, 2
"""Players whose sets are summed by, and how many such parts there are at least."""
_Z, _ONE, _TWO, _WORD, _HALF, _TEN = (np.uint64(value) for value in (0, 1, 2, 64, 32, BITS))
_LAST, _LOW, _AHEAD, _PART = (np.uint64(value) for value in ((1 << BITS) - 1, 2**32 - 1, AHEAD, PART))
_SECOND, _REST = 1 << BITS, LEAST << BITS
_NODES, _STATES, _ITEMS, _PAIRS = (numba.from_dtype(kind)[::1] for kind in (NODE, STATE, ITEM, PAIR))
_WORDS, _STEP = types.uint64[::1], types.uint64
_NUMBERS, _FLAT, _CODES = types.float64[:, ::1], types.float64[::1], types.boolean[:, ::1]
_ROOTS, _EDGES, _MASKS = types.int32[::1], types.int32[:, ::1], types.uint8[:, :, ::1]
_EVERYONE, _LEAVES = types.UniTuple(types.uint64, 2), types.Tuple((_FLAT, _MASKS, _EDGES))
_LISTS = types.Tuple((_STATES, _ITEMS, _PAIRS, _WORDS))


def _piece(back: Any, *kinds: Any, **how: Any) -> Callable[[Function], Function]:
    """Compile for arguments of these kinds. A piece that is called has the processor's registers for itself."""

    def build(function: Function) -> Function:
        made: Function = numba.njit([back(*kinds)], error_model="numpy", nogil=True, _nrt=False, **how)(function)
        return made

    return build


def _compiled(*kinds: Any) -> Callable[[Function], Function]:
    """What Python calls; without the cache where there is no place for it."""

    def build(function: Function) -> Function:
        try:
            return _piece(types.void, *kinds, cache=True)(function)
        except RuntimeError:  # no folder that could be written to
            return _piece(types.void, *kinds)(function)

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


@_piece(types.uint64, types.int32, _NODES, _FLAT, _CODES, _STATES, _EVERYONE)
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
def _pairs(pairs: Any, count: Any, rows: Any, far: Any, base: Any) -> Any:
    """Write down the pairs of a leaf and a word of rows; returns how many there are by then.

    Few are written whether there are so many or not; where each lies is looked up: one port of a processor counts bits
    and multiplies, too.
    """
    end = count + ones(rows)
    for _ in range(FEW):
        pairs[count].start = base + far[lowest(rows)]
        rows, count = rows & rows - _ONE, count + _ONE
    while rows:
        for _ in range(MORE):
            pairs[count].start = base + far[lowest(rows)]
            rows, count = rows & rows - _ONE, count + _ONE
    return end


@_piece(types.uint64, _STATES, types.uint64, types.uint64, _LEAVES, _ITEMS, _PAIRS, _WORDS, types.uint64, _FLAT)
def _list(
    places: Any, begin: Any, many: Any, leaves: Any, items: Any, pairs: Any, far: Any, step: Any, total: Any
) -> Any:
    """Write down leaves reached and their pairs with background rows; returns how many pairs there are.

    The leaf that the row itself reaches is added to the last of ``total``.
    """
    worth, failing, _ = leaves
    held, count = np.uint64(failing.shape[2]), _Z
    size, half = np.uint64(failing.shape[1]) * held, _WORD * held
    for at in range(many):
        state, item = places[begin + np.uint64(at)], items[np.uint64(at)]
        leaf, failed = np.uint64(-1 - state.node), state.failed
        value = worth[leaf]
        if failed == 0:
            total[-1] += value
        item.worth, item.shares, item.failed, item.begin, item.leaf = value, ones(failed) * step, failed, count, leaf
        base = leaf * size + (np.uint64(at) << _HALF)
        count = _pairs(pairs, count, state.first, far, base)
        count = _pairs(pairs, count, state.second, far, base + half)
    items[many].begin = count
    return count


@_part
def _credit(players: Any, weight: Any, sums: Any, total: Any, named: Any, leaf: Any) -> None:
    """Give a weight to a set of players: by ten bits of it at a time, or one by one where bits are slots of a leaf."""
    if len(named):
        while players:
            total[named[leaf, lowest(players)]] += weight
            players &= players - _ONE
    else:
        sums[players & _LAST] += weight  # written out: a loop would cost a tenth of all
        sums[(players >> _TEN & _LAST) + _SECOND] += weight
        if len(sums) > _REST:
            players >>= _TEN
            for start in range(_REST, len(sums), _SECOND):
                players >>= _TEN
                sums[np.uint64(start) + (players & _LAST)] += weight


@_piece(types.void, _ITEMS, types.uint64, _PAIRS, types.uint64, _LEAVES, _FLAT, _FLAT, _FLAT)
def _gather(items: Any, many: Any, pairs: Any, count: Any, leaves: Any, shares: Any, sums: Any, total: Any) -> None:
    """Give every pair of leaf and background row to its players.

    What the players that the instance fails lose is summed on, and written at each pair.
    """
    _, failing, named = leaves
    mask, sum_lost = ~_Z >> (_WORD - np.uint64(8) * np.uint64(failing.shape[2])), 0.0
    for at in range(count):
        pair = pairs[np.uint64(at)]
        fetch(failing, pairs[np.uint64(at) + _AHEAD].start & _LOW)
        item = items[pair.start >> _HALF]
        players = word(failing, pair.start & _LOW) & mask
        cell = item.shares + ones(players) * _TWO
        pair.lost = sum_lost
        sum_lost += shares[cell + _ONE]
        _credit(players, shares[cell] * item.worth, sums, total, named, item.leaf)
    pairs[count].lost = sum_lost
    for at in range(many):
        item, behind = items[np.uint64(at)], items[np.uint64(at) + _ONE]
        weight = (pairs[item.begin].lost - pairs[behind.begin].lost) * item.worth
        _credit(item.failed, weight, sums, total, named, item.leaf)


@_part
def _fold(sums: Any, total: Any) -> None:
    """Add sums by set of players to each of the players: halve each part again and again, by its last player."""
    for start in range(0, len(sums), _SECOND):
        for bit in range(BITS - 1, -1, -1):
            half, added = start + (1 << bit), 0.0
            for at in range(1 << bit):
                added += sums[half + at]
                sums[start + at] += sums[half + at]
            player = start // _SECOND * BITS + bit
            if player < len(total) - 1:
                total[player] += added


@_compiled(
    _ROOTS, _NODES, _NUMBERS, types.boolean, _CODES, _LISTS, _EVERYONE, _LEAVES, _FLAT, _STEP, _NUMBERS, _NUMBERS
)
def walk(
    roots: Any,
    nodes: Any,
    rows: Array,
    single: Any,
    codes: Any,
    lists: Any,
    everyone: Any,
    leaves: Any,
    shares: Array,
    step: Any,
    sums: Array,
    total: Array,
) -> None:
    """Walk rows down every tree, all of them down one tree first: it stays in the processor's cache.

    ``single``: round the rows to single precision. ``lists``: room for the places of two levels and for the leaves of
    one tree, for ``PART`` leaves, for their pairs, and how far the rows of a word lie behind its first. ``leaves``:
    worth, players failed, names of bits. ``shares``: what players gain and lose, by how many only the row passes
    (``step`` numbers each) and how many only the instance. ``sums``, ``total``: sums by set of players, ``2 ** BITS``
    for every ``BITS`` of them, and by player and last of the leaves reached, for each row; added to.
    """
    places, items, pairs, far = lists
    third = np.uint64(len(places)) // np.uint64(3) * _TWO
    for at in range(rows.size if single else 0):
        rows.flat[at] = np.float32(rows.flat[at])
    for root in roots:
        for at in range(len(rows)):
            if root < 0:
                total[at, -1] += leaves[0][-1 - root]
            else:
                found, begin = _spread(root, nodes, rows[at], codes, places, everyone), third
                while found:
                    many = min(found, _PART)
                    count = _list(places, begin, many, leaves, items, pairs, far, step, total[at])
                    _gather(items, many, pairs, count, leaves, shares, sums[at], total[at])
                    begin, found = begin + many, found - many
    for at in range(len(rows)):
        _fold(sums[at], total[at])
