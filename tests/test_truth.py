from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from core import engine, registry
from core.errors import InputError, NotApplicable
from core.registry import Job
from core.truth import scored_rows, unknown
from core.types import Table
from tests.conftest import LogisticModel, closed_table
from tests.contract_cases import case

MODEL = LogisticModel((0.1, 0.0, 1.0), -5.0, ("income", "age", "member"), ("0", "1"))


def job(table: Table, rows: int, seed: int = 0) -> Job:
    return Job(MODEL, table, 0, 1, {"rows": rows, "seed": seed})


def test_what_is_not_known_is_said() -> None:
    table = closed_table()
    assert unknown(MODEL, table) is None
    assert "no column" in str(unknown(MODEL, dataclasses.replace(table, target=None)))
    named = LogisticModel(MODEL.weights, MODEL.bias, MODEL.features, ("no", "yes"))
    assert "Fewer than two" in str(unknown(named, table)), "the table's 0 and 1 are none of its classes"
    assert "none of its classes" in str(unknown(named, table))
    some = table.frame.astype({"outcome": object})
    some.loc[some.index[9:], "outcome"] = "else"
    assert unknown(MODEL, dataclasses.replace(table, frame=some), least=9) is None
    assert str(unknown(MODEL, dataclasses.replace(table, frame=some), least=10)).endswith("that the model knows.")
    blank = table.frame.assign(outcome=np.nan)
    assert "classes" not in str(unknown(MODEL, dataclasses.replace(table, frame=blank))), (
        "an empty column has no levels"
    )


def test_rows_are_drawn_with_the_seed_in_order_with_their_truth() -> None:
    table = closed_table(rows=200)
    rows, known = scored_rows(job(table, 50))
    assert len(rows) == 50
    assert rows.tolist() == sorted(set(rows.tolist()))
    assert known.tolist() == table.frame["outcome"].to_numpy()[rows].tolist()
    assert scored_rows(job(table, 50))[0].tolist() == rows.tolist()
    assert scored_rows(job(table, 50, seed=1))[0].tolist() != rows.tolist()
    assert len(scored_rows(job(table, 1000))[0]) == 200


def test_rows_without_truth_are_left_out() -> None:
    table = closed_table(rows=30)
    frame = table.frame.astype({"outcome": float})
    frame.loc[[3, 7], "outcome"] = np.nan
    rows, known = scored_rows(job(dataclasses.replace(table, frame=frame), 100))
    assert not {3, 7} & set(rows.tolist())
    assert np.isfinite(known).all()


def test_without_a_target_there_is_nothing_to_score() -> None:
    with pytest.raises(InputError, match="not known"):
        scored_rows(job(dataclasses.replace(closed_table(), target=None), 10))


WHOLE = [entry for entry in registry.methods() if entry.scope != "row"]
NEED = {"performance", "permutation_importance", "refit_importance", "residuals", "subsets", "target_against_feature"}
NEED |= {"aspects", "fairness", "fair_weights"}


@pytest.mark.parametrize("name", ["xgboost with missing values", "lightgbm, three classes", "histogram boosting"])
@pytest.mark.parametrize("method", WHOLE, ids=lambda method: method.id)
def test_a_target_of_foreign_classes_is_refused_in_words_or_not_needed(method: registry.Method, name: str) -> None:
    model, table = case(name)
    kinds = [f"kind {row % len(model.classes)}" for row in range(len(table))]
    foreign = dataclasses.replace(table, frame=table.frame.assign(**{str(table.target): kinds}))
    if method.id in NEED:
        with pytest.raises(NotApplicable, match="none of its classes"):
            engine.explain(method.id, model, foreign)
    elif not method.unsupported(model, table):
        assert engine.explain(method.id, model, foreign).kind == method.kind
