"""Instructions with a number or a size behind them: numbers, texts, bytes, places in the memo."""

from __future__ import annotations

from collections.abc import Callable
from operator import methodcaller
from struct import Struct
from typing import TYPE_CHECKING, Any

from core.loading.unpickle.inert import Refused

if TYPE_CHECKING:
    from core.loading.unpickle.machine import Machine

MAX_DIGITS = 600


def _size(layout: str) -> Callable[[Machine], int]:
    """A size or a place in the memo: most are one byte, and a forest has a hundred thousand of them."""
    form = Struct(layout)
    return methodcaller("byte") if layout == "<B" else lambda machine: int(machine.number(form))


def long_bytes(layout: str) -> Callable[[Machine], None]:
    """LONG1 and LONG4."""
    length = _size(layout)

    def read(machine: Machine) -> None:
        size = length(machine)
        if not 0 <= size <= MAX_DIGITS:
            raise Refused("it holds a number of excessive length")
        machine.stack.append(int.from_bytes(machine.take(size), "little", signed=True))

    return read


def fixed(layout: str) -> Callable[[Machine], None]:
    """An integer or float of fixed size."""
    form = Struct(layout)
    return lambda machine: machine.stack.append(machine.number(form))


def text(layout: str) -> Callable[[Machine], None]:
    """A length and UTF-8 text."""
    length = _size(layout)

    def read(machine: Machine) -> None:
        machine.stack.append(str(machine.take(length(machine)), "utf-8", "surrogatepass"))

    return read


def binary(layout: str, make: Callable[[bytes], Any] = bytes) -> Callable[[Machine], None]:
    """A length and bytes."""
    length = _size(layout)
    return lambda machine: machine.stack.append(make(machine.take(length(machine))))


def old_text(layout: str) -> Callable[[Machine], None]:
    """A byte string of Python 2: plain ASCII only."""
    length = _size(layout)
    return lambda machine: machine.stack.append(str(machine.take(length(machine)), "ascii"))


def remember(layout: str) -> Callable[[Machine], None]:
    """BINPUT and LONG_BINPUT."""
    place = _size(layout)
    return lambda machine: machine.remember(place(machine))


def recall(layout: str) -> Callable[[Machine], None]:
    """BINGET and LONG_BINGET."""
    place = _size(layout)
    return lambda machine: machine.recall(place(machine))
