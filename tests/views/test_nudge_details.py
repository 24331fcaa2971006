"""One nudge looked at: the path of the prediction, and the crossing on a feature's profile."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest

from core.counterfactual.crossing import crossing
from core.counterfactual.words import apply
from core.engine import explain
from core.errors import InputError
from core.loading.frames import from_frame
from core.results import Change, Nudge, Nudges, Profile
from core.views import nudge_crossing, nudge_path

CHANGES = (Change("income", 1200.0, 1500.0), Change("home", "own", "rent"))


def made(line: float | None = 0.5, path: tuple[float, ...] = (0.41, 0.48, 0.62)) -> Nudges:
    nudge = Nudge(CHANGES, 0.62, 0.1, {}, path)
    names = ("income", "home")
    return Nudges(names, (1200.0, "own"), "paid", 0.41, (0.5, 1.0), "probability", "paid", (nudge,), line=line)


def test_a_path_is_the_instance_and_a_bar_a_change() -> None:
    drawn = nudge_path.view(made())
    steps = [row for row in drawn.rows if row["role"] == "step"]
    assert [row["label"] for row in steps] == ["as it is", "income: 1200 → 1500", "home: own → rent"]
    assert [(row["start"], row["end"]) for row in steps] == [(0.41, 0.41), (0.41, 0.48), (0.48, 0.62)]
    assert [row["way"] for row in steps] == ["none", "up", "up"]
    goal = [row for row in drawn.rows if row["role"] == "goal"]
    assert [(row["end"], row["said"]) for row in goal] == [(0.5, "goal 50 %")]
    assert drawn.sentence == "From 41 % for “paid”: income takes it to 48 % and home takes it to 62 %."
    assert list(drawn.table.iloc[:, 1]) == [0.41, 0.48, 0.62]


def test_a_path_without_a_line_or_without_steps() -> None:
    assert not [row for row in nudge_path.view(made(line=None)).rows if row["role"] == "goal"]
    assert nudge_path.view(made(path=())).rows == []


def test_the_specification_is_constant_for_a_scale() -> None:
    assert nudge_path.spec(made()) == nudge_path.spec(made(line=None, path=(0.1, 0.2, 0.3)))


def test_the_crossing_is_where_the_model_crosses(logistic_model, logistic_table) -> None:
    """The curve is the model asked row by row; the crossing lies between the last miss and the nudge."""
    checked = 0
    for row in range(0, 40, 4):
        result = explain("nudges", logistic_model, logistic_table, row, k=2, defaults=False)
        column = logistic_model.classes.index(result.label)
        for place, nudge in enumerate(result.nudges):
            for change in nudge.changes:
                profile = crossing(logistic_model, logistic_table, row, result, place, change.name)
                rest = apply(logistic_table.instance(row), [item for item in nudge.changes if item is not change])
                for spot in (0, len(profile.grid) // 2, len(profile.grid) - 1):
                    point = Change(change.name, change.before, profile.grid[spot])
                    said = logistic_model.predict(apply(rest, [point]))[0, column]
                    assert profile.values[0, spot] == pytest.approx(said)
                assert profile.outputs[0] == pytest.approx(nudge.output)
                assert change.before in profile.grid
                assert change.after in profile.grid
                feature = logistic_table.schema[change.name]
                drawn = nudge_crossing.view(profile, change, len(nudge.changes) - 1, feature=feature)
                if feature.is_ordered:
                    labels = [row["label"] for row in drawn.rows if row["role"] == "own"]
                    assert any(label.startswith("nudge ") for label in labels)
                    assert any(label.startswith("now ") for label in labels)
                    spots = [row["x"] for row in drawn.rows if row["role"] == "crossing"]
                    low, high = sorted((change.before, change.after))
                    assert any(low <= spot <= high for spot in spots)
                    assert "crosses 50 %" in drawn.sentence
                    checked += 1
                else:
                    assert "reaches the goal" in drawn.sentence
    assert checked >= 8


@pytest.mark.parametrize(("after", "side"), [(9.0, "left"), (1.0, "right")])
def test_the_goals_label_keeps_clear_of_the_nudge(after: float, side: str) -> None:
    name = "consumption_of_the_whole_household_in_the_quarter_1"
    grid = (*(float(value) for value in range(11)), None)
    values = np.append(np.linspace(0.2, 0.8, 11), 0.4)[None, :]
    profile = Profile(name, grid, values, ("the nudge",), (after,), np.array([0.6]), "probability", "paid", True, 0.5)
    drawn = nudge_crossing.view(profile, Change(name, 5.0, after), 0)
    lines = [layer for layer in drawn.spec["layer"] if "threshold" in layer["transform"][0]["filter"]]
    assert [layer["mark"]["align"] for layer in lines if "align" in layer["mark"]] == [side]
    assert [row["label"] for row in drawn.rows if row["role"] == "title"] == [
        "consumption_of_the_whole_h…the_quarter_1"
    ]


def test_chances_below_0_and_above_1_have_no_tick() -> None:
    assert "datum.value >= 0 && datum.value <= 1 ?" in json.dumps(nudge_path.spec(made()))


def test_a_feature_that_stays_has_no_crossing(logistic_model, logistic_table) -> None:
    result = explain("nudges", logistic_model, logistic_table, 0, k=1, defaults=False)
    with pytest.raises(InputError, match="changed feature"):
        crossing(logistic_model, logistic_table, 0, result, 0, "nothing")


class ByDate:
    """A model of one date: yes from June 2021 on."""

    name = family = kind = fingerprint = "by date"
    task = "binary"
    classes = ("no", "yes")
    features = ("since",)
    margin_scale = None

    def predict(self, frame: pd.DataFrame) -> np.ndarray:
        days = (frame["since"] - pd.Timestamp("2021-06-01")).dt.days.to_numpy(float)
        chance = 1 / (1 + np.exp(-days / 30))
        return np.column_stack([1 - chance, chance])

    def portable(self) -> Any:
        return None


def test_dates_cross_too() -> None:
    frame = pd.DataFrame({"since": pd.date_range("2020-01-01", "2022-12-31", periods=40).normalize()})
    table, model = from_frame(frame, target=""), ByDate()
    result = explain("nudges", model, table, 0, k=1)  # type: ignore[arg-type]  # all that is needed
    change = result.nudges[0].changes[0]
    profile = crossing(model, table, 0, result, 0, "since")  # type: ignore[arg-type]  # as above
    drawn = nudge_crossing.view(profile, change, 0, feature=table.schema["since"])
    assert "2021-0" in drawn.sentence
    assert profile.outputs[0] == pytest.approx(result.nudges[0].output)
