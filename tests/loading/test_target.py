"""The column that holds what the model predicts, found where nobody named it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression, LogisticRegression

from core.loading.frames import from_frame
from core.loading.match import match
from core.loading.target import EXPLAINED, NAME
from core.loading.understood import understood
from core.models import wrap

RANDOM = np.random.default_rng(3)
X = pd.DataFrame({"a": RANDOM.normal(size=300), "b": RANDOM.uniform(size=300)})
Y = (40 + 7 * X["a"] - 3 * X["b"]).rename("price")
NOISE = RANDOM.normal(size=300)
MODEL = wrap(LinearRegression().fit(X, Y + NOISE))


def found(*columns: pd.Series) -> tuple[str | None, str]:
    """What is taken for the target, and all that was noted."""
    table = from_frame(pd.concat([X, *columns], axis=1), "t", target="")
    matched = match(MODEL, table)
    return matched.table.target, " ".join(matched.notes)


def test_the_one_column_of_numbers_that_predictions_explain_is_the_target() -> None:
    target, notes = found(Y + NOISE)
    assert target == "price"
    share = np.corrcoef(Y, Y + NOISE)[0, 1] ** 2  # a fitted line with these data: R2 is the squared correlation
    assert f"explain {share * 100:.0f} % of it" in notes


@pytest.mark.parametrize(
    "column",
    [
        pd.Series(np.arange(300.0), name="number of the row"),
        (Y * 1000).rename("price in other units"),
        (Y - 200).rename("goes along, lies elsewhere"),
        pd.Series(NOISE, name="noise"),
        pd.Series(np.full(300, 40.0), name="constant"),
        pd.Series(np.full(300, np.nan), name="nothing"),
        pd.Series(RANDOM.choice(["x", "y"], 300), name="text"),
        pd.Series(Y > 40, name="truth value"),
    ],
    ids=lambda column: str(column.name),
)
def test_what_only_goes_along_is_not_taken(column: pd.Series) -> None:
    target, notes = found(column)
    assert target is None
    assert "taken for the target" not in notes


def test_of_two_that_could_be_meant_none_is_taken() -> None:
    assert found((Y + NOISE).rename("now"), (Y - NOISE).rename("then"))[0] is None


def test_gaps_in_the_target_do_not_hide_it() -> None:
    holed = (Y + NOISE).mask(RANDOM.random(300) < 0.4)
    assert found(holed)[0] == "price"


def test_a_column_explained_less_than_the_bar_is_left() -> None:
    share = EXPLAINED - 0.1
    loud = Y + RANDOM.normal(size=300) * Y.std() * np.sqrt(1 / share - 1)
    assert found(loud)[0] is None


def test_a_named_target_is_never_replaced() -> None:
    frame = pd.concat([X, Y + NOISE, pd.Series(NOISE, name="other")], axis=1)
    assert match(MODEL, from_frame(frame, "t", target="other")).table.target == "other"


def test_classes_are_still_found_by_their_names() -> None:
    outcome = pd.Series(np.where(Y > 40, "high", "low"), name="outcome")
    model = wrap(LogisticRegression().fit(X, outcome))
    matched = match(model, from_frame(pd.concat([X, outcome, Y], axis=1), "t", target=""))
    assert matched.table.target == "outcome"
    assert any("it holds the model's classes" in note for note in matched.notes)


def coded(levels: list[str], target: pd.Series) -> str:
    """What is said of a model of 0, 1, … and a target in text."""
    kinds = pd.cut(Y, len(levels), labels=False)
    model = wrap(LogisticRegression(max_iter=500).fit(X, kinds))
    return " ".join(match(model, from_frame(X.assign(income=target), "t", target="income")).notes)


def test_a_target_with_other_names_for_as_many_classes_is_told_with_what_to_do() -> None:
    levels = [">50K", "<=50K"]
    said = coded(levels, pd.Series(np.where(Y > 40, *levels)))
    assert "in 300 rows it cannot be right or wrong" in said
    assert "names ('0', '1') into the column" in said
    assert 'core.model(..., classes=["<=50K", ">50K"])' in said


def test_the_advice_is_true() -> None:
    truth = pd.Series(pd.cut(Y, 2, labels=["<=50K", ">50K"])).astype(str)
    estimator = LogisticRegression().fit(X, (truth == ">50K").astype(int))
    table = from_frame(X.assign(income=truth), "t", target="income")
    for model, held in (
        (wrap(estimator, classes=["<=50K", ">50K"]), table),
        (wrap(estimator), from_frame(X.assign(income=(truth == ">50K").astype(int)), "t", target="income")),
    ):
        matched = match(model, held)
        assert not any("right or wrong" in note for note in matched.notes)
        right = estimator.score(X, (truth == ">50K").astype(int))
        assert understood(matched.model, matched.table).accuracy == pytest.approx(right)


@pytest.mark.parametrize("levels", [["a", "b", "c"], ["a", "b", "0"]], ids=["one more", "one is a class"])
def test_no_advice_where_the_names_cannot_stand_for_the_classes(levels: list[str]) -> None:
    target = pd.Series([levels[row % 3] for row in range(300)])
    said = coded(["0", "1"], target)
    assert "right or wrong" in said
    assert "notebook" not in said


def test_many_long_levels_make_no_long_note() -> None:
    levels = [f"{at} " + "x" * 500 for at in range(12)]
    bins = pd.cut(Y, 12, labels=False)
    said = coded(levels, pd.Series([levels[at] for at in bins]))
    assert ", ...])" in said
    assert "x" * (NAME + 1) not in said.partition("classes=")[2]
