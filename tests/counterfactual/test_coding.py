"""Rows to numbers and back without loss, whatever the types; distance against its definition."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from core.counterfactual.coding import coder
from core.counterfactual.distance import gower, nearest
from core.loading.frames import from_frame


def mixed() -> pd.DataFrame:
    random = np.random.default_rng(0)
    size = 30
    return pd.DataFrame({
        "number": random.normal(0, 1, size).round(3),
        "single": random.random(size).astype(np.float32),
        "whole": random.integers(0, 9, size),
        "gaps": np.where(random.random(size) < 0.3, np.nan, random.random(size).round(2)),
        "nullable": pd.array([None if place % 4 == 0 else place for place in range(size)], dtype="Int64"),
        "level": pd.Series(random.choice(["a", "b", "c"], size)),
        "category": pd.Categorical(random.choice(["x", "y"], size), categories=["y", "x", "unused"]),
        "gappy": pd.Series(random.choice(["a", "b", None], size)),
        "flag": random.random(size) < 0.5,
        "maybe": pd.array([None, True, False] * (size // 3), dtype="boolean"),
        "when": pd.date_range("2020-01-01", periods=size, freq="D"),
        "zoned": pd.date_range("2020-01-01 10:30", periods=size, freq="h", tz="Europe/Paris"),
        "mixed": pd.Series([1, "one"] * (size // 2), dtype=object),
    })  # fmt: skip  # a table


def test_decode_undoes_encode_with_every_type():
    table = from_frame(mixed(), target="", label="")
    code = coder(table)
    back = code.decode(code.encode(table.inputs))
    assert_frame_equal(back, table.inputs, check_column_type=False)


def test_one_row_keeps_the_types_of_the_table():
    table = from_frame(mixed(), target="", label="")
    code = coder(table)
    for row in (0, 7):
        back = code.decode(code.encode(table.instance(row)))
        assert list(back.dtypes) == list(table.instance(row).dtypes)


def test_cells_leave_as_plain_python_values():
    table = from_frame(mixed(), target="", label="")
    code = coder(table)
    coded = code.encode(table.instance(4))[0]
    values = {feature.name: code.value(place, coded[place]) for place, feature in enumerate(code.features)}
    assert isinstance(values["whole"], int)
    assert isinstance(values["number"], float)
    assert values["nullable"] is None
    assert isinstance(values["flag"], bool)
    assert values["when"] == "2020-01-05T00:00:00"


def test_the_same_table_has_the_same_coder():
    frame = mixed()
    assert coder(from_frame(frame, target="")) is coder(from_frame(frame, target=""))


def slow_gower(table, one: int, two: int) -> float:
    """The definition, cell by cell."""
    total = 0.0
    for feature in table.schema.features:
        first, second = table.frame[feature.name].iloc[one], table.frame[feature.name].iloc[two]
        if pd.isna(first) or pd.isna(second):
            total += pd.isna(first) != pd.isna(second)
        elif feature.kind == "datetime":
            total += abs((first - second).total_seconds()) / (feature.high - feature.low)
        elif feature.is_ordered:
            total += abs(float(first) - float(second)) / (feature.high - feature.low)
        else:
            total += first != second
    return total / len(table.schema)


def test_gower_is_the_mean_of_shares():
    table = from_frame(mixed(), target="", label="")
    coded = coder(table).encode(table.inputs)
    for one, two in ((0, 1), (3, 20), (8, 8)):
        own = gower(coder(table), coded[[one]], coded[two])[0]
        assert own == pytest.approx(slow_gower(table, one, two), abs=1e-6)


def test_weights_count_and_nearest_is_the_least():
    table = from_frame(mixed()[["number", "whole", "level"]], target="", label="")
    code = coder(table)
    coded = code.encode(table.inputs)
    weights = np.array([1.0, 3.0, 0.5])
    plain = np.array([gower(code, coded, coded[place]) for place in range(len(coded))])
    heavy = gower(code, coded, coded[0], weights)
    only = gower(code, coded, coded[0], np.array([0.0, 1.0, 0.0]))
    assert only == pytest.approx(np.abs(coded[:, 1] - coded[0, 1]) / code.ranges[1])
    assert heavy.max() <= 1
    distances, places = nearest(code, coded[:5], coded[5:])
    assert distances == pytest.approx(plain[:5, 5:].min(axis=1))
    assert places.tolist() == plain[:5, 5:].argmin(axis=1).tolist()
