"""Large arrays of a question reach the worker through its region, and of an answer the app, which takes them out."""

from __future__ import annotations

import os
import pickle
import struct
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


Pair = tuple[region.Region, region.Window, int]


@pytest.fixture
def pair() -> Iterator[Pair]:
    made = region.create()
    assert made is not None
    ours, descriptor = made
    yield ours, region.attach(descriptor)[0], descriptor
    os.close(descriptor)


def through(message: wire.Message, ours: region.Region | None, theirs: region.Window | None) -> wire.Message:
    read, write = os.pipe()
    try:
        wire.send(write, message, region=ours)
        os.close(write)
        return wire.receive(read, wire.Limits(), window=theirs)
    finally:
        os.close(read)


@pytest.mark.parametrize("kind", ["f8", "f4", "i8", "?", "i1", ">f8"])
def test_large_arrays_take_the_region_and_small_ones_the_pipe(pair: Pair, kind: str) -> None:
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
    assert not found.arrays[0].flags.writeable  # a guess that it lies there still rests on that


def test_what_does_not_fit_takes_the_pipe(pair: Pair) -> None:
    ours = pair[0]
    room = len(ours.memory)
    size = 1 << 15
    first, second = np.zeros(room - size + 1, dtype=np.int8), np.ones(size, dtype=np.int8)
    head, *parts = wire.pack(wire.Message({}, [first, second]), ours)
    assert b'"at": 0' in bytes(head)
    assert [len(part) for part in parts] == [size, 0]


def test_the_app_takes_answers_out_before_it_looks_at_them(pair: Pair) -> None:
    """A worker could change what lies in shared memory after it was checked."""
    ours, _, descriptor = pair
    _, theirs = region.attach(descriptor)
    answer = RNG.normal(size=(9_000, 3))
    (found,) = through(wire.Message({}, [answer]), theirs, ours.answers).arrays
    assert theirs.used == answer.nbytes
    theirs.memory[: answer.nbytes] = bytes(answer.nbytes)
    assert np.array_equal(found, answer)
    ours.release()
    assert os.fstat(descriptor).st_blocks == 0


def test_answers_in_shared_memory_count_as_those_in_the_pipe(pair: Pair) -> None:
    """A head of a hundred bytes could point to the same megabytes again and again."""
    item = '{"dtype": "<f8", "shape": [1000], "at": 0}'
    head = f'{{"arrays": [{", ".join([item] * 10)}], "blob": 0}}'
    answers = pair[0].answers
    assert len(wire.unpack(head, memoryview(b""), answers, 80_000).arrays) == 10
    for window, room in ((answers, 79_999), (None, 80_000)):
        with pytest.raises(wire.Closed):
            wire.unpack(head, memoryview(b""), window, room)
    sent = struct.pack("<4sIQ", wire.MAGIC, len(head), 0) + head.encode()
    read, write = os.pipe()
    os.write(write, sent)
    with pytest.raises(wire.Closed):
        wire.receive(read, wire.Limits(1 << 20, 79_999), window=answers)
    os.close(read)
    os.close(write)


@pytest.mark.parametrize("place", [-8, 1 << 62, region.SIZE - 8, 1e300, None, "x", 10**30])
def test_places_outside_are_refused(pair: Pair, place: object) -> None:
    import json

    head = json.dumps({"arrays": [{"dtype": "<f8", "shape": [2], "at": place}], "blob": 0})
    with pytest.raises(wire.Closed):
        wire.unpack(head, memoryview(b""), pair[1])


def test_nobody_can_cut_it_off(pair: Pair) -> None:
    """Writing to memory that lies behind the end of its file kills the writer: here, the app."""
    for size in (0, region.SIZE - 4096, region.SIZE * 2):
        with pytest.raises(PermissionError):
            os.ftruncate(pair[2], size)


def test_pages_are_given_back(pair: Pair) -> None:
    ours, _, descriptor = pair
    ours.bring([np.ones(1 << 20)])
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


def test_a_model_is_asked_again_about_what_lies_there() -> None:
    """The same table, the table after a change in place, and another one: as the model answers here."""
    frame = pd.DataFrame(RNG.normal(size=(70_000, 2)), columns=list("ab"))
    data = pickle.dumps(LogisticRegression().fit(frame[:500], frame["a"][:500] > 0))
    here, there = read_model(data, "m.pkl"), open_model(data, "m.pkl")
    there.predict(frame)
    held = there.lease.place
    assert held is not None
    assert held.client.channel is not None
    memory = held.client.channel.region
    assert memory is not None
    other = pd.DataFrame(RNG.normal(size=(70_000, 2)), columns=list("ab"))
    for table in (frame, frame.copy(), other, frame):
        written = memory.shelves.copy()
        for shelf in written:
            shelf.answer = 0
        assert np.array_equal(there.predict(table), here.predict(table))
        assert (memory.shelves[0] in written) == (table is not other)
    frame.iloc[41_234, 1] += 1e-9
    memory.shelves[0].answer = 0  # a guess is made, and is wrong
    assert np.array_equal(there.predict(frame), here.predict(frame))
    assert memory.pause == 1
    there.close()
