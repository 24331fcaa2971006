"""The model door: damaged, oversized and random files are refused in words, whatever their format."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import pickle
import struct
import zipfile
from typing import Any

import lightgbm
import numpy as np
import pytest
import xgboost
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression

from core.errors import ModelError
from core.loading import models
from core.loading.formats import ubjson, xgboost_file
from core.loading.models import read_model
from tests.loading.model_files import (
    FRAME,
    LEVELS,
    LGB,
    LGB_TEXT,
    PICKLE,
    RNG,
    XGB_JSON,
    XGB_UBJ,
)


def zipped(**members: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return buffer.getvalue()


def edited(change: Any) -> bytes:
    """The JSON model with something changed."""
    document = json.loads(XGB_JSON)
    change(document["learner"], document["learner"]["gradient_booster"]["model"]["trees"][0])
    return json.dumps(document).encode()


def cycle(_learner: Any, tree: Any) -> None:
    tree["left_children"][0] = tree["right_children"][0]


def empty_set(_learner: Any, tree: Any) -> None:
    """A split by none of the categories: XGBoost reads it, and fails to write it."""
    tree.update(categories=[], categories_nodes=[0], categories_segments=[0], categories_sizes=[0])


def leaves_below_zero(_learner: Any, tree: Any) -> None:
    """XGBoost reads the size of a leaf's vector without its sign, and ends its process."""
    tree["tree_param"]["size_leaf_vector"] = "-1"


def loop_to_root(_learner: Any, tree: Any) -> None:
    tree["left_children"][0] = 0


def replaced(old: bytes, new: bytes) -> bytes:
    assert old in LGB_TEXT
    return LGB_TEXT.replace(old, new, 1)


def lightgbm_cycle() -> bytes:
    text = lightgbm.LGBMRegressor(n_estimators=1, n_jobs=1, verbose=-1, num_leaves=4, min_child_samples=5).fit(
        FRAME, FRAME["size"]
    )
    lines = text.booster_.model_to_string().splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith("left_child="))
    children = lines[at].removeprefix("left_child=").split()
    lines[at] = "left_child=" + " ".join(["0" if part.startswith("-") else part for part in children])
    return "\n".join(lines).encode()


BAD = {
    "empty": (b"", "a.json"),
    "one byte": (b"\x00", "a.onnx"),
    "spaces": (b"   \n\n", "a.json"),
    "plain text": (b"hello, this is a model, believe me", "a.pkl"),
    "csv": (b"age,size,city\n1,2,Rome\n", "a.model"),
    "html": (b"<!DOCTYPE html><html><body>404</body></html>", "a.json"),
    "lfs pointer": (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n", "a.joblib"),
    "pmml": (b"<?xml version='1.0'?><PMML/>", "a.pmml"),
    "hdf5": (b"\x89HDF\r\n\x1a\n" + b"\0" * 64, "a.h5"),
    "old xgboost": (b"binf" + b"\0" * 64, "a.bin"),
    "parquet": (b"PAR1" + b"\0" * 64, "a.parquet"),
    "png": (b"\x89PNG\r\n\x1a\n", "a.png"),
    "random": (bytes(RNG.integers(0, 256, 4000, dtype=np.uint8)), "a.onnx"),
    "json list": (b"[1, 2, 3]", "a.json"),
    "json of something else": (b'{"a": 1}', "a.json"),
    "json of lightgbm": (json.dumps(LGB.booster_.dump_model()).encode(), "a.json"),
    "json of catboost": (b'{"oblivious_trees": []}', "a.json"),
    "json cut": (XGB_JSON[: len(XGB_JSON) // 2], "a.json"),
    "json bomb": (b'{"learner": ' + b"[" * 200_000, "a.json"),
    "json without learner parts": (b'{"learner": {}}', "a.json"),
    "json learner is a list": (b'{"learner": [1]}', "a.json"),
    "json without trees": (edited(lambda learner, _: learner["gradient_booster"]["model"].update(trees=[])), "a.json"),
    "json column out of range": (edited(lambda _, tree: tree["split_indices"].__setitem__(0, 99)), "a.json"),
    "json child out of range": (edited(lambda _, tree: tree["left_children"].__setitem__(0, 9999)), "a.json"),
    "json cycle": (edited(cycle), "a.json"),
    "json leaves below zero": (edited(leaves_below_zero), "a.json"),
    "json loop to the root": (edited(loop_to_root), "a.json"),
    "json short array": (edited(lambda _, tree: tree["default_left"].pop()), "a.json"),
    "json text for numbers": (edited(lambda _, tree: tree.update(left_children="abc")), "a.json"),
    "json nan": (edited(lambda _, tree: tree["split_indices"].__setitem__(0, float("nan"))), "a.json"),
    "json many columns": (edited(lambda learner, _: learner["learner_model_param"].update(num_feature="99999999")), "a.json"),
    "json foreign booster": (edited(lambda learner, _: learner["gradient_booster"].update(name="evil")), "a.json"),
    "json foreign objective": (edited(lambda learner, _: learner["objective"].update(name="evil:one")), "a.json"),
    "json categories out of range": (edited(lambda _, tree: tree["categories_sizes"].append(10**6)), "a.json"),
    "json category set of none": (edited(empty_set), "a.json"),
    "ubj cut": (XGB_UBJ[: len(XGB_UBJ) // 2], "a.ubj"),
    "ubj huge length": (b"{L" + struct.pack(">q", 2**62) + b"learner", "a.ubj"),
    "ubj negative length": (b"{L" + struct.pack(">q", -5) + b"learner", "a.ubj"),
    "ubj deep": (b"{L" + struct.pack(">q", 1) + b"a" + b"[" * 100_000, "a.ubj"),
    "ubj more behind": (XGB_UBJ + b"more", "a.ubj"),
    "lightgbm cut": (LGB_TEXT[: len(LGB_TEXT) // 3], "a.txt"),
    "lightgbm head only": (LGB_TEXT[:200], "a.txt"),
    "lightgbm wrong size": (replaced(b"tree_sizes=", b"tree_sizes=9"), "a.txt"),
    "lightgbm wrong leaves": (replaced(b"num_leaves=", b"num_leaves=9"), "a.txt"),
    "lightgbm column out of range": (replaced(b"split_feature=", b"split_feature=9"), "a.txt"),
    "lightgbm columns": (replaced(b"max_feature_idx=2", b"max_feature_idx=7"), "a.txt"),
    "lightgbm many classes": (replaced(b"num_tree_per_iteration=1", b"num_tree_per_iteration=999999"), "a.txt"),
    "lightgbm cycle": (lightgbm_cycle(), "a.txt"),
    "lightgbm not utf-8": (LGB_TEXT[:400] + b"\xff\xfe" + LGB_TEXT[400:], "a.txt"),
    "catboost head": (b"CBM1", "a.cbm"),
    "catboost garbage": (b"CBM1" + struct.pack("<I", 100) + b"\xff" * 100, "a.cbm"),
    "catboost huge": (b"CBM1" + b"\xff\xff\xff\xff" + b"\0" * 100, "a.cbm"),
    "onnx garbage": (b"\x08\x07" + b"\x12\x34garbage", "a.onnx"),
    "onnx empty graph": (b"\x08\x08\x3a\x00", "a.onnx"),
    "onnx long varint": (b"\x08" + b"\xff" * 20, "a.onnx"),
    "pickle cut": (PICKLE[: len(PICKLE) // 2], "a.pkl"),
    "pickle of a dict": (pickle.dumps({"weights": [1, 2]}), "a.pkl"),
    "pickle of a number": (pickle.dumps(3), "a.pkl"),
    "pickle of a frame": (pickle.dumps(np.arange(10)), "a.pkl"),
    "pickle not fitted": (pickle.dumps(LogisticRegression()), "a.pkl"),
    "pickle that runs": (b"cos\nsystem\n(S'true'\ntR.", "a.pkl"),
    "gzip of text": (gzip.compress(b"hello"), "a.pkl.gz"),
    "bzip2 cut": (bz2.compress(PICKLE)[:100], "a.joblib"),
    "zip cut": (zipped(schema_dot_json=b"{}")[:30], "a.skops"),
    "zip of nothing": (zipped(readme=b"hi"), "a.zip"),
    "zip of torch": (zipped(archive__data_dot_pkl=b""), "a.pt"),
    "zip of keras": (zipped(config_dot_json=b"{}", metadata_dot_json=b"{}"), "a.keras"),
    "zip path escape": (zipped(**{"..__..__schema_dot_json": b"{}", "schema_dot_json": b"{}"}), "a.skops"),
    "skops empty schema": (zipped(schema_dot_json=b"{}"), "a.skops"),
    "skops broken schema": (zipped(schema_dot_json=b"{nonsense"), "a.skops"),
    "script": (b"#!/usr/bin/env python\nprint(1)\n", "a.py"),
}  # fmt: skip


def by_category() -> dict[str, Any]:
    """A binary model with splits by category, decoded."""
    table = xgboost.DMatrix(LEVELS[["city", "age"]], LEVELS["city"].cat.codes, enable_categorical=True)
    return ubjson.decode(bytes(xgboost.train({"max_cat_to_onehot": 1, "nthread": 1}, table, 3).save_raw("ubj")))


@pytest.mark.parametrize("place", [0, -1])
@pytest.mark.parametrize(
    ("part", "change"),
    [
        ("split_type", lambda kinds: kinds + 1),
        ("split_type", lambda kinds: kinds * 0),
        ("split_type", lambda kinds: kinds[1:] * 0),
        ("categories_nodes", lambda owners: owners[:0]),
        ("categories_sizes", lambda sizes: sizes + 10**6),
        ("left_children", lambda children: np.where(children < 0, children, children + 10**6)),
        ("right_children", lambda children: np.where(children < 0, children, 0)),
        ("parents", lambda parents: parents[::-1]),
        ("split_indices", lambda asked: asked + 10**6),
    ],
)
def test_binary_trees_are_held_to_the_same(part: str, change: Any, place: int) -> None:
    """The arrays of a binary file are checked many trees at once, and trees without categories in a shorter way."""
    document = by_category()
    xgboost_file.check(document, "a.ubj")
    tree = document["learner"]["gradient_booster"]["model"]["trees"][place]
    assert np.any(tree["split_type"])
    tree[part] = change(np.asarray(tree[part], np.int64))
    with pytest.raises(ModelError, match="is damaged"):
        xgboost_file.check(document, "a.ubj")


@pytest.mark.parametrize(("data", "name"), BAD.values(), ids=BAD)
def test_malformed_files_are_refused_in_words(data: bytes, name: str) -> None:
    with pytest.raises(ModelError) as caught:
        read_model(data, name)
    error = caught.value
    assert error.what
    assert error.why
    assert error.hint
    assert "Traceback" not in str(error)
    assert len(str(error)) < 900


def test_too_large_a_file_is_refused_before_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "LIMIT", 100)
    with pytest.raises(ModelError, match="too large"):
        read_model(XGB_JSON, "a.json")


def test_a_bomb_is_refused_before_it_is_opened() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("schema.json", b"{}")
        archive.writestr("big", b"\0" * 1024)
        archive.getinfo("big").file_size = 600 * 1024 * 1024  # what the directory says, as in a real bomb
    with pytest.raises(ModelError, match="opens to too much"):
        read_model(buffer.getvalue(), "a.skops")


@given(
    st.binary(max_size=400),
    st.sampled_from([b"", b"{", b"{L", b"tree\nversion=v4\n", b"CBM1", b"\x08\x08", b"PK\x03\x04"]),
)
def test_random_bytes_never_do_anything_else(tail: bytes, head: bytes) -> None:
    with pytest.raises(ModelError):
        read_model(head + tail, "upload.bin")


@given(st.data())
def test_a_changed_byte_loads_or_is_refused(data: st.DataObject) -> None:
    source = data.draw(st.sampled_from([XGB_JSON, XGB_UBJ]))
    at = data.draw(st.integers(0, len(source) - 1))
    changed = source[:at] + bytes([data.draw(st.integers(0, 255))]) + source[at + 1 :]
    try:
        model = read_model(changed, "upload")
    except ModelError:
        return
    assert model.family == "xgboost"


@pytest.mark.parametrize("count", [-1, 0, 10**12, 2**70])
def test_a_model_of_columns_that_no_table_has_is_refused_at_once(count: int) -> None:
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression().fit([[0.0], [1.0]], [0, 1])
    model.n_features_in_ = count
    with pytest.raises(ModelError, match="No table has so many"):
        read_model(pickle.dumps(model), "m.pkl")
