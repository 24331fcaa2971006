"""What the pages' tests listen to: computations, calls of a model, drawings on their way to the browser."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Which methods were computed, not taken from memory."""
    from core import engine

    counted: Counter[str] = Counter()
    inner = engine._run

    def counting(method: Any, job: Any, rows: Any) -> Any:
        counted[method.id] += 1
        return inner(method, job, rows)

    monkeypatch.setattr(engine, "_run", counting)
    return counted


@pytest.fixture
def predicted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many rows each call of a model predicts."""
    from core.registry import Job

    calls: list[int] = []
    inner = Job.predict

    def counting(job: Any, frame: Any) -> Any:
        calls.append(len(frame))
        return inner(job, frame)

    monkeypatch.setattr(Job, "predict", counting)
    return calls


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> dict[int, Any]:
    """The last drawing that each place sent to the browser."""
    from pages.parts import drawing

    sent: dict[int, Any] = {}
    inner = drawing.show

    def noting(place: int, what: Any, found: Any, key: str) -> None:
        sent[place] = found[what.at]
        inner(place, what, found, key)

    monkeypatch.setattr(drawing, "show", noting)
    return sent
