"""Nudges: blocks of changes, places on the observed range, the answer or the reason in words."""

from __future__ import annotations

import pandas as pd
import pytest

from core.results import Change, Nudge, Nudges
from core.types import Feature, Schema
from core.views import view


def make(*nudges: Nudge, reason: str = "") -> Nudges:
    names, data = ("income", "home", "since"), (1200.0, "own", pd.Timestamp("2020-01-01"))
    return Nudges(names, data, "paid with at least 50 %", 0.41, (0.5, 1.0), "probability", "paid", nudges, reason)


RAISE = Nudge((Change("income", 1200.0, 1500.0),), 0.62, 0.1, {"robust": True})
MOVE = Nudge((Change("home", "own", "rent"), Change("income", None, 900.0)), 0.51, 0.2)


def test_a_block_is_a_heading_and_its_changes() -> None:
    rows = view(make(RAISE, MOVE)).rows
    assert [row["role"] for row in rows] == ["head", "change", "head", "change", "change"]
    assert rows[0]["text"] == "Nudge 1: 62 % for “paid” (1 change)"
    assert rows[1]["text"] == "1200 → 1500"
    assert [row["order"] for row in rows] == list(range(5))


def test_numbers_move_along_the_observed_range_and_levels_do_not() -> None:
    schema = Schema((Feature("income", "numeric", 1000, 2000),))
    rows = view(make(RAISE, MOVE), schema=schema).rows
    assert (rows[1]["start"], rows[1]["end"], rows[1]["way"]) == (pytest.approx(0.2), pytest.approx(0.5), "up")
    assert (rows[3]["start"], rows[3]["way"]) == (None, None)
    assert rows[4]["before"] == "missing"
    assert rows[4]["start"] is None


def test_dates_have_a_range_in_seconds() -> None:
    low, high = pd.Timestamp("2020-01-01"), pd.Timestamp("2020-01-11")
    step = Nudge((Change("since", low, pd.Timestamp("2020-01-06")),), 0.6, 0.1)
    schema = Schema((Feature("since", "datetime", low.timestamp(), high.timestamp()),))
    row = view(make(step), schema=schema).rows[1]
    assert (row["start"], row["end"]) == (0, pytest.approx(0.5))


def test_a_range_is_widened_for_what_lies_outside() -> None:
    schema = Schema((Feature("income", "numeric", 1300, 1400),))
    row = view(make(RAISE), schema=schema).rows[1]
    assert (row["start"], row["end"]) == (0, 1)


def test_the_smallest_change_is_told_with_its_new_answer() -> None:
    said = view(make(RAISE, MOVE)).sentence
    assert said == (
        "To reach paid with at least 50 %, change income from 1200 to 1500: the model then says 62 % for “paid” (now 41 % for “paid”)."
        " 1 more way of getting there follows."
    )


def test_no_nudge_gives_the_reason() -> None:
    shown = view(make(reason="Every change was locked."))
    assert shown.sentence == "No change was found that reaches paid with at least 50 %. Every change was locked."
    assert shown.rows == []
    assert list(shown.table.columns)[:4] == ["nudge", "feature", "now", "after"]


def test_nothing_to_do() -> None:
    assert "Nothing needs to change" in view(make(Nudge((), 0.7, 0.0))).sentence


def test_the_table_holds_all_changes_of_all_nudges() -> None:
    table = view(make(RAISE, MOVE), k=1).table
    assert table["nudge"].tolist() == [1, 2, 2]
    assert table["robust"].tolist()[0] == "True"


def test_long_names_and_levels_leave_room_for_both_ends() -> None:
    """A telephone is 390 wide: a name keeps its end, a level gives way to the other, and no text is wider than the chart."""
    name, level = "kind_of_contract_that_was_signed_for_the_service_number_2_of_seven", "cancellable at any time " * 8
    nudge = Nudge((Change(name, level, "yearly " * 20), Change(name[:-9], 1.0, 2.0)), 0.6, 0.1)
    result = Nudges((name,), (level,), "leaves", 0.4, (0.5, 1.0), "probability", "leaves", (nudge,), "")
    drawn = view(result)
    first, second = drawn.rows[1:]
    assert first["label"].endswith("2_of_seven")
    assert len(first["label"]) == len(second["label"]) == 32
    before, after = first["text"].split(" → ")
    assert (before[:11], after[:6]) == ("cancellable", "yearly")
    assert len(before) <= 40
    texts = [layer["mark"] for layer in drawn.spec["layer"] if layer["mark"]["type"] == "text"]
    assert len(texts) == 4
    assert all(mark["limit"]["expr"].startswith("width ") for mark in texts)


def test_a_stored_answer_claims_no_observed_range() -> None:
    assert "range of these changes" in str(view(make(RAISE)).spec)
    assert "observed range" not in str(view(make(RAISE)).spec)
    assert "observed range" in str(view(make(RAISE), schema=Schema((Feature("income", "numeric", 1000, 2000),))).spec)
