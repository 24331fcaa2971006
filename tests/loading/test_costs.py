"""What rebuilding an object costs: parts count by their size, however often they are named."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from core.loading.unpickle.costs import BYTES, COLUMN, pay
from core.loading.unpickle.inert import Refused
from core.loading.unpickle.machine import MAX_OPCODES, Machine
from core.loading.unpickle.plain import MAX_RANGE, short


def spent(parts: object) -> int:
    """Instructions that are counted."""
    machine = Machine(b".")
    pay(machine, parts)
    return MAX_OPCODES - machine.budget.opcodes


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ((), 0),
        ((1, "x", None), 0),
        ((bytes(BYTES * 1_000),), 1_000),
        (("a" * BYTES * 500, b"", 7), 500),
        (([None] * 3_000,), 3_000),
        ((np.zeros(BYTES * 1_000, dtype=np.uint8), (4,)), 1_000),
        ((np.full(700, None, dtype=object),), 700),
        ({"data": np.zeros(BYTES * 100), "levels": [pd.Index([1, 2, 3])]}, 800 + 1 + 3),
        ((dict.fromkeys(range(900)),), 900),
        ((pd.RangeIndex(10**7),), 0),
        ((pd.Categorical(["a"] * 600),), 600),
    ],
)
def test_parts_count_by_their_size(parts: object, expected: int) -> None:
    assert spent(parts) == expected


def test_each_column_of_a_table_counts() -> None:
    from core.loading.unpickle.frames import Part, Parts

    part = Part(np.zeros((5, 64)), (0, 1, 2, 3, 4))
    parts = Parts((part, part), (pd.RangeIndex(10), pd.Index(list("ab"))))
    assert spent({"_mgr": parts}) == 2 + 2 * (5 * COLUMN + 5 * 64 * 8 // BYTES) + 2


def test_a_list_that_holds_itself_is_counted_once() -> None:
    inner: list[object] = []
    inner.append(inner)
    assert 0 < spent((inner,)) < 10


def test_what_would_take_too_long_is_refused() -> None:
    large, machine = bytes(BYTES * MAX_OPCODES // 10), Machine(b".")
    for _ in range(10):
        pay(machine, (large,))
    with pytest.raises(Refused, match="instructions"):
        pay(machine, (large,))


def test_ranges_stand_for_as_much_as_a_list_can_hold() -> None:
    assert len(short(range(MAX_RANGE))) == MAX_RANGE
    for numbers in (range(MAX_RANGE + 1), range(2**100), pd.RangeIndex(2**62), range(0, -(2**70), -1)):
        with pytest.raises(Refused):
            short(numbers)
