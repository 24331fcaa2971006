"""More hostile files: state that compiled code would follow out of its arrays, two readings of one file, keys that collide."""

from __future__ import annotations

import io
import json
import pickle
import struct
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

Case = tuple[str, bytes]
RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 3))
LABELS = (X[:, 0] * X[:, 1] > 0).astype(int)


def cases(_marker: Path) -> Iterator[Case]:
    """All of them."""
    for part in (trees, neighbours, machines, encoders, hidden, keys, graphs, twice):
        yield from part()


def changed(model: Any, **attributes: Any) -> bytes:
    """A pickled model with other attributes; None takes one away."""
    for name, value in attributes.items():
        if value is None:
            vars(model).pop(name, None)
        else:
            vars(model)[name] = value
    return pickle.dumps(model)


def trees() -> Iterator[Case]:
    """Trees that ask for columns that the rows do not have."""
    from sklearn.ensemble import (
        GradientBoostingClassifier,
        HistGradientBoostingClassifier,
        IsolationForest,
        RandomForestClassifier,
    )
    from sklearn.tree import DecisionTreeClassifier

    wide = DecisionTreeClassifier(random_state=0).fit(RNG.normal(size=(60, 900)), LABELS)
    yield "tree-unmeasured.pkl", changed(DecisionTreeClassifier().fit(X, LABELS), n_features_in_=None, tree_=wide.tree_)
    yield "tree-columns-text.pkl", changed(DecisionTreeClassifier().fit(X, LABELS), n_features_in_="3")
    forest = RandomForestClassifier(3).fit(X, LABELS)
    vars(forest.estimators_[1])["tree_"] = wide.tree_
    vars(forest.estimators_[1]).pop("n_features_in_")
    yield "forest-unmeasured-member.pkl", pickle.dumps(forest)
    boosted = GradientBoostingClassifier(n_estimators=3).fit(X, LABELS)
    other = GradientBoostingClassifier(n_estimators=3).fit(RNG.normal(size=(60, 900)), LABELS)
    boosted.estimators_[1, 0] = other.estimators_[1, 0]
    yield "boosting-unmeasured.pkl", changed(boosted, n_features_in_=None)
    alone = IsolationForest(n_estimators=3, max_samples=20).fit(X)
    far = IsolationForest(n_estimators=3, max_samples=20).fit(RNG.normal(size=(60, 900)))
    for member in far.estimators_:
        vars(member).pop("n_features_in_")
    chosen = [np.zeros(900, dtype=int)] * 3
    yield "isolation-wide.pkl", changed(alone, estimators_=far.estimators_, estimators_features_=chosen)
    table = np.column_stack([X, RNG.integers(0, 4, 60)])
    histogram = HistGradientBoostingClassifier(max_iter=4, categorical_features=[3], min_samples_leaf=3)
    histogram.fit(table, (table[:, 3] > 1).astype(int))
    vars(histogram._bin_mapper)["is_categorical_"] = np.zeros(4, dtype=np.uint8)
    yield "histogram-no-categories.pkl", pickle.dumps(histogram)
    vars(histogram._bin_mapper)["is_categorical_"] = np.ones(1, dtype=np.uint8)
    yield "histogram-few-marks.pkl", pickle.dumps(histogram)


def neighbours() -> Iterator[Case]:
    """Neighbours that vote for classes that are not there."""
    from sklearn.neighbors import KNeighborsClassifier, KNeighborsTransformer, RadiusNeighborsClassifier

    def near() -> Any:
        return KNeighborsClassifier(algorithm="brute").fit(X, LABELS)

    yield "labels-far.pkl", changed(near(), _y=np.full(60, 10**9))
    yield "labels-negative.pkl", changed(near(), _y=np.full(60, -7))
    yield "labels-no-tree.pkl", changed(near(), _y=np.full(60, 10**9), _tree=None)
    yield "labels-few.pkl", changed(near(), _y=LABELS[:5])
    yield "labels-real.pkl", changed(near(), _y=LABELS + 0.5)
    radius = RadiusNeighborsClassifier(radius=9.0, algorithm="brute").fit(X, LABELS)
    yield "labels-radius.pkl", changed(radius, _y=np.full(60, 10**9))
    yield "samples-few.pkl", changed(KNeighborsTransformer().fit(X), n_samples_fit_=2)


def machines() -> Iterator[Case]:
    """Support vectors and centres of other sizes."""
    from scipy.sparse import csr_matrix
    from sklearn.cluster import KMeans
    from sklearn.svm import SVC, SVR

    target = X[:, 0]
    yield "svm-other-kind.pkl", changed(SVR().fit(X, target), _impl="c_svc", _n_support=np.full(50, 1, np.int32))
    yield "svm-many-counts.pkl", changed(SVR().fit(X, target), _n_support=np.full(50, 1, np.int32))
    thin = SVC().fit(csr_matrix(X), LABELS)
    weights = csr_matrix(thin._dual_coef_.shape)
    yield "svm-thin-weights.pkl", changed(thin, _dual_coef_=weights, dual_coef_=weights)
    kernel = SVC(kernel="precomputed").fit(X @ X.T, LABELS)
    yield "svm-far-support.pkl", changed(kernel, support_=kernel.support_ + 10**6)
    yield "centres-thin.pkl", changed(KMeans(3).fit(X), cluster_centers_=RNG.normal(size=(3, 1)))


def encoders() -> Iterator[Case]:
    """Encoders that would write columns beyond the last."""
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.preprocessing import OneHotEncoder

    frame = pd.DataFrame({"a": list("abcdef") * 10, "b": list("uvwxyz") * 10})

    def encoder(**settings: Any) -> Any:
        return OneHotEncoder(**settings).fit(frame)

    yield "onehot-few.pkl", changed(encoder(), _n_features_outs=[1, 1])
    yield "onehot-negative.pkl", changed(encoder(), _n_features_outs=[-5, 6])
    yield "onehot-drop-far.pkl", changed(encoder(drop="first"), _drop_idx_after_grouping=np.array([-1, 10**6], object))
    grouped = encoder(max_categories=3)
    grouped._default_to_infrequent_mappings[0][:] = 10**6
    yield "onehot-mapping.pkl", pickle.dumps(grouped)
    words = CountVectorizer().fit(["red apple", "green pear"])
    yield "vocabulary-far.pkl", changed(words, vocabulary_={"red": 10**6, "apple": 1})
    yield "vocabulary-negative.pkl", changed(words, vocabulary_={"red": -4, "apple": 1})


def hidden() -> Iterator[Case]:
    """What may not be there, inside holders that a walk could pass by."""
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import Pipeline

    reads = CountVectorizer(input="filename")
    model = LogisticRegression().fit(X, LABELS)
    matrix = np.matrix(np.array([[reads, model]], dtype=object))
    yield "hidden-matrix.pkl", changed(LogisticRegression().fit(X, LABELS), extra=matrix)
    pair = np.empty(1, dtype=object)
    pair[0] = reads
    for name, holder in (
        ("categories", pd.Categorical.from_codes([0], pd.Index(pair, dtype=object))),
        ("category-type", pd.CategoricalDtype(pd.Index(pair, dtype=object))),
        ("index", pd.DataFrame({"a": [1]}, index=pd.Index(pair, dtype=object))),
        ("columns", pd.DataFrame(np.ones((1, 1)), columns=pd.Index(pair, dtype=object))),
        ("levels", pd.MultiIndex.from_arrays([pd.Index(pair, dtype=object), [1]])),
        ("series", pd.Series(pair, dtype=object)),
        ("series-index", pd.Series([1], index=pd.Index(pair, dtype=object))),
    ):
        yield f"hidden-{name}.pkl", changed(LogisticRegression().fit(X, LABELS), extra=holder)
    many = [pd.Series(np.array([np.float64(n)], dtype=object)) for n in range(300)]  # ids of what is gone come back
    yield "hidden-late.pkl", changed(LogisticRegression().fit(X, LABELS), extra=[*many, pd.Series(pair, dtype=object)])
    parts = {"model": Pipeline([("words", reads), ("model", model)]), "data": None, "y": None, "label": "x"}
    explainer = name_of("dalex._explainer.object", "Explainer")
    state = pickle.dumps({**parts, "predict_function": None, "model_type": "classification"}, 2)[2:-1]
    yield "hidden-explainer.pkl", b"\x80\x02" + explainer + b")\x81" + state + b"b."


def name_of(module: str, attribute: str) -> bytes:
    """GLOBAL."""
    return b"c" + module.encode() + b"\n" + attribute.encode() + b"\n"


def walks(bits: int) -> tuple[np.ndarray, np.ndarray]:
    """Numbers that fill half of a dictionary's places, and others that each look through all of these for a free one.

    A place that is taken sends a key on: five times the place, and one, and what is left of the key's other bits. When
    none are left, all keys go one round.
    """
    size = 1 << bits
    round_ = np.zeros(size // 2, dtype=np.int64)
    for step in range(1, len(round_)):
        round_[step] = (5 * round_[step - 1] + 1) % size
    turn = np.full(size, -1)
    turn[round_] = np.arange(len(round_))
    keys = np.arange(size, 1 << 23)
    places, rest = keys % size, keys.copy()
    while True:
        taken = turn[places] >= 0
        keys, places, rest = keys[taken], places[taken], rest[taken] >> 5
        if not rest.any():
            return round_, keys[np.argsort(turn[places])]  # those first that have the longest way
        places = (5 * places + rest + 1) % size


def keys() -> Iterator[Case]:
    """Dictionaries and sets whose keys have one hash: each new one is compared with all before it."""
    prime = (1 << 61) - 1

    def number(value: int) -> bytes:
        raw = value.to_bytes((value.bit_length() // 8) + 1, "little", signed=True)
        return b"\x8a" + bytes([len(raw)]) + raw

    def whole(body: bytes) -> bytes:
        return b"\x80\x04" + body + b"."

    yield "collide-numbers.pkl", whole(b"}(" + b"".join(number(prime * n) + b"N" for n in range(9, 120_000)) + b"u")
    yield "collide-set.pkl", whole(b"\x8f(" + b"".join(number(prime * n) for n in range(9, 120_000)) + b"\x90")
    real = name_of("builtins", "complex")
    parts = (b"G" + struct.pack(">d", 1_000_003.0 * n) + b"G" + struct.pack(">d", -float(n)) for n in range(60_000))
    filled, walking = walks(17)
    chosen = [*filled.tolist(), *walking[:12_000].tolist()]
    yield "walk-numbers.pkl", whole(b"}(" + b"".join(number(n) + b"N" for n in chosen) + b"u")
    yield "walk-one-by-one.pkl", whole(b"}" + b"".join(number(n) + b"Ns" for n in chosen))
    yield "collide-complex.pkl", whole(b"}(" + b"".join(real + b"(" + part + b"tRN" for part in parts) + b"u")
    yield "groups-of-groups.pkl", whole(b"}(" + b")" * 60 + b"t\x85\x85Ns")


def graphs() -> Iterator[Case]:
    """ONNX: tensors in other files in places that a walk could pass by."""
    try:
        import onnx
        from onnx import TensorProto, helper
    except ImportError:
        return

    def outside(title: str = "w") -> Any:
        tensor = helper.make_tensor(title, TensorProto.FLOAT, [3], [0.0, 0.0, 0.0])
        tensor.ClearField("float_data")
        tensor.data_location = TensorProto.EXTERNAL
        tensor.external_data.add(key="location", value="../../etc/passwd")
        return tensor

    def model(change: Callable[[Any], None] = lambda _made: None) -> bytes:
        inner = helper.make_tensor("w", TensorProto.FLOAT, [3, 1], [1.0, 2.0, 3.0])
        node = helper.make_node("MatMul", ["x", "w"], ["y"])
        ends = [helper.make_tensor_value_info(n, TensorProto.FLOAT, [None, s]) for n, s in (("x", 3), ("y", 1))]
        graph = helper.make_graph([node], "g", ends[:1], ends[1:], [inner])
        made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 15)])
        made.ir_version = 8
        change(made)
        return bytes(made.SerializeToString())

    places = helper.make_tensor("i", TensorProto.INT64, [3], [0, 1, 2])

    def sparse(made: Any) -> None:
        item = onnx.SparseTensorProto(values=outside(), indices=places, dims=[3])
        made.graph.sparse_initializer.append(item)

    def attribute(made: Any) -> None:
        item = onnx.SparseTensorProto(values=outside(), indices=places, dims=[3])
        made.graph.node.append(helper.make_node("Constant", [], ["c"], sparse_value=item))

    def function(made: Any) -> None:
        node = helper.make_node("Constant", [], ["o"], value=outside())
        made.functions.append(helper.make_function("", "f", [], ["o"], [node], [helper.make_opsetid("", 15)]))

    def foreign(made: Any) -> None:
        node = helper.make_node("PyOp", [], ["o"], domain="ai.onnx.contrib")
        made.functions.append(helper.make_function("", "f", [], ["o"], [node], [helper.make_opsetid("", 15)]))

    def training(made: Any) -> None:
        made.training_info.append(onnx.TrainingInfoProto(algorithm=made.graph))

    for change in (sparse, attribute, function, foreign, training):
        yield f"onnx-{change.__name__}.onnx", model(change)
    good = model()
    raw = outside().SerializeToString()
    hides = b"\x82\x80\x80\x80\x10" + bytes([len(raw)]) + raw  # a field number whose upper bits protobuf drops
    yield "onnx-field-number.onnx", good + hides
    yield "onnx-runtime-form.onnx", b"\x12\x06\x00\x00ORTM" + good


def twice() -> Iterator[Case]:
    """Names that stand twice: two readers could take different ones."""
    import xgboost

    booster = xgboost.XGBClassifier(n_estimators=2, max_depth=2).fit(X, LABELS).get_booster()
    content = bytes(booster.save_raw("json")).decode()
    yield "twice.json", content.replace('"learner":', '"learner":{},"learner":', 1).encode()
    trees_of = json.loads(content)["learner"]["gradient_booster"]["model"]["trees"]
    broken = json.loads(json.dumps(trees_of))
    broken[0]["left_children"][0] = 0
    yield "twice-trees.json", content.replace('"trees":', f'"trees":{json.dumps(broken)},"trees":', 1).encode()
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("schema.json", "{}")
        archive.writestr("schema.jsoN", "{}")
    yield "twice.skops", target.getvalue().replace(b"schema.jsoN", b"schema.json")
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("schema.json", "{}")
        link = zipfile.ZipInfo("inside")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    yield "link.skops", target.getvalue()
