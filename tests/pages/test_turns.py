"""Answers first: the desk that lets those who wait for an explanation go ahead, and never holds anybody for long."""

from __future__ import annotations

import threading
import time

import pytest

from pages.parts.turns import Desk


def test_nobody_waits_when_nobody_asks() -> None:
    assert Desk().let_pass(5.0) < 1.0


def test_the_rest_waits_until_the_other_is_served() -> None:
    desk, order = Desk(), []
    desk.come("anna")
    other = threading.Thread(target=lambda: (desk.let_pass(30.0), order.append("rest")))
    other.start()
    time.sleep(0.1)
    assert other.is_alive(), "the rest of the page goes on while somebody waits"
    order.append("answer")
    desk.served("anna")
    other.join(30)
    assert order == ["answer", "rest"]


def test_patience_ends_though_nobody_is_served() -> None:
    desk = Desk()
    desk.come("anna")
    assert desk.let_pass(0.05) == pytest.approx(0.05, abs=1.0)
    assert desk.let_pass(0.0) < 1.0


def test_an_answer_that_never_comes_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk()
    now = [100.0]
    monkeypatch.setattr("pages.parts.turns.time.monotonic", lambda: now[0])
    desk.come("anna")
    now[0] += 60.0
    assert desk.let_pass(30.0) == 0.0


def test_served_twice_or_never_come_is_no_error() -> None:
    desk = Desk()
    desk.served("nobody")
    desk.come("anna")
    desk.come("anna")
    desk.served("anna")
    desk.served("anna")
    assert desk.let_pass(5.0) < 1.0
