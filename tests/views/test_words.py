"""Numbers and cells in words: read back, they are the number; in no case do they pretend."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.views import words


def read(text: str) -> float:
    return float(text.replace(",", "").replace(words.MINUS, "-"))


@given(st.floats(allow_nan=False, allow_infinity=False, width=64), st.integers(2, 8))
def test_a_number_reads_back_to_its_digits(value: float, digits: int) -> None:
    assert read(words.number(value, digits)) == pytest.approx(value, rel=0.51 * 10.0 ** (1 - digits), abs=1e-300)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (54.0, "54"),
        (2019, "2019"),
        (123456.789, "123,456.789"),
        (0.1 + 0.2, "0.3"),
        (-4.5, "−4.5"),
        (None, "missing"),
        (float("nan"), "missing"),
        (pd.NaT, "missing"),
        (pd.NA, "missing"),
        (np.float32(0.5), "0.5"),
        (np.int64(-12), "−12"),
        (True, "True"),
        (np.False_, "False"),
        ("", "(empty)"),
        ("a\nb\x00c", "a b c"),
        (pd.Timestamp("2024-03-01"), "2024-03-01"),
        (pd.Timestamp("2024-03-01 14:05"), "2024-03-01 14:05"),
        (float("inf"), "infinite"),
    ],
)
def test_cells_are_written_as_a_person_would(value: object, text: str) -> None:
    assert words.cell(value) == text


def test_a_column_s_precision_rules() -> None:
    assert words.cell(3.14159, 2) == "3.14"
    assert words.cell(2.999999, 2) == "3"


@given(st.text(max_size=300))
def test_any_text_becomes_one_short_line(text: str) -> None:
    line = words.short(text)
    assert len(line) <= words.LONGEST
    assert all(char.isprintable() for char in line)


@given(st.floats(0, 1))
def test_percent_never_claims_certainty_it_does_not_have(chance: float) -> None:
    text = words.percent(chance)
    if 0 < chance < 1:
        assert text not in ("0 %", "100 %")
    if not text.startswith(("under", "over")):
        assert float(text.removesuffix(" %")) / 100 == pytest.approx(
            chance, abs=0.5 * 0.1 * min(chance, 1 - chance) + 1e-12
        )


def test_percent_examples() -> None:
    assert [words.percent(x) for x in (0.0, 0.824, 0.9963, 0.0004, 1.0)] == [
        "0 %",
        "82 %",
        "99.63 %",
        "0.04 %",
        "100 %",
    ]


@given(st.floats(-25, 25))
def test_log_odds_become_the_probability_they_stand_for(score: float) -> None:
    chance = words.probability_of(score, "log-odds")
    assert chance is not None
    assert math.log(chance / (1 - chance)) == pytest.approx(score, abs=1e-4)


def test_a_factor_multiplies_or_divides_the_odds() -> None:
    assert words.factor(math.log(3)) == "×3"
    assert words.factor(-math.log(4)) == "÷4"
    assert "10¹³" in words.factor(1e6)


def test_extreme_scores_do_not_overflow() -> None:
    assert words.output(-1e6, "log-odds", "x") == "0 % for “x”"
    assert words.output(1e6, "log-odds", "x") == "100 % for “x”"
    assert "x" in words.output(1e6, "log-target", "x")


@pytest.mark.parametrize(
    ("label", "said"),
    [
        ("defaulted", "8 % for “defaulted”"),
        ("0", "8 % for “class 0”"),
        ("1.0", "8 % for “class 1.0”"),
        ("yes", "8 % for “class yes”"),
        ("", "8 % for “(empty)”"),
        ('say "hi" “you”', "8 % for “say 'hi' 'you'”"),
        ("a\nb\u202e\x00c", "8 % for “a b c”"),
        ("5 %", "8 % for “5 %”"),
    ],
)
def test_a_chance_names_its_class_as_a_name(label: str, said: str) -> None:
    assert words.output(0.08, "probability", label) == said


@given(st.text(max_size=200), st.floats(0, 1))
def test_any_class_name_stays_one_short_line_between_its_marks(label: str, chance: float) -> None:
    said = words.output(chance, "probability", label)
    assert said.isprintable()
    assert said.count("“") == said.count("”") == 1
    assert said.endswith("”")
    assert len(said) <= words.LONGEST + 25
    assert said.split(" for “")[0] == words.percent(chance)


@pytest.mark.parametrize("bare", ["0", "1", "-1", "2.0", "yes", "No", "True", "FALSE", "n"])
def test_a_bare_class_is_told_with_its_target(bare: str) -> None:
    assert words.outcome(bare, "default") == f"default = {bare}"
    assert words.outcome(bare, None) == f"class {bare}"
    assert words.output(0.08, "probability", bare, "default") == f"8 % for “default = {bare}”"


@pytest.mark.parametrize("plain", ["benign", "class 1", "1st", "not yet", "1e", "v1.0.2"])
def test_a_class_that_speaks_for_itself_is_left_alone(plain: str) -> None:
    assert words.outcome(plain, "default") == plain


def test_other_scales_name_what_they_measure() -> None:
    assert words.output(3211.52, "target", "m2_price") == "m2_price = 3,212"
    assert words.output(math.log(20), "log-target", "claims", "claims") == "claims = 20"
    assert words.output(1.25, "score", "setosa") == "a score of 1.25 for “setosa”"


def test_units_are_named() -> None:
    assert words.amount_words(0.12, "probability") == "+12 percentage points"
    assert words.amount_words(0.693147, "log-odds") == "×2 the odds"
    assert words.amount_words(-math.log(4), "log-odds") == "÷4 the odds"
    assert words.amount_words(math.log(2), "log-target") == "×2 the prediction"
    assert words.amount(-0.034, "probability") == "−3.4 pts"


def test_lists_read_as_sentences() -> None:
    assert [words.listed(list("abc")[:count]) for count in range(4)] == ["", "a", "a and b", "a, b and c"]


@given(st.lists(st.text("ab \n", max_size=90), unique=True, max_size=12), st.integers(12, 60))
def test_names_of_one_drawing_stay_apart_and_bounded(names: list[str], longest: int) -> None:
    called = words.apart(names, longest)
    assert len(set(called)) == len(names)
    assert all(len(name.rstrip("\N{ZERO WIDTH SPACE}")) <= longest and "\n" not in name for name in called)
    assert [name for name in called if "…" not in name] == [
        cut for name, cut in zip(names, called, strict=True) if len(" ".join(name.split())) <= longest
    ]


def test_dates_that_python_has_no_year_for_are_written_too() -> None:
    late = pd.Timestamp(np.datetime64("12345-06-07T08:09", "s"))
    assert words.cell(late) == "12345-06-07 08:09"
    assert words.cell(pd.Timestamp(np.datetime64("-0044-03-15", "s"))).endswith("44-03-15")
    assert words.cell(pd.Timestamp("0987-06-05 04:03")) == "0987-06-05 04:03"


def test_the_name_that_no_object_of_a_browser_can_hold_is_written_otherwise() -> None:
    """``{}["__proto__"] = bar`` is not found again: an axis with that label failed when it was drawn anew."""
    for written in (words.short("__proto__"), words.cell("__proto__"), *words.apart(["__proto__"])):
        assert written != "__proto__"
        assert "".join(char for char in written if char.isprintable()) == "__proto__"
    assert words.short(words.short("__proto__")) == words.short("__proto__")
    assert len(set(words.apart(["__proto__", "__proto__ ", "a"]))) == 3
