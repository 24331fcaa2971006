"""Constructors of numpy things: dtypes, arrays, scalars, random states, each rebuilt from checked parts."""

from __future__ import annotations

import re
from itertools import pairwise
from math import prod
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from core.loading.unpickle.inert import Ref, Refused, Slot, Stub

if TYPE_CHECKING:
    from core.loading.unpickle.machine import Machine

_DTYPE = re.compile(r"[|<>=]?(?:[?bBhHiIlLqQefdgFDGO]|[biufcSUVaMmO]\d{0,9})")
_LARGEST_ALIGNMENT, _LARGEST_RECORD = 64, 1_000_000
_FLAGS = 0x3F
MAX_EMPTY = 10_000_000
_MAX_HOLLOW = 1_000_000
"""Lines of an array without any number: they take no bytes, and whoever goes through them one by one takes minutes."""
_ENDS = ("<", ">", "|", "=")
_SEED_FIELDS = (0x3EAA222, 0xC464C19, 0xF88304A)
"""Sums of the names of a seed's fields, as compiled code writes them into pickles."""
_UNITS = ("Y", "M", "W", "D", "h", "m", "s", "ms", "us", "ns", "generic")
_GENERATORS = ("MT19937", "PCG64", "PCG64DXSM", "SFC64", "Philox")


def wrong(name: str) -> Refused:
    """The refusal for arguments that no honest writer produces."""
    return Refused(f"it builds {name} from parts that do not fit", name)


def shape_of(value: Any, name: str) -> tuple[int, ...]:
    """A shape: a tuple of sizes."""
    if type(value) is not tuple or len(value) > 32:
        raise wrong(name)
    for size in value:
        if (type(size) is not int and not isinstance(size, np.integer)) or size < 0:
            raise wrong(name)
    return tuple(map(int, value))


def dtype(_machine: Machine, args: tuple[Any, ...]) -> Slot:
    """``numpy.dtype(text, align, copy)``; a state (byte order, fields, time unit) may follow."""
    if not 1 <= len(args) <= 3 or any(type(flag) not in (bool, int) for flag in args[1:]):
        raise wrong("numpy.dtype")
    text = args[0]
    if text is np.record:
        return Slot("numpy.dtype", _record)
    if type(text) is not str or not _DTYPE.fullmatch(text):
        raise wrong("numpy.dtype")
    base = np.dtype(text)

    def fill(state: Any) -> np.dtype[Any]:
        return _dtype_with(base, state)

    return Slot("numpy.dtype", fill, base, ready=base.kind != "V")


def _record(state: Any) -> np.dtype[Any]:
    """The type of a record array: its fields, read by name."""
    size = state[5] if type(state) is tuple and len(state) in (8, 9) else None
    if type(size) is not int or not 0 < size <= _LARGEST_RECORD:
        raise wrong("numpy.dtype")
    return np.dtype((np.record, _dtype_with(np.dtype(f"V{size}"), state)))


def _dtype_with(base: np.dtype[Any], state: Any) -> np.dtype[Any]:
    """Recompute a dtype from its state; flags and sizes in the file are compared, never taken."""
    if type(state) is not tuple or len(state) not in (8, 9) or state[1] not in _ENDS or state[2] is not None:
        raise wrong("numpy.dtype")
    version, end, _sub, names, fields, size, align, flags = state[:8]
    if version not in (3, 4) or any(type(part) is not int for part in (version, size, align, flags)):
        raise wrong("numpy.dtype")
    if not -1 <= align <= _LARGEST_ALIGNMENT:
        raise wrong("numpy.dtype")
    if names is None and fields is None:
        sizes = (base.itemsize, base.itemsize // 4) if base.kind in "USV" else (-1,)
        if flags & _FLAGS != base.flags & _FLAGS:
            raise wrong("numpy.dtype")
        if size not in sizes or (end == "|") != (base.itemsize == 1 or base.kind in "SOV"):
            raise wrong("numpy.dtype")
        if base.kind in "mM" and len(state) == 9:
            return _time(base, state[8])
        if base.kind == "V":
            raise wrong("numpy.dtype")
        return base.newbyteorder(end) if end != "|" else base
    made = _structured(base, names, fields, size)
    if flags & _FLAGS != made.flags & _FLAGS:
        raise wrong("numpy.dtype")
    return made


def _time(base: np.dtype[Any], metadata: Any) -> np.dtype[Any]:
    """A datetime64 or timedelta64 with its unit."""
    if type(metadata) is not tuple or len(metadata) != 2 or type(metadata[1]) is not tuple or len(metadata[1]) != 4:
        raise wrong("numpy.dtype")
    unit, count, *rest = metadata[1]
    if any(type(part) is not int for part in (count, *rest)) or rest != [1, 1] or type(unit) not in (bytes, str):
        raise wrong("numpy.dtype")
    unit = unit.decode("ascii") if type(unit) is bytes else unit
    if unit not in _UNITS or not 0 < count < 1 << 31:
        raise wrong("numpy.dtype")
    return base if unit == "generic" else np.dtype(f"{base.char}8[{count}{unit}]")


def _structured(base: np.dtype[Any], names: Any, fields: Any, size: Any) -> np.dtype[Any]:
    """A record dtype without objects, without overlaps."""
    if base.kind != "V" or type(names) is not tuple or type(fields) is not dict or type(size) is not int:
        raise wrong("numpy.dtype")
    if not 0 < len(names) <= 100 or set(names) != set(fields) or size != base.itemsize:
        raise wrong("numpy.dtype")
    formats, offsets, taken = [], [], []
    for name in names:
        entry = fields[name]
        if type(name) is not str or type(entry) is not tuple or len(entry) != 2:
            raise wrong("numpy.dtype")
        inner, offset = entry
        if not isinstance(inner, np.dtype) or inner.kind in "OV" or type(offset) is not int or offset < 0:
            raise wrong("numpy.dtype")
        formats.append(inner)
        offsets.append(offset)
        taken.append((offset, offset + inner.itemsize))
    taken.sort()
    if taken[-1][1] > size or any(low < high for (_, high), (low, _) in pairwise(taken)):
        raise wrong("numpy.dtype")
    return np.dtype({"names": list(names), "formats": formats, "offsets": offsets, "itemsize": size})


def array_of(data: Any, kind: Any, shape: tuple[int, ...], fortran: bool, name: str = "numpy.ndarray") -> np.ndarray:
    """An array from its bytes (or its list of objects), sizes compared first."""
    if not isinstance(kind, np.dtype):
        raise wrong(name)
    count = prod(shape)
    if not count and max(shape) > _MAX_HOLLOW:
        raise wrong(name)
    order: Literal["C", "F"] = "F" if fortran else "C"
    if kind == np.dtype("O"):
        if type(data) is not list or len(data) != count:
            raise wrong(name)
        flat = np.empty(count, dtype=object)
        for position, item in enumerate(data):
            flat[position] = item
        return flat.reshape(shape, order=order)
    if kind.hasobject or type(data) not in (bytes, bytearray) or len(data) != count * kind.itemsize:
        raise wrong(name)
    if not len(data):
        if count > MAX_EMPTY:
            raise wrong(name)
        return np.zeros(shape, dtype=kind, order=order)
    found = np.frombuffer(bytearray(data), dtype=kind)
    check_values(found)
    return found.reshape(shape, order=order)


def check_values(found: np.ndarray) -> None:
    """Refuse bit patterns that numpy never writes: booleans beyond one, characters beyond Unicode."""
    for name in found.dtype.names or ():
        if found.dtype[name].base.kind in "bUV":  # nodes of a forest have none
            check_values(found[name])
    if found.dtype.kind == "b" and found.size and int(found.view(np.uint8).max()) > 1:
        raise wrong("an array of booleans")
    if found.dtype.kind == "U" and found.size:
        codes = np.ascontiguousarray(found).view(np.dtype(np.uint32).newbyteorder(found.dtype.byteorder))
        if int(codes.max()) > 0x10FFFF:
            raise wrong("an array of texts")


def reconstruct(_machine: Machine, args: tuple[Any, ...]) -> Slot:
    """``numpy._core.multiarray._reconstruct(ndarray, (0,), b"b")``, filled by the state that follows."""
    if len(args) != 3 or args[0] not in (np.ndarray, np.matrix, np.recarray) or args[2] not in (b"b", "b"):
        raise wrong("numpy.ndarray")
    if shape_of(args[1], "numpy.ndarray") != (0,):
        raise wrong("numpy.ndarray")
    cls = args[0]

    def fill(state: Any) -> np.ndarray:
        if type(state) is not tuple or len(state) != 5:
            raise wrong("numpy.ndarray")
        version, shape, kind, fortran, data = state
        if version != 1 or type(fortran) is not bool:
            raise wrong("numpy.ndarray")
        found = array_of(data, kind, shape_of(shape, "numpy.ndarray"), fortran)
        if kind.names is None and not kind.isnative:  # as numpy does on this way; a buffer of protocol 5 stays
            found = found.astype(kind.newbyteorder("="))
        if cls is np.recarray and kind.names is None:
            raise wrong("numpy.recarray")
        return found if cls is np.ndarray else found.view(cls)

    return Slot("numpy.ndarray", fill)


def from_buffer(_machine: Machine, args: tuple[Any, ...]) -> np.ndarray:
    """``numpy._core.numeric._frombuffer(buffer, dtype, shape, order)`` of protocol 5."""
    if len(args) not in (4, 5) or args[3] not in ("C", "F") or (len(args) == 5 and args[4] is not None):
        raise wrong("numpy.ndarray")
    data, kind, shape, order = args[:4]
    if kind == np.dtype("O") or type(data) not in (bytes, bytearray):
        raise wrong("numpy.ndarray")
    return array_of(data, kind, shape_of(shape, "numpy.ndarray"), order == "F")


def scalar(_machine: Machine, args: tuple[Any, ...]) -> Any:
    """``numpy._core.multiarray.scalar(dtype, bytes)``."""
    if len(args) != 2 or not isinstance(args[0], np.dtype) or type(args[1]) is not bytes or args[0].kind in "OV":
        raise wrong("a numpy number")
    return array_of(args[1], args[0], (1,), False, "a numpy number")[0]


def bit_generator(_machine: Machine, args: tuple[Any, ...]) -> Slot:
    """``__bit_generator_ctor``: the five that numpy ships, by class or by name."""
    given = args[0] if args else "MT19937"
    name = given.name.rpartition(".")[2] if given.__class__ is Ref else given
    if len(args) > 1 or name not in _GENERATORS:
        raise wrong("a random generator")

    def fill(state: Any) -> Any:
        made = getattr(np.random, str(name))(0)
        made.state = generator_state(state[0] if type(state) is tuple and len(state) == 2 else state, str(name))
        return made

    return Slot("a random generator", fill)


def generator_state(state: Any, name: str) -> dict[str, Any]:
    """A generator's state with every index in range."""
    if type(state) is not dict or state.get("bit_generator") != name or type(state.get("state")) is not dict:
        raise wrong("a random generator")
    inner, arrays = state["state"], {"key": 624 if name == "MT19937" else 2, "counter": 4, "state": 4}
    for part, size in arrays.items():
        value = inner.get(part)
        if isinstance(value, np.ndarray) and (value.shape != (size,) or value.dtype.kind != "u"):
            raise wrong("a random generator")
    limits = {"pos": 624, "buffer_pos": 4}
    for owner in (inner, state):
        for part, limit in limits.items():
            if part in owner and (type(owner[part]) is not int or not 0 <= owner[part] <= limit):
                raise wrong("a random generator")
    return state


def random_state(_machine: Machine, args: tuple[Any, ...]) -> Slot:
    """``__randomstate_ctor``: from a generator, or from its name with the state to follow."""
    if len(args) not in (1, 2) or (len(args) == 2 and args[1].__class__ is not Ref):
        raise wrong("a random state")
    given = args[0]
    kind = type(given).__name__ if isinstance(given, np.random.BitGenerator) else "MT19937"
    if isinstance(given, np.random.BitGenerator):
        made = np.random.RandomState(given)
    elif given in _GENERATORS:
        kind = str(given)
        made = np.random.RandomState(getattr(np.random, kind)(0))
    else:
        raise wrong("a random state")

    def fill(state: Any) -> Any:
        made.set_state(generator_state(state, kind))
        return made

    return Slot("a random state", fill, made, ready=True)


def generator(_machine: Machine, args: tuple[Any, ...]) -> Any:
    """``__generator_ctor``: from a generator, or from its name with the state to follow."""
    if len(args) not in (1, 2) or (len(args) == 2 and args[1].__class__ is not Ref):
        raise wrong("a random generator")
    if isinstance(args[0], np.random.BitGenerator):
        made = np.random.Generator(args[0])
        return Slot("a random generator", lambda _state: made, made, ready=True)
    if args[0] not in _GENERATORS:
        raise wrong("a random generator")
    inner = bit_generator(_machine, args[:1])

    def fill(state: Any) -> Any:
        inner.build(state)
        return np.random.Generator(inner.value)

    return Slot("a random generator", fill)


def seed_sequence(_machine: Machine, args: tuple[Any, ...]) -> Slot:
    """A seed's ancestry: no prediction needs it, and what numpy would not take is refused all the same."""
    own = len(args) == 3 and args[0].__class__ is Ref and args[0].name.endswith(".SeedSequence")
    if not own or args[1] not in _SEED_FIELDS or args[2] is not None:
        raise wrong("a random generator")

    def fill(state: Any) -> Stub:
        if type(state) is not tuple or len(state) not in (5, 6) or not isinstance(state[2], np.ndarray):
            raise wrong("a random generator")
        counted = all(type(count) is int and 0 <= count < 2**32 for count in (state[1], state[3]))
        if not counted or type(state[4]) is not tuple:
            raise wrong("a random generator")
        return Stub("numpy.random.SeedSequence")

    return Slot("a random generator", fill)
