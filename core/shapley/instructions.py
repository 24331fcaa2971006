"""What a processor does in one step and numba has no word for: bits of a word, a choice without a jump, memory ahead.

Only ``machine`` imports this. Numba keeps what it compiled by the age of ``machine.py`` alone: touch that file after a
change here.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba.core import types as numba_types
from numba.extending import intrinsic

types: Any = numba_types  # made at run time, unknown to a type checker
_LETTER, _NUMBER, _LONG = ir.IntType(8), ir.IntType(32), ir.IntType(64)


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
        chosen = builder.select(builder.icmp_unsigned("!=", args[0], ir.Constant(_LONG, 0)), args[1], args[2])
        chosen.set_metadata("unpredictable", builder.module.add_metadata([]))
        return chosen

    return types.uint64(types.uint64, types.uint64, types.uint64), emit


def _cell(context: Any, builder: Any, signature: Any, args: Any) -> Any:
    """Where an element of an array lies, counted from its first and whatever its shape, as a pointer to bytes."""
    held = context.make_array(signature.args[0])(context, builder, args[0])
    return builder.bitcast(builder.gep(held.data, [args[1]]), _LETTER.as_pointer())


@intrinsic  # type: ignore[untyped-decorator]  # numba has no types
def fetch(_context: Any, array: Any, place: Any) -> Any:
    """Ask the memory for an element that will be read soon; it may lie anywhere."""

    def emit(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        kind = ir.FunctionType(ir.VoidType(), [_LETTER.as_pointer(), _NUMBER, _NUMBER, _NUMBER])
        call = builder.module.globals.get("llvm.prefetch.p0") or ir.Function(builder.module, kind, "llvm.prefetch.p0")
        how = (ir.Constant(_NUMBER, value) for value in (0, 3, 1))
        builder.call(call, [_cell(context, builder, signature, args), *how])
        return context.get_dummy_value()

    return types.void(array, place), emit


@intrinsic  # type: ignore[untyped-decorator]  # numba has no types
def word(_context: Any, array: Any, place: Any) -> Any:
    """Eight bytes from an element on, wherever they lie."""

    def emit(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        cell = _cell(context, builder, signature, args)
        return builder.load(builder.bitcast(cell, _LONG.as_pointer()), align=1)

    return types.uint64(array, place), emit
