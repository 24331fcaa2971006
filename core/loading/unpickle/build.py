"""What an opcode may call, create and fill: the three gates of the machine."""

from __future__ import annotations

import datetime
from collections import OrderedDict, defaultdict, deque
from collections.abc import Iterator
from time import thread_time
from types import FunctionType
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from core.loading.unpickle.attributes import set_attributes
from core.loading.unpickle.constructors import CONSTRUCTORS
from core.loading.unpickle.costs import pay
from core.loading.unpickle.inert import Ref, Refused, Slot, Stub, spent
from core.loading.unpickle.intervals import NUMBERS
from core.loading.unpickle.older_splines import parted
from core.loading.unpickle.trees import upgrade_predictor

if TYPE_CHECKING:
    from core.loading.unpickle.machine import Machine

_DICTS = ("sklearn.utils._bunch.Bunch", "sklearn.utils._encode._nandict")
_PLAIN_KEYS = (str, bytes, float, bool, type(None))
_MOMENTS = (datetime.date, datetime.datetime, datetime.time, datetime.timedelta, pd.Timestamp, pd.Timedelta)
_NUMPY_KEYS = (np.bool_, np.integer, np.floating, np.str_, np.bytes_, np.datetime64, np.timedelta64)
MAX_KEY = 64
_STRETCH, _KEY_SECONDS = 2_048, 1e-5
"""Keys between two looks at the clock, and the processor time that one may take: several times what it does."""
ODD_KEY = 20
"""Instructions that a key counts which is no text: numbers can be chosen to look for the same places."""
MAX_ALIKE = 64
"""Keys of one dictionary or set that may have one hash; those of tuples and some numbers can be made at will."""
_KEYED = (str, bytes, int, float, bool, type(None))
"""Keys whose hashes are secret, or that few others can share."""
_WORD = 1 << 63
FUNCTIONS = frozenset(
    (
        *("getattr", "_builtin_type", "_timedelta_unpickle", "_create_array"),
        *("_load_type", "_create_namedtuple", "_eval_repr"),
        *("_new_TimedeltaIndex", "_new_IntervalIndex", "_new_PeriodIndex"),
        *("encode", "_reconstructor", "_reconstruct", "scalar", "_frombuffer", "_mareconstruct", "newObj"),
        *("__bit_generator_ctor", "__generator_ctor", "__randomstate_ctor"),
        *("_unpickle_block", "_unpickle_timestamp", "_new_Index", "_new_DatetimeIndex"),
        *("_restore_array", "py_buffer", "type_for_alias"),
    )
)
"""Last names of what may be called and is no class, beside ``__pyx_unpickle_...``."""


def call(machine: Machine, function: Any, args: Any) -> Any:
    """REDUCE: only a name with a constructor of ours, which checks the arguments itself."""
    ref = _ref(function, "call")
    if type(args) is not tuple:
        raise Refused(f"it calls {ref.name} with something that is not a list of arguments", ref.name)
    if ref.name == "copyreg._reconstructor":
        return _reconstruct(machine, args)
    if ref.role in ("new", "record"):
        return create(machine, ref, args)
    return _construct(machine, ref, args)


def _construct(machine: Machine, ref: Ref, args: tuple[Any, ...]) -> Any:
    """Run a constructor of ours."""
    if ref.role == "stub":
        return Stub(ref.name, args)
    if ref.role != "call" or ref.name not in CONSTRUCTORS:
        raise Refused(f"it calls {ref.name}, which may only be stored", ref.name)
    pay(machine, args)
    return CONSTRUCTORS[ref.name](machine, args)


def _ref(item: Any, what: str) -> Ref:
    """The inert name that an opcode needs."""
    if item.__class__ is not Ref:
        raise Refused(f"it tries to {what} an object instead of a listed name ({type(item).__name__})")
    found: Ref = item
    return found


def create(machine: Machine, cls: Any, args: Any) -> Any:
    """NEWOBJ: an empty instance of a listed class."""
    ref = _ref(cls, "create from")
    if type(args) is not tuple:
        raise Refused(f"it creates {ref.name} from something that is not a list of arguments", ref.name)
    if ref.role == "record":
        return _record(ref, args)
    if ref.role != "new":
        name = ref.name.rpartition(".")[2]
        if name in FUNCTIONS or name.startswith("__pyx_unpickle_"):
            raise Refused(f"it creates an object from {ref.name}, which is no class", ref.name)
        return _construct(machine, ref, args)
    if args:
        raise Refused(f"it creates {ref.name} with arguments", ref.name)
    machine.budget.objects -= 1
    if machine.budget.objects < 0:
        raise Refused("it holds too many objects")
    base = dict if ref.name in _DICTS else object
    made = base.__new__(ref.target)
    machine.made[id(made)] = made
    return made


def _record(ref: Ref, args: tuple[Any, ...]) -> Any:
    """A named tuple of the right length."""
    if len(args) != len(ref.target._fields) or any(item.__class__ is Ref for item in args):
        raise Refused(f"it builds {ref.name} from the wrong parts", ref.name)
    return tuple.__new__(ref.target, args)


def _reconstruct(machine: Machine, args: tuple[Any, ...]) -> Any:
    """``copyreg._reconstructor(cls, base, state)`` of protocols 0 and 1."""
    if len(args) != 3:
        raise Refused("it rebuilds an object from the wrong parts")
    cls, base, state = args
    ref = _ref(cls, "rebuild")
    base_name = base.name if base.__class__ is Ref else getattr(base, "__name__", "")
    if base is object and state is None:
        return create(machine, ref, ())
    if ref.role == "stub":
        return Stub(ref.name)
    if base_name in ("builtins.tuple", "tuple") and type(state) is tuple and ref.role == "record":
        return _record(ref, state)
    if base_name == "builtins.dict" and ref.name.startswith("scipy.sparse._dok.dok_"):
        return _construct(machine, ref, (state,))
    if base_name == "builtins.dict" and type(state) is dict and ref.name in _DICTS:
        made = create(machine, ref, ())
        set_items(machine, made, [part for pair in state.items() for part in pair])
        return made
    raise Refused(f"it rebuilds {ref.name} in a way that the rules do not know", ref.name)


def fill(machine: Machine, target: Any, state: Any) -> None:
    """BUILD: only objects made by this very load, once, with plain attributes."""
    if target.__class__ is Slot:
        pay(machine, state)
        target.build(state)
        if type(state) is dict:
            spent(state, target)
        return
    if target.__class__ is Stub:
        return
    if machine.made.pop(id(target), None) is None:
        raise Refused(f"it changes a {type(target).__name__} that it did not create")
    if type(target).__name__ == "Bunch":
        return
    state, slots = parted(state)
    if type(slots) not in (dict, type(None)) or slots or not (state is None or type(state) is dict):
        raise Refused(f"it gives {type(target).__name__} a state that is not a set of attributes")
    if type(target).__name__ == "TreePredictor":
        state = upgrade_predictor(machine, state)
    state = state or {}
    if type(target).__module__.startswith("sklearn."):
        _note_version(machine, state.pop("_sklearn_version", None))  # taken out of the state itself, as theirs does
    set_attributes(target, state)


def _note_version(machine: Machine, version: Any) -> None:
    """Which scikit-learn wrote an object, where it says so."""
    if version is None:
        return
    if type(version) is not str:
        raise Refused("the version of its scikit-learn is no text")
    if version[:20] not in machine.notes:
        machine.notes.append(version[:20])


def extend(target: Any, items: list[Any]) -> None:
    """APPEND and APPENDS: lists and deques only."""
    if type(target) not in (list, deque):
        raise Refused(f"it appends to a {type(target).__name__}")
    target.extend(items)


def add_items(machine: Machine, target: Any, items: list[Any]) -> None:
    """ADDITEMS: sets only."""
    if type(target) is not set:
        raise Refused(f"it adds to a {type(target).__name__}")
    machine.spend(ODD_KEY * sum(item.__class__ is not str for item in items))
    for places in _watched(machine, len(items), 1):
        for place in places:
            target.add(apart(machine, target, key(items[place])))


def set_items(machine: Machine, target: Any, items: list[Any]) -> None:
    """SETITEM and SETITEMS: dictionaries only, with plain keys."""
    if target.__class__ is Stub:
        return
    if type(target) not in (dict, OrderedDict, defaultdict) and type(target).__name__ not in ("Bunch", "_nandict"):
        raise Refused(f"it sets items of a {type(target).__name__}")
    if len(items) % 2:
        raise Refused("a dictionary in it has a key without a value")
    names = items[::2]
    odd = len(names) - list(map(type, names)).count(str)
    kind: Any = OrderedDict if type(target) is OrderedDict else dict  # what a class of its own does is not run
    if not odd:
        kind.update(target, zip(names, items[1::2], strict=True))
        return
    machine.spend(ODD_KEY * odd)
    for places in _watched(machine, len(items)):
        for position in places:
            name = items[position]
            if name.__class__ is not str:
                apart(machine, target, key(name))
            kind.__setitem__(target, name, items[position + 1])


def _watched(machine: Machine, count: int, step: int = 2) -> Iterator[range]:
    """The places of a list, or every other, in short stretches, each with its time taken.

    Numbers can be chosen so that each looks for a free place wherever the others did: a hundred thousand take minutes.
    """
    for start in range(0, count, _STRETCH):
        before = thread_time()
        yield range(start, min(start + _STRETCH, count), step)
        machine.budget.seconds -= thread_time() - before - min(_STRETCH, count) * _KEY_SECONDS
        machine.budget.seconds = min(machine.budget.seconds, 1.0)
        if machine.budget.seconds < 0:
            raise Refused("many of its keys are made to look for the same places")


def key(item: Any, depth: int = 0) -> Any:
    """An object that may be a key: hashing it runs nothing, ends soon and cannot be made to collide at will."""
    if type(item) in _PLAIN_KEYS or isinstance(item, _NUMPY_KEYS) or (isinstance(item, type) and depth == 0):
        return item
    if type(item) is int and -_WORD <= item < _WORD * 2:
        return item
    if type(item) in (tuple, frozenset) and len(item) <= MAX_KEY and depth < 2:
        if depth and any(type(part) in (tuple, frozenset) for part in item):
            raise Refused("it uses a group of groups as a key")
        for part in item:
            key(part, depth + 1)
        return item
    if type(item) is pd.Interval and isinstance(item.left, NUMBERS) and isinstance(item.right, NUMBERS):
        return item
    if type(item) in _MOMENTS:  # zones are fixed offsets
        return item
    if item is pd.NA or item is pd.NaT or (isinstance(item, np.ufunc | FunctionType) and depth == 0):
        return item
    title = "name of a class" if item.__class__ is Ref else type(item).__name__
    raise Refused(f"it uses a {title} as a key")


def apart(machine: Machine, held: Any, item: Any) -> Any:
    """Give a key back, unless many before it in the same group had its hash: each would be compared with all others."""
    if type(item) in _KEYED:
        return item
    counts = machine.hashes.setdefault(id(held), {})
    if not held:  # another group may have lain there before
        counts.clear()
    value = hash(item)
    counts[value] = counts.get(value, 0) + 1
    if counts[value] > MAX_ALIKE:
        raise Refused("many of its keys are made to look alike")
    return item
