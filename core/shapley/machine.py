"""The inner loops of ``frontier``: import this module where they are needed, never at the head (``compiled``).

Loops write every candidate and move the end of a list only past those that count, and go on to the next list without a
jump: a branch that a processor cannot foresee costs more than the writing. Lines of memory cost as much as the steps:
a row of a fully grown forest looks at 1,600 nodes of every tree and at as many places for what background rows fail.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

from core.shapley.compiled import BYTES, CODES, EDGES, MASKS, NODES, NUMBERS, ROOTS, compiled, part, piece, types
from core.shapley.instructions import choose, fetch, lowest, number, ones, outside, word
from core.shapley.marks import left_at
from core.shapley.packed import ITEM, PAIR, STATE
from core.types import Array

PART = 128
"""Leaves whose pairs are listed at a time: what is asked for ahead begins anew with each list."""
AHEAD = 32
"""Pairs ahead of the one in work whose data is asked for; the list of pairs has as much room behind its end."""
FEW, MORE = 4, 8
"""Pairs of a leaf and a word of rows that are written without asking whether there are so many, and then each time."""
BITS, LEAST = 10, 2
"""Players whose sets are summed by, and how many such parts there are at least."""
_Z, _ONE, _TWO, _WORD, _HALF, _TEN = (np.uint64(value) for value in (0, 1, 2, 64, 32, BITS))
_LAST, _LOW, _AHEAD, _PART = (np.uint64(value) for value in ((1 << BITS) - 1, 2**32 - 1, AHEAD, PART))
_LINE, _LANES = np.uint64(6), np.uint64(32)  # a line is 1 << 6 bytes; spans are compared 32 at a time
_SECOND, _REST = 1 << BITS, LEAST << BITS
_STATES, _ITEMS, _PAIRS = (numba.from_dtype(kind)[::1] for kind in (STATE, ITEM, PAIR))
_WORDS, _STEP, _FLAT = types.uint64[::1], types.uint64, types.float64[::1]
_EVERYONE = types.UniTuple(types.uint64, 2)
_LEAVES = types.Tuple((types.uint8[::1], types.uint64, MASKS, EDGES, BYTES))
_LISTS = types.Tuple((_STATES, _ITEMS, _PAIRS, NUMBERS, NUMBERS, _WORDS))
_WEIGHTS = types.Tuple((_FLAT, _STEP, _FLAT, types.float64))


@part
def _offer(nodes: Any, places: Any, more: Any, found: Any, child: Any, first: Any, second: Any, failed: Any) -> Any:
    """Write a place behind those of its kind; it counts where some background row is left."""
    some, leaf = np.uint64((first | second) != 0), np.uint64(child < 0)
    fetch(nodes, np.uint64(child ^ child >> 31) & _Z - some)  # line 0 for a quarter that nobody comes to
    state = places[choose(leaf, found, more)]
    state.first, state.second, state.failed, state.node = first, second, failed, child
    return more + (some & ~leaf & _ONE), found + (some & leaf)


@piece(types.uint64, types.int32, NODES, _FLAT, CODES, _STATES, _EVERYONE)
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
            left = _Z - left_at(node, row, codes)  # all ones, or none
            free = (state.failed >> np.uint64(node.bit) & _ONE) - _ONE  # all ones unless failed before
            player, kept, other = _ONE << np.uint64(node.bit), free & left, free & ~left
            first, second = state.first & (node.left_0 | kept), state.second & (node.left_1 | kept)
            third, fourth = state.first & (node.right_0 | other), state.second & (node.right_1 | other)
            failed, low, high = state.failed, node.low, node.high
            more, found = _offer(nodes, places, more, found, low, first, second, failed | player & ~left)
            more, found = _offer(nodes, places, more, found, high, third, fourth, failed | player & left)
        level, many = following, more - following
    return found - _TWO * room


@part
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


@piece(types.uint64, _STATES, types.uint64, types.uint64, _LEAVES, _ITEMS, _PAIRS, _WORDS, types.uint64, _FLAT)
def _list(
    places: Any, begin: Any, many: Any, leaves: Any, items: Any, pairs: Any, far: Any, step: Any, total: Any
) -> Any:
    """Write down leaves reached and their pairs with background rows; returns how many pairs there are.

    The leaf that the row itself reaches is added to the last of ``total``.
    """
    lines, worth, failing, _, _ = leaves
    size, half, count = np.uint64(failing.shape[1] * failing.shape[2]), far[_WORD], _Z
    for at in range(many):
        state, item = places[begin + np.uint64(at)], items[np.uint64(at)]
        line, failed = np.uint64(~state.node), state.failed
        box = line << _LINE
        leaf, value = word(lines, box), number(lines, box + worth)
        if failed == 0:
            total[-1] += value
        item.worth, item.shares, item.failed, item.begin = value, ones(failed) * step, failed, count
        item.leaf, item.box = leaf, box
        base = leaf * size + (np.uint64(at) << _HALF)
        count = _pairs(pairs, count, state.first, far, base)
        count = _pairs(pairs, count, state.second, far, base + half)
    items[many].begin = count
    return count


@part
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


@part
def _give(item: Any, players: Any, shares: Any, sums: Any, total: Any, named: Any) -> Any:
    """Give a pair of leaf and background row to the players that the row fails; returns what the others lose."""
    cell = item.shares + ones(players) * _TWO
    _credit(players, shares[cell] * item.worth, sums, total, named, item.leaf)
    return shares[cell + _ONE]


@part
def _lose(items: Any, many: Any, pairs: Any, sums: Any, total: Any, named: Any) -> None:
    """Take from the players that the instance fails at each leaf what they lose in all of its pairs."""
    for at in range(many):
        item, behind = items[np.uint64(at)], items[np.uint64(at) + _ONE]
        weight = (pairs[item.begin].lost - pairs[behind.begin].lost) * item.worth
        _credit(item.failed, weight, sums, total, named, item.leaf)


@piece(types.void, _ITEMS, types.uint64, _PAIRS, types.uint64, _LEAVES, _FLAT, _FLAT, _FLAT)
def _gather(items: Any, many: Any, pairs: Any, count: Any, leaves: Any, shares: Any, sums: Any, total: Any) -> None:
    """Give every pair of leaf and background row to its players, read for each leaf and row.

    What the players that the instance fails lose is summed on, and written at each pair.
    """
    _, _, failing, named, _ = leaves
    mask, lost = ~_Z >> (_WORD - np.uint64(8) * np.uint64(failing.shape[2])), 0.0
    for at in range(count):
        pair = pairs[np.uint64(at)]
        fetch(failing, pairs[np.uint64(at) + _AHEAD].start & _LOW)
        pair.lost = lost
        lost += _give(items[pair.start >> _HALF], word(failing, pair.start & _LOW) & mask, shares, sums, total, named)
    pairs[count].lost = lost
    _lose(items, many, pairs, sums, total, named)


@piece(types.void, _ITEMS, types.uint64, _PAIRS, types.uint64, _LEAVES, _FLAT, _FLAT, _FLAT)
def _compare(items: Any, many: Any, pairs: Any, count: Any, leaves: Any, shares: Any, sums: Any, total: Any) -> None:
    """The same where the spans of a leaf tell which players a row fails: bits are players then."""
    lines, worth, _, named, ranks = leaves
    lanes, mask, lost = worth // _TWO, ~_Z >> (_WORD - np.uint64(len(total) - 1)), 0.0
    for at in range(count):
        pair = pairs[np.uint64(at)]
        item, row = items[pair.start >> _HALF], pair.start & _LOW
        players = outside(ranks, row, lines, item.box + lanes, lines, item.box)
        if lanes > _LANES:
            more = item.box + _LANES
            players |= outside(ranks, row + _LANES, lines, more + lanes, lines, more) << _LANES
        pair.lost = lost
        lost += _give(item, players & mask, shares, sums, total, named)
    pairs[count].lost = lost
    _lose(items, many, pairs, sums, total, named)


@part
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


@part
def _take(rows: Any, single: Any, taken: Any, sums: Any) -> None:
    """Rows as the trees compare them, and no sums yet."""
    for at in range(len(rows)):
        for column in range(rows.shape[1]):
            taken[at, column] = np.float32(rows[at, column]) if single else rows[at, column]
        for cell in range(sums.shape[1]):
            sums[at, cell] = 0.0


@compiled(ROOTS, NODES, NUMBERS, types.boolean, CODES, _LISTS, _EVERYONE, _LEAVES, _WEIGHTS, types.boolean, NUMBERS)
def walk(
    roots: Any,
    nodes: Any,
    rows: Array,
    single: Any,
    codes: Any,
    lists: Any,
    everyone: Any,
    leaves: Any,
    weights: Any,
    last: Any,
    total: Array,
) -> None:
    """Walk rows down every tree, all of them down one tree first: it stays in the processor's cache.

    ``single``: round the rows to single precision. ``lists``: room for the places of two levels and for the leaves of
    one tree, for ``PART`` leaves, for their pairs, for sums by set of players (``2 ** BITS`` for every ``BITS`` of
    them) and for rows, and how far what is read for the rows of a word lies behind its first. ``leaves``: of
    ``Against``. ``weights``: what players gain and lose, by how many only the row passes (the next number for each)
    and how many only the instance; how often each sum is added to; what is added at last. ``total``: by player and
    last of the leaves reached, for each row; added to, and divided at the ``last`` set of background rows.
    """
    places, items, pairs, sums, taken, far = lists
    shares, step, times, own = weights
    third, spans = np.uint64(len(places)) // np.uint64(3) * _TWO, len(leaves[4]) > 0
    _take(rows, single, taken, sums)
    for root in roots:
        for at in range(len(rows)):
            if root < 0:
                total[at, -1] += number(leaves[0], (np.uint64(~root) << _LINE) + leaves[1])
            else:
                found, begin = _spread(root, nodes, taken[at], codes, places, everyone), third
                while found:
                    many = min(found, _PART)
                    count = _list(places, begin, many, leaves, items, pairs, far, step, total[at])
                    if spans:
                        _compare(items, many, pairs, count, leaves, shares, sums[at], total[at])
                    else:
                        _gather(items, many, pairs, count, leaves, shares, sums[at], total[at])
                    begin, found = begin + many, found - many
    for at in range(len(rows)):
        _fold(sums[at], total[at])
        for player in range(len(times) if last else 0):
            total[at, player] /= times[player]
        total[at, -1] += own if last else 0.0
