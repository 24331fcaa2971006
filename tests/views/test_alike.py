"""Names that differ in their middle only stay readable in the narrowest drawing."""

from __future__ import annotations

from core.views import words
from core.views.alike import told_apart

LONG = [
    f"measurement number {at} of the left rear sensor after calibration, in millimetres per second" for at in range(12)
]


def middle_cut(name: str, letters: int) -> str:
    """What Vega's ``truncate(…, 'center')`` leaves."""
    return name if len(name) <= letters else f"{name[: letters // 2]}…{name[-(letters - letters // 2 - 1) :]}"


def test_names_that_differ_in_their_middle_read_differently_when_cut() -> None:
    assert len({middle_cut(name, 19) for name in LONG}) == 1
    told = told_apart([*LONG, "age"])
    assert len({middle_cut(name, 19) for name in told}) == 13
    assert told[3].startswith("meas…3 of the left")
    assert told[-1] == "age"
    assert words.apart(LONG, 60)[11].startswith("meas…11 of")


def test_names_that_differ_at_an_end_and_equal_names_stay() -> None:
    ends = ["consumption_in_the_first_quarter", "consumption_in_the_fourth_quarters"]
    assert told_apart(ends) == ends
    assert told_apart([LONG[0], LONG[0]]) == [LONG[0], LONG[0]]
    assert told_apart(["abc1" + "x" * 30, "abc2" + "x" * 30]) == ["abc1" + "x" * 30, "abc2" + "x" * 30]


def test_of_features_that_act_together_each_is_cut_by_itself() -> None:
    pair = "consumption_in_the_first_quarter × consumption_in_the_last_quarter"
    for longest in (30, 60):
        first, second = words.named(pair, longest).split(" × ")
        assert first.endswith("ter")
        assert (first[:6], second[:6]) == ("consum", "consum")
        assert len(words.named(pair, longest)) <= longest
    assert words.named("age × sex", 30) == "age × sex"
