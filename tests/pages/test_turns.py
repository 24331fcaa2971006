"""Answers first: the desk that lets those who wait for an explanation go ahead, and never holds anybody for long."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from pages.parts import turns
from pages.parts.turns import Desk


def spent(desk: Desk, patience: float) -> float:
    """Seconds that another part waits before it is made."""
    with desk.rest(patience) as seconds:
        return seconds


def begun(work: Callable[[], Any]) -> threading.Thread:
    """A thread at work, given a moment."""
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    time.sleep(0.1)
    return thread


def test_nobody_waits_when_nobody_asks() -> None:
    assert spent(Desk(), 5.0) < 1.0


def test_the_rest_waits_until_the_other_is_served() -> None:
    desk, order = Desk(), []

    def rest() -> None:
        with desk.rest(30.0):
            order.append("rest")

    desk.come("anna")
    other = begun(rest)
    assert other.is_alive(), "the rest of the page goes on while somebody waits"
    with desk.answer("anna"):
        order.append("answer")
    other.join(30)
    assert order == ["answer", "rest"]


def test_parts_are_made_one_at_a_time() -> None:
    desk, at_work, most = Desk(), [0], [0]

    def part() -> None:
        with desk.rest(30.0):
            at_work[0] += 1
            most[0] = max(most[0], at_work[0])
            time.sleep(0.01)
            at_work[0] -= 1

    threads = [threading.Thread(target=part) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert (most[0], at_work[0]) == (1, 0)


def test_answers_are_made_one_at_a_time_but_none_waits_for_a_slow_one_for_long() -> None:
    desk, free, order = Desk(), threading.Event(), []

    def slow() -> None:
        with desk.answer("anna"):
            free.wait(30)
            order.append("slow")

    other = begun(slow)
    with desk.answer("ben", 0.05):
        order.append("quick")
    free.set()
    other.join(30)
    assert order == ["quick", "slow"]
    with desk.answer("ben", 0.05):  # both places are free again
        order.append("again")
    assert desk._answer.acquire(blocking=False)
    assert not desk._answer.acquire(blocking=False)


def test_a_slow_part_holds_nobody_longer_than_the_patience() -> None:
    desk, free = Desk(), threading.Event()

    def slow() -> None:
        with desk.rest(0.0):
            free.wait(30)

    other = begun(slow)
    assert spent(desk, 0.05) == pytest.approx(0.05, abs=1.0)
    free.set()
    other.join(30)
    assert spent(desk, 5.0) < 1.0


def test_a_part_that_fails_or_is_stopped_gives_its_place_back() -> None:
    desk = Desk()
    for make in (lambda: desk.rest(0.0), lambda: desk.answer("anna", 0.0)):
        with pytest.raises(KeyboardInterrupt), make():
            raise KeyboardInterrupt
    assert spent(desk, 5.0) < 1.0


def test_patience_ends_though_nobody_is_served() -> None:
    desk = Desk()
    desk.come("anna")
    assert spent(desk, 0.05) == pytest.approx(0.05, abs=1.0)
    assert spent(desk, 0.0) < 1.0


def test_an_answer_that_never_comes_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk()
    now = [100.0]
    monkeypatch.setattr("pages.parts.turns.time.monotonic", lambda: now[0])
    desk.come("anna")
    now[0] += 60.0
    assert spent(desk, 30.0) == 0.0


def test_served_twice_or_never_come_is_no_error() -> None:
    desk = Desk()
    desk.served("nobody")
    desk.come("anna")
    desk.come("anna")
    desk.served("anna")
    desk.served("anna")
    assert spent(desk, 5.0) < 1.0


def test_only_the_part_after_a_choice_lets_the_answer_run_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    state: dict[str, Any] = {}
    monkeypatch.setattr("pages.parts.turns.time.sleep", slept.append)
    monkeypatch.setattr("pages.parts.turns.st.session_state", state)
    part = turns.after(lambda: None)
    part()
    assert slept == [], "a page that nobody waits for is not held up"
    turns.come()
    part()
    part()
    assert slept == [turns.LEAD], "once for each choice"
    assert 0.0 <= state["patience"] <= turns.PATIENCE


def test_the_first_page_of_a_visit_gives_its_plot_more_time(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr("pages.parts.turns.time.sleep", slept.append)
    monkeypatch.setattr("pages.parts.turns.st.session_state", {})
    for _ in range(3):
        turns.pause()
    assert slept == [turns.FIRST, turns.LEAD, turns.LEAD]
    assert turns.FIRST > turns.LEAD
