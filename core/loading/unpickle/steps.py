"""How the work of a pattern of words grows with the text: counted, on texts made to keep it looking.

A matcher in plain Python goes the way that Python's own does and counts its steps. A pattern whose steps grow faster
than a text of one letter, or of two by turns, can look at a cell of 20,000 letters from each of its places to the end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from re import _constants as codes  # type: ignore[attr-defined]  # as in patterns.py
from typing import Any

_SHORT, _LONG, _TIMES = 48, 192, 8
"""Letters of the two texts; four times the text may take so many times the steps."""
_SPARE = 400
"""Steps that are too few to tell anything."""
_CLASSES = 10
"""Kinds of letters that texts are made of."""
LINE_END = ord("\n")
_ALL = 2_000_000
"""Steps in all texts together: a few seconds, where a pattern of words takes a tenth of one."""

SINGLE = (codes.LITERAL, codes.NOT_LITERAL, codes.IN, codes.ANY)
"""Instructions that take one letter."""

Takes = Callable[[int, Any, Any], bool]
"""Says whether a letter is one that an instruction takes."""


class _TooManyError(Exception):
    """The steps that a text may take are used up."""


@dataclass(slots=True)
class _Scan:
    """A text, the steps taken in it, and how many there may be."""

    text: list[int]
    takes: Takes
    most: float
    lines: bool = False
    steps: int = 0

    def count(self) -> None:
        """One step more."""
        self.steps += 1
        if self.steps > self.most:
            raise _TooManyError


def grows(parsed: Any, alphabet: Sequence[int], kinds: Sequence[Any], takes: Takes, lines: bool = False) -> bool:
    """True where some text of four times the length takes more than eight times the steps.

    Parameters
    ----------
    parsed : sequence of instructions
        As Python's own parser gives them.
    alphabet : sequence of int
        Letters that stand for all others.
    kinds : sequence of instructions
        Those that take single letters: letters that they do not tell apart are one kind.
    takes : callable
        ``takes(letter, code, held)``.
    lines : bool
        Whether each line has a beginning and an end, for the pattern.
    """
    known: dict[tuple[bool, ...], int] = {}
    for letter in alphabet:
        ends = lines and letter == LINE_END
        known.setdefault((_is_word(letter), ends, *(takes(letter, *kind) for kind in kinds)), letter)
    letters = list(known.values())[:_CLASSES]
    turns = [(one, other) for one in letters for other in letters]
    taken = 0
    try:
        for pair in turns:
            for make in _TEXTS:
                short = _search(parsed, _Scan(make(*pair, _SHORT), takes, _SHORT**3, lines))
                if taken > _ALL:
                    return True
                taken += _search(parsed, _Scan(make(*pair, _LONG), takes, max(_SPARE, short) * _TIMES, lines))
    except _TooManyError:
        return True
    return False


_TEXTS: tuple[Callable[[int, int, int], list[int]], ...] = (
    lambda one, other, length: [one, other] * (length // 2),
    lambda one, other, length: [one] * length + [other],
    lambda one, other, length: [other] + [one] * length,
)


def _search(parsed: Any, scan: _Scan) -> int:
    """Find every match, one after the other, as ``findall`` does; the steps that it takes."""
    at = 0
    while at <= len(scan.text):
        end = next(_sequence(list(parsed), 0, at, scan), -1)
        at = end if end > at else at + 1
    return scan.steps


def _sequence(items: list[Any], place: int, at: int, scan: _Scan) -> Iterator[int]:
    """Where the instructions from a place on may end, in the order in which they are tried."""
    if place == len(items):
        yield at
        return
    code, held = items[place]
    for end in _one(code, held, at, scan):
        yield from _sequence(items, place + 1, end, scan)


def _one(code: Any, held: Any, at: int, scan: _Scan) -> Iterator[int]:
    """Where one instruction may end."""
    scan.count()
    if code in (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT):
        yield from _repeat(code, held, at, scan)
    elif code is codes.SUBPATTERN:
        yield from _sequence(list(held[3]), 0, at, scan)
    elif code is codes.ATOMIC_GROUP:
        yield from list(_sequence(list(held), 0, at, scan))[:1]
    elif code is codes.BRANCH:
        for way in held[1]:
            yield from _sequence(list(way), 0, at, scan)
    elif code in (codes.ASSERT, codes.ASSERT_NOT):
        start = at if held[0] > 0 else at - held[1].getwidth()[0]
        found = start >= 0 and next(_sequence(list(held[1]), 0, start, scan), -1) >= 0
        if found is (code is codes.ASSERT):
            yield at
    elif code is codes.AT:
        if _is_at(held, at, scan.text, scan.lines):
            yield at
    elif code in SINGLE and at < len(scan.text) and scan.takes(scan.text[at], code, held):
        yield at + 1


def _repeat(code: Any, held: Any, at: int, scan: _Scan) -> Iterator[int]:
    """Turns of a repeat: the most first, or the fewest; each way that a turn can end is tried."""
    low, high, body = int(held[0]), held[1], list(held[2])
    most = len(scan.text) + 1 if high is codes.MAXREPEAT else int(high)
    open_turns: list[Iterator[int]] = []
    ends, lazy = [at], code is codes.MIN_REPEAT
    while ends:
        fresh = len(ends) > len(open_turns)
        if fresh:
            if lazy and len(open_turns) >= low:
                yield ends[-1]
            open_turns.append(_sequence(body, 0, ends[-1], scan) if len(open_turns) < most else iter(()))
        end = next(open_turns[-1], -1)
        if end > ends[-1] or (end == ends[-1] and len(open_turns) <= low):
            ends.append(end)
        elif end < 0:
            open_turns.pop()
            last = ends.pop()
            if not lazy and len(ends) >= low:
                yield last
                if code is codes.POSSESSIVE_REPEAT:
                    return


def _is_word(letter: int) -> bool:
    """True for what words are made of."""
    return chr(letter).isalnum() or letter == ord("_")


def _is_at(where: Any, at: int, text: list[int], lines: bool) -> bool:
    """True at such a place: the edge of a word, the beginning, the end, of the text or of a line."""
    before, after = (0 <= place < len(text) and _is_word(text[place]) for place in (at - 1, at))
    if where in (codes.AT_BOUNDARY, codes.AT_NON_BOUNDARY):
        return (before != after) is (where is codes.AT_BOUNDARY)
    if where in (codes.AT_END, codes.AT_END_STRING):
        ends = where is codes.AT_END and text[at : at + 1] == [LINE_END] and (lines or at == len(text) - 1)
        return at == len(text) or ends
    return at == 0 or (lines and where is codes.AT_BEGINNING and text[at - 1] == LINE_END)
