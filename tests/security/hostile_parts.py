"""Hostile files whose parts are honest and whose whole is not: a few that repeat each other without end, state that names
methods, functions used as classes, layouts that contradict themselves, graphs that explode when they are asked."""

from __future__ import annotations

import io
import pickle
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from tests.security.hostile import Case, args, call, name, number, text, whole

X = np.random.default_rng(0).normal(size=(60, 3))
LABELS = (X[:, 0] > 0).astype(int)
DEPTH = 45
"""Two to this power steps would be taken."""


def cases(_marker: Path) -> Iterator[Case]:
    """All of them."""
    for part in (nested, named, counted, trees, sparse, layouts, functions, streams, graphs, texts):
        yield from part()


class Raw:
    """Pickles to a constructor call of one's choice."""

    def __init__(self, reduced: tuple[Any, ...]) -> None:
        self.reduced = reduced

    def __reduce__(self) -> Any:
        return self.reduced


def changed(model: Any, **attributes: Any) -> bytes:
    """A pickled model with other attributes."""
    vars(model).update(attributes)
    return pickle.dumps(model)


def linear() -> Any:
    """A small honest model."""
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression().fit(X, LABELS)


def nested() -> Iterator[Case]:
    """Estimators that hold one another twice, again and again: each walk doubles at every step."""
    from sklearn.compose import ColumnTransformer
    from sklearn.ensemble import RandomForestClassifier, VotingClassifier
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.gaussian_process.kernels import RBF, Sum
    from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline
    from sklearn.preprocessing import StandardScaler
    from sklearn.tree import DecisionTreeClassifier

    def voting(inner: Any) -> Any:
        made = VotingClassifier([("a", inner), ("b", inner)], voting="soft")
        made.estimators_, made.classes_ = [inner, inner], np.array([0, 1])
        return made

    def deep(step: Callable[[Any], Any], inner: Any) -> Any:
        for _ in range(DEPTH):
            inner = step(inner)
        return inner

    scaler = StandardScaler().fit(X)
    steps: dict[str, Callable[[Any], Any]] = {
        "union": lambda inner: FeatureUnion([("a", inner), ("b", inner)]),
        "pipeline": lambda inner: Pipeline([("a", inner), ("b", inner)]),
        "columns": lambda inner: ColumnTransformer([("a", inner, [0, 1, 2]), ("b", inner, [0, 1, 2])]),
    }
    for kind, step in steps.items():
        yield f"nested-{kind}.pkl", pickle.dumps(make_pipeline(deep(step, scaler), linear()))
    yield "nested-voting.pkl", pickle.dumps(deep(voting, linear()))
    kernel = deep(lambda inner: Sum(inner, inner), RBF())
    yield "nested-kernel.pkl", changed(GaussianProcessRegressor().fit(X, X[:, 0]), kernel_=kernel)
    same = [DecisionTreeClassifier().fit(X, LABELS)] * 1_000_000
    yield "nested-same-trees.pkl", changed(RandomForestClassifier(3).fit(X, LABELS), estimators_=same)


def named() -> Iterator[Case]:
    """State that names a method or a way to somewhere else."""
    from sklearn.ensemble import StackingClassifier
    from sklearn.feature_selection import SelectFromModel
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    for method in ("fit", "set_params", "__class__", "__reduce_ex__", "get_metadata_routing"):
        stack = StackingClassifier([("a", LogisticRegression())]).fit(X, LABELS)
        yield f"method-{method}.pkl", changed(stack, stack_method_=[method])
    for way in ("__class__.__init__.__globals__", "_repr_html_", "coef_.__class__", 7):
        chosen = SelectFromModel(LogisticRegression()).fit(X, LABELS)
        vars(chosen)["importance_getter"] = way
        yield f"way-{way}.pkl", pickle.dumps(make_pipeline(chosen, linear()))


def counted() -> Iterator[Case]:
    """Numbers that compiled code divides by."""
    from sklearn.feature_extraction.text import HashingVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    for count in (0, -5, 1 << 40, "16"):
        words = make_pipeline(HashingVectorizer(n_features=16), LogisticRegression()).fit(["a b", "c d"], [0, 1])
        vars(words.steps[0][1])["n_features"] = count
        yield f"count-hashes-{count}.pkl", pickle.dumps(words)


def trees() -> Iterator[Case]:
    """A tree with one number changed, in its nodes, its sizes or its arguments."""
    from sklearn.tree import DecisionTreeClassifier

    def tree(label: str, edit: Callable[[dict[str, Any]], None], first: tuple[Any, ...] | None = None) -> Case:
        model = DecisionTreeClassifier(max_depth=3, random_state=0).fit(X, LABELS)
        make, given, state = model.tree_.__reduce__()
        edit(state)
        vars(model)["tree_"] = Raw((make, given if first is None else first, state))
        return f"node-{label}.pkl", pickle.dumps(model)

    def node(field: str, value: int) -> Callable[[dict[str, Any]], None]:
        def edit(state: dict[str, Any]) -> None:
            state["nodes"] = state["nodes"].copy()
            state["nodes"][field][0] = value

        return edit

    for field, value in (
        *(("left_child", 0), ("left_child", -2), ("left_child", 2**62), ("right_child", 10**9)),
        *(("feature", -100), ("feature", 10**9)),
    ):
        yield tree(f"{field}-{value}", node(field, value))
    for size in (10**9, -1, 0):
        yield tree(f"count-{size}", lambda state, size=size: state.update(node_count=size))
    yield tree("few-values", lambda state: state.update(values=state["values"][:1]))
    yield tree("narrow-values", lambda state: state.update(values=np.zeros((state["node_count"], 1, 1))))
    for label, first in (
        ("columns", (10**9, np.array([2]), 1)),
        ("outputs", (3, np.array([2]), 10**6)),
        ("classes", (3, np.array([10**9]), 1)),
        ("no-classes", (3, np.array([-1]), 1)),
    ):
        yield tree(label, lambda state: None, first)


def sparse() -> Iterator[Case]:
    """Neighbours in a sparse matrix whose arrays contradict each other."""
    from scipy import sparse as matrices
    from sklearn.neighbors import KNeighborsClassifier

    short = np.int32
    for label, attributes in {
        "indices": {"indices": np.array([0, 1, 10**6], short)},
        "negative": {"indices": np.array([0, -5, 2], short)},
        "ends": {"indptr": np.array([0, 10**6, 2, 3], short)},
        "falling": {"indptr": np.array([3, 2, 1, 0], short)},
        "data": {"data": np.zeros(1)},
        "shape": {"_shape": (3, 2**62)},
        "no-shape": {"_shape": (-3, 3)},
        "floats": {"indices": np.array([0, 1, 2.0])},
        "objects": {"data": np.array([1, "a", None], dtype=object)},
    }.items():
        held = matrices.csr_matrix(np.eye(3))
        vars(held).update(attributes)
        near = KNeighborsClassifier(algorithm="brute").fit(matrices.csr_matrix(X), LABELS)
        yield f"sparse-{label}.pkl", changed(near, _fit_X=held, _y=np.array([0, 1, 0]), n_samples_fit_=3)


def layouts() -> Iterator[Case]:
    """joblib's description of an array against the bytes that follow."""
    import joblib

    target = io.BytesIO()
    joblib.dump(linear(), target)
    data = target.getvalue()
    shape = b"K\x01K\x03\x86"
    for label, old, new in (
        ("long", shape, b"K\xffK\xff\x86"),
        ("negative", shape, b"J\xff\xff\xff\xffK\x03\x86"),
        ("endless", shape, b"\x8a\x08" + b"\xff" * 7 + b"\x7f" + b"K\x03\x86"),
        ("objects", b"f8", b"O8"),
        ("letters", b"f8", b"V9"),
        ("class", b"ndarray", b"memmap_"),
        ("padding", b"numpy_array_alignment_bytesK\x10", b"numpy_array_alignment_bytesK\xff"),
    ):
        if old in data and label != "padding":
            yield f"layout-{label}.joblib", data.replace(old, new, 1)
    yield "layout-behind.joblib", data + b"\x80\x04N."
    yield "layout-cut.joblib", data[:-40]


def functions() -> Iterator[Case]:
    """Functions of the list as classes, as things to fill, and with nothing."""
    for full in (
        *("_codecs.encode", "copyreg._reconstructor", "numpy._core.multiarray._reconstruct"),
        *("numpy._core.multiarray.scalar", "sklearn.neighbors._kd_tree.newObj", "pyarrow.lib.py_buffer"),
        *("pandas._libs.internals._unpickle_block", "pandas.core.indexes.base._new_Index"),
    ):
        module, _, last = full.rpartition(".")
        yield f"function-new-{last}.pkl", whole(name(module, last) + b")\x81")
        yield f"function-fill-{last}.pkl", whole(name(module, last) + b"}b")
        yield f"function-nothing-{last}.pkl", whole(name(module, last) + b"N\x85R")
    yield "function-new-text.pkl", whole(name("_codecs", "encode") + text("a") + text("latin1") + b"\x86\x81")
    again = name("copyreg", "_reconstructor") + args(
        name("numpy._core.multiarray", "scalar"), name("builtins", "object")
    )
    yield "function-again.pkl", whole(again + b"N\x85R")


def streams() -> Iterator[Case]:
    """Instructions and names that two readers could understand differently."""
    model = name("sklearn.linear_model._logistic", "LogisticRegression")
    words = {
        "newline": text("os\nx") + text("system") + b"\x93",
        "nul": text("sklearn.linear_model._logistic\0") + text("LogisticRegression") + b"\x93",
        "blank": text("sklearn.linear_model._logistic ") + text("LogisticRegression") + b"\x93)\x81",
        "wide": text("\uff4fs") + text("system") + b"\x93",
        "bytes": b"C\x02osC\x06system\x93",
        "bare": model,
        "twice": model + b")\x81}b}b",
        "slots": model + b")\x81N}" + text("C") + number(3) + b"s\x86b",
        "class": model + b")\x81}" + text("__class__") + name("sklearn.svm._classes", "SVC") + b"sb",
        "itself": b"]\x94h\x00a",
        "itself-named": b"}\x94" + text("a") + b"h\x00s",
        "itself-inside": b"]\x94h\x00\x85a",
        "fields": call("numpy", "dtype", text(",".join(["O8"] * 50_000)), b"\x89", b"\x88"),
        "sub": call("numpy", "dtype", text("(2147483647,)f8"), b"\x89", b"\x88"),
        "long": b"\x96" + struct.pack("<Q", 1 << 40),
    }
    for label, body in words.items():
        yield f"stream-{label}.pkl", whole(body, 5)
    yield "stream-frame.pkl", b"\x80\x04\x95" + struct.pack("<Q", 1 << 62) + b"N."
    yield "stream-protocol.pkl", b"\x80\x63N."


def graphs() -> Iterator[Case]:
    """ONNX graphs of a few operators whose answers would fill any memory; they are asked once when they are opened."""
    try:
        from onnx import TensorProto, helper, numpy_helper
    except ImportError:
        return

    def graph(nodes: list[Any], **held: Any) -> bytes:
        kept = [
            numpy_helper.from_array(np.asarray(value), key)
            for key, value in {**held, "w": np.ones((3, 1), "f4")}.items()
        ]
        front = helper.make_node("MatMul", ["x", "w"], ["z"])
        back = [helper.make_node("ReduceSum", ["big"], ["s"], keepdims=0), helper.make_node("Add", ["z", "s"], ["y"])]
        ends = [
            helper.make_tensor_value_info(end, TensorProto.FLOAT, ["n", size]) for end, size in (("x", 3), ("y", 1))
        ]
        made = helper.make_graph([front, *nodes, *back], "g", ends[:1], ends[1:], kept)
        model = helper.make_model(made, opset_imports=[helper.make_opsetid("", 18)])
        model.ir_version = 8
        return bytes(model.SerializeToString())

    def one(operator: str, *inputs: str, **attributes: Any) -> list[Any]:
        return [helper.make_node(operator, list(inputs), ["big"], **attributes)]

    wide = np.array([1 << 20, 1 << 18])
    yield "explode-range.onnx", graph(one("Range", "a", "b", "c"), a=np.float32(0), b=np.float32(1e12), c=np.float32(1))
    yield "explode-fill.onnx", graph(one("ConstantOfShape", "k"), k=wide)
    yield "explode-fill-over.onnx", graph(one("ConstantOfShape", "k"), k=np.array([1 << 32, 1 << 32]))
    yield "explode-tile.onnx", graph(one("Tile", "z", "k"), k=wide)
    yield "explode-expand.onnx", graph(one("Expand", "w", "k"), k=np.array([1 << 24, 3, 1 << 12]))
    yield "explode-pad.onnx", graph(one("Pad", "w", "k"), k=np.array([1 << 33, 0, 0, 1 << 20]))
    codes = {"i": np.zeros(1000, np.int64), "d": np.int64(1 << 40), "v": np.array([0, 1], "f4")}
    yield "explode-one-hot.onnx", graph(one("OneHot", "i", "d", "v"), **codes)
    yield "explode-random.onnx", graph(one("RandomNormal", shape=[1 << 20, 1 << 16]))
    yield "explode-gather.onnx", graph(one("GatherND", "w", "k"), k=np.array([[1 << 40]]))
    twice = [helper.make_node("Concat", [f"q{n}" if n else "z"] * 2, [f"q{n + 1}"], axis=1) for n in range(39)]
    yield "explode-twice.onnx", graph([*twice, helper.make_node("Concat", ["q39", "q39"], ["big"], axis=1)])


def texts() -> Iterator[Case]:
    """LightGBM's text with a tree, a line or a part that only one of two readers would look at."""
    import lightgbm

    quiet = {"verbose": -1, "min_data_in_leaf": 3, "num_leaves": 5, "num_threads": 1}
    good = lightgbm.train(quiet, lightgbm.Dataset(X, LABELS), 3).model_to_string()
    first = good.index("\n\nTree=0") + 2
    tree = good[first : good.index("\n\n\nTree=1") + 3]
    looped = tree.replace("left_child=1", "left_child=0")
    yield "text-tree-before.txt", (good[: first - 1] + looped + "\n" + good[first:]).encode()
    yield "text-tree-return.txt", good.replace("\n\nTree=0", "\r" + looped + "\n\nTree=0").encode()
    yield "text-head-twice.txt", good.replace("\nnum_class=1", "\nnum_class=1\nmax_feature_idx=99").encode()
    yield "text-part-twice.txt", good.replace("\nright_child", "\nleft_child=0 0 0 0\nright_child", 1).encode()
    yield "text-part-behind.txt", good.replace("\nleft_child", "\n\nleft_child", 1).encode()
