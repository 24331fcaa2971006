"""Messages and tables survive the pipe, and nothing out of bounds is read."""

from __future__ import annotations

import os
import struct
import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.loading.frames import from_frame
from core.workers import columns, wire


def through(message: wire.Message, limits: wire.Limits | None = None) -> wire.Message:
    """Write to a pipe and read from it (small enough for its buffer)."""
    read, write = os.pipe()
    try:
        wire.send(write, message)
        os.close(write)
        return wire.receive(read, limits or wire.Limits())
    finally:
        os.close(read)


cells = st.one_of(
    st.none(), st.text(max_size=5), st.integers(-(2**70), 2**70), st.booleans(), st.floats(allow_nan=False)
)


@settings(max_examples=60, deadline=None)
@given(
    numbers=st.lists(st.floats(allow_nan=True, allow_infinity=True), min_size=3, max_size=3),
    words=st.lists(cells, min_size=3, max_size=3),
    levels=st.lists(st.sampled_from(["a", "b", "ä"]), min_size=3, max_size=3),
)
def test_frames_survive(numbers: list[float], words: list[object], levels: list[str]) -> None:
    frame = pd.DataFrame(
        {
            "number": numbers,
            "object": pd.Series(words, dtype=object),
            "level": pd.Categorical(levels, categories=["b", "a", "ä"], ordered=True),
            "text": pd.Series(levels, dtype="str"),
            "whole": pd.array([1, None, 3], dtype="Int64"),
            "when": pd.to_datetime(["2024-01-01", None, "2024-03-01"]),
            "flag": [True, False, True],
            "small": np.array([1, 2, 3], dtype=np.int8),
        }
    )
    form, arrays = columns.encode_frame(frame)
    message = through(wire.Message({"frame": form}, arrays))
    pd.testing.assert_frame_equal(columns.decode_frame(message.head["frame"], list(message.arrays)), frame)


@pytest.mark.parametrize("order", ["C", "F"])
def test_the_layout_of_numbers_survives(order: str) -> None:
    """Compiled code may add in another order for another layout; the answers would differ in the last digit."""
    values = np.asarray(np.random.default_rng(0).normal(size=(7, 3)), order=order)  # type: ignore[call-overload]  # parametrised
    frame = pd.DataFrame(values, columns=list("abc"))
    form, arrays = columns.encode_frame(frame)
    message = through(wire.Message({"frame": form}, arrays))
    found = columns.decode_frame(message.head["frame"], list(message.arrays))
    assert found.to_numpy().flags.c_contiguous == frame.to_numpy().flags.c_contiguous
    assert np.array_equal(found.to_numpy(), values)


def test_tables_survive_with_their_fingerprint() -> None:
    frame = pd.DataFrame({"a": [1.5, 2.5, np.nan], "k": ["x", None, "z"], "y": [0, 1, 0]})
    table = from_frame(frame, "t.csv", target="y")
    message = columns.encode_table(table)
    found = columns.decode_table(through(message))
    pd.testing.assert_frame_equal(found.frame, table.frame)
    assert found.schema == table.schema
    assert (found.target, found.label, found.name, found.fingerprint, found.notes) == (
        table.target,
        table.label,
        table.name,
        table.fingerprint,
        table.notes,
    )


@pytest.mark.parametrize(
    "raw",
    [
        b"XXXX" + struct.pack("<IQ", 2, 0) + b"{}",
        b"IEX1" + struct.pack("<IQ", 1 << 31, 0),
        b"IEX1" + struct.pack("<IQ", 2, 1 << 60) + b"{}",
        b"IEX1" + struct.pack("<IQ", 4, 0) + b"null",
        b"IEX1" + struct.pack("<IQ", 2, 0) + b"{}",
        b"IEX1" + struct.pack("<IQ", 40, 0) + b'{"arrays":[{"dtype":"O","shape":[1]}],"blob":0}'[:40],
        b"IEX1",
        b"",
    ],
)
def test_other_bytes_are_no_message(raw: bytes) -> None:
    read, write = os.pipe()
    os.write(write, raw)
    os.close(write)
    with pytest.raises(wire.Closed):
        wire.receive(read, wire.Limits(1 << 20, 1 << 20))
    os.close(read)


@pytest.mark.parametrize(
    "described",
    [
        [{"dtype": "O", "shape": [1]}],
        [{"dtype": "<f8", "shape": [-1]}],
        [{"dtype": "<f8", "shape": [1 << 40]}],
        [{"dtype": "<f8", "shape": [2]}],
        [{"dtype": "V8", "shape": [1]}],
        [{"dtype": "<f8", "shape": [1, 1, 1, 1]}],
        "no list",
    ],
)
def test_arrays_that_are_not_there(described: object) -> None:
    import json

    head = json.dumps({"arrays": described, "blob": 0})
    with pytest.raises(wire.Closed):
        wire.unpack(head, memoryview(b"12345678"))


def test_a_late_answer_is_late() -> None:
    read, write = os.pipe()
    os.set_blocking(read, False)
    with pytest.raises(wire.Late):
        wire.receive(read, wire.Limits(), time.monotonic() + 0.02)
    os.close(read)
    os.close(write)


def test_a_reader_who_left() -> None:
    read, write = os.pipe()
    os.close(read)
    with pytest.raises(wire.Closed):
        wire.send(write, wire.Message({"op": "x"}))
    os.close(write)
