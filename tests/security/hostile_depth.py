"""Hostile files of a third reading of the door: depth, countless small parts, names told twice, half-built parts.

See ``hostile.py``. Trees so deep that native code calls itself to the end of its stack, JSON whose parts take far longer
to read than its bytes, models that name two columns alike, what stands for half a table kept elsewhere, ONNX graphs that
compute for long before they are asked anything, and skops files whose parts say one thing and are another.
"""

from __future__ import annotations

import copy
import io
import json
import pickle
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from core.loading.formats.tree_checks import DEEPEST
from core.loading.unpickle.extension import Buffer
from core.loading.unpickle.frames import Part, Parts
from core.loading.unpickle.inert import Refused
from core.loading.unpickle.machine import Machine
from tests.security.hostile import Case, honest

X = np.random.default_rng(0).normal(size=(80, 3))
LEVELS = DEEPEST + 900


def cases(marker: Path) -> Iterator[Case]:
    """Every case."""
    yield from _xgboost()
    yield from _lightgbm()
    yield from _halves()
    yield from _onnx()
    yield from _skops(str(marker))


def _xgboost() -> Iterator[Case]:
    """Names told twice, a chain of nodes, and files of countless parts."""
    import xgboost

    booster = xgboost.train({"max_depth": 2}, xgboost.DMatrix(X, X[:, 0], feature_names=list("abc")), 1)
    document = json.loads(bytes(booster.save_raw("json")))
    plain = json.dumps(document, separators=(",", ":")).encode()
    for label, many in (("objects", b"{}," * 1_500_000), ("lists", b"[]," * 4_500_000), ("texts", b'"",' * 4_500_000)):
        yield f"countless-{label}.json", plain[:-1] + b',"x":[' + many + b"0]}"
    yield "countless-escapes.json", plain[:-1] + b',"x":"' + b"\\t" * 1_500_000 + b'"}'
    twice = copy.deepcopy(document)
    twice["learner"]["feature_names"] = ["a", "b", "a"]
    yield "alike-names.json", json.dumps(twice).encode()
    model = document["learner"]["gradient_booster"]["model"]
    model["trees"] = [_chain(model["trees"][0])]
    yield "deep-chain.json", json.dumps(document, separators=(",", ":")).encode()


def _chain(tree: dict[str, Any]) -> dict[str, Any]:
    """A tree in which every inner node has a leaf and the next inner node."""
    count = 2 * LEVELS + 1
    inner = np.concatenate([[0], np.arange(1, count - 2, 2)])
    left, right, parents = np.full(count, -1), np.full(count, -1), np.full(count, 2**31 - 1)
    left[inner], right[inner] = 2 * np.arange(LEVELS) + 1, 2 * np.arange(LEVELS) + 2
    parents[left[inner]] = parents[right[inner]] = inner
    children = {"left_children": left.tolist(), "right_children": right.tolist(), "parents": parents.tolist()}
    numbers: dict[str, Any] = {key: [0] * count for key in ("split_indices", "default_left", "split_type")}
    reals = {key: [0.5] * count for key in ("split_conditions", "base_weights", "loss_changes", "sum_hessian")}
    return {**tree, **children, **numbers, **reals, "tree_param": {**tree["tree_param"], "num_nodes": str(count)}}


def _lightgbm() -> Iterator[Case]:
    """The same in LightGBM's words."""
    import lightgbm

    written = lightgbm.train({"verbose": -1}, lightgbm.Dataset(X, X[:, 0]), 1).model_to_string()
    yield "alike-names.txt", written.replace("Column_2", "Column_0").encode()
    head, _, rest = written.partition("Tree=0\n")
    _, _, tail = rest.partition("end of trees")
    inner, leaves = np.arange(LEVELS), LEVELS + 1
    parts: dict[str, Any] = {
        "num_leaves": [leaves],
        "num_cat": [0],
        "split_feature": [0] * LEVELS,
        "split_gain": [1] * LEVELS,
        "threshold": [0.5] * LEVELS,
        "decision_type": [2] * LEVELS,
        "left_child": -1 - inner,
        "right_child": [*(inner[1:]), -1 - LEVELS],
        "leaf_value": [0.1] * leaves,
        **{key: [1] * leaves for key in ("leaf_weight", "leaf_count")},
        **{key: [1] * LEVELS for key in ("internal_value", "internal_weight", "internal_count")},
        **{"is_linear": [0], "shrinkage": [1]},
    }
    tree = "Tree=0\n" + "".join(f"{key}={' '.join(map(str, part))}\n" for key, part in parts.items()) + "\n\n"
    before, _, after = head.partition("tree_sizes=")
    sized = f"{before}tree_sizes={len(tree)}\n{after.partition(chr(10))[2]}"
    yield "deep-chain.txt", f"{sized}{tree}end of trees{tail}".encode()


def _halves() -> Iterator[Case]:
    """What our reader has in the place of half a table, kept as an attribute of a model."""
    model = honest()
    vars(model).update(table_=pd.DataFrame({"a": [1.0], "b": pd.array(["u"], dtype="str")}), held_=False)
    data = pickle.dumps(model, 4)
    place = data.index(b"\x8c\x05held_\x94\x89") + 8
    for kept in range(256):
        try:
            found = Machine(data[:-1] + b"h" + bytes([kept]) + b"\x86.").run()[1]
        except Refused:
            continue
        if type(found) in (Part, Parts, Buffer) or (type(found) is dict and "state" in found):
            yield (
                f"half-{type(found).__name__.lower()}-{kept}.pkl",
                data[:place] + b"h" + bytes([kept]) + data[place + 1 :],
            )


def _onnx() -> Iterator[Case]:
    """Functions that call themselves or each other, trees in circles, and numbers that lie elsewhere."""
    from onnx import TensorProto, helper

    def model(nodes: list[Any], functions: tuple[Any, ...] = (), weights: Any = None) -> bytes:
        values = [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, [None, size]) for name, size in (("x", 3), ("y", 1))
        ]
        held = weights or helper.make_tensor("w", TensorProto.FLOAT, [3, 1], [1.0, 1.0, 1.0])
        graph = helper.make_graph(nodes, "g", values[:1], values[1:], [held])
        sets = [helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", 3)]
        made = helper.make_model(graph, opset_imports=sets, functions=functions, ir_version=8)
        return bytes(made.SerializeToString())

    yield from _onnx_trees(model)
    last = helper.make_node("MatMul", ["q", "w"], ["y"])
    for kind, more in (("Sum", {}), ("Mean", {}), ("Max", {}), ("Min", {}), ("Einsum", {"equation": "ij,ij->ij"})):
        yield f"onnx-gap-{kind.lower()}.onnx", model([helper.make_node(kind, ["x", ""], ["q"], **more), last])
    both = helper.make_function(
        "", "Both", ["a", "b"], ["c"], [helper.make_node("Sum", ["a", "b"], ["c"])], [helper.make_opsetid("", 17)]
    )
    for given in (["x", ""], ["x"]):
        yield f"onnx-gap-call-{len(given)}.onnx", model([helper.make_node("Both", given, ["q"]), last], (both,))
    again = helper.make_function(
        "", "Again", ["a"], ["b"], [helper.make_node("Again", ["a"], ["b"])], [helper.make_opsetid("", 17)]
    )
    yield "onnx-calls-itself.onnx", model([helper.make_node("Again", ["x"], ["q"]), last], (again,))
    for label, dims in (("far", [2**50, 1]), ("negative", [-3, 1])):
        lying = helper.make_tensor("w", TensorProto.FLOAT, [3, 1], [1.0, 1.0, 1.0])
        lying.dims[:] = dims
        yield f"onnx-shape-{label}.onnx", model([helper.make_node("MatMul", ["x", "w"], ["y"])], weights=lying)
    lying = helper.make_tensor("w", TensorProto.FLOAT, [3, 1], [1.0, 1.0, 1.0])
    lying.data_location = 1
    for key, value in (("location", "*/_ORT_MEM_ADDR_/*"), ("offset", "4096"), ("length", "12")):
        lying.external_data.add(key=key, value=value)
    yield "onnx-memory.onnx", model([helper.make_node("MatMul", ["x", "w"], ["y"])], weights=lying)


def _onnx_trees(model: Callable[[list[Any]], bytes]) -> Iterator[Case]:
    """A chain of nodes, and one whose last node leads back to the first: in the middle of it is the one leaf each has."""
    from onnx import helper

    count = 2 * LEVELS + 1
    inner = 2 * np.arange(LEVELS)
    leaves = np.setdiff1d(np.arange(count), inner).tolist()
    modes = np.where(np.isin(np.arange(count), inner), "BRANCH_LEQ", "LEAF").tolist()
    for label, end in (("chain", count - 1), ("circle", 0), ("knot", 4)):
        on, off = np.zeros(count, int), np.zeros(count, int)
        on[inner], off[inner] = inner + 2, inner + 1
        on[inner[-1]] = end
        sides = {"nodes_truenodeids": on.tolist(), "nodes_falsenodeids": off.tolist()}
        for turn, (yes, no) in enumerate((tuple(sides), tuple(sides)[::-1])):
            node = helper.make_node(
                "TreeEnsembleRegressor", ["x"], ["y"], domain="ai.onnx.ml", n_targets=1,
                nodes_treeids=[0] * count, nodes_nodeids=list(range(count)), nodes_featureids=[0] * count,
                nodes_values=[0.5] * count, nodes_modes=modes, **{yes: sides["nodes_truenodeids"]},
                **{no: sides["nodes_falsenodeids"]}, target_treeids=[0] * len(leaves), target_nodeids=leaves,
                target_ids=[0] * len(leaves), target_weights=[1.0] * len(leaves),
            )  # fmt: skip
            yield f"onnx-tree-{label}-{turn}.onnx", model([node])


def _skops(marker: str) -> Iterator[Case]:
    """One part of an honest file is of another kind than its type says."""
    import skops.io

    with zipfile.ZipFile(io.BytesIO(skops.io.dumps(honest()))) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    schema = json.loads(members["schema.json"])

    def packed(**changed: bytes) -> bytes:
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in {**members, **changed}.items():
                archive.writestr(name, data)
        return target.getvalue()

    for label, part in skops_parts(marker).items():
        lying = copy.deepcopy(schema)
        lying["content"]["content"][next(iter(lying["content"]["content"]))] = part
        yield f"skops-part-{label}.skops", packed(**{"schema.json": json.dumps(lying).encode()})
    twice = members["schema.json"].rstrip()[:-1] + b', "__module__": "subprocess", "__class__": "Popen"}'
    yield "skops-part-twice.skops", packed(**{"schema.json": twice})
    array = next(name for name in members if name.endswith(".npy"))
    for label, shape in (("far", b"(1000000000000,)"), ("negative", b"(-1,)")):
        head = b"{'descr': '<f8', 'fortran_order': False, 'shape': " + shape + b", }"
        yield f"skops-array-{label}.skops", packed(**{array: b"\x93NUMPY\x01\x00v\x00" + head.ljust(117) + b"\n"})


def skops_parts(marker: str) -> dict[str, Any]:
    """Parts of a schema, by what they try."""

    def plain(value: Any) -> dict[str, Any]:
        return {
            "__class__": "str", "__module__": "builtins", "__loader__": "JsonNode", "content": json.dumps(value), "is_json": True
        }  # fmt: skip

    def many(*items: Any) -> dict[str, Any]:
        return {
            "__class__": "tuple", "__module__": "builtins", "__loader__": "TupleNode", "content": list(items), "__id__": 90_001
        }  # fmt: skip

    def node(loader: str, module: str, title: str, **more: Any) -> dict[str, Any]:
        return {"__class__": title, "__module__": module, "__loader__": f"{loader}Node", **more}

    command = many(plain(f"touch {marker}"))
    return {
        "function": node("Function", "os", "system", content={"module_path": "os", "function": "system"}),
        "other-path": node("Function", "numpy", "exp", content={"module_path": "os", "function": "system"}),
        "popen": node("Object", "subprocess", "Popen", content=command),
        "reduce": node("Reduce", "os", "system", __reduce__={"args": command}, content={}),
        "method": node("Method", "builtins", "dict", content={"func": "__class__.__base__", "obj": plain(1)}),
        "operator": node("OperatorFunc", "os", "system", attrs=command),
        "operator-call": node("OperatorFunc", "operator", "methodcaller", attrs=many(plain("system"))),
        "loss": node("Loss", "os", "CyHalfBinomialLoss", __reduce__={"args": many()}, content={}),
        "file": node("Object", "logging", "FileHandler", content=many(plain(marker))),
        "memory": node("Object", "joblib.memory", "Memory", content=many(plain(marker))),
        "array-path": node("NdArray", "numpy", "ndarray", type="numpy", file="/etc/passwd"),
        "array-shape": node(
            "NdArray", "numpy", "ndarray", type="json", shape=plain([10**9] * 2), content=many(plain(1))
        ),
        "no-loader": node("os.system", "os", "system", content={}),
        "nothing": None,
    }
