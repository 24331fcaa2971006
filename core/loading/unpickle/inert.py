"""What lies on the machine's stack in place of real things: names that were looked up, objects not yet filled."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import takewhile
from typing import Any, Literal

Role = Literal["new", "record", "call", "value", "stub"]
"""How a name may be used: created and filled with state; built from a checked tuple; called with checked
arguments; stored only; replaced by an inert stand-in."""


class Refused(Exception):  # noqa: N818 - a verdict on a file, turned into a ModelError at the door
    """The file asks for something that the rules do not allow, or is broken.

    Attributes
    ----------
    why : str
    name : str
        What it is refused for; may be empty.
    unknown : bool
        True where ``name`` is simply not on the list.
    cut : bool
        True where the file ends before it should.
    written : str
        The version of scikit-learn that wrote the file, where it is known.
    """

    def __init__(self, why: str, name: str = "", *, unknown: bool = False, cut: bool = False) -> None:
        super().__init__(why)
        self.why = why
        self.name = name
        self.unknown = unknown
        self.cut = cut
        self.written = ""


@dataclass(frozen=True, slots=True, eq=False)
class Ref:
    """A name of the allow-list. It does nothing by itself; only an opcode with a matching role unwraps it."""

    name: str
    role: Role
    target: Any


@dataclass(slots=True, eq=False)
class Slot:
    """An object whose state decides what it is; others see ``value`` once it is known.

    Attributes
    ----------
    name : str
    fill : callable or None
        ``state -> value`` for the next BUILD; None when no state is expected.
    value : object
    ready : bool
        True when ``value`` may be used.
    """

    name: str
    fill: Callable[[Any], Any] | None
    value: Any = None
    ready: bool = False

    def build(self, state: Any) -> None:
        """Take the state, once."""
        if self.fill is None:
            raise Refused(f"{self.name} is given a state twice, or one that it does not take", self.name)
        fill, self.fill = self.fill, None
        self.value = fill(state)
        self.ready = True


def spent(parts: dict[Any, Any], owner: Ref | Slot) -> None:
    """Mark a dictionary out of which an object was made, so that it may lie nowhere else.

    What reads it plainly changes it, each library in its way, and what lies there would be another object here.
    """
    parts.clear()
    parts["state"] = owner


OWN_METHODS = frozenset(("_raw_predict",))
"""Methods that an object may hold under their own names, as it has them anyway."""
ASKED = frozenset(("predict", "predict_proba", "predict_log_proba", "decision_function"))
"""Methods of a model that may lie in what is left out, and nowhere else."""


@dataclass(frozen=True, slots=True, eq=False)
class OwnMethod:
    """A method of an object, by its name: it may lie only where the object has it anyway."""

    owner: Any
    name: str


def by_name(name: str) -> Refused:
    """The refusal of a method of an object."""
    return Refused(
        f"it asks for an attribute by its name (getattr, {name[:60]!r}), as methods of objects are written",
        "builtins.getattr",
    )


FEW = 4
"""Numbers that a stand-in keeps."""


class Stub:
    """Stands where a file holds a search distribution, a cache, a callback or a logger: it does nothing.

    The whole numbers that it would have been built of first are kept, a few: a span of time is told by them.
    """

    def __init__(self, name: str, args: tuple[Any, ...] = ()) -> None:
        self.stands_for = name
        self.numbers = tuple(takewhile(lambda part: type(part) in (int, bool), args[:FEW]))

    def __repr__(self) -> str:
        return f"<left out: {self.stands_for}>"
