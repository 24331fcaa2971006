"""SHAP against enumeration of all coalitions, for every family that the product explains."""

from __future__ import annotations

import numpy as np
import pytest

from core import engine, registry
from core.errors import NotApplicable
from core.registry import Job
from core.shapley.answer import explained, own_scale
from core.shapley.trusted import trusted
from core.types import Model, Table
from tests.shapley import oracle, zoo

BACKGROUND = 14
ALL = [*zoo.TREES, *zoo.OTHERS]


def job(model: Model, table: Table, output: int, **params: object) -> Job:
    given = {"kind": "auto", "scale": "auto", "background": BACKGROUND, "samples": 1000, "seed": 3, **params}
    return Job(model, table, 0, output, given)


def outputs(model: Model) -> list[int]:
    return list(range(max(1, len(model.classes))))


def expected(model: Model, table: Table, row: int, output: int, scale: str):
    number = explained(job(model, table, output), scale)
    return oracle.marginal(number.of, table.instance(row), table.background(BACKGROUND, 3))


@pytest.mark.parametrize("name", ALL)
def test_interventional_values_equal_enumeration(name):
    model, table = zoo.get(name)
    for row, output in [(5, outputs(model)[-1]), (17, 0)]:
        result = engine.explain(
            "shap", model, table, row, output=output, kind="interventional", background=BACKGROUND, seed=3
        )
        scale = "probability" if result.scale == own_scale(model) else "log-odds"
        values, base, whole = expected(model, table, row, output, scale)
        size = max(1.0, np.abs(values).sum())
        assert result.values == pytest.approx(values, abs=2e-6 * size)
        assert (result.base, result.output) == pytest.approx((base, whole), abs=2e-6 * size)
        assert result.checks[0].name == "additivity"
        assert result.checks[0].passed


@pytest.mark.parametrize("name", zoo.TREES)
def test_trees_are_explained_by_tables(name):
    model, table = zoo.get(name)
    result = engine.explain("shap", model, table, 5, kind="interventional", background=BACKGROUND)
    assert any("from the trees themselves" in check.text for check in result.checks)


@pytest.mark.parametrize("name", zoo.TREES)
def test_path_dependent_values_equal_walks_down_both_ways(name):
    model, table = zoo.get(name)
    output = outputs(model)[-1]
    form = trusted(job(model, table, output))
    for row in (5, 17):
        result = engine.explain("shap", model, table, row, output=output)
        column = min(output, form.portable.body.base.shape[0] - 1)
        values, base, whole = oracle.along_covers(form.portable, form.encode(table.instance(row))[0], column)
        size = max(1.0, np.abs(values).sum())
        assert result.values == pytest.approx(values, abs=1e-9 * size)
        assert (result.base, result.output) == pytest.approx((base, whole), abs=1e-9 * size)


@pytest.mark.parametrize(
    "name", ["xgboost binary", "xgboost categories", "xgboost dart", "lightgbm classes", "lightgbm categories"]
)
def test_path_dependent_values_equal_the_librarys_own(name):
    model, table = zoo.get(name)
    rows = list(range(30))
    native = model.contributions(table.rows(rows))
    output = outputs(model)[-1]
    found = engine.explain_rows("shap", model, table, rows, output=output)
    column = native.values.shape[2] - 1
    for row, result in zip(rows, found, strict=True):
        assert result.values == pytest.approx(native.values[row, :, column], abs=2e-5)
        assert result.base == pytest.approx(native.base[row, column], abs=2e-5)


@pytest.mark.parametrize("name", ALL)
def test_probability_scale_equals_enumeration(name):
    model, table = zoo.get(name)
    output = outputs(model)[-1]
    result = engine.explain(
        "shap", model, table, 9, output=output, kind="exact", scale="probability", background=BACKGROUND, seed=3
    )
    values, base, whole = expected(model, table, 9, output, "probability")
    assert result.scale == ("target" if model.task == "regression" else "probability")
    assert result.values == pytest.approx(values, abs=1e-6 * max(1.0, np.abs(values).sum()))
    assert (result.base, result.output) == pytest.approx((base, whole), rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("name", ALL)
def test_output_is_the_models_own_number(name):
    model, table = zoo.get(name)
    for output in outputs(model):
        result = engine.explain("shap", model, table, 21, output=output)
        scale = "probability" if result.scale == own_scale(model) else "log-odds"
        own = explained(job(model, table, output), scale).of(table.instance(21))[0]
        assert result.output == pytest.approx(own, rel=2e-6, abs=2e-6)
        assert result.base + result.values.sum() == pytest.approx(own, rel=5e-6, abs=5e-6)


@pytest.mark.parametrize("name", ALL)
def test_a_page_of_rows_equals_row_by_row(name):
    model, table = zoo.get(name)
    output = outputs(model)[-1]
    rows = [3, 40, 3, 11]
    page = engine.explain_rows("shap", model, table, rows, output=output, background=20)
    for row, result in zip(rows, page, strict=True):
        alone = engine.explain("shap", model, table, row, output=output, background=20)
        assert result.values == pytest.approx(alone.values, rel=1e-9, abs=1e-12)
        assert result.features == model.features
        assert result.provenance.row == row


def test_the_two_classes_mirror_each_other():
    model, table = zoo.get("xgboost binary")
    no, yes = (engine.explain("shap", model, table, 4, output=output) for output in (0, 1))
    assert no.values == pytest.approx(-yes.values)
    assert (no.base, no.output) == pytest.approx((-yes.base, -yes.output))
    assert (no.label, yes.label) == model.classes


def test_kernel_with_all_coalitions_is_exact():
    model, table = zoo.get("network")
    exact = engine.explain("shap", model, table, 4, kind="exact", background=30)
    kernel = engine.explain("shap", model, table, 4, kind="kernel", samples=64, background=30)
    assert kernel.values == pytest.approx(exact.values, abs=1e-9)
    assert kernel.spread is None


@pytest.mark.parametrize(("kind", "samples"), [("permutation", 120), ("kernel", 40)])
def test_sampled_values_are_within_their_standard_errors(kind, samples):
    model, table = zoo.get("network")
    exact = engine.explain("shap", model, table, 4, kind="exact", background=30)
    hits, total = 0, 0
    for seed in range(12):
        truth = engine.explain("shap", model, table, 4, kind="exact", background=30, seed=seed)
        found = engine.explain("shap", model, table, 4, kind=kind, samples=samples, background=30, seed=seed)
        assert found.base + found.values.sum() == pytest.approx(found.output, abs=1e-9)
        gap = np.abs(found.values - truth.values)
        assert gap.max() < 0.1 * np.abs(exact.values).sum()
        hits += int((gap <= 3 * found.spread + 1e-9).sum())
        total += len(gap)
    assert hits / total > 0.9


def test_same_seed_same_answer_other_seed_other_background():
    model, table = zoo.get("neighbours")
    first, again, other = (
        engine.explain("shap", model, table, 8, kind="permutation", background=20, samples=80, seed=seed)
        for seed in (1, 1, 2)
    )
    assert (first.values == again.values).all()
    assert not (first.values == other.values).all()


def test_a_scale_that_does_not_exist_is_refused():
    model, table = zoo.get("forest classes")
    with pytest.raises(NotApplicable, match="no log-odds"):
        engine.explain("shap", model, table, 0, scale="log-odds")


def test_path_dependent_probability_of_a_booster_is_refused():
    model, table = zoo.get("xgboost binary")
    with pytest.raises(NotApplicable, match="path-dependent"):
        engine.explain("shap", model, table, 0, kind="path-dependent", scale="probability")


@pytest.mark.parametrize("kind", ["path-dependent", "linear"])
def test_a_kind_that_does_not_hold_is_refused(kind):
    model, table = zoo.get("neighbours")
    with pytest.raises(NotApplicable):
        engine.explain("shap", model, table, 0, kind=kind)


def test_it_is_the_first_method():
    entry = registry.methods("row")[0]
    assert (entry.id, entry.title) == ("shap", "SHAP")
    assert "10.1038/s42256-019-0138-9" in entry.about
