"""What the file holds: every drawing of a studio as plain JSON, each specification and each text once."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from core import fingerprint
from core.export.report import nudged, several, told
from core.export.report.pack import Texts, pack
from core.export.report.panels import Answers, Key, Studio
from core.export.report.several import Drawn
from core.results import Aspects, Attribution, Fairness, Nudges, Profile, Result, Scores
from core.views import View, palette, view
from core.views.force import force_data
from core.views.looks import Looks, styled
from core.views.pictures import every
from core.views.sized import sized
from core.views.whatif import carry, cell, whatif_data

HEAVIEST = 120_000
"""Tree nodes or weights of a model that travels in the file (about 1.5 MB)."""
_MADE: WeakKeyDictionary[Studio, dict[str, Any]] = WeakKeyDictionary()
_DRAWN: WeakKeyDictionary[Answers, dict[Key, dict[str, View]]] = WeakKeyDictionary()
"""Drawings of a panel's answers, which no looks and no limit of the size change."""
LEVELS = {"row": "this instance", "model": "the whole model", "data": "the data"}


class Specs:
    """Every specification once, in its light and its dark form."""

    def __init__(self) -> None:
        self._places: dict[str, int] = {}

    def place(self, spec: Mapping[str, Any]) -> int:
        """Where a specification (made with ``dark=False``) stands in the list."""
        return self._places.setdefault(json.dumps(spec, sort_keys=True), len(self._places))

    def listed(self) -> list[dict[str, Any]]:
        """All of them; the two themes differ in the colour of the text alone (a test compares)."""
        return [
            {"light": json.loads(text), "dark": json.loads(text.replace(palette.INKS[False], palette.INKS[True]))}
            for text in self._places
        ]


def content(
    about: Studio,
    *,
    title: str,
    made: str,
    most_features: int | None = None,
    looks: Looks | None = None,
    others: Sequence[Studio] = (),
) -> dict[str, Any]:
    """Describe a studio for ``core/assets/report.js``.

    Parameters
    ----------
    about : Studio
    title : str
        Heading; empty for the model's name.
    made : str
        When, in words; empty to leave it out.
    most_features : int, optional
        Features with profiles of their own at most, those that move the instances most.
    looks : Looks, optional
        Colours, sizes, words, movement.
    others : sequence of Studio
        Of further models, about the same instances: each panel once a model, on one axis.

    Returns
    -------
    dict
        Plain JSON. Texts come from files: show them as text only.
    """
    studios = (about, *others)
    features = several.features(studios, most_features or len(about.table.schema))
    texts, specs = Texts(), Specs()
    panels = [_panel(studios[whose], one, features, texts, specs, looks) for whose, one in _drawn(studios, features)]
    data = {
        **(several.head(studios, title, made) if others else told.head(about, title, made)),
        "instances": told.instances(about),
        "overview": told.overview(about),
        "features": list(features),
        "allFeatures": len(dict.fromkeys(name for one in studios for name in one.table.schema.names)),
        "first": several.first(about, features),
        "force": None if others else _force(about),
        "panels": panels,
        "whatif": None if others else _alive(about, 1),
        "models": _models(studios) if others else [],
        "looks": {"size": looks.size, "animation": looks.animation, "colours": dict(looks.colours)} if looks else {},
        "specs": specs.listed(),
        "texts": texts.listed(),
    }
    return {"id": fingerprint.of_bytes(json.dumps(data, default=str).encode("utf-8", "replace"))[:16], **data}


def _models(studios: Sequence[Studio]) -> list[dict[str, Any]]:
    """What each of several models is called, says, and needs to predict in the browser."""
    alive = [{"whatif": _alive(studio, len(studios))} for studio in studios]
    return [voice | own for voice, own in zip(several.voices(studios), alive, strict=True)]


def _drawn(studios: Sequence[Studio], features: tuple[str, ...]) -> Iterator[tuple[int, Drawn]]:
    """Every panel with its pictures: whose it is, and the same panel of several models beside each other."""
    for answers in studios[0].panels:
        own = [studio.of(answers.panel.id) for studio in studios]
        kept = [one for one in own if one is not None][: 1 if answers.method.scope == "data" else None]
        made = [Drawn(one, _pictures(studios[place], one, features)) for place, one in enumerate(kept)]
        yield from enumerate(several.aligned(made))


def _pictures(about: Studio, answers: Answers, features: tuple[str, ...]) -> dict[tuple[Key, str], tuple[Result, View]]:
    """The pictures of a panel's answers, by the answer's key and the picture's title."""
    return {
        (key, variant): (result, drawn)
        for key, result in answers.found.items()
        if key[2] is None or key[2] in features
        for variant, drawn in _drawings(key, result, about, answers).items()
    }


def _panel(
    about: Studio, one: Drawn, features: tuple[str, ...], texts: Texts, specs: Specs, looks: Looks | None
) -> dict[str, Any]:
    """One panel with all its drawings, by ``variant/instance/feature``."""
    answers, method, panel, look = one.answers, one.answers.method, one.answers.panel, looks or Looks()
    entries: dict[str, Any] = {}
    variants: dict[str, int] = {}
    made: dict[str, str] = {}
    for (key, variant), (result, drawn) in one.pictures.items():
        place = variants.setdefault(variant, len(variants))
        made.setdefault(variant, sized(result))
        drawn = drawn if looks is None else styled(drawn, looks, panel.id, result.kind)
        entries[_path(about, features, key, place)] = _entry(result, drawn, texts, specs)
    return {
        "id": panel.id,
        "model": one.whose,
        "title": look.text(panel.id, "subtitle") or panel.title or method.title,
        "question": look.text(panel.id, "title") or panel.question or method.question,
        "level": LEVELS[method.scope],
        "takes": list(answers.takes),
        "variants": list(variants),
        "made": list(made.values()),
        "reading": told.reading(method.about),
        "entries": entries,
        "reason": answers.reason,
    }


def _path(about: Studio, features: tuple[str, ...], key: Key, variant: int) -> str:
    """An answer's place, for the script."""
    row = "-" if key[1] is None else about.rows.index(key[1])
    feature = "-" if key[2] is None else features.index(key[2])
    return f"{variant}/{row}/{feature}"


def _drawings(key: Key, result: Result, about: Studio, answers: Answers) -> dict[str, View]:
    """Each picture of an answer by its title, drawn once however often the file is written."""
    held = _DRAWN.setdefault(answers, {})
    if key not in held:
        held[key] = _draw(key, result, about, answers.panel.options)
    return held[key]


def _draw(key: Key, result: Result, about: Studio, options: Mapping[str, Any]) -> dict[str, View]:
    """Draw an answer: performance, fairness, aspects and nudges have several."""
    if isinstance(result, Nudges):
        return nudged.drawings(about, key, result, options)
    if isinstance(result, Scores | Fairness | Aspects):
        titles = {title: {"picture": name} for name, title in every(result).items()} or {"": {}}
        return {title: view(result, dark=False, **options, **more) for title, more in titles.items()}
    if isinstance(result, Profile) and result.feature in about.table.schema.names:
        options = {**options, "feature": about.table.schema[result.feature]}
    return {key[0]: view(result, dark=False, **options)}


def _entry(result: Result, drawn: View, texts: Texts, specs: Specs) -> dict[str, Any]:
    """One drawing."""
    entry: dict[str, Any] = {
        "spec": specs.place(drawn.spec),
        "rows": pack(drawn.rows, texts),
        "sentence": drawn.sentence,
        "checks": [{"passed": check.passed, "text": check.text} for check in result.checks],
    }
    numbers = told.numbers(result, drawn.table)
    return entry if numbers is None else {**entry, "table": pack(numbers, texts)}


def _force(about: Studio) -> dict[str, Any] | None:
    """The force plot of all instances, None without SHAP."""
    answers = about.of("shap")
    found = [] if answers is None else [answers.found.get(("", row, None)) for row in about.rows]
    results = [result for result in found if isinstance(result, Attribution)]
    if not results or len(results) != len(about.rows):
        return None
    chances = [float(about.predictions[row, about.output]) for row in about.rows] if about.model.classes else None
    return force_data(results, table=about.table, right=told.verdicts(about), chances=chances)


def _alive(about: Studio, models: int) -> dict[str, Any]:
    """What the live what-if needs, made once for a studio: other looks do not ask the model again."""
    if about not in _MADE:
        _MADE[about] = _whatif(about, HEAVIEST // models)
    return _MADE[about]


def _whatif(about: Studio, heaviest: int) -> dict[str, Any]:
    """What the live what-if needs, the model once; without it the reason and what was compared."""
    carried = carry(about.model, about.table, about.predictions, heaviest)
    checked = {
        "reason": carried.reason,
        "rows": carried.rows,
        "difference": carried.difference if np.isfinite(carried.difference) else None,
    }
    if carried.model is None:
        return {"data": None, "others": [], "checked": checked}
    sizes = about.sizes()
    data = whatif_data(
        about.model, about.table, about.rows[0], about.output, sizes, predictions=about.predictions, carried=carried
    )
    if not about.with_data:
        data["distribution"] = [_coarse(ranked) for ranked in data["distribution"]]
    return {"data": data, "others": [_other(about, row) for row in about.rows], "checked": checked}


def _other(about: Studio, row: int) -> dict[str, Any]:
    """One instance as the what-if knows it."""
    instance = about.table.instance(row).iloc[0]
    values = [cell(instance[name]) for name in about.table.schema.names]
    outputs = [float(value) for value in about.predictions[row]]
    return {"name": told.name(about, row), "values": values, "outputs": outputs}


def _coarse(ranked: list[float]) -> list[float]:
    """Quantiles in steps of 5 % instead of single predictions."""
    return [float(value) for value in np.quantile(ranked, np.linspace(0, 1, 21))] if ranked else []
