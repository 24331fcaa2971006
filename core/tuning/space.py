"""The space of a search: written as text, walked as a grid, drawn from at random, measured from 0 to 1."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.errors import InputError, unknown_name
from core.results.trials import Span
from core.types import Array

_LARGEST = 1e12
_EXAMPLE = "For example: max_depth=2..8; learning_rate=0.01..0.3 log; criterion=gini|entropy."
_WORDS: dict[str, Any] = {"None": None, "null": None, "True": True, "true": True, "False": False, "false": False}


@dataclass(frozen=True, slots=True)
class LogWhole:
    """Whole numbers whose logarithm is even, ends included, in the form that ``ParameterSampler`` draws from."""

    low: int
    high: int

    def rvs(self, size: Any = None, random_state: Any = None) -> Any:
        """Draw."""
        drawn = np.exp(random_state.uniform(math.log(self.low), math.log(self.high), size))
        return np.clip(np.rint(drawn), self.low, self.high).astype(np.int64)


def parse(text: str, known: Mapping[str, Any]) -> tuple[Span, ...]:
    """Read a space.

    Parameters
    ----------
    text : str
        ``name=low..high``, with ``log`` behind it where steps are factors, or ``name=this|that``; ``;`` between them.
    known : mapping
        Settings that may be searched, with the values they have now.

    Raises
    ------
    InputError
        If a name is unknown or a range is none; the message says how it is written.
    """
    found: dict[str, Span] = {}
    for part in filter(None, (piece.strip() for piece in text.replace("\n", ";").split(";"))):
        name, mark, values = (item.strip() for item in part.partition("="))
        if not mark or not values:
            raise InputError(f"'{part[:80]}' is not a range.", "It has no name or no values.", _EXAMPLE)
        if name not in known:
            raise unknown_name("setting of this model", name, known)
        if name in found:
            raise InputError(f"'{name}' is there twice.", "One range a setting.", _EXAMPLE)
        found[name] = _span(name, values, known[name])
    if not found:
        raise InputError("There is nothing to search.", "No setting has a range.", _EXAMPLE)
    return tuple(found.values())


def _span(name: str, text: str, now: Any) -> Span:
    """One range or choice."""
    ends, _, tail = text.partition(" ")
    low, dots, high = ends.partition("..")
    if not dots:
        choices = tuple(dict.fromkeys(_value(item.strip()) for item in text.split("|") if item.strip()))
        return Span(name, "choice", choices=choices)
    try:
        bounds = float(low), float(high)
    except ValueError:
        raise InputError(f"'{text[:80]}' is no range for '{name}'.", "Both ends are numbers.", _EXAMPLE) from None
    log = tail.strip() == "log"
    if tail.strip() not in ("", "log") or not bounds[0] <= bounds[1] or max(map(abs, bounds)) > _LARGEST:
        why = "A range goes up, and nothing but 'log' stands behind it."
        raise InputError(f"'{text[:80]}' is no range for '{name}'.", why, _EXAMPLE)
    if log and bounds[0] <= 0:
        raise InputError(f"'{name}' cannot begin at {low}.", "With 'log' both ends are above 0.", _EXAMPLE)
    whole = all(end.is_integer() for end in bounds) and not {".", "e", "E"} & set(low + high.replace("..", ""))
    if bounds[0] == bounds[1]:
        return Span(name, "choice", choices=(_value(low),))
    kind = "int" if whole and not isinstance(now, float) else "float"
    return Span(name, kind, *bounds, log=log)  # type: ignore[arg-type]  # one of the two


def _value(text: str) -> Any:
    """One choice: a number, a truth value, nothing, a list in brackets, else text."""
    if text in _WORDS:
        return _WORDS[text]
    try:
        found = json.loads(text, parse_constant=str)
    except ValueError:
        return text.strip("'\"")
    if isinstance(found, list):
        return tuple(found)
    return found if isinstance(found, str | int | float) else text


def written(value: Any) -> str:
    """One choice as ``parse`` reads it."""
    return json.dumps(list(value)) if isinstance(value, tuple) else f"{value}"


def text(space: Sequence[Span]) -> str:
    """The space as ``parse`` reads it; a range of real numbers shows that it is one."""
    parts = []
    for span in space:
        if span.kind == "choice":
            parts.append(f"{span.name}={'|'.join(map(written, span.choices))}")
            continue
        low, high = (
            str(int(end or 0)) if span.kind == "int" else repr(float(end or 0)) for end in (span.low, span.high)
        )
        parts.append(f"{span.name}={low}..{high}{' log' if span.log else ''}")
    return "; ".join(parts)


def points(span: Span, count: int) -> list[Any]:
    """So many values along a range, ends included and evenly apart; all of a choice."""
    if span.kind == "choice":
        return list(span.choices)
    low, high = float(span.low or 0), float(span.high or 0)
    found = np.geomspace(low, high, count) if span.log else np.linspace(low, high, count)
    if span.kind == "int":
        return [int(value) for value in np.unique(np.rint(found))]
    return [float(value) for value in found]


def distribution(span: Span) -> Any:
    """What ``sklearn.model_selection.ParameterSampler`` draws from: a list, or a distribution."""
    if span.kind == "choice":
        return list(span.choices)
    from scipy import stats

    low, high = float(span.low or 0), float(span.high or 0)
    if span.kind == "int":
        return LogWhole(int(low), int(high)) if span.log else stats.randint(int(low), int(high) + 1)
    return stats.loguniform(low, high) if span.log else stats.uniform(low, high - low)


def size(space: Sequence[Span]) -> float:
    """How many different candidates there are; infinite with a range of real numbers."""
    counts = [
        len(span.choices) if span.kind == "choice"
        else (span.high or 0) - (span.low or 0) + 1 if span.kind == "int"
        else math.inf
        for span in space
    ]  # fmt: skip
    return math.prod(counts)


def coordinates(space: Sequence[Span], candidates: Sequence[Mapping[str, Any]]) -> Array:
    """Candidates as numbers from 0 to 1, shape (n_candidates, n_columns): one a range, one a level of a choice."""
    columns: list[list[float]] = []
    for span in space:
        if span.kind == "choice":
            if len(span.choices) > 1:
                columns += [[float(one[span.name] == level) for one in candidates] for level in span.choices]
            continue
        low, high = _scaled(span, float(span.low or 0)), _scaled(span, float(span.high or 0))
        columns.append([(_scaled(span, float(one[span.name])) - low) / (high - low) for one in candidates])
    return np.array(columns, dtype=np.float64).T.reshape(len(candidates), -1)


def spread(space: Sequence[Span], count: int, random: np.random.RandomState) -> list[dict[str, Any]]:
    """Draws as ``distribution`` gives them, many at once: a hundredth of the time that single ones take."""
    columns = {span.name: _column(span, random.uniform(size=count)) for span in space}
    return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]


def _column(span: Span, shares: Array) -> list[Any]:
    """Values at shares of a range or choice."""
    if span.kind == "choice":
        return [span.choices[int(share * len(span.choices))] for share in shares]
    low, high = _scaled(span, float(span.low or 0)), _scaled(span, float(span.high or 0))
    found = low + shares * (high - low)
    return [_inside(span, math.exp(one) if span.log else one) for one in found.tolist()]


def near(span: Span, value: Any, step: float, random: np.random.RandomState) -> Any:
    """A value beside another: moved by a normal step in shares of the range; a choice is now and then another."""
    if span.kind == "choice":
        return span.choices[random.randint(len(span.choices))] if random.uniform() < step else value
    low, high = _scaled(span, float(span.low or 0)), _scaled(span, float(span.high or 0))
    moved = _scaled(span, float(value)) + random.normal() * step * (high - low)
    return _inside(span, math.exp(min(max(moved, low), high)) if span.log else moved)


def _inside(span: Span, value: float) -> Any:
    """The nearest value of a range."""
    found = min(max(value, float(span.low or 0)), float(span.high or 0))
    return round(found) if span.kind == "int" else found


def _scaled(span: Span, value: float) -> float:
    """The value, or its logarithm."""
    return math.log(value) if span.log else value
