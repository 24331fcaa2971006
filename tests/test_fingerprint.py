from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import fingerprint


@given(st.lists(st.binary(max_size=6), max_size=4), st.lists(st.binary(max_size=6), max_size=4))
def test_different_chunks_have_different_digests(first: list[bytes], second: list[bytes]) -> None:
    assert (fingerprint.of_bytes(*first) == fingerprint.of_bytes(*second)) == (first == second)


def test_one_changed_cell_of_a_large_frame_is_seen() -> None:
    frame = pd.DataFrame({"a": np.arange(200_000.0), "b": "x"})
    other = frame.copy()
    other.loc[123_457, "a"] += 1e-9
    text = frame.copy()
    text.loc[7, "b"] = "y"
    digests = {fingerprint.of_frame(frame), fingerprint.of_frame(other), fingerprint.of_frame(text)}
    assert len(digests) == 3
    assert fingerprint.of_frame(frame) == fingerprint.of_frame(frame.copy())


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (pd.DataFrame({"a": ["nan"]}), pd.DataFrame({"a": [None]}, dtype="str")),
        (pd.DataFrame({"a": ["x", "yz"]}), pd.DataFrame({"a": ["xy", "z"]})),
        (pd.DataFrame({"a": [1], "b": [2]}), pd.DataFrame({"b": [2], "a": [1]})),
        (pd.DataFrame({"a": [1]}), pd.DataFrame({"a": [1.0]})),
        (pd.DataFrame({"a": [1]}), pd.DataFrame({1: [1]})),
        (pd.DataFrame({"a": [1, 2]}), pd.DataFrame({"a": [1, 2]}, index=[1, 0])),
        (pd.DataFrame({"a": [np.nan]}), pd.DataFrame({"a": [0.0]})),
    ],
)
def test_frames_that_look_alike_differ(first: pd.DataFrame, second: pd.DataFrame) -> None:
    assert fingerprint.of_frame(first) != fingerprint.of_frame(second)


def test_keys_do_not_collide_by_joining() -> None:
    assert fingerprint.of_params(["ab", "c"]) != fingerprint.of_params(["a", "bc"])
    assert fingerprint.of_params({"a": 1, "b": 2}) == fingerprint.of_params({"b": 2, "a": 1})
    assert fingerprint.of_params([float("nan")]) != fingerprint.of_params(["nan"])
    assert fingerprint.of_params([np.int64(3)]) == fingerprint.of_params([3])


def test_objects_cannot_be_part_of_a_key() -> None:
    with pytest.raises(TypeError, match="DataFrame"):
        fingerprint.of_params([pd.DataFrame()])
