"""Settings of the Studio as the link holds them: for all charts, and for single ones."""

from __future__ import annotations

from core.errors import ExplorerError
from core.panels import Panel
from core.params import parse
from pages.parts.question import Question

ALL = {"seed": "Seed", "rows": "Rows at most", "rounds": "Rounds"}
"""Settings that every method of that name takes, when they are set for all."""
BARS = 10
MOST = 1e12
"""Ends of an axis at most."""


def chosen(asked: Question, one: Panel) -> dict[str, str]:
    """Settings for all charts, then those of one chart; what does not fit the method is left out."""
    names = {param.name: param for param in one.how.params}
    start = f"set.{one.id}."
    given = {name: asked.studio[f"all.{name}"] for name in ALL if f"all.{name}" in asked.studio}
    given |= {key.removeprefix(start): text for key, text in asked.studio.items() if key.startswith(start)}
    return {name: text for name, text in given.items() if name in names and _fits(one, name, text)}


def _fits(one: Panel, name: str, text: str) -> bool:
    """True where a method takes the value; features are held against the table when it is asked."""
    param = one.how.param(name)
    try:
        parse(param, text, text.split(",") if param.kind in ("feature", "features") else ())
    except ExplorerError:
        return False
    return True


def bars(asked: Question, one: Panel) -> int:
    """Bars at most."""
    text = asked.studio.get(f"bars.{one.id}", "")
    return min(max(int(text), 1), 60) if text.isascii() and text.isdigit() else BARS


def reach(asked: Question, one: Panel) -> tuple[float, float] | None:
    """How far an axis reaches at least, ``from..to``; None where no range is chosen, or it is none."""
    ends = asked.studio.get(f"axis.{one.id}", "").split("..")
    try:
        low, high = (float(end) for end in ends)
    except ValueError:
        return None
    return (low, high) if -MOST <= low < high <= MOST else None
