"""Memory of visitors' files: what each may hold, what all may hold together, and that what is gone is not counted."""

from __future__ import annotations

import gc
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import cache, quota
from core.engine import explain
from core.errors import InputError
from core.loading.frames import from_frame
from core.quota import Upload, admit, weight
from core.store import Budget, Store


def sized(count: int) -> np.ndarray:
    return np.zeros(count, dtype=np.uint8)


@given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 5), st.integers(1, 40)), max_size=40))
def test_two_stores_hold_together_what_was_used_last(acts: list[tuple[int, int, int]]) -> None:
    """Against a plain list in order of use."""
    shared = Budget(60)
    stores = [Store({"x": 9}, weigh=weight, budgets=(shared,)) for _ in range(2)]
    order: list[tuple[int, int, int]] = []
    for which, key, size in acts:
        stores[which].keep("x", str(key), sized(size))
        order = [one for one in order if one[:2] != (which, key)] + [(which, key, size)]
        while sum(one[2] for one in order) > 60 and len(order) > 1:
            order.pop(0)
    for which in (0, 1):
        for key in range(6):
            assert (stores[which].find("x", str(key)) is not None) == any(one[:2] == (which, key) for one in order)
    assert shared.held == sum(one[2] for one in order)
    for store in stores:
        store.close()
    assert shared.held == 0


def test_what_is_looked_at_stays_and_what_is_too_large_alone_stays_alone() -> None:
    store = Store({"x": 9}, weigh=weight, budgets=(Budget(100),))
    store.keep("x", "a", sized(40))
    store.keep("x", "b", sized(40))
    assert store.find("x", "a") is not None
    store.keep("x", "c", sized(40))
    assert store.find("x", "a") is not None
    assert store.find("x", "b") is None
    store.keep("x", "d", sized(1000))
    assert [key for key in "abcd" if store.find("x", key) is not None] == ["d"]


def test_values_are_released_when_they_leave_for_others() -> None:
    gone: list[int] = []
    shared = Budget(10)
    first = Store({"x": 9}, lambda value: gone.append(len(value)), weight, (shared,))
    second = Store({"x": 9}, weigh=weight, budgets=(shared,))
    first.keep("x", "a", sized(8))
    second.keep("x", "b", sized(9))
    assert gone == [8]


def test_tables_predictions_and_answers_are_weighed(logistic_model, logistic_table) -> None:
    frame = pd.DataFrame({"a": np.arange(1000.0), "b": ["text"] * 1000})
    table = from_frame(frame, "t")
    assert weight(table) == int(table.frame.memory_usage(deep=True).sum()) >= 8000
    pair = cache.Pair(logistic_model, logistic_table, (), True, "d")
    assert weight(pair) == weight(logistic_table) > 0
    assert weight(sized(7)) == 7
    answer = explain("shap", logistic_model, logistic_table, 3)
    assert weight(answer) >= answer.values.nbytes
    assert weight("text") == weight(None) == 0


def test_files_of_all_visitors_are_bounded_and_forgotten_with_their_session(monkeypatch: pytest.MonkeyPatch) -> None:
    gc.collect()
    monkeypatch.setattr(quota, "ALL", sum(len(one.data) for one in quota._FILES) + 100)
    first = admit(Upload("a", b"x" * 60, {}))
    with pytest.raises(InputError, match="no room"):
        admit(Upload("b", b"x" * 60, {}))
    assert len(first.data) == 60
    del first
    gc.collect()
    assert len(admit(Upload("b", b"x" * 60, {})).data) == 60


def test_a_visitors_oldest_files_are_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    shelves: dict[str, dict[str, Upload]] = {kind: {} for kind in cache.KINDS}
    monkeypatch.setattr(cache, "uploads", lambda kind: shelves[kind])
    monkeypatch.setattr(cache, "_own", lambda: Store(cache.OWN_LIMITS))
    monkeypatch.setattr(quota, "OWN_FILES", 100)
    model = cache.add_upload("model", "m", b"m" * 30)
    old = cache.add_upload("table", "a", b"a" * 30)
    new = cache.add_upload("table", "b", b"b" * 60)
    assert [*shelves["model"], *shelves["table"]] == [old, new]
    assert model not in shelves["model"]
    whole = cache.add_upload("session", "s", b"s" * 200)
    assert [name for shelf in shelves.values() for name in shelf] == [whole]


@pytest.mark.parametrize(
    ("rows", "columns", "outputs", "held"),
    [
        (5_000_000, 4, 3, True),
        (30_000, 3, 100, True),
        (400, 1, 10_000, True),
        (100_000, 3, 600, False),
        (401, 1, 10_000, False),
        (5_000_000, 8, 10, False),
    ],
)
def test_answers_may_take_some_times_what_is_asked_about(rows: int, columns: int, outputs: int, held: bool) -> None:
    if held:
        quota.check_answers(rows, columns, outputs)
        return
    with pytest.raises(InputError, match="too many rows for this model"):
        quota.check_answers(rows, columns, outputs)


def test_too_many_predictions_are_refused_before_a_model_is_asked() -> None:
    table = from_frame(pd.DataFrame({"a": np.arange(10_000.0)}), "t")
    classes = tuple(map(str, range(600)))
    asked: list[int] = []
    model: Any = SimpleNamespace(features=("a",), classes=classes, predict=lambda frame: asked.append(len(frame)))
    with pytest.raises(InputError, match="600 numbers for each of 10,000 rows"):
        cache.predictions(cache.Pair(model, table, (), False, "six hundred classes"))
    assert asked == []
