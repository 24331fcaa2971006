"""Large arrays of a question reach the worker through its region; nothing comes back that way."""

from __future__ import annotations

import os
import pickle
import sys
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

from core.engine import explain_rows
from core.loading.frames import from_frame
from core.loading.match import match
from core.loading.models import read_model
from core.results import same
from core.workers import open_model, pool, region, wire

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="workers need Linux")
RNG = np.random.default_rng(0)


@pytest.fixture
def pair() -> Iterator[tuple[region.Region, memoryview, int]]:
    made = region.create()
    assert made is not None
    ours, descriptor = made
    yield ours, region.attach(descriptor), descriptor
    os.close(descriptor)


def through(message: wire.Message, ours: region.Region | None, theirs: memoryview | None) -> wire.Message:
    read, write = os.pipe()
    try:
        wire.send(write, message, region=ours)
        os.close(write)
        return wire.receive(read, wire.Limits(), region=theirs)
    finally:
        os.close(read)


@pytest.mark.parametrize("kind", ["f8", "f4", "i8", "?", "i1", ">f8"])
def test_large_arrays_take_the_region_and_small_ones_the_pipe(
    pair: tuple[region.Region, memoryview, int], kind: str
) -> None:
    ours, theirs, _ = pair
    large = (RNG.normal(size=(10_000, 7)) * 100).astype(kind)
    others = [np.arange(3.0), large[:9_000].T, np.zeros((0, 4)), np.arange(5, dtype=np.int8)]
    for _turn in range(3):  # each message begins at the start again
        found = through(wire.Message({"x": 1}, [large, *others], b"file"), ours, theirs)
        for first, second in zip([large, *others], found.arrays, strict=True):
            assert first.dtype == second.dtype
            assert np.array_equal(first, second)
        assert bytes(found.blob) == b"file"
        assert 0 < ours.used <= 2 * large.nbytes + 256
    assert found.arrays[0].flags.writeable  # compiled code of some models asks for that


def test_what_does_not_fit_takes_the_pipe(pair: tuple[region.Region, memoryview, int]) -> None:
    ours = pair[0]
    room = len(ours.memory)
    first, second = np.zeros(room - region.SMALLEST + 1, dtype=np.int8), np.ones(region.SMALLEST, dtype=np.int8)
    head, *parts = wire.pack(wire.Message({}, [first, second]), ours)
    assert b'"at": 0' in bytes(head)
    assert [len(part) for part in parts] == [region.SMALLEST, 0]


def test_the_app_takes_nothing_from_a_region(pair: tuple[region.Region, memoryview, int]) -> None:
    """An answer that points into memory, which its worker could change while it is read, is no answer."""
    head = b'{"arrays": [{"dtype": "<f8", "shape": [2], "at": 0}], "blob": 0}'
    assert len(wire.unpack(head, memoryview(b""), pair[1]).arrays) == 1
    with pytest.raises(wire.Closed):
        wire.unpack(head, memoryview(b""))


@pytest.mark.parametrize("place", [-8, 1 << 62, region.SIZE - 8, 1e300, None, "x", 10**30])
def test_places_outside_are_refused(pair: tuple[region.Region, memoryview, int], place: object) -> None:
    import json

    head = json.dumps({"arrays": [{"dtype": "<f8", "shape": [2], "at": place}], "blob": 0}).encode()
    with pytest.raises(wire.Closed):
        wire.unpack(head, memoryview(b""), pair[1])


def test_nobody_can_cut_it_off(pair: tuple[region.Region, memoryview, int]) -> None:
    """Writing to memory that lies behind the end of its file kills the writer: here, the app."""
    for size in (0, region.SIZE - 4096, region.SIZE * 2):
        with pytest.raises(PermissionError):
            os.ftruncate(pair[2], size)


def test_pages_are_given_back(pair: tuple[region.Region, memoryview, int]) -> None:
    ours, _, descriptor = pair
    ours.start()
    ours.put(np.ones(1 << 20))
    assert os.fstat(descriptor).st_blocks * 512 >= 8 << 20
    ours.release()
    assert os.fstat(descriptor).st_blocks == 0


def test_a_table_stays_when_the_next_question_writes_over_it() -> None:
    frame = pd.DataFrame(RNG.normal(size=(4_000, 3)), columns=list("abc"))
    target = np.where(frame["a"] > 0, "yes", "no")
    data = pickle.dumps(LogisticRegression().fit(frame, target))
    here, there = read_model(data, "m.pkl"), open_model(data, "m.pkl")
    table = from_frame(frame, "t.csv")
    first, own = match(there, table), match(here, table)
    explain_rows("ceteris_paribus", first.model, first.table, [0], feature="a")
    for _ in range(2):
        other = pd.DataFrame(RNG.normal(size=(9_000, 3)) * 50, columns=list("abc"))
        assert np.array_equal(there.predict(other), here.predict(other))
    theirs = explain_rows("ceteris_paribus", first.model, first.table, [1], feature="b")
    ours = explain_rows("ceteris_paribus", own.model, own.table, [1], feature="b")
    assert same(theirs[0], ours[0])
    held = there.lease.place
    assert held is not None
    assert held.client.channel is not None
    memory = held.client.channel.region
    assert memory is not None
    assert memory.touched
    pool.sweep(-1)
    assert not memory.touched
    assert np.array_equal(there.predict(other), here.predict(other))
    there.close()
