"""Sharing parts of a computation between processors."""

from __future__ import annotations

from threading import Barrier, current_thread

import pytest

from core.processors import MOST, processors, share


def test_processors_are_those_that_may_be_used() -> None:
    """One at least, ``MOST`` at most."""
    assert 1 <= processors() <= MOST


def test_answers_keep_the_order_of_the_parts() -> None:
    """Whoever finished first; none twice, none missing, and nothing asked is no answer."""
    assert share(lambda part: part * part, list(range(50))) == [part * part for part in range(50)]
    assert share(lambda part: part, []) == []


def test_parts_are_worked_on_side_by_side(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two that wait for each other end, on two threads; with one processor all is done by the caller's own."""
    monkeypatch.setattr("core.processors.processors", lambda: 2)
    meet = Barrier(2, timeout=20)
    assert len({name for name, _ in share(lambda _: (current_thread().name, meet.wait()), [0, 1])}) == 2
    monkeypatch.setattr("core.processors.processors", lambda: 1)
    assert set(share(lambda _: current_thread().name, [0, 1, 2])) == {current_thread().name}


@pytest.mark.parametrize("bad", [0, 4])
def test_an_error_reaches_the_caller(bad: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """On whichever thread the part failed."""
    monkeypatch.setattr("core.processors.processors", lambda: 3)
    with pytest.raises(ZeroDivisionError):
        share(lambda part: 1 // (part - bad), list(range(5)))
