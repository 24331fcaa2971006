"""Workers that crash, hang, are left, idle or too many: each is ended, told in words, and started again when asked."""

from __future__ import annotations

import gc
import os
import re
import signal
import sys
import threading
import time
from contextlib import nullcontext
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from core import cache
from core.engine import explain
from core.errors import ComputeError, ModelError
from core.loading.frames import from_frame
from core.loading.match import match
from core.results import same
from core.workers import RemoteModel, alive, close_all, launch, open_model, pool
from core.workers.settings import Settings
from tests.workers.asked_models import FRAME, LINEAR, pid

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="workers need Linux")


def test_a_crash_is_told_and_the_next_question_starts_again(remote: RemoteModel) -> None:
    expected = remote.predict(FRAME)
    for number, words in ((signal.SIGSEGV, r"crashed \(SIGSEGV\)"), (signal.SIGKILL, "another form than asked")):
        os.kill(pid(remote), number)
        with pytest.raises(ModelError, match="stopped") as caught:
            remote.predict(FRAME)
        assert re.search(words, caught.value.why)
        assert not remote.alive
        assert np.array_equal(remote.predict(FRAME), expected)


def test_a_hanging_worker_is_ended_in_time() -> None:
    model = open_model(LINEAR, "m.pkl", replace(Settings(), call_seconds=0.3))
    os.kill(pid(model), signal.SIGSTOP)
    start = time.monotonic()
    with pytest.raises(ComputeError, match="did not answer"):
        model.predict(FRAME)
    assert time.monotonic() - start < 20
    assert not model.alive
    model.close()


def test_an_operator_that_does_not_end_is_told_and_ends_its_worker() -> None:
    pytest.importorskip("onnxruntime")
    from tests.security.hostile_slow import chain

    endless, held = chain("Conv", [1, 1, 2_001, 2_001], 1, "rows", pads=[1_000] * 4), alive()
    with pytest.raises(ModelError, match="too slow to explain"):  # and not that it did not answer in time
        open_model(endless, "one.onnx")
    assert alive() == held


def test_leaving_ends_the_worker(remote: RemoteModel) -> None:
    class Left(Exception):  # noqa: N818 - what a page raises when its visitor leaves
        pass

    def leave(_fraction: float, _step: str) -> None:
        raise Left

    table = match(remote, from_frame(FRAME, "t.csv")).table
    with pytest.raises(Left):
        explain("ceteris_paribus", remote, table, 0, feature="age", progress=leave)
    assert not remote.alive
    assert remote.predict(FRAME).shape == (80, 2)


def test_a_worker_that_says_nothing_can_be_left(remote: RemoteModel, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a method does inside, who asked is told the last step again and may go."""
    monkeypatch.setattr("core.workers.client.BEAT", 0.01)
    pair = match(remote, from_frame(FRAME, "t.csv"))
    first = explain("distribution", pair.model, pair.table)
    os.kill(pid(remote), signal.SIGSTOP)
    told: list[tuple[float, str]] = []

    class Left(BaseException):
        pass

    def leave(fraction: float, step: str) -> None:
        told.append((fraction, step))
        if len(told) == 3:
            raise Left

    with pytest.raises(Left):
        explain("distribution", pair.model, pair.table, progress=leave)
    assert told == [(0.0, "")] * 3
    assert not remote.alive
    assert same(explain("distribution", pair.model, pair.table, progress=lambda _f, _s: None), first)


@pytest.mark.parametrize("waits", ["for the model", "for its turn"])
def test_predictions_of_every_row_can_be_left_in_the_middle(
    waits: str, remote: RemoteModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One call of a model may take minutes, and so may the question before it."""
    monkeypatch.setattr("core.workers.client.BEAT", 0.01)
    found = match(remote, from_frame(FRAME, "t.csv"))
    both = cache.Pair(found.model, found.table, (), False, f"left while it waits {waits}")
    told: list[float] = []

    class Left(BaseException):
        pass

    def leave(fraction: float, _step: str) -> None:
        told.append(fraction)
        if len(told) == 3:
            raise Left

    place = remote.lease.ready()
    if waits == "for the model":
        os.kill(pid(remote), signal.SIGSTOP)
    with place.lock if waits == "for its turn" else nullcontext(), pytest.raises(Left):
        cache.predictions(both, leave)
    assert told == [0.0] * 3
    assert remote.alive is (waits == "for its turn"), "a question that did not begin harms nobody"
    assert np.array_equal(cache.predictions(both), remote.predict(FRAME))


def test_a_question_that_waits_outlives_the_one_that_is_broken_off(remote: RemoteModel) -> None:
    pair = match(remote, from_frame(FRAME, "t.csv"))
    first = explain("distribution", pair.model, pair.table)
    place = remote.lease.ready()
    found: list[Any] = []
    with place.lock:
        later = threading.Thread(target=lambda: found.append(explain("distribution", pair.model, pair.table)))
        later.start()
        time.sleep(0.1)  # it waits for its turn
        place.client.end(kill=True)
    later.join(60)
    assert len(found) == 1
    assert same(found[0], first)


def test_a_full_pool_closes_the_least_recently_used() -> None:
    close_all()
    few = replace(Settings(), alive=2)
    first, second = open_model(LINEAR, "1.pkl", few), open_model(LINEAR, "2.pkl", few)
    first.predict(FRAME)
    third = open_model(LINEAR, "3.pkl", few)
    assert (first.alive, second.alive, third.alive) == (True, False, True)
    assert alive() == 2
    second.predict(FRAME)
    assert alive() == 2
    close_all()


def test_idle_workers_are_closed_and_start_again() -> None:
    model = open_model(LINEAR, "m.pkl")
    assert pool.sweep(1_000) == 0
    assert pool.sweep(-1) >= 1
    assert not model.alive
    assert model.predict(FRAME).shape == (80, 2)
    model.close()


def test_a_model_that_nobody_holds_costs_nothing() -> None:
    close_all()
    model = open_model(LINEAR, "m.pkl")
    assert alive() == 1
    del model
    gc.collect()
    assert alive() == 0


def test_a_guard_that_stands_still_is_ended_and_started_again(monkeypatch: pytest.MonkeyPatch) -> None:
    model = open_model(LINEAR, "m.pkl")
    before = model.predict(FRAME)
    guard = launch.parent().process
    monkeypatch.setattr(launch, "_ASK_SECONDS", 0.1)
    os.kill(guard.pid, signal.SIGSTOP)
    assert pool.sweep(-1) >= 1  # who sweeps goes on: idle workers of the next guard are closed, too
    assert guard.returncode == -signal.SIGKILL
    monkeypatch.undo()
    assert np.array_equal(model.predict(FRAME), before)
    assert launch.parent().process.pid != guard.pid
    model.close()


def test_a_small_file_is_waited_for_less_than_a_large_one() -> None:
    """However little one holds, it could keep its processor busy for as long as it is waited for."""
    settings = Settings(open_seconds=60.0)
    waits = [settings.opening(size) for size in (0, 1 << 20, 50 << 20, 1 << 30)]
    assert waits == sorted(waits)
    assert waits[0] == waits[-1] / 2 == 30.0
    assert Settings(open_seconds=5.0).opening(1 << 20) == 5.0
