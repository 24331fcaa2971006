"""Honest files load, and predict bit for bit what plainly unpickled ones predict."""

from __future__ import annotations

import io
import pickle
import warnings
from typing import Any

import joblib
import numpy as np
import pytest
from sklearn.base import BaseEstimator
from sklearn.utils._param_validation import InvalidParameterError

from core.errors import ModelError
from core.loading import pickles
from tests.security import zoo

CASES = list(zoo.cases())
WAYS = list(zoo.encodings())


def test_the_zoo_is_large() -> None:
    assert len(CASES) >= 500


def plain(data: bytes) -> Any:
    """What the library itself reads."""
    try:
        return pickle.loads(data)
    except (pickle.UnpicklingError, UnicodeDecodeError, KeyError, EOFError, ValueError, AttributeError):
        return joblib.load(io.BytesIO(data))


def _trainable(model: Any) -> bool:
    """Whether its settings would pass where it is trained again; some were changed after training."""
    if not isinstance(model, BaseEstimator) or not hasattr(model, "_parameter_constraints"):
        return False
    try:
        model._validate_params()
    except InvalidParameterError:
        return False
    return True


@pytest.mark.parametrize("part", range(4))
def test_a_part_of_the_zoo_loads_and_predicts_alike(part: int) -> None:
    """Every fifth object here; ``python tests/security/zoo.py FOLDER`` writes them all for measuring."""
    refused, different, compared = [], [], 0
    for number, (name, make) in enumerate(CASES):
        if number % 20 != part * 5:
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                model, rows = make()
            except Exception:
                continue
            suffix, encode = WAYS[2 + number % (len(WAYS) - 2)]
            data = encode(model)
            try:
                ours = pickles.load(data, f"{name}.{suffix}")
            except ModelError as error:
                refused.append((name, str(error)))
                continue
            theirs = joblib.load(io.BytesIO(data)) if suffix.endswith("joblib") else pickle.loads(data)
            if _trainable(model):
                assert _trainable(ours), name  # what was switched off is a setting that it knows
            expected = zoo.answer(theirs, rows)
            if expected is None:
                continue
            compared += 1
            if not np.array_equal(zoo.answer(ours, rows), expected, equal_nan=expected.dtype.kind == "f"):
                different.append(name)
    assert (refused, different) == ([], [])
    assert compared > 20


@pytest.mark.parametrize(("suffix", "encode"), WAYS, ids=[suffix for suffix, _ in WAYS])
def test_every_protocol_and_compression(suffix: str, encode: Any) -> None:
    from sklearn.ensemble import RandomForestClassifier

    model = RandomForestClassifier(3, random_state=0).fit(zoo.X, np.array(["no", "yes"])[zoo.LABELS])
    found: Any = pickles.load(encode({"model": model, "names": ["a", "b"], "n": np.float64(1.5)}), f"m.{suffix}")
    assert found["names"] == ["a", "b"]
    assert found["n"] == 1.5
    assert type(found["n"]) is np.float64
    assert np.array_equal(found["model"].predict_proba(zoo.X), model.predict_proba(zoo.X))
    assert found["model"].classes_.tolist() == ["no", "yes"]


def test_settings_that_act_are_switched_off() -> None:
    from sklearn.ensemble import RandomForestClassifier

    model = RandomForestClassifier(3, n_jobs=-1, verbose=3, random_state=0).fit(zoo.X, zoo.LABELS)
    found: Any = pickles.load(pickle.dumps(model), "m.pkl")
    assert (found.n_jobs, found.verbose) == (1, False)


def test_an_upload_can_be_trained_again() -> None:
    from sklearn.base import clone
    from sklearn.linear_model import Ridge
    from sklearn.model_selection import GridSearchCV
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    whole = make_pipeline(StandardScaler(), Ridge(), verbose=True)
    for model in (whole, GridSearchCV(whole, {"ridge__alpha": [1.0, 2.0]}, verbose=2)):
        fitted = model.fit(zoo.X, zoo.X[:, 0])
        again = clone(pickles.load(pickle.dumps(fitted), "m.pkl")).fit(zoo.X, zoo.X[:, 0])
        np.testing.assert_array_equal(again.predict(zoo.X), fitted.predict(zoo.X))


def test_many_groups_as_keys_load_while_their_hashes_differ() -> None:
    """Those that are made to collide are among the hostile files (``slow-keys-alike``)."""
    held = {(1, number): number for number in range(60_000)} | {frozenset((number, -1)): 0 for number in range(9_000)}
    assert pickles.load(pickle.dumps(held), "m.pkl") == held
    assert pickles.load(pickle.dumps({(turn,) for turn in range(-9, 30_000)}), "m.pkl") == {
        (turn,) for turn in range(-9, 30_000)
    }


def test_functions_lie_where_a_class_has_a_setting_for_them() -> None:
    """Searches over the function of a step; a function beside a model; settings of a function, on one processor."""
    from sklearn.linear_model import Ridge
    from sklearn.metrics import accuracy_score
    from sklearn.metrics.pairwise import pairwise_distances
    from sklearn.model_selection import GridSearchCV
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer

    whole = make_pipeline(FunctionTransformer(np.tanh), Ridge())
    search = GridSearchCV(whole, {"functiontransformer__func": [np.tanh, np.sinh]}, cv=2).fit(zoo.X, zoo.X[:, 0])
    found: Any = pickles.load(pickle.dumps({"model": search, "metric": accuracy_score}), "m.pkl")
    assert found["metric"] is accuracy_score
    np.testing.assert_array_equal(found["model"].predict(zoo.X), search.predict(zoo.X))
    far = FunctionTransformer(pairwise_distances, kw_args={"n_jobs": 900, "metric": "euclidean"})
    quiet: Any = pickles.load(pickle.dumps(far), "m.pkl")
    assert quiet.kw_args == {"n_jobs": 1, "metric": "euclidean"}
    np.testing.assert_array_equal(quiet.transform(zoo.X), pairwise_distances(zoo.X))


def test_a_neighbour_tree_shares_its_arrays_with_nothing_else() -> None:
    from sklearn.neighbors import KDTree

    tree = KDTree(zoo.X)
    found: Any = pickles.load(pickle.dumps({"tree": tree, "rows": np.asarray(tree.data)}), "m.pkl")
    before = found["tree"].query(zoo.X[:5], k=3)[1]
    found["rows"][:] = 0.0
    np.testing.assert_array_equal(found["tree"].query(zoo.X[:5], k=3)[1], before)
    np.testing.assert_array_equal(before, tree.query(zoo.X[:5], k=3)[1])


def test_levels_with_a_gap_and_boosters_with_levels_and_lines_load() -> None:
    """What the checks of hostile_lies.py look at, as honest writers write it."""
    import lightgbm
    import pandas as pd
    import xgboost
    from sklearn.preprocessing import OneHotEncoder

    from core.loading.formats import lightgbm_file
    from core.loading.models import read_model

    column = np.array([[3.0], [np.nan], [1.0], [-2.0]])
    encoder = OneHotEncoder().fit(column)
    ours: Any = pickles.load(pickle.dumps(encoder), "m.pkl")
    assert np.array_equal(ours.transform(column).toarray(), encoder.transform(column).toarray())
    levels = pd.DataFrame({"a": pd.Categorical(["ä", "x", None, ""] * 15), "b": np.arange(60.0)})
    levels["c"] = pd.Categorical([1, 2, 3, 1] * 15)
    model = xgboost.XGBClassifier(n_estimators=2, max_depth=2, enable_categorical=True, n_jobs=1)
    fitted = model.fit(levels, np.arange(60) % 2)
    for form in ("json", "ubj"):
        assert read_model(bytes(fitted.get_booster().save_raw(form)), f"m.{form}").features == ("a", "b", "c")
    options = {"verbose": -1, "num_leaves": 4, "min_data_in_leaf": 5, "num_threads": 1}

    def ones(_scores: np.ndarray, data: Any) -> tuple[np.ndarray, np.ndarray]:
        size = len(data.get_label()) * 3
        return np.ones(size), np.ones(size)

    rows = np.random.default_rng(0).normal(size=(60, 3))
    for labels, extra in (
        (rows[:, 0], {"linear_tree": True}),
        (np.arange(60) % 3, {"objective": ones, "num_class": 3}),
        (np.arange(60) % 3, {"objective": "multiclassova", "num_class": 3}),
        (np.arange(60) % 2, {"objective": "cross_entropy"}),
    ):
        grown = lightgbm.train({**options, **extra}, lightgbm.Dataset(rows, labels), 2)
        assert lightgbm_file.load(grown.model_to_string().encode(), "m.txt").num_feature() == 3
