"""Hostile files in the libraries' own formats, and bombs of many small parts; see ``hostile.py``."""

from __future__ import annotations

import gzip
import io
import json
import pickle
import re
import struct
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from core.loading.formats.flatbuffer import root
from tests.security.hostile import Case, honest, whole

X = np.random.default_rng(0).normal(size=(80, 3))


def cases(_marker: Path) -> Iterator[Case]:
    """Every case; nothing here has a payload: they are about indices, sizes and time."""
    for part in (_catboost, _onnx, _keys, _skops, _xgboost, _xgboost_levels, _lightgbm):
        yield from part()


def _catboost() -> Iterator[Case]:
    """A cbm file with one number of its trees changed."""
    import catboost

    quiet: dict[str, Any] = {"iterations": 4, "depth": 3, "verbose": 0, "allow_writing_files": False}
    for policy in ("SymmetricTree", "Lossguide"):
        model = catboost.CatBoostClassifier(grow_policy=policy, **quiet).fit(X, X[:, 0] > 0)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "m.cbm"
            model.save_model(str(path))
            data = path.read_bytes()
        core = data[8:]
        trees = root(core).table(1)
        assert trees is not None
        start = np.frombuffer(core, np.uint8).__array_interface__["data"][0]
        for field, label in ((1, "split"), (2, "size"), (10, "step"), (11, "leaf")):
            array = trees.array(field, "<u4")
            for value in (0xFFFFFFFF, 0x7FFFFFFF) if array.size and label != "leaf" else ():
                at = 8 + array.__array_interface__["data"][0] - start
                yield f"cat-{policy}-{label}-{value:x}.cbm", data[:at] + struct.pack("<I", value) + data[at + 4 :]
        for at in (8, 16, 20):
            yield f"cat-{policy}-head-{at}.cbm", data[:at] + b"\xff\xff\xff\x7f" + data[at + 4 :]


def _varint(number: int) -> bytes:
    """A number in base 128."""
    found = b""
    while number > 127:
        found, number = found + bytes([number & 127 | 128]), number >> 7
    return found + bytes([number])


def _inside(field: int, content: bytes) -> bytes:
    """A field of bytes in a protobuf message."""
    return _varint(field << 3 | 2) + _varint(len(content)) + content


def _onnx() -> Iterator[Case]:
    """Millions of empty parts, graphs in graphs, and loops without an end."""
    head = b"\x08\x08" + _inside(8, b"\x10\x0f")
    yield "onnx-many-nodes.onnx", head + _inside(7, b"\x0a\x00" * 30_000_000)
    yield "onnx-many-named-nodes.onnx", head + _inside(7, _inside(1, _inside(4, b"Abs")) * 3_000_000)
    yield "onnx-many-attributes.onnx", head + _inside(7, _inside(1, _inside(5, b"\x48\x00" * 10_000_000)))
    deep = b""
    for _ in range(60):
        deep = _inside(1, _inside(5, _inside(6, deep)))
    yield "onnx-deep.onnx", head + _inside(7, deep)
    yield "onnx-row-cut.onnx", head + _inside(7, _inside(1, _inside(5, b"\x3d\x00\x00\x00\x00" * 20 + b"\x3d\x00")))
    yield "onnx-row-long.onnx", head + _inside(7, _inside(1, _inside(5, b"\x40\x01" * 20 + b"\x40" + b"\xff" * 12)))
    yield from _functions()


def _functions() -> Iterator[Case]:
    """ONNX: functions of the file's own that call each other without end, or go by the names of others' operators."""
    from onnx import TensorProto, helper

    def function(title: str, calls: tuple[str, ...], domain: str = "own", inside: str = "own") -> Any:
        names = ["a", *(f"c{place}" for place in range(len(calls) - 1)), "b"]
        nodes = [
            helper.make_node(call, [names[place]], [names[place + 1]], domain=inside)
            for place, call in enumerate(calls)
        ]
        sets = [helper.make_opsetid(known, 1) for known in {domain, inside}]
        return helper.make_function(domain, title, ["a"], ["b"], nodes, sets)

    def model(functions: list[Any], times: int = 1, call: str = "F0", domain: str = "own") -> bytes:
        names = ["x", *(f"q{place}" for place in range(times - 1)), "y"]
        nodes = [helper.make_node(call, [names[place]], [names[place + 1]], domain=domain) for place in range(times)]
        ends = [helper.make_tensor_value_info(end, TensorProto.FLOAT, ["n", 1]) for end in "xy"]
        graph = helper.make_graph(nodes, "g", ends[:1], ends[1:])
        sets = [helper.make_opsetid("", 17), helper.make_opsetid(domain, 1)]
        return bytes(
            helper.make_model(graph, opset_imports=sets, functions=functions, ir_version=8).SerializeToString()
        )

    def doubled(levels: int) -> list[Any]:
        last = function(f"F{levels}", ("Identity",), inside="")
        return [*(function(f"F{at}", (f"F{at + 1}",) * 2) for at in range(levels)), last]

    yield "function-itself.onnx", model([function("F0", ("F0",))])
    yield "function-each-other.onnx", model([function("F0", ("F1",)), function("F1", ("F0",))])
    yield "function-doubled.onnx", model(doubled(24))
    yield "function-repeated.onnx", model(doubled(10), times=3_000)
    chain = [function(f"F{at}", (f"F{at + 1}",)) for at in range(5_000)]
    yield "function-far.onnx", model([*chain, function("F5000", ("Identity",), inside="")])
    yield "function-inside.onnx", model([function("F0", ("Gelu",), inside="com.microsoft")])
    yield "function-elsewhere.onnx", model([function("F0", ("Identity",), inside="")], call="PyOp")
    for domain in ("com.microsoft", "com.microsoft.nchwc", "ai.onnx.training"):
        yield f"function-{domain}.onnx", model([function("F0", ("Identity",), domain, "")], domain=domain)


def _keys() -> Iterator[Case]:
    """Whole numbers as keys that all look for the same places in a dictionary."""
    keys = b"".join(b"\x8a\x08" + struct.pack("<q", turn << 22) for turn in range(1, 1_300_001))
    yield "slow-keys-probing.pkl", gzip.compress(whole(b"\x8f(" + keys + b"\x90"), 1)


def _skops() -> Iterator[Case]:
    """Lists that repeat each other, and ones that nest too deeply."""
    import skops.io

    plain = skops.io.dumps(honest())
    with zipfile.ZipFile(io.BytesIO(plain)) as archive:
        schema = json.loads(archive.read("schema.json"))
        members = {name: archive.read(name) for name in archive.namelist() if name != "schema.json"}
    entry = {"__class__": "list", "__module__": "builtins", "__loader__": "ListNode"}
    laughs: Any = {**entry, "content": [], "__id__": 900}
    deep: Any = dict(laughs)
    for turn in range(901, 931):
        laughs = {**entry, "content": [laughs, {**entry, "content": [], "__id__": turn - 1}], "__id__": turn}
    for turn in range(1_000, 1_400):
        deep = {**entry, "content": [deep], "__id__": turn}
    for label, content in (("laughs", laughs), ("deep", deep)):
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("schema.json", json.dumps({**schema, **content, "protocol": schema["protocol"]}))
            for name, data in members.items():
                archive.writestr(name, data)
        yield f"skops-{label}.skops", target.getvalue()


def _xgboost() -> Iterator[Case]:
    """Lists of numbers that two parsers could read in two ways."""
    import xgboost

    booster = xgboost.train({"max_depth": 2}, xgboost.DMatrix(X, X[:, 0]), 2)
    text = bytes(booster.save_raw("json")).decode()
    children = json.loads(text)["learner"]["gradient_booster"]["model"]["trees"][0]["left_children"]
    plain = json.dumps(children, separators=(",", ":"))
    assert plain in text
    for label, found in (
        ("commas", plain.replace(",", ",,", 1)),
        ("blanks", plain.replace(",", " ", 1)),
        ("texts", json.dumps([str(child) for child in children])),
        ("nested", f"[{plain}]"),
        ("far", json.dumps([10**9, *children[1:]])),
        ("place", "[0]"),
    ):
        yield f"xgb-list-{label}.json", text.replace(f'"left_children":{plain}', f'"left_children":{found}', 1).encode()

    forest = json.loads(text)["learner"]["gradient_booster"]["model"]["trees"]
    for label, ids in (("twice", (0, 0)), ("far", (0, 7)), ("turned", (1, 0)), ("negative", (-1, 0))):
        found = text
        for place, (tree, number) in enumerate(zip(forest, ids, strict=True)):
            assert found.count(f'"id":{tree["id"]},') >= 1
            found = found.replace(f'"id":{place},', f'"id":#{number},')  # where another may not be found again
        yield f"xgb-id-{label}.json", found.replace('"id":#', '"id":').encode()
    for booster_kind, part in (("gblinear", "weights"), ("dart", "weight_drop")):
        made = xgboost.train({"booster": booster_kind}, xgboost.DMatrix(X, X[:, 0]), 2).save_raw("json")
        document = json.loads(bytes(made))
        held = document["learner"]["gradient_booster"]
        (held["model"] if booster_kind == "gblinear" else held)[part] = 3
        yield f"xgb-no-list-{booster_kind}.json", json.dumps(document).encode()


def _xgboost_levels() -> Iterator[Case]:
    """Sets of categories that belong to other nodes than those that split by category."""
    import pandas as pd
    import xgboost

    table = pd.DataFrame({"n": X[:, 0], "c": pd.Categorical(np.arange(len(X)) % 7)})
    data = xgboost.DMatrix(table, np.arange(len(X)) % 7 % 3 + X[:, 0], enable_categorical=True)
    for booster in ("gbtree", "dart"):
        made = xgboost.train({"booster": booster, "tree_method": "hist", "max_cat_to_onehot": 1}, data, 2)
        document = json.loads(bytes(made.save_raw("json")))
        held = document["learner"]["gradient_booster"]
        tree = (held["gbtree"] if booster == "dart" else held)["model"]["trees"][0]
        owners, kinds = tree["categories_nodes"], tree["split_type"]
        assert len(owners) > 1
        for label, changed in (
            ("shifted", {"categories_nodes": [owner + 1 for owner in owners]}),
            ("turned", {"categories_nodes": owners[::-1]}),
            ("all", {"split_type": [1] * len(kinds)}),
            ("none", {"split_type": [0] * len(kinds)}),
            ("far", {"split_type": [300, *kinds[1:]]}),
        ):
            kept = {key: tree[key] for key in changed}
            tree.update(changed)
            yield f"xgb-levels-{booster}-{label}.json", json.dumps(document).encode()
            tree.update(kept)


def _lightgbm() -> Iterator[Case]:
    """Numbers that make its parser abort."""
    import lightgbm

    data = lightgbm.Dataset(X, X[:, 0])
    lines = lightgbm.train({"verbose": -1, "min_data_in_leaf": 5}, data, 1).model_to_string().split("\n")
    place = next(at for at, line in enumerate(lines) if line.startswith("threshold="))
    for label, number in (("sign", "--1"), ("point", "."), ("word", "e5"), ("digit", "\u0663")):
        key, _, values = lines[place].partition("=")
        broken = f"{key}={' '.join([number, *values.split(' ')[1:]])}"
        longer = len(broken.encode()) - len(lines[place].encode())
        sizes = [
            f"tree_sizes={int(line[11:].split()[0]) + longer}" if line.startswith("tree_sizes=") else line
            for line in lines
        ]
        yield f"lgb-number-{label}.txt", "\n".join([*sizes[:place], broken, *sizes[place + 1 :]]).encode()
    yield from _lightgbm_lines()
    whole_text = "\n".join(lines)
    assert "\nnum_cat=0\n" in whole_text
    yield "lgb-sets-none.txt", whole_text.replace("\nnum_cat=0\n", "\nnum_cat=1\n", 1).encode()


def _lightgbm_lines() -> Iterator[Case]:
    """Numbers in the lines of leaves that are out of the range of C++, as a file and inside a pickle."""
    import lightgbm

    settings = {"verbose": -1, "min_data_in_leaf": 9, "linear_tree": True}
    made = lightgbm.train(settings, lightgbm.Dataset(X, X[:, 0]), 2)
    text = made.model_to_string()
    for part in ("leaf_const", "leaf_coeff"):
        found = re.search(rf"\n{part}= *(\S+)", text)
        assert found
        start, number = found.start(1), found[1]
        for label, wrong in (("large", "1e400"), ("small", "-1e-400"), ("least", "1e-320"), ("sign", "-")):
            broken = text[:start] + wrong.ljust(len(number)) + text[start + len(number) :]
            yield f"lgb-line-{part}-{label}.txt", broken.encode()
            data = pickle.dumps(made)
            assert data.count(text.encode()) == 1
            yield f"lgb-line-{part}-{label}.pkl", data.replace(text.encode(), broken.encode())
