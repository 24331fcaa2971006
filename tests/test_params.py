from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import registry
from core.errors import InputError
from core.params import parse, resolve
from core.registry import Method
from core.types import Param, Table

COUNT = Param("count", "int", 5, "How many.", low=1, high=10)
SHARE = Param("share", "float", 0.5, "How much.", low=0, high=1)
FLAG = Param("flag", "bool", False, "Whether.")
SORT = Param("sort", "choice", "up", "Which way.", choices=("up", "down"))
ONE = Param("one", "feature", None, "Which feature.")
MANY = Param("many", "features", (), "Which features.")
NOTE = Param("note", "text", "", "Words.")
METHOD = Method(
    "m", "M", "?", "1", "row", "attribution", lambda _job: None, (COUNT, SHARE, FLAG, SORT, ONE, MANY, NOTE)
)  # type: ignore[arg-type]
NAMES = ("income", "age", "member")


@pytest.mark.parametrize(
    ("param", "given_value", "expected"),
    [
        (COUNT, "7", 7),
        (COUNT, 7.0, 7),
        (COUNT, None, 5),
        (SHARE, "0.25", 0.25),
        (FLAG, "true", True),
        (FLAG, False, False),
        (FLAG, "no", False),
        (SORT, "down", "down"),
        (ONE, "age", "age"),
        (ONE, "", None),
        (MANY, "age, income", ("age", "income")),
        (MANY, '["age", "member"]', ("age", "member")),
        (MANY, ["member"], ("member",)),
        (NOTE, 3, "3"),
    ],
)
def test_values_and_their_texts_are_accepted(param: Param, given_value: Any, expected: Any) -> None:
    assert parse(param, given_value, NAMES) == expected
    assert type(parse(param, given_value, NAMES)) is type(expected)


@pytest.mark.parametrize(
    ("param", "bad"),
    [
        (COUNT, "x"), (COUNT, 1.5), (COUNT, 0), (COUNT, 11), (COUNT, True), (COUNT, float("inf")), (COUNT, [1]),
        (SHARE, "nan"), (SHARE, -0.1), (FLAG, "perhaps"), (FLAG, 3), (SORT, "sideways"), (ONE, "height"),
        (MANY, "age,height"), (MANY, 5), (NOTE, "x" * 10_001),
    ],
)  # fmt: skip
def test_anything_else_is_an_error_that_says_what_fits(param: Param, bad: Any) -> None:
    with pytest.raises(InputError) as caught:
        parse(param, bad, NAMES)
    assert caught.value.what
    assert caught.value.why
    assert caught.value.hint


@given(st.one_of(st.none(), st.text(), st.floats(), st.integers(), st.lists(st.text())))
def test_no_value_escapes_the_limits(value: Any) -> None:
    try:
        count = parse(COUNT, value, NAMES)
    except InputError:
        return
    assert isinstance(count, int)
    assert 1 <= count <= 10


def test_missing_parameters_take_their_defaults(logistic_table: Table) -> None:
    resolved = resolve(METHOD, {"count": "3"}, logistic_table)
    assert resolved == {"count": 3, "share": 0.5, "flag": False, "sort": "up", "one": None, "many": (), "note": ""}


def test_an_unknown_parameter_is_named(logistic_table: Table) -> None:
    with pytest.raises(InputError, match="cuont") as caught:
        resolve(METHOD, {"cuont": 3}, logistic_table)
    assert "count" in caught.value.hint


def test_a_wide_range_is_told_in_whole_numbers(logistic_table: Table) -> None:
    with pytest.raises(InputError, match="from 10 to 1,000,000"):
        resolve(registry.get("shap"), {"samples": "abc"}, logistic_table)
