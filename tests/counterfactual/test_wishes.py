"""Constraints as people, links and command lines write them."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from core.counterfactual.coding import coder
from core.counterfactual.wishes import read_wishes
from core.errors import InputError
from core.loading.frames import from_frame


@pytest.fixture(scope="module")
def code():
    frame = pd.DataFrame({
        "age": [30, 40, 50, 61] * 5,
        "a+b": [1.5, 2.5, 3.5, 4.5] * 5,
        "x: y; z": [1, 2, 3, 4] * 5,
        "job": ["clerk", "nurse", "a|b", "none"] * 5,
        "customer_id": np.arange(20),
    })  # fmt: skip  # a table
    return coder(from_frame(frame, target="", label=""))


def found(code, **params):
    wishes = read_wishes(code, {"defaults": False, **params})
    return [(wish.kind, [code.features[place].name for place in wish.features], wish.values) for wish in wishes]


def test_directions_and_ranges_in_the_short_form(code):
    assert found(code, directions="age:up; a+b:down") == [("up", ["age"], ()), ("down", ["a+b"], ())]
    assert found(code, directions="age:up,a+b:fixed") == [("up", ["age"], ()), ("locked", ["a+b"], ())]
    assert found(code, ranges="age:35..50; a+b:..3") == [
        ("range", ["age"], (35.0, 50.0)),
        ("range", ["a+b"], (-np.inf, 3.0)),
    ]


def test_a_feature_may_go_either_way_against_custom(code):
    usual = [wish.words for wish in read_wishes(code, {})]
    assert any("'age' can only rise" in words for words in usual)
    assert any("'customer_id' identifies" in words for words in usual)
    freed = read_wishes(code, {"directions": "age:any; customer_id:any"})
    assert [wish.kind for wish in freed] == []


def test_names_may_hold_the_separators(code):
    assert found(code, directions="x: y; z:up") == [("up", ["x: y; z"], ())]
    assert found(code, ties="a+b+age") == [("tie", ["age", "a+b"], ())]


def test_levels_may_hold_the_mark(code):
    picked = found(code, levels="job:a|b|clerk")
    levels = [str(code.levels[3][int(place)]) for place in picked[0][2]]
    assert levels == ["a|b", "clerk"]


def test_json_says_the_same(code):
    assert found(code, ranges=json.dumps({"age": [35, 50]})) == found(code, ranges="age:35..50")
    assert found(code, levels=json.dumps({"job": ["clerk", "none"]})) == found(code, levels="job:clerk|none")
    assert found(code, ties='[["age", "a+b"]]') == found(code, ties="age + a+b")


def test_customs_hold_unless_the_person_speaks_of_the_feature(code):
    words = [wish.words for wish in read_wishes(code, {})]
    assert words == ["'age' can only rise", "'customer_id' identifies the row and stays"]
    kinds = [wish.kind for wish in read_wishes(code, {"directions": "age:down"})]
    assert kinds == ["down", "locked"]
    assert read_wishes(code, {"defaults": False}) == ()


def test_words_like_percentage_are_no_age():
    frame = pd.DataFrame({"percentage": [1.5, 2.0], "mileage": [3, 4], "Age": [30, 40], "stage": [1, 2]})
    coded = coder(from_frame(frame, target="", label=""))
    assert [coded.features[wish.features[0]].name for wish in read_wishes(coded, {})] == ["Age"]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("PassengerId", "identifies"),
        ("customerID", "identifies"),
        ("id", "identifies"),
        ("ApplicantAge", "only rise"),
        ("year_of_birth", "birth"),
        ("DateOfBirth", "birth"),
        ("humidity", ""),
        ("Grid", ""),
        ("Stage", ""),
        ("rebirths", ""),
        ("HbA1c", ""),
    ],
)
def test_customs_know_names_written_in_any_case(name, words):
    coded = coder(from_frame(pd.DataFrame({name: [1, 2, 3], "x": [0.5, 1.5, 2.5]}), target="", label=""))
    said = [wish.words for wish in read_wishes(coded, {})]
    assert len(said) == bool(words)
    assert all(words in text for text in said)


@pytest.mark.parametrize(
    ("params", "named"),
    [
        ({"directions": "agee:up"}, "age"),
        ({"directions": "age:sideways"}, "sideways"),
        ({"directions": "job:up"}, "job"),
        ({"ranges": "age:10"}, "age"),
        ({"ranges": "age:50..10"}, "age"),
        ({"ranges": "age:x..y"}, "age"),
        ({"ranges": "job:1..2"}, "job"),
        ({"levels": "job:clark"}, "clerk"),
        ({"levels": "age:3"}, "age"),
        ({"weights": "age:-1"}, "age"),
        ({"weights": "age:much"}, "age"),
        ({"ties": "age"}, "age"),
        ({"ties": "age+nothing"}, "nothing"),
        ({"ranges": "{broken"}, "JSON"),
        ({"ties": "[broken"}, "JSON"),
        ({"directions": "age:up; wrong:down"}, "wrong"),
    ],
)
def test_what_does_not_fit_is_refused_in_words(code, params, named):
    with pytest.raises(InputError, match=named):
        read_wishes(code, params)
