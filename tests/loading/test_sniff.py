"""What a file is, by its bytes first; what is refused is named for what it is."""

from __future__ import annotations

import io
import zipfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import ModelError
from core.loading.formats import zips
from core.loading.formats.sniff import ACCEPTED, format_of
from core.loading.formats.tree_checks import DEEPEST, check_children, whole_numbers


def archive(*names: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for name in names:
            file.writestr(name, b"{}")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "name", "form"),
    [
        (b'{"learner": 1}', "m.json", "xgboost-json"),
        (b'\xef\xbb\xbf \n{"a": 1}', "M.TXT", "xgboost-json"),
        (b"{L\x00\x00", "m", "xgboost-ubj"),
        (b"{i\x07learner", "m.ubj", "xgboost-ubj"),
        (b"tree\nversion=v4\n", "m.txt", "lightgbm"),
        (b"tree\r\nversion=v4", "m.pkl", "lightgbm"),
        (b"CBM1....", "m.bin", "catboost"),
        (b"\x80\x04\x95", "m.json", "pickle"),
        (b"\x80\x05\x95", "m", "pickle"),
        (b"\x1f\x8b\x08", "m.joblib", "pickle"),
        (b"\x78\x9c\x00", "m.joblib", "pickle"),
        (b"(lp0\n.", "old.pkl", "pickle"),
        (b"\x08\x08\x12", "m", "onnx"),
        (b"\x12\x00", "M.ONNX", "onnx"),
        (archive("schema.json"), "m.anything", "skops"),
        (archive("config.json", "metadata.json"), "m.anything", "keras"),
    ],
)
def test_content_decides_before_the_name(data: bytes, name: str, form: str) -> None:
    assert format_of(data, name) == form


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"\x89HDF\r\n", "HDF5"),
        (b"<?xml version='1.0'?><PMML/>", "PMML"),
        (b"%PDF-1.7", "PDF"),
        (b"PAR1", "as the table"),
        (b"binf\x00", "no longer reads it"),
        (b"#!/bin/sh\nrm -rf /", "never run"),
        (b"\x89PNG", "picture"),
        (b"<!DOCTYPE html><html>", "web page"),
        (b"  <HTML>", "web page"),
        (b"version https://git-lfs.github.com/spec/v1\noid", "Git LFS"),
        (b"a,b,c\n1,2,3\n", "as the table"),
        (b"a;b;c\n1;2;3\n", "as the table"),
        (b"hello", "plain text"),
        (b"", "plain text"),
        (b"\n\n", "plain text"),
        (b"\xff\xfe\xfd\xfc", "ff fe fd fc"),
        (b"\x80\x09rest", "80 09"),
        (archive("m/data.pkl"), "PyTorch"),
        (archive("a.npy"), "NumPy"),
        (archive("xl/workbook.xml"), "Excel"),
        (archive("model/MLmodel"), "MLflow"),
        (archive("readme.txt"), "without a model"),
        (b"PK\x03\x04 and no more", "damaged archive"),
    ],
)
def test_what_is_no_model_is_named_for_what_it_is(data: bytes, words: str) -> None:
    with pytest.raises(ModelError) as caught:
        format_of(data, "<b>up</b>.bin")
    assert words in str(caught.value)
    assert caught.value.hint


@given(st.binary(max_size=200), st.sampled_from(["a.pkl", "a.onnx", "a", "a.json", ".pkl", "ä.Z"]))
def test_any_bytes_have_a_format_or_a_refusal(data: bytes, name: str) -> None:
    known = {"xgboost-json", "xgboost-ubj", "lightgbm", "catboost", "onnx", "skops", "keras", "pickle"}
    try:
        found = format_of(data, name)
    except ModelError as refused:
        found, said = "refused", refused
        known.add("refused")
    assert found in known
    assert found != "refused" or (name in said.what and said.hint)
    assert "ONNX" in ACCEPTED


@pytest.mark.parametrize("path", ["../up", "/etc/passwd", "a/../../b", "..\\up", "\\server"])
def test_paths_that_leave_the_archive_are_refused(path: str) -> None:
    with pytest.raises(ModelError, match="refused"):
        zips.members(archive("schema.json", path), "m.skops")


def test_members_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zips, "MEMBERS", 3)
    assert zips.members(archive("a", "b", "c"), "m") == {"a": 2, "b": 2, "c": 2}
    with pytest.raises(ModelError, match="too much"):
        zips.members(archive("a", "b", "c", "d"), "m")


@pytest.mark.parametrize("values", [[1, 2.0, -3], np.array([1, 2], dtype=np.int8), ["4", "5"], [], [True]])
def test_whole_numbers_are_read(values: object) -> None:
    assert whole_numbers("m", values, "they").dtype == np.int64


@pytest.mark.parametrize(
    "values", [[1.5], ["x"], [None], [[1]], {"a": 1}, [float("nan")], [2**60], [10**400], [[1], [2, 3]]]
)
def test_anything_else_is_damage(values: object) -> None:
    with pytest.raises(ModelError, match="damaged"):
        whole_numbers("m", values, "they")


@given(st.integers(1, 30), st.randoms())
def test_every_tree_passes_and_a_second_parent_does_not(splits: int, random: object) -> None:
    left, right, leaves = [-1], [-1], [0]
    for _ in range(splits):
        node = leaves.pop(random.randrange(len(leaves)))  # type: ignore[attr-defined]  # a random.Random
        left[node], right[node] = len(left), len(left) + 1
        leaves += [len(left), len(left) + 1]
        left += [-1, -1]
        right += [-1, -1]
    inner = np.flatnonzero(np.array(left) >= 0)
    lefts, rights = np.array(left)[inner], np.array(right)[inner]
    check_children("m", inner, lefts, rights, len(left), splits)
    for wrong in (0, len(left), -5, int(rights[0])):
        changed = lefts.copy()
        changed[0] = wrong
        with pytest.raises(ModelError, match="damaged"):
            check_children("m", inner, changed, rights, len(left), splits)


def test_a_single_leaf_is_a_tree() -> None:
    nothing = np.zeros(0, dtype=np.int64)
    check_children("m", nothing, nothing, nothing, 1, 0)


@pytest.mark.parametrize("side", [0, 1])
def test_a_tree_has_at_most_so_many_levels(side: int) -> None:
    """A chain to one side, behind a small tree: every level has one more inner node."""

    def chain(levels: int) -> None:
        small, start = np.array([0]), 3
        inner = np.concatenate([small, start + 2 * np.arange(levels)])
        deep, leaf = inner + 2, inner + 1
        sides = (deep, leaf) if side else (leaf, deep)
        check_children("m", inner, *sides, start + 2 * levels + 1, levels)

    chain(DEEPEST)
    with pytest.raises(ModelError, match="deeper than 4,096"):
        chain(DEEPEST + 1)
