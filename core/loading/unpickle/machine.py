"""The opcode machine: reads a pickle stream and builds only what the rules allow.

Nothing is called, created or filled except by ``build.py`` on behalf of an opcode, and only through names of the
allow-list. Opcodes that no honest file of today uses (INST, OBJ, EXT*, PERSID, out-of-band buffers) are refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from struct import Struct
from typing import Any

from core.loading.unpickle.inert import Refused
from core.loading.unpickle.nodes import Nodes
from core.loading.unpickle.opcodes import TABLE
from core.loading.unpickle.stack import solid

MAX_OPCODES = 25_000_000
MAX_MADE = 200_000
MAX_MEMO = 20_000_000
_STOP, _RECALL, _MEMOIZE, _BYTE, _INT, _TEXT = b".h\x94KJ\x8c"
_WHOLE = Struct("<i")
_STRETCH = 4_096
_TOO_MANY = f"it has more than {MAX_OPCODES:,} instructions, or some that take as long"


@dataclass(slots=True)
class Budget:
    """What a file may still do; streams nested in one another share it.

    Attributes
    ----------
    opcodes : int
        Instructions.
    objects : int
        Objects with attributes (estimators and their like): each is looked at closely later.
    seconds : float
        Processor time for keys beyond what such keys take.
    """

    opcodes: int = MAX_OPCODES
    objects: int = MAX_MADE
    seconds: float = 1.0


class Machine:
    """Reads one stream.

    Parameters
    ----------
    data : bytes
        The whole (decompressed) file.
    position : int
        Where the stream starts (joblib nests one inside another).
    depth : int
        How deeply this stream is nested.
    outer : Machine, optional
        Of the stream around it; what it may still do, and the trees that are still to be checked, are shared.
    """

    __slots__ = (
        *("budget", "data", "depth", "frame", "hashes", "limit", "made", "marks", "memo", "nodes", "notes"),
        *("position", "protocol", "stack"),
    )

    def __init__(self, data: bytes, position: int = 0, depth: int = 0, outer: Machine | None = None) -> None:
        self.data = data
        self.limit, self.frame = len(data), 0
        self.budget: Budget = Budget() if outer is None else outer.budget
        self.nodes: Nodes = Nodes() if outer is None else outer.nodes
        self.position = position
        self.depth = depth
        self.stack: list[Any] = []
        self.marks: list[list[Any]] = []
        self.memo: dict[int, Any] = {}
        self.made: dict[int, Any] = {}
        self.hashes: dict[int, dict[int, int]] = {}
        self.protocol = 0
        self.notes: list[str] = []

    def run(self) -> Any:
        """Execute until STOP and return the object; ``position`` is then behind the stream."""
        budget = self.budget
        while budget.opcodes > 0:
            budget.opcodes -= _STRETCH
            left = self._stretch()
            if left:
                budget.opcodes += left
                if len(self.stack) != 1 or self.marks:
                    raise Refused("its instructions end with objects left over")
                return solid(self.stack.pop())
        raise Refused(_TOO_MANY)

    def _stretch(self) -> int:
        """Execute some instructions; how many were left from STOP on, 0 where it did not come.

        Seven of ten only fetch from the memo, put there, or push a small number or a short text: done here where they
        lie within the frame and mean what they should, and in the table's way else.
        """
        data, memo, table = self.data, self.memo, TABLE
        at, stack, limit = self.position, self.stack, self.limit
        for count in range(_STRETCH):
            opcode = data[at]
            if opcode == _RECALL and at + 1 < limit and data[at + 1] in memo:
                stack.append(memo[data[at + 1]])
                at += 2
            elif opcode == _MEMOIZE and len(memo) < MAX_MEMO:
                memo[len(memo)] = stack[-1]
                at += 1
            elif opcode == _BYTE and at + 1 < limit:
                stack.append(data[at + 1])
                at += 2
            elif opcode == _INT and at + 4 < limit:
                stack.append(_WHOLE.unpack_from(data, at + 1)[0])
                at += 5
            elif opcode == _TEXT and at + 1 < limit and at + 2 + data[at + 1] <= limit:
                end = at + 2 + data[at + 1]
                stack.append(str(data[at + 2 : end], "utf-8", "surrogatepass"))
                at = end
            else:
                self.position = at + 1
                if opcode == _STOP:
                    return _STRETCH - count
                table[opcode](self)
                at, stack, limit = self.position, self.stack, self.limit
        self.position = at
        return 0

    def spend(self, many: int) -> None:
        """Count an instruction that takes as long as many."""
        self.budget.opcodes -= many
        if self.budget.opcodes < 0:
            raise Refused(_TOO_MANY)

    def take(self, size: int) -> bytes:
        """The next bytes of the stream."""
        end = self.position + size
        if size < 0 or end > self.limit:
            self._leave(size)
        found = self.data[self.position : end]
        self.position = end
        return found

    def enter(self, size: int) -> None:
        """Begin a frame of so many bytes, which no instruction may cross."""
        if self.position < self.frame or size > len(self.data) - self.position:
            raise Refused("its frames do not fit", cut=size > len(self.data) - self.position)
        self.limit = self.frame = self.position + size

    def _leave(self, size: int) -> None:
        """Read on behind the end of a frame."""
        if size < 0 or self.position + size > len(self.data):
            raise Refused("it ends too early", cut=True)
        if self.position < self.frame:
            raise Refused("a frame of it ends within an instruction")
        self.limit = len(self.data)

    def line(self, limit: int = 1_000_000_000) -> bytes:
        """The next line, without its end."""
        end = self.data.find(b"\n", self.position, min(len(self.data), self.position + limit + 1))
        if end < 0 or self.position < self.frame <= end:
            raise Refused("a line of it has no end", cut=end < 0)
        found = self.data[self.position : end]
        self.position = end + 1
        return found

    def byte(self) -> int:
        """The next byte."""
        start = self.position
        if start >= self.limit:
            self._leave(1)
        self.position = start + 1
        return self.data[start]

    def number(self, form: Struct) -> Any:
        """A number of a fixed size."""
        start, end = self.position, self.position + form.size
        if end > self.limit:
            self._leave(form.size)
        (value,) = form.unpack_from(self.data, start)
        self.position = end
        return value

    def pop_mark(self) -> list[Any]:
        """Objects above the last mark."""
        items = self.stack
        self.stack = self.marks.pop()
        return items

    def remember(self, index: int) -> None:
        """Put the top of the stack into the memo."""
        if not 0 <= index <= len(self.memo) < MAX_MEMO:  # writers count from zero without gaps
            raise Refused("its memo is out of bounds")
        self.memo[index] = self.stack[-1]

    def memoize(self) -> None:
        """Put the top of the stack into the memo's next place."""
        memo = self.memo
        if len(memo) >= MAX_MEMO:
            raise Refused("its memo is out of bounds")
        memo[len(memo)] = self.stack[-1]

    def recall(self, index: int) -> None:
        """Push an entry of the memo."""
        if index not in self.memo:
            raise Refused("it refers to an object that it does not hold")
        self.stack.append(self.memo[index])
