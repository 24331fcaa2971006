"""How drawings look: colours, sizes, titles, axis titles, movement; changed after computing, without the model."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from core.errors import InputError
from core.views import palette, words
from core.views.view import View

_COLOUR = re.compile(r"#[0-9a-f]{6}")
COLOURS = {"up": palette.UP, "down": palette.DOWN, "line": palette.CURVES[0], "mark": palette.MARK}
"""What can be coloured, with the usual colours: pushes up, pushes down, lines and plain bars, thresholds."""
RANGES = {"height": (160, 800), "size": (0.7, 2.0), "animation": (0, 2000)}
PARTS = ("title", "subtitle", "x", "y")
"""Texts of a panel that can be replaced."""
_SIGNED = ("attribution", "attributions")
"""Kinds whose colours say which way a feature pushes."""


@dataclass(frozen=True, slots=True)
class Looks:
    """How panels look.

    Attributes
    ----------
    colours : mapping of str to str
        Keys of ``COLOURS``; ``#rrggbb``.
    height : int
        Pixels of a chart, those with a line per feature apart.
    size : float
        Text size, 1 as usual.
    animation : int
        Milliseconds that a change takes; 0 for none.
    texts : mapping of str to str
        ``"<panel>.<part>"`` with a part of ``PARTS``.
    """

    colours: Mapping[str, str] = field(default_factory=dict)
    height: int = 300
    size: float = 1.0
    animation: int = 0
    texts: Mapping[str, str] = field(default_factory=dict)

    def text(self, panel: str, part: str) -> str:
        """A panel's own text, empty where it has none."""
        return self.texts.get(f"{panel}.{part}", "")


def looks(given: Mapping[str, Any]) -> Looks:
    """Read looks from plain pairs, as a link or a person gives them.

    Parameters
    ----------
    given : mapping
        ``up, down, line, mark`` (colours), ``height``, ``size``, ``animation``, ``"<panel>.<part>"`` (texts).

    Raises
    ------
    InputError
        If a name is unknown or a value does not fit.

    Examples
    --------
    >>> looks({"up": "#aa0000", "shap.title": "Why?"}).text("shap", "title")
    'Why?'
    """
    colours, numbers, texts = {}, {}, {}
    for name, value in given.items():
        if name in COLOURS:
            colours[name] = _colour(str(value))
        elif name in RANGES:
            numbers[name] = _number(name, value)
        elif name.rpartition(".")[2] in PARTS and "." in name:
            texts[name] = words.short(str(value), 120)
        else:
            raise InputError(f"There is no look called '{name[:40]}'.", f"There are {', '.join((*COLOURS, *RANGES))}.")
    height, animation = int(numbers.get("height", 300)), int(numbers.get("animation", 0))
    return Looks(colours, height, numbers.get("size", 1.0), animation, texts)


def _colour(text: str) -> str:
    """A colour as six hex digits."""
    if not _COLOUR.fullmatch(text.lower()):
        raise InputError(f"'{text[:20]}' is not a colour.", "Colours are written #rrggbb.", "Example: #e8710a")
    return text.lower()


def _number(name: str, value: Any) -> float:
    """A number within its range."""
    low, high = RANGES[name]
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = float("nan")
    if not low <= number <= high:
        raise InputError(f"'{str(value)[:20]}' does not fit.", f"The {name} goes from {low:g} to {high:g}.")
    return number


def styled(drawn: View, look: Looks, panel: str, kind: str) -> View:
    """Give a drawing other looks; the numbers stay as they are.

    Parameters
    ----------
    drawn : View
    look : Looks
    panel, kind : str
        Whose texts it takes, and the kind of the result.
    """
    spec = _coloured(drawn.spec, look, kind)
    if isinstance(spec.get("height"), int | float):
        spec["height"] = look.height
    for channel in ("x", "y"):
        title = look.text(panel, channel)
        if title:
            _title_axis(spec, channel, title)
    return replace(drawn, spec=spec)


def _coloured(spec: Mapping[str, Any], look: Looks, kind: str) -> dict[str, Any]:
    """The specification with other colours; it holds texts of our own only, so colours can be found by their text."""
    if not look.colours:
        return copy.deepcopy(dict(spec))
    wanted = {palette.UP: look.colours.get("up"), palette.MARK: look.colours.get("mark")}
    wanted[palette.DOWN] = look.colours.get("down" if kind in _SIGNED else "line")
    text = json.dumps(spec)
    pattern = re.compile("|".join(f'"{old}"' for old in wanted))
    found: dict[str, Any] = json.loads(pattern.sub(lambda hit: json.dumps(wanted[hit[0][1:-1]] or hit[0][1:-1]), text))
    return found


def _title_axis(spec: Mapping[str, Any], channel: str, title: str) -> None:
    """Name an axis; a mark without an axis of its own stays without."""
    for encoding in encodings(spec):
        found = encoding.get(channel)
        if isinstance(found, dict) and "field" in found and found.get("axis", {}) is not None:
            found["axis"] = {**found.get("axis", {}), "title": title}


def encodings(spec: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Every encoding of a specification, that of its layers included."""
    if "encoding" in spec:
        yield spec["encoding"]
    for part in spec.get("layer", ()):
        yield from encodings(part)
