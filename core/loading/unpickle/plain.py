"""Constructors of Python's own types from checked arguments."""

from __future__ import annotations

import datetime
from collections import OrderedDict, defaultdict, deque
from typing import TYPE_CHECKING, Any

from core.loading.unpickle.inert import Ref, Refused

if TYPE_CHECKING:
    from core.loading.unpickle.machine import Machine

_FACTORIES = {
    "builtins.list": list,
    "builtins.dict": dict,
    "builtins.set": set,
    "builtins.tuple": tuple,
    "collections.OrderedDict": OrderedDict,
}


MAX_RANGE = 10_000_000
"""Numbers that a range may stand for: a few bytes say more of them than a list can hold."""


def wrong(name: str) -> Refused:
    """The refusal for arguments that no honest writer produces."""
    return Refused(f"it builds {name} from parts that do not fit", name)


def encode(_machine: Machine, args: tuple[Any, ...]) -> bytes:
    """``_codecs.encode(text, "latin1")``: how protocols 0 to 2 write bytes."""
    if len(args) != 2 or type(args[0]) is not str or args[1] not in ("latin1", "latin-1"):
        raise wrong("bytes")
    return str(args[0]).encode("latin-1")


def binary(cls: type[Any], name: str) -> Any:
    """``bytes`` and ``bytearray``: from bytes, or from text in latin-1 (protocol 2)."""

    def make(_machine: Machine, args: tuple[Any, ...]) -> Any:
        if not args:
            return cls()
        if len(args) == 1 and type(args[0]) in (bytes, bytearray):
            return cls(args[0])
        if len(args) == 2 and type(args[0]) is str and args[1] in ("latin1", "latin-1"):
            return cls(args[0].encode("latin-1"))
        raise wrong(name)

    return make


def collection(cls: type[Any], name: str) -> Any:
    """``list``, ``tuple``, ``set``, ``frozenset``, ``deque``: empty or from one list."""

    def make(machine: Machine, args: tuple[Any, ...]) -> Any:
        from core.loading.unpickle.build import add_items

        if not args:
            return cls()
        extra = args[1:]
        if (
            cls is deque
            and len(extra) == 1
            and (extra[0] is None or type(extra[0]) is int)
            and type(args[0]) in (list, tuple)
        ):
            return deque(args[0], extra[0])
        if extra or type(args[0]) not in (list, tuple):
            raise wrong(name)
        machine.spend(len(args[0]) * (10 if cls in (set, frozenset) else 1))  # one list can be taken again and again
        if cls in (set, frozenset):
            found: set[Any] = set()
            add_items(machine, found, list(args[0]))
            return found if cls is set else frozenset(found)
        return cls(args[0])

    return make


def mapping(cls: type[Any], name: str) -> Any:
    """``dict`` and ``OrderedDict``: empty, or from a list of pairs."""

    def make(machine: Machine, args: tuple[Any, ...]) -> Any:
        from core.loading.unpickle.build import set_items

        made = cls()
        if not args:
            return made
        if len(args) != 1 or type(args[0]) not in (list, dict):
            raise wrong(name)
        pairs = list(args[0].items()) if type(args[0]) is dict else args[0]
        machine.spend(len(pairs) * 2)
        if not all(type(pair) in (list, tuple) and len(pair) == 2 for pair in pairs):
            raise wrong(name)
        set_items(machine, made, [part for pair in pairs for part in pair])
        return made

    return make


def default(_machine: Machine, args: tuple[Any, ...]) -> Any:
    """``defaultdict`` of a plain container or number."""
    if not args or args == (None,):
        return defaultdict()
    if len(args) != 1:
        raise wrong("a defaultdict")
    factory = _FACTORIES.get(args[0].name) if args[0].__class__ is Ref else args[0]
    if factory not in (list, dict, set, tuple, OrderedDict, int, float, str, bool):
        raise wrong("a defaultdict")
    return defaultdict(factory)


def whole(cls: type[Any], name: str, low: int, high: int) -> Any:
    """``range``, ``slice``, ``complex``: from a few numbers."""

    def make(_machine: Machine, args: tuple[Any, ...]) -> Any:
        if not low <= len(args) <= high or any(type(item) not in (int, float, type(None)) for item in args):
            raise wrong(name)
        made = cls(*args)
        return short(made) if cls is range else made

    return make


def short(numbers: Any) -> Any:
    """A range, unless it stands for more numbers than a list can hold."""
    if len(numbers[: MAX_RANGE + 1]) > MAX_RANGE:
        raise wrong("a range")
    return numbers


def moment(cls: type[Any], name: str) -> Any:
    """``date``, ``datetime``, ``timedelta``: from packed bytes or numbers, without time zones."""

    def make(_machine: Machine, args: tuple[Any, ...]) -> Any:
        if len(args) == 1 and type(args[0]) is bytes and len(args[0]) == {datetime.date: 4}.get(cls, 10):
            return cls(args[0])
        if not 1 <= len(args) <= 7 or any(type(item) is not int for item in args):
            raise wrong(name)
        return cls(*args)

    return make


CONSTRUCTORS: dict[str, Any] = {
    "_codecs.encode": encode,
    "builtins.bytes": binary(bytes, "bytes"),
    "builtins.bytearray": binary(bytearray, "bytes"),
    "builtins.list": collection(list, "a list"),
    "builtins.tuple": collection(tuple, "a tuple"),
    "builtins.set": collection(set, "a set"),
    "builtins.frozenset": collection(frozenset, "a set"),
    "collections.deque": collection(deque, "a deque"),
    "builtins.dict": mapping(dict, "a dictionary"),
    "collections.OrderedDict": mapping(OrderedDict, "a dictionary"),
    "collections.defaultdict": default,
    "builtins.range": whole(range, "a range", 1, 3),
    "builtins.slice": whole(slice, "a slice", 1, 3),
    "builtins.complex": whole(complex, "a complex number", 2, 2),
    "datetime.date": moment(datetime.date, "a date"),
    "datetime.datetime": moment(datetime.datetime, "a date"),
    "datetime.timedelta": moment(datetime.timedelta, "a time span"),
}
