"""Deep trees, where tables do not fit: the walks give what the definition gives."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.ensemble import RandomForestRegressor

from core import engine
from core.registry import Job
from core.shapley import ensemble, tables
from core.shapley.answer import explained, own_scale
from core.shapley.deep import Sweep
from core.shapley.frontier import Walk
from core.shapley.tables import Tables
from tests.shapley import oracle, zoo

ROWS = [5, 17]


def job(model, table, output, size=70):
    return Job(model, table, 0, output, {"background": size, "seed": 3, "kind": "auto", "scale": "auto"})


@pytest.fixture
def no_tables(monkeypatch):
    """As if every ensemble were too deep."""
    monkeypatch.setattr(tables, "CELLS", 0)
    monkeypatch.setattr(ensemble, "_STORE", type(ensemble._STORE)({"tables": 1, "deep": 1}))


@pytest.mark.parametrize("name", zoo.TREES)
def test_the_sweep_equals_walks_down_both_ways(name, no_tables):
    model, table = zoo.get(name)
    asked = job(model, table, max(0, len(model.classes) - 1))
    ready = ensemble.prepare(asked, "path-dependent", deep=True)
    assert isinstance(ready.explainer, Sweep)
    encoded = ready.form.encode(table.rows(ROWS))
    values, outputs = ready.explainer.values(encoded)
    column = min(asked.output, len(ready.form.portable.body.base) - 1)
    for at in range(len(ROWS)):
        truth, base, whole = oracle.along_covers(ready.form.portable, encoded[at], column)
        assert values[at] == pytest.approx(truth, abs=1e-9)
        assert (ready.explainer.base, outputs[at]) == pytest.approx((base, whole), abs=1e-9)


@pytest.mark.parametrize("name", zoo.TREES)
def test_the_walk_equals_enumeration(name, no_tables):
    model, table = zoo.get(name)
    asked = job(model, table, max(0, len(model.classes) - 1))
    ready = ensemble.prepare(asked, "interventional", deep=True)
    assert isinstance(ready.explainer, Walk)
    values, outputs = ready.explainer.values(ready.form.encode(table.rows(ROWS)))
    number = explained(asked, "probability" if ready.form.scale == own_scale(model) else "log-odds")
    for at, row in enumerate(ROWS):
        truth, base, whole = oracle.marginal(number.of, table.instance(row), table.background(70, 3))
        size = 2e-6 * max(1.0, np.abs(truth).sum())
        assert values[at] == pytest.approx(truth, abs=size)
        assert (ready.explainer.base, outputs[at]) == pytest.approx((base, whole), abs=size)


@pytest.mark.parametrize(("way", "kind"), [("path-dependent", Sweep), ("interventional", Walk)])
def test_walks_and_tables_agree_and_many_rows_equal_one_by_one(way, kind, monkeypatch):
    model, table = zoo.get("hist classes")
    asked = job(model, table, 1, size=100)
    by_table = ensemble.prepare(asked, way)
    assert isinstance(by_table.explainer, Tables)
    monkeypatch.setattr(tables, "CELLS", 0)
    monkeypatch.setattr(ensemble, "_STORE", type(ensemble._STORE)({"tables": 1, "deep": 1}))
    by_walk = ensemble.prepare(asked, way, deep=True)
    assert isinstance(by_walk.explainer, kind)
    encoded = by_walk.form.encode(table.rows(range(150)))
    values, outputs = by_walk.explainer.values(encoded)
    expected, same = by_table.explainer.values(encoded)
    assert values == pytest.approx(expected, abs=1e-10)
    assert outputs == pytest.approx(same, abs=1e-10)
    alone = np.concatenate([by_walk.explainer.values(encoded[at : at + 1])[0] for at in range(10)])
    assert alone == pytest.approx(values[:10], abs=1e-12)


def test_a_fully_grown_forest_is_exact_both_ways():
    frame = zoo.numbers()
    forest = RandomForestRegressor(40, random_state=0).fit(frame[zoo.NUMBERS], frame["number"])
    model, table = zoo.case(forest, frame, zoo.NUMBERS, "number")
    along = engine.explain("shap", model, table, 7)
    against = engine.explain("shap", model, table, 7, kind="interventional", background=40, seed=3)
    truth, base, whole = oracle.marginal(
        lambda rows: model.predict(rows)[:, 0], table.instance(7), table.background(40, 3)
    )
    assert against.values == pytest.approx(truth, abs=1e-9)
    assert (against.base, against.output) == pytest.approx((base, whole), abs=1e-9)
    assert along.output == pytest.approx(whole, abs=1e-9)
    assert along.checks[0].passed


def test_a_fully_grown_forest_equals_the_original_library():
    shap = pytest.importorskip("shap")
    frame = zoo.numbers()
    forest = RandomForestRegressor(12, random_state=0).fit(frame[zoo.NUMBERS].to_numpy(), frame["number"])
    model, table = zoo.case(forest, frame, zoo.NUMBERS, "number")
    original = shap.TreeExplainer(forest)
    expected = original.shap_values(table.rows(range(20)).to_numpy())
    for row, result in enumerate(engine.explain_rows("shap", model, table, range(20))):
        assert result.values == pytest.approx(expected[row], abs=1e-9)
        assert result.base == pytest.approx(float(np.ravel(original.expected_value)[0]))
