"""Groups of rows: levels, bins, combinations; every row in exactly one."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from core.errors import InputError
from core.groups import MOST, OTHERS, eligible, grouped, usual
from core.loading.frames import from_frame
from core.subsets import cuts
from core.types import Table
from core.views import words


def made(rows: int = 300) -> Table:
    random = np.random.default_rng(4)
    frame = pd.DataFrame(
        {
            "years": random.integers(18, 80, rows),
            "Sex": random.choice(["f", "m", "m"], rows),
            "flag": random.integers(0, 2, rows),
            "town": random.choice([f"town {at}" for at in range(40)], rows),
            "when": pd.Timestamp("2020-01-01") + pd.to_timedelta(random.integers(0, 900, rows), unit="D"),
            "y": random.integers(0, 2, rows),
        }
    )
    frame.loc[:9, "Sex"] = None
    return from_frame(frame, "people", target="y")


TABLE = made()
ALL = np.arange(len(TABLE))


@pytest.mark.parametrize(
    "columns", [["Sex"], ["years"], ["flag"], ["town"], ["when"], ["Sex", "years"], ["Sex", "flag", "when"]]
)
def test_every_row_is_in_one_group_and_the_names_differ(columns: list[str]) -> None:
    found = grouped(TABLE, columns, ALL, 4)
    assert len(found.codes) == len(TABLE)
    assert found.counts.sum() == len(TABLE)
    assert found.counts.min() > 0
    assert len(set(found.names)) == len(found.names) <= MOST
    ranked = found.counts[:-1] if found.names[-1] == OTHERS else found.counts
    assert (np.diff(ranked) <= 0).all() or columns in (["years"], ["when"])


def test_levels_gaps_and_bare_levels_have_names_that_speak() -> None:
    found = grouped(TABLE, ["Sex"], ALL, 4)
    assert set(found.names) == {"Sex = m", "Sex = f", "Sex missing"}
    assert found.counts[found.names.index("Sex missing")] == TABLE.frame["Sex"].isna().sum()
    flags = grouped(TABLE, ["flag"], ALL, 4)
    assert set(flags.names) == {"flag = 0", "flag = 1"}


def test_whole_numbers_are_cut_at_whole_numbers() -> None:
    """Half of 1, 2, 3 and 4 are at most 2.5, which is to say at most 2."""
    table = from_frame(pd.DataFrame({"n": [*range(1, 21)] * 2, "y": [0, 1] * 20}), target="y")
    names = grouped(table, ["n"], np.arange(40), 2).names
    assert set(names) == {"n at most 10", "n above 10"}
    cut = cuts(table.frame, table.schema["n"], 2)
    assert [(part.low, part.high) for part in cut] == [(None, 10.0), (10.0, None)]


def test_a_name_that_is_cut_twice_has_one_ellipsis() -> None:
    long = "average number of pre-treatment visits in the first quarter of the year"
    table = from_frame(pd.DataFrame({long: np.arange(200) / 7, "y": [0, 1] * 100}), target="y")
    for name in grouped(table, [long], np.arange(200), 3).names:
        for width in range(16, 60):
            assert words.named(name, width).count("…") <= 2
            assert "……" not in words.named(name, width)
            assert "……" not in words.short(name, width)


def test_numbers_are_cut_in_equal_parts_or_at_bounds() -> None:
    parts = grouped(TABLE, ["years"], ALL, 4)
    assert [name.split()[1] for name in parts.names] == ["at", "above", "above", "above"], "in their order"
    assert parts.counts.max() < 2 * parts.counts.min()
    cut = grouped(TABLE, ["years"], ALL, 4, [25, 60])
    years = TABLE.frame["years"].to_numpy()
    assert set(cut.names) == {"years at most 25", "years above 25 to 60", "years above 60"}
    assert ((cut.codes == cut.names.index("years at most 25")) == (years <= 25)).all()
    assert ((cut.codes == cut.names.index("years above 60")) == (years > 60)).all()


def test_combinations_and_rare_levels() -> None:
    both = grouped(TABLE, ["Sex", "years"], ALL, 4, [40])
    held = TABLE.frame["Sex"].eq("f").to_numpy() & (TABLE.frame["years"] > 40).to_numpy()
    assert ((both.codes == both.names.index("Sex = f, years above 40")) == held).all()
    towns = grouped(TABLE, ["town"], ALL, 4)
    assert towns.names[-1] == OTHERS
    counted = TABLE.frame["town"].value_counts()
    assert towns.counts[: MOST - 1].tolist() == counted.tolist()[: MOST - 1]


def test_the_usual_column_is_found_by_its_name_also_beside_the_features() -> None:
    assert usual(TABLE) == ("Sex", "taken for its name")
    alone = from_frame(TABLE.frame[["years", "flag", "y"]], "people", target="y")
    assert usual(alone)[0] == "flag"
    assert "y" not in eligible(TABLE)


@pytest.mark.parametrize("columns", [["Sexx"], ["y"], [], ["Sex", "years", "flag", "town"]])
def test_columns_that_do_not_exist_or_are_too_many_are_refused(columns: list[str]) -> None:
    with pytest.raises(InputError):
        grouped(TABLE, columns, ALL, 4)


def test_one_group_is_none() -> None:
    with pytest.raises(InputError, match="one group"):
        grouped(TABLE, ["Sex"], np.flatnonzero(TABLE.frame["Sex"] == "m"), 4)
