"""What an ONNX graph computes of its own numbers alone: asked for under a limit before it is computed ahead."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest

from core.errors import ModelError
from core.loading.models import read_model
from core.models import onnx_once
from tests.security.hostile_slow import chain, graph

helper = pytest.importorskip("onnx").helper
onnxruntime = pytest.importorskip("onnxruntime")
SIDES = [400, 400]


@pytest.mark.parametrize("start", ["numbers", "rows", "shape"])
def test_a_chain_that_ends_answers_and_one_that_does_not_is_refused(
    start: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = chain("MatMul", [3, 3], 5, start)
    model = read_model(data, "short.onnx")
    rows = np.array([[1.0, 2.0, 4.0]])
    plain = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    np.testing.assert_array_equal(
        model.predict(pd.DataFrame(rows, columns=list(model.features)))[:, 0],
        plain.run(None, {"x": rows.astype(np.float32)})[0][:, 0],
    )
    monkeypatch.setattr(onnx_once, "SECONDS", 0.2)
    with pytest.raises(ModelError, match="too slow to explain"):
        read_model(chain("MatMul", SIDES, 5_000, start), "long.onnx")


def test_parts_that_no_row_needs_are_not_computed_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    """ONNX Runtime would compute a branch that no row takes, too, while it opens the graph."""
    opened: list[list[str] | None] = []
    plain = onnxruntime.InferenceSession

    def noted(*given: object, **named: object) -> object:
        opened.append(named.get("disabled_optimizers"))
        return plain(*given, **named)

    monkeypatch.setattr(onnxruntime, "InferenceSession", noted)
    monkeypatch.setattr(onnx_once, "SECONDS", 0.2)
    model = read_model(branches(5_000), "branches.onnx")
    rows = np.array([[1.0, 2.0, 4.0], [0.0, 0.0, 1.0]])
    np.testing.assert_array_equal(model.predict(pd.DataFrame(rows, columns=list(model.features)))[:, 0], [8.0, 2.0])
    assert opened == [["ConstantFolding"]]
    read_model(chain("MatMul", [3, 3], 5), "short.onnx")
    assert opened[1:] == [["ConstantFolding"], None]  # what was tried may be computed ahead


class Endless:
    """A session whose one operator goes on until its process ends."""

    def __init__(self) -> None:
        self.ended: list[ModelError] = []

    def run(self, _names: object, _feeds: object, options: Any) -> list[str]:
        while not self.ended:
            pass
        assert options.terminate  # what ends between two operators was tried first
        return ["never read"]


def test_an_operator_that_does_not_end_gives_its_process_up(monkeypatch: pytest.MonkeyPatch) -> None:
    session = Endless()
    monkeypatch.setattr(onnx_once, "SECONDS", 0.1)
    monkeypatch.setattr(onnx_once, "GRACE", 0.1)
    monkeypatch.setattr(onnx_once, "_GIVE_UP", [])
    onnx_once.ends_with(session.ended.append)
    onnx_once.answer(session, ["y"], {})
    assert [error.what for error in session.ended] == ["This ONNX graph is too slow to explain."]


def branches(length: int) -> bytes:
    """A graph that chooses by its rows between a number and a long chain."""
    names = ["m", *(f"t{step}" for step in range(length))]
    long = [helper.make_node("MatMul", [old, "m"], [new]) for old, new in pairwise(names)]
    value = helper.make_tensor_value_info
    long_graph = helper.make_graph(long, "long", [], [value(names[-1], 1, None)])
    one = helper.make_node("Constant", [], ["one"], value=helper.make_tensor("v", 1, [], [1.0]))
    short_graph = helper.make_graph([one], "short", [], [value("one", 1, None)])
    far = helper.make_node("Constant", [], ["far"], value=helper.make_tensor("f", 1, [], [1e30]))
    nodes = [
        helper.make_node("ConstantOfShape", ["sides"], ["m"]),
        far,
        helper.make_node("ReduceSum", ["x"], ["all"], keepdims=0),
        helper.make_node("Greater", ["all", "far"], ["which"]),
        helper.make_node("If", ["which"], ["chosen"], then_branch=long_graph, else_branch=short_graph),
    ]
    return graph(nodes, SIDES, "chosen")
