"""Deep trees, where tables do not fit: the walks give what the definition gives."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import RandomForestRegressor

from core import engine
from core.loading.frames import from_frame
from core.models import wrap
from core.registry import Job
from core.shapley import ensemble, tables
from core.shapley.answer import explained, own_scale
from core.shapley.deep import Sweep
from core.shapley.frontier import Walk, shared, walk
from core.shapley.paths import follow
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
    asked = job(model, table, 1, size=200)  # more than one set of background rows
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


def test_a_walk_says_the_same_on_any_number_of_processors(no_tables, monkeypatch):
    """To the last bit; and parts of the trees, walked apart, add up to the whole."""
    model, table = zoo.get("forest number")
    ready = ensemble.prepare(job(model, table, 0), "interventional", deep=True)
    encoded, found = ready.form.encode(table.rows(range(70))), []
    whole = ready.explainer.values(encoded)[0]
    monkeypatch.setattr("core.shapley.frontier.SHARED", 20)
    packed = ready.explainer.packed
    apart = replace(ready.explainer, parts=shared(packed.roots, len(packed.nodes)))
    assert len(apart.parts) > 1
    for hands in (1, 3):
        monkeypatch.setattr("core.processors.processors", lambda hands=hands: hands)
        found.append(apart.values(encoded)[0])
    np.testing.assert_array_equal(*found)
    assert found[0] == pytest.approx(whole, abs=1e-12)


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


@pytest.mark.parametrize("width", [31, 64, 70, 140])
def test_the_walk_takes_any_number_of_features(width, monkeypatch):
    """Players are bits of one word or several: only seven of the columns say anything, and those are enumerated."""
    random = np.random.default_rng(4)
    used = np.unique(np.linspace(0, width - 1, 7).astype(int))
    inputs = np.zeros((150, width))
    inputs[:, used] = random.normal(size=(150, len(used))).round(3)
    frame = pd.DataFrame(inputs, columns=[f"c{at}" for at in range(width)])
    truth = inputs[:, used[0]] * inputs[:, used[3]] + np.sin(2 * inputs[:, used[6]]) + inputs[:, used[1:6]].sum(axis=1)
    model = wrap(RandomForestRegressor(4, random_state=0, n_jobs=1).fit(frame, truth))
    table = from_frame(frame, "rows", target="")
    monkeypatch.setattr(tables, "CELLS", 0)
    asked = job(model, table, 0, 30)
    ready = ensemble.prepare(asked, "interventional", deep=True)
    assert isinstance(ready.explainer, Walk)
    values, outputs = ready.explainer.values(ready.form.encode(table.rows(ROWS)))
    names = [frame.columns[at] for at in used]
    others = np.setdiff1d(np.arange(width), used)

    def few(rows):
        return model.predict(frame.iloc[[0] * len(rows)].assign(**{name: rows[name].array for name in names}))[:, 0]

    for at, row in enumerate(ROWS):
        found, base, whole = oracle.marginal(few, table.instance(row)[names], table.background(30, 3)[names])
        assert values[at][used] == pytest.approx(found, abs=1e-9)
        assert not values[at][others].any()
        assert (ready.explainer.base, outputs[at]) == pytest.approx((base, whole), abs=1e-9)


def test_a_background_beyond_all_bounds_is_left_to_asking(no_tables, monkeypatch):
    model, table = zoo.get("forest number")
    monkeypatch.setattr("core.shapley.frontier.BYTES", 1_000)
    assert ensemble.prepare(job(model, table, 0), "interventional", deep=True) is None
    result = engine.explain("shap", model, table, 5, kind="interventional", background=20, samples=400)
    assert any("asked" in check.text or "Sampled" in check.text for check in result.checks)
    assert result.base + result.values.sum() == pytest.approx(result.output)


def break_a_tree(trees, how):
    """Trees that no library makes: two parents of one node, a child that is not there, a column that is not there."""
    inner = np.flatnonzero((trees.left >= 0) & (trees.left[trees.left] >= 0))[0]
    if how == "two parents":
        return replace(trees, right=np.where(np.arange(len(trees.right)) == inner, trees.left, trees.right))
    if how == "no child":
        return replace(trees, right=np.where(np.arange(len(trees.right)) == inner, -1, trees.right))
    return replace(trees, feature=np.where(np.arange(len(trees.feature)) == inner, 2**31, trees.feature))


@pytest.mark.parametrize("how", ["", "two parents", "no child", "no column"])
def test_what_is_no_tree_is_not_walked(how):
    """The compiled loops check no bounds, so nothing else may come to them."""
    model, table = zoo.get("forest number")
    portable = model.portable()
    paths = follow(portable)
    if how:
        paths = replace(paths, trees=break_a_tree(portable.body, how))
        if how != "no column":
            paths = replace(paths, levels=levels_of(paths.trees))
    rows = table.rows(range(30)).to_numpy(dtype=float)
    found = walk(paths, portable.body.value[:, 0].copy(), rows, len(portable.features), 0.0, 0.0)
    assert isinstance(found, Walk) if not how else found is None


def levels_of(trees):
    levels = [trees.roots]
    while len(levels[-1]):
        inner = levels[-1][trees.left[levels[-1]] >= 0]
        levels.append(np.stack([trees.left[inner], trees.right[inner]], axis=1).ravel())
    return tuple(levels[:-1])
