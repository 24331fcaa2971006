"""A model in a dictionary, a list or a tuple is taken out where there is no doubt; else the words say what is there."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pandas as pd
import pytest
from lightgbm import CVBooster
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.preprocessing import LabelEncoder, StandardScaler

from core.errors import ModelError
from core.loading.models import read_model

X = np.random.default_rng(0).normal(size=(40, 2))
MODEL = LogisticRegression().fit(X, X[:, 0] > 0)
NAMED = LogisticRegression().fit(pd.DataFrame(X, columns=["age", "income"]), X[:, 0] > 0)


def read(held: Any) -> Any:
    """What the door says of it."""
    return read_model(pickle.dumps(held), "kept.pkl")


@pytest.mark.parametrize(
    ("held", "names", "said"),
    [
        ({"model": MODEL, "features": ["a", "b"], "score": 0.9}, ("a", "b"), "part 'model' is the model"),
        ({"clf": MODEL, "columns": ("a", "b"), "classes": ["x", "y"]}, ("a", "b"), "part 'clf'"),
        ({"model": NAMED, "features": ["a", "b"]}, ("age", "income"), "dictionary"),
        ({"model": MODEL, "features": ["a"]}, ("x0", "x1"), "dictionary"),
        ({"model": MODEL, "features": ["a", "a"]}, ("x0", "x1"), "dictionary"),
        ({"model": MODEL, "features": 7}, ("x0", "x1"), "dictionary"),
        ({"model": MODEL, "columns": pd.Index(["a", "b"])}, ("a", "b"), "part 'model'"),
        ({"model": MODEL, "train": pd.DataFrame(X), "target": pd.Series(X[:, 0])}, ("x0", "x1"), "part 'model'"),
        ((MODEL, ["a", "b"], 0.93), ("x0", "x1"), "tuple; its part 0"),
        ([MODEL], ("x0", "x1"), "list; its part 0"),
    ],
)
def test_the_one_model_is_taken_out(held: Any, names: tuple[str, ...], said: str) -> None:
    found = read(held)
    assert found.features == names
    assert said in found.notes[-1]
    estimator = NAMED if names == ("age", "income") else MODEL
    rows = pd.DataFrame(X, columns=list(names))
    own = estimator.predict_proba(rows if estimator is NAMED else X)
    # A frame lies in memory by columns: some processors then add in another order, and the last bit may differ.
    np.testing.assert_allclose(found.predict(rows), own, rtol=1e-12)


def test_an_encoder_of_labels_beside_a_model_names_the_classes_that_it_counts() -> None:
    encoder = LabelEncoder().fit(["yes", "no"])
    counted = LogisticRegression().fit(X, encoder.transform(np.where(X[:, 0] > 0, "yes", "no")))
    assert read({"model": counted, "encoder": encoder}).classes == ("no", "yes")
    three = LabelEncoder().fit(["a", "b", "c"])
    for beside in ({"encoder": three}, {"encoder": encoder, "other": three}, {"encoder": LabelEncoder()}):
        assert read({"model": counted, **beside}).classes == ("0", "1")
    assert read({"model": MODEL, "encoder": encoder}).classes == ("False", "True")


def test_a_model_alone_gets_no_note() -> None:
    assert not any("part" in note for note in read(MODEL).notes)


@pytest.mark.parametrize(
    ("held", "words"),
    [
        ({"accuracy": 0.9, "date": "today"}, "dictionary with 'accuracy', 'date', not a model"),
        ({}, "dictionary of 0, not a model"),
        ([0.1, 0.2], "list of 2, not a model"),
        ((1, 2, 3), "tuple of 3, not a model"),
        ({"model": MODEL, "scaler": StandardScaler().fit(X)}, "'model: LogisticRegression', 'scaler: StandardScaler'"),
        ([MODEL, NAMED], "'0: LogisticRegression', '1: LogisticRegression'"),
        ({"scaler": StandardScaler().fit(X)}, "with 'scaler: StandardScaler'"),
        ({"deep": {"model": MODEL}}, "dictionary with 'deep', not a model"),
    ],
)
def test_what_leaves_a_doubt_is_refused_in_words(held: Any, words: str) -> None:
    with pytest.raises(ModelError) as caught:
        read(held)
    assert words in caught.value.what
    assert "one pipeline" in caught.value.hint
    assert "joblib.dump" in caught.value.hint


@pytest.mark.parametrize(
    ("held", "place"),
    [
        ({"deep": {"model": MODEL}}, "kept['deep']['model']"),
        ({"note": "a", "folds": [{"n": 1}, {"model": (1, MODEL)}]}, "kept['folds'][1]['model'][1]"),
        ([MODEL, NAMED], "kept[0]"),
        ({"LR": MODEL, "other": NAMED}, "kept['LR']"),
    ],
)
def test_where_a_model_lies_is_said(held: Any, place: str) -> None:
    with pytest.raises(ModelError) as caught:
        read(held)
    assert f"joblib.dump({place}, 'model.joblib')" in caught.value.hint


def test_a_search_that_kept_no_model_is_told() -> None:
    search = GridSearchCV(LogisticRegression(), {"C": [0.1, 1.0]}, cv=2, refit=False).fit(X, X[:, 0] > 0)
    with pytest.raises(ModelError, match=r"refit=False.*refit=True"):
        read(search)


def test_a_cross_validation_without_boosters_is_told_so() -> None:
    """LightGBM's class answers to every name, of boosters that it asks, also where there are none."""
    held = CVBooster()
    del held.boosters
    with pytest.raises(ModelError, match="the 0 boosters"):
        read(held)
