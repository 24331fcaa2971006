"""Whether answers are made ahead: by the shortest that one took, not by a moment in which all was slow."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from core import cache
from pages.parts import force, pace, profile
from pages.parts.subject import Subject

LISTED = np.arange(60)


class Machine:
    """Answers that take what a test says, row by row (a millisecond elsewhere), and what is kept of a pair."""

    def __init__(self, **seconds: float) -> None:
        self.seconds = {int(row.strip("r")): took for row, took in seconds.items()}
        self.asked: list[int] = []
        self.held: dict[str, Any] = {}

    def explained(self, _about: Subject, rows: Sequence[int]) -> list[Any]:
        self.asked += rows
        return [SimpleNamespace(provenance=SimpleNamespace(seconds=self.seconds.get(row, 0.001))) for row in rows]

    def keep(self, _both: Any, name: str, _question: Any, make: Any) -> Any:
        return self.held.setdefault(name, make())


def subject_at(row: int) -> Subject:
    asked = SimpleNamespace(method="shap", output="", params=())
    return cast("Subject", SimpleNamespace(row=row, both=None, asked=asked))


def machine(monkeypatch: pytest.MonkeyPatch, **seconds: float) -> Machine:
    made = Machine(**seconds)
    monkeypatch.setattr(force, "explained", made.explained)
    monkeypatch.setattr(cache, "keep", made.keep)
    return made


def test_one_quick_answer_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    made = machine(monkeypatch)
    assert force._quick(subject_at(3), LISTED)
    assert made.asked == [3]


def test_slow_first_answers_are_not_the_last_word(monkeypatch: pytest.MonkeyPatch) -> None:
    made = machine(monkeypatch, r3=5.0, r0=0.2, r1=0.2)
    assert force._quick(subject_at(3), LISTED)
    assert made.asked == [3, 0, 1, 2]


def test_a_model_that_was_slow_while_the_machine_was_busy_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    made = machine(monkeypatch, r3=5.0, r0=0.2, r1=0.2, r2=0.2)
    assert not force._quick(subject_at(3), LISTED)
    assert force._quick(subject_at(17), LISTED)
    assert force._quick(subject_at(3), LISTED), "the slow answer is still held"
    assert made.asked == [3, 0, 1, 2, 17, 3]


def test_a_slow_model_stays_slow_and_nobody_waits_for_more_of_its_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    made = machine(monkeypatch, r0=3.0, r1=3.0, r2=3.0)
    clock = iter(np.arange(100) * 3.0)
    monkeypatch.setattr(pace, "time", SimpleNamespace(monotonic=lambda: next(clock)))
    assert not force._quick(subject_at(0), LISTED)
    assert not force._quick(subject_at(0), LISTED)
    assert made.asked == [0, 0], "three seconds were over when the next would have been asked"


def test_a_table_of_one_row_has_no_other_to_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    made = machine(monkeypatch, r0=3.0)
    assert not force._quick(subject_at(0), LISTED[:1])
    assert made.asked == [0]


@pytest.mark.parametrize(
    ("first", "ahead", "asked"),
    [(0.001, True, ["a"]), (0.4, True, ["a", "b"]), (2.0, False, ["a"])],  # of ten features, in three seconds
)
def test_one_slow_profile_does_not_keep_the_others_from_being_made(
    first: float, ahead: bool, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    made, seen = machine(monkeypatch), []

    def answer(_about: Subject, feature: str) -> Any:
        seen.append(feature)
        return SimpleNamespace(provenance=SimpleNamespace(seconds=first if feature == "a" else 0.001))

    monkeypatch.setattr(profile, "_answer", answer)
    table = SimpleNamespace(schema=SimpleNamespace(names=list("abcdefghij")))
    about = cast("Subject", SimpleNamespace(table=table, output=0, both=None))
    assert profile._quick(about, "a", answer(about, "a")) is ahead
    assert seen == asked
    assert made.held["pace"].seconds == (first if asked == ["a"] else 0.001)
