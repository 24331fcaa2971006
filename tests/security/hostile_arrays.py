"""Honest models with arrays that lie to compiled code; see ``hostile.py``."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from tests.security.hostile import Case, args, call, honest, name, number, text, tree, whole


def cases(marker: Path) -> Iterator[Case]:
    """All of them."""
    yield from broken_arrays(str(marker))


def _changed_tree(change: Callable[[dict[str, Any]], None]) -> bytes:
    """A pickled tree whose state was changed."""
    from sklearn.tree._tree import Tree

    class Fake:
        def __reduce__(self) -> Any:
            kept = model_tree.__reduce__()
            state = {key: value.copy() if hasattr(value, "copy") else value for key, value in kept[2].items()}
            change(state)
            return Tree, kept[1], state

    model = tree()
    model_tree = model.tree_
    model.tree_ = Fake()
    return pickle.dumps(model)


def broken_arrays(_marker: str) -> Iterator[Case]:
    """Sizes and indices that lie to compiled code."""

    def put(field: str, place: int, value: Any) -> Callable[[dict[str, Any]], None]:
        def change(state: dict[str, Any]) -> None:
            state["nodes"][field][place] = value

        return change

    yield "tree-own-child.pkl", _changed_tree(put("left_child", 0, 0))
    yield "tree-cycle.pkl", _changed_tree(put("right_child", 1, 0))
    yield "tree-child-far.pkl", _changed_tree(put("left_child", 0, 1_000_000))
    yield "tree-child-negative.pkl", _changed_tree(put("left_child", 0, -7))
    yield "tree-feature-far.pkl", _changed_tree(put("feature", 0, 1_000_000))
    yield "tree-feature-negative.pkl", _changed_tree(put("feature", 0, -9))
    yield "tree-count.pkl", _changed_tree(lambda state: state.update(node_count=10_000))
    yield "tree-depth.pkl", _changed_tree(lambda state: state.update(max_depth=-5))
    yield "tree-values.pkl", _changed_tree(lambda state: state.update(values=state["values"][:1]))
    yield "tree-no-nodes.pkl", _changed_tree(lambda state: state.update(nodes=state["nodes"][:0]))
    wide = tree(5)
    wide.n_features_in_ = 2
    yield "tree-columns.pkl", pickle.dumps(wide)
    yield from _forged_arrays()
    yield "mersenne-position.pkl", _mersenne()
    yield "sparse-index.pkl", _sparse(1_000_000)
    yield "sparse-negative.pkl", _sparse(-5)
    yield "svm-sizes.pkl", _support_vectors()
    yield "forest-columns.pkl", _forest()
    yield "boosting-width.pkl", _boosting()
    yield "histogram-feature.pkl", _histogram(lambda nodes: nodes["feature_idx"].__setitem__(0, 1_000))
    yield "histogram-cycle.pkl", _histogram(lambda nodes: nodes["left"].__setitem__(0, 0))
    yield "neighbours-index.pkl", _neighbours()


def _dtype(kind: str, *state: bytes) -> bytes:
    """A type of numbers, with a state where one is given."""
    made = call("numpy", "dtype", text(kind), b"\x89", b"\x88")
    return made + args(*state) + b"b" if state else made


def _array(size: Sequence[int], kind: bytes, content: bytes) -> bytes:
    """A pickle of an array whose bytes need not fill it."""
    plain = call("numpy._core.multiarray", "_reconstruct", name("numpy", "ndarray"), args(number(0)), b"C\x01b")
    return whole(plain + args(number(1), args(*map(number, size)), kind, b"\x89", content) + b"b")


def _forged_arrays() -> Iterator[Case]:
    """Arrays and numbers whose type, size and bytes do not fit each other."""
    scalar = "numpy._core.multiarray", "scalar"
    eight, order = b"C\x08aaaaaaaa", (number(3), text("<"), b"N", b"N", b"N")
    for kind in ("f8", "O", "V8"):
        yield f"array-size-{kind}.pkl", _array([1_000_000], _dtype(kind), eight)
    yield "dtype-flags.pkl", _array([1], _dtype("V8", *order, number(8), number(1), number(63)), eight)
    forged = _dtype("f8", *order, number(800), number(1), number(63))
    yield "dtype-object-flag.pkl", _array([1], forged, b"C\x09aaaaaaaaa")
    yield "dtype-code.pkl", whole(_dtype("O&"))
    yield "array-negative.pkl", _array([-1], _dtype("f8"), eight)
    yield "array-overflow.pkl", _array([2**30] * 4, _dtype("f8"), b"C\x00")
    yield "scalar-object.pkl", whole(call(*scalar, _dtype("O"), eight))
    yield "scalar-short.pkl", whole(call(*scalar, _dtype("f8"), b"C\x01a"))
    buffer = call("numpy._core.numeric", "_frombuffer", eight, _dtype("O"), args(number(1)), text("C"))
    yield "frombuffer-object.pkl", whole(buffer)


def _mersenne() -> bytes:
    """A random state whose position lies outside its key."""
    state = np.random.RandomState(0)
    inner = state.__getstate__()
    inner["state"] = {**inner["state"], "pos": 10**9}

    class Fake:
        def __reduce__(self) -> Any:
            return np.random._pickle.__dict__["__randomstate_ctor"], ("MT19937",), inner

    return pickle.dumps(Fake())


def _sparse(value: int) -> bytes:
    """A sparse matrix with an index out of range."""
    from scipy.sparse import csr_matrix

    model = honest()
    model.coef_ = csr_matrix(model.coef_)
    model.coef_.indices[0] = value
    return pickle.dumps(model)


def _support_vectors() -> bytes:
    """A support vector machine with fewer coefficients than vectors."""
    from sklearn.svm import SVC

    x = np.random.default_rng(0).normal(size=(40, 3))
    model = SVC().fit(x, x[:, 0] > 0)
    model._dual_coef_ = model._dual_coef_[:, :2]
    return pickle.dumps(model)


def _forest() -> bytes:
    """A forest that passes fewer columns than its trees read."""
    from sklearn.ensemble import RandomForestClassifier

    x = np.random.default_rng(0).normal(size=(40, 5))
    model = RandomForestClassifier(3, random_state=0).fit(x, x[:, 0] > 0)
    model.n_features_in_ = 1
    return pickle.dumps(model)


def _boosting() -> bytes:
    """Gradient boosting with more trees per round than outputs."""
    from sklearn.ensemble import GradientBoostingClassifier

    x = np.random.default_rng(0).normal(size=(40, 5))
    model = GradientBoostingClassifier(n_estimators=3, random_state=0).fit(x, x[:, 0] > 0)
    model.estimators_ = np.repeat(model.estimators_, 50, axis=1)
    return pickle.dumps(model)


def _histogram(change: Callable[[Any], None]) -> bytes:
    """Histogram boosting with changed nodes."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    x = np.random.default_rng(0).normal(size=(80, 3))
    model = HistGradientBoostingClassifier(max_iter=2, min_samples_leaf=5).fit(x, x[:, 0] > 0)
    change(model._predictors[0][0].nodes)
    return pickle.dumps(model)


def _neighbours() -> bytes:
    """A neighbour tree that points behind its rows."""
    from sklearn.neighbors import KNeighborsClassifier

    x = np.random.default_rng(0).normal(size=(40, 3))
    model = KNeighborsClassifier(algorithm="kd_tree").fit(x, x[:, 0] > 0)
    kept = model._tree.__reduce__()

    class Fake:
        def __reduce__(self) -> Any:
            state = list(kept[2])
            state[1] = np.full_like(state[1], 10**9)
            return kept[0], kept[1], tuple(state)

    model._tree = Fake()
    return pickle.dumps(model)
