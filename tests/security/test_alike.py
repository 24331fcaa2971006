"""The comparison that the mutations rest on tells objects apart, and ends."""

from __future__ import annotations

import copy
import functools
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.cluster import Birch
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.neighbors import KNeighborsClassifier
from sklearn.tree import DecisionTreeClassifier

from tests.security.alike import alike

X = np.random.default_rng(0).normal(size=(60, 3))
Y = X[:, 0] > 0


@pytest.mark.parametrize(
    "model",
    [
        Birch().fit(X),
        DecisionTreeClassifier(max_depth=2).fit(X, Y),
        HistGradientBoostingClassifier(max_iter=2).fit(X, Y),
        KNeighborsClassifier(algorithm="kd_tree").fit(X, Y),
    ],
    ids=lambda model: type(model).__name__,
)
def test_a_copy_is_alike(model: Any) -> None:
    assert alike(model, copy.deepcopy(model))


@pytest.fixture(scope="module")
def changed_boosters() -> list[tuple[Any, Any]]:
    """Pairs of boosters that differ in one round."""
    import lightgbm
    import xgboost

    quiet = {"verbosity": -1, "min_data_in_leaf": 5}
    light = [lightgbm.train(quiet, lightgbm.Dataset(X, Y), rounds) for rounds in (2, 3)]
    extreme = [xgboost.train({}, xgboost.DMatrix(X, Y), rounds) for rounds in (2, 3)]
    return [(light[0], light[1]), (extreme[0], extreme[1])]


PAIRS: list[tuple[Any, Any]] = [
    (1, 1.0),
    (float("nan"), 0.0),
    ([1, 2], [1, 2, 3]),
    ({"a": 1}, {"b": 1}),
    ({"a": [1, {"b": 2}]}, {"a": [1, {"b": 3}]}),
    (np.arange(3), np.arange(3.0)),
    (np.array([1, "x"], dtype=object), np.array([1, "y"], dtype=object)),
    (pd.DataFrame({"a": [1]}), pd.DataFrame({"a": [2]})),
    (pd.array(["u", None], dtype="str"), pd.array(["u", "v"], dtype="str")),
    (sparse.csr_matrix(np.eye(3)), sparse.csr_matrix(np.eye(3) * 2)),
    (functools.partial(np.clip, a_min=1), functools.partial(np.clip, a_min=2)),
    (np.exp, np.log),
    (np.random.default_rng(0), np.random.default_rng(1)),
    (np.random.RandomState(0), np.random.RandomState(1)),
    (Birch(), Birch(threshold=0.4)),
    (DecisionTreeClassifier(max_depth=2).fit(X, Y), DecisionTreeClassifier(max_depth=2).fit(X, ~Y)),
    (KNeighborsClassifier(algorithm="kd_tree").fit(X, Y), KNeighborsClassifier(algorithm="kd_tree").fit(X * 2, Y)),
]


@pytest.mark.parametrize(("first", "second"), PAIRS, ids=[type(first).__name__ for first, _ in PAIRS])
def test_what_differs_is_not_alike(first: Any, second: Any) -> None:
    assert alike(first, copy.deepcopy(first))
    assert not alike(first, second)


def test_boosters_are_told_apart_by_their_models(changed_boosters: list[tuple[Any, Any]]) -> None:
    for first, second in changed_boosters:
        assert alike(*(pickle.loads(pickle.dumps(first)) for _ in range(2)))
        assert not alike(first, second)


def test_boosters_are_told_apart_by_what_lies_beside_their_models(changed_boosters: list[tuple[Any, Any]]) -> None:
    written = pickle.dumps(changed_boosters[0][0])
    first, second, *misspelt = (pickle.loads(written) for _ in range(4))
    assert alike(first, second)
    vars(second)["pandas_categorical"] = [["a", "b"]]
    assert not alike(first, second)
    for model in misspelt:  # the library cannot write these
        vars(model)["pandas_categoricak"] = vars(model).pop("pandas_categorical")
    assert alike(*misspelt)
    assert not alike(first, misspelt[0])


@pytest.mark.parametrize(
    "tie", [lambda one: one.append(one), lambda one: one.extend([one, one])], ids=["once", "twice"]
)
def test_what_holds_itself_or_one_thing_often_ends(tie: Callable[[list[Any]], None]) -> None:
    first: list[Any] = [1]
    tie(first)
    shared: Any = [0]
    for _ in range(60):  # written out, 2 to the 60th lists
        shared = [shared, shared]
    assert alike(first, copy.deepcopy(first))
    assert alike(shared, copy.deepcopy(shared))
