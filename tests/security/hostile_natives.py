"""Damaged files of the boosters, and hostile archives: skops, ONNX, zip; see ``hostile.py``."""

from __future__ import annotations

import io
import json
import pickle
import struct
import warnings
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from tests.security.hostile import Case, Runs, code, honest
from tests.written import zipped


def cases(marker: Path) -> Iterator[Case]:
    """All of them."""
    for part in (natives, archives):
        yield from part(str(marker))


def natives(_marker: str) -> Iterator[Case]:
    """Broken files of the boosters."""
    import lightgbm
    import xgboost

    x = np.random.default_rng(0).normal(size=(80, 3))
    booster = xgboost.train({"max_depth": 3, "verbosity": 0}, xgboost.DMatrix(x, x[:, 0]), 2)
    document = json.loads(booster.save_raw("json").decode())

    def changed(change: Callable[[dict[str, Any], dict[str, Any]], None]) -> bytes:
        copy = json.loads(json.dumps(document))
        model = copy["learner"]["gradient_booster"]["model"]
        change(copy, model["trees"][0])
        return json.dumps(copy).encode()

    yield "xgb-cycle.json", changed(lambda _d, t: t["left_children"].__setitem__(0, 0))
    yield "xgb-child.json", changed(lambda _d, t: t["right_children"].__setitem__(0, 10**6))
    yield "xgb-column.json", changed(lambda _d, t: t["split_indices"].__setitem__(0, 10**6))
    yield "xgb-short.json", changed(lambda _d, t: t.__setitem__("split_conditions", [1.0]))
    yield "xgb-nodes.json", changed(lambda _d, t: t["tree_param"].__setitem__("num_nodes", "1000000"))
    yield "xgb-leaves.json", changed(lambda _d, t: t["tree_param"].__setitem__("size_leaf_vector", "-1"))
    yield (
        "xgb-group.json",
        changed(lambda d, _t: d["learner"]["gradient_booster"]["model"].__setitem__("tree_info", [5, 5])),
    )
    yield (
        "xgb-columns.json",
        changed(lambda d, _t: d["learner"]["learner_model_param"].__setitem__("num_feature", "-1")),
    )
    yield (
        "xgb-rounds.json",
        changed(lambda d, _t: d["learner"]["gradient_booster"]["model"].__setitem__("iteration_indptr", [0, 900])),
    )
    yield "xgb-deep.json", b'{"learner":' * 100_000
    raw = bytes(booster.save_raw("ubj"))
    yield "xgb-cut.ubj", raw[: len(raw) // 2]
    yield (
        "xgb-length.ubj",
        raw.replace(b"L\x00\x00\x00\x00\x00\x00\x00\x07learner", b"L\x7f\x00\x00\x00\x00\x00\x00\x07learner"),
    )
    pickled = pickle.dumps(booster)
    yield (
        "xgb-pickle.pkl",
        pickled.replace(
            b"left_children[$l#L\x00\x00\x00\x00\x00\x00\x00\x0f", b"left_children[$l#L\x00\x00\x00\x00\x00\x0f\x00\x0f"
        )[:-5]
        + b".",
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        lines = lightgbm.train({"verbose": -1, "num_leaves": 5}, lightgbm.Dataset(x, x[:, 0]), 2).model_to_string()
    yield "lgb-cycle.txt", _line(lines, "left_child", lambda parts: ["0", *parts[1:]])
    yield "lgb-child.txt", _line(lines, "right_child", lambda parts: ["9999", *parts[1:]])
    yield "lgb-leaf.txt", _line(lines, "left_child", lambda parts: ["-9999", *parts[1:]])
    yield "lgb-column.txt", _line(lines, "split_feature", lambda parts: ["9999", *parts[1:]])
    yield "lgb-short.txt", _line(lines, "leaf_value", lambda parts: parts[:1])
    yield "lgb-leaves.txt", _line(lines, "num_leaves", lambda _parts: ["1000000"])
    yield "lgb-sizes.txt", _line(lines, "tree_sizes", lambda _parts: ["5", "5"])
    yield "lgb-cut.txt", lines[: lines.index("leaf_value")].encode()
    yield "cat-cut.cbm", b"CBM1" + struct.pack("<I", 1 << 30) + b"\x00" * 100
    yield "cat-noise.cbm", b"CBM1" + struct.pack("<I", 200) + bytes(range(200))


def _line(model: str, field: str, change: Callable[[list[str]], list[str]]) -> bytes:
    """A LightGBM model with one line changed; the announced sizes are made to fit unless they are the point."""
    before = next(line for line in model.splitlines() if line.startswith(field + "="))
    after = f"{field}={' '.join(change(before.partition('=')[2].split()))}"
    changed = model.replace(before, after, 1)
    if field != "tree_sizes":
        sizes = next(line for line in changed.splitlines() if line.startswith("tree_sizes="))
        first, *rest = [int(part) for part in sizes.partition("=")[2].split()]
        fitted = "tree_sizes=" + " ".join(str(size) for size in (first + len(after) - len(before), *rest))
        changed = changed.replace(sizes, fitted, 1)
    return changed.encode()


def archives(marker: str) -> Iterator[Case]:
    """skops, Keras, PyTorch and ONNX files with something in them."""
    import skops.io

    plain = skops.io.dumps(honest())
    for label, module, attribute in (
        ("system", "os", "system"),
        ("popen", "subprocess", "Popen"),
        ("eval", "builtins", "eval"),
        ("partial", "functools", "partial"),
        ("getter", "operator", "methodcaller"),
        ("memmap", "numpy", "memmap"),
        ("distribution", "scipy.stats._distn_infrastructure", "rv_discrete"),
    ):
        yield f"skops-{label}.skops", _skops(plain, module, attribute)
    yield "skops-path.skops", zipped({"../../etc/x": b"x", "schema.json": b"{}"})
    small = zipped({"schema.json": b"{}", "big": b"\x00" * 1_000_003})
    yield "skops-bomb.skops", small.replace(struct.pack("<I", 1_000_003), struct.pack("<I", 0x7FFF0000))
    yield "skops-no-schema.skops", zipped({"schema.json": b"[]"})
    yield "torch.pt", zipped({"archive/data.pkl": pickle.dumps(Runs(eval, code(marker)))})
    lambda_layer = {"class_name": "Lambda", "config": {"function": code(marker)}}
    for label, layer in (
        ("lambda", lambda_layer),
        ("module", {"module": "os", "class_name": "system", "config": {}}),
        ("registered", {"class_name": "X", "registered_name": "os>system", "config": {}}),
    ):
        config = {"module": "keras", "class_name": "Sequential", "config": {"layers": [layer]}}
        members = {"config.json": json.dumps(config).encode(), "metadata.json": b"{}", "model.weights.h5": b""}
        yield f"keras-{label}.keras", zipped(members)
    yield "keras-path.keras", zipped({"config.json": b"{}", "metadata.json": b"{}", "../../x.h5": b""})
    yield "keras.h5", b"\x89HDF\r\n\x1a\n" + b"\x00" * 200
    yield from _onnx(marker)


def _skops(plain: bytes, module: str, attribute: str) -> bytes:
    """A skops file whose root is another type."""
    with zipfile.ZipFile(io.BytesIO(plain)) as source:
        members = {item: source.read(item) for item in source.namelist()}
    schema = json.loads(members["schema.json"])
    schema["__module__"], schema["__class__"] = module, attribute
    return zipped({**members, "schema.json": json.dumps(schema).encode()})


def _onnx(_marker: str) -> Iterator[Case]:
    """Graphs that reach outside themselves."""
    from onnx import TensorProto, helper

    def model(tensor: Any, domain: str = "", operator: str = "MatMul") -> bytes:
        node = helper.make_node(operator, ["x", "w"], ["y"], domain=domain)
        ends = [helper.make_tensor_value_info(part, TensorProto.FLOAT, [None, 2]) for part in "xy"]
        graph = helper.make_graph([node], "g", ends[:1], ends[1:], [tensor])
        opsets = [helper.make_opsetid("", 17), *([helper.make_opsetid(domain, 1)] if domain else [])]
        return helper.make_model(graph, opset_imports=opsets).SerializeToString()

    outside = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[2, 2], data_location=TensorProto.EXTERNAL)
    for label, location in (("passwd", "/etc/passwd"), ("up", "../../../etc/passwd"), ("same", "weights.bin")):
        tensor = TensorProto()
        tensor.CopyFrom(outside)
        entry = tensor.external_data.add()
        entry.key, entry.value = "location", location
        yield f"onnx-external-{label}.onnx", model(tensor)
    inside = helper.make_tensor("w", TensorProto.FLOAT, [2, 2], [1.0, 0.0, 0.0, 1.0])
    yield "onnx-domain.onnx", model(inside, "com.evil", "Run")
    yield "onnx-microsoft.onnx", model(inside, "com.microsoft", "MatMul")
    yield "onnx-python.onnx", model(inside, "ai.onnx.contrib", "PyOp")
    good = model(inside)
    yield "onnx-cut.onnx", good[: len(good) // 2]
    yield "onnx-noise.onnx", b"\x08\x07" + bytes(range(256)) * 4
