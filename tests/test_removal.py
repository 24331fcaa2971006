"""A column taken out of a recipe: what is left is what a person would write, or it is refused in words."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer, make_column_selector
from sklearn.ensemble import HistGradientBoostingRegressor, VotingRegressor
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

from core.errors import NotApplicable
from core.removal import take_out

COLUMNS = ("a", "b", "c", "d")
FRAME = pd.DataFrame({"a": [1.0, 2, 3], "b": ["x", "y", "x"], "c": [0.0, 5, 5], "d": [7.0, 7, 8]})


def boosted(**settings: Any) -> HistGradientBoostingRegressor:
    return HistGradientBoostingRegressor(**settings)


def split(*steps: Any, remainder: Any = "drop") -> ColumnTransformer:
    return ColumnTransformer([(f"s{at}", *step) for at, step in enumerate(steps)], remainder=remainder)


def chosen(front: ColumnTransformer) -> list[Any]:
    return [columns for _, _, columns in front.transformers]


@pytest.mark.parametrize(
    ("given", "left"),
    [
        (["b", "c"], ["c"]),
        (["c", "d"], ["c", "d"]),
        ([1, 3], ["d"]),
        ([-1, -3], ["d"]),
        (slice(1, 3), ["c"]),
        (slice("a", "c"), ["a", "c"]),
        ([True, True, False, True], ["a", "d"]),
        ("c", "c"),
        ("b", None),
        (["b"], None),
    ],
)
def test_what_a_column_transformer_is_given(given: Any, left: Any) -> None:
    front = split((StandardScaler(), given), ("passthrough", ["d"]))
    take_out(make_pipeline(front, LinearRegression()), COLUMNS, "b")
    assert chosen(front) == [*([] if left is None else [left]), ["d"]]


def test_functions_that_choose_stay_and_steps_inside_lose_the_column_too() -> None:
    by_kind = make_column_selector(dtype_include=np.number)
    levels = OneHotEncoder(categories=[["x", "y"], [0.0, 5.0]])
    front = split((StandardScaler(), by_kind), (make_pipeline(levels), ["b", "c"]), remainder=StandardScaler())
    take_out(front, COLUMNS, "c")
    assert chosen(front) == [by_kind, ["b"]]
    assert levels.categories == [["x", "y"]]
    assert front.fit_transform(FRAME.drop(columns="c")).shape == (3, 4), "a and d; x and y; nothing twice"


@pytest.mark.parametrize(
    ("name", "value", "left"),
    [
        ("categorical_features", [1, 3], [2]),
        ("categorical_features", ["b", "c"], ["c"]),
        ("categorical_features", [1], None),
        ("categorical_features", "from_dtype", "from_dtype"),
        ("categorical_features", [False, True, False, True], [False, False, True]),
        ("monotonic_cst", {"a": 1, "b": -1}, {"a": 1}),
        ("monotonic_cst", [1, 0, 0, -1], [1, 0, -1]),
        ("interaction_cst", [[0, 1], [1], [2, 3], ["b", 2]], [[0], [1, 2], [1]]),
        ("interaction_cst", "pairwise", "pairwise"),
    ],
)
def test_settings_that_name_columns_lose_one(name: str, value: Any, left: Any) -> None:
    """Place 1 goes; 3 becomes 2, and a list of what was place 1 alone is none at all."""
    alone = boosted(**{name: value})
    take_out(alone, COLUMNS, "b")
    assert getattr(alone, name) == left
    voted = VotingRegressor([("one", boosted(**{name: value})), ("two", LinearRegression())])
    take_out(voted, COLUMNS, "b")
    assert getattr(voted.estimators[0][1], name) == left


def test_wrappers_and_unions_pass_the_column_on() -> None:
    front = split(("passthrough", ["a", "b"]))
    take_out(CalibratedClassifierCV(make_pipeline(front, LogisticRegression())), COLUMNS, "b")
    assert chosen(front) == [["a"]]
    parts = [split(("passthrough", ["b", "c"])), split(("passthrough", ["b", "d"]))]
    take_out(FeatureUnion([(str(at), part) for at, part in enumerate(parts)]), COLUMNS, "b")
    assert [chosen(part) for part in parts] == [[["c"]], [["d"]]]


@pytest.mark.parametrize(
    ("estimator", "why"),
    [
        (make_pipeline(StandardScaler(), boosted(categorical_features=[1])), "an earlier step makes"),
        (make_pipeline(StandardScaler(), split(("passthrough", [0]))), "stands behind another step"),
        (split((OrdinalEncoder(), ["b"])), "no column would be left"),
        (split(("passthrough", [7])), "not there"),
        (boosted(monotonic_cst=[1, 0]), "a way of its own"),
        (boosted(categorical_features=[None]), "a way of its own"),
    ],
)
def test_what_cannot_be_done_honestly_is_refused(estimator: Any, why: str) -> None:
    with pytest.raises(NotApplicable, match="cannot be taken out") as caught:
        take_out(estimator, COLUMNS, "b")
    assert why in caught.value.why


def test_text_that_names_places_and_the_only_column_are_refused() -> None:
    xgboost = pytest.importorskip("xgboost")
    with pytest.raises(NotApplicable) as caught:
        take_out(xgboost.XGBRegressor(monotone_constraints="(1,0,0,0)"), COLUMNS, "b")
    assert "in a text" in caught.value.why
    with pytest.raises(NotApplicable) as caught:
        take_out(LinearRegression(), ["a"], "a")
    assert "only column" in caught.value.why
