"""Who a panel of the Studio speaks of: the model and the instance in question, or those of a second or third slot."""

from __future__ import annotations

from dataclasses import replace

from core import instances
from core.errors import InputError
from core.instances import Condition, Query
from pages.parts import chooser, layout, rivals
from pages.parts.layout import Spot
from pages.parts.question import Question
from pages.parts.subject import Subject

PICKED = 10
"""Instances that the drop-downs offer, beside the one in question."""
EVENLY = "evenly"


def listed(about: Subject) -> list[int]:
    """The instance in question, then those of the chosen kind: evenly along the predictions, or by a condition."""
    which = about.asked.studio.get("which", EVENLY)
    if which in instances.conditions(about.model, about.table):
        condition: Condition = which  # type: ignore[assignment]  # one of the conditions, as just found
        query = Query(condition=condition)
        rows = instances.select(about.model, about.table, about.predictions, about.output, query)[:PICKED]
    else:
        rows = instances.evenly(about.predictions[:, about.output], PICKED)
    return list(dict.fromkeys([about.row, *map(int, rows)]))


def row(about: Subject, slot: str) -> int:
    """The instance of a slot; without a choice, the one predicted most differently from the one in question."""
    if slot == layout.INSTANCES[0]:
        return about.row
    given = about.asked.studio.get(f"row.{slot}", "")
    if given.isascii() and given.isdigit() and int(given) < len(about.table):
        return int(given)
    own = about.predictions[:, about.output]
    ranked = sorted(listed(about), key=lambda other: -abs(own[other] - own[about.row]))
    return ranked[min(layout.INSTANCES.index(slot) - 1, len(ranked) - 1)]


def model(about: Subject, slot: str) -> str:
    """The model's id of a slot.

    Raises
    ------
    InputError
        If no other model takes this table.
    """
    found = list(rivals.options(about))
    given = about.asked.studio.get(f"model.{slot}", "")
    if given in found:
        return given
    place = layout.MODELS.index(slot) - 1
    if place >= len(found):
        raise InputError(
            "There is no other model for this table.",
            "This place is bound to a second model.",
            "Add a model under Load, or bind the panel to the first model.",
        )
    return found[place]


def there(about: Subject, spot: Spot) -> bool:
    """Whether a place shows something of a model that is there: a link may name a second one that has gone."""
    if not spot.panel or spot.model == layout.MODELS[0]:
        return bool(spot.panel)
    try:
        model(about, spot.model)
    except InputError:
        return False
    return True


def subject(about: Subject, spot: Spot) -> Subject:
    """Who a place speaks of."""
    chosen = row(about, spot.instance)
    here = about if chosen == about.row else _at(about, chosen)
    return here if spot.model == layout.MODELS[0] else rivals.under(here, model(about, spot.model))


def _at(about: Subject, chosen: int) -> Subject:
    """The same model about another instance, the same class explained."""
    asked: Question = replace(about.asked, row=chosen)
    return Subject(asked, about.both, about.predictions, about.output)


def title(about: Subject, spot: Spot) -> str:
    """Who that is, in words; empty where the Studio shows one model and one instance only."""
    found = [other for other in layout.spots(about.asked) if other.panel]
    names = []
    if {other.model for other in found} != {layout.MODELS[0]}:
        names.append(about.model.name if spot.model == layout.MODELS[0] else _called(about, spot.model))
    if {other.instance for other in found} != {layout.INSTANCES[0]}:
        names.append(about.table.row_name(row(about, spot.instance)))
    return ", ".join(names)


def _called(about: Subject, slot: str) -> str:
    """The model of a slot by name."""
    return chooser.model_names()[model(about, slot)]
