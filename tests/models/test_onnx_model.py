"""ONNX graphs: tensors, one input per column, maps of probabilities, labels; nothing outside the file."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

onnx = pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")
from onnx import TensorProto, helper  # noqa: E402 - only where it is installed

from core.errors import ModelError  # noqa: E402
from core.loading.formats import onnx_file  # noqa: E402
from core.loading.models import read_model  # noqa: E402

RNG = np.random.default_rng(0)
FRAME = pd.DataFrame(RNG.normal(size=(20, 3)), columns=["x0", "x1", "x2"])
WEIGHTS = RNG.normal(size=(3, 3)).astype(np.float32)


def graph(
    nodes: list[Any], inputs: list[Any], outputs: list[Any], tensors: list[Any] | None = None, **opset: int
) -> bytes:
    body = helper.make_graph(nodes, "g", inputs, outputs, tensors or [])
    domains = [helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", 3)]
    domains += [helper.make_opsetid(name, version) for name, version in opset.items()]
    made = helper.make_model(body, opset_imports=domains, ir_version=8)
    return bytes(made.SerializeToString())


def value(name: str, shape: list[Any] | None, kind: int = TensorProto.FLOAT) -> Any:
    return helper.make_tensor_value_info(name, kind, shape)


def softmax_graph(rows: Any = None, columns: Any = 3, last: str = "Softmax") -> bytes:
    tensor = helper.make_tensor("w", TensorProto.FLOAT, [3, 3], WEIGHTS.ravel())
    nodes = [helper.make_node("MatMul", ["X", "w"], ["s"]), helper.make_node(last, ["s"], ["p"])]
    return graph(nodes, [value("X", [rows, columns])], [value("p", [rows, 3])], [tensor])


def expected() -> np.ndarray:
    scores = FRAME.to_numpy(np.float32).astype(float) @ WEIGHTS.astype(float)
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def classifier(zipmap: bool, labels: list[Any], columns: bool = False) -> bytes:
    """A LinearClassifier as converters write it."""
    key = "classlabels_strings" if isinstance(labels[0], str) else "classlabels_ints"
    node = helper.make_node(
        "LinearClassifier", ["X"], ["label", "raw"], domain="ai.onnx.ml", coefficients=WEIGHTS.T.ravel().tolist(),
        intercepts=[0.0] * 3, post_transform="SOFTMAX", **{key: labels},
    )  # fmt: skip
    kind = TensorProto.STRING if isinstance(labels[0], str) else TensorProto.INT64
    outputs = [value("label", [None], kind)]
    nodes = [node]
    if zipmap:
        keys = {"classlabels_strings" if isinstance(labels[0], str) else "classlabels_int64s": labels}
        nodes.append(helper.make_node("ZipMap", ["raw"], ["maps"], domain="ai.onnx.ml", **keys))
        map_type = helper.make_map_type_proto(kind, helper.make_tensor_type_proto(TensorProto.FLOAT, []))
        outputs.append(helper.make_value_info("maps", helper.make_sequence_type_proto(map_type)))
    else:
        outputs.append(value("raw", [None, 3]))
    inputs = [value("X", [None, 3])]
    if columns:
        inputs = [value(name, [None, 1]) for name in ("size", "age", "debt")]
        nodes.insert(0, helper.make_node("Concat", ["size", "age", "debt"], ["X"], axis=1))
    return graph(nodes, inputs, outputs)


@pytest.mark.parametrize("columns", [False, True], ids=["tensor", "columns"])
@pytest.mark.parametrize("labels", [["no", "perhaps", "yes"], [3, 7, -1]], ids=["texts", "numbers"])
@pytest.mark.parametrize("zipmap", [True, False], ids=["maps", "tensor out"])
def test_classifiers(zipmap: bool, labels: list[Any], columns: bool) -> None:
    model = read_model(classifier(zipmap, labels, columns), "model.onnx")
    assert model.task == "multiclass"
    assert set(model.classes) == {str(label) for label in labels}
    assert model.named is columns
    frame = FRAME.set_axis(list(model.features), axis=1)
    order = [[str(label) for label in labels].index(name) for name in model.classes]
    np.testing.assert_allclose(model.predict(frame), expected()[:, order], atol=1e-5)
    assert model.contributions(frame) is None
    assert model.portable() is None


def test_a_network_that_ends_in_a_softmax() -> None:
    model = read_model(softmax_graph(), "model.onnx")
    assert model.classes == ("0", "1", "2")
    np.testing.assert_allclose(model.predict(FRAME), expected(), atol=1e-5)
    assert read_model(softmax_graph(), "model.onnx", classes=["a", "b", "c"]).classes == ("a", "b", "c")


def test_a_graph_for_one_row_at_a_time() -> None:
    model = read_model(softmax_graph(rows=1), "model.onnx")
    np.testing.assert_allclose(model.predict(FRAME), expected(), atol=1e-5)


def test_regression_has_its_target_as_margin() -> None:
    tensor = helper.make_tensor("w", TensorProto.DOUBLE, [3, 1], WEIGHTS[:, 0].astype(float))
    nodes = [helper.make_node("MatMul", ["X", "w"], ["y"])]
    inputs, outputs = [value("X", [None, 3], TensorProto.DOUBLE)], [value("y", [None, 1], TensorProto.DOUBLE)]
    model = read_model(graph(nodes, inputs, outputs, [tensor]), "model.onnx")
    assert (model.task, model.margin_scale) == ("regression", "target")
    np.testing.assert_allclose(model.predict(FRAME)[:, 0], FRAME.to_numpy() @ WEIGHTS[:, 0].astype(float), rtol=1e-12)
    np.testing.assert_array_equal(model.margin(FRAME), model.predict(FRAME))


@pytest.mark.parametrize("last", ["maps", "numbers", "tensor", "target"])
def test_levels_without_a_zero(last: str) -> None:
    """An encoder that refuses other levels than its own, as pipelines are converted, answers no row of zeros."""
    nodes = [
        helper.make_node(
            "OneHotEncoder", ["city"], ["hot"], domain="ai.onnx.ml", cats_strings=["Oslo", "Rome"], zeros=0
        )
    ]
    nodes.append(helper.make_node("Reshape", ["hot", "shape"], ["flat"]))
    tensors = [helper.make_tensor("shape", TensorProto.INT64, [2], [-1, 2])]
    labels = {"classlabels_strings": ["yes", "no"]} if last != "numbers" else {"classlabels_ints": [7, -2]}
    kind = TensorProto.INT64 if last == "numbers" else TensorProto.STRING
    outputs = [value("label", [None], kind)]
    if last == "target":
        tensors.append(helper.make_tensor("w", TensorProto.FLOAT, [2, 1], [0.25, 0.75]))
        nodes.append(helper.make_node("MatMul", ["flat", "w"], ["y"]))
        outputs = [value("y", [None, 1])]
    else:
        nodes.append(
            helper.make_node(
                "LinearClassifier", ["flat"], ["label", "raw"], domain="ai.onnx.ml",
                coefficients=[0.25, 0.75, 0.75, 0.25], intercepts=[0.0, 0.0], **labels,
            )
        )  # fmt: skip
        outputs.append(value("raw", [None, 2]))
    if last in ("maps", "numbers"):
        keys = {"classlabels_int64s" if last == "numbers" else "classlabels_strings": next(iter(labels.values()))}
        nodes.append(helper.make_node("ZipMap", ["raw"], ["maps"], domain="ai.onnx.ml", **keys))
        map_type = helper.make_map_type_proto(kind, helper.make_tensor_type_proto(TensorProto.FLOAT, []))
        outputs[1] = helper.make_value_info("maps", helper.make_sequence_type_proto(map_type))
    data = graph(nodes, [value("size", [None, 1]), value("city", [None, 1], TensorProto.STRING)], outputs, tensors)
    model = read_model(data, "model.onnx")
    frame = pd.DataFrame({"size": [1.0, 2.0], "city": ["Rome", "Oslo"]})
    if last == "target":
        assert model.predict(frame)[:, 0].tolist() == [0.75, 0.25]
        return
    assert model.classes == (("7", "-2") if last == "numbers" else ("yes", "no"))
    assert model.predict(frame).tolist() == [[0.75, 0.25], [0.25, 0.75]]
    renamed = read_model(data, "model.onnx", classes=["a", "b"])
    assert sorted(renamed.predict(frame)[0]) == [0.25, 0.75]
    with pytest.raises(ModelError, match="Unknown Category") as refused:
        model.predict(frame.assign(city="Bern"))
    assert "ONNXRuntimeError" not in str(refused.value)


def test_text_and_number_columns() -> None:
    nodes = [
        helper.make_node(
            "OneHotEncoder", ["city"], ["hot"], domain="ai.onnx.ml", cats_strings=["Oslo", "Rome"], zeros=1
        ),
        helper.make_node("Reshape", ["hot", "shape"], ["flat"]),
        helper.make_node("Concat", ["size", "flat"], ["all"], axis=1),
        helper.make_node("ReduceSum", ["all", "axis"], ["y"], keepdims=1),
    ]
    tensors = [
        helper.make_tensor("shape", TensorProto.INT64, [2], [-1, 2]), helper.make_tensor("axis", TensorProto.INT64, [1], [1])
    ]  # fmt: skip
    inputs = [value("size", [None, 1]), value("city", [None, 1], TensorProto.STRING)]
    model = read_model(graph(nodes, inputs, [value("y", [None, 1])], tensors), "model.onnx")
    assert model.features == ("size", "city")
    frame = pd.DataFrame({"size": [1.0, 2.0, 3.0], "city": ["Rome", "Atlantis", None]})
    np.testing.assert_allclose(model.predict(frame)[:, 0], [2.0, 2.0, 3.0])


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (softmax_graph(columns="p"), "which columns"),
        (softmax_graph(last="Relu"), "no probabilities"),
        (graph([helper.make_node("Relu", ["X"], ["p"])], [value("X", [None, 3, 8, 8])], [value("p", [None, 3, 8, 8])]), "table"),
        (graph([helper.make_node("Evil", ["X"], ["p"], domain="evil")], [value("X", [None, 3])], [value("p", [None, 3])], evil=1),
         "operators from elsewhere"),
        (softmax_graph()[:-9], "damaged"),
        (graph([helper.make_node("Nonsense", ["X"], ["p"])], [value("X", [None, 3])], [value("p", [None, 3])]), "damaged"),
    ],
    ids=["unknown width", "scores", "pictures", "foreign operators", "cut", "unknown operator"],
)  # fmt: skip
def test_graphs_that_cannot_be_explained_say_why(data: bytes, words: str) -> None:
    with pytest.raises(ModelError, match=words):
        read_model(data, "model.onnx")


def test_numbers_in_another_file_are_refused() -> None:
    model = onnx.load_from_string(softmax_graph())
    tensor = model.graph.initializer[0]
    tensor.ClearField("float_data")
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="../../etc/passwd")
    with pytest.raises(ModelError, match="another file"):
        read_model(model.SerializeToString(), "model.onnx")


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("[ONNXRuntimeError] : 1 : FAIL : shape must have non-negative elements", "shape must have non-negative elements"),
        ("FAIL : while running TreeEnsembleRegressor node. std::pair<onnxruntime::ml::TreeNode>", "of its operator TreeEnsembleRegressor do not fit"),
        ("RUNTIME_EXCEPTION : /source/core/loop.cc:12 onnxruntime::Compute was false", "the parts do not fit each other"),
        ("[ONNXRuntimeError] : 10 : INVALID_GRAPH : Load model from memory failed:This is an invalid model. In Node, "
         "(\"n\", OneHot, \"\", -1) : () -> () , Error No Op registered for OneHot", "No Op registered for OneHot"),
        ("[ONNXRuntimeError] : 1 : FAIL : Load model from memory failed:" + "word " * 50 + "the end.", "word the end"),
    ],
)  # fmt: skip
def test_what_the_runtime_says_is_told_without_its_source(said: str, told: str) -> None:
    assert told in onnx_file.told(RuntimeError(said))
    found = onnx_file.told(RuntimeError(said))
    assert not [code for code in ("::", "ONNXRuntimeError", "Load model", "In Node") if code in found]
    assert len(found) <= 150


def test_functions_that_the_file_defines_itself_are_its_own() -> None:
    """Converters write steps that the standard has not (nearest neighbours for gaps) as functions of their own."""
    twice = helper.make_node("Add", ["a", "a"], ["b"])
    sets = [helper.make_opsetid("", 17), helper.make_opsetid("local", 1)]
    functions = [
        helper.make_function("local", "Outer", ["a"], ["b"], [helper.make_node("Inner", ["a"], ["b"], domain="local")], sets),
        helper.make_function("local", "Inner", ["a"], ["b"], [twice], sets),
    ]  # fmt: skip
    nodes = [
        helper.make_node("Outer", ["X"], ["t"], domain="local"),
        helper.make_node("ReduceSum", ["t", "axes"], ["y"], keepdims=1),
    ]
    axes = helper.make_tensor("axes", TensorProto.INT64, [1], [1])
    made = onnx.load_from_string(graph(nodes, [value("X", [None, 3])], [value("y", [None, 1])], [axes], local=1))
    made.functions.extend(functions)
    model = read_model(made.SerializeToString(), "m.onnx")
    wanted = 2 * FRAME.to_numpy(np.float32).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(model.predict(FRAME), wanted, rtol=1e-5)


def test_a_name_that_stands_twice_counts_as_protobuf_counts_it() -> None:
    """The last one: a loop called Add at first would be none to a check that takes the first."""
    body = helper.make_graph(
        [helper.make_node("Identity", ["on"], ["goes"]), helper.make_node("Add", ["s", "X"], ["out"])],
        "body",
        [value("turn", [], TensorProto.INT64), value("on", [], TensorProto.BOOL), value("s", [None, 1])],
        [value("goes", [], TensorProto.BOOL), value("out", [None, 1])],
    )
    loop = helper.make_node("Loop", ["turns", "go", "X"], ["y"], body=body)
    tensors = [
        helper.make_tensor("turns", TensorProto.INT64, [], [10**12]),
        helper.make_tensor("go", TensorProto.BOOL, [], [True]),
    ]
    plain = graph([loop], [value("X", [None, 1])], [value("y", [None, 1])], tensors)
    node = onnx.load_from_string(plain).graph.node[0].SerializeToString()
    made = onnx.load_from_string(plain)
    del made.graph.node[:]
    inner = made.graph.SerializeToString() + b"\x0a" + _length(b"\x22\x03Add" + node)
    made.ClearField("graph")
    with pytest.raises(ModelError, match="no end within"):
        onnx_file._check(made.SerializeToString() + b"\x3a" + _length(inner), "m.onnx")


def _length(content: bytes) -> bytes:
    """Bytes after their number, in base 128."""
    count, head = len(content), b""
    while count > 127:
        head, count = head + bytes([count & 127 | 128]), count >> 7
    return head + bytes([count]) + content
