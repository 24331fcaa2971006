"""Asking in parts gives what one call gives, and tells how far it is."""

from __future__ import annotations

import numpy as np
import pytest

from core import asking
from core.engine import Counted
from core.registry import Job
from tests.contract_cases import case


def test_parts_are_put_together_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    model, table = case("pipeline with text levels")
    told: list[tuple[float, str]] = []
    job = Job(Counted(model), table, 0, 1, {}, lambda fraction, step: told.append((fraction, step)))
    whole = asking.in_parts(job, table.inputs)
    assert told == [(0.0, "predicting rows")]
    assert np.array_equal(whole, model.predict(table.inputs))
    told.clear()
    monkeypatch.setattr(asking, "PART", len(table) // 3)
    assert np.array_equal(asking.in_parts(job, table.inputs, "reading", 0.5), whole)
    fractions = [fraction for fraction, _ in told]
    assert len(fractions) in (3, 4)
    assert fractions == sorted(fractions)
    assert 0.3 < fractions[-1] < 0.5
    assert {step for _, step in told} == {"reading"}
