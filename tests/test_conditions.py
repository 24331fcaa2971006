"""Conditions on rows against plain pandas."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from core.conditions import mask, parse
from core.errors import InputError
from core.results import Part
from core.types import Feature, Schema, Table
from core.views.subsets import conditions
from tests.contract_cases import HOSTILE, case, mixed_frame
from tests.costs import growth

FRAME = mixed_frame()


def table() -> Table:
    return case("pipeline with text levels")[1]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("age > 50", FRAME["age"] > 50),
        ("age >= 50", FRAME["age"] >= 50),
        ("age<50", FRAME["age"] < 50),
        ("age <= 50; owner = True", (FRAME["age"] <= 50) & FRAME["owner"]),
        ("age = 50", FRAME["age"] == 50),
        ("amount is missing", FRAME["amount"].isna()),
        ("amount <= 2000", FRAME["amount"] <= 2000),
        ("", FRAME["age"] > -1),
    ],
)
def test_equal_to_pandas(text: str, wanted: pd.Series) -> None:
    found = mask(table().frame, table().schema, parse(text, table().schema))
    assert np.array_equal(found, wanted.to_numpy())


def test_a_name_of_signs_is_still_a_level() -> None:
    part = Part(HOSTILE, level="<i>trip</i>")
    assert np.array_equal(mask(table().frame, table().schema, [part]), FRAME[HOSTILE] == "<i>trip</i>")


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("age", "cannot be read"),
        ("agee > 3", "agee"),
        ("age > old", "not a value"),
        ("owner > 1", "no order"),
    ],
)
def test_what_cannot_be_read_is_told(text: str, match: str) -> None:
    with pytest.raises(InputError, match=match):
        parse(text, table().schema)


def test_conditions_in_words() -> None:
    parts = [Part("age", 50, None), Part("owner", level="True"), Part("amount", missing=True), Part("age", None, 3.5)]
    assert conditions(parts) == "age above 50 and owner is True and amount is missing and age at most 3.5"
    assert conditions([Part("age", 1, 2)]) == "age above 1, at most 2"


def test_a_bound_that_is_a_date() -> None:
    frame = pd.DataFrame({"since": pd.date_range("2021-01-30", periods=4, freq="D")})
    schema = Schema((Feature("since", "datetime", 0.0, 1e9),))
    assert mask(frame, schema, parse("since > 2021-01-31", schema)).tolist() == [False, False, True, True]
    assert mask(frame, schema, parse("since <= 31.01.2021", schema)).tolist() == [True, True, False, False]
    for text in ("now", "50", "soon"):
        with pytest.raises(InputError, match="is no date"):
            parse(f"since > {text}", schema)


def test_blanks_inside_cost_their_number() -> None:
    """Ten thousand of them fit into a link; read from each on to the end, they would stop the page."""
    schema = table().schema

    def asked(blanks: int) -> None:
        with pytest.raises(InputError):
            parse(f"age{' ' * blanks}x > 50", schema)

    assert parse(f"age{' ' * 400}>{' ' * 400}50", schema) == parse("age > 50", schema)
    assert growth(asked, 600, 16) < 4
