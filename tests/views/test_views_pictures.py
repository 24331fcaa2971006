"""Staircases and box plots: where they start and end, and quartiles recomputed."""

from __future__ import annotations

import numpy as np
import pytest

from core.errors import InputError
from core.results import Attribution, Importance
from core.views import view
from core.views.pictures import pictures


def attribution(**changes) -> Attribution:
    """Three features."""
    given = {
        "features": ("age", "income", "<b>city</b>"),
        "values": np.array([0.1, -0.4, 0.2]),
        "data": (5, 7.5, "Rome"),
        "base": 0.5,
        "output": 0.4,
        "scale": "probability",
        "label": "yes",
    }
    return Attribution(**{**given, **changes})


def test_a_staircase_walks_from_the_baseline_to_the_output_largest_step_first() -> None:
    drawn = view(attribution(), picture="steps")
    ends = [(row["from"], row["to"]) for row in drawn.rows]
    assert np.array(ends) == pytest.approx(np.array([(0.5, 0.5), (0.5, 0.1), (0.1, 0.3), (0.3, 0.4), (0.4, 0.4)]))
    assert [row["way"] for row in drawn.rows] == ["rest", "down", "up", "up", "rest"]
    assert drawn.rows[-1]["text"] == "40.0%"


def test_a_path_keeps_its_order_and_what_is_too_much_is_one_step() -> None:
    path = attribution(steps=True)
    assert [row["feature"] for row in view(path, picture="steps").rows] == ["", "age", "income", "<b>city</b>", ""]
    many = attribution(features=tuple("abcdef"), values=np.arange(1.0, 7.0), data=(0,) * 6, output=21.5)
    short = view(many, picture="steps", k=3).rows
    assert [row["feature"] for row in short] == ["", "f", "e", "d", "", ""]
    assert short[4]["to"] - short[4]["from"] == pytest.approx(1 + 2 + 3)
    assert short[-1]["to"] == pytest.approx(21.5)


def test_boxes_hold_the_quartiles_of_what_was_drawn() -> None:
    random = np.random.default_rng(0)
    draws = random.normal(size=(41, 3))
    draws[0, 0] = 50.0
    drawn = view(attribution(draws=draws), picture="boxes")
    by_name = {row["feature"]: row for row in drawn.rows}
    ordered = np.sort(draws[:, 0])
    assert by_name["age"]["q1"] == pytest.approx(ordered[10])
    assert by_name["age"]["median"] == pytest.approx(ordered[20])
    assert by_name["age"]["q3"] == pytest.approx(ordered[30])
    assert by_name["age"]["most"] == 50.0
    assert by_name["age"]["high"] == ordered[39]
    assert by_name["income"]["mean"] == -0.4
    assert "41 single orderings" in drawn.sentence


def test_boxes_of_a_path_stand_at_the_outputs() -> None:
    draws = np.tile(np.array([0.6, 0.2, 0.4]), (9, 1))
    drawn = view(attribution(draws=draws, steps=True), picture="boxes")
    assert [row["median"] for row in drawn.rows] == pytest.approx([0.6, 0.2, 0.4])
    assert [row["mean"] for row in drawn.rows] == pytest.approx([0.6, 0.2, 0.4])
    assert "after each step" in drawn.sentence
    assert drawn.spec["layer"][0]["encoding"]["x"]["axis"]["title"] == "output after each step (%)"
    assert "* 100" in drawn.spec["layer"][0]["encoding"]["x"]["axis"]["labelExpr"]


def test_boxes_of_an_importance_are_those_of_its_rounds() -> None:
    rounds = np.array([[1.0, 2.0, 3.0, 4.0, 5.0], [9.0, 9.0, 9.0, 9.0, 9.0]])
    result = Importance(("a", "b"), rounds.mean(axis=1), "rise of the loss", "y", rounds=rounds)
    drawn = view(result, picture="boxes")
    assert [row["feature"] for row in drawn.rows] == ["b", "a"]
    assert [drawn.rows[1][name] for name in ("q1", "median", "q3")] == [2.0, 3.0, 4.0]
    assert list(pictures(result)) == ["bars", "boxes"]


def test_a_picture_that_an_answer_does_not_have_is_refused_in_words() -> None:
    with pytest.raises(InputError, match="boxes"):
        view(attribution(), picture="boxes")
    assert list(pictures(attribution())) == ["bars", "steps"]


def test_words_tell_long_names_apart_by_their_ends() -> None:
    """Two names that begin alike are two names in the sentence, too."""
    names = tuple(f"average consumption of electricity in kilowatt hours, quarter {place}" for place in (1, 2))
    said = view(Importance(names, np.array([0.4, 0.3]), "rise", "y")).sentence
    assert "quarter 1 (0.4)" in said
    assert "quarter 2 (0.3)" in said
