"""Small ONNX graphs that compute for hours: long chains of products, in each place that a graph has for one.

See ``hostile.py``. Some take nothing from the rows: ONNX Runtime would compute those while it opens the graph.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from tests.security.hostile import Case

LONG = 2_000


def cases(_marker: Path) -> Iterator[Case]:
    """Every case."""
    for name, sides, kind, settings in (
        ("matmul", [1_200, 1_200], "MatMul", {}),
        ("gemm", [1_200, 1_200], "Gemm", {"transB": 1}),
        ("einsum", [1_000, 1_000], "Einsum", {"equation": "ab,bc->ac"}),
        ("conv", [1, 1, 201, 201], "Conv", {"pads": [100] * 4}),
        ("pow", [3_000, 3_000], "Pow", {}),
    ):
        yield f"onnx-slow-{name}.onnx", chain(kind, sides, **settings)
    for start in ("rows", "shape"):
        yield f"onnx-slow-{start}.onnx", chain("MatMul", [1_200, 1_200], start=start)
    yield "onnx-slow-alone.onnx", chain("Conv", [1, 1, 2_001, 2_001], 1, "rows", pads=[1_000] * 4)  # of one operator


def chain(kind: str, sides: list[int], length: int = LONG, start: str = "numbers", **settings: Any) -> bytes:
    """An answer that needs many products, each of the one before and a matrix that the graph makes itself."""
    from onnx import helper

    nodes = [helper.make_node("ConstantOfShape", ["sides"], ["m"])]
    first = {"numbers": "m", "rows": "rows", "shape": "form"}[start]
    if start == "rows":
        nodes += [
            helper.make_node("ReduceSum", ["x"], ["all"], keepdims=0),
            helper.make_node("Add", ["m", "all"], ["rows"]),
        ]
    elif start == "shape":  # what is fixed by the graph's own words
        nodes += [helper.make_node("Shape", ["x"], ["s"]), helper.make_node("ReduceMax", ["s"], ["count"], keepdims=0)]
        nodes += [
            helper.make_node("Cast", ["count"], ["float"], to=1),
            helper.make_node("Add", ["m", "float"], ["form"]),
        ]
    names = [first, *(f"t{step}" for step in range(length))]
    nodes += [helper.make_node(kind, [old, "m"], [new], **settings) for old, new in pairwise(names)]
    return graph(nodes, sides, names[-1])


def graph(nodes: list[Any], sides: list[int], last: str) -> bytes:
    """A regression of three columns whose answer needs what the nodes give."""
    from onnx import TensorProto, helper, numpy_helper

    kept = [numpy_helper.from_array(np.array(sides, np.int64), "sides"), numpy_helper.from_array(np.array([1]), "axis")]
    ends = [
        helper.make_node("ReduceMax", [last], ["most"], keepdims=0),
        helper.make_node("ReduceSum", ["x", "axis"], ["sum"], keepdims=1),
        helper.make_node("Add", ["sum", "most"], ["y"]),
    ]
    given = [helper.make_tensor_value_info("x", TensorProto.FLOAT, [None, 3])]
    answer = [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)]
    made = helper.make_graph([*nodes, *ends], "g", given, answer, kept)
    return bytes(helper.make_model(made, opset_imports=[helper.make_opsetid("", 18)], ir_version=9).SerializeToString())
