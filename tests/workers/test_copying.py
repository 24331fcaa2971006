"""Copies by two threads are copies."""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from core.workers import copying


@pytest.fixture
def pieces(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Small arrays count as large ones; which threads copied."""
    monkeypatch.setattr(copying, "SHARED", 1_000)
    monkeypatch.setattr(copying, "_PIECE", 256)
    threads: list[int] = []
    real = np.copyto

    def spy(target: np.ndarray, array: np.ndarray) -> None:
        threads.append(threading.get_ident())
        real(target, array)

    monkeypatch.setattr(np, "copyto", spy)
    return threads


@pytest.mark.parametrize("shape", [(3_000,), (1, 3_001), (30, 100), (100, 30), (7, 11, 40), (1_000, 3)])
@pytest.mark.parametrize("layout", ["C", "F", "steps"])
def test_every_number_arrives(pieces: list[int], shape: tuple[int, ...], layout: str) -> None:
    rng = np.random.default_rng(3)
    array = np.array(rng.normal(size=shape), order="F" if layout == "F" else "C")
    if layout == "steps":
        array = np.repeat(array, 2, axis=-1)[..., ::2]
    target = np.full(shape, np.nan)
    copying.copy(target, array)
    assert np.array_equal(target.view(np.int64), np.ascontiguousarray(array).view(np.int64))
    assert len(pieces) > 3


def test_a_small_array_is_copied_at_once(pieces: list[int]) -> None:
    target = np.zeros(100)
    copying.copy(target, np.arange(100.0))
    assert target.tolist() == list(range(100))
    assert len(pieces) == 1


def test_another_thread_takes_part(pieces: list[int]) -> None:
    if len(os.sched_getaffinity(0)) < 2:
        pytest.skip("one processor")
    array = np.arange(40_000.0)
    for _ in range(200):  # one that comes late may find nothing left
        copying.copy(np.empty_like(array), array)
        if len(set(pieces)) == 2:
            break
    assert len(set(pieces)) == 2


def test_nothing_is_written_after_the_return(pieces: list[int]) -> None:
    array, target = np.ones(40_000), np.zeros(40_000)
    for _ in range(20):
        copying.copy(target, array)
        target[:] = 0
        assert not target.any()


def test_copies_at_the_same_time_do_not_mix(pieces: list[int]) -> None:
    def one(number: int) -> bool:
        array, target = np.full((20, 500), float(number)), np.empty((20, 500))
        copying.copy(target, array)
        return bool((target == number).all())

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(one, range(100)))


def test_one_processor_is_enough(pieces: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _process: set())
    array, target = np.arange(5_000.0), np.empty(5_000)
    copying.copy(target, array)
    assert np.array_equal(target, array)
    assert set(pieces) == {threading.get_ident()}


def test_an_error_in_either_thread_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copying, "SHARED", 1_000)
    with pytest.raises(ValueError, match="broadcast"):
        copying.copy(np.empty((2, 500)), np.empty((3, 500)))
