"""The inner loops of ``frontier``, compiled by numba: import this module where they are needed, never at the head.

All is compiled when the module is imported, or read from numba's cache beside it, and nothing later: a locked worker
may not write files, so the process that it comes from imports this module first. Loops write every candidate and move
the end of a list only past those that count: a branch that a processor cannot foresee costs more than the writing.
Arrays are passed one by one to what runs often: taking them out of a tuple counts references each time.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numba
import numpy as np
from llvmlite import ir
from numba.core import cgutils
from numba.core import types as numba_types
from numba.extending import intrinsic

from core.shapley.packed import NODE, STATE
from core.types import Array

types: Any = numba_types  # made at run time, unknown to a type checker
Function = TypeVar("Function", bound=Callable[..., Any])
AHEAD = 24
"""Leaves ahead of the one in work whose data is asked for; the list of leaves has as much room behind its end."""
LEAST = 3
"""Bytes of players that are summed by, at least."""
_Z, _ONE, _TWO, _WORD, _BYTE = np.uint64(0), np.uint64(1), np.uint64(2), np.uint64(64), np.uint64(255)
_NODES, _STATES = numba.from_dtype(NODE)[::1], numba.from_dtype(STATE)[::1]
_NUMBERS, _CUBE, _CODES = types.float64[:, ::1], types.float64[:, :, ::1], types.boolean[:, ::1]
_ROOTS, _EDGES, _MASKS = types.int32[::1], types.int32[:, ::1], types.uint8[:, :, ::1]
_LISTS, _EVERYONE = types.UniTuple(_STATES, 3), types.UniTuple(types.uint64, 2)
_LEAVES = types.Tuple((types.float64[::1], _MASKS, _EDGES))


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


def _instruction(name: str) -> Any:
    """What a processor does with a 64-bit word in one step: ``ctpop``, ``cttz`` or ``ctlz``."""

    def typed(_context: Any, _word: Any) -> Any:
        def emit(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:
            rest = () if name == "ctpop" else (ir.Constant(ir.IntType(1), 1),)
            return getattr(builder, name)(args[0], *rest)

        return types.uint64(types.uint64), emit

    return intrinsic(typed)


_ones, _lowest, _leading = (_instruction(name) for name in ("ctpop", "cttz", "ctlz"))


def _cell(context: Any, builder: Any, signature: Any, args: Any) -> Any:
    """Where a cell of an array lies, as a pointer to bytes."""
    held = context.make_array(signature.args[0])(context, builder, args[0])
    cell = cgutils.get_item_pointer(context, builder, signature.args[0], held, args[1:], wraparound=False)
    return builder.bitcast(cell, ir.IntType(8).as_pointer())


def _fetch(context: Any, builder: Any, signature: Any, args: Any) -> Any:
    """Ask the memory for a cell that will be read soon."""
    letter, number = ir.IntType(8).as_pointer(), ir.IntType(32)
    kind = ir.FunctionType(ir.VoidType(), [letter, number, number, number])
    call = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0")
    cell = _cell(context, builder, signature, args)
    builder.call(call, [cell, *(ir.Constant(number, value) for value in (0, 3, 1))])
    return context.get_dummy_value()


def _load(context: Any, builder: Any, signature: Any, args: Any) -> Any:
    """Eight bytes from a cell on, wherever they lie."""
    cell = _cell(context, builder, signature, args)
    return builder.load(builder.bitcast(cell, ir.IntType(64).as_pointer()), align=1)


@intrinsic  # type: ignore[untyped-decorator]  # numba has no types
def _prefetch_node(_context: Any, nodes: Any, node: Any) -> Any:
    return types.void(nodes, node), _fetch


@intrinsic  # type: ignore[untyped-decorator]  # numba has no types
def _prefetch(_context: Any, failing: Any, leaf: Any, row: Any, byte: Any) -> Any:
    return types.void(failing, leaf, row, byte), _fetch


@intrinsic  # type: ignore[untyped-decorator]  # numba has no types
def _word(_context: Any, failing: Any, leaf: Any, row: Any, byte: Any) -> Any:
    return types.uint64(failing, leaf, row, byte), _load


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
def _offer(
    nodes: Any, inner: Any, more: Any, ends: Any, found: Any, child: Any, first: Any, second: Any, failed: Any
) -> Any:
    """Write a place to both lists; it counts where it belongs, and where some background row is left."""
    _prefetch_node(nodes, np.uint64(child & ~(child >> 31)))
    state = inner[more]
    state.first, state.second, state.failed, state.node = first, second, failed, child
    state = ends[found]
    state.first, state.second, state.failed, state.node = first, second, failed, child
    some, leaf = np.uint64((first | second) != 0), np.uint64(child < 0)
    return more + (some & ~leaf & _ONE), found + (some & leaf)


@_part
def _spread(root: Any, nodes: Any, row: Any, codes: Any, lists: Any, everyone: Any) -> Any:
    """Go down one tree, level by level; returns how many leaves are reached."""
    now, following, ends = lists
    start = now[_Z]
    start.first, start.second, start.failed, start.node = everyone[0], everyone[1], _Z, root
    many, found = _ONE, _Z
    while many:
        more = _Z
        for at in range(many):
            state = now[np.uint64(at)]
            node = nodes[np.uint64(state.node)]
            left = _Z - _left(node, row, codes)  # all ones, or none
            free = (state.failed >> np.uint64(node.bit) & _ONE) - _ONE  # all ones unless failed before
            player, kept, other = _ONE << np.uint64(node.bit), free & left, free & ~left
            first, second = state.first & (node.left_0 | kept), state.second & (node.left_1 | kept)
            failed = state.failed | player & ~left
            more, found = _offer(nodes, following, more, ends, found, node.low, first, second, failed)
            first, second = state.first & (node.right_0 | other), state.second & (node.right_1 | other)
            failed = state.failed | player & left
            more, found = _offer(nodes, following, more, ends, found, node.high, first, second, failed)
        now, following = following, now
        many = more
    return found


@_part
def _credit(players: Any, weight: Any, by_byte: Any, total: Any, named: Any, leaf: Any) -> None:
    """Give a weight to a set of players: by each byte of it, or, where bits are slots of a leaf, one by one."""
    if len(named):
        while players:
            total[named[leaf, _lowest(players)]] += weight
            players &= players - _ONE
    else:
        by_byte[_Z, players & _BYTE] += weight  # written out: a loop would cost a tenth of all
        by_byte[_ONE, players >> np.uint64(8) & _BYTE] += weight
        by_byte[_TWO, players >> np.uint64(16) & _BYTE] += weight
        for byte in range(LEAST, len(by_byte)):
            by_byte[np.uint64(byte), players >> np.uint64(8 * byte) & _BYTE] += weight


@_part
def _soon(state: Any, failing: Any) -> None:
    """Fetch what a leaf a few places on will ask for: about its first and its last background rows."""
    leaf = np.uint64(-1 - state.node)
    if state.first:
        _prefetch(failing, leaf, _lowest(state.first), _Z)
        _prefetch(failing, leaf, np.uint64(63) - _leading(state.first), _Z)
    if state.second:
        _prefetch(failing, leaf, _WORD + _lowest(state.second), _Z)
        _prefetch(failing, leaf, np.uint64(127) - _leading(state.second), _Z)


@_part
def _gather(
    ends: Any, found: Any, worth: Any, failing: Any, named: Any, gain: Any, loss: Any, by_byte: Any, total: Any
) -> None:
    """Give every pair of leaf and background row to its players; the leaf that the row itself reaches to the last."""
    held = ~_Z >> np.uint64(64 - 8 * failing.shape[2])
    for at in range(found):
        state = ends[np.uint64(at)]
        _soon(ends[np.uint64(at) + np.uint64(AHEAD)], failing)
        leaf, failed, first, second = np.uint64(-1 - state.node), state.failed, state.first, state.second
        value, mine, lost = worth[leaf], _ones(failed), 0.0
        if failed == 0:
            total[-1] += value
        while first | second:
            empty = _Z - np.uint64(first == 0)  # all ones, or none
            row = _lowest(first | second & empty) + (empty & _WORD)
            players = _word(failing, leaf, row, _Z) & held
            first, second = first & first - _ONE, second & (second - _ONE | ~empty)
            theirs = _ones(players)
            lost += loss[theirs, mine]
            _credit(players, gain[theirs, mine] * value, by_byte, total, named, leaf)
        _credit(failed, -lost * value, by_byte, total, named, leaf)


@_compiled(_ROOTS, _NODES, _NUMBERS, _CODES, _LISTS, _EVERYONE, _LEAVES, _CUBE, _CUBE, _NUMBERS)
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

    ``lists``: room for the places of two levels and for the leaves of one tree. ``leaves``: worth, players failed,
    names of bits. ``shares``: of the players that only the instance passes, and of those that only the row passes, by
    both counts. ``by_byte``, ``total``: sums by set of players, and by player and last of the leaves reached, for each
    row; added to.
    """
    worth, failing, named = leaves
    ends, gain, loss = lists[2], shares[0], shares[1]
    for root in roots:
        for at in range(len(rows)):
            if root < 0:
                total[at, -1] += worth[-1 - root]
            else:
                found = _spread(root, nodes, rows[at], codes, lists, everyone)
                _gather(ends, found, worth, failing, named, gain, loss, by_byte[at], total[at])
