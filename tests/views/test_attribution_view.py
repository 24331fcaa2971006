"""Attribution bars: order, the summed rest, labels, the answer in words."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.results import Attribution
from core.views import view
from core.views.attribution import labels

numbers = st.floats(-1e3, 1e3, allow_nan=False)


def make(values: list[float], **given: object) -> Attribution:
    names = tuple(f"f{place}" for place in range(len(values)))
    body = {
        "features": names,
        "values": np.array(values, dtype=float),
        "data": (1.5,) * len(values),
        "base": 0.25,
        "output": 0.25 + float(np.sum(values)),
        "scale": "log-odds",
        "label": "yes",
    }
    return Attribution(**(body | given))  # type: ignore[arg-type]


@given(st.lists(numbers, min_size=1, max_size=40), st.integers(1, 20))
def test_bars_and_rest_add_up_to_what_was_explained(values: list[float], k: int) -> None:
    result = make(values)
    rows = view(result, k=k).rows
    assert sum(row["value"] for row in rows) == pytest.approx(result.output - result.base, abs=1e-9)
    assert len(rows) <= k + 1
    sizes = [abs(row["value"]) for row in rows if row["way"] != "rest"]
    assert sizes == sorted(sizes, reverse=True)


def test_one_feature_too_many_is_shown_rather_than_summed() -> None:
    assert [row["way"] for row in view(make([3, 2, 1]), k=2).rows] == ["up"] * 3
    last = view(make([4, 3, 2, -1]), k=2).rows[-1]
    assert (last["way"], last["label"], last["feature"], last["value"]) == ("rest", "2 others", "", 1)


def test_labels_name_the_value_or_the_rule() -> None:
    assert labels(make([1], data=(54.0,))) == ["f0 = 54"]
    assert labels(make([1], rules=("f0 <= 60",), fitted=1.25)) == ["f0 <= 60"]


def test_two_bars_never_share_a_place() -> None:
    twins = make([2, 1], features=("a = b", "a"), data=("c", "b = c"))
    rows = view(twins).rows
    assert len({row["label"] for row in rows}) == 2
    rest = make([5, 4, 1, 1], features=("x", "y", "z", "2 others"), rules=("2 others", "y", "z", "w"), fitted=0.0)
    assert len({row["label"] for row in view(rest, k=2).rows}) == 3


def test_the_whisker_is_the_spread() -> None:
    row = view(make([2, -1], spread=np.array([0.5, 0.25]))).rows[1]
    assert (row["low"], row["high"]) == (-1.25, -0.75)


def test_the_answer_comes_first_and_odds_are_explained() -> None:
    said = view(make([np.log(3), -np.log(2)], base=0.0, output=np.log(1.5))).sentence
    assert said.startswith(
        "The model says 60 % for “class yes”; before looking at this instance it starts from 50 % for “class yes”."
    )
    assert "Pushed up most by f0 = 1.5 (×3 the odds)." in said
    assert "Pushed down most by f1 = 1.5 (÷2 the odds)." in said


def test_a_local_model_is_called_one() -> None:
    said = view(make([0.1], scale="probability", base=0.4, output=0.7, fitted=0.5)).sentence
    assert "the simple local model that mimics it here says 50 % for “class yes”" in said


def test_nothing_moved() -> None:
    assert "No feature moved it." in view(make([0.0, 0.0])).sentence


def test_the_table_holds_every_feature() -> None:
    table = view(make(list(range(30)), spread=np.ones(30)), k=3).table
    assert len(table) == 30
    assert list(table.columns) == ["feature", "value", "contribution (log-odds)", "spread"]
    assert table.iloc[0, 2] == 29


def test_a_click_picks_the_feature() -> None:
    params = view(make([1])).spec["layer"][0]["params"]
    assert params == [{"name": "pick", "select": {"type": "point", "fields": ["feature"]}}]


def test_a_long_name_gives_way_to_its_value() -> None:
    name = "share of the applicant's own capital in the whole of the sum that was asked for in the year before the last"
    result = make([1.0], features=(name,))
    label = view(result).rows[0]["label"]
    assert label.endswith("before the last = 1.5")
    assert label.startswith("share of the applicant's own capital")
    assert "…" in label
    assert label.startswith("share of the applicant's own capital")
    assert name in set(view(result).table["feature"]), "the table holds the whole name"


def test_long_names_are_told_apart_before_their_values_are_written_behind_them() -> None:
    """Of names that begin and end alike, the values at the end must not keep what they have in common."""
    words = ("transactions", "complaints", "refunds")
    names = tuple(f"average_number_of_{word}_per_customer_in_2024" for word in words)
    told = labels(make([1.0, 2.0, 3.0], features=names, data=(1.455, 0.893, 2)))
    assert [name[:9] for name in told] == ["aver…tran", "aver…comp", "aver…refu"]
    assert [name.rpartition(" = ")[2] for name in told] == ["1.455", "0.893", "2"]
