"""How deep the trees of an ONNX file are: read at once as they would be one by one, large honest ones load."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.tree import DecisionTreeRegressor

from core.loading.formats import onnx_trees
from core.loading.formats.onnx_fields import File, Parts, integers, last
from core.loading.formats.tree_checks import DEEPEST
from core.loading.models import read_model

onnx = pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")
from onnx import TensorProto, helper  # noqa: E402 - only where it is installed


def attribute(title: str, values: list[int]) -> Parts:
    """A list of numbers as ONNX writes it, walked as the check walks it."""
    return list(File("m.onnx").fields(helper.make_attribute(title, values).SerializeToString(), every=False))


@pytest.mark.parametrize("seed", range(20))
def test_rows_of_numbers_are_read_as_one_by_one(seed: int) -> None:
    rng = np.random.default_rng(seed)
    wanted = [int(number) >> int(rng.integers(0, 63)) for number in rng.integers(-(2**63), 2**63 - 1, 40)]
    parts = attribute("nodes_treeids", wanted)
    assert last(parts, 1) == b"nodes_treeids"
    assert onnx_trees._numbers({b"nodes_treeids": parts}, b"nodes_treeids").tolist() == wanted
    packed = helper.make_tensor("t", TensorProto.INT64, [40], wanted).SerializeToString()
    row = next(part for field, part in File("m.onnx").fields(packed) if field == 7)
    assert onnx_trees._decoded(row if isinstance(row, bytes) else b"", 1).tolist() == wanted == list(integers(row))


@pytest.mark.parametrize("cut", [b"\x80", b"\x01\x80", b"\xff" * 10 + b"\x01"])
def test_numbers_without_an_end_are_refused(cut: bytes) -> None:
    with pytest.raises(ValueError, match=r"early|long"):
        onnx_trees._decoded(cut, 1)


def written(tree: Any) -> bytes:
    """A tree of scikit-learn as an ONNX file, its nodes numbered from the end."""
    leaf, count = tree.children_left < 0, tree.node_count
    numbers = np.arange(count)[::-1]
    yes, no = (np.where(leaf, 0, numbers[side]).tolist() for side in (tree.children_left, tree.children_right))
    ends = np.flatnonzero(leaf)
    node = helper.make_node(
        "TreeEnsembleRegressor", ["x"], ["y"], domain="ai.onnx.ml", n_targets=1, nodes_treeids=[5] * count,
        nodes_nodeids=numbers.tolist(), nodes_featureids=np.where(leaf, 0, tree.feature).tolist(),
        nodes_values=tree.threshold.tolist(), nodes_modes=np.where(leaf, "LEAF", "BRANCH_LEQ").tolist(),
        nodes_truenodeids=yes, nodes_falsenodeids=no, target_treeids=[5] * len(ends),
        target_nodeids=numbers[ends].tolist(), target_ids=[0] * len(ends),
        target_weights=tree.value[ends].ravel().tolist(),
    )  # fmt: skip
    ends_of_all = [
        helper.make_tensor_value_info(title, TensorProto.FLOAT, [None, size]) for title, size in (("x", 2), ("y", 1))
    ]
    graph = helper.make_graph([node], "g", ends_of_all[:1], ends_of_all[1:])
    sets = [helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", 3)]
    return bytes(helper.make_model(graph, opset_imports=sets, ir_version=8).SerializeToString())


def test_a_large_tree_that_is_not_deep_loads_and_answers() -> None:
    rng = np.random.default_rng(0)
    rows = rng.integers(0, 1_000, (4_000, 2)).astype(np.float64)
    tree = DecisionTreeRegressor(random_state=0).fit(rows, rng.normal(size=4_000))
    assert tree.tree_.node_count > DEEPEST
    model = read_model(written(tree.tree_), "m.onnx")
    found = model.predict(pd.DataFrame(rows[:200], columns=list(model.features)))
    np.testing.assert_allclose(np.ravel(found), tree.predict(rows[:200]), rtol=1e-6)
