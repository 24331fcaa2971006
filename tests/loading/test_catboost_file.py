"""CatBoost files of every kind are read, and each index that its native code would follow out of bounds is refused."""

from __future__ import annotations

import os
import signal
import struct
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from core.errors import ModelError
from core.loading.formats import catboost_file, catboost_trees
from core.loading.formats.flatbuffer import FlatTable, root
from core.loading.formats.tree_checks import DEEPEST

catboost = pytest.importorskip("catboost")
RNG = np.random.default_rng(0)
X = RNG.normal(size=(300, 4))
FRAME = pd.DataFrame(X, columns=list("abcd")).assign(
    kind=RNG.choice(["u", "v", "w", "z"], 300), place=RNG.choice([f"q{turn}" for turn in range(40)], 300)
)
KINDS = ["kind", "place"]
QUIET = {"verbose": 0, "allow_writing_files": False, "depth": 3, "thread_count": 1, "random_seed": 0}
MADE: dict[str, Callable[[], Any]] = {
    "even": lambda: catboost.CatBoostClassifier(iterations=5, **QUIET).fit(X, X[:, 0] > 0),
    "lossguide": lambda: catboost.CatBoostClassifier(iterations=5, grow_policy="Lossguide", **QUIET).fit(
        FRAME, RNG.integers(0, 3, 300), cat_features=KINDS
    ),
    "depthwise": lambda: catboost.CatBoostRegressor(iterations=5, grow_policy="Depthwise", **QUIET).fit(X, X[:, 1]),
    "categories": lambda: catboost.CatBoostRegressor(
        iterations=30, cat_features=KINDS, one_hot_max_size=5, max_ctr_complexity=3, **QUIET
    ).fit(FRAME, X[:, 0] + FRAME["place"].str[1:].astype(int)),
    "classes": lambda: catboost.CatBoostClassifier(iterations=8, cat_features=KINDS, **QUIET).fit(
        FRAME, RNG.integers(0, 3, 300)
    ),
    "statistics": lambda: catboost.CatBoostRegressor(
        iterations=20,
        cat_features=KINDS,
        simple_ctr=["Counter", "Buckets", "Borders", "BinarizedTargetMeanValue"],
        **QUIET,
    ).fit(FRAME, X[:, 0] + FRAME["place"].str[1:].astype(int)),
    "several": lambda: catboost.CatBoostRegressor(iterations=5, loss_function="MultiRMSE", **QUIET).fit(X, X[:, :2]),
    "ignoring": lambda: catboost.CatBoostClassifier(iterations=5, ignored_features=[1], **QUIET).fit(X, X[:, 0] > 0),
}


@cache
def written(kind: str, folder: Path) -> bytes:
    path = folder / f"{kind}.cbm"
    MADE[kind]().save_model(str(path))
    return path.read_bytes()


@pytest.fixture(scope="module")
def of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], bytes]:
    folder = tmp_path_factory.mktemp("cbm")
    return lambda kind: written(kind, folder)


@pytest.mark.parametrize("kind", MADE)
def test_honest_files_are_read_and_answer_alike(kind: str, of: Callable[[str], bytes], tmp_path: Path) -> None:
    data = of(kind)
    (tmp_path / "m.cbm").write_bytes(data)
    rows: Any = FRAME if kind in ("lossguide", "categories", "classes", "statistics") else X
    ours, theirs = catboost_file.load(data, "m.cbm"), catboost.CatBoost().load_model(str(tmp_path / "m.cbm"))
    assert np.array_equal(ours.predict(rows), theirs.predict(rows))


def changed(data: bytes, chosen: Callable[[FlatTable], np.ndarray], value: int, place: int = 0) -> bytes:
    """A file with one number of a list of its trees changed."""
    core = data[8 : 8 + int.from_bytes(data[4:8], "little")]
    trees = root(core).table(1)
    assert trees is not None
    array = chosen(trees)
    start = np.frombuffer(core, np.uint8).__array_interface__["data"][0]
    at = 8 + array.__array_interface__["data"][0] - start + place * array.itemsize
    return data[:at] + value.to_bytes(array.itemsize, "little", signed=value < 0) + data[at + array.itemsize :]


@pytest.mark.parametrize(
    ("kind", "field", "size", "value", "words"),
    [
        ("even", 1, "<i4", 10**6, "split that is not there"),
        ("even", 1, "<i4", -1, "split that is not there"),
        ("categories", 1, "<i4", 10**5, "split that is not there"),
        ("even", 2, "<i4", 2, "longer or shorter"),
        ("even", 2, "<i4", -5, "longer or shorter"),
        ("even", 3, "<i4", 7, "begin elsewhere"),
        ("lossguide", 10, "<u4", 0xFFFF, "out of its tree"),
        ("depthwise", 10, "<u4", 0xFFFF0000, "out of its tree"),
        ("lossguide", 1, "<i4", 10**6, "split that is not there"),
    ],
)
def test_indices_out_of_bounds(
    kind: str, field: int, size: str, value: int, words: str, of: Callable[[str], bytes]
) -> None:
    with pytest.raises(ModelError, match=words):
        catboost_file.check(changed(of(kind), lambda trees: trees.array(field, size), value), "m.cbm")


@pytest.mark.parametrize("kind", ["lossguide", "depthwise"])
def test_a_leaf_that_is_not_there(kind: str, of: Callable[[str], bytes]) -> None:
    core = of(kind)[8:]
    trees = root(core).table(1)
    assert trees is not None
    last = int(np.flatnonzero(trees.array(10, "<u4") == 0)[0])
    with pytest.raises(ModelError, match="leaf that is not there"):
        catboost_file.check(changed(of(kind), lambda found: found.array(11, "<u4"), 10**6, last), "m.cbm")


@pytest.mark.parametrize("kind", ["categories", "classes", "statistics"])
def test_entries_of_category_tables(kind: str, of: Callable[[str], bytes]) -> None:
    """The tables lie behind the trees: an entry beyond the end, and a table without a free place."""
    data = of(kind)
    at = 12 + int.from_bytes(data[4:8], "little")
    size = int.from_bytes(data[at : at + 4], "little")
    own = data[at + 4 : at + 4 + size]
    buckets = root(own).array(1, "u1").tobytes()
    entries = np.frombuffer(buckets, np.dtype([("hash", "<u8"), ("index", "<u4")])).copy()
    far, full = entries.copy(), entries.copy()
    far["index"][far["hash"] != 2**64 - 1] = 10**6
    full["hash"][full["hash"] == 2**64 - 1] = 7
    for changed_entries, words in ((far, "leads out of it"), (full, "wrong size")):
        broken = data[: at + 4] + own.replace(buckets, changed_entries.tobytes()) + data[at + 4 + size :]
        with pytest.raises(ModelError, match=words):
            catboost_file.check(broken, "m.cbm")
    with pytest.raises(ModelError, match="has no table"):
        catboost_file.check(data[: at - 4], "m.cbm")
    with pytest.raises(ModelError, match="cut off"):
        catboost_file.check(data[:-3], "m.cbm")
    with pytest.raises(ModelError, match="follow them"):
        catboost_file.check(data + b"more", "m.cbm")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"CBM1", "first bytes"),
        (b"CBM1" + struct.pack("<I", 999) + b"\x00" * 8, "announces 1,007 bytes and holds 16"),
        (b"CBM1" + struct.pack("<I", 8) + b"\x00" * 8, "does not hold together"),
        (b"CBM1" + struct.pack("<I", 12) + struct.pack("<Iii", 4, -8, 0), "does not hold together"),
    ],
)
def test_what_only_looks_like_a_model(data: bytes, words: str) -> None:
    with pytest.raises(ModelError, match=words):
        catboost_file.check(data, "m.cbm")


def test_texts_are_named(tmp_path: Path) -> None:
    words = ["red apple" if turn % 2 else "green pear sour" for turn in range(300)]
    model = catboost.CatBoostClassifier(iterations=5, text_features=["words"], **QUIET)
    model.fit(FRAME[["a"]].assign(words=words), X[:, 0] > 0).save_model(str(tmp_path / "m.cbm"))
    with pytest.raises(ModelError, match="texts or embeddings"):
        catboost_file.check((tmp_path / "m.cbm").read_bytes(), "m.cbm")


def test_what_passes_the_check_never_crashes_catboost(of: Callable[[str], bytes]) -> None:
    """Random changes, tried in processes of their own: plain CatBoost dies of one in a few hundred."""
    rng = np.random.default_rng(2)
    passed: list[tuple[bytes, Any]] = []
    refused = 0
    for turn in range(120):
        kind = list(MADE)[turn % len(MADE)]
        data = bytearray(of(kind))
        words = (data.find(b'{"'), data.rfind(b'"}'))  # the settings as JSON, most of the file
        places = [place for place in range(8, len(data) - 4, 4) if not words[0] <= place <= words[1]]
        place = int(rng.choice(places))
        data[place : place + 4] = int(rng.choice([2**32 - 1, rng.integers(0, 300)])).to_bytes(4, "little")
        try:
            catboost_file.check(bytes(data), "m.cbm")
        except ModelError:
            refused += 1
            continue
        passed.append((bytes(data), FRAME if "c" in kind else X))
    for start in range(0, len(passed), 12):
        assert _tried(passed[start : start + 12]) == 0
    assert refused > 12


def _tried(files: list[tuple[bytes, Any]]) -> int:
    """How a child ends that reads files one after another and asks each; what CatBoost refuses is well."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            signal.alarm(60)
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
            for data, rows in files:
                model = catboost.CatBoost()
                try:
                    model.load_model(blob=data)
                    model.predict(rows)
                except catboost.CatBoostError:
                    continue
            code = 0
        finally:
            os._exit(code)
    return os.waitpid(child, 0)[1]


def test_a_path_of_steps_is_not_longer_than_a_tree_may_be_deep() -> None:
    """One tree whose steps lead on one by one; a second, small one before it."""
    pairs = np.zeros(6_000, catboost_trees._STEP)
    pairs["left"][10:] = 1
    for levels, reads in ((DEEPEST - 1, True), (DEEPEST, False)):
        pairs["left"][10 + levels] = 0
        starts = np.array([0, 10, 6_000])
        if reads:
            catboost_trees._check_depth(pairs, starts)
        else:
            with pytest.raises(ValueError, match="deeper than 4,096"):
                catboost_trees._check_depth(pairs, starts)
        pairs["left"][10 + levels] = 1
