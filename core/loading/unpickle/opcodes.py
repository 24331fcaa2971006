"""What each instruction of the format does; those that no honest file of today uses are refused."""

from __future__ import annotations

from collections.abc import Callable
from operator import methodcaller
from struct import Struct
from typing import TYPE_CHECKING, Any

from core.loading.unpickle import build
from core.loading.unpickle.allowed import lookup
from core.loading.unpickle.inert import Ref, Refused
from core.loading.unpickle.sized import MAX_DIGITS, binary, fixed, long_bytes, old_text, recall, remember, text
from core.loading.unpickle.stack import loose, looses, solids

if TYPE_CHECKING:
    from core.loading.unpickle.machine import Machine

MAX_MARKS = 2_000
_LONG = Struct("<Q")


def _push(value: Any) -> Callable[[Machine], None]:
    """An opcode that pushes a constant."""
    return lambda machine: machine.stack.append(value)


def _fresh(make: Callable[[], Any]) -> Callable[[Machine], None]:
    """An opcode that pushes an empty container."""
    return lambda machine: machine.stack.append(make())


def _mark(machine: Machine) -> None:
    if len(machine.marks) >= MAX_MARKS:
        raise Refused("it nests too deeply")
    machine.marks.append(machine.stack)
    machine.stack = []


def _int(machine: Machine) -> None:
    text = machine.line(MAX_DIGITS)
    machine.stack.append({b"00": False, b"01": True}[text] if text in (b"00", b"01") else int(text))


def _long(machine: Machine) -> None:
    machine.stack.append(int(machine.line(MAX_DIGITS).rstrip(b"L")))


def _float(machine: Machine) -> None:
    machine.stack.append(float(machine.line(MAX_DIGITS)))


def _unicode(machine: Machine) -> None:
    machine.stack.append(str(machine.line(), "raw-unicode-escape"))


def _string(machine: Machine) -> None:
    text = machine.line()
    if len(text) < 2 or text[:1] != text[-1:] or text[:1] not in (b"'", b'"') or b"\\" in text:
        raise Refused("it holds a text of Python 2 that is not plain")
    machine.stack.append(str(text[1:-1], "ascii"))


def _frame(machine: Machine) -> None:
    machine.enter(machine.number(_LONG))


def _proto(machine: Machine) -> None:
    machine.protocol = machine.take(1)[0]
    if machine.protocol > 5:
        raise Refused(f"it is written in pickle protocol {machine.protocol}, which is not known")


def _tuple(machine: Machine) -> None:
    items = looses(machine.pop_mark())
    machine.stack.append(tuple(items))


def _short_tuple(size: int) -> Callable[[Machine], None]:
    """TUPLE1, TUPLE2, TUPLE3."""

    def make(machine: Machine) -> None:
        stack = machine.stack
        if len(stack) < size:
            raise Refused("its instructions take more than there is")
        items = looses(stack[-size:])
        stack[-size:] = [tuple(items)]

    return make


def _list(machine: Machine) -> None:
    items = solids(machine.pop_mark())
    machine.stack.append(items)


def _dict(machine: Machine) -> None:
    items = machine.pop_mark()
    target: dict[Any, Any] = {}
    build.set_items(machine, target, solids(items))
    machine.stack.append(target)


def _frozenset(machine: Machine) -> None:
    items = solids(machine.pop_mark())
    found: set[Any] = set()
    build.add_items(machine, found, items)
    machine.stack.append(frozenset(found))


def _append(machine: Machine) -> None:
    value = machine.stack.pop()
    build.extend(machine.stack[-1], solids([value]))


def _appends(machine: Machine) -> None:
    items = solids(machine.pop_mark())
    build.extend(machine.stack[-1], items)


def _setitem(machine: Machine) -> None:
    value, name = machine.stack.pop(), machine.stack.pop()
    build.set_items(machine, machine.stack[-1], solids([name, value]))


def _setitems(machine: Machine) -> None:
    items = solids(machine.pop_mark())
    build.set_items(machine, machine.stack[-1], items)


def _additems(machine: Machine) -> None:
    items = solids(machine.pop_mark())
    build.add_items(machine, machine.stack[-1], items)


def _pop(machine: Machine) -> None:
    if machine.stack:
        machine.stack.pop()
    else:
        machine.pop_mark()


def _global(machine: Machine) -> None:
    machine.spend(40)
    module, name = str(machine.line(500), "utf-8"), str(machine.line(500), "utf-8")
    machine.stack.append(lookup(module, name))


def _stack_global(machine: Machine) -> None:
    name, module = machine.stack.pop(), machine.stack.pop()
    if type(name) is not str or type(module) is not str or len(name) + len(module) > 1_000:
        raise Refused("it asks for an object by something that is not a name")
    machine.stack.append(lookup(module, name))


def _reduce(machine: Machine) -> None:
    machine.spend(20)
    args, function = machine.stack.pop(), machine.stack.pop()
    machine.stack.append(build.call(machine, function, args))


def _newobj(machine: Machine) -> None:
    args, cls = machine.stack.pop(), machine.stack.pop()
    machine.stack.append(build.create(machine, cls, args))


def _newobj_ex(machine: Machine) -> None:
    kwargs = machine.stack.pop()
    cls = machine.stack[-2]
    if kwargs != {} and not (cls.__class__ is Ref and cls.role == "stub"):
        raise Refused("it creates an object with keyword arguments")
    _newobj(machine)


def _build(machine: Machine) -> None:
    state = machine.stack.pop()
    build.fill(machine, machine.stack[-1], loose(state))


def _refuse(opcode: int) -> Callable[[Machine], None]:
    """An opcode that honest files of today do not use."""

    def refuse(_machine: Machine) -> None:
        raise Refused(f"it uses the pickle instruction 0x{opcode:02x}, which models do not need")

    return refuse


_HANDLERS: dict[bytes, Callable[[Machine], object]] = {
    b"(": _mark,
    b"0": _pop,
    b"1": lambda machine: machine.pop_mark(),
    b"2": lambda machine: machine.stack.append(machine.stack[-1]),
    b"F": _float,
    b"G": fixed(">d"),
    b"I": _int,
    b"J": fixed("<i"),
    b"K": fixed("<B"),
    b"M": fixed("<H"),
    b"L": _long,
    b"\x8a": long_bytes("<B"),
    b"\x8b": long_bytes("<i"),
    b"N": _push(None),
    b"\x88": _push(True),
    b"\x89": _push(False),
    b"S": _string,
    b"T": old_text("<i"),
    b"U": old_text("<B"),
    b"V": _unicode,
    b"X": text("<I"),
    b"\x8c": text("<B"),
    b"\x8d": text("<Q"),
    b"B": binary("<I"),
    b"C": binary("<B"),
    b"\x8e": binary("<Q"),
    b"\x96": binary("<Q", bytearray),
    b"\x80": _proto,
    b"\x95": _frame,
    b")": _push(()),
    b"t": _tuple,
    b"\x85": _short_tuple(1),
    b"\x86": _short_tuple(2),
    b"\x87": _short_tuple(3),
    b"]": _fresh(list),
    b"l": _list,
    b"a": _append,
    b"e": _appends,
    b"}": _fresh(dict),
    b"d": _dict,
    b"s": _setitem,
    b"u": _setitems,
    b"\x8f": _fresh(set),
    b"\x90": _additems,
    b"\x91": _frozenset,
    b"c": _global,
    b"\x93": _stack_global,
    b"R": _reduce,
    b"\x81": _newobj,
    b"\x92": _newobj_ex,
    b"b": _build,
    b"p": lambda machine: machine.remember(int(machine.line(20))),
    b"q": remember("<B"),
    b"r": remember("<I"),
    b"\x94": methodcaller("memoize"),
    b"g": lambda machine: machine.recall(int(machine.line(20))),
    b"h": recall("<B"),
    b"j": recall("<I"),
}
TABLE: list[Callable[[Machine], object]] = [_HANDLERS.get(bytes([opcode]), _refuse(opcode)) for opcode in range(256)]
