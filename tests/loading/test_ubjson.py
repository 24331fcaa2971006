"""UBJSON with bounds: what XGBoost writes is read as it is, and nothing small becomes large or deep."""

from __future__ import annotations

import json
import struct
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.loading.formats.ubjson import DEPTH, decode


def written(value: Any) -> bytes:
    """An encoder of one's own, from the specification."""
    if value is None or isinstance(value, bool):
        return {None: b"Z", True: b"T", False: b"F"}[value]
    if isinstance(value, int):
        return b"L" + struct.pack(">q", value)
    if isinstance(value, float):
        return b"D" + struct.pack(">d", value)
    if isinstance(value, str):
        return b"S" + text(value)
    if isinstance(value, list):
        return b"[" + b"".join(map(written, value)) + b"]"
    return b"{" + b"".join(text(key) + written(item) for key, item in value.items()) + b"}"


def text(value: str) -> bytes:
    content = value.encode()
    return b"l" + struct.pack(">i", len(content)) + content


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


@given(VALUES)
def test_every_document_comes_back(value: Any) -> None:
    assert decode(written(value)) == value


@given(VALUES, st.data())
def test_a_cut_document_is_refused(value: Any, data: st.DataObject) -> None:
    whole = written(value)
    with pytest.raises(ValueError, match=r"\w"):
        decode(whole[: data.draw(st.integers(0, len(whole) - 1))])


@given(st.binary(max_size=300))
def test_any_bytes_are_a_value_or_a_value_error(data: bytes) -> None:
    said = "a value"
    try:
        decode(data)
    except ValueError as error:
        said = str(error)
    assert said


@pytest.mark.parametrize(
    ("mark", "form"), [("i", ">b"), ("U", ">B"), ("I", ">h"), ("l", ">i"), ("d", ">f"), ("D", ">d")]
)
def test_typed_arrays_become_arrays(mark: str, form: str) -> None:
    values = [1, 0, 100]
    data = b"[$" + mark.encode() + b"#U\x03" + b"".join(struct.pack(form, value) for value in values)
    found = decode(data)
    assert isinstance(found, np.ndarray)
    np.testing.assert_array_equal(found, values)


def test_counted_objects_and_characters() -> None:
    assert decode(b"{#U\x02" + b"U\x01aT" + b"U\x01bC!") == {"a": True, "b": "!"}
    assert decode(b"[#U\x02TF") == [True, False]
    assert decode(b"[$S#U\x02" + b"U\x01a" + b"U\x00") == ["a", ""]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "too early"),
        (b"?", "unknown mark"),
        (b"TT", "more bytes"),
        (b"S" + b"d\x00\x00\x00\x00", "no whole number"),
        (b"Si\xff", "larger than the file"),
        (b"SL" + struct.pack(">q", 2**62), "larger than the file"),
        (b"SU\x01\xff", "not UTF-8"),
        (b"{U\x01aTU\x01aT}", "twice"),
        (b"[$U\x01]", "no length"),
        (b"[$D#U\x02" + b"\x00" * 8, "too early"),
        (b"[" * (DEPTH + 2), "too deeply"),
    ],
)
def test_malformed_documents_are_refused_in_words(data: bytes, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        decode(data)


@pytest.mark.parametrize("mark", [b"Z", b"T", b"F"])
def test_a_small_file_cannot_become_a_large_list(mark: bytes) -> None:
    few = b"[$" + mark + b"#l" + struct.pack(">i", 4_000)
    with pytest.raises(ValueError, match="constants"):
        decode(b"[" + few * 500 + b"]" + b" " * 4_000)


def test_a_real_model_reads_like_its_json() -> None:
    xgboost = pytest.importorskip("xgboost")
    data = xgboost.DMatrix(np.arange(20.0).reshape(10, 2), label=np.arange(10.0))
    booster = xgboost.train({"max_depth": 2}, data, 2)
    binary, plain = decode(bytes(booster.save_raw("ubj"))), json.loads(bytes(booster.save_raw("json")))
    assert sorted(binary["learner"]) == sorted(plain["learner"])
    trees = (document["learner"]["gradient_booster"]["model"]["trees"][0] for document in (binary, plain))
    first, second = (
        {key: np.asarray(tree[key]).tolist() for key in ("left_children", "split_indices")} for tree in trees
    )
    assert first == second
