"""LIME with every setting, on every kind of column, for one row or many, asked once or again."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier

from core.codec import decode, encode
from core.engine import explain, explain_rows
from core.errors import NotApplicable
from core.loading.frames import from_frame
from core.models import wrap
from core.results import Attribution, same
from core.types import Table


def ask(model: Any, table: Table, row: int = 0, **given: Any) -> Attribution:
    answer = explain("lime", model, table, row, **given)
    assert isinstance(answer, Attribution)
    return answer


def mixed(rows: int = 200) -> tuple[Any, Table]:
    """Numbers with gaps, whole numbers, a boolean, text with gaps; three classes."""
    rng = np.random.default_rng(1)
    frame = pd.DataFrame(
        {
            "amount": np.where(rng.random(rows) < 0.2, np.nan, rng.gamma(2, 500, rows)),
            "count": rng.integers(1, 5, rows),
            "member": rng.random(rows) < 0.3,
            "home": pd.Series(rng.choice(["own", "rent", "owes"], rows)).where(rng.random(rows) > 0.1),
            "since": pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 900, rows), unit="D"),
        }
    )
    target = np.where(frame["amount"].isna(), "gap", np.where(frame["home"] == "own", "own", "other"))

    def coded(data: pd.DataFrame) -> Any:
        home = data["home"].map({"own": 0.0, "rent": 1.0, "owes": 2.0}).astype(float)
        return np.column_stack([data["amount"], data["count"], data["member"], home])

    inner = HistGradientBoostingClassifier(max_iter=30, random_state=0).fit(coded(frame), target)
    model = wrap(
        lambda data: inner.predict_proba(coded(data)),
        name="mixed",
        features=tuple(frame),
        classes=tuple(inner.classes_),
        task="multiclass",
    )
    return model, from_frame(frame, target="", label="", kinds={"home": "categorical", "count": "integer"})


@pytest.mark.parametrize("discretise", ["quartile", "decile", "entropy", "none"])
@pytest.mark.parametrize("selection", ["auto", "highest_weights", "forward_selection", "lasso_path", "none"])
def test_every_setting_works_on_every_kind_of_column(discretise: str, selection: str) -> None:
    model, table = mixed()
    gap = int(np.flatnonzero(table.frame["amount"].isna())[0])
    result = ask(model, table, gap, output="gap", discretise=discretise, feature_selection=selection, num_samples=2000)
    assert result.features[0] == "amount"
    assert result.rules[0] == "amount is missing"
    assert result.values[0] > 0.5
    assert result.data[0] is None
    assert result.fitted == pytest.approx(result.base + result.values.sum())
    assert set(result.features) <= set(table.schema.names)


def test_the_model_sees_rows_of_its_own_types() -> None:
    model, table = mixed()
    seen: list[pd.DataFrame] = []

    def watch(data: pd.DataFrame) -> Any:
        seen.append(data)
        return model.predict(data)

    watched = wrap(watch, name="watched", features=model.features, classes=model.classes, task="multiclass")
    seen.clear()
    ask(watched, table, 0, output=0, num_samples=500)
    sampled = max(seen, key=len)
    assert sampled.dtypes.to_dict() == table.inputs.dtypes.to_dict()
    assert set(sampled["count"]) <= {1, 2, 3, 4}
    assert set(sampled["home"].dropna()) == {"own", "rent", "owes"}
    assert sampled["amount"].isna().mean() == pytest.approx(0.2, abs=0.08)
    known = table.frame["amount"]
    assert sampled["amount"].min() >= known.min() - 1e-9
    assert sampled["amount"].max() <= known.max() + 1e-9


def test_the_same_question_has_the_same_answer_whoever_asked_before() -> None:
    model, table = mixed()
    first = ask(model, table, 3, output=0)
    ask(model, table, 4, output=0)
    ask(model, table, 3, output=0, seed=7)
    assert same(first, ask(model, table, 3, output=0))
    assert same(first, decode(encode(first)))
    assert not np.array_equal(first.values, ask(model, table, 3, output=0, seed=7).values)


def test_threads_do_not_mix() -> None:
    model, table = mixed()
    alone = {row: ask(model, table, row, output=0, seed=row % 3) for row in range(12)}
    answers: dict[int, Attribution] = {}

    def work(row: int) -> None:
        answers[row] = ask(model, table, row, output=0, seed=row % 3)

    threads = [threading.Thread(target=work, args=(row,)) for row in range(12)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert all(same(alone[row], answers[row]) for row in range(12))


def test_many_rows_are_the_single_ones() -> None:
    model, table = mixed()
    together = explain_rows("lime", model, table, [1, 5, 9], output=0)
    for row, result in zip([1, 5, 9], together, strict=True):
        np.testing.assert_allclose(result.values, ask(model, table, row, output=0).values, atol=1e-12)


def test_a_constant_model_has_no_weights() -> None:
    table = from_frame(pd.DataFrame({"a": np.arange(50.0), "b": [1.0] * 50}), target="", label="")
    flat = wrap(lambda data: np.full(len(data), 4.0), name="flat", features=("a", "b"), task="regression")
    result = ask(flat, table, 0)
    np.testing.assert_allclose(result.values, 0, atol=1e-12)
    assert result.base == pytest.approx(4)


def test_a_tiny_table_is_refused_in_words() -> None:
    table = from_frame(pd.DataFrame({"a": [1.0, 2.0]}), target="", label="")
    model = wrap(lambda data: data["a"].to_numpy(), name="m", features=("a",), task="regression")
    with pytest.raises(NotApplicable, match="10 rows"):
        ask(model, table)


def test_another_row_of_the_same_seed_asks_the_model_for_one_row_only() -> None:
    model, table = mixed()
    calls: list[int] = []

    def counting(data: pd.DataFrame) -> Any:
        calls.append(len(data))
        return model.predict(data)

    counted = wrap(counting, name="counted", features=model.features, classes=model.classes, task="multiclass")
    first = ask(counted, table, 0, output=0, num_samples=1234)
    calls.clear()
    second = ask(counted, table, 1, output=0, num_samples=1234)
    assert calls == [1]
    assert first.provenance is not None
    assert second.provenance is not None
    assert first.provenance.evaluations == second.provenance.evaluations == 1234
