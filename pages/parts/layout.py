"""The Studio's layout: how many places, what each shows and of whom, what depends on what; kept in the link.

The link's pairs beside ``grid`` and ``panels``: ``s.bind.<place>`` (``b``: second model, ``2``: second instance),
``s.note.<place>``, ``s.picture.<place>``, ``s.model.b``, ``s.row.2``, ``s.which``, ``s.eda``, ``s.all.<setting>``,
``s.set.<panel>.<setting>``, ``s.look.<name>``, ``s.bars.<panel>``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import streamlit as st

from core import panels
from core.errors import InputError
from core.panels import Panel
from pages.parts import frame, question
from pages.parts.question import Question

GRIDS = {"1x1": (1, 1), "1x2": (1, 2), "2x2": (2, 2), "2x3": (2, 3), "3x2": (3, 2), "3x3": (3, 3)}
DEFAULT = "2x2"
IMPORTANCE = "permutation_importance"
START = (
    "shap",
    "ceteris_paribus",
    IMPORTANCE,
    "partial_dependence",
    "residuals_feature",
    "distribution",
    "break_down",
    "accumulated_dependence",
    "average_target",
)
"""What the places show at first, as far as there are places."""
EMPTY, NOTE = "-", "note"
MODELS, INSTANCES = "abc", "123"
"""Slots that a panel can be bound to; the first is the one in question."""
_BIND = re.compile(r"([abc]?)([123]?)")
_OF_PLACE = ("bind.", "note.", "picture.")


@dataclass(frozen=True, slots=True)
class Spot:
    """What one place shows: a panel's id (empty: none), bound to slots, with its note and its picture."""

    panel: str = ""
    bind: str = ""
    note: str = ""
    picture: str = ""

    @property
    def model(self) -> str:
        """The model's slot."""
        found = _BIND.fullmatch(self.bind)
        return (found[1] if found else "") or MODELS[0]

    @property
    def instance(self) -> str:
        """The instance's slot."""
        found = _BIND.fullmatch(self.bind)
        return (found[2] if found else "") or INSTANCES[0]


def part(place: int) -> str:
    """The key of a place's fragment."""
    return f"slot_{place}"


def shape(asked: Question) -> tuple[int, int]:
    """Rows and columns."""
    return GRIDS.get(asked.grid, GRIDS[DEFAULT])


def places(asked: Question) -> int:
    """How many panels the grid holds."""
    rows, columns = shape(asked)
    return rows * columns


def with_data(asked: Question) -> bool:
    """False in the mode without the table's own rows and values."""
    return asked.studio.get("eda") != "off"


def offered(asked: Question) -> dict[str, Panel]:
    """Every panel that may be shown, by id."""
    return {panel.id: panel for panel in panels.every(with_data(asked))}


def spots(asked: Question) -> list[Spot]:
    """What each place shows; nothing twice of the same model and instance.

    Raises
    ------
    InputError
        If the link names more panels than there are places.
    """
    count, known = places(asked), offered(asked)
    named = [name.strip() for name in asked.panels.split(",")] if asked.panels else _start(count, known)
    if len(named) > count:
        raise InputError(
            f"This link names {len(named)} panels for {count} places.",
            "A place shows one panel.",
            "Choose a larger grid, or name fewer panels.",
        )
    found: list[Spot] = []
    for place in range(count):
        name, bind = named[place] if place < len(named) else "", asked.studio.get(f"bind.{place}", "")
        bind = bind if _BIND.fullmatch(bind) else ""
        taken = (name, bind) in [(spot.panel, spot.bind) for spot in found] and name != NOTE
        fits = (name in known or name == NOTE) and not taken
        extra = [asked.studio.get(f"{kind}.{place}", "") for kind in ("note", "picture")]
        found.append(Spot(name, bind, *extra) if fits else Spot())
    return found


def _start(count: int, known: dict[str, Panel]) -> list[str]:
    """The first panels that may be shown; a small grid, too, has the importance of features."""
    able = [name for name in START if name in known]
    shown = able[:count]
    return [*shown[:-1], IMPORTANCE] if IMPORTANCE in able and IMPORTANCE not in shown else shown


def write(found: Sequence[Spot], **changes: str) -> None:
    """Keep what the places show, and other changes of the question."""
    studio = {name: text for name, text in question.current().studio.items() if not name.startswith(_OF_PLACE)}
    for place, spot in enumerate(found):
        for kind in ("bind", "note", "picture"):
            if spot.panel and getattr(spot, kind):
                studio[f"{kind}.{place}"] = getattr(spot, kind)
    question.ask(panels=",".join(spot.panel or EMPTY for spot in found), studio=studio, **changes)


def put(place: int, spot: Spot) -> None:
    """Show something in a place, or nothing."""
    found = spots(question.current())
    found[place] = spot
    write(found)
    frame.redraw(*frame.held(part(at) for at in range(len(found))), *frame.held(["studio_bar"]))


def keep(name: str, text: str) -> None:
    """Set one of the Studio's settings; an empty text forgets it."""
    held = {key: value for key, value in question.current().studio.items() if key != name}
    question.ask(studio={**held, name: text[: question.LONGEST]} if text else held)


def left(asked: Question) -> list[Panel]:
    """The panels that no place shows yet."""
    here = {spot.panel for spot in spots(asked) if not spot.bind}
    return [panel for panel in offered(asked).values() if panel.id not in here]


def several(asked: Question) -> bool:
    """True where some panel speaks of a second model or instance."""
    return any(spot.bind for spot in spots(asked) if spot.panel)


def pick(feature: str) -> None:
    """Another feature: the panels that do not hold it yet are drawn anew; the others show it already."""
    question.ask(feature=feature)
    held = st.session_state.get("studio.sent", {})
    redraw(lambda panel: panel.takes("feature"), lambda place: feature not in held.get(place, ()))


def redraw(which: Callable[[Panel], bool], where: Callable[[int], bool] = lambda _place: True) -> None:
    """Draw the bar and some panels anew."""
    known = offered(question.current())
    found = spots(question.current())
    touched = [at for at, spot in enumerate(found) if spot.panel in known and which(known[spot.panel]) and where(at)]
    frame.redraw(*frame.held(["studio_bar", *map(part, touched)]))


def side_by_side(what: str) -> None:
    """Two columns that differ in one thing: ``"models"`` or ``"instances"``; anything else makes them one again."""
    shown = [spot.panel for spot in spots(question.current()) if spot.panel and spot.panel != NOTE]
    shown = list(dict.fromkeys(shown))
    bind = {"models": MODELS[1], "instances": INSTANCES[1]}.get(what)
    if bind is None:
        write([Spot(name) for name in shown][: places(question.current())])
    else:
        known = offered(question.current())
        fit = [name for name in shown if bind == MODELS[1] or known[name].takes("instance")] or ["shap"]
        rows = 2 if len(fit) > 1 else 1
        write([Spot(name, side) for name in fit[:rows] for side in ("", bind)], grid=f"{rows}x2")
    frame.redraw("grid")  # not a part of the page: the whole page is drawn anew
