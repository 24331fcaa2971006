"""Rows along a column of any kind, and the smooth line through them: against straight lines and counts by hand."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from core import cloud, codec, engine
from core.export import to_json, to_picture
from core.loading.frames import from_frame
from core.loading.match import match
from core.loading.schema import infer
from core.models import wrap
from core.results import Attributions, Points
from core.views import dependence, view
from core.views import points as points_view

DAYS = pd.date_range("1969-12-01", periods=60, freq="D")
MILLISECONDS = DAYS.as_unit("ms").asi8
DAY = 86_400_000


def dated() -> tuple[object, object, pd.DataFrame]:
    """A model of one number that knows nothing of the day, which moves the truth by one a day; and a day it is not given."""
    frame = pd.DataFrame({"day": DAYS, "size": np.tile([1.0, 2.0, 3.0], 20)})
    frame.loc[7, "day"] = pd.NaT
    frame["seen"] = DAYS + pd.Timedelta(days=400)
    frame["who"] = [f"agent {place % 40:02}" for place in range(60)]
    frame["y"] = 10 * frame["size"] + np.arange(60.0)
    model = wrap(lambda rows: 10 * rows["size"].to_numpy(dtype=float), features=("day", "size"), name="by size")
    both = match(model, from_frame(frame, "days", target="y"))
    return both.model, both.table, frame


@pytest.fixture(scope="module")
def days() -> tuple[object, object, pd.DataFrame]:
    return dated()


@pytest.mark.parametrize("zone", [None, "Asia/Tokyo"])
def test_a_line_along_dates_is_straight_where_the_heights_are(zone: str | None) -> None:
    column = pd.Series(DAYS if zone is None else DAYS.tz_localize(zone))
    found = cloud.along(column, infer(column, "day"))
    assert found.ordered
    assert list(found.cells) == list(column)
    places, heights = cloud.line(found, 5 + np.arange(60.0), 0.5)
    start = MILLISECONDS[0] - (9 * 3_600_000 if zone else 0)
    assert (places[0], places[-1]) == (start, start + 59 * DAY)
    assert heights == pytest.approx(5 + (places - start) / DAY)


def test_the_line_is_told_where_there_are_rows_and_not_carried_on_into_a_gap() -> None:
    """A classifier that is sure: errors rise towards a gap from both sides, in which no row lies."""
    random = np.random.default_rng(0)
    low, high = random.uniform(0, 0.02, 30), random.uniform(0.98, 1, 30)
    x = pd.Series(np.concatenate([low, high]))
    heights = np.concatenate([low, 1 - high]) + random.normal(0, 1e-4, 60)
    places, line = cloud.line(cloud.along(x, infer(x, "prediction")), heights, 0.5)
    assert set(places) <= set(x)
    assert {places[0], places[-1]} == {x.min(), x.max()}
    assert line.min() > -0.005
    assert line.max() < heights.max() + 0.005


def test_cells_without_a_place_are_left_out_and_levels_are_written_as_cells() -> None:
    numbers = pd.Series([1.0, np.nan, np.inf, 4.0])
    assert cloud.along(numbers, infer(numbers, "x")).cells == (1.0, 4.0)
    levels = pd.Series([True, None, False], dtype="boolean")
    found = cloud.along(levels, infer(levels, "x"))
    assert (found.cells, found.ordered, found.kept.tolist()) == (("True", "False"), False, [True, False, True])
    assert len(cloud.line(found, np.ones(2), 0.5)[0]) == 0
    assert cloud.drawn(found, 3).text.startswith("2 of 3 rows")


@pytest.mark.parametrize(
    ("method", "params", "slope"),
    [
        ("residuals", {"feature": "day"}, 1.0),
        ("residuals", {"column": "seen"}, 1.0),
        ("target_against_feature", {"feature": "day"}, None),
        ("two_columns", {"feature": "size", "other": "day"}, None),
    ],
)
def test_dates_lie_along_a_time_axis_in_chart_files_and_after_a_session(days, method, params, slope) -> None:
    model, table, frame = days
    result = engine.explain(method, model, table, **params)
    assert isinstance(result, Points)
    assert result.ordered
    if slope is not None:  # a day later the truth is one higher, and the model does not follow
        assert np.diff(result.line_y) / np.diff(result.line_x) * DAY == pytest.approx(slope)
    name = params.get("column", "day")
    moments = frame[name].iloc[list(result.rows)]
    assert len(result.rows) == frame[name].notna().sum()
    again = codec.decode(json.loads(json.dumps(codec.encode(result))))
    for one in (result, again):
        drawn = view(one)
        dots = [row for row in drawn.rows if row["role"] == "dot"]
        assert [dot["x"] for dot in dots] == list(moments.astype("datetime64[ms]").astype(np.int64))
        assert [dot["cell"] for dot in dots] == list(moments.dt.strftime("%Y-%m-%d"))
        encoded = drawn.spec["layer"][0]["encoding"]["x"]
        assert (encoded["type"], encoded["scale"]["type"]) == ("temporal", "utc")
    told = to_json(result)
    assert told["line"][0]["x"] == moments.min().isoformat()
    assert told["points"][0]["x"] == moments.iloc[0].isoformat()


def test_the_picture_of_dates_has_ticks_of_dates(days) -> None:
    model, table, _frame = days
    svg = to_picture(engine.explain("residuals", model, table, feature="day"), "svg").decode()
    assert "1969-12" in svg
    assert "1970-01" in svg


def test_many_levels_are_drawn_as_the_most_frequent_and_the_rest(days) -> None:
    model, table, frame = days
    result = engine.explain("residuals", model, table, column="who")
    assert list(result.x) == list(frame["who"])
    stood = points_view.strips(result)
    counts = frame["who"].value_counts()
    assert len(set(stood)) == points_view.STRIPS
    kept = [level for level in stood if level != points_view.OTHERS]
    assert min(counts[level] for level in kept) >= max(counts[level] for level in set(frame["who"]) - set(kept))
    assert "The 23 most frequent of 40 levels" in view(result).sentence
    assert set(view(result).table["who"]) == set(frame["who"])


def test_a_scatter_of_attributions_along_dates_and_coloured_by_them() -> None:
    cells = tuple((day.to_pydatetime(), float(place % 5)) for place, day in enumerate(DAYS))
    values = np.column_stack([np.arange(60.0), np.zeros(60)])
    names = tuple(f"row {place}" for place in range(60))
    held = Attributions(
        features=("day", "size"), rows=tuple(range(60)), names=names, values=values, data=cells, base=np.zeros(60),
        outputs=values.sum(axis=1), scale="target", label="y",
    )  # fmt: skip  # a table of sixty rows
    along = dependence.points(held, "day", "size")
    assert along.ordered
    assert [row["x"] for row in view(along).rows if row["role"] == "dot"] == MILLISECONDS.tolist()
    coloured = dependence.points(held, "size", "day")
    assert coloured.colour_dates
    assert coloured.colour == tuple(MILLISECONDS)
    assert view(coloured).spec["layer"][0]["encoding"]["color"]["type"] == "temporal"
    assert view(coloured).rows[0]["shade text"] == "1969-12-01"
    assert b"1969-12-01" in to_picture(coloured, "svg")
