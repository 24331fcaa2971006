"""Can a pattern of words try every cut of a text? Then a text made for it keeps the worker busy for ever.

A repeat is safe where each of its turns can only be cut in one way: it takes a single letter, always as many letters,
or begins or ends with a letter that nothing else in the turn can be. Everything else is refused, and so is what looks
far from everywhere (``steps.py``); honest patterns of words do not need it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, product
from re import _constants as codes  # type: ignore[attr-defined]  # the standard parser; no other tells repeats apart
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

from core.loading.unpickle.steps import LINE_END, SINGLE, grows

_TURNS, _MANY, _IN_A_ROW = 3, 16, 3
"""Turns that may be cut in any way, letters of a repeat that is long, and long repeats beside each other."""
_REPEATS = (codes.MAX_REPEAT, codes.MIN_REPEAT)
_ALL_REPEATS = (*_REPEATS, codes.POSSESSIVE_REPEAT)
_EMPTY = (codes.AT, codes.ASSERT, codes.ASSERT_NOT)
_CATEGORIES = {
    category: (re.compile(written), re.compile(written, re.ASCII))
    for category, written in (
        (codes.CATEGORY_WORD, r"\w"),
        (codes.CATEGORY_NOT_WORD, r"\W"),
        (codes.CATEGORY_DIGIT, r"\d"),
        (codes.CATEGORY_NOT_DIGIT, r"\D"),
        (codes.CATEGORY_SPACE, r"\s"),
        (codes.CATEGORY_NOT_SPACE, r"\S"),
    )
}
"""In Unicode, and in ASCII."""
_FLAGS = (re.IGNORECASE, re.ASCII, re.DOTALL, re.MULTILINE)
Letters = frozenset[int]


@dataclass(frozen=True, slots=True)
class _Pattern:
    """The letters by which parts of one pattern are compared, and what its flags make of them.

    Attributes
    ----------
    alphabet : frozenset of int
    folded : bool
        Whether capitals count as small letters.
    narrow : bool
        Whether words, digits and spaces are those of ASCII.
    dotted : bool
        Whether any letter may be the end of a line, too.
    lines : bool
        Whether each line has a beginning and an end.
    """

    alphabet: Letters
    folded: bool
    narrow: bool
    dotted: bool
    lines: bool


def is_endless(text: str) -> bool:
    """True for a pattern that a text could keep busy for ever, or that is none.

    Raises
    ------
    re.error, RecursionError, OverflowError
        If it cannot be parsed.
    """
    parsed = parser.parse(text)
    named = [code for item in _walk(parsed) for code in _codes(item)]
    inside = {(low + high) // 2 for low, high in pairwise(named)}
    letters = frozenset((*range(0x250), *named, *inside))
    turned = _turned(parsed)
    if turned & (re.ASCII | re.UNICODE):  # a letter would be one of words here, and none there
        return True
    patterns = [_Pattern(letters, *flags) for flags in _flags(parsed, turned)]
    return any(_backtracks(one, parsed, last=True) or _looks_far(one, parsed) for one in patterns)


def _turned(parsed: Any) -> int:
    """Flags that a part of the pattern turns on or off for itself."""
    found = 0
    for code, held in _walk(parsed):
        found |= held[1] | held[2] if code is codes.SUBPATTERN else 0
    return found


def _flags(parsed: Any, turned: int) -> Iterator[tuple[bool, ...]]:
    """Each flag as it is, and both ways where a part of the pattern turns it for itself."""
    yield from product(*((True, False) if turned & flag else (bool(parsed.state.flags & flag),) for flag in _FLAGS))


def _looks_far(pattern: _Pattern, parsed: Any) -> bool:
    """True where each place of a long text can be looked at from every place before it."""
    kinds = [item for item in _walk(parsed) if item[0] in SINGLE]
    return grows(parsed, sorted(pattern.alphabet), kinds, _takes(pattern, kinds), pattern.lines)


def _takes(pattern: _Pattern, kinds: Sequence[Any]) -> Callable[[int, Any, Any], bool]:
    """Whether a letter is one that an instruction takes, for those of one parsed pattern, told by their places."""
    same: dict[str, Letters] = {}
    known: dict[tuple[Any, int], Letters] = {}
    for code, held in kinds:
        name = str((code, held))
        known[code, id(held)] = same[name] = same.get(name) or _letters(pattern, [(code, held)])
    return lambda letter, code, held: letter in known[code, id(held)]


def _walk(items: Sequence[Any]) -> Iterator[Any]:
    """Every instruction, however deep."""
    for item in items:
        yield item
        for part in _parts(*item):
            yield from _walk(part)


def _codes(item: Any) -> list[int]:
    """Letters that an instruction names: alone or as the ends of a range."""
    code, held = item
    if code in (codes.LITERAL, codes.NOT_LITERAL):
        return [held]
    if code is not codes.IN:
        return []
    found: list[int] = []
    for kind, value in held:
        found += [value] if kind is codes.LITERAL else list(value) if kind is codes.RANGE else []
    return found


def _backtracks(pattern: _Pattern, items: Sequence[Any], last: bool) -> bool:
    """True where turns of a repeat can be cut in many ways, or long repeats share letters with several beside them."""
    row, before = 0, frozenset[int]()
    for place, (code, held) in enumerate(items):
        end = last and place == len(items) - 1
        repeats = code in _REPEATS
        if repeats and not end and _most(held[1]) > _TURNS and not _is_cut_once(pattern, list(held[2])):
            return True
        if repeats and _most(held[1]) > _MANY:
            row, before = row + 1, before | _letters(pattern, [(code, held)])
        elif code not in (*_EMPTY, *_ALL_REPEATS) and not before & _letters(pattern, [(code, held)]):
            row, before = 0, frozenset[int]()
        if row > _IN_A_ROW:
            return True
        inner = end and not (code in _ALL_REPEATS and _most(held[1]) > 1)
        if any(_backtracks(pattern, part, inner) for part in _parts(code, held)):
            return True
    return False


def _most(high: Any) -> int:
    """The most turns of a repeat."""
    return 1 << 32 if high is codes.MAXREPEAT else int(high)


def _is_cut_once(pattern: _Pattern, body: list[Any]) -> bool:
    """True when the turns of a repeat can be told apart in one way only."""
    while len(body) == 1 and body[0][0] is codes.SUBPATTERN:
        body = list(body[0][1][3])
    body = [item for item in body if item[0] not in _EMPTY]
    if not any(_is_free(item) for item in body):
        return bool(body)
    free = [place for place, item in enumerate(body) if _is_free(item)]
    if len(free) > 1 or body[free[0]][0] not in _ALL_REPEATS or any(map(_is_free, body[free[0]][1][2])):
        return False
    for mark in {0, len(body) - 1} - set(free):
        rest = body[:mark] + body[mark + 1 :]
        if not _letters(pattern, [body[mark]]) & _letters(pattern, rest):
            return True
    return False


def _is_free(item: Any) -> bool:
    """True for an instruction that can take a text in more than one way: repeats of any length, choices, references."""
    code, held = item
    if code in _ALL_REPEATS:
        return _most(held[0]) != _most(held[1]) or any(map(_is_free, held[2]))
    if code is codes.SUBPATTERN:
        return any(map(_is_free, held[3]))
    return code in (codes.BRANCH, codes.GROUPREF, codes.GROUPREF_EXISTS, codes.ATOMIC_GROUP)


def _letters(pattern: _Pattern, items: Sequence[Any]) -> Letters:
    """Letters of the alphabet that some instructions can take."""
    found: set[int] = set()
    for item in _walk(items):
        found |= _own(pattern, *item)
    if pattern.folded:
        texts = [chr(code) for code in found]
        found |= {ord(other) for one in texts for other in (one.lower(), one.upper()) if len(other) == 1}
    return frozenset(found)


def _own(pattern: _Pattern, code: Any, held: Any) -> Letters:
    """Letters of one instruction, without those inside it."""
    if code is codes.LITERAL:
        return frozenset((held,))
    if code is codes.NOT_LITERAL:
        return pattern.alphabet - {held}
    if code is codes.IN:
        parts = [kind for kind, _ in held]
        found = frozenset(one for one in pattern.alphabet if any(_is_in(pattern, one, *part) for part in held))
        return pattern.alphabet - found if codes.NEGATE in parts else found
    if code is codes.ANY:
        return pattern.alphabet if pattern.dotted else pattern.alphabet - {LINE_END}
    return pattern.alphabet if code in (codes.GROUPREF, codes.GROUPREF_EXISTS) else frozenset()


def _is_in(pattern: _Pattern, letter: int, kind: Any, value: Any) -> bool:
    """True for a letter that a part of a set names."""
    if kind is codes.RANGE:
        return bool(value[0] <= letter <= value[1])
    if kind is codes.CATEGORY:
        return value not in _CATEGORIES or _CATEGORIES[value][pattern.narrow].match(chr(letter)) is not None
    return bool(kind is codes.LITERAL and value == letter)


def _parts(code: Any, held: Any) -> list[Sequence[Any]]:
    """Patterns inside one instruction."""
    if code in _ALL_REPEATS:
        return [held[2]]
    if code is codes.SUBPATTERN:
        return [held[3]]
    if code is codes.BRANCH:
        return list(held[1])
    if code in (codes.ASSERT, codes.ASSERT_NOT):
        return [held[1]]
    if code is codes.GROUPREF_EXISTS:
        return [part for part in held[1:] if part is not None]
    return [held] if code is codes.ATOMIC_GROUP else []
