from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

from core import engine, registry
from core.errors import ComputeError, InputError, NotApplicable
from core.registry import Job, Method
from core.results import Attribution, same
from core.types import Param, Table
from tests.conftest import LogisticModel


def difference(job: Job) -> Attribution:
    """Attribute by weights times distance to the mean: exact for a logistic model's margin."""
    if job.params["fail"] == "input":
        raise InputError("Own words.", "Why.", "Hint.")
    if job.params["fail"] == "crash":
        raise ZeroDivisionError("deep inside")
    if job.params["fail"] == "memory":
        raise MemoryError
    instance = job.instance.to_numpy(dtype=float)[0]
    mean = job.table.inputs.to_numpy(dtype=float).mean(axis=0)
    margin = float(job.model.margin(job.instance)[0, 0])
    job.predict(job.instance)
    values = np.array(job.model.weights) * (instance - mean)  # type: ignore[attr-defined]
    if job.params["fail"] == "nan":
        values[0] = np.nan
    base = margin - values.sum() + (0.5 if job.params["fail"] == "gap" else 0.0)
    return Attribution(job.model.features, values, tuple(instance), base, margin, "log-odds", job.label)


PARAMS = (
    Param("fail", "choice", "no", "Which failure to show.", choices=("no", "input", "crash", "memory", "nan", "gap")),
    Param("seed", "int", 4, "Seed.", low=0),
)


@pytest.fixture(autouse=True)
def method(monkeypatch: pytest.MonkeyPatch) -> Method:
    entry = Method("difference", "Difference", "Why?", "2", "row", "attribution", difference, PARAMS)
    registry.methods()
    monkeypatch.setitem(registry._METHODS, "difference", entry)
    return entry


def test_the_answer_carries_its_checks_and_where_it_comes_from(
    logistic_model: LogisticModel, logistic_table: Table
) -> None:
    result = engine.explain("difference", logistic_model, logistic_table, 3)
    assert isinstance(result, Attribution)
    assert result.label == "yes"
    assert result.checks[0].name == "additivity"
    assert result.checks[0].passed
    origin = result.provenance
    assert origin is not None
    assert (origin.method, origin.version, origin.row, origin.seed) == ("difference", "2", 3, 4)
    assert (origin.model, origin.table) == (logistic_model.fingerprint, logistic_table.fingerprint)
    assert origin.evaluations == 2, "one margin and one prediction of one row"
    assert origin.params == {"fail": "no", "seed": 4}


def test_a_gap_is_said_not_hidden(logistic_model: LogisticModel, logistic_table: Table) -> None:
    result = engine.explain("difference", logistic_model, logistic_table, 3, fail="gap")
    assert result.checks[0].passed is False
    assert result.checks[0].value == pytest.approx(0.5)
    assert "approximate" in result.checks[0].text


@pytest.mark.parametrize(
    ("fail", "error", "words"),
    [
        ("input", InputError, "Own words"),
        ("crash", ComputeError, "ZeroDivisionError: deep inside"),
        ("memory", ComputeError, "out of memory"),
        ("nan", ComputeError, "not a number"),
    ],
)
def test_failures_come_as_words(
    logistic_model: LogisticModel, logistic_table: Table, fail: str, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        engine.explain("difference", logistic_model, logistic_table, 3, fail=fail)


def test_a_method_that_does_not_apply_says_why(
    method: Method, logistic_model: LogisticModel, logistic_table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusing = dataclasses.replace(method, unsupported=lambda model, _table: f"{model.kind} has no trees.")
    monkeypatch.setitem(registry._METHODS, "difference", refusing)
    with pytest.raises(NotApplicable, match="LogisticModel has no trees"):
        engine.explain("difference", logistic_model, logistic_table)


def test_an_unmatched_table_is_refused(logistic_table: Table) -> None:
    with pytest.raises(InputError, match="not matched"):
        engine.explain("difference", LogisticModel((1.0,), 0.0, ("height",)), logistic_table)


def test_many_rows_equal_one_by_one(
    method: Method, logistic_model: LogisticModel, logistic_table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [5, 0, 5, 39]
    single = [engine.explain("difference", logistic_model, logistic_table, row) for row in rows]

    def many(job: Job, wanted: list[int]) -> list[Attribution]:
        return [difference(dataclasses.replace(job, row=row)) for row in wanted]

    monkeypatch.setitem(registry._METHODS, "difference", dataclasses.replace(method, many=many))
    batch = engine.explain_rows("difference", logistic_model, logistic_table, rows)
    assert all(same(one, other) for one, other in zip(single, batch, strict=True))


def test_rows_of_several_classes_each_explain_their_own_prediction(logistic_table: Table) -> None:
    model = LogisticModel((0.2, 0.0, 0.0), -10.0, ("income", "age", "member"), task="multiclass")
    rows = list(range(12))
    labels = [result.label for result in engine.explain_rows("difference", model, logistic_table, rows)]  # type: ignore[attr-defined]
    predicted = [model.classes[int(np.argmax(model.predict(logistic_table.instance(row))[0]))] for row in rows]
    assert labels == predicted
    assert set(labels) == {"no", "yes"}


@pytest.mark.parametrize(("output", "index"), [(None, 1), (0, 0), ("yes", 1), ("no", 0), ("1", 1)])
def test_the_output_is_named_or_numbered(logistic_model: LogisticModel, output: int | str | None, index: int) -> None:
    assert engine.output_index(logistic_model, output) == index


@pytest.mark.parametrize("output", ["maybe", 2, -1, "7"])
def test_an_output_that_is_not_there_is_an_error(logistic_model: LogisticModel, output: int | str) -> None:
    with pytest.raises(InputError):
        engine.output_index(logistic_model, output)


def test_a_prediction_names_class_truth_and_probabilities(logistic_model: LogisticModel, logistic_table: Table) -> None:
    said = engine.prediction(logistic_model, logistic_table, 2)
    assert said.values.sum() == pytest.approx(1)
    assert said.label == logistic_model.classes[int(np.argmax(said.values))]
    assert said.truth == logistic_table.truth(2)
    assert said.output == 1


def test_keys_change_with_everything_that_changes_the_answer(
    method: Method, logistic_model: LogisticModel, logistic_table: Table
) -> None:
    def key(**changes: object) -> str:
        given = {
            "method": method,
            "model": logistic_model,
            "table": logistic_table,
            "row": 1,
            "output": 1,
            "params": {"seed": 4},
        }
        return engine.job_key(**{**given, **changes})  # type: ignore[arg-type]

    keys = {
        key(),
        key(method=dataclasses.replace(method, version="3")),
        key(model=LogisticModel((0.08, -0.03, 0.8), -2.5, logistic_model.features)),
        key(table=dataclasses.replace(logistic_table, fingerprint="other")),
        key(row=2),
        key(output=0),
        key(params={"seed": 5}),
    }
    assert len(keys) == 7
    assert key() == key()


def test_counting_does_not_change_the_model(logistic_model: LogisticModel, logistic_table: Table) -> None:
    counted = engine.Counted(logistic_model)
    frame: pd.DataFrame = logistic_table.rows([0, 1, 2])
    assert np.array_equal(counted.predict(frame), logistic_model.predict(frame))
    assert counted.contributions(frame) is None
    assert counted.evaluations == 6
    assert counted.features == logistic_model.features
