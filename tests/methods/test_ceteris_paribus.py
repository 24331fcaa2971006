"""Ceteris paribus against brute force: every point is the model's answer for the row with that one cell changed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from core.codec import decode, encode
from core.engine import explain
from core.errors import InputError
from core.loading.frames import from_frame
from core.models import wrap
from core.results import Profile, same
from core.types import Table


def odd_table(rows: int = 60) -> Table:
    """Every kind of column, with gaps, and a name that is awkward."""
    rng = np.random.default_rng(3)
    frame = pd.DataFrame(
        {
            "area, m²": np.where(rng.random(rows) < 0.1, np.nan, rng.normal(70, 20, rows).round(1)),
            "rooms": rng.integers(1, 7, rows),
            "garden": rng.random(rows) < 0.4,
            "district": rng.choice(["north", "south", "old <town>"], rows),
            "built": pd.Timestamp("1990-01-01") + pd.to_timedelta(rng.integers(0, 9000, rows), unit="D"),
        }
    )
    frame.loc[5, "district"] = None
    return from_frame(frame, target="", label="", kinds={"district": "categorical", "rooms": "integer"})


def price(frame: pd.DataFrame) -> np.ndarray:
    area = frame["area, m²"].astype(float).fillna(55).to_numpy()
    years = (pd.to_datetime(frame["built"]) - pd.Timestamp("1990-01-01")).dt.days.fillna(0).to_numpy()
    town = frame["district"].map({"north": 0.1, "south": -0.3}).astype(float).fillna(0.4).to_numpy()
    score = (
        area / 40 - 2 + 0.2 * frame["rooms"].to_numpy(float) + town + 0.3 * frame["garden"].to_numpy(bool) + years / 2e4
    )
    chance = 1 / (1 + np.exp(-score))
    return np.column_stack([1 - chance, chance])


@pytest.fixture(scope="module")
def table() -> Table:
    return odd_table()


@pytest.fixture(scope="module")
def model(table: Table) -> Any:
    return wrap(
        lambda frame: price(frame), name="price", features=table.schema.names, classes=("low", "high"), task="binary"
    )


def ask(model: Any, table: Table, row: int = 0, **params: Any) -> Profile:
    answer = explain("ceteris_paribus", model, table, row, **params)
    assert isinstance(answer, Profile)
    return answer


@pytest.mark.parametrize("feature", ["area, m²", "rooms", "garden", "district", "built"])
@pytest.mark.parametrize("row", [0, 5, 11])
def test_every_point_is_the_model_s_answer_for_that_one_change(
    model: Any, table: Table, feature: str, row: int
) -> None:
    result = ask(model, table, row, feature=feature)
    for value, answer in zip(result.grid, result.values[0], strict=True):
        changed = table.instance(row)
        changed[feature] = pd.Series([value]).astype(changed[feature].dtype)
        assert answer == pytest.approx(price(changed)[0, 1], abs=1e-12)
    assert result.outputs[0] == price(table.instance(row))[0, 1]
    assert result.values[0, result.grid.index(result.at[0])] == result.outputs[0]
    assert result.checks[0].passed


def test_the_grid_has_101_points_and_the_own_value(model: Any, table: Table) -> None:
    feature = table.schema["area, m²"]
    numbers = [value for value in ask(model, table, feature="area, m²").grid if value is not None]
    even = np.linspace(feature.low, feature.high, 101)
    assert set(even) <= set(numbers)
    assert set(numbers) - set(even) <= {table.frame["area, m²"].iloc[0]}
    assert numbers == sorted(numbers)


def test_whole_numbers_stay_whole_and_levels_have_names(model: Any, table: Table) -> None:
    assert ask(model, table, feature="rooms").grid == (1, 2, 3, 4, 5, 6)
    levels = ask(model, table, feature="district")
    assert set(levels.grid) == {"north", "south", "old <town>", None}
    assert not levels.ordered
    assert set(ask(model, table, feature="garden").grid) == {True, False}


def test_dates_are_dates(model: Any, table: Table) -> None:
    result = ask(model, table, feature="built", grid_points=5)
    assert all(isinstance(value, pd.Timestamp) for value in result.grid)
    assert table.frame["built"].min() == result.grid[0]
    assert result.ordered
    own = ask(model, table, feature="built", at="2001-02-03, 1995")
    asked = {pd.Timestamp("2001-02-03"), pd.Timestamp("1995-01-01"), table.frame["built"].iloc[0]}
    assert own.grid == tuple(sorted(asked))


def test_a_missing_own_value_is_on_the_grid(model: Any, table: Table) -> None:
    row = int(np.flatnonzero(table.frame["area, m²"].isna())[0])
    result = ask(model, table, row, feature="area, m²")
    assert result.at == (None,)
    assert result.grid[-1] is None
    assert result.outputs[0] == pytest.approx(price(table.instance(row))[0, 1])


def test_the_decision_changes_where_the_model_says_so(model: Any, table: Table) -> None:
    told = {row: ask(model, table, row, feature="area, m²") for row in range(20)}
    flips = {row: result for row, result in told.items() if result.checks[1].value == 1}
    assert flips
    assert all(result.threshold == 0.5 for result in told.values())
    for row, result in flips.items():
        crossing = float(result.checks[1].text.removeprefix("The decision changes near ").removesuffix("."))
        around = table.rows([row, row])
        around["area, m²"] = [crossing - 1.5, crossing + 1.5]
        below, above = price(around)[:, 1]
        assert below < 0.5 < above


def test_several_rows_are_the_single_ones(model: Any, table: Table) -> None:
    several = ask(model, table, 2, feature="rooms", more_rows="7, 9;7")
    assert several.curves == ("row 2", "row 7", "row 9")
    for curve, row in enumerate((2, 7, 9)):
        alone = ask(model, table, row, feature="rooms")
        shared = [several.grid.index(value) for value in alone.grid]
        np.testing.assert_allclose(several.values[curve, shared], alone.values[0], atol=1e-12)


def test_the_default_feature_moves_the_answer_most(model: Any, table: Table) -> None:
    widths = {}
    for name in table.schema.names:
        told = ask(model, table, 3, feature=name)
        values = [value for point, value in zip(told.grid, told.values[0], strict=True) if point is not None]
        widths[name] = max(values) - min(values)
    assert ask(model, table, 3).feature == max(widths, key=lambda name: widths[name])


def test_one_call_of_the_model_answers(table: Table) -> None:
    calls: list[int] = []

    def counting(frame: pd.DataFrame) -> np.ndarray:
        calls.append(len(frame))
        return price(frame)

    counted = wrap(counting, name="n", features=table.schema.names, classes=("low", "high"), task="binary")
    ask(counted, table, feature="area, m²")  # a model is asked once whether it says the same twice
    calls.clear()
    result = ask(counted, table, feature="area, m²")
    assert calls == [len(result.grid) + 1]
    assert result.provenance is not None
    assert result.provenance.evaluations == len(result.grid) + 1


def test_the_same_question_has_the_same_answer_after_the_wire(model: Any, table: Table) -> None:
    first = ask(model, table, 1, feature="built")
    assert same(first, ask(model, table, 1, feature="built"))
    assert same(first, decode(encode(first)))


@pytest.mark.parametrize("rows", ["x", "3,,1.5", "1000", "-1"])
def test_rows_that_do_not_exist_are_told(model: Any, table: Table, rows: str) -> None:
    with pytest.raises(InputError):
        ask(model, table, more_rows=rows)


def test_too_many_rows_are_told(model: Any, table: Table) -> None:
    with pytest.raises(InputError, match="too many"):
        ask(model, table, more_rows=",".join(map(str, range(40))))


def test_the_table_is_not_touched(model: Any, table: Table) -> None:
    before = table.frame.copy(deep=True)
    ask(model, table, 4, more_rows="1,2")
    pd.testing.assert_frame_equal(table.frame, before)
