"""A forest asked tree by tree gives what the forest itself gives, bit by bit."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_matrix
from sklearn.ensemble import (
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    GradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)

from core.errors import ModelError
from core.models import forest_rows, wrap
from core.models.forest_rows import MANY, is_forest, predict

KINDS = (RandomForestClassifier, ExtraTreesClassifier, RandomForestRegressor, ExtraTreesRegressor)


def data(kind: type) -> tuple[pd.DataFrame, np.ndarray]:
    """300 rows of 5 numbers and a target of three classes or a number."""
    random = np.random.default_rng(3)
    frame = pd.DataFrame(random.normal(size=(300, 5)), columns=list("abcde"))
    score = frame["a"] + frame["b"] * frame["c"]
    return frame, (np.digitize(score, [-0.5, 0.5]) if "Classifier" in kind.__name__ else score.to_numpy())


def told(forest: object, rows: object) -> np.ndarray:
    """What the forest itself says, on one thread."""
    return np.asarray(forest.predict_proba(rows) if hasattr(forest, "classes_") else forest.predict(rows))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("rows", [1, MANY - 1, MANY, 3 * MANY + 7])
def test_answers_are_those_of_the_forest(kind: type, rows: int) -> None:
    frame, target = data(kind)
    forest = kind(17, random_state=0).fit(frame, target)
    asked = pd.DataFrame(np.random.default_rng(4).normal(size=(rows, 5)), columns=frame.columns)
    assert is_forest(forest)
    np.testing.assert_array_equal(predict(forest, asked), told(forest, asked))


@pytest.mark.parametrize("kind", KINDS)
def test_rows_shared_between_processors_are_the_same(kind: type, monkeypatch: pytest.MonkeyPatch) -> None:
    frame, target = data(kind)
    forest = kind(17, random_state=0).fit(frame, target)
    asked = pd.DataFrame(np.random.default_rng(6).normal(size=(MANY + 3, 5)), columns=frame.columns)
    monkeypatch.setattr(forest_rows, "SHARED", MANY)
    monkeypatch.setattr(forest_rows, "processors", lambda: 3)
    monkeypatch.setattr("core.processors.processors", lambda: 3)
    np.testing.assert_array_equal(predict(forest, asked), told(forest, asked))


@pytest.mark.parametrize("kind", KINDS)
def test_gaps_and_sparse_rows(kind: type) -> None:
    frame, target = data(kind)
    holed = frame.mask(np.random.default_rng(5).random(frame.shape) < 0.1)
    forest = kind(9, random_state=0).fit(holed, target)
    np.testing.assert_array_equal(predict(forest, holed), told(forest, holed))
    sparse = csr_matrix(frame.where(frame > 0, 0.0).to_numpy())
    other = kind(9, random_state=0).fit(sparse, target)
    np.testing.assert_array_equal(predict(other, sparse), told(other, sparse))


def test_a_forest_of_stumps_and_one_without_a_question() -> None:
    frame, target = data(RandomForestRegressor)
    for forest in (
        RandomForestRegressor(5, max_depth=1, random_state=0).fit(frame, target),
        RandomForestRegressor(5, random_state=0).fit(frame, np.full(len(frame), 2.5)),
    ):
        np.testing.assert_array_equal(predict(forest, frame), forest.predict(frame))


def test_others_are_no_forests() -> None:
    frame, target = data(RandomForestRegressor)

    class Own(RandomForestRegressor):
        """Somebody's own forest may average differently."""

    two = np.column_stack([target, target])
    assert not is_forest(GradientBoostingRegressor(n_estimators=3).fit(frame, target))
    assert not is_forest(Own(3).fit(frame, target))
    assert not is_forest(RandomForestRegressor(3).fit(frame, two))


def test_the_model_asks_the_trees_and_still_answers_in_words() -> None:
    frame, target = data(RandomForestRegressor)
    model = wrap(RandomForestRegressor(9, random_state=0, n_jobs=2).fit(frame, target))
    np.testing.assert_allclose(model.predict(frame)[:, 0], model.native.predict(frame), rtol=1e-12)
    with pytest.raises(ModelError):
        model.predict(frame.assign(a="text"))
