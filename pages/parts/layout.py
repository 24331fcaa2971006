"""The Studio's layout: how many places, what each shows, what depends on what; kept in the link."""

from __future__ import annotations

from core import registry
from core.errors import InputError
from core.registry import Method
from pages.parts import frame, question
from pages.parts.question import Question

GRIDS = {"1x2": (1, 2), "2x2": (2, 2), "2x3": (2, 3), "3x3": (3, 3)}
DEFAULT = "2x2"
START = ("shap", "ceteris_paribus", "permutation_importance", "model_profile", "residuals", "distribution")
"""What the places show at first, as far as there are places."""
EMPTY = "-"


def part(place: int) -> str:
    """The key of a place's fragment."""
    return f"slot_{place}"


def takes(method: Method) -> tuple[str, ...]:
    """What a method's answer depends on."""
    names = {param.name for param in method.params}
    instance = ("instance",) if method.scope == "row" or "instance" in names else ()
    return (*instance, "feature") if "feature" in names else instance


def shape(asked: Question) -> tuple[int, int]:
    """Rows and columns."""
    return GRIDS.get(asked.grid, GRIDS[DEFAULT])


def places(asked: Question) -> int:
    """How many panels the grid holds."""
    rows, columns = shape(asked)
    return rows * columns


def shown(asked: Question) -> list[str]:
    """The method of each place, empty for none; no method twice.

    Raises
    ------
    InputError
        If the link names more panels than there are places.
    """
    count = places(asked)
    named = [name.strip() for name in asked.panels.split(",")] if asked.panels else list(START[:count])
    if len(named) > count:
        raise InputError(
            f"This link names {len(named)} panels for {count} places.",
            "A place shows one panel.",
            "Choose a larger grid, or name fewer panels.",
        )
    known = {method.id for method in registry.methods()}
    kept = [name if name in known and name not in named[:place] else "" for place, name in enumerate(named)]
    return kept + [""] * (count - len(kept))


def put(place: int, method_id: str) -> None:
    """Show a method in a place, or nothing."""
    asked = question.current()
    kept = shown(asked)
    kept[place] = method_id
    question.ask(panels=",".join(name or EMPTY for name in kept))
    frame.redraw(*frame.held(part(at) for at in range(places(asked))))


def left(asked: Question) -> list[Method]:
    """The methods that no place shows yet."""
    here = shown(asked)
    return [method for method in registry.methods() if method.id not in here]


def pick(feature: str) -> None:
    """Another feature: the panels that show one follow."""
    question.ask(feature=feature)
    follow("feature")


def follow(what: str) -> None:
    """Redraw the bar and the places whose answer depends on a choice."""
    asked = question.current()
    touched = [part(at) for at, name in enumerate(shown(asked)) if name and what in takes(registry.get(name))]
    frame.redraw(*frame.held(["studio_bar", *touched]))
