from __future__ import annotations

import datetime
import json
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.codec import decode, encode, plain
from core.errors import InputError
from core.results import Attribution, Change, Check, Nudge, Nudges, Profile, Provenance, same

numbers = st.floats(allow_nan=False)
cells = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | numbers | st.text(max_size=8)
PROVENANCE = Provenance("m", "1", {"seed": 3, "names": ("a",)}, 3, "f", "g", 0, 5, 0.25)


@st.composite
def attributions(draw: st.DrawFn) -> Attribution:
    size = draw(st.integers(1, 5))
    values = np.array(draw(st.lists(numbers, min_size=size, max_size=size)))
    names = tuple(f"f{position}" for position in range(size))
    data = tuple(draw(st.lists(cells, min_size=size, max_size=size)))
    check = Check("c", draw(st.none() | st.booleans()), draw(st.none() | numbers), "words")
    return Attribution(
        names, values, data, draw(numbers), draw(numbers), "target", "y", checks=(check,), provenance=PROVENANCE
    )


@given(attributions())
def test_an_attribution_survives_the_wire(result: Attribution) -> None:
    text = json.dumps(encode(result), allow_nan=False)
    again = decode(json.loads(text))
    assert isinstance(again, Attribution)
    assert same(again, result)
    assert not again.values.flags.writeable


def test_profiles_and_nudges_survive_the_wire() -> None:
    profile = Profile(
        "f",
        (1, 2.5, None, "x"),
        np.array([[1.0, np.nan, np.inf, 0.0]]),
        ("row 1",),
        (2.5,),
        np.array([np.nan]),
        "target",
        "y",
        True,
    )
    nudge = Nudge((Change("a", 1, 2), Change("b", "x", None)), 0.7, 0.1, {"proved": True, "gap": math.inf})
    nudges = Nudges(("a", "b"), (1, "x"), "more", 0.2, (0.5, math.inf), "probability", "yes", (nudge,))
    for result in (profile, nudges):
        again = decode(json.loads(json.dumps(encode(result), allow_nan=False)))
        assert same(again, result)


def test_run_time_does_not_count_when_results_are_compared() -> None:
    first = Attribution(("a",), np.array([1.0]), (1,), 0.0, 1.0, "target", "y", provenance=PROVENANCE)
    slower = Provenance("m", "1", {"seed": 3, "names": ("a",)}, 3, "f", "g", 0, 5, 99.0)
    second = Attribution(("a",), np.array([1.0]), (1,), 0.0, 1.0, "target", "y", provenance=slower)
    other = Attribution(("a",), np.array([1.5]), (1,), 0.0, 1.5, "target", "y", provenance=slower)
    assert same(first, second)
    assert not same(first, other)


@pytest.mark.parametrize(
    "hostile",
    [
        {"type": "Popen", "fields": {"args": "id"}},
        {"type": "Attribution", "fields": {"unknown": 1}},
        {"type": "array", "shape": [3], "data": [1.0]},
        {"type": "float", "text": "1"},
        {"no": "tag"},
        {"type": "array", "shape": "x", "data": []},
        "half \ud800",
        {"type": "tuple", "items": ["whole \U0001f600", "half \udfff"]},
        {"type": "map", "items": [["half \udbff", 1]]},
    ],
)
def test_only_known_values_can_be_rebuilt(hostile: object) -> None:
    with pytest.raises(InputError):
        decode(hostile)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (np.int64(3), 3),
        (np.float64("nan"), None),
        (np.bool_(True), True),
        (pd.NaT, None),
        (pd.NA, None),
        (datetime.date(2026, 1, 2), "2026-01-02"),
        (np.str_("a"), "a"),
        (object, "<class 'object'>"),
    ],
)
def test_cells_become_plain_json(value: object, expected: object) -> None:
    assert plain(value) == expected
    assert type(plain(value)) is type(expected)


def test_arrays_of_results_are_read_only_copies() -> None:
    values = np.array([1.0, 2.0])
    result = Attribution(("a", "b"), values, (1, 2), 0.0, 3.0, "target", "y")
    values[0] = 99
    assert result.values.tolist() == [1.0, 2.0]
    with pytest.raises(ValueError, match="read-only"):
        result.values[0] = 5
