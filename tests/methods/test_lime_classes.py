"""Several classes in one answer: each is what it would be alone, from the same made-up rows."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_diabetes, load_wine
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import Ridge

from core.codec import decode, encode
from core.engine import explain, explain_rows
from core.errors import InputError
from core.export import to_html, to_json
from core.loading.frames import from_frame
from core.models import wrap
from core.results import same


@pytest.fixture(scope="module")
def wine() -> tuple[Any, Any]:
    data = load_wine(as_frame=True)
    model = wrap(RandomForestClassifier(15, max_depth=4, random_state=0).fit(data.data, data.target))
    return model, from_frame(data.data, target="", label="")


@pytest.mark.parametrize("output", [None, 0, 1, 2])
def test_the_chosen_class_comes_first_and_the_others_by_their_chance(wine: tuple[Any, Any], output: int | None) -> None:
    model, table = wine
    chances = model.predict(table.instance(70))[0]
    answer = explain("lime", model, table, 70, output=output, top_labels=3)
    first = int(np.argmax(chances)) if output is None else output
    rest = sorted({0, 1, 2} - {first}, key=lambda place: -chances[place])
    assert [answer.label, *(other.label for other in answer.also)] == [model.classes[at] for at in (first, *rest)]
    assert [answer.output, *(other.output for other in answer.also)] == pytest.approx(chances[[first, *rest]])


def test_each_class_is_what_it_would_be_alone(wine: tuple[Any, Any]) -> None:
    model, table = wine
    answer = explain("lime", model, table, 70, top_labels=3)
    for other in answer.also:
        alone = explain("lime", model, table, 70, output=other.label)
        np.testing.assert_array_equal(other.values, alone.values)
        assert (other.rules, other.base, other.fitted) == (alone.rules, alone.base, alone.fitted)
        assert [check.text for check in other.checks] == [check.text for check in alone.checks]
        assert other.checks[0].name == "additivity"


def test_more_than_there_are_is_all_and_one_is_one(wine: tuple[Any, Any]) -> None:
    model, table = wine
    assert len(explain("lime", model, table, 5, top_labels=50).also) == 2
    assert explain("lime", model, table, 5).also == ()
    with pytest.raises(InputError):
        explain("lime", model, table, 5, top_labels=0)


def test_a_number_has_no_classes() -> None:
    data = load_diabetes(as_frame=True)
    model = wrap(Ridge().fit(data.data, data.target))
    assert explain("lime", model, from_frame(data.data, target="", label=""), 5, top_labels=3).also == ()


def test_rows_together_and_one_by_one_agree(wine: tuple[Any, Any]) -> None:
    model, table = wine
    rows = [3, 70, 150]
    for together, row in zip(explain_rows("lime", model, table, rows, output=1, top_labels=2), rows, strict=True):
        assert same(together, explain("lime", model, table, row, output=1, top_labels=2))


def test_all_classes_travel_and_are_exported(wine: tuple[Any, Any]) -> None:
    model, table = wine
    answer = explain("lime", model, table, 70, top_labels=3)
    back = decode(json.loads(json.dumps(encode(answer))))
    assert same(back, answer)
    told = json.loads(json.dumps(to_json(answer), allow_nan=False))
    assert [part["class"] for part in told["also"]] == [other.label for other in answer.also]
    assert len(told["also"][0]["features"]) == len(answer.also[0].values)
    assert to_html(answer, "Why?").count("<img ") == 3
