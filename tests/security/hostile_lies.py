"""Hostile files of a second reading of the door: state that lies to what is called later, and parts named again and again.

See ``hostile.py``. Arrays that two objects share and one of them writes to, numbers that are looked for by halves and are
not sorted, methods named by state, functions where a class has no place for them, patterns that can be cut in many ways,
boosters whose objective writes more than their trees announce.
"""

from __future__ import annotations

import copy
import io
import pickle
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pandas as pd

from tests.security.hostile import Case, args, call, name, number, text, whole

X = np.random.default_rng(0).normal(size=(60, 3))
LABELS = (X[:, 0] * X[:, 1] > 0).astype(int)
PATTERNS = (
    *(r"(?:\w\w?)*!", r"(?:a|b|ab)*!", r"(?:\w\w|\w)*!", r"(?:aa?b?)*!", r"(\w|\w\w|\w\w\w)*?!", r"(?=(\w\w?)*!)"),
    *(r"(\w\w?){10,}!", r"\w*\w*\w*\w*!", r"\w*a\w*a\w*a\w*a\w*!", r"(?i:a|A|aB)*!", r"(\w+\b|\w)*!"),
    *(r"((?:\w)\w{0,3})*!", r"(?:\w{0,16}){0,16}!", r"(?:-\w*\w*)*!", r"(?:ab|a.)*!", r"(?i)(?:A[a-z]+)*!"),
    *(r"(?:[一-龥][丁-丂]?)*!", r"(\w+)(\1*x)*!", r"(?:(a)?(?(1)b|a))*!"),
)


class Built:
    """Pickles as a call of a class or function, with a state that follows."""

    def __init__(self, function: Any, arguments: tuple[Any, ...], state: Any) -> None:
        self.parts = function, arguments, state

    def __reduce__(self) -> Any:
        return self.parts


def cases(marker: Path) -> Iterator[Case]:
    """Every case."""
    for part in (again, ranges, categories, shared, patterns, methods, places, centres, nests, layouts, two_in_one):
        yield from part()
    yield from lightgbm_texts()
    yield from xgboost_levels()
    yield from catboost_states(str(marker))


def changed(model: Any, **attributes: Any) -> bytes:
    """A pickled copy of a model with other attributes."""
    made = copy.deepcopy(model)
    vars(made).update(attributes)
    return pickle.dumps(made)


def held(place: int) -> bytes:
    """BINGET of a place of the memo, where the last one stands."""
    return b"j" + struct.pack("<I", place)


def again() -> Iterator[Case]:
    """One large part, and thousands of objects built of it, each dropped: hours for some hundred bytes."""
    size = 20 << 20
    raw = b"\x8e" + struct.pack("<Q", size) + bytes(size) + b"\x940"
    kind = call("numpy", "dtype", text("i4"), b"\x89", b"\x88") + b"\x940"
    count = number(size // 4)
    array = name("numpy._core.numeric", "_frombuffer") + b"(" + held(0) + held(1) + count + b"\x85" + text("C") + b"tR"
    for label, start, one in (
        ("array", raw + kind, array + b"0"),
        ("bytes", raw, name("builtins", "bytearray") + held(0) + b"\x85R0"),
    ):
        yield f"again-{label}.pkl", zlib.compress(whole(start + one * 20_000 + b"N"), 1)
    yield "again-columns.pkl", pickle.dumps(pd.DataFrame(np.zeros((1, 100_000))))


def ranges() -> Iterator[Case]:
    """Ranges of more numbers than a machine can hold, where names or classes are read."""
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression().fit(X, LABELS)
    yield "range-names.pkl", changed(model, feature_names_in_=range(2**60))
    yield "range-index.pkl", changed(model, feature_names_in_=pd.RangeIndex(0, 2**40))
    yield "range-classes.pkl", changed(model, classes_=range(2**100))
    yield "count-classes.pkl", changed(model, n_classes_=10**8)


def categories() -> Iterator[Case]:
    """Numbers that an encoder looks for by halves: out of order, the place found lies behind the last column."""
    from sklearn.preprocessing import OneHotEncoder

    encoder = OneHotEncoder().fit(np.arange(60)[:, None] % 4.0)
    for label, levels in (
        ("falling", [3.0, 0.0, 1.0, 2.0]),
        ("twice", [0.0, 1.0, 1.0, 2.0]),
        ("gap-within", [0.0, np.nan, 1.0, 2.0]),
        ("gaps", [0.0, 1.0, np.nan, np.nan]),
    ):
        yield f"levels-{label}.pkl", changed(encoder, categories_=[np.array(levels)])
    yield "levels-square.pkl", changed(encoder, categories_=[np.zeros((4, 4))])


def shared() -> Iterator[Case]:
    """An array of a neighbour tree that a step before it writes to, after all checks; and plain ``out=``."""
    from sklearn.neighbors import KDTree, KNeighborsClassifier
    from sklearn.neighbors._kd_tree import newObj
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer

    near = KNeighborsClassifier(algorithm="kd_tree", n_neighbors=1).fit(X, LABELS)
    places = np.arange(60, dtype=np.intp)
    state = [*near._tree.__getstate__()]
    state[1] = places
    near._tree = Built(newObj, (KDTree,), tuple(state))
    writes = FunctionTransformer(np.square, kw_args={"out": places, "casting": "unsafe"})
    shaped = FunctionTransformer(np.reshape, kw_args={"shape": (20, 3)})
    yield "out-shared.pkl", pickle.dumps(make_pipeline(FunctionTransformer(np.ravel), writes, shaped, near))
    out = np.zeros((60, 3))
    yield "out-there.pkl", pickle.dumps(FunctionTransformer(np.exp, kw_args={"out": out}))
    yield "out-back.pkl", pickle.dumps(FunctionTransformer(np.exp, np.log, inv_kw_args={"out": out}))
    plain = KNeighborsClassifier(algorithm="brute").fit(X, LABELS)
    yield "out-metric.pkl", changed(plain, metric=np.maximum, metric_params={"out": out})


def patterns() -> Iterator[Case]:
    """Patterns of words that can be cut in many ways, each in another form."""
    from sklearn.feature_extraction.text import CountVectorizer

    words = CountVectorizer().fit(["ab cd"])
    for count, pattern in enumerate(PATTERNS):
        yield f"cut-{count}.pkl", changed(words, token_pattern=pattern)


def methods() -> Iterator[Case]:
    """State that names the method by which a member, or a module, is asked."""
    from category_encoders import HashingEncoder
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import make_scorer, roc_auc_score
    from sklearn.model_selection import FixedThresholdClassifier
    from sklearn.multioutput import ClassifierChain

    model = FixedThresholdClassifier(LogisticRegression()).fit(X, LABELS)
    for way in ("fit", "set_params", "__class__", "__setstate__", ["predict", "densify"]):
        yield f"ask-threshold-{way if type(way) is str else 'list'}.pkl", changed(model, response_method=way)
    chain = ClassifierChain(LogisticRegression()).fit(X, np.column_stack([LABELS, 1 - LABELS]))
    yield "ask-chain.pkl", changed(chain, chain_method_="set_params")
    yield "ask-chain-setting.pkl", changed(chain, chain_method="__init__")
    yield "ask-scorer.pkl", changed(make_scorer(roc_auc_score), _response_method="__reduce_ex__")
    coder = HashingEncoder(n_components=2, max_process=1).fit(pd.DataFrame({"a": list("abc")}), [0, 1, 0])
    for way in ("new", "file_digest", "__import__", "_hashlib"):
        yield f"ask-hash-{way}.pkl", changed(coder, hash_method=way)


def places() -> Iterator[Case]:
    """Listed functions under names where other classes keep theirs."""
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression().fit(X, LABELS)
    for attribute in (
        *("func", "metric", "kernel", "scoring", "callable", "preprocessor", "affinity", "score_func", "pooling_func"),
        *("metric_params", "_asarray", "_check_array", "_score_func", "_kmeans_single", "func_", "inverse_func"),
    ):
        yield f"place-{attribute}.pkl", changed(model, **{attribute: np.exp})
    yield "place-inside.pkl", changed(model, coef_={"func": np.exp})
    yield "place-deep.pkl", changed(model, anything={"kernel": [np.exp]})


def centres() -> Iterator[Case]:
    """A tree of centres whose inner ones are short."""
    from sklearn.cluster import BisectingKMeans

    fitted = BisectingKMeans(3, random_state=0).fit(X)
    for label, centre in (("thin", np.zeros(1)), ("wide", np.zeros(3_000)), ("none", None)):
        made = copy.deepcopy(fitted)
        made._bisecting_tree.left.center = centre
        yield f"centre-{label}.pkl", pickle.dumps(made)
    fitted._bisecting_tree.left = fitted._bisecting_tree
    yield "centre-circle.pkl", pickle.dumps(fitted)


def nests() -> Iterator[Case]:
    """Two votes for each of two votes, fourteen levels deep: tens of thousands of models asked, from three kilobytes."""
    from sklearn.ensemble import VotingClassifier
    from sklearn.linear_model import LogisticRegression

    model: Any = LogisticRegression().fit(X, LABELS)
    for _ in range(14):
        outer = VotingClassifier([("a", model), ("b", model)], voting="soft")
        vars(outer).update(estimators_=[model, model], classes_=np.array([0, 1]))
        model = outer
    yield "nest-votes.pkl", pickle.dumps(model)


def layouts() -> Iterator[Case]:
    """joblib's arrays of other classes, random generators and masks that lie, and what numpy makes of functions."""
    from sklearn.neighbors import BallTree
    from sklearn.neighbors._ball_tree import newObj

    target = io.BytesIO()
    joblib.dump({"a": np.arange(6.0)}, target)
    plain = target.getvalue()
    assert plain.count(b"\x8c\x07ndarray") == 1
    for other in ("memmap", "recarray", "chararray"):
        yield (
            f"wrapper-{other}.joblib",
            plain.replace(b"\x8c\x07ndarray", b"\x8c" + bytes([len(other)]) + other.encode()),
        )
    yield "function-vectorized.pkl", pickle.dumps({"f": np.vectorize(len)})
    state = [*BallTree(X).__getstate__()]
    for place, label, lie in (
        (1, "order", np.zeros(60, dtype=np.intp)),
        (3, "bounds", state[3][..., :1].copy()),
        (5, "levels", 40),
        (4, "leaf", 0),
    ):
        lies = [*state]
        lies[place] = lie
        yield f"ball-{label}.pkl", pickle.dumps(Built(newObj, (BallTree,), tuple(lies)))
    for label, lie in (("buffer", {"buffer_pos": 400}), ("counter", {"state": {"counter": np.zeros(2, np.uint64)}})):
        raw = np.random.Philox(0)
        rebuilt = raw.__reduce__()
        inner: Any = {**raw.state, **lie}
        inner["state"] = {**raw.state["state"], **lie.get("state", {})}
        yield f"philox-{label}.pkl", pickle.dumps(Built(rebuilt[0], rebuilt[1], (inner, None)))


def two_in_one() -> Iterator[Case]:
    """Files that are two formats at once."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as target:
        target.writestr("schema.json", "{}")
        target.writestr("config.json", "{}")
    honest = pickle.dumps({"a": 1})
    yield "two-pickle-zip.pkl", honest + archive.getvalue()
    yield "two-zip-pickle.skops", archive.getvalue() + honest
    yield "two-zlib-zip.joblib", zlib.compress(honest) + archive.getvalue()
    yield "two-text.txt", b"tree\nversion=v4\n" + honest
    yield "two-cbm.cbm", b"CBM1" + honest


def lightgbm_texts() -> Iterator[Case]:
    """LightGBM texts whose objective writes more outputs than there is room for, or whose leaves lie about their lines."""
    import lightgbm

    def grown(labels: Any, **settings: Any) -> str:
        data = lightgbm.Dataset(X, labels)
        options = {"verbose": -1, "num_leaves": 4, "min_data_in_leaf": 5, "num_threads": 1, **settings}
        return str(lightgbm.train(options, data, 2).model_to_string())

    several = grown(np.arange(60) % 3, objective="multiclass", num_class=3)
    two = grown(LABELS, objective="binary")
    asks = "objective=multiclass num_class:3"
    yield "lgb-room-head.txt", several.replace("num_class=3", "num_class=1", 1).encode()
    yield "lgb-room-more.txt", several.replace(asks, "objective=multiclass num_class:9000").encode()
    yield "lgb-room-twice.txt", several.replace(asks, asks + " num_class:9000").encode()
    yield "lgb-room-ova.txt", several.replace(asks, "objective=multiclassova num_class:9000 sigmoid:1").encode()
    yield "lgb-room-none.txt", several.replace(asks, "objective=binary sigmoid:1").encode()
    more = "objective=multiclass num_class:9000"
    yield "lgb-room-binary.txt", two.replace("objective=binary sigmoid:1", more).encode()
    lines = grown(X[:, 0], linear_tree=True)
    for label, wanted, other in (
        ("count", r"num_features=\d+", "num_features=5000000"),
        ("negative", r"num_features=\d+", "num_features=-3"),
        ("columns", r"leaf_features=.*", "leaf_features="),
        ("weights", r"leaf_coeff=.*", "leaf_coeff="),
        ("constants", r"leaf_const=.*", "leaf_const=1"),
    ):
        yield f"lgb-lines-{label}.txt", resized(re.sub(wanted, other, lines)).encode()
    yield "lgb-lines-marked.txt", two.replace("is_linear=0", "is_linear=1").encode()


def resized(model: str) -> str:
    """A LightGBM text with the sizes that its trees have now."""
    starts = [found.start() + 1 for found in re.finditer("\nTree=", model)]
    ends = [*starts[1:], model.find("end of trees")]
    sizes = " ".join(str(end - start) for start, end in zip(starts, ends, strict=True))
    return re.sub("tree_sizes=.*", f"tree_sizes={sizes}", model)


def xgboost_levels() -> Iterator[Case]:
    """XGBoost's own list of levels, whose ends lie outside of it."""
    import json

    import xgboost

    frame = pd.DataFrame({"a": pd.Categorical(list("abca") * 15), "b": X[:, 0]})
    model = xgboost.XGBClassifier(n_estimators=2, max_depth=2, enable_categorical=True, n_jobs=1).fit(frame, LABELS)
    plain = json.loads(bytes(model.get_booster().save_raw("json")))
    levels = plain["learner"]["gradient_booster"]["model"]["cats"]
    letters = {"offsets": [0, 10**6, 2, 3], "values": [97, 98, 99]}
    for label, lie in (
        ("ends", {"feature_segments": [0, 10**6, 10**6]}),
        ("order", {"sorted_idx": [0, 1, 10**6]}),
        ("few", {"enc": []}),
        ("letters", {"enc": [letters, levels["enc"][1]]}),
    ):
        plain["learner"]["gradient_booster"]["model"]["cats"] = {**levels, **lie}
        yield f"xgb-levels-{label}.json", json.dumps(plain).encode()


def catboost_states(marker: str) -> Iterator[Case]:
    """State of a CatBoost model under the names of its methods and of Python."""
    import catboost

    kind = name("catboost.core", "CatBoostClassifier") + b")\x81"
    model = catboost.CatBoostClassifier(iterations=2, depth=2, verbose=0, allow_writing_files=False, thread_count=1)
    known = {**model.fit(X, LABELS).__getstate__()}
    for key, value in (("predict", 1), ("__class__", "x"), ("__dict__", {"a": 1}), ("get_params", marker)):
        yield f"cat-named-{key}.pkl", b"\x80\x02" + kind + pickle.dumps({**known, key: value}, 2)[2:-1] + b"b."
    yield "cat-slots.pkl", b"\x80\x02" + kind + args(b"}", b"}") + b"b."
