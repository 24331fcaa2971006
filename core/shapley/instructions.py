"""What a processor does in one step and numba has no word for: bits of a word, a choice without a jump, memory ahead.

Only ``machine`` imports this.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba.core import types as numba_types
from numba.extending import intrinsic

types: Any = numba_types  # made at run time, unknown to a type checker
_LETTER, _NUMBER, _LONG = ir.IntType(8), ir.IntType(32), ir.IntType(64)
_BYTES, _NONE = ir.VectorType(_LETTER, 32), ir.Constant(_LONG, 0)


def _bits(name: str) -> Any:
    """An instruction of LLVM's on a 64-bit word: ``ctpop`` or ``cttz``, 64 of a word without bits."""

    def typed(_context: Any, _word: Any) -> Any:
        def emit(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:
            rest = () if name == "ctpop" else (ir.Constant(ir.IntType(1), 0),)
            return getattr(builder, name)(args[0], *rest)

        return types.uint64(types.uint64), emit

    return intrinsic(typed)


ones, lowest = _bits("ctpop"), _bits("cttz")


@intrinsic  # type: ignore[untyped-decorator]  # numba has no types
def choose(_context: Any, test: Any, one: Any, other: Any) -> Any:
    """``one`` where ``test`` is not 0, else ``other``; never by a jump, often guessed wrong."""

    def emit(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        chosen = builder.select(builder.icmp_unsigned("!=", args[0], _NONE), args[1], args[2])
        chosen.set_metadata("unpredictable", builder.module.add_metadata([]))
        return chosen

    return types.uint64(types.uint64, types.uint64, types.uint64), emit


def _cell(context: Any, builder: Any, signature: Any, args: Any) -> Any:
    """Where an element of an array lies, counted from its first and whatever its shape, as a pointer to bytes."""
    held = context.make_array(signature.args[0])(context, builder, args[0])
    return builder.bitcast(builder.gep(held.data, [args[1]]), _LETTER.as_pointer())


def _cells(context: Any, builder: Any, signature: Any, args: Any) -> list[Any]:
    """The same for arrays and places in turn."""
    pairs = [(types.void(*signature.args[at : at + 2]), args[at : at + 2]) for at in range(0, len(args), 2)]
    return [_cell(context, builder, kinds, pair) for kinds, pair in pairs]


def _ask(context: Any, builder: Any, cell: Any) -> Any:
    """Ask the memory for what lies there; it may be anywhere."""
    kind = ir.FunctionType(ir.VoidType(), [_LETTER.as_pointer(), _NUMBER, _NUMBER, _NUMBER])
    call = builder.module.globals.get("llvm.prefetch.p0") or ir.Function(builder.module, kind, "llvm.prefetch.p0")
    builder.call(call, [cell, *(ir.Constant(_NUMBER, value) for value in (0, 3, 1))])
    return context.get_dummy_value()


@intrinsic  # type: ignore[untyped-decorator]  # numba has no types
def fetch(_context: Any, array: Any, place: Any) -> Any:
    """Ask the memory for an element that will be read soon; it may lie anywhere."""

    def emit(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return _ask(context, builder, _cell(context, builder, signature, args))

    return types.void(array, place), emit


@intrinsic  # type: ignore[untyped-decorator]  # numba has no types
def fetch_either(_context: Any, test: Any, one: Any, at: Any, other: Any, place: Any) -> Any:
    """Ask for an element of ``one`` where ``test`` is not 0, else of ``other``."""

    def emit(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        cells = _cells(context, builder, types.void(*signature.args[1:]), args[1:])
        return _ask(context, builder, builder.select(builder.icmp_unsigned("!=", args[0], _NONE), *cells))

    return types.void(test, one, at, other, place), emit


def _reading(kind: Any, back: Any) -> Any:
    """Eight bytes from an element on, wherever they lie."""

    def typed(_context: Any, array: Any, place: Any) -> Any:
        def emit(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            cell = _cell(context, builder, signature, args)
            return builder.load(builder.bitcast(cell, kind.as_pointer()), align=1)

        return back(array, place), emit

    return intrinsic(typed)


word, number = _reading(_LONG, types.uint64), _reading(ir.DoubleType(), types.float64)


@intrinsic  # type: ignore[untyped-decorator]  # numba has no types
def outside(_context: Any, ranks: Any, row: Any, begins: Any, first: Any, lengths: Any, last: Any) -> Any:
    """Which of 32 ranks from an element on lie outside their spans, as bits: where those begin, how many follow."""

    def emit(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        cells = _cells(context, builder, signature, args)
        ranks, begins, lengths = (builder.load(builder.bitcast(cell, _BYTES.as_pointer()), align=1) for cell in cells)
        beyond = builder.icmp_unsigned(">", builder.sub(ranks, begins), lengths)
        return builder.zext(builder.bitcast(beyond, _NUMBER), _LONG)

    return types.uint64(ranks, row, begins, first, lengths, last), emit
