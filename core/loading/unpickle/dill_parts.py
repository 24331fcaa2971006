"""What dill writes in words of its own: arrays, types of Python, named tuples and ranges; nothing that holds code."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from core.loading.unpickle import numbers
from core.loading.unpickle.allowed import lookup
from core.loading.unpickle.inert import Ref, Refused
from core.loading.unpickle.plain import short
from core.loading.unpickle.reviewed import BUILTIN_CALLS

if TYPE_CHECKING:
    from core.loading.unpickle.machine import Machine

_TYPES = frozenset((*BUILTIN_CALLS, "bool", "float", "int", "object", "str"))
_RANGE = re.compile(r"range\((-?\d{1,18}), (-?\d{1,18})(?:, (-?\d{1,18}))?\)", re.ASCII)


def _code(name: str) -> Refused:
    """The refusal of what may be anything."""
    return Refused(f"it asks for code, as dill writes it ({name})", f"dill._dill.{name}", unknown=True)


def array(machine: Machine, args: tuple[Any, ...]) -> Any:
    """``_create_array(reconstruct, its arguments, state, attributes)``: what numpy writes in two steps."""
    inner, parts, state, rest = args if len(args) == 4 else (None, (), None, None)
    if getattr(inner, "name", "") != "numpy._core.multiarray._reconstruct" or rest is not None:
        raise numbers.wrong("numpy.ndarray")
    if type(parts) is not tuple:
        raise numbers.wrong("numpy.ndarray")
    made = numbers.reconstruct(machine, parts)
    made.build(state)
    return made


def kind(_machine: Machine, args: tuple[Any, ...]) -> Ref:
    """``_load_type("slice")``: a type of Python by its name, in the role that the list gives it."""
    if len(args) != 1 or type(args[0]) is not str or args[0] not in _TYPES:
        raise _code("_load_type")
    return lookup("builtins", args[0])


def record(_machine: Machine, args: tuple[Any, ...]) -> Ref:
    """``_create_namedtuple(name, fields, module)``: one that the list knows by its name."""
    name, _fields, module = args if len(args) == 3 else (None, None, None)
    if type(name) is not str or type(module) is not str:
        raise _code("_create_namedtuple")
    found = lookup(module, name)
    if found.role != "record":
        raise _code("_create_namedtuple")
    return found


def written_out(_machine: Machine, args: tuple[Any, ...]) -> range:
    """``_eval_repr("range(0, 3)")``: theirs is evaluated, ours is read as a range and nothing else."""
    found = _RANGE.fullmatch(args[0]) if len(args) == 1 and type(args[0]) is str else None
    if found is None:
        raise _code("_eval_repr")
    return short(range(*(int(part) for part in found.groups() if part is not None)))  # type: ignore[no-any-return]


CONSTRUCTORS: dict[str, Any] = {
    "dill._dill._create_array": array,
    "dill._dill._load_type": kind,
    "dill._dill._create_namedtuple": record,
    "dill._dill._eval_repr": written_out,
}
