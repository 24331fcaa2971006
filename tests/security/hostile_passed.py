"""Hostile files of a third reading: what ensembles and machines pass on to compiled code, which looks no more.

See ``hostile.py``. Trees wider than the rows that an ensemble hands them, a first guess of another form than the trees
that are added to it, what stands before histogram boosting and gives too few columns, more neighbours than rows, sparse
vectors kept by columns, lengths of centres that are not there. Plainly loaded, most of them crash or write past an array.
"""

from __future__ import annotations

import io
import itertools
import json
import pickle
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse as sp
from sklearn import cluster, decomposition, ensemble, linear_model, metrics, neighbors, preprocessing, svm
from sklearn.feature_extraction.text import CountVectorizer

from tests.security.hostile import Case

RNG = np.random.default_rng(0)
X, WIDE = RNG.normal(size=(60, 5)), RNG.normal(size=(60, 3_000))
LABELS, TARGET = (X[:, 0] > 0).astype(int), X[:, 0] * 3 + 1
NUMBERS = itertools.count(10**6)
NAMES = np.array(list("abcde"), dtype=object)


def cases(marker: Path) -> Iterator[Case]:
    """Every case; only those of skops have a payload."""
    yield from written(str(marker))
    for part in (
        forests,
        boosted,
        histograms,
        neighbours,
        vectors,
        centres,
        hidden,
        own_methods,
        covered,
        looked_at,
        texts,
    ):
        for name, model in part():
            yield f"passed-{name}.pkl", model if isinstance(model, bytes) else pickle.dumps(model)


def lying(model: Any, **attributes: Any) -> Any:
    """The model with other attributes."""
    vars(model).update(attributes)
    return model


def looked_at() -> Iterator[tuple[str, Any]]:
    """Functions, and lists of them, that lie where they may, and once more where they may not."""
    held, inside = [metrics.accuracy_score], {"grid": np.mean}
    for label, lie, beside in (
        *(("function", np.exp, np.exp), ("metric", metrics.accuracy_score, metrics.accuracy_score)),
        *(
            ("list", held, held),
            ("dictionary", inside, inside),
            ("numpy", np.mean, None),
            ("text", str.split, str.split),
        ),
    ):
        made = linear_model.LogisticRegression().fit(X, LABELS)
        for place in ("penalty", "other", "coef_"):
            yield f"seen-{label}-{place}", {"model": lying(made, **{place: lie}), "metric": beside, "scoring": beside}
            vars(made).pop(place)
    made = linear_model.LogisticRegression().fit(X, LABELS)
    yield "seen-no-name", lying(made, param_grid={"a__": [np.mean]})
    yield "seen-cells", lying(made, param_grid=None, table=pd.DataFrame({"a": np.array([np.mean, len], dtype=object)}))


def texts() -> Iterator[tuple[str, Any]]:
    """Methods of texts that take more than the text, or lie where no text is handed over; other owners."""
    fitted = CountVectorizer().fit(["a bb", "bb ccc"])
    for way in ("format", "join", "zfill", "center", "translate", "encode", "__getattribute__", "maketrans", "replace"):
        yield f"text-{way}", lying(fitted, tokenizer=getattr(str, way))
    yield "text-bytes", lying(fitted, tokenizer=bytes.split)
    yield "text-words", lying(fitted, tokenizer=np.sort)
    yield "text-analyzer", lying(fitted, tokenizer=None, analyzer=np.sort)
    yield "text-func", preprocessing.FunctionTransformer(str.split)
    yield "text-own", preprocessing.FunctionTransformer("a b".split)


def forests() -> Iterator[tuple[str, Any]]:
    """Ensembles whose trees take 3,000 columns, and which say that they take five."""
    every = [np.zeros(3_000, dtype=int)] * 3
    for name in (
        "RandomForestClassifier",
        "ExtraTreesClassifier",
        "RandomTreesEmbedding",
        "GradientBoostingClassifier",
    ):
        made = getattr(ensemble, name)(n_estimators=3).fit(WIDE, LABELS)
        yield f"chosen-{name}", lying(made, n_features_in_=5, estimators_features_=every)
    made = ensemble.RandomForestClassifier(3).fit(WIDE, LABELS)
    del made.n_features_in_
    yield "older-width", lying(made, n_features_=3_000, feature_names_in_=NAMES)
    isolating = ensemble.IsolationForest(n_estimators=3).fit(WIDE)
    yield "isolation", lying(isolating, n_features_in_=5, _max_features=5, estimators_features_=every)


def boosted() -> Iterator[tuple[str, Any]]:
    """Histogram boosting without a width of its own."""
    made = ensemble.HistGradientBoostingRegressor(max_iter=2, min_samples_leaf=2).fit(WIDE, TARGET)
    del made.n_features_in_
    yield "no-width", lying(made, feature_names_in_=NAMES)


def histograms() -> Iterator[tuple[str, Any]]:
    """What stands before histogram boosting gives one column; its trees ask for the 3,000th."""
    made = ensemble.HistGradientBoostingRegressor(max_iter=2, min_samples_leaf=2).fit(WIDE, TARGET)
    front = lying(decomposition.PCA(1).fit(X), feature_names_in_=NAMES)
    yield "before-pca", lying(made, _preprocessor=front, feature_names_in_=NAMES)
    levels = np.column_stack([np.arange(60) % 3, X])
    honest = ensemble.HistGradientBoostingRegressor(max_iter=2, categorical_features=[0]).fit(levels, TARGET)
    label, encoder, mask = honest._preprocessor.transformers_[0]
    twice = [(label, encoder, mask), (label, encoder, mask), *honest._preprocessor.transformers_[2:]]
    honest._preprocessor.transformers_ = twice
    yield "before-twice", honest


def neighbours() -> Iterator[tuple[str, Any]]:
    """More neighbours than rows: votes of rows that do not exist."""
    for count in (61, 500_000, -1):
        made = neighbors.KNeighborsClassifier(algorithm="brute").fit(X, LABELS)
        yield f"neighbours-{count}", lying(made, n_neighbors=count)


def vectors() -> Iterator[tuple[str, Any]]:
    """Support vectors by columns, which libsvm reads by lines; rows of training beyond a given matrix."""
    thin = sp.random(60, 5_000, 0.05, random_state=0, format="csr")
    made = svm.SVC(kernel="linear").fit(thin, LABELS)
    yield "vectors-by-columns", lying(made, support_vectors_=sp.csc_matrix(made.support_vectors_))
    made = svm.SVC(kernel="linear").fit(thin, LABELS)
    yield "weights-by-columns", lying(made, _dual_coef_=sp.csc_matrix(made._dual_coef_))
    for kernel, rows in (("precomputed", X @ X.T), (linear_model_kernel(), X)):
        made = svm.SVC(kernel=kernel).fit(rows, LABELS)
        label = kernel if isinstance(kernel, str) else "function"
        yield f"given-{label}", lying(made, shape_fit_=(5, 5), n_features_in_=5)
        yield f"given-{label}-far", lying(made, shape_fit_=(60, 60), support_=made.support_ + np.int32(10**6))


def linear_model_kernel() -> Any:
    """A function of the list that makes a matrix of two tables."""
    from sklearn.metrics.pairwise import linear_kernel

    return linear_kernel


def centres() -> Iterator[tuple[str, Any]]:
    """Fewer lengths than centres, alone and as a member of a stack."""
    made = cluster.Birch(n_clusters=None, threshold=0.01).fit(X)
    lying(made, _subcluster_norms=made._subcluster_norms[:1])
    yield "lengths", made
    members = [("a", linear_model.Ridge()), ("b", linear_model.Ridge())]
    stack = ensemble.StackingRegressor(members, cv=2).fit(X, TARGET)
    stack.estimators_[1] = made
    yield "lengths-in-stack", stack


def hidden() -> Iterator[tuple[str, Any]]:
    """A broken forest behind the attribute of a dictionary."""
    from sklearn.utils._encode import _nandict

    held = _nandict({"a": 1})
    held.missing_value = lying(ensemble.RandomForestClassifier(2).fit(WIDE, LABELS), n_features_in_=5)
    yield "behind-dictionary", {"model": linear_model.Ridge().fit(X, TARGET), "levels": held}


def own_methods() -> Iterator[tuple[str, Any]]:
    """``getattr`` of anything but an object's own method under its own name."""
    begun = b"\x80\x04csklearn.ensemble._hist_gradient_boosting.gradient_boosting\nHistGradientBoostingClassifier\n)\x81\x94"
    asked = b"cbuiltins\ngetattr\nh\x00\x8c\x0c_raw_predict\x86R"
    yield "own-other-name", begun + b"}\x8c\x07classes" + asked + b"sb."
    yield "own-fit", begun + b"}\x8c\x03fitcbuiltins\ngetattr\nh\x00\x8c\x03fit\x86Rsb."
    yield "own-elsewhere", begun + b"0]" + asked + b"a."
    yield "own-class", b"\x80\x04cbuiltins\ngetattr\ncbuiltins\nstr\n\x8c\x09__class__\x86R."
    yield "own-called", begun + b"0" + asked + b")R."
    nested = b"".join(b"(" + 8 * (b"h" + bytes([level])) + b"l\x940" for level in range(12))
    yield "own-endless", b"\x80\x04]\x940" + nested + b"cbuiltins\ngetattr\nNh\x0c\x86R."


def covered() -> Iterator[tuple[str, Any]]:
    """Positions far outside, hidden in masked arrays: their least and largest number leave them out."""
    vectors = svm.SVC(kernel="precomputed").fit(X @ X.T, LABELS)
    yield "covered-vectors", lying(vectors, support_=_covered(vectors.support_))
    matrix = sp.csr_matrix(np.eye(5))
    matrix.indices = _covered(matrix.indices)
    yield "covered-columns", {"model": linear_model.Ridge().fit(X, TARGET), "matrix": matrix}
    voting = neighbors.KNeighborsClassifier(algorithm="brute").fit(X, LABELS)
    yield "covered-labels", lying(voting, _y=_covered(voting._y))
    several = pd.MultiIndex.from_arrays([[1, 2], [3, 4]])
    several._codes = (_covered(several.codes[0], 100), several.codes[1])
    yield "covered-codes", {"model": linear_model.Ridge().fit(X, TARGET), "index": several}


def _covered(places: Any, far: int = 10**8) -> Any:
    """The first position is far outside, and hidden."""
    numbers, mask = np.array(places), np.zeros(len(places), dtype=bool)
    numbers[0], mask[0] = far, True
    return np.ma.MaskedArray(numbers, mask=mask)


def written(marker: str) -> Iterator[Case]:
    """skops files that have a listed name called: its attributes lead to ``open``, called where the object is written."""
    for loader in ("LossNode", "ConstructorFromReduceNode"):
        inner = _ridge({})
        for name in ("predict", "__globals__"):
            inner = _asked(loader, inner, name)
        opened = _asked(loader, _ridge(_asked(loader, _ridge(inner), "__builtins__")), "open")
        held = {
            "func": opened,
            "args": _several(_text(marker), _text("w")),
            "kwds": _named({}),
            "namespace": _named({}),
        }
        ready = _part("functools", "partial", "PartialNode", content=held)
        yield f"passed-{loader}.skops", _zipped(_ridge(_named({"__reduce_ex__": ready})))
        yield f"passed-{loader}-alone.skops", _zipped(_asked(loader, _ridge({}), "predict"))
    rebuilt = _part("functools", "partial", "PartialNode", content={"func": _text("x"), "args": _several()})
    yield "passed-way.skops", _zipped(_ridge(_named({"__getstate__": rebuilt})))
    files = _several(_text("x"), _text("y"), _text(marker))
    booster = _part("xgboost.core", "Booster", "ConstructorFromReduceNode", content=files)
    yield "passed-reads.skops", _zipped(booster)


def _zipped(root: dict[str, Any]) -> bytes:
    """A file with one schema; its parts are numbered, as skops does."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("schema.json", json.dumps({**root, "protocol": 2, "_skops_version": "0.13"}))
    return content.getvalue()


def _part(module: str, name: str, loader: str, **more: Any) -> dict[str, Any]:
    """One part of a schema."""
    return {"__module__": module, "__class__": name, "__loader__": loader, "__id__": next(NUMBERS), **more}


def _text(value: str) -> dict[str, Any]:
    return _part("builtins", "str", "JsonNode", content=json.dumps(value), is_json=True)


def _several(*parts: Any) -> dict[str, Any]:
    return _part("builtins", "tuple", "TupleNode", content=list(parts))


def _named(parts: dict[str, Any]) -> dict[str, Any]:
    kinds = [_part("builtins", "str", "TypeNode") for _ in parts]
    return _part(
        "builtins", "dict", "DictNode", content=parts, key_types=_part("builtins", "list", "ListNode", content=kinds)
    )


def _ridge(state: dict[str, Any]) -> dict[str, Any]:
    """A model with such attributes."""
    return _part("sklearn.linear_model._ridge", "Ridge", "ObjectNode", content=state or _named({}))


def _asked(loader: str, owner: dict[str, Any], name: str) -> dict[str, Any]:
    """``getattr(owner, name)``."""
    arguments = _several(owner, _text(name))
    if loader == "LossNode":
        return _part("builtins", "getattr", loader, content=_named({}), __reduce__={"args": arguments})
    return _part("builtins", "getattr", loader, content=arguments)
