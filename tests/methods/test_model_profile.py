from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import RandomForestRegressor
from sklearn.inspection import partial_dependence

from core import engine
from core.errors import InputError
from core.loading.frames import from_frame
from core.models import wrap
from core.results import Profile
from core.types import Table
from core.views import view
from tests.conftest import closed_table
from tests.contract_cases import HOSTILE, case
from tests.methods.test_break_down import Formula


def run(model: Any, table: Table, **params: Any) -> Profile:
    result = engine.explain("model_profile", model, table, **params)
    assert isinstance(result, Profile)
    return result


def test_partial_dependence_equals_scikit_learn_on_the_given_grid() -> None:
    random = np.random.default_rng(0)
    frame = pd.DataFrame(random.normal(size=(120, 3)), columns=["a", "b", "c"])
    truth = frame["a"] * frame["b"] + frame["c"]
    forest = RandomForestRegressor(n_estimators=8, random_state=0).fit(frame, truth)
    table = from_frame(frame, target="")
    result = run(wrap(forest), table, feature="b", at="-1, -0.5, 0.25, 1.5", rows=1000)
    expected = partial_dependence(
        forest, frame, ["b"], custom_values={"b": np.array([-1, -0.5, 0.25, 1.5])}, kind="both"
    )
    assert result.grid == (-1.0, -0.5, 0.25, 1.5)
    assert result.values[0] == pytest.approx(expected["average"][0])
    assert result.reference == pytest.approx(forest.predict(frame).mean())
    curves = run(wrap(forest), table, feature="b", at="-1, -0.5, 0.25, 1.5", rows=1000, curves=7)
    assert curves.values[1:] == pytest.approx(expected["individual"][0][:7])


def test_weighted_partial_dependence_equals_scikit_learn_on_the_given_grid() -> None:
    random = np.random.default_rng(0)
    frame = pd.DataFrame(random.normal(size=(120, 3)), columns=["a", "b", "c"])
    forest = RandomForestRegressor(n_estimators=8, random_state=0).fit(frame, frame["a"] * frame["b"] + frame["c"])
    weights = random.gamma(1, size=120)
    table = from_frame(frame.assign(w=weights), target="", weights="w")
    result = run(wrap(forest), table, feature="b", at="-1, -0.5, 0.25, 1.5", rows=1000)
    marks = {"b": np.array([-1, -0.5, 0.25, 1.5])}
    expected = partial_dependence(forest, frame, ["b"], custom_values=marks, kind="average", sample_weight=weights)
    assert result.values[0] == pytest.approx(expected["average"][0])
    assert result.reference == pytest.approx(np.average(forest.predict(frame), weights=weights))


@pytest.mark.parametrize("kind", ["partial", "accumulated"])
def test_an_additive_model_has_its_own_shape(kind: str) -> None:
    table = closed_table(rows=200)
    result = run(Formula(lambda x: 3 * x[:, 0] - 2 * x[:, 1]), table, feature="income", kind=kind, rows=1000)
    slopes = np.diff(result.values[0]) / np.diff(np.asarray(result.grid, dtype=float))
    assert slopes == pytest.approx(3, rel=1e-6)


def test_accumulated_effects_follow_the_definition_and_centre_on_the_mean() -> None:
    table = closed_table(rows=150, seed=4)
    model = Formula(lambda x: np.where(x[:, 0] > 50, x[:, 1] * x[:, 0], x[:, 0] ** 2))
    result = run(model, table, feature="income", kind="accumulated", at="20, 40, 45, 50, 55, 60, 90", rows=1000)
    data, points = table.inputs.to_numpy(dtype=float), np.array([20.0, 40, 45, 50, 55, 60, 90])
    effects = []
    for low, high in pairwise(points):
        inside = data[(data[:, 0] > low) & (data[:, 0] <= high)]
        ends = []
        for value in (low, high):
            changed = inside.copy()
            changed[:, 0] = value
            ends.append(model.of(changed))
        effects.append(float((ends[1] - ends[0]).mean()) if len(inside) else 0.0)
    curve = np.concatenate([[0.0], np.cumsum(effects)])
    assert np.diff(result.values[0]) == pytest.approx(np.diff(curve))
    place = np.clip(np.searchsorted(points, data[:, 0], side="left") - 1, 0, len(points) - 2)
    mean = (result.values[0][place] + result.values[0][place + 1]).mean() / 2
    assert mean == pytest.approx(model.of(data).mean())


def test_accumulated_effects_do_not_mix_in_a_correlated_feature() -> None:
    random = np.random.default_rng(1)
    income = random.normal(50, 10, 400)
    frame = pd.DataFrame(
        {"income": income, "age": income + random.normal(0, 0.5, 400), "member": random.normal(size=400)}
    )
    table = from_frame(frame, target="")
    model = Formula(lambda x: x[:, 0] * 0 + x[:, 1])
    flat = run(model, table, feature="income", kind="accumulated", rows=1000)
    mixed = run(model, table, feature="income", kind="conditional", rows=1000, span=0.1)
    assert np.ptp(flat.values[0]) == pytest.approx(0, abs=1e-9)
    assert np.nanmax(mixed.values[0]) - np.nanmin(mixed.values[0]) > 30


def test_conditional_means_follow_the_definition() -> None:
    table = closed_table(rows=80)
    model = Formula(lambda x: x[:, 0] * x[:, 1])
    result = run(model, table, feature="income", kind="conditional", at="45, 55", rows=1000, span=0.3)
    data = table.inputs.to_numpy(dtype=float)
    for place, point in enumerate((45.0, 55.0)):
        weights = np.exp(-0.5 * ((data[:, 0] - point) / (0.3 * 10)) ** 2)
        changed = data.copy()
        changed[:, 0] = point
        assert result.values[0, place] == pytest.approx(np.average(model.of(changed), weights=weights))


def test_groups_each_have_their_own_profile() -> None:
    table = closed_table(rows=100)
    model = Formula(lambda x: np.where(x[:, 2] > 0, x[:, 0], -x[:, 0]))
    result = run(model, table, feature="income", group="member", rows=1000)
    slopes = [np.sign(curve[-1] - curve[0]) for curve in result.values]
    assert sorted(slopes) == [-1, 1]
    assert all(name.startswith("member") for name in result.curves)


def test_a_profile_does_not_depend_on_chunks_or_on_other_questions(monkeypatch: pytest.MonkeyPatch) -> None:
    table = closed_table(rows=60)
    model = Formula(lambda x: np.sin(x[:, 0]) * x[:, 1])
    whole = run(model, table, feature="age")
    run(model, table, feature="income")
    monkeypatch.setattr("core.blocks.CELLS", 500)
    assert run(model, table, feature="age").values == pytest.approx(whole.values)


@pytest.mark.parametrize("zone", [None, "Europe/Berlin"])
def test_dates_are_an_axis_like_any_other(zone: str | None) -> None:
    """A profile along a date is the one along the same date as a number of days."""
    random = np.random.default_rng(2)
    days = np.array([0.0, 900.0, *np.sort(random.integers(1, 899, 158) + 0.375)])  # none on the border of a bin
    start = pd.Timestamp("2021-03-01", tz=zone)
    frame = pd.DataFrame(
        {"since": start + pd.to_timedelta(days, unit="D"), "other": days / 9 + random.normal(size=160)}
    )

    def say(day: Any, other: Any) -> Any:
        return np.sin(np.asarray(day, dtype=float) / 150) * np.asarray(other) + other

    dated = from_frame(frame, target="")
    model = wrap(lambda rows: say((rows["since"] - start) / pd.Timedelta("1D"), rows["other"]), features=list(frame))
    counted = from_frame(frame.assign(since=days), target="")
    plain = wrap(lambda rows: say(rows["since"], rows["other"]), features=list(frame))
    for how in (
        {"kind": "partial", "spacing": "quantiles"},
        {"kind": "accumulated"},
        {"kind": "accumulated", "accumulate": "weights"},
        {"kind": "conditional", "spacing": "quantiles"},
        {"kind": "partial", "group": "since"},
    ):
        feature = "other" if "group" in how else "since"
        found, wanted = (
            run(which, table, feature=feature, grid_points=11, **how)
            for which, table in ((model, dated), (plain, counted))
        )
        assert found.values == pytest.approx(wanted.values, abs=2e-5), how
        assert np.ptp(wanted.values) > 1
        if feature == "since":
            assert [(point - start) / pd.Timedelta("1D") for point in found.grid] == pytest.approx(
                wanted.grid, abs=1e-5
            )
        else:
            assert len(found.curves) == 4
            assert found.curves[0].startswith("since 2021-")


def test_dates_of_ones_own_are_the_grid() -> None:
    """The answer at a date that a person types is the model's mean answer with every row at that date."""
    frame = pd.DataFrame({"since": pd.date_range("2021-03-01", periods=40, freq="10D"), "other": np.arange(40.0)})
    model = wrap(lambda rows: rows["since"].dt.month * rows["other"], features=list(frame))
    for kind in ("partial", "accumulated", "conditional"):
        result = run(model, from_frame(frame, target=""), feature="since", kind=kind, at="2022-02-01, 2021-06-30 12:00")
        assert result.grid == (pd.Timestamp("2021-06-30 12:00"), pd.Timestamp("2022-02-01"))
        if kind == "partial":
            assert result.values[0] == pytest.approx([6 * frame["other"].mean(), 2 * frame["other"].mean()])
            assert [row["cell"] for row in view(result).rows if row["role"] == "line"] == [
                "2021-06-30 12:00",
                "2022-02-01",
            ]


def test_accumulated_effects_of_levels_have_the_mean_prediction_as_their_mean() -> None:
    """As in the authors' own program: every row counts at its own level."""
    random = np.random.default_rng(3)
    frame = pd.DataFrame({"city": random.choice(["a", "b", "c"], 90, p=[0.7, 0.2, 0.1]), "x": random.normal(size=90)})
    model = wrap(lambda rows: 5.0 * (rows["city"] == "a") + rows["x"], features=["city", "x"])
    result = run(model, from_frame(frame, target=""), feature="city", kind="accumulated")
    height = dict(zip(result.grid, result.values[0], strict=True))
    assert frame["city"].map(height).mean() == pytest.approx(result.reference)
    assert height["a"] - height["b"] == pytest.approx(5)
    assert height["b"] == pytest.approx(height["c"])


def test_levels_missing_values_and_own_grids() -> None:
    frame = pd.DataFrame({"city": ["a", "b", None, "a"] * 10, "x": [1.0, np.nan, 3.0, 4.0] * 10})
    table = from_frame(frame, target="")
    model = wrap(
        lambda rows: (rows["city"] == "a").astype(float) + rows["x"].fillna(0),
        features=["city", "x"],
        task="regression",
    )
    for kind in ("partial", "accumulated", "conditional"):
        result = run(model, table, feature="city", kind=kind)
        assert set(result.grid) == {"a", "b"}
        values = dict(zip(result.grid, result.values[0], strict=True))
        assert values["a"] - values["b"] == pytest.approx(1 if kind != "conditional" else values["a"] - values["b"])
        assert np.isfinite(run(model, table, feature="x", kind=kind).values).all()
    assert run(model, table, feature="city", at="b").grid == ("b",)
    with pytest.raises(InputError, match="not a level"):
        run(model, table, feature="city", at="z")
    with pytest.raises(InputError, match="not a number"):
        run(model, table, feature="x", at="1, two")


def test_curves_as_changes_begin_at_zero_and_keep_their_shape() -> None:
    for kind in ("partial", "accumulated", "conditional"):
        plain = run(*case("random forest, regression"), feature="a", kind=kind)
        moved = run(*case("random forest, regression"), feature="a", kind=kind, level="change")
        assert moved.values == pytest.approx(plain.values - plain.values[:, :1])
        assert moved.reference == 0
        assert "changes the model's mean answer by" in view(moved).sentence


def test_levels_are_drawn_as_bars_from_the_mean_prediction() -> None:
    result = run(*case("pipeline with text levels"), feature=HOSTILE)
    bars = view(result, bars=True)
    assert [layer["mark"]["type"] for layer in bars.spec["layer"]].count("bar") == 1
    for row in bars.rows:
        if row["role"] == "line":
            assert row["x2"] == result.reference


@pytest.mark.parametrize(
    "params",
    [
        {"kind": "partial"},
        {"kind": "accumulated"},
        {"kind": "accumulated", "accumulate": "weights"},
        {"kind": "conditional", "level": "change"},
    ],
    ids=str,
)
def test_whole_weights_average_as_repeated_rows_in_any_unit(params: dict[str, Any]) -> None:
    random = np.random.default_rng(1)
    frame = pd.DataFrame(random.normal(size=(90, 3)), columns=["a", "b", "c"])
    truth = frame["a"] * frame["b"] + frame["c"]
    model = wrap(RandomForestRegressor(n_estimators=8, random_state=0).fit(frame, truth))
    times = np.where(frame["a"] > 0, 3, 1)
    asked = {"feature": "b", "at": "-1, -0.5, 0.25, 1.5", "rows": 1000, **params}
    many = frame.loc[frame.index.repeat(times)].reset_index(drop=True)
    plain, repeated = (run(model, from_frame(rows, target=""), **asked) for rows in (frame, many))
    held, scaled = (
        run(model, from_frame(frame.assign(w=times * unit), target="", weights="w"), **asked) for unit in (1, 0.7)
    )
    assert held.values == pytest.approx(repeated.values)
    assert held.values == pytest.approx(scaled.values)
    assert held.reference == pytest.approx(repeated.reference)
    assert np.abs(held.values - plain.values).max() > 1e-3, "it is another question"
    assert any("weighted by 'w'" in check.text for check in held.checks)


def test_weights_count_within_groups_and_rows_of_weight_zero_nowhere() -> None:
    random = np.random.default_rng(2)
    frame = pd.DataFrame({"a": random.normal(size=80), "b": random.normal(size=80), "g": random.choice(["x", "y"], 80)})
    frame["w"] = random.integers(0, 3, 80)
    frame.loc[frame["w"] == 0, "b"] = 1e9
    table = from_frame(frame, target="", weights="w")
    model = wrap(lambda rows: rows["a"] * rows["b"], features=["a", "b", "g"], task="regression")
    result = run(model, table, feature="a", group="g", kind="partial", at="0, 1", rows=1000, curves=2)
    for name, curve in zip(table.schema["g"].levels, result.values[:2], strict=True):
        own = frame[frame["g"] == name]
        assert curve == pytest.approx([0, np.average(own["b"], weights=own["w"])])
    assert result.values.max() < 1e6
    error = next(check.value for check in result.checks if check.name == "rows")
    assert error is not None
    assert 0 < error < 1e6


def test_single_rows_are_thin_and_nameless_behind_the_averages() -> None:
    model, table = case("random forest, regression")
    result = engine.explain("model_profile", model, table, feature="a", curves=4, grid_points=6)
    rows = view(result).rows
    assert {row["curve"] for row in rows if row["role"] == "line"} == {"average"}
    assert {row["curve"] for row in rows if row["role"] == "single"} == {f"single row {at}" for at in (1, 2, 3, 4)}
    drawn = [layer for layer in view(result).spec["layer"] if "'single'" in str(layer["transform"])]
    assert ["color" in layer["encoding"] for layer in drawn] == [False], "no colour of their own, so no legend"
