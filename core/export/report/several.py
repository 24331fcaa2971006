"""Several models in one report: the same panels about the same instances beside each other, on one axis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from core import registry
from core.comparison import distinct
from core.errors import InputError
from core.export.report import told
from core.export.report.panels import Answers, Key, Panel, Studio, known
from core.results import Attribution, Importance, Profile, Result
from core.types import Model
from core.views import View, beside, words

MOST = 3
"""Models that stand side by side."""


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """A panel with its pictures, by the answer's key and the picture's title; and the place of its model."""

    answers: Answers
    pictures: Mapping[tuple[Key, str], tuple[Result, View]]
    whose: int = 0


def aligned(drawn: Sequence[Drawn]) -> list[Drawn]:
    """The same panel of several models, each picture on one axis with the others'."""
    if len(drawn) < 2:
        return list(drawn)
    found = []
    for place, one in enumerate(drawn):
        others = [other.pictures for other in drawn if other is not one]
        pictures = {at: (result, _shared(at, result, view, others)) for at, (result, view) in one.pictures.items()}
        found.append(replace(one, pictures=pictures, whose=place))
    return found


def _shared(at: tuple[Key, str], result: Result, view: View, others: Sequence[Mapping[Any, Any]]) -> View:
    """A picture whose axis reaches as far as the others'; other units keep to themselves."""
    beside_it = [found[at] for found in others if at in found and _unit(found[at][0]) == _unit(result)]
    ends = [beside.extent(other, answer.kind) for answer, other in beside_it]
    return beside.on_one_axis(view, result, [end for end in ends if end is not None])


def _unit(result: Result) -> tuple[str, str]:
    """What an axis of this answer counts."""
    if isinstance(result, Attribution | Profile):
        return result.kind, result.scale
    return result.kind, result.unit if isinstance(result, Importance) else ""


def features(studios: Sequence[Studio], most: int) -> tuple[str, ...]:
    """Features with profiles: of each model those that move the instances most, so many in all."""
    listed = [studio.largest(most) for studio in studios]
    ranked = [name for row in zip(*(_padded(names, most) for names in listed), strict=True) for name in row if name]
    kept = set(list(dict.fromkeys(ranked))[:most])
    return tuple(dict.fromkeys(name for names in listed for name in names if name in kept))


def _padded(names: Sequence[str], count: int) -> list[str]:
    """As many names as asked for, empty ones behind."""
    return [*names, *[""] * (count - len(names))]


def first(about: Studio, known: Sequence[str]) -> int:
    """The feature to begin with: of those with profiles the one that moves the first instance most."""
    answers = about.of("shap") or about.of("break_down")
    result = None if answers is None else answers.found.get(("", about.rows[0], None))
    if not isinstance(result, Attribution):
        return 0
    ranked = [result.features[place] for place in np.argsort(-np.abs(result.values), kind="stable")]
    return next((list(known).index(name) for name in ranked if name in known), 0)


def names(studios: Sequence[Studio]) -> list[str]:
    """What the models are called, each differently."""
    return distinct([studio.model.name or studio.model.kind for studio in studios])


def voices(studios: Sequence[Studio]) -> list[dict[str, Any]]:
    """What each model is called and says of each instance."""
    return [_voice(studio, name) for studio, name in zip(studios, names(studios), strict=True)]


def _voice(about: Studio, name: str) -> dict[str, Any]:
    """What one model says of each instance."""
    listed = told.instances(about)
    return {
        "name": name,
        "said": [one["said"] for one in listed],
        "right": [one["right"] for one in listed],
        "moved": told.overview(about),
    }


def head(studios: Sequence[Studio], title: str, made: str) -> dict[str, Any]:
    """Heading and the facts of the foot, those of each model with its name."""
    called = names(studios)
    heads = [told.head(studio, title or words.listed(called), made) for studio in studios]
    facts = []
    for places in zip(*(_by_name(one["facts"]) for one in heads), strict=False):
        if len({fact["text"] for fact in places}) == 1:
            facts.append(places[0])
        else:
            facts += [{**fact, "name": f"{fact['name']}, {called[place]}"} for place, fact in enumerate(places)]
    subtitle = f"{heads[0]['subtitle']}, by {len(studios)} models side by side"
    return {**heads[0], "subtitle": subtitle, "facts": facts}


def _by_name(facts: Sequence[dict[str, str]]) -> list[dict[str, str]]:
    """Facts in one order for all, whether a score is known or not."""
    known = {fact["name"]: fact for fact in facts}
    return [known.get(name, {"name": name, "text": "not known"}) for name in _FACTS]


_FACTS = (
    "Model", "Table", "The model predicts", "Explained here", "Performance", "Digest of the model",
    "Digest of the table", "Made with",
)  # fmt: skip


def require_alike(models: Sequence[Model]) -> None:
    """Refuse models whose answers cannot stand side by side.

    Raises
    ------
    InputError
        If they are too many, or of different tasks or classes.
    """
    if len(models) > MOST:
        raise InputError(
            f"{len(models)} models do not fit side by side.", f"A report holds {MOST}.", "Choose fewer of them."
        )
    tasks = {(model.task == "regression", frozenset(model.classes)) for model in models}
    if len(tasks) > 1:
        raise InputError(
            "These models cannot stand side by side.",
            "They answer different questions: other classes, or numbers and classes.",
            "Choose models for the same target.",
        )


def on_one_scale(panels: Sequence[str | Panel], models: Sequence[Model]) -> list[str | Panel]:
    """Panels in probabilities where the models add up in different units: log-odds and probability share no axis."""
    if len({model.margin_scale for model in models}) < 2:
        return list(panels)
    return [_in_chances(panel) for panel in panels]


def _in_chances(wanted: str | Panel) -> str | Panel:
    """A panel asked for probabilities, where its method can be asked for a unit."""
    panel = known(wanted)
    if panel is None or all(param.name != "scale" for param in registry.get(panel.method).params):
        return wanted
    variants = {title: {**given, "scale": "probability"} for title, given in panel.variants.items()}
    return replace(panel, variants=variants)
