"""Finding instances: every filter against a plain loop over the rows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from core.instances import Query, conditions, errors, margins, select, truth
from core.loading.frames import from_frame
from tests.conftest import LogisticModel, closed_table

TABLE = closed_table(120, seed=3)
MODEL = LogisticModel((0.08, -0.03, 0.9), -2.5, ("income", "age", "member"), classes=("0", "1"))
SAID = MODEL.predict(TABLE.inputs)


def asked(**query: object) -> list[int]:
    return [int(row) for row in select(MODEL, TABLE, SAID, 1, Query(**query))]


def test_all_in_table_order() -> None:
    assert asked() == list(range(120))


def test_wrong_ones_by_a_plain_loop() -> None:
    wrong = [row for row in range(120) if str(TABLE.truth(row)) != MODEL.classes[int(SAID[row].argmax())]]
    assert sorted(asked(condition="wrong")) == wrong
    sure = [row for row in wrong if SAID[row].max() >= 0.8]
    assert sorted(asked(condition="confident and wrong")) == sure


def test_wrong_ones_come_with_the_largest_error_first() -> None:
    found = asked(condition="wrong")
    gaps = [1 - SAID[row, int(TABLE.truth(row))] for row in found]
    assert gaps == sorted(gaps, reverse=True)


def test_undecided_ones_come_closest_first() -> None:
    found = asked(condition="near the boundary")
    distances = [abs(SAID[row, 1] - 0.5) for row in found]
    assert distances == pytest.approx(sorted(distances))


def test_highest_and_lowest() -> None:
    assert asked(condition="highest")[0] == int(SAID[:, 1].argmax())
    assert asked(condition="lowest")[0] == int(SAID[:, 1].argmin())


@given(st.floats(0, 1), st.floats(0, 1), st.integers(18, 80), st.integers(18, 80))
def test_ranges_by_a_plain_loop(low: float, high: float, young: int, old: int) -> None:
    found = asked(low=low, high=high, feature="age", between=(float(young), float(old)))
    ages = TABLE.frame["age"]
    assert found == [row for row in range(120) if low <= SAID[row, 1] <= high and young <= ages[row] <= old]


@pytest.mark.parametrize("falling", [False, True])
@pytest.mark.parametrize("name", ["income", "prediction", "truth"])
def test_sorting(name: str, falling: bool) -> None:
    found = asked(sort=name, descending=falling)
    keys = {"income": TABLE.frame["income"], "prediction": SAID[:, 1], "truth": TABLE.frame["outcome"]}[name]
    values = [keys[row] for row in found]
    assert values == sorted(values, reverse=falling)
    assert sorted(found) == list(range(120))


def test_an_unknown_sort_column_is_told() -> None:
    with pytest.raises(InputError, match="incme"):
        asked(sort="incme")


def mixed() -> object:
    frame = pd.DataFrame(
        {
            "town": ["Łódź", "Bergen (NO)", None, "bergen", "a.b*"],
            "day": pd.to_datetime(["2024-01-05", "2024-02-05", "2024-03-05", None, "2023-01-01"]),
            "size": [3.0, None, 1.0, 2.0, 5.0],
            "y": ["no", "yes", "yes", None, "no"],
        }
    )
    return from_frame(frame, target="y", label="", kinds={"town": "categorical"})


def found(**query: object) -> list[int]:
    table = mixed()
    model = replace(MODEL, classes=("no", "yes"))
    said = np.array([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4], [0.5, 0.5], [0.3, 0.7]])
    return [int(row) for row in select(model, table, said, 1, Query(**query))]


def test_search_is_literal_and_ignores_case() -> None:
    assert found(search="BERGEN") == [1, 3]
    assert found(search="bergen (no)") == [1]
    assert found(search="a.b*") == [4]
    assert found(search="nowhere") == []


def test_levels_and_dates() -> None:
    assert found(feature="town", levels=("bergen", "a.b*")) == [3, 4]
    seconds = [pd.Timestamp(day, tz="UTC").timestamp() for day in ("2024-01-01", "2024-02-28")]
    assert found(feature="day", between=tuple(seconds)) == [0, 1]


def test_missing_cells_sort_last_both_ways() -> None:
    assert found(sort="size") == [2, 3, 0, 4, 1]
    assert found(sort="size", descending=True) == [4, 0, 3, 2, 1]


def test_unknown_truth_is_neither_right_nor_wrong() -> None:
    assert found(condition="wrong") == [4, 2]
    assert 3 not in found(condition="largest error")


@pytest.mark.parametrize(
    ("classes", "cells"),
    [
        (("0", "1"), [0, 1, 1]),
        (("0", "1"), [0.0, 1.0, None]),
        (("0", "1"), [False, True, True]),
        (("False", "True"), [False, True, True]),
        (("0.0", "1.0"), [0, 1, 0]),
        (("no", "yes"), ["no", "yes", "maybe"]),
    ],
)
def test_truth_finds_classes_however_they_are_spelled(classes: tuple[str, str], cells: list[object]) -> None:
    table = from_frame(pd.DataFrame({"x": [1.0, 2.0, 3.0], "t": cells}), target="t", label="")
    places = truth(replace(MODEL, classes=classes), table)
    spelled = {"no": 0, "yes": 1}
    for place, cell in zip(places, cells, strict=True):
        wanted = spelled.get(cell, np.nan) if isinstance(cell, str) or cell is None else float(cell)
        assert place == wanted or (np.isnan(place) and np.isnan(wanted))


def test_regression_errors_and_conditions() -> None:
    model = LogisticModel((1.0, 0.0, 0.0), 0.0, MODEL.features, (), "regression")
    table = replace(TABLE, target="income")
    said = model.predict(table.inputs) + 2.0
    assert errors(model, said, truth(model, table)) == pytest.approx(np.full(120, 2.0))
    assert conditions(model, table) == ("all", "highest", "lowest", "largest error")
    assert np.isnan(margins(model, said)).all()
    assert "wrong" not in conditions(MODEL, replace(TABLE, target=None))
