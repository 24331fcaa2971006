"""The rows of a question reach a worker as they were: values, types, gaps, levels, and how they lie in memory."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.loading.frames import from_frame
from core.workers import columns, questions, wire

RNG = np.random.default_rng(0)


def through(frame: pd.DataFrame) -> pd.DataFrame:
    """Encode, send through a pipe (small enough for its buffer), rebuild."""
    form, arrays = questions.encode(frame)
    read, write = os.pipe()
    try:
        wire.send(write, wire.Message({"frame": form}, arrays))
        os.close(write)
        message = wire.receive(read, wire.Limits())
    finally:
        os.close(read)
    left = list(message.arrays)
    found = questions.decode(message.head["frame"], left)
    assert left == []
    return found


cells = st.one_of(st.none(), st.text(max_size=5), st.integers(-(2**70), 2**70), st.booleans(), st.floats())


@settings(max_examples=60, deadline=None)
@given(
    numbers=st.lists(st.floats(allow_nan=True, allow_infinity=True), min_size=3, max_size=3),
    words=st.lists(cells, min_size=3, max_size=3),
    texts=st.lists(st.one_of(st.none(), st.text()), min_size=3, max_size=3),
    order=st.permutations(range(11)),
)
def test_frames_survive(numbers: list[float], words: list[object], texts: list[Any], order: list[int]) -> None:
    frame = pd.DataFrame(
        {
            "number": numbers,
            "object": pd.Series(words, dtype=object),
            "only text": pd.Series(["a", "b", "ä"], dtype=object),
            "level": pd.Categorical(["a", "ä", "a"], categories=["b", "a", "ä"], ordered=True),
            "text": pd.Series(texts, dtype="str"),
            "more text": pd.Series(texts[::-1], dtype="str"),
            "string": pd.array(texts, dtype=pd.StringDtype("pyarrow")),
            "whole": pd.array([1, None, 3], dtype="Int64"),
            "when": pd.to_datetime(["2024-01-01", None, "2024-03-01"]),
            "flag": [True, False, True],
            "small": np.array([1, 2, 3], dtype=np.int8),
        }
    ).iloc[:, order]
    pd.testing.assert_frame_equal(through(frame), frame)


@pytest.mark.parametrize("part", [slice(0, 2), slice(5, 9), slice(3, 4), slice(0, 0), slice(None, None, 3), [7, 1, 1]])
def test_a_part_of_a_frame_sends_that_part_and_nothing_else(part: Any) -> None:
    """A slice of Arrow's memory lies in the memory of the whole: the other cells must stay here."""
    words = [None if turn % 4 == 2 else f"secret {turn}" for turn in range(20)]
    whole = pd.DataFrame({"a": RNG.normal(size=20), "k": words, "l": words[::-1], "b": RNG.normal(size=20)})
    frame = whole.iloc[part]
    pd.testing.assert_frame_equal(through(frame), frame.reset_index(drop=True))
    sent = b"".join(array.tobytes() for array in questions.encode(frame)[1])
    own = {word for column in "kl" for word in frame[column].dropna()}
    assert sent.count(b"secret") == int(frame[["k", "l"]].notna().to_numpy().sum())
    assert all(word.encode() in sent for word in own)


@pytest.mark.parametrize("layout", ["rows", "columns", "part", "apart"])
def test_numbers_lie_as_they_did(layout: str) -> None:
    """Compiled code may add in another order for another layout; the answers would differ in the last digit."""
    values = RNG.normal(size=(700, 3))
    frame = {
        "rows": lambda: pd.DataFrame(np.ascontiguousarray(values), copy=False),
        "columns": lambda: pd.DataFrame(np.asfortranarray(values), copy=False),
        "part": lambda: pd.DataFrame(np.asfortranarray(values), copy=False).iloc[10:60],
        "apart": lambda: pd.DataFrame({name: values[:, name].copy() for name in range(3)}, copy=False),
    }[layout]()
    frame.columns = pd.Index(list("abc"))
    found, given_ = through(frame), frame.to_numpy()
    assert np.array_equal(found.to_numpy(), given_)
    assert found.to_numpy().flags.c_contiguous == given_.flags.c_contiguous


def test_many_small_blocks_travel_as_one_and_large_ones_without_a_copy() -> None:
    apart = pd.DataFrame({str(turn): RNG.normal(size=5) for turn in range(40)}, copy=False)
    assert [array.shape for array in questions.encode(apart)[1]] == [(40, 5)]
    large = pd.DataFrame({str(turn): RNG.normal(size=40_000) for turn in range(3)}, copy=False)
    sent = questions.encode(large)[1]
    assert len(sent) == 3
    assert all(np.shares_memory(array, large[str(turn)].to_numpy()) for turn, array in enumerate(sent))


def test_the_rebuilt_frame_lies_on_the_memory_that_came() -> None:
    frame = pd.DataFrame(RNG.normal(size=(50, 4)), columns=list("abcd")).assign(k=["x", "y"] * 25)
    form, arrays = questions.encode(frame)
    first = arrays[0]
    found = questions.decode(form, list(arrays))
    assert np.shares_memory(found[list("abcd")].to_numpy(), first)


def test_a_table_goes_in_this_form_and_comes_back_only_in_the_other() -> None:
    table = from_frame(pd.DataFrame({"a": [1.5, 2.5], "k": ["x", None], "y": [0, 1]}), "t.csv", target="y")
    message = columns.encode_table(table, questions.encode)
    found = columns.decode_table(message, questions.decode)
    pd.testing.assert_frame_equal(found.frame, table.frame)
    assert found.fingerprint == table.fingerprint
    with pytest.raises(wire.Closed):
        columns.decode_table(message)


def test_no_columns_and_no_rows() -> None:
    for frame in (pd.DataFrame(index=range(3)), pd.DataFrame({"a": [1.0], "k": ["x"]}).iloc[:0]):
        assert through(frame).shape == frame.shape


@pytest.mark.skipif(sys.platform != "linux", reason="workers need Linux")
def test_compiled_loops_take_as_many_threads_as_in_the_app() -> None:
    """joblib without processes, as in a worker, would tell one processor: loops would take one thread."""
    ask = "from sklearn.utils._openmp_helpers import _openmp_effective_n_threads as n; print(n(), n(None, False))"
    ready = "from core.workers.imports import _count_processors; _count_processors(); "
    clean = {name: value for name, value in os.environ.items() if not name.startswith("OMP_")}

    def told(code: str, **more: str) -> str:
        command = [sys.executable, "-c", code]
        return subprocess.run(command, env={**clean, **more}, capture_output=True, text=True, check=True).stdout

    assert told(ready + ask, JOBLIB_MULTIPROCESSING="0") == told(ask)
