"""ONNX graphs of a few hundred bytes whose operators are told sizes, places and counts that nothing can hold.

See ``hostile.py``. ONNX Runtime itself refuses most when it runs; those that only fill memory end their worker.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from tests.security.hostile import Case

FAR = 2**40


def cases(_marker: Path) -> Iterator[Case]:
    """Every case."""
    from onnx import helper

    for name, kind, inputs, held, settings in (*_made(), *_grown()):
        node = helper.make_node(kind, [*inputs], ["t"], **settings)
        yield f"onnx-size-{name}.onnx", _graph([node], held)
    for name, kind, inputs, held, settings in _placed():
        node = helper.make_node(kind, [*inputs], ["t"], **settings)
        yield f"onnx-place-{name}.onnx", _graph([node], held)
    twos = {f"t{step}": f"t{step + 1}" for step in range(40)}
    nodes = [helper.make_node("Tile", [old, "two"], [new]) for old, new in twos.items()]
    yield "onnx-size-doubled.onnx", _graph(nodes, {"t0": np.ones(64, np.float32), "two": [2]}, "t40")


def _graph(nodes: list[Any], held: dict[str, Any], last: str = "t") -> bytes:
    """A regression of three columns whose answer needs what the nodes give."""
    from onnx import TensorProto, helper, numpy_helper

    whole = {
        name: value if isinstance(value, np.ndarray) else np.array(value, np.int64) for name, value in held.items()
    }
    kept = [numpy_helper.from_array(value, name) for name, value in (*whole.items(), ("axis", np.array([1])))]
    ends = [
        helper.make_node("Cast", [last], ["found"], to=TensorProto.FLOAT),
        helper.make_node("ReduceMax", ["found"], ["most"], keepdims=0),
        helper.make_node("ReduceSum", ["x", "axis"], ["sum"], keepdims=1),
        helper.make_node("Add", ["sum", "most"], ["y"]),
    ]
    given = [helper.make_tensor_value_info("x", TensorProto.FLOAT, [None, 3])]
    answer = [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)]
    graph = helper.make_graph([*nodes, *ends], "g", given, answer, kept)
    sets = [helper.make_opsetid("", 18)]
    return bytes(helper.make_model(graph, opset_imports=sets, ir_version=9).SerializeToString())


_Node = tuple[str, str, tuple[str, ...], dict[str, Any], dict[str, Any]]
"""Name, operator, inputs, what the file holds of these, settings."""


def _float(*values: float) -> np.ndarray[Any, Any]:
    """Numbers as the graphs keep them."""
    return np.array(values, np.float32)


def _made() -> Iterator[_Node]:
    """Operators that make something of a size."""
    one = _float(1.0)
    for name, size in (("far", [FAR]), ("negative", [-5]), ("beyond", [2**32, 2**32, 4])):
        yield f"filled-{name}", "ConstantOfShape", ("s",), {"s": size}, {}
    yield "expanded", "Expand", ("one", "s"), {"one": one, "s": [2**20, 2**14]}, {}
    ends = {"low": np.float32(0), "high": np.float32(1e12)}
    for name, step in (("far", 1.0), ("never", 0.0), ("no-number", np.nan), ("small", 1e-30)):
        yield f"counted-{name}", "Range", ("low", "high", "step"), {
            **{key: np.array(value) for key, value in ends.items()},
            "step": np.array(step, np.float32),
        }, {}  # fmt: skip
    yield "window", "HannWindow", ("n",), {"n": np.array(FAR)}, {}
    yield "random", "RandomNormal", (), {}, {"shape": [2**20, 2**15]}
    levels = {"place": [0] * 1_000, "n": np.array(2**33), "values": _float(0, 1)}
    yield "levels", "OneHot", ("place", "n", "values"), levels, {}


def _grown() -> Iterator[_Node]:
    """Operators that make much of little."""
    picture = np.ones((1, 1, 10, 10), np.float32)
    for name, factor in (("far", 1e4), ("no-number", np.nan)):
        yield f"resized-{name}", "Resize", ("p", "", "f"), {"p": picture, "f": _float(1, 1, factor, factor)}, {}
    yield "padded", "Pad", ("p", "by"), {"p": _float(1, 2), "by": [2**35, 2**35]}, {}
    yield "padded-below", "Pad", ("p", "by"), {"p": _float(1, 2), "by": [-9, 900]}, {"mode": "reflect"}
    yield "products", "Einsum", ("p", "p", "p"), {"p": np.ones((50, 50), np.float32)}, {"equation": "ab,cd,ef->abcdef"}
    yield "letters", "Einsum", ("p", "p"), {"p": _float(1, 2)}, {"equation": "a" * 5_000 + ",b->ab"}
    yield "blocks", "DepthToSpace", ("p",), {"p": np.ones((1, 4, 1, 1), np.float32)}, {"blocksize": 2**31}
    shape = {"p": np.ones((1, 1, 2_000), np.float32), "w": np.ones((1, 1, 1), np.float32)}
    yield "strides", "ConvTranspose", ("p", "w"), shape, {"strides": [100_000]}


def _placed() -> Iterator[_Node]:
    """Operators that read or write at a place that is not there."""
    yield "taken", "Gather", ("x", "at"), {"at": [FAR, -FAR]}, {"axis": 1}
    yield "taken-deep", "GatherND", ("w", "at"), {"w": _float(1, 2), "at": [[2**50]]}, {}
    far = {"at": [[99_999_999, -99_999_999]], "new": np.ones((1, 2), np.float32)}
    yield "written", "ScatterElements", ("x", "at", "new"), far, {"axis": 1}
    yield "most", "TopK", ("w", "n"), {"w": _float(1, 2), "n": [FAR]}, {}
    yield "summed", "CumSum", ("x", "at"), {"at": np.array(FAR)}, {}
    yield "shaped", "Reshape", ("x", "s"), {"s": [2**32, 2**32, -1]}, {}
