"""The table of rules beside LIME's bars, and the chances of all classes."""

from __future__ import annotations

import numpy as np
import pytest

from core.results import Attribution
from core.views.rules import chances, rules

CELLS = {"age": 54, "<b>home</b>": None, "income": 12.5}


def local() -> Attribution:
    """Two rules of three features."""
    return Attribution(
        features=("income", "<b>home</b>"),
        values=np.array([0.1, -0.4]),
        data=(12.5, None),
        base=0.3,
        output=0.2,
        scale="probability",
        label="yes",
        rules=("income <= 20", "<b>home</b> is missing"),
        fitted=0.0,
    )


def test_rules_by_weight_with_the_values_of_the_instance() -> None:
    table = rules(local(), CELLS)
    assert table["rule"].tolist() == ["<b>home</b> is missing", "income <= 20"]
    assert table["weight"].tolist() == pytest.approx([-0.4, 0.1])
    assert table["value"].tolist()[1] == "12.5"


def test_features_without_a_rule_follow_when_asked_for() -> None:
    table = rules(local(), CELLS, unused=True)
    assert len(table) == 3
    assert table["rule"].iloc[2] == "age: no rule"
    assert table["value"].iloc[2] == "54"
    assert np.isnan(table["weight"].iloc[2])


class Chooser:
    """A model of three classes, as far as the table asks."""

    classes = ("low", "mid", "high")


class Counter:
    """A model of a number."""

    classes = ()


def test_chances_largest_first() -> None:
    table = chances(Chooser(), np.array([0.2, 0.7, 0.1]))  # type: ignore[arg-type]  # classes are all it asks for
    assert table["class"].tolist() == ["mid", "low", "high"]
    assert table["probability"].tolist() == pytest.approx([0.7, 0.2, 0.1])


def test_a_number_is_a_number() -> None:
    table = chances(Counter(), np.array([12.5]))  # type: ignore[arg-type]  # classes are all it asks for
    assert table["value"].tolist() == [12.5]
