"""The constraints as people write them: ``"age:up; income:0..60000; job:clerk|nurse; a+b"``.

Each becomes a ``Wish``, one condition on one thing, so that a refusal can name the one that binds.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from core.counterfactual.coding import Coder
from core.errors import InputError, unknown_name

_IDENTIFIER = re.compile(r"(^|[\s_.-])(id|uuid|guid|key|identifier)($|[\s_.-])", re.IGNORECASE)
_AGE = re.compile(r"(^|[\s_.-])age($|[\s_.-])", re.IGNORECASE)
_BIRTH = re.compile(r"(^|[\s_.-])(birth|birthday|birthdate|birthplace|born|dob)($|[\s_.-])", re.IGNORECASE)
_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
"""Where a name like ``PassengerId`` falls into words."""

FREE = "any"
"""The direction of a feature that may go either way, whatever custom says."""
WishKind = Literal["locked", "up", "down", "range", "levels", "tie", "most", "weight"]


@dataclass(frozen=True, slots=True)
class Wish:
    """One condition.

    Attributes
    ----------
    kind : WishKind
    features : tuple of int
        Positions of the features that it speaks of; empty for "most".
    values : tuple
        range: (low, high); levels: positions of the levels; most: (n,); weight: (w,).
    words : str
    """

    kind: WishKind
    features: tuple[int, ...]
    values: tuple[float, ...]
    words: str


def read_wishes(coder: Coder, params: Mapping[str, Any], label: str | None = None) -> tuple[Wish, ...]:
    """Read every constraint of a method's parameters.

    Parameters
    ----------
    params : mapping
        ``locked`` (names), ``directions``, ``ranges``, ``levels``, ``weights``, ``ties`` (texts, or JSON objects and
        lists), ``max_changes``, ``defaults``.
    label : str or None
        The column that names rows.

    Raises
    ------
    InputError
        If a name, a level, a number or a direction does not fit.
    """
    names = [feature.name for feature in coder.features]
    found = [Wish("locked", (names.index(name),), (), f"'{name}' is locked") for name in params.get("locked") or ()]
    ways = entries(params.get("directions"), names)
    found += [_direction(coder, names, name, way) for name, way in ways if way != FREE]
    found += [_range(coder, names, name, text) for name, text in entries(params.get("ranges"), names)]
    found += [_levels(coder, names, name, text) for name, text in entries(params.get("levels"), names)]
    found += [_weight(names, name, text) for name, text in entries(params.get("weights"), names)]
    found += [_tie(names, group) for group in groups(params.get("ties"), names)]
    if params.get("defaults", True):
        spoken = {place for wish in found for place in wish.features if wish.kind in ("up", "down", "range", "levels")}
        spoken |= {names.index(name) for name, _ in ways}
        found += [wish for wish in _customs(coder, label) if wish.features[0] not in spoken]
    most = params.get("max_changes")
    if most is not None and most < len(names):
        found.append(Wish("most", (), (float(most),), f"at most {most} feature{'s' if most > 1 else ''} may change"))
    return tuple(found)


def _customs(coder: Coder, label: str | None) -> list[Wish]:
    """What nobody can change, unless the person says otherwise: identifiers and births stay, an age only rises."""
    wishes = []
    for place, feature in enumerate(coder.features):
        name = _WORDS.sub(" ", feature.name)
        if feature.name == label or _IDENTIFIER.search(name):
            wishes.append(Wish("locked", (place,), (), f"'{feature.name}' identifies the row and stays"))
        elif _BIRTH.search(name):
            wishes.append(Wish("locked", (place,), (), f"'{feature.name}' is given at birth and stays"))
        elif feature.is_ordered and _AGE.search(name):
            wishes.append(Wish("up", (place,), (), f"'{feature.name}' can only rise"))
    return wishes


def entries(given: Any, names: Sequence[str]) -> list[tuple[str, str]]:
    """Split ``"name:value; name:value"`` (or a JSON object) into pairs; names may hold any character."""
    if not given:
        return []
    if isinstance(given, Mapping):
        pairs = [(str(name), given[name]) for name in given]
    elif str(given).lstrip().startswith("{"):
        pairs = list(_json(str(given), dict).items())
    else:
        return _light(str(given), names)
    return [(_known(name, names), _flat(value)) for name, value in pairs]


def _light(text: str, names: Sequence[str]) -> list[tuple[str, str]]:
    """The short form: an entry starts where a known name and a colon follow a separator."""
    known = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    starts = list(re.finditer(rf"(?:^|[;,\n])\s*({known})\s*:", text))
    head = text[: starts[0].start()] if starts else text
    if head.strip(" ;,\n"):
        raise unknown_name("feature", head.split(":")[0].strip(" ;,\n"), names)
    ends = [match.start() for match in starts[1:]] + [len(text)]
    pairs = [(match.group(1), text[match.end() : end].strip(" ;,\n")) for match, end in zip(starts, ends, strict=True)]
    for _, value in pairs:
        if ";" in value:
            raise unknown_name("feature", value.split(";")[1].split(":")[0].strip(), names)
    return pairs


def _flat(value: Any) -> str:
    """A JSON value in the short form: ``[0, 5]`` -> ``"0..5"`` for numbers, ``"a|b"`` for texts."""
    if isinstance(value, list | tuple):
        numbers = len(value) == 2 and all(isinstance(item, int | float) for item in value)
        return (".." if numbers else "|").join(str(item) for item in value)
    return str(value)


def _json(text: str, kind: type) -> Any:
    """Parse JSON of one kind."""
    try:
        value = json.loads(text)
    except ValueError as error:
        raise InputError("This setting cannot be read.", f"It looks like JSON but is not ({error}).") from error
    if not isinstance(value, kind):
        raise InputError("This setting cannot be read.", "It is JSON of another form.", "Give an object by feature.")
    return value


def _known(name: str, names: Sequence[str]) -> str:
    """A feature's name, checked."""
    if name not in names:
        raise unknown_name("feature", name, names)
    return name


def _direction(coder: Coder, names: Sequence[str], name: str, way: str) -> Wish:
    """``up``, ``down`` or ``fixed`` (``any`` is no condition)."""
    place = names.index(name)
    if way == "fixed":
        return Wish("locked", (place,), (), f"'{name}' is locked")
    if way not in ("up", "down"):
        raise InputError(f"'{way}' is no direction.", f"It was given for '{name}'.", "Use up, down, fixed or any.")
    if not coder.ordered[place]:
        raise InputError(f"'{name}' has no up and down.", "Its values have no order.", "Choose allowed levels instead.")
    return Wish("up" if way == "up" else "down", (place,), (), f"'{name}' may only go {way}")


def _number(text: str, otherwise: float, name: str) -> float:
    """One end of a range; empty means open."""
    try:
        value = float(text) if text.strip() else otherwise
    except ValueError:
        value = np.nan
    if np.isnan(value):
        raise InputError(f"The range of '{name}' cannot be read.", f"{text[:40]!r} is no number.", "Write 0..60000.")
    return value


def _range(coder: Coder, names: Sequence[str], name: str, text: str) -> Wish:
    """``low..high``, either end open."""
    place = names.index(name)
    low_text, dots, high_text = text.partition("..")
    if not dots or not coder.ordered[place]:
        why = "A range is written low..high." if coder.ordered[place] else "Its values have no order."
        raise InputError(f"The range of '{name}' cannot be read.", why, f"Write, say, {name}:0..60000.")
    low, high = _number(low_text, -np.inf, name), _number(high_text, np.inf, name)
    if low > high:
        raise InputError(f"The range of '{name}' is empty.", f"{low:g} is above {high:g}.", "Swap the two.")
    return Wish("range", (place,), (low, high), f"'{name}' has to stay within {text}")


def _levels(coder: Coder, names: Sequence[str], name: str, text: str) -> Wish:
    """``level|level``, by their text."""
    place = names.index(name)
    levels = coder.levels[place]
    if levels is None:
        raise InputError(f"'{name}' has no levels.", "It is a number.", f"Give a range: {name}:0..10.")
    by_text = {str(level): position for position, level in enumerate(levels)}
    chosen = _split(text.strip(), list(by_text), "|", f"level of '{name}'")
    words = f"'{name}' may only be {' or '.join(chosen)}"
    return Wish("levels", (place,), tuple(float(by_text[part]) for part in chosen), words)


def _weight(names: Sequence[str], name: str, text: str) -> Wish:
    """A cost factor above 0."""
    weight = _number(text, np.nan, name)
    if not 0 < weight <= 1e6:
        raise InputError(
            f"The weight of '{name}' does not fit.", f"{weight:g} is not above 0.", "Give 2 for double cost."
        )
    return Wish("weight", (names.index(name),), (weight,), f"changing '{name}' costs {weight:g} times as much")


def groups(given: Any, names: Sequence[str]) -> list[list[str]]:
    """``"a+b; c+d"`` (or JSON lists) as groups of names; names may hold any character."""
    if not given:
        return []
    if not isinstance(given, str):
        return [[_known(str(name), names) for name in group] for group in given]
    if given.lstrip().startswith("["):
        return [[_known(str(name), names) for name in group] for group in _json(given, list)]
    return [_split(part.strip(), names, "+", "feature") for part in re.split(r"[;\n]", given) if part.strip()]


def _split(text: str, names: Sequence[str], mark: str, kind: str) -> list[str]:
    """Known names joined by a mark that they may hold themselves, longest first."""
    found: list[str] = []
    rest = text
    while rest:
        fits = [name for name in names if rest == name or (name and rest.startswith((name + mark, f"{name} {mark}")))]
        if not fits:
            raise unknown_name(kind, rest.split(mark)[0].strip(), names)
        chosen = max(fits, key=len)
        found.append(chosen)
        rest = rest[len(chosen) :].strip().removeprefix(mark).strip()
    return found


def _tie(names: Sequence[str], group: Sequence[str]) -> Wish:
    """Features that move together."""
    if len(set(group)) < 2:
        raise InputError("A tie needs two features.", f"It names {', '.join(group)}.", "Write a+b.")
    places = tuple(sorted({names.index(name) for name in group}))
    return Wish("tie", places, (), " and ".join(f"'{name}'" for name in group) + " move together")
