"""A worker that was taken over can say anything: the app believes only what has the form of an answer, and in time."""

from __future__ import annotations

import json
import os
import struct
import sys
import threading
import time
import tracemalloc
from typing import Any

import pytest

from core import errors
from core.workers import launch
from core.workers.client import Client
from core.workers.wire import MAX_WEIGHT, Closed, Late, Limits, Message, receive, unpack

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="workers need Linux")


def raw(head: Any, body: bytes = b"") -> bytes:
    """A message's bytes."""
    data = head if isinstance(head, bytes) else json.dumps({"arrays": [], "blob": 0, **head}).encode()
    return b"IEX1" + struct.pack("<IQ", len(data), len(body)) + data + body


def told(answer: bytes, seconds: float = 5.0, again: bool = False) -> tuple[Any, Client]:
    """What the client makes of the bytes that a worker writes, once or without end."""
    to_worker, from_app = os.pipe()
    to_app, from_worker = os.pipe()
    os.set_blocking(to_app, False)
    os.set_blocking(from_app, False)

    def write() -> None:
        try:
            os.write(from_worker, answer)
            while again:
                os.write(from_worker, answer)
        except OSError:
            return

    thread = threading.Thread(target=write)
    thread.start()
    client = Client(launch.Channel(2**22 + 5, to_app, from_app))
    try:
        return client.ask(Message({"op": "x"}), seconds, Limits(1 << 20, 1 << 20)), client
    except errors.ExplorerError as error:
        return error, client
    finally:
        if client.channel is None:
            os.close(to_worker)
        thread.join(10)
        os.close(from_worker)


@pytest.mark.parametrize(
    "error",
    [5, "x", {"a": 1}, [], [None], [[1], 2], ["ModelError", 5], ["ModelError"], ["SystemExit", "x"], [{}], True],
)
def test_errors_of_any_form_become_words(error: Any) -> None:
    found, _ = told(raw({"error": error}))
    assert isinstance(found, errors.ModelError)
    assert found.what


def test_error_texts_are_cut_and_hold_no_half_characters() -> None:
    found, _ = told(raw(b'{"arrays": [], "blob": 0, "error": ["InputError", "a\\ud800b\\u0000' + b"x" * 5_000 + b'"]}'))
    assert isinstance(found, errors.InputError)
    assert found.what.encode("utf-8").startswith(b"a?b ")
    assert len(found.what) <= 2_000


@pytest.mark.parametrize("step", [5, [], ["x", "y"], [0.5], [0.5, 7], [[1], "x"], {"0": 1}, [None, "x"], [True, "x"]])
def test_steps_of_another_form_end_the_worker(step: Any) -> None:
    found, client = told(raw({"progress": step}))
    assert isinstance(found, errors.ModelError)
    assert client.channel is None


def test_steps_without_end_are_too_late() -> None:
    """Data that always waits never makes the app wait: the clock must be read all the same."""
    start = time.monotonic()
    found, client = told(raw({"progress": [0.5, "x"]}), seconds=0.5, again=True)
    assert isinstance(found, errors.ComputeError)
    assert "did not answer" in found.what
    assert client.channel is None
    assert time.monotonic() - start < 30


@pytest.mark.parametrize(
    "head",
    [
        b"NaN",
        b'{"arrays": [], "blob": 0, "x": NaN}',
        b'{"arrays": [], "blob": 0, "x": -Infinity}',
        b'{"arrays": [], "blob": 1' + b"0" * 5_000 + b"}",
        b'{"arrays": [], "blob": 0, "x": ' + b"[" * 100_000 + b"}",
        b'{"arrays": {"a": 1}, "blob": 0}',
        b'{"arrays": [5], "blob": 0}',
        b'{"arrays": [{"dtype": "<f8", "shape": [1e400]}], "blob": 0}',
        b'{"arrays": [{"dtype": "f8,O", "shape": [0]}], "blob": 0}',
        b'{"arrays": [{"dtype": "S0", "shape": [99999999999]}], "blob": 0}',
        b'{"arrays": [], "blob": 0}\xff',
        b"\x80\x04cos\nsystem\n.",
    ],
)
def test_heads_of_another_form_are_no_answer(head: bytes) -> None:
    read, write = os.pipe()
    os.write(write, raw(head)[:60_000])
    os.close(write)
    with pytest.raises(Closed):
        receive(read, Limits(1 << 20, 1 << 20))
    os.close(read)


def test_bytes_that_drip_are_too_late() -> None:
    read, write = os.pipe()
    os.set_blocking(read, False)
    stop = threading.Event()

    def drip() -> None:
        os.write(write, b"IEX1" + struct.pack("<IQ", 1 << 20, 0))
        while not stop.wait(0.01):
            os.write(write, b" ")

    thread = threading.Thread(target=drip)
    thread.start()
    with pytest.raises(Late):
        receive(read, Limits(), time.monotonic() + 0.3)
    stop.set()
    thread.join()
    os.close(read)
    os.close(write)


def test_a_truth_value_is_zero_or_one() -> None:
    """Numpy counts the ones of a mask by adding its bytes: other bytes would make it write past the end."""
    form = {"arrays": [{"dtype": "|b1", "shape": [3]}], "blob": 0}
    assert unpack(json.dumps(form), memoryview(b"\x00\x01\x01" + bytes(5))).arrays[0].tolist()[0] is False
    with pytest.raises(Closed, match="truth"):
        unpack(json.dumps(form), memoryview(b"\x00\x01\x02" + bytes(5)))


@pytest.mark.parametrize(
    "piece", [b"[],", b"{},", b'{"a":1},', b"1.5,", b'"\\ud83d\\ude00' + b"a" * 15_999_970 + b'",']
)
def test_a_short_head_does_not_become_large(piece: bytes) -> None:
    """JSON of empty lists takes twenty times its bytes once it is read, a text with one wide letter four times."""
    head = b'{"arrays": [], "blob": 0, "x": [' + piece * (16_000_000 // len(piece)) + b"0]}"
    read, write = os.pipe()
    thread = threading.Thread(target=lambda: (os.write(write, b"IEX1" + struct.pack("<IQ", len(head), 0) + head), 0))
    thread.start()
    tracemalloc.start()
    with pytest.raises(Closed):
        receive(read, Limits(16 << 20, 0, MAX_WEIGHT))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    thread.join()
    os.close(read)
    os.close(write)
    assert peak < 50 << 20
