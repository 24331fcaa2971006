"""joblib's layout: array bytes that lie in the stream right behind the object that describes them."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

from core.loading.unpickle.inert import Refused, Slot
from core.loading.unpickle.numbers import array_of, shape_of, wrong

if TYPE_CHECKING:
    from core.loading.unpickle.machine import Machine

MAX_DEPTH = 20
_NAME = "an array of joblib"


def array_wrapper(machine: Machine, args: tuple[Any, ...]) -> Slot:
    """``joblib.numpy_pickle.NumpyArrayWrapper``: its state says what the bytes behind it are."""
    if args:
        raise wrong(_NAME)

    def fill(state: Any) -> Any:
        if type(state) is not dict:
            raise wrong(_NAME)
        return _read(machine, state)

    return Slot(_NAME, fill)


def _read(machine: Machine, state: dict[str, Any]) -> np.ndarray:
    """Read the array at the machine's position."""
    kind, order = state.get("dtype"), state.get("order")
    if (
        state.get("subclass") not in (np.ndarray, np.matrix)
        or order not in ("C", "F")
        or not isinstance(kind, np.dtype)
    ):
        raise wrong(_NAME)
    if machine.position < machine.frame:  # joblib looks for the bytes behind the frame, and would take others
        raise Refused("an array of it lies inside a frame", _NAME)
    shape = shape_of(state.get("shape"), _NAME)
    if kind.hasobject:
        return _nested(machine)
    if state.get("numpy_array_alignment_bytes") is not None:
        machine.take(machine.take(1)[0])
    size = prod(shape) * kind.itemsize
    found = array_of(machine.take(size), kind, shape, order == "F", _NAME)
    return found if kind.isnative else found.astype(kind.newbyteorder("="))  # as joblib does; a matrix is none there


def _nested(machine: Machine) -> np.ndarray:
    """An array of objects: a pickle inside the pickle, read by the same rules."""
    if machine.depth >= MAX_DEPTH:
        raise Refused("it nests pickles too deeply", _NAME)
    inner = type(machine)(machine.data, machine.position, machine.depth + 1, machine)
    found = inner.run()
    machine.position = inner.position
    machine.notes.extend(inner.notes)
    if not isinstance(found, np.ndarray):
        raise wrong(_NAME)
    return found


def companion(_machine: Machine, _args: tuple[Any, ...]) -> Any:
    """Before 0.10 joblib wrote arrays into files beside the model."""
    raise Refused(
        "its arrays lie in other files beside it (written by joblib before 0.10): save it again with joblib.dump of a"
        " newer version",
        "joblib.numpy_pickle_compat.NDArrayWrapper",
    )
