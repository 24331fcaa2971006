"""The what-if's data, and what Python answers to a browser that it does not trust."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from core.errors import InputError
from core.loading.frames import from_frame
from core.models import wrap
from core.portable import evaluate, from_json
from core.types import Model, Table
from core.views import whatif
from core.views.whatif import browser_model, script, style, whatif_data
from core.views.whatif_answer import answer, changed
from tests.portable.models import case


@pytest.fixture(scope="module")
def model() -> Model:
    chosen = case("pipeline, xgboost dense")
    return wrap(chosen.estimator, classes=["no", "yes"])


@pytest.fixture(scope="module")
def table() -> Table:
    rows = case("pipeline, xgboost dense").frame
    return from_frame(rows.assign(k=rows["k"].astype(int)), "made up", kinds={"k": "integer", "c": "categorical"})


@dataclass(frozen=True)
class Shifted:
    """A model whose own predictions differ from its portable form by a little."""

    model: Any
    by: float

    def __getattr__(self, name: str) -> Any:
        return getattr(self.model, name)

    def predict(self, frame: pd.DataFrame) -> np.ndarray:
        return self.model.predict(frame) + np.array([[-self.by, self.by]])


def test_data_is_plain_json_with_the_instance_as_it_is(model: Model, table: Table) -> None:
    data = whatif_data(model, table, 5, 1, {"b": -3.0, "c": 2.0})
    assert json.loads(json.dumps(data, allow_nan=False)) == data
    assert [item["name"] for item in data["features"]] == list(table.schema.names)
    assert [item["importance"] for item in data["features"]] == [0.0, 3.0, 0.0, 0.0, 2.0, 0.0]
    assert data["instance"]["outputs"] == pytest.approx(model.predict(table.instance(5))[0].tolist())
    own = table.instance(5).iloc[0]
    assert data["instance"]["values"] == [None if pd.isna(own[n]) else pytest.approx(own[n]) if n in "abd" else own[n] for n in table.schema.names]  # fmt: skip
    assert data["features"][0]["missing"]
    assert not data["features"][3]["missing"]


def test_the_model_sent_predicts_what_the_model_predicts(model: Model, table: Table) -> None:
    sent = whatif_data(model, table, 0, 1)["model"]
    assert sent is not None
    np.testing.assert_allclose(evaluate(from_json(sent), table.inputs), model.predict(table.inputs), atol=1e-6)


@pytest.mark.parametrize(("by", "kept"), [(0.0, True), (1e-4, False), (float("nan"), False)])
def test_a_form_that_differs_is_not_sent(model: Model, table: Table, by: float, kept: bool) -> None:
    own = Shifted(model, by)
    assert (browser_model(own, table, model.predict(table.inputs)) is not None) == kept


def test_a_form_that_is_too_large_is_not_sent(model: Model, table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whatif, "_nodes", lambda portable: whatif.HEAVIEST + 1)
    assert browser_model(model, table, model.predict(table.inputs)) is None


def test_means_and_crowd(model: Model, table: Table) -> None:
    data = whatif_data(model, table, 0, 1)
    means = dict(zip(table.schema.names, data["means"], strict=True))
    assert means["a"] == pytest.approx(table.frame["a"].mean(), abs=1e-5)
    assert means["k"] == round(table.frame["k"].mean())
    assert means["c"] == table.frame["c"].mode()[0]
    known = np.sort(model.predict(table.inputs)[:, 1])
    assert data["distribution"][1][0] == pytest.approx(known[0])
    assert data["distribution"][1][-1] == pytest.approx(known[-1])
    assert data["distribution"][1] == sorted(data["distribution"][1])
    assert len(data["distribution"][1]) <= 201


def test_predictions_that_are_known_are_not_asked_for_again(model: Model, table: Table) -> None:
    known = model.predict(table.inputs)
    small = replace(table, frame=table.frame)
    first = whatif_data(model, small, 2, 1, predictions=known)
    assert first == whatif_data(model, small, 2, 1)
    assert first["id"] != whatif_data(model, small, 3, 1, predictions=known)["id"]


def test_changed_rows_keep_the_types_of_the_table(model: Model, table: Table) -> None:
    values = [None, 3, 0.5, True, "w", 4.4]
    row = changed(table, values)
    assert row.dtypes.tolist() == table.inputs.dtypes.tolist()
    assert row["k"].iloc[0] == 4
    assert pd.isna(row["a"].iloc[0])
    assert model.predict(row).shape == (1, 2)
    for position in range(10):
        same = whatif_data(model, table, position, 1)["instance"]["values"]
        pd.testing.assert_frame_equal(changed(table, same), table.instance(position))


@pytest.mark.parametrize(
    "values",
    [
        None,
        "text",
        {},
        [1],
        ["x", 3, 0.5, True, "w", 4],
        [float("inf"), 3, 0.5, True, "w", 4],
        [True, 3, 0.5, True, "w", 4],
        [[1], 3, 0.5, True, "w", 4],
        [1, 3, 0.5, "perhaps", "w", 4],
        [1, 3, 0.5, True, "unheard of", 4],
        [1, 3, 0.5, True, {"a": 1}, 4],
        [1, 3, 0.5, True, "w", None],
        [1, 3, 0.5, True, "w", 10**400],
    ],
)
def test_what_does_not_fit_is_said(table: Table, values: Any) -> None:
    with pytest.raises(InputError) as caught:
        changed(table, values)
    assert caught.value.what


def test_answers_are_the_models_own(model: Model, table: Table) -> None:
    values = whatif_data(model, table, 1, 1)["instance"]["values"]
    found = answer(model, table, {"ask": True, "id": 7, "values": values, "feature": 1}, 1)
    assert found["id"] == 7
    assert found["error"] is None
    assert found["outputs"] == pytest.approx(model.predict(table.instance(1))[0].tolist())
    profile = found["profile"]
    place = profile["grid"].index(values[1])
    assert profile["values"][place] == pytest.approx(found["outputs"][1])
    other = answer(model, table, {"ask": True, "id": 8, "values": values, "feature": 1, "output": 0}, 1)
    assert other["profile"]["values"][place] == pytest.approx(found["outputs"][0])


@pytest.mark.parametrize("asked", [None, 3, [], {}, {"ask": False}, {"ask": 0, "id": 1}])
def test_nothing_asked_nothing_said(model: Model, table: Table, asked: Any) -> None:
    assert answer(model, table, asked, 1) is None


@pytest.mark.parametrize("extra", [{"values": "x"}, {"feature": -1}, {"feature": 99}, {"feature": "a"}, {"output": 9}])
def test_hostile_questions_are_answered_in_words_or_ignored(model: Model, table: Table, extra: dict[str, Any]) -> None:
    values = whatif_data(model, table, 1, 1)["instance"]["values"]
    found = answer(model, table, {"ask": True, "id": "one", "values": values, "feature": None, **extra}, 1)
    assert found["id"] == 0
    assert (found["error"] is None) == ("values" not in extra)
    assert found["profile"] is None


def test_the_scripts_are_one_module() -> None:
    joined = script()
    assert "import {" not in joined
    assert joined.count("export default") == 1
    names = re.findall(r"^(?:export )?(?:function|const|let|class) (\w+)", joined, flags=re.M)
    assert len(names) == len(set(names)), "two scripts use one name"
    for danger in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function"):
        assert danger not in joined
    assert "--st-primary-color" in style()


def test_names_that_begin_and_end_alike_have_a_shorter_one_beside_the_full_one() -> None:
    names = [f"average_number_of_{word}_per_customer_in_2024" for word in ("transactions", "complaints")]
    frame = pd.DataFrame({names[0]: [1.0, 2.0, 3.0], names[1]: [2.0, 3.0, 5.0], "age": [30, 40, 50]})
    plain = wrap(lambda rows: rows["age"] * 1.0, features=list(frame))
    told = whatif_data(plain, from_frame(frame, target=""), 0, 0)["features"]
    assert [one["name"] for one in told] == [*names, "age"]
    assert [one.get("called", "")[:9] for one in told] == ["aver…tran", "aver…comp", ""]
