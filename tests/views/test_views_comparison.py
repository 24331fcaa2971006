"""Several attributions on one axis."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.comparison import together
from core.errors import InputError
from core.results import Attribution
from core.views import View, view

ONE = Attribution(
    ("age", "job", "town"), np.array([0.3, -0.1, 0.0]), (54, "cook", None), 0.2, 0.4, "probability", "yes"
)
TWO = replace(ONE, values=np.array([-0.2, -0.1, 0.05]), data=(31, "cook", "Oslo"), output=-0.05)


def shown(results: list[Attribution], names: list[str], **options: int) -> View:
    return view(together(results, names), **options)


def test_every_bar_keeps_its_number_and_its_owner() -> None:
    drawn = shown([ONE, TWO], ["A", "B"])
    bars = {(row["feature"], row["who"]): row["value"] for row in drawn.rows}
    wanted = {(name, "A"): value for name, value in zip(ONE.features, ONE.values, strict=True)}
    wanted |= {(name, "B"): value for name, value in zip(TWO.features, TWO.values, strict=True)}
    assert bars == pytest.approx(wanted)
    assert list(drawn.table.columns) == ["feature", "A (probability)", "B (probability)"]


def test_features_are_matched_by_name_and_ranked_by_the_largest_bar_of_any() -> None:
    order = replace(
        TWO, features=("town", "job", "age"), values=np.array([0.05, -0.1, -0.2]), data=("Oslo", "cook", 31)
    )
    drawn = shown([ONE, order], ["A", "B"])
    assert [row["feature"] for row in drawn.rows][::2] == ["age", "job", "town"]
    assert next(row["value"] for row in drawn.rows if (row["feature"], row["who"]) == ("town", "B")) == 0.05


def test_only_the_largest_are_drawn_and_all_are_in_the_table() -> None:
    drawn = shown([ONE, TWO], ["A", "B"], k=1)
    assert {row["feature"] for row in drawn.rows} == {"age"}
    assert len(drawn.table) == 3


def test_the_sentence_names_both_predictions_and_the_largest_difference() -> None:
    text = shown([ONE, TWO], ["A", "B"]).sentence
    assert "A: 40 % for “class yes”" in text
    assert "differ most in age" in text
    assert "+30 percentage points for A" in text


def test_the_same_reasons_are_said_to_be_the_same() -> None:
    assert "Every feature pushes equally." in shown([ONE, ONE], ["A", "B"]).sentence


def test_equal_names_stay_apart() -> None:
    drawn = shown([ONE, TWO], ["same", "same"])
    assert len({row["who"] for row in drawn.rows}) == 2


def test_scales_never_share_an_axis() -> None:
    with pytest.raises(InputError, match="units differ"):
        shown([ONE, replace(TWO, scale="log-odds")], ["A", "B"])


@pytest.mark.parametrize("count", [1, 6])
def test_two_to_five(count: int) -> None:
    with pytest.raises(InputError, match="Two to 5"):
        shown([ONE] * count, [str(place) for place in range(count)])


def test_other_features_are_refused() -> None:
    with pytest.raises(InputError, match="different features"):
        shown([ONE, replace(TWO, features=("age", "job", "city"))], ["A", "B"])


def test_no_text_from_outside_in_the_specification() -> None:
    hostile = replace(ONE, features=("<img src=x>", "job", "town"))
    drawn = shown([hostile, hostile], ["<script>", "B"])
    assert "<" not in str(drawn.spec)


def test_features_whose_names_begin_alike_keep_bars_of_their_own() -> None:
    long = "a rather long column name that somebody gave to the measurement that was taken in quarter "
    alike = replace(ONE, features=(f"{long}1", f"{long}2", f"{long}1 "))
    drawn = shown([alike, alike], ["A", "B"])
    called = {row["feature"]: row["label"] for row in drawn.rows}
    assert len(set(called.values())) == 3
    assert called[f"{long}1"].endswith("quarter 1")
    assert called[f"{long}2"].endswith("quarter 2")
