"""What every method of the registry keeps, whatever the model."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest

from core import engine, export, registry
from core.codec import decode, encode
from core.errors import NotApplicable
from core.loading.frames import derive
from core.registry import Method
from core.results import KINDS, Attribution, Nudges, Profile, Result, same
from core.views import VIEWS, view
from tests.contract_cases import CASES, case

EVERY = pytest.mark.parametrize("method", registry.methods(), ids=lambda method: method.id)
MODELS = pytest.mark.parametrize("name", CASES)
KINDS_OF_ANSWERS = pytest.mark.parametrize("name", [name for name in CASES if "catboost" not in name])
"""Every task and every kind of column; CatBoost's answers are drawn and written like the pipeline's."""


def ask(method: Method, name: str, row: int = 7) -> Result:
    model, table = case(name)
    reason = method.unsupported(model, table)
    if reason:
        with pytest.raises(NotApplicable, match=re.escape(reason)):
            engine.explain(method.id, model, table, row)
        pytest.skip(f"says why it does not apply: {reason}")
    return engine.explain(method.id, model, table, row)


answered = cache(ask)
"""An answer that the tests of its form share; it cannot be written to."""


@EVERY
@MODELS
def test_the_same_question_gives_the_same_answer(method: Method, name: str) -> None:
    first = answered(method, name)
    if method.scope == "row":
        ask(method, name, row=0)
    assert same(first, ask(method, name)), "another question in between changes nothing"


@EVERY
@MODELS
def test_the_answer_is_valid_by_its_kind(method: Method, name: str) -> None:
    model, table = case(name)
    result = answered(method, name)
    assert result.kind == method.kind
    assert result.checks, "every answer carries its own checks"
    assert all(check.text for check in result.checks)
    assert result.provenance is not None
    assert (result.provenance.model, result.provenance.table) == (model.fingerprint, table.fingerprint)
    if isinstance(result, Attribution):
        reached = result.output if result.additive else result.fitted
        assert result.base + result.values.sum() == pytest.approx(reached, rel=1e-5, abs=1e-6)
        named = [part for feature in result.features for part in feature.split(" × ")]
        assert set(named) <= set(model.features)
    if isinstance(result, Profile) and method.scope == "row":
        own = result.grid.index(result.at[0])
        assert result.values[0, own] == pytest.approx(result.outputs[0], abs=1e-9), "its own value, its own prediction"
        assert result.feature in model.features
    if isinstance(result, Nudges):
        check_nudges(result, name)


def check_nudges(result: Nudges, name: str) -> None:
    """Each nudge, built by hand and predicted again, reaches the goal."""
    model, table = case(name)
    assert result.nudges or result.reason
    for nudge in result.nudges:
        changed = table.instance(7)
        for change in nudge.changes:
            changed[change.name] = np.array([change.after], dtype=object)
            changed[change.name] = changed[change.name].astype(table.frame[change.name].dtype)
        outputs = model.predict(changed)[0]
        output = outputs[model.classes.index(result.label)] if model.classes else outputs[0]
        assert output == pytest.approx(nudge.output, abs=1e-9)
        assert result.target[0] <= output <= result.target[1]


@EVERY
@KINDS_OF_ANSWERS
def test_the_answer_survives_json_and_is_read_only(method: Method, name: str) -> None:
    result = answered(method, name)
    assert same(decode(json.loads(json.dumps(encode(result), allow_nan=False))), result)
    for item in type(result).__dataclass_fields__:  # type: ignore[attr-defined]
        value = getattr(result, item)
        if isinstance(value, np.ndarray):
            assert not value.flags.writeable
    with pytest.raises(AttributeError):
        result.checks = ()  # type: ignore[misc]


@EVERY
@KINDS_OF_ANSWERS
def test_the_answer_is_drawn_told_and_exported(method: Method, name: str) -> None:
    result = answered(method, name)
    drawn = view(result)
    assert drawn.sentence
    assert drawn.alt
    json.dumps([drawn.spec, drawn.rows], allow_nan=False)
    assert len(drawn.table) or not drawn.rows
    body = json.loads(json.dumps(export.to_json(result), allow_nan=False))
    assert body["kind"] == method.kind
    assert body["method"] == method.id
    if name != "pipeline with text levels":  # tests/pages/test_pages_downloads.py makes all its files
        page = export.to_html(result, method.question)
        assert "<script" not in page
        assert "data:image/svg" in page


@EVERY
def test_a_seed_is_a_seed(method: Method) -> None:
    if "seed" not in [param.name for param in method.params]:
        return
    model, table = case("pipeline with text levels")
    if method.unsupported(model, table):
        return
    one = engine.explain(method.id, model, table, 7, seed=1)
    assert same(one, engine.explain(method.id, model, table, 7, seed=1))
    assert one.provenance is not None
    assert one.provenance.seed == 1


@EVERY
def test_rows_at_once_equal_rows_one_by_one(method: Method) -> None:
    if method.scope != "row":
        return
    for name in ("pipeline with text levels", "lightgbm, three classes"):
        model, table = case(name)
        if method.unsupported(model, table):
            continue
        together = engine.explain_rows(method.id, model, table, [3, 0, 12])
        for row, result in zip([3, 0, 12], together, strict=True):
            alone = engine.explain(method.id, model, table, row)
            for item in ("values", "base", "output", "outputs"):
                if hasattr(alone, item):
                    assert getattr(result, item) == pytest.approx(getattr(alone, item), rel=1e-6, abs=1e-9)


@EVERY
def test_the_table_is_left_as_it_was(method: Method) -> None:
    model, table = case("xgboost with missing values")
    before = table.frame.copy()
    if not method.unsupported(model, table):
        engine.explain(method.id, model, table, 5)
    assert before.equals(table.frame)


def plain(result: Result, without: str = "") -> Any:
    """An answer without the table it is about, and without one check."""
    kept = tuple(check for check in result.checks if check.name != without)
    return encode(replace(result, provenance=None, checks=kept))  # type: ignore[type-var]


@EVERY
@pytest.mark.parametrize("name", ["pipeline with text levels", "lightgbm, three classes", "random forest, regression"])
def test_weights_of_rows_change_nothing_where_equal_and_are_told_where_used(method: Method, name: str) -> None:
    before = answered(method, name)
    model, table = case(name)
    frame = table.frame.assign(even=2.5, uneven=np.arange(len(table)) % 5)
    even, uneven = (
        engine.explain(method.id, model, derive(table, frame, table.schema, weights=column), 7)
        for column in ("even", "uneven")
    )
    assert plain(even, "weights") == plain(before), "not one bit"
    told = [check.text for check in uneven.checks if check.name == "weights"]
    if not told:
        assert plain(uneven) == plain(before), "numbers that weights change carry a check that says so"
    else:
        assert "weighted by 'uneven'" in told[0]
        assert plain(uneven, "weights") != plain(before)
        assert [check.name for check in even.checks if check.name == "weights"], "equal ones are told, too"


def test_the_methods_that_weigh_rows_are_these() -> None:
    model, table = case("random forest, regression")
    held = derive(table, table.frame.assign(w=np.arange(len(table))), table.schema, weights="w")
    found = {
        method.id
        for method in registry.methods()
        if not method.unsupported(model, held)
        and any(check.name == "weights" for check in engine.explain(method.id, model, held, 7).checks)
    }
    profiles = {"model_profile", "two_features", "aspects"}
    assert found == {"performance", "permutation_importance", "refit_importance", "fairness_regression", *profiles}


def test_every_kind_has_one_view_and_one_export() -> None:
    from core.export.picture import PICTURES
    from core.export.public import PUBLIC

    assert set(VIEWS) == set(PUBLIC) == set(PICTURES) == set(KINDS)
