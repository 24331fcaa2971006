"""What questions about one model share: sampled rows, their predictions, the quick form; rare outcomes are found."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.kernel_ridge import KernelRidge
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from core.counterfactual import prepare as module
from core.counterfactual.coding import coder
from core.counterfactual.goals import Goal
from core.counterfactual.prepare import all_reaching, may_miss, prepare
from core.engine import explain
from core.errors import ModelError
from core.loading.frames import from_frame
from core.models import wrap
from core.registry import Job


def table_of(rows: int = 300):
    random = np.random.default_rng(2)
    frame = pd.DataFrame({
        "x": random.normal(0, 1, rows).round(2),
        "n": random.integers(0, 9, rows),
        "level": random.choice(["a", "b", "c"], rows),
    })  # fmt: skip  # a table
    frame["y"] = (frame["x"] + (frame["level"] == "b") > 0.4).astype(int)
    return from_frame(frame, target="y")


def model_of(table, kind):
    inputs, truth = table.inputs, table.frame["y"]
    encoder = make_column_transformer((StandardScaler(), ["x", "n"]), (OneHotEncoder(), ["level"]))
    head = LogisticRegression() if kind == "linear" else MLPClassifier((6,), max_iter=2000, random_state=0)
    return wrap(make_pipeline(encoder, head).fit(inputs, truth))


@pytest.mark.parametrize("kind", ["linear", "network"])
def test_the_quick_form_says_what_the_model_says(kind):
    table = table_of()
    model = model_of(table, kind)
    made = prepare(Job(model, table, 0, 1), 0)
    assert made.quick is not None
    assert made.quick.outputs(made.rows) == pytest.approx(model.predict(table.inputs), abs=1e-9)
    assert made.outputs == pytest.approx(model.predict(table.inputs))
    row, said = made.of_row(17)
    assert said == pytest.approx(model.predict(table.instance(17))[0])
    assert made.code.decode(row[None, :]).equals(table.instance(17).reset_index(drop=True))


def test_a_quick_form_that_differs_is_not_used():
    table = table_of()
    model = model_of(table, "linear")

    class Wrong:
        fingerprint = "wrong"

        def __getattr__(self, name):
            return getattr(model, name)

        def predict(self, frame):
            return model.predict(frame)[:, ::-1]

    assert prepare(Job(Wrong(), table, 0, 1), 0).quick is None


def test_a_large_table_is_sampled_by_the_seed(monkeypatch):
    monkeypatch.setattr(module, "SAMPLE", 50)
    table = table_of(200)
    model = model_of(table, "linear")
    first, second = prepare(Job(model, table, 0, 1), 11), prepare(Job(model, table, 0, 1), 12)
    assert len(first.rows) == 50
    assert first.places.tolist() != second.places.tolist()
    missing = next(row for row in range(200) if row not in first.places)
    assert first.of_row(missing) is None


def test_rows_outside_the_sample_are_looked_for_when_it_has_none(monkeypatch):
    """One row in 400 has the outcome: no answer may be missed because a sample lacked it."""
    monkeypatch.setattr(module, "SAMPLE", 20)
    monkeypatch.setattr(module, "FEWER", 20)
    frame = pd.DataFrame({"x": np.zeros(400).round(1), "n": np.arange(400) % 7, "y": 0})
    frame.loc[333, "x"] = 5.0
    frame.loc[0, "x"] = 1.0
    table = from_frame(frame, target="y", label="")

    def rare(rows: pd.DataFrame) -> np.ndarray:
        return np.where((rows["x"].to_numpy() == 5.0) & (rows["n"].to_numpy() == 333 % 7), 0.9, 0.1)

    model = wrap(rare, features=["x", "n"], task="binary")
    goal = Goal("class", 1, 0.5, 1.0, 0.0, "", "1")
    rows, said = all_reaching(Job(model, table, 0, 1), goal)
    assert len(rows) == len(said) == 1
    assert goal.reached(said).all()
    result = explain("nudges", model, table, 5, k=1)
    assert {change.name for change in result.nudges[0].changes} <= {"x", "n"}
    assert result.nudges[0].output == pytest.approx(0.9)


def gappy(answer):
    """Three columns of numbers, of which only z has gaps, from row 200 on."""
    frame = table_of().frame[["x", "n", "y"]].assign(z=lambda rows: rows["x"] + 5)
    frame.loc[200:, "z"] = np.nan
    frame["y"] = answer(frame)
    return from_frame(frame, target="y")


def allowed(model, table):
    code = coder(table)
    return may_miss(Job(model, table, 0, 0, {"missing": ("n", "z")}), code, code.encode(table.instance(0))[0])


def test_a_cell_is_emptied_only_where_its_column_has_gaps():
    """An emptied whole number became the smallest there is, of which a line says 1e18 or more: the goal seemed near."""
    table = gappy(lambda frame: 2.0 * frame["n"] + frame["x"])
    model = wrap(make_pipeline(SimpleImputer(), KernelRidge()).fit(table.inputs, table.frame["y"]))
    assert allowed(model, table) == ("z",)
    found = explain("nudges", model, table, 0, missing=("n",), low=1e6)
    assert not found.nudges
    assert "reaches the goal" in found.reason


def test_a_cell_is_emptied_only_where_the_model_answers_then():
    table = gappy(lambda frame: frame["y"])
    known = table.frame["z"].notna()
    model = wrap(KNeighborsClassifier().fit(table.inputs[known], table.frame["y"][known]))
    with pytest.raises(ModelError):
        model.predict(table.inputs)
    assert allowed(model, table) == ()
