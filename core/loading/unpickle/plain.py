"""Constructors of Python's own types from checked arguments."""

from __future__ import annotations

import datetime
import decimal
import re
from collections import Counter, OrderedDict, defaultdict, deque
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


_DECIMAL = re.compile(r"[+-]?[0-9]{0,60}(?:\.[0-9]{0,60})?(?:E[+-]?[0-9]{1,4})?|-?Infinity|NaN")
MAX_RANGE = 10_000_000
"""Numbers that a range may stand for: a few bytes say more of them than a list can hold."""
TEXT_METHODS: dict[str, Any] = {
    way.__name__: way
    for way in (
        *(str.lower, str.upper, str.casefold, str.title, str.capitalize, str.swapcase),
        *(str.strip, str.lstrip, str.rstrip, str.split, str.rsplit, str.splitlines),
    )
}
"""Methods that take a text alone and make words or another text of it: vectorizers are often given one."""


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
    """``range``, ``slice``, ``complex``: from a few numbers; a slice of columns also from names."""
    kinds = (int, float, type(None), *((str,) if cls is slice else ()))

    def make(_machine: Machine, args: tuple[Any, ...]) -> Any:
        if not low <= len(args) <= high or any(type(item) not in kinds for item in args):
            raise wrong(name)
        made = cls(*args)
        return short(made) if cls is range else made

    return make


def label(value: Any) -> Any:
    """A column's or index's name: hashing it runs nothing."""
    from core.loading.unpickle.build import key

    return key(value)


def short(numbers: Any) -> Any:
    """A range, unless it stands for more numbers than a list can hold."""
    if len(numbers[: MAX_RANGE + 1]) > MAX_RANGE:
        raise wrong("a range")
    return numbers


def moment(cls: type[Any], name: str) -> Any:
    """``date``, ``time``, ``datetime``, ``timedelta``: from packed bytes or numbers, with a fixed offset at most."""
    size = {datetime.date: 4, datetime.time: 6}.get(cls, 10)
    zoned = cls in (datetime.time, datetime.datetime)

    def make(_machine: Machine, args: tuple[Any, ...]) -> Any:
        zone = len(args) == 2 and zoned and type(args[1]) is datetime.timezone
        if (len(args) == 1 or zone) and type(args[0]) is bytes and len(args[0]) == size:
            return cls(*args)
        if not 1 <= len(args) <= 7 or any(type(item) is not int for item in args):
            raise wrong(name)
        return cls(*args)

    return make


def zone(_machine: Machine, args: tuple[Any, ...]) -> datetime.timezone:
    """``timezone``: a fixed offset, perhaps with a name."""
    if not 1 <= len(args) <= 2 or type(args[0]) is not datetime.timedelta or any(type(a) is not str for a in args[1:]):
        raise wrong("a time zone")
    return datetime.timezone(*args)


def exact(_machine: Machine, args: tuple[Any, ...]) -> decimal.Decimal:
    """``Decimal``: from its digits."""
    if len(args) != 1 or type(args[0]) is not str or not _DECIMAL.fullmatch(args[0]):
        raise wrong("a decimal number")
    return decimal.Decimal(args[0])


def counts(machine: Machine, args: tuple[Any, ...]) -> Counter[Any]:
    """``Counter``: from what was counted."""
    if len(args) > 1 or any(type(item) is not dict for item in args):
        raise wrong("a dictionary")
    made: Counter[Any] = Counter()
    for known in args:
        machine.spend(len(known))
        dict.update(made, known)
    return made


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
    "collections.Counter": counts,
    "decimal.Decimal": exact,
    "builtins.range": whole(range, "a range", 1, 3),
    "builtins.slice": whole(slice, "a slice", 1, 3),
    "builtins.complex": whole(complex, "a complex number", 2, 2),
    "datetime.date": moment(datetime.date, "a date"),
    "datetime.datetime": moment(datetime.datetime, "a date"),
    "datetime.time": moment(datetime.time, "a time"),
    "datetime.timezone": zone,
    "datetime.timedelta": moment(datetime.timedelta, "a time span"),
}
