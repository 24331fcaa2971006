"""The bounded store: recency, release, one making per key."""

from __future__ import annotations

import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.store import Store


@given(st.lists(st.integers(0, 8), max_size=60))
def test_it_holds_the_most_recently_used(keys: list[int]) -> None:
    store, recent = Store({"x": 3}), []
    for key in keys:
        assert store.get("x", str(key), lambda key=key: key + 1) == key + 1
        recent = [other for other in recent if other != key] + [key]
    for key in range(9):
        assert (store.find("x", str(key)) is not None) == (key in recent[-3:])


def test_families_do_not_push_each_other_out() -> None:
    store = Store({"a": 1, "b": 1})
    store.keep("a", "k", 1)
    store.keep("b", "k", 2)
    assert (store.find("a", "k"), store.find("b", "k"), len(store)) == (1, 2, 2)


def test_what_leaves_is_released_once() -> None:
    gone: list[str] = []
    store = Store({"x": 2}, gone.append)
    for name in ("one", "two", "three"):
        store.keep("x", name, name)
    assert gone == ["one"]
    store.drop("x", "two")
    store.drop("x", "two")
    store.close()
    assert gone == ["one", "two", "three"]
    assert len(store) == 0


def test_a_replaced_value_is_released_and_the_same_one_is_not() -> None:
    gone: list[object] = []
    store, value = Store({"x": 2}, gone.append), object()
    store.keep("x", "k", value)
    store.keep("x", "k", value)
    assert gone == []
    store.keep("x", "k", object())
    assert gone == [value]


def test_two_askers_at_once_make_it_once() -> None:
    made: list[int] = []
    store = Store({"x": 2})

    def make() -> int:
        made.append(1)
        time.sleep(0.05)
        return 7

    answers: list[int] = []
    threads = [threading.Thread(target=lambda: answers.append(store.get("x", "k", make))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (made, answers) == ([1], [7] * 8)


def test_a_failed_making_is_tried_again() -> None:
    store = Store({"x": 2})
    with pytest.raises(ValueError, match="first"):
        store.get("x", "k", lambda: (_ for _ in ()).throw(ValueError("first")))
    assert store.get("x", "k", lambda: 5) == 5
