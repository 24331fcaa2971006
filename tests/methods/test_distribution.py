"""Histograms and counts against NumPy and pandas, on numbers, levels, dates and gaps."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.dummy import DummyRegressor

from core import engine
from core.errors import InputError
from core.loading.frames import from_frame
from core.loading.match import match
from core.methods.distribution import OTHERS, sturges
from core.models import wrap
from core.results import Distribution
from core.views import view
from tests.contract_cases import CASES, case


def ask(name: str, feature: str, **params) -> Distribution:
    result = engine.explain("distribution", *case(name), feature=feature, **params)
    assert isinstance(result, Distribution)
    return result


def of(column: list, target: list | None = None, **params) -> Distribution:
    """The distribution of one column of one's own."""
    frame = pd.DataFrame({"x": column, "other": np.arange(float(len(column)))})
    frame["y"] = np.arange(float(len(column))) if target is None else target
    fitted = DummyRegressor().fit(frame[["x", "other"]], frame["y"])
    both = match(wrap(fitted), from_frame(frame, target="y"))
    result = engine.explain("distribution", both.model, both.table, feature="x", **params)
    assert isinstance(result, Distribution)
    return result


@pytest.mark.parametrize("bins", [None, 1, 7, 40])
def test_the_counts_are_numpys(bins: int | None) -> None:
    _model, table = case("random forest, regression")
    result = ask("random forest, regression", "a", bins=bins)
    values = table.frame["a"].to_numpy()
    counts, edges = np.histogram(values, bins=bins or "sturges")
    assert result.counts[0] == pytest.approx(counts)
    assert np.array(result.bins, dtype=float) == pytest.approx(edges)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(-300, 300), min_size=2, max_size=80), st.integers(1, 60))
def test_bins_of_whole_numbers_hold_equally_many_of_them(cells: list[int], bins: int) -> None:
    result = of(cells, bins=bins)
    edges = result.bins
    assert all(type(edge) is int for edge in edges)
    assert (edges[0], edges[-1]) == (min(cells), max(cells) + 1)
    widths = np.diff(edges)
    assert len(set(widths[:-1].tolist())) <= 1
    assert widths[-1] <= widths[0]
    by_hand = [sum(low <= cell < high for cell in cells) for low, high in pairwise(edges)]
    assert result.counts[0].tolist() == by_hand
    span = max(cells) - min(cells) + 1
    others = [-(-span // width) for width in range(1, span + 1)]
    assert abs(len(by_hand) - bins) == min(abs(count - bins) for count in others), "no width is nearer to the wish"


def test_a_bin_of_whole_numbers_is_called_by_the_numbers_in_it_and_drawn_around_them() -> None:
    drawn = view(of([18, 19, 20, 21, 22, 23, 24, 24], bins=3, instance=2))
    bars = [row for row in drawn.rows if row["role"] == "bar"]
    assert [row["cell"] for row in bars] == ["18 to 20", "21 to 23", "24"]
    assert [(row["x"], row["x2"]) for row in bars] == [(17.5, 20.5), (20.5, 23.5), (23.5, 24.5)]
    assert drawn.sentence.startswith("x is most often 18 to 20")
    own = next(row for row in drawn.rows if row["role"] == "own")
    assert (own["x"], own["label"]) == (20, "this instance: 20")
    huge = of([2**60, 2**60 + 2, 2**60 + 4096])
    assert huge.counts.sum() == 3


@pytest.mark.parametrize("count", [1, 2, 3, 10, 64, 65, 1000])
def test_sturges_is_numpys(count: int) -> None:
    values = np.linspace(0, 1, count)
    assert sturges(count) == len(np.histogram_bin_edges(values, bins="sturges")) - 1


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.one_of(st.none(), st.floats(-1e6, 1e6)), min_size=3, max_size=60).filter(
        lambda cells: any(cell is not None for cell in cells)
    ),
    st.integers(1, 30),
)
def test_every_row_is_counted_once(cells: list[float | None], bins: int) -> None:
    result = of([np.nan if cell is None else cell for cell in cells], bins=bins)
    assert result.counts.sum() + result.missing == len(cells)
    assert result.checks[0].passed
    assert result.missing == sum(cell is None for cell in cells)


def test_the_mean_of_the_target_in_each_bin_is_pandas_own() -> None:
    _model, table = case("random forest, regression")
    result = ask("random forest, regression", "b", bins=6)
    assert result.means is not None
    cut = pd.cut(table.frame["b"], np.array(result.bins, dtype=float), right=False, include_lowest=True, labels=False)
    cut = cut.fillna(5)  # the highest value belongs to the last bin
    by_hand = table.frame["y"].groupby(cut).mean()
    for place, mean in by_hand.items():
        assert result.means[int(place)] == pytest.approx(mean)
    assert result.mean_title == "mean of y"


def test_the_share_of_a_class_per_level_is_pandas_own() -> None:
    _model, table = case("pipeline with text levels")
    level = next(name for name in table.schema.names if table.schema[name].kind == "categorical")
    result = ask("pipeline with text levels", level)
    assert result.means is not None
    crossed = pd.crosstab(table.frame[level], table.frame["paid"])
    for place, name in enumerate(result.bins):
        assert result.means[place] == pytest.approx(crossed.loc[name, "yes"] / crossed.loc[name].sum())
        for at, group in enumerate(result.groups):
            assert result.counts[at, place] == crossed.loc[name, group]
    totals = result.counts.sum(axis=0)
    assert list(totals) == sorted(totals, reverse=True)


def test_the_share_is_of_the_class_in_question() -> None:
    yes = ask("pipeline with text levels", "amount")
    no = engine.explain("distribution", *case("pipeline with text levels"), output=0, feature="amount")
    assert isinstance(no, Distribution)
    assert yes.means is not None
    assert no.means is not None
    known = np.isfinite(yes.means)
    assert yes.means[known] + no.means[known] == pytest.approx(np.ones(known.sum()))


def test_many_levels_are_counted_together() -> None:
    cells = [f"level {at}" for at in range(45)] * 2 + ["common"] * 10
    frame = pd.DataFrame({"x": cells, "y": np.arange(float(len(cells)))})
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder

    fitted = make_pipeline(OneHotEncoder(), DummyRegressor()).fit(frame[["x"]], frame["y"])
    both = match(wrap(fitted), from_frame(frame, target="y", kinds={"x": "categorical"}))
    result = engine.explain("distribution", both.model, both.table, feature="x")
    assert isinstance(result, Distribution)
    assert result.bins[0] == "common"
    assert result.bins[-1] == OTHERS
    assert result.counts.sum() == len(cells)


def test_a_constant_and_an_empty_column_have_a_picture() -> None:
    constant = of([3.0] * 9)
    assert constant.counts.sum() == 9
    assert constant.bins[0] == 3.0
    assert view(constant).rows
    empty = of([np.nan] * 9)
    assert empty.missing == 9
    assert view(empty).sentence == "No row has a value of x."


def test_dates_are_binned_in_time() -> None:
    days = pd.date_range("2024-01-01", periods=40, freq="D")
    frame = pd.DataFrame({"day": days, "n": np.arange(40.0), "y": np.arange(40.0)})

    def predict(rows: pd.DataFrame) -> np.ndarray:
        return rows["n"].to_numpy(dtype=float)

    both = match(wrap(predict, features=("day", "n")), from_frame(frame, target="y"))
    result = engine.explain("distribution", both.model, both.table, feature="day", bins=4)
    assert isinstance(result, Distribution)
    assert result.counts.sum() == 40
    assert result.bins[0].startswith("2024-01-01")
    drawn = view(result)
    assert "2024" in drawn.sentence
    assert drawn.spec["layer"][0]["layer"][0]["encoding"]["x"]["type"] == "temporal"


def test_the_instance_is_marked() -> None:
    model, table = case("pipeline with text levels")
    for name in table.schema.names:
        result = ask("pipeline with text levels", name, instance=5)
        cell = table.frame[name].iloc[5]
        own = [row for row in view(result).rows if row["role"] == "own"]
        if pd.isna(cell):
            assert own == []
        else:
            assert result.at == cell
            assert len(own) == 1
    with pytest.raises(InputError):
        engine.explain("distribution", model, table, instance=10**6)


@pytest.mark.parametrize("name", CASES)
def test_every_column_is_drawn(name: str) -> None:
    _model, table = case(name)
    for feature in table.schema.names:
        result = ask(name, feature)
        drawn = view(result)
        bars = [row for row in drawn.rows if row["role"] == "bar"]
        assert sum(row["count"] for row in bars) == result.counts.sum()
        assert max(row["high"] for row in bars) == result.counts.sum(axis=0).max()
        assert len({tuple(row) for row in drawn.rows}) == 1
        assert drawn.sentence.endswith(".")


def test_the_words_tell_where_the_target_is_high() -> None:
    drawn = view(ask("random forest, regression", "a"))
    assert "The mean of y goes from" in drawn.sentence
    assert "a is most often" in drawn.sentence
