"""Hostile files that one writes who has read the code of the door; see ``hostile.py``.

State whose sizes agree where they are compared and not where compiled code reads, classes that never come to an end,
and layouts of pickle and joblib that two readers could understand in two ways.
"""

from __future__ import annotations

import io
import pickle
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pandas as pd

from tests.security.hostile import Case, args, name, number, stack_name, text, whole

X = np.random.default_rng(0).normal(size=(60, 3))
THREE = np.arange(60) % 3
PATTERNS = {
    "either": r"(a|aa)+$",
    "maybe": r"(\w\d?)+\b",
    "nested": "(a+)+$",
    "group": r"(?:\w+\s?)*!x",
    "alike": "(a|a)*$",
    "row": "a*a*a*a*a*a*a*a*b",
    "inner": "((a*)*)*!",
    "long": "a" * 5_000,
    "broken": "(",
}


def cases(marker: Path) -> Iterator[Case]:
    """Every case."""
    for part in (guesses, machines, kernels, patterns, loops, layouts, frames, old, arrow):
        yield from part(str(marker))


def changed(model: Any, **attributes: Any) -> bytes:
    """A pickled model with other attributes."""
    vars(model).update(attributes)
    return pickle.dumps(model)


def guesses(_marker: str) -> Iterator[Case]:
    """Gradient boosting whose first guess has fewer columns than its trees: each tree is added to one, unseen."""
    from sklearn.ensemble import GradientBoostingClassifier
    from sklearn.linear_model import LogisticRegression

    two = LogisticRegression().fit(X, THREE > 1)
    fitted = GradientBoostingClassifier(n_estimators=2, init=LogisticRegression()).fit(X, THREE)
    yield "read-guess-other.pkl", changed(fitted, init_=two)
    vars(two).update(classes_=np.arange(3), coef_=np.zeros((2, 3)), intercept_=np.zeros(2))
    yield "read-guess-classes.pkl", changed(fitted, init_=two)
    plain = GradientBoostingClassifier(n_estimators=2).fit(X, THREE)
    vars(plain.init_).update(class_prior_=np.array([0.5, 0.5]), n_classes_=2, classes_=np.arange(2))
    yield "read-guess-dummy.pkl", pickle.dumps(plain)


def machines(_marker: str) -> Iterator[Case]:
    """Support vectors by a function of the rows: the places of vectors lie outside its matrix."""
    from sklearn.metrics.pairwise import rbf_kernel
    from sklearn.svm import SVC, SVR

    for label, made in (("svc", SVC(kernel=rbf_kernel)), ("svr", SVR(kernel=rbf_kernel))):
        model = made.fit(X, THREE > 1)
        yield f"read-{label}-places.pkl", changed(model, support_=model.support_ + 10**8)
        model = made.fit(X, THREE > 1)
        yield f"read-{label}-rows.pkl", changed(model, _BaseLibSVM__Xfit=X[:2])


def kernels(_marker: str) -> Iterator[Case]:
    """A kernel that holds itself twice over, twenty-two levels deep: four million kernels in some hundred bytes."""
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.gaussian_process.kernels import RBF, CompoundKernel, Product, Sum

    for label, join in (("sum", Sum), ("product", Product), ("list", lambda *both: CompoundKernel(list(both)))):
        kernel: Any = RBF()
        for _ in range(22):
            kernel = join(kernel, kernel)
        yield f"read-kernel-{label}.pkl", changed(GaussianProcessRegressor().fit(X, X[:, 0]), kernel_=kernel)


def patterns(_marker: str) -> Iterator[Case]:
    """Patterns of words that try every way to cut a text of some letters."""
    from sklearn.feature_extraction.text import CountVectorizer, HashingVectorizer, TfidfVectorizer

    for label, pattern in PATTERNS.items():
        yield f"read-pattern-{label}.pkl", changed(TfidfVectorizer().fit(["ab cd"]), token_pattern=pattern)
    yield "read-pattern-count.pkl", changed(CountVectorizer().fit(["ab cd"]), token_pattern="(a+)+$")
    yield "read-pattern-hash.pkl", changed(HashingVectorizer(), token_pattern="(a+)+$")


def loops(_marker: str) -> Iterator[Case]:
    """ONNX graphs that count to a million million, that have no end at all, or loops in loops in loops."""
    yield "read-loop-long.onnx", loop(10**12)
    yield "read-loop-deep.onnx", loop(1_000, levels=4)
    yield "read-loop-endless.onnx", loop(5, trip="")
    yield "read-loop-constant.onnx", loop(10**12, constant=True)


def loop(turns: int, levels: int = 1, trip: str = "turns", constant: bool = False) -> bytes:
    """A model that adds its rows' sums as often as it is told."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    def inside(level: int) -> Any:
        adds = helper.make_node("Add", [f"sum{level}", "rows"], [f"out{level}"])
        if level + 1 < levels:
            adds = helper.make_node("Loop", [trip, "go", f"sum{level}"], [f"out{level}"], body=inside(level + 1))
        info = helper.make_tensor_value_info
        return helper.make_graph(
            [adds, helper.make_node("Identity", [f"on{level}"], [f"goes{level}"])],
            f"level{level}",
            [
                info(f"turn{level}", TensorProto.INT64, []),
                info(f"on{level}", TensorProto.BOOL, []),
                info(f"sum{level}", TensorProto.FLOAT, [None, 1]),
            ],
            [info(f"goes{level}", TensorProto.BOOL, []), info(f"out{level}", TensorProto.FLOAT, [None, 1])],
        )

    count = numpy_helper.from_array(np.array(turns, np.int64), "turns")
    first = [helper.make_node("Constant", [], ["turns"], value=count)] if constant else []
    graph = helper.make_graph(
        [
            *first,
            helper.make_node("ReduceSum", ["X", "axis"], ["rows"], keepdims=1),
            helper.make_node("Loop", [trip, "go", "rows"], ["Y"], body=inside(0)),
        ],
        "loops",
        [helper.make_tensor_value_info("X", TensorProto.FLOAT, [None, 3])],
        [helper.make_tensor_value_info("Y", TensorProto.FLOAT, [None, 1])],
        initializer=[
            *([] if constant else [count]),
            numpy_helper.from_array(np.array(True), "go"),
            numpy_helper.from_array(np.array([1], np.int64), "axis"),
        ],
    )
    made: bytes = onnx.helper.make_model(graph, opset_imports=[helper.make_opsetid("", 15)], ir_version=8)
    return made.SerializeToString()  # type: ignore[attr-defined]


def dumped(value: Any, compress: Any = 0) -> bytes:
    """joblib.dump to bytes."""
    target = io.BytesIO()
    joblib.dump(value, target, compress=compress)
    return target.getvalue()


def layouts(_marker: str) -> Iterator[Case]:
    """Arrays in joblib's layout with other sizes, and compressed files with something before, behind or missing."""
    plain = dumped({"a": np.arange(6.0), "b": np.arange(3.0)})
    at = plain.index(np.arange(6.0).tobytes())
    yield "layout-array-cut.joblib", plain[: at + 8] + plain[at + 16 :]
    yield "layout-array-more.joblib", plain[:at] + b"\0" * 8 + plain[at:]
    yield "layout-padding-255.joblib", plain.replace(plain[at - 1 - plain[at - 1] : at], b"\xff" + b"\0" * 9, 1)
    for size in (0x7F, 0xFF):
        yield (
            f"layout-shape-{size}.joblib",
            plain.replace(b"shape\x94K\x06\x85", b"shape\x94K" + bytes([size]) + b"\x85"),
        )
    huge = plain.replace(b"shape\x94K\x06\x85", b"shape\x94\x8a\x09" + b"\xff" * 8 + b"\0\x85")
    yield "layout-shape-huge.joblib", huge
    for kind in ("zlib", "gzip", "bz2", "lzma", "xz", "lz4"):
        data = dumped({"a": np.arange(600.0)}, (kind, 3))
        yield f"layout-{kind}-cut.joblib", data[:-9]
        yield f"layout-{kind}-behind.joblib", data + b"cos\nsystem\n."
        yield f"layout-{kind}-inside.joblib", joblib_of(kind, data)


def joblib_of(kind: str, data: bytes) -> bytes:
    """A compressed file inside another of the same kind."""
    import bz2
    import gzip
    import lzma

    import lz4.frame

    alone: Any = lambda held: lzma.compress(held, lzma.FORMAT_ALONE)  # noqa: E731
    ways: dict[str, Any] = {"zlib": zlib.compress, "gzip": gzip.compress, "bz2": bz2.compress, "lzma": alone}
    return bytes({**ways, "xz": lzma.compress, "lz4": lz4.frame.compress}[kind](data))


def frames(_marker: str) -> Iterator[Case]:
    """Frames that end within an instruction or reach over what joblib reads for itself."""
    plain = pickle.dumps({"a": "x" * 40, "b": [1.5] * 20}, protocol=4)
    (length,) = struct.unpack("<Q", plain[3:11])
    for label, size in (("within", 20), ("past", length + 1), ("huge", 2**63), ("last", 2**64 - 1)):
        yield f"frame-{label}.pkl", plain[:3] + struct.pack("<Q", size) + plain[11:]
    yield "frame-in-frame.pkl", plain[:11] + b"\x95" + struct.pack("<Q", 5) + plain[11:]
    wrapped = dumped({"a": np.arange(6.0)})
    (length,) = struct.unpack("<Q", wrapped[3:11])
    yield "frame-over-array.joblib", wrapped[:3] + struct.pack("<Q", length + 30) + wrapped[11:]


def old(marker: str) -> Iterator[Case]:
    """joblib before 0.10: arrays in files beside the model, named by the file, and sizes in hexadecimal digits."""
    for module in ("joblib.numpy_pickle", "joblib.numpy_pickle_compat", "sklearn.externals.joblib.numpy_pickle"):
        for kind in ("NDArrayWrapper", "ZNDArrayWrapper"):
            for label, path in (("up", "../../../../etc/passwd"), ("marker", marker)):
                state = b"}(" + text("filename") + text(path) + text("subclass") + name("numpy", "ndarray") + b"u"
                made = name(module, kind) + b")\x81" + state + b"b"
                yield f"old-{module.count('.')}{len(module)}-{kind}-{label}.pkl", whole(made, 2)
    inner = zlib.compress(pickle.dumps({"a": 1}, protocol=2))
    for label, head in (("short", b"0x2"), ("long", b"0xffffffffff"), ("none", b"zz"), ("sign", b"-0x5")):
        yield f"old-size-{label}.pkl", b"ZF" + head.ljust(len(hex(2**64))) + inner


def arrow(_marker: str) -> Iterator[Case]:
    """Texts of Arrow with parts too many or too few, where plain reading fails, too."""
    good = pickle.dumps(pd.Series(["a", "bb"]), protocol=4)
    assert good.count(b"]\x94Nt\x94\x85\x94R") == 1
    yield "arrow-eight.pkl", good.replace(b"]\x94Nt\x94\x85\x94R", b"]\x94NNt\x94\x85\x94R")
    yield "arrow-six.pkl", good.replace(b"]\x94Nt\x94\x85\x94R", b"]\x94t\x94\x85\x94R")
    yield "arrow-no-children.pkl", good.replace(b"]\x94Nt\x94\x85\x94R", b"N\x94Nt\x94\x85\x94R")
    yield "arrow-loose.pkl", good.replace(b"]\x94Nt\x94\x85\x94R", b"]\x94Nt\x94R")
    codes = stack_name("pandas._libs.arrays", "__pyx_unpickle_NDArrayBacked")
    kind = stack_name("pandas.core.arrays.categorical", "Categorical")
    yield "arrow-checksum.pkl", whole(codes + args(kind, number(5), b"N") + b"R")
