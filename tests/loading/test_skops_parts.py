"""skops files are built by the gates of pickles: honest ones hold what was written, and nothing is called."""

from __future__ import annotations

import pickle
import warnings
from collections.abc import Callable

import numpy as np
import pytest
import skops.io
from sklearn.datasets import load_iris
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.tree import DecisionTreeClassifier
from sklearn.tree._tree import Tree

from core.errors import ModelError
from core.loading.formats import skops_file
from core.loading.pickles import load as load_pickle
from tests.security import zoo
from tests.security.alike import alike

NAMES = (
    *("sk-BernoulliNB", "sk-KNeighborsClassifier", "sk-BisectingKMeans", "sk-RandomForestClassifier"),
    *("sk-HistGradientBoostingRegressor", "sk-RandomizedSearchCV", "sk-GridSearchCV", "sk-SVC", "sk-MLPClassifier"),
    *("sk-GaussianProcessRegressor", "sk-SplineTransformer", "sk-CalibratedClassifierCV", "sk-IsotonicRegression"),
    *("sk-SGDClassifier", "sk-TfidfVectorizer", "table-VotingClassifier", "table-GammaRegressor", "xgb-table"),
)
CASES = dict(zoo.cases())


@pytest.mark.parametrize("name", NAMES)
def test_an_honest_file_holds_what_was_written(name: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model, rows = CASES[name]()
        found = skops_file.load(skops.io.dumps(model), "m.skops")
        expected = zoo.answer(model, rows)
        np.testing.assert_equal(zoo.answer(found, rows), expected)
    assert type(found).__name__ == type(model).__name__


def test_plain_things_beside_a_model_are_as_they_were() -> None:
    held = {
        "numbers": {1: 2.5, 2: None, 3: True},
        "arrays": [np.arange(6).reshape(2, 3), np.array(["a", None], dtype=object), np.array([[1, "b"]], dtype=object)],
        "scalars": (np.float32(1.5), np.str_("x"), np.bool_(True), float("inf")),
        "bytes": [b"ab", bytearray(b"cd"), slice(1, None, 2), {"a"}],
        "random": [np.random.RandomState(3), np.random.default_rng(4), np.dtype("f4"), np.float64],
    }
    assert alike(skops_file.load(skops.io.dumps(held), "m.skops"), held)


WRONG = {
    "a child that is not there": ("left_child", 0, 1_000_000),
    "a circle": ("right_child", 0, 0),
    "a column that is not there": ("feature", 0, 50),
}


def _tree(field: str, place: int, value: int) -> object:
    model = DecisionTreeClassifier(random_state=0).fit(*load_iris(return_X_y=True))
    old = model.tree_
    state = old.__getstate__()
    state["nodes"] = state["nodes"].copy()
    state["nodes"][field][place] = value
    model.tree_ = Tree(old.n_features, old.n_classes, old.n_outputs)
    model.tree_.__setstate__(state)
    return model


def _histogram(field: str, place: int, value: int) -> object:
    model = HistGradientBoostingRegressor(max_iter=2).fit(*load_iris(return_X_y=True))
    names = {"left_child": "left", "right_child": "right", "feature": "feature_idx"}
    model._predictors[1][0].nodes[names[field]][place] = value
    return model


@pytest.mark.parametrize("make", [_tree, _histogram])
@pytest.mark.parametrize("what", WRONG)
def test_trees_are_looked_at_as_those_of_pickles_are(make: Callable[..., object], what: str) -> None:
    for data, load in (
        (pickle.dumps(made := make(*WRONG[what])), load_pickle),
        (skops.io.dumps(made), skops_file.load),
    ):
        with pytest.raises(ModelError) as told:
            load(data, "m")
        assert told.value.why.startswith("Nothing of it was run")
