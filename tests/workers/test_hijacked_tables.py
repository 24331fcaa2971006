"""A worker that was taken over sends a table: places, codes, letters and sizes that are none are refused."""

from __future__ import annotations

import sys
import tracemalloc
from typing import Any

import numpy as np
import pandas as pd
import pytest

from core.loading import budgets
from core.loading.frames import from_frame
from core.workers import columns
from core.workers.wire import Closed, Message

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="workers need Linux")
FRAME = pd.DataFrame(np.random.default_rng(0).normal(size=(30, 3)), columns=list("abc"))
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
