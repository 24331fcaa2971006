from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from core import engine, registry
from core.errors import InputError, NotApplicable
from core.methods.permutation_importance import parse_groups, reported
from core.permutation import Shuffled
from core.results import Importance
from core.types import Table
from core.views import view
from tests.conftest import LogisticModel, closed_table

NAMES = ("income", "age", "member")


def run(model: Any, table: Table, **params: Any) -> Importance:
    result = engine.explain("permutation_importance", model, table, **params)
    assert isinstance(result, Importance)
    return result


def known_table(rows: int = 300) -> tuple[LogisticModel, Table]:
    """A table whose target follows the model: age has no weight."""
    model = LogisticModel((0.3, 0.0, 2.0), -16.0, NAMES, ("0", "1"))
    table = closed_table(rows=rows)
    frame = table.frame.copy()
    chance = model.predict(table.inputs)[:, 1]
    frame["outcome"] = (np.random.default_rng(1).random(rows) < chance).astype(int)
    return model, dataclasses.replace(table, frame=frame)


def test_each_round_follows_the_definition() -> None:
    model, table = known_table()
    result = run(model, table, rounds=4, seed=9)
    random = np.random.default_rng(9)
    orders = [random.permutation(len(table)) for _ in range(4)]
    truth = table.frame["outcome"]
    full = 1 - roc_auc_score(truth, model.predict(table.inputs)[:, 1])
    for place, name in enumerate(result.features):
        for turn, order in enumerate(orders):
            mixed: pd.DataFrame = table.inputs.copy()
            mixed[name] = mixed[name].to_numpy()[order]
            expected = 1 - roc_auc_score(truth, model.predict(mixed)[:, 1]) - full
            assert result.rounds is not None
            assert result.rounds[place, turn] == pytest.approx(expected, abs=1e-12)
    assert result.reference == pytest.approx(full)
    assert result.spread == pytest.approx(result.rounds.std(axis=1, ddof=1))


def test_a_feature_without_weight_has_no_importance() -> None:
    result = run(*known_table())
    values = dict(zip(result.features, result.values, strict=True))
    assert values["age"] == 0
    assert values["income"] > 0.05
    assert values["member"] > 0.02
    assert result.checks[0].passed


def test_a_number_does_not_depend_on_what_else_is_asked() -> None:
    model, table = known_table()
    all_of_them, alone = run(model, table), run(model, table, only="member")
    assert alone.values[0] == all_of_them.values[list(all_of_them.features).index("member")]


def test_groups_are_shuffled_together() -> None:
    model, table = known_table()
    result = run(model, table, groups="both = income + member", rounds=3, seed=2)
    assert result.features == ("both", "age")
    order = np.random.default_rng(2).permutation(len(table))
    mixed = table.inputs.copy()
    for name in ("income", "member"):
        mixed[name] = mixed[name].to_numpy()[order]
    truth = table.frame["outcome"]
    expected = roc_auc_score(truth, model.predict(table.inputs)[:, 1]) - roc_auc_score(
        truth, model.predict(mixed)[:, 1]
    )
    assert result.rounds is not None
    assert result.rounds[0, 0] == pytest.approx(expected, abs=1e-12)


def test_ratio_and_loss_are_the_same_rounds_told_otherwise() -> None:
    model, table = known_table()
    difference, ratio, loss = (run(model, table, report=form) for form in ("difference", "ratio", "loss"))
    assert difference.reference is not None
    assert loss.values == pytest.approx(difference.values + difference.reference)
    assert ratio.values == pytest.approx(loss.values / difference.reference)
    assert len({difference.unit, ratio.unit, loss.unit}) == 3


def test_without_truth_it_says_so() -> None:
    model, table = known_table()
    with pytest.raises(NotApplicable, match="true values are not known"):
        run(model, dataclasses.replace(table, target=None))


def test_a_useless_model_is_named_as_such() -> None:
    _, table = known_table()
    result = run(LogisticModel((-0.3, 0.0, -2.0), 16.0, NAMES, ("0", "1")), table)
    assert result.checks[0].passed is False
    assert "no better than chance" in result.checks[0].text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", {"income": ("income",), "age": ("age",), "member": ("member",)}),
        ("a = income + age", {"a": ("income", "age"), "member": ("member",)}),
        ("age+member;", {"age + member": ("age", "member"), "income": ("income",)}),
    ],
)
def test_groups_are_read(text: str, expected: dict[str, tuple[str, ...]]) -> None:
    assert parse_groups(text, NAMES) == expected


@pytest.mark.parametrize("text", ["height", "a = age + age", "a = age; b = age + income", "="])
def test_bad_groups_are_refused(text: str) -> None:
    with pytest.raises(InputError):
        parse_groups(text, NAMES)


def test_memory_is_bounded_by_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    model, table = known_table(rows=50)
    whole = run(model, table, rounds=6)
    monkeypatch.setattr("core.blocks.CELLS", 300)
    asked: list[int] = []
    predict = LogisticModel.predict

    def counted(self: LogisticModel, frame: pd.DataFrame) -> np.ndarray:
        asked.append(len(frame))
        return predict(self, frame)

    monkeypatch.setattr(LogisticModel, "predict", counted)
    chunked = run(model, table, rounds=6)
    assert chunked.rounds == pytest.approx(whole.rounds)
    assert max(asked) <= 100


def test_it_tells_the_answer_and_leaves_no_feature_out_of_the_table() -> None:
    result = run(*known_table())
    drawn = view(result)
    assert drawn.sentence.startswith("The model relies most on income")
    assert drawn.table["feature"].iloc[0] == "income"
    assert len(drawn.table) == 3
    assert registry.get("permutation_importance").scope == "model"


def test_a_ratio_to_a_loss_of_rounding_is_refused() -> None:
    """1 - AUC of a perfect ranking is often 1e-16: twice as much is no news."""
    found = Shuffled(("a",), np.array([[1e-16, 3e-16]]), 1.1e-16, 0.5)
    with pytest.raises(InputError, match="above zero"):
        reported(found, "ratio", "1 - AUC")
    assert reported(found, "difference", "1 - AUC")[0] == pytest.approx(np.zeros((1, 2)), abs=1e-15)
