"""An answer computed beside the page: latest on the way, ended when asked or when nobody looks, errors in words."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from core import running
from core.cache import Pair
from core.engine import explain
from core.errors import ComputeError, InputError
from core.registry import Progress, Watch
from core.results import Nudges, Result, same
from core.running import Running, begin


def pair_of(model: Any, table: Any) -> Pair:
    return Pair(model, table, (), False, f"{model.fingerprint}{table.fingerprint}")


def until(condition: Callable[[], bool], search: Running | None = None) -> None:
    """Wait for what another thread does; hangs are bounded."""
    for _ in range(3000):
        if search is not None:
            search.look()
        if condition():
            return
        time.sleep(0.01)
    raise AssertionError("it did not happen")


def test_the_answer_is_the_engines_and_is_there_at_once_the_second_time(logistic_model, logistic_table):
    both = pair_of(logistic_model, logistic_table)
    search = begin(both, "nudges", 5, 1, {"k": "2"})
    until(lambda: search.look(0.05), search)
    assert search.error is None
    assert isinstance(search.latest, Nudges)
    assert same(search.latest, explain("nudges", logistic_model, logistic_table, 5, k=2))
    again = begin(both, "nudges", 5, 1, {"k": "2"})
    assert again.look()
    assert again.latest is search.latest


def test_a_wrong_setting_is_told_before_anything_runs(logistic_model, logistic_table):
    with pytest.raises(InputError):
        begin(pair_of(logistic_model, logistic_table), "nudges", 5, 1, {"k": "-1"})


def test_what_is_known_so_far_is_kept_when_stopped():
    told, go = threading.Event(), threading.Event()

    def ask(progress: Progress) -> Result:
        assert isinstance(progress, Watch)
        progress.found("first")
        progress(0.5, "half")
        told.set()
        go.wait(30)
        return "whole" if not progress.enough() else "cut short"  # type: ignore[return-value]  # stands for a result

    search = Running(ask).start()
    assert told.wait(30)
    assert (search.latest, search.fraction, search.step) == ("first", 0.5, "half")
    assert not search.look()
    search.stop()
    go.set()
    until(search.over.is_set)
    assert search.latest == "cut short"


def test_nobody_looking_ends_it(monkeypatch):
    monkeypatch.setattr(running, "ABANDONED", 0.05)
    ended = threading.Event()

    def ask(progress: Progress) -> Result:
        assert isinstance(progress, Watch)
        until(progress.enough)
        ended.set()
        return "left"  # type: ignore[return-value]  # stands for a result

    search = Running(ask).start()
    assert ended.wait(30)
    assert search.stopped


def test_errors_become_words():
    def fails(_progress: Progress) -> Result:
        raise ValueError("secret")

    search = Running(fails).start()
    until(search.over.is_set)
    assert isinstance(search.error, ComputeError)
    assert "secret" not in str(search.error)

    def refuses(_progress: Progress) -> Result:
        raise InputError("No.")

    search = Running(refuses).start()
    until(search.over.is_set)
    assert search.error is not None
    assert search.error.what == "No."


def test_a_stopped_search_is_whole_and_is_not_kept(logistic_model, logistic_table):
    """Stopped before it begins: it still answers, says that it was cut short, and the next one searches to the end."""
    both = pair_of(logistic_model, logistic_table)
    cut = Watch(lambda fraction, step: None, lambda answer: None, lambda: True)
    short = explain("nudges", logistic_model, logistic_table, 9, k=3, progress=cut)
    assert len(short.nudges) == 1
    assert any(check.name == "finished" and "stopped" in check.text for check in short.checks)
    assert short.nudges[0].path
    search = begin(both, "nudges", 9, 1, {"k": "3"})
    search.stop()
    until(lambda: search.look(0.05), search)
    again = begin(both, "nudges", 9, 1, {"k": "3"})
    until(lambda: again.look(0.05), again)
    assert not again.stopped
    assert same(again.latest, explain("nudges", logistic_model, logistic_table, 9, k=3))


def test_only_so_many_are_computed_at_once_and_those_who_leave_do_not_wait(monkeypatch):
    monkeypatch.setattr(running, "_TURN", threading.BoundedSemaphore(2))
    go, guard, at_work, most = threading.Event(), threading.Lock(), [0], [0]

    def ask(progress: Progress) -> Result:
        assert isinstance(progress, Watch)
        if progress.enough():
            return "left"  # type: ignore[return-value]  # stands for a result
        with guard:
            at_work[0] += 1
            most[0] = max(most[0], at_work[0])
        go.wait(30)
        with guard:
            at_work[0] -= 1
        return "whole"  # type: ignore[return-value]  # stands for a result

    searches = [Running(ask).start() for _ in range(6)]
    until(lambda: at_work[0] == 2)
    waiting = [search for search in searches if not search.over.is_set()]
    assert len(waiting) == 6
    for search in searches:
        search.stop()
    until(lambda: sum(search.over.is_set() for search in searches) == 4)
    go.set()
    until(lambda: all(search.over.is_set() for search in searches))
    assert most[0] == 2
    assert sorted(str(search.latest) for search in searches) == ["left"] * 4 + ["whole"] * 2
    until(lambda: not running._ALIVE & set(searches))


def test_too_many_are_refused_in_words(monkeypatch):
    go = threading.Event()

    def ask(_progress: Progress) -> Result:
        go.wait(30)
        return "whole"  # type: ignore[return-value]  # stands for a result

    monkeypatch.setattr(running, "MOST", len(running._ALIVE) + 1)
    first = Running(ask).start()
    with pytest.raises(ComputeError, match="Too many searches"):
        Running(ask).start()
    go.set()
    until(first.over.is_set)
    again = Running(ask).start()
    until(again.over.is_set)
    assert again.latest == "whole"
