"""After a nudge of several classes the page also says which class the model then chooses."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np

from core import engine
from core.results import Nudges
from core.views import words
from pages.parts.nudges import said_then
from tests.contract_cases import case


def test_the_class_that_is_chosen_then_is_named() -> None:
    model, table = case("lightgbm, three classes")
    now = int(model.predict(table.instance(0))[0].argmax())
    found: Any = engine.explain("nudges", model, table, 0, output=now, seconds=2.0)
    assert isinstance(found, Nudges)
    nudge = found.nudges[0]
    moved = table.instance(0).copy()
    for change in nudge.changes:
        moved[change.name] = np.array([change.after]).astype(moved[change.name].dtype)
    best = int(model.predict(moved)[0].argmax())
    assert best != now
    said = said_then(nudge, found, SimpleNamespace(model=model, table=table, row=0))  # type: ignore[arg-type]  # enough
    assert said.startswith(words.output(nudge.output, "probability", found.label))
    assert said.endswith(f"for {words.case(model.classes[best], table.target)}")
