"""State by which an honest class would compute for ever: patterns of words that backtrack, kernels of kernels.

Whatever else takes too long is ended by the worker's limits; these are cheap to tell beforehand.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from re import _constants as codes  # type: ignore[attr-defined]  # the standard parser; no other tells repeats apart
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

from core.loading.unpickle.inert import Refused

MAX_PATTERN, MAX_KERNELS = 1_000, 2_000
_MANY, _IN_A_ROW = 16, 4
_REPEATS = (codes.MAX_REPEAT, codes.MIN_REPEAT)


def pattern(model: Any) -> None:
    """A pattern of words that finds no end in a text made for it: repeats in repeats, or many after another."""
    held = vars(model)["token_pattern"]
    if held is None:
        return
    if not isinstance(held, str) or len(held) > MAX_PATTERN:
        raise _endless(model)
    try:
        parsed = parser.parse(held)
    except (re.error, RecursionError, OverflowError) as error:
        raise _endless(model) from error
    if _backtracks(parsed, last=True):
        raise _endless(model)


def _backtracks(items: Sequence[Any], last: bool) -> bool:
    """True where a repeat can share the same letters with one inside it, or with several beside it."""
    row = 0
    for place, (code, held) in enumerate(items):
        end = last and place == len(items) - 1
        many = code in _REPEATS and _is_many(held[1])
        row = row + 1 if many else row if code in (codes.AT, *_REPEATS) else 0
        if row > _IN_A_ROW or (many and not end and _is_shared(held[2])):
            return True
        if any(_backtracks(part, end and not many) for part in _parts(code, held)):
            return True
    return False


def _is_many(high: Any) -> bool:
    """True for a repeat that may go on for long."""
    return high is codes.MAXREPEAT or int(high) > _MANY


def _is_shared(body: Sequence[Any]) -> bool:
    """True when nothing but repeats must stand in a turn, so that turns can be cut in many ways."""
    flat = list(body)
    while len(flat) == 1 and flat[0][0] is codes.SUBPATTERN:
        flat = list(flat[0][1][3])
    if len(flat) == 1 and flat[0][0] is codes.BRANCH:
        branches = [list(part) for part in flat[0][1][1]]
        return any(_is_shared(part) for part in branches) or sum(not part for part in branches) > 1
    needed = [(code, held) for code, held in flat if not (code in _REPEATS and held[0] == 0 and not _is_many(held[1]))]
    if any(code is codes.BRANCH and sum(not len(part) for part in held[1]) > 1 for code, held in flat):
        return True
    return bool(needed) and all(code in _REPEATS and _is_many(held[1]) for code, held in needed)


def _parts(code: Any, held: Any) -> list[Sequence[Any]]:
    """Patterns inside one instruction."""
    if code in _REPEATS or code is codes.POSSESSIVE_REPEAT:
        return [held[2]]
    if code is codes.SUBPATTERN:
        return [held[3]]
    if code is codes.BRANCH:
        return list(held[1])
    if code in (codes.ASSERT, codes.ASSERT_NOT):
        return [held[1]]
    return [held] if code is codes.ATOMIC_GROUP else []


def kernels(model: Any) -> None:
    """A kernel of a Gaussian process that holds others, and those the same again, doubles at each level."""
    pending, count = [vars(model).get("kernel_"), vars(model).get("kernel")], 0
    while pending:
        item = pending.pop()
        if not type(item).__module__.startswith("sklearn.gaussian_process.kernels"):
            continue
        count += 1
        if count > MAX_KERNELS:
            raise _endless(model)
        for part in vars(item).values():
            pending.extend(part if isinstance(part, list | tuple) else [part])


def _endless(model: Any) -> Refused:
    """The refusal of what would not come to an end."""
    return Refused(f"its {type(model).__name__} would compute without end", type(model).__name__)


CHECKS: dict[str, Callable[[Any], None]] = {"token_pattern": pattern, "kernel_": kernels}
"""Attribute -> check of the object that has it."""
