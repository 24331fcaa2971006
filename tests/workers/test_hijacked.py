"""A worker that was taken over can say anything: the app believes only what has the form of an answer, and in time."""

from __future__ import annotations

import json
import os
import pickle
import struct
import sys
import threading
import time
import tracemalloc
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

from core import errors
from core.loading import budgets
from core.loading.frames import from_frame
from core.loading.models import read_model
from core.portable import said_against, to_json
from core.workers import RemoteModel, columns, heads, launch, open_model, plain
from core.workers.client import Client
from core.workers.remote import _model_of
from core.workers.settings import Settings
from core.workers.wire import MAX_WEIGHT, Closed, Late, Limits, Message, receive, unpack

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="workers need Linux")
FRAME = pd.DataFrame(np.random.default_rng(0).normal(size=(30, 3)), columns=list("abc"))
MODEL = pickle.dumps(LogisticRegression().fit(FRAME, FRAME["a"] > 0))


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


@pytest.fixture
def remote() -> Iterator[RemoteModel]:
    model = open_model(MODEL, "m.pkl")
    yield model
    model.close()


FACTS: list[dict[str, Any]] = [
    {"levels": 5},
    {"levels": {"a": 5}},
    {"levels": {"a": [["int", "9" * 9_000]]}},
    {"levels": {"a": [["code", "x"]]}},
    {"features": ["a\ud800"]},
    {"features": ["x" * 100_000]},
    {"features": []},
    {"features": ["a", "b", "a"]},
    {"features": [1]},
    {"classes": ["a"] * 20_000},
    {"classes": "yes"},
    {"task": "rm"},
    {"task": ["binary"]},
    {"margin_scale": "inches"},
    {"notes": [{}]},
]


@pytest.mark.parametrize("changed", FACTS, ids=[str(n) for n in range(len(FACTS))])
def test_a_model_described_otherwise_is_refused(remote: RemoteModel, changed: dict[str, Any]) -> None:
    facts = dict(remote.lease.facts)
    assert _model_of(remote.lease, "x").features == ("a", "b", "c")
    remote.lease.facts = {**facts, **changed}
    with pytest.raises((Closed, ValueError, TypeError, KeyError, AttributeError)):  # what open_model turns into words
        _model_of(remote.lease, "x")


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_no_number_is_no_prediction(remote: RemoteModel, monkeypatch: pytest.MonkeyPatch, bad: float) -> None:
    values = np.full((30, 2), 0.5)
    values[7, 1] = bad
    monkeypatch.setattr(Client, "ask", lambda *_args: Message({}, [values]))
    with pytest.raises(errors.ModelError, match="something else"):
        remote.predict(FRAME)


def test_another_model_in_plain_form_is_refused(remote: RemoteModel, monkeypatch: pytest.MonkeyPatch) -> None:
    made = remote.portable()
    assert made is not None
    other = {**to_json(made), "features": ["<img src=x onerror=alert(1)>", "b", "c"]}
    monkeypatch.setattr(Client, "ask", lambda *_args: Message({"portable": other}))
    with pytest.raises(errors.ModelError, match="another model"):
        remote.portable()


def test_a_plain_form_that_would_grow_is_not_built(remote: RemoteModel, monkeypatch: pytest.MonkeyPatch) -> None:
    large = {"body": {"kind": "trees", "nodes": 20_000, "base": [0.0] * 1_000}}
    monkeypatch.setattr(Client, "ask", lambda *_args: Message({"portable": large}))
    monkeypatch.setattr("core.workers.plain.from_json", lambda _data: pytest.fail("it was built"))
    assert remote.portable() is None
    assert "too large" in said_against(remote)


def test_a_plain_form_that_is_none_is_as_good_as_none(remote: RemoteModel, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages ask the model itself then; they know no other error of a plain form."""
    made = remote.portable()
    assert made is not None
    whole = to_json(made)
    for wrong in ({**whole, "version": -1}, {**whole, "body": {"kind": "trees"}}, {"features": []}, [1], "x", 7):
        monkeypatch.setattr(Client, "ask", lambda *_args, form=wrong: Message({"portable": form}))
        assert remote.portable() is None
        assert "not valid" in said_against(remote)


def test_a_plain_form_beyond_an_answer_is_said_to_be_and_the_worker_lives() -> None:
    """Sent all the same, it would be more than the app reads, and end its process."""
    here = read_model(MODEL, "m.pkl")
    form = here.portable()
    assert form is not None
    size = len(heads.written({"portable": to_json(form)}, (), 0))
    assert plain.said(here, size, MAX_WEIGHT).head["portable"] == to_json(form)
    assert plain.said(here, size, 10).head["portable"] is None  # it may weigh no more, once it is read
    model = open_model(MODEL, "m.pkl", Settings(reply=size - 1))
    place = model.lease.place
    assert model.portable() is None
    assert "MB, more than is handed on" in said_against(model)
    assert model.lease.place is place
    assert place is not None
    assert place.client.channel is not None
    assert model.predict(FRAME).shape == (30, 2)
    model.close()


@pytest.mark.parametrize("why", [None, 7, ["a"], {"a": 1}, "x" * 10_000, "\ud800 \x00", "two\nlines"])
def test_why_a_model_does_not_convert_is_a_short_text(
    remote: RemoteModel, monkeypatch: pytest.MonkeyPatch, why: Any
) -> None:
    monkeypatch.setattr(Client, "ask", lambda *_args: Message({"portable": None, "why": why}))
    assert remote.portable() is None
    said = said_against(remote)
    assert len(said) <= 500
    said.encode("utf-8")
    assert not set(said) & {"\x00", "\n"}
    assert bool(said) == isinstance(why, str)


RESULTS: list[dict[str, Any]] = [
    {"features": 5},
    {"features": {"type": "tuple", "items": [1, 2, 3]}},
    {"values": "<script>"},
    {"base": "1"},
    {"base": None},
    {"scale": "inches"},
    {"label": 7},
    {"checks": {"type": "tuple", "items": ["x"]}},
    {"steps": "yes"},
    {"data": {"type": "map", "items": [["a", {"type": "map", "items": 5}]]}},
    {"provenance": 3},
]


@pytest.mark.parametrize("changed", RESULTS, ids=[str(n) for n in range(len(RESULTS))])
def test_a_result_with_a_part_of_another_type_is_refused(
    remote: RemoteModel, monkeypatch: pytest.MonkeyPatch, changed: dict[str, Any]
) -> None:
    from core.codec import encode
    from core.engine import explain

    table = from_frame(FRAME, "t")
    good = encode(explain("shap", open_model(MODEL, "m.pkl"), table, 0))
    monkeypatch.setattr(Client, "ask", lambda *_args, **_named: Message({"results": [good]}))
    assert len(remote.explain_rows("shap", table, [0], None, {})) == 1
    bad = {**good, "fields": {**good["fields"], **changed}}
    monkeypatch.setattr(Client, "ask", lambda *_args, **_named: Message({"results": [bad]}))
    with pytest.raises(errors.ModelError, match="something else"):
        remote.explain_rows("shap", table, [0], None, {})


def test_a_result_nested_without_end_is_refused(remote: RemoteModel, monkeypatch: pytest.MonkeyPatch) -> None:
    deep: Any = 1
    for _ in range(900):
        deep = {"type": "tuple", "items": [deep]}
    monkeypatch.setattr(Client, "ask", lambda *_args, **_named: Message({"results": [deep]}))
    with pytest.raises(errors.ModelError):
        remote.explain_rows("shap", from_frame(FRAME, "t"), [0], None, {})


FEATURE: list[dict[str, Any]] = [
    {"kind": "<b>"},
    {"kind": None},
    {"decimals": 10**9},
    {"decimals": -1},
    {"low": ["str", "x"]},
    {"low": ["float", "nan"]},
    {"missing": None},
    {"quantiles": [["str", "x"]]},
    {"quantiles": 5},
    {"levels": [["code", "x"]]},
    {"name": "not there"},
]
HEAD: list[dict[str, Any]] = [
    {"fingerprint": "../../x"},
    {"fingerprint": "a" * 1_000},
    {"target": "not there"},
    {"notes": 5},
    {"features": 5},
    {"frame": {"rows": 10**12, "names": ["a", "b", "c"], "order": "C"}},
    {"frame": {"rows": 30, "names": ["a", "a", "c"], "order": "F"}},
    {"frame": {"rows": 30, "names": ["a\ud800", "b", "c"], "order": "F"}},
    {"frame": {"rows": 30, "names": ["a", "b", "c"], "blocks": [[[0, 1, 99], {"as": "numbers"}]]}},
    {"frame": {"rows": 30, "names": ["a", "b", "c"], "blocks": [[[0, 0, 0], {"as": "numbers"}]]}},
    {"frame": {"rows": 30, "names": ["a", "b", "c"], "blocks": [[[0], {"as": "code"}]]}},
    {"frame": {"rows": 30, "names": ["a"], "blocks": [[[0], {"as": "times", "dtype": "O"}]]}},
    {"frame": {"rows": 30, "names": ["a"], "blocks": [[[0], {"as": "cells"}]]}},
    {"frame": {"rows": 30, "names": ["a"], "blocks": [[[0], {"as": "letters", "dtype": "str"}]]}},
    {"frame": {"rows": 30, "names": ["a", "b", "c"], "blocks": [[[0, 1, -1], {"as": "numbers"}]]}},
    {"frame": {"rows": 30, "names": ["a", "b", "c"], "blocks": [[[0, 1], {"as": "numbers"}]]}},
    {"frame": {"rows": 30, "names": ["a", "b", "c"], "blocks": []}},
]


@pytest.mark.parametrize("changed", [*FEATURE, *HEAD], ids=[str(n) for n in range(len(FEATURE) + len(HEAD))])
def test_a_table_described_otherwise_is_refused(changed: dict[str, Any]) -> None:
    message = columns.encode_table(from_frame(FRAME, "t.csv"))
    assert columns.decode_table(message).schema.names == ("a", "b", "c")
    if changed in FEATURE:
        changed = {"features": [{**message.head["features"][0], **changed}, *message.head["features"][1:]]}
    with pytest.raises(Closed):
        columns.decode_table(Message({**message.head, **changed}, message.arrays))


def of_blocks(rows: int, blocks: list[Any], arrays: list[np.ndarray]) -> Message:
    """A message of a table of so many columns, one block each."""
    frame = {"rows": rows, "names": [f"c{n}" for n in range(len(blocks))]}
    frame["blocks"] = [[[n], form] for n, form in enumerate(blocks)]
    head = {**columns.encode_table(from_frame(FRAME, "t")).head, "frame": frame, "features": []}
    return Message(head, arrays)


@pytest.mark.parametrize("codes", [[0, 1, 5], [0.0, 1.0, 0.0], [[0, 1, 0]], [0, 1]])
def test_cells_by_codes_that_are_none_are_refused(codes: list[Any]) -> None:
    form = {"as": "cells", "words": ["x", "y"], "gaps": []}
    honest = columns.decode_table(of_blocks(3, [form], [np.array([0, 1, 1])]))
    assert honest.frame["c0"].tolist() == ["x", "y", "y"]
    with pytest.raises(Closed):
        columns.decode_table(of_blocks(3, [form], [np.array(codes)]))


def letters_of(
    starts: Any, text: bytes, there: Any = (), home: str = "str", kind: type[np.signedinteger[Any]] = np.int64
) -> Message:
    """A table with one column of text."""
    arrays = [np.array(starts, kind), np.frombuffer(text, np.uint8), np.array(there, np.uint8)]
    return of_blocks(3, [{"as": "letters", "dtype": home}], arrays)


LETTERS: list[tuple[Any, ...]] = [
    ([0, 1, 2, 9], b"abc"),
    ([0, 5, 1, 3], b"abc"),
    ([0, -1, 2, 3], b"abc"),
    ([1, 2, 2, 3], b"abc"),
    ([0, 1, 2], b"ab"),
    ([0, 1, 2, 2], b"abc"),
    ([0, 1, 2, 3, 3], b"abc"),
    ([0, 1, 2, 3], b"\xff\xfe\xfd"),
    ([0, 1, 2, 3], "é€".encode()[:3]),
    ([0, 1, 2, 3], b"\xed\xa0\x80"),
    ([0, 1, 2, 3], b"abc", [255, 255]),
    ([0, 1, 2, 3], b"abc", [], "object"),
    ([0, 1, 2, 3], b"abc", [], "str", np.int32),
]


@pytest.mark.parametrize("parts", LETTERS, ids=[str(n) for n in range(len(LETTERS))])
def test_text_that_is_none_is_refused(parts: tuple[Any, ...]) -> None:
    """Places outside the letters would read the app's own memory; bytes that are no letters would break its pages."""
    honest = columns.decode_table(letters_of([0, 1, 1, 3], "aé".encode(), [0b101]))
    assert honest.frame["c0"].fillna("missing").tolist() == ["a", "missing", "é"]
    with pytest.raises(Closed):
        columns.decode_table(letters_of(*parts))


def test_a_truth_value_is_zero_or_one() -> None:
    """Numpy counts the ones of a mask by adding its bytes: other bytes would make it write past the end."""
    form = {"arrays": [{"dtype": "|b1", "shape": [3]}], "blob": 0}
    assert unpack(json.dumps(form), memoryview(b"\x00\x01\x01" + bytes(5))).arrays[0].tolist()[0] is False
    with pytest.raises(Closed, match="truth"):
        unpack(json.dumps(form), memoryview(b"\x00\x01\x02" + bytes(5)))


def test_a_short_message_writes_no_long_table() -> None:
    """A worker that was taken over would fill the app's memory by one word and many codes."""
    form = {"as": "cells", "words": ["word"], "gaps": []}
    assert len(columns.decode_table(of_blocks(50, [form, form], [np.zeros(50, np.int8)] * 2)).frame) == 50
    tracemalloc.start()
    for rows, wide, told in ((3_000_000, 14, "more cells"), (5_000_000, 8, "wrong")):
        columns_of = [form] * wide if wide == 14 else [{"as": "letters", "dtype": "str"}] * wide
        with pytest.raises(Closed, match=told):
            columns.decode_table(of_blocks(rows, columns_of, [np.zeros(rows, np.int8)] * wide))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 50 << 20


def test_objects_that_codes_stand_for_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budgets, "MAX_HELD", 1 << 16)
    form = {"as": "cells", "words": ["word"], "gaps": []}
    assert columns.decode_table(of_blocks(8_192, [form], [np.zeros(8_192, np.int8)])).frame.shape == (8_192, 1)
    with pytest.raises(Closed, match="more cells"):
        columns.decode_table(of_blocks(8_193, [form], [np.zeros(8_193, np.int8)]))
    with pytest.raises(Closed, match="more cells"):
        columns.decode_table(of_blocks(5_000, [form] * 2, [np.zeros(5_000, np.int8)] * 2))


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
