"""The numpy evaluator against forms small enough to work out by hand."""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.portable import Column, Layer, Linear, Network, Portable, Trees, encode, evaluate, margins
from core.portable.evaluate import as_numbers, link
from core.portable.form import Link
from core.portable.walk import goes_left

NAN = float("nan")


def linear(columns: tuple[Column, ...], weights: list[list[float]], base: list[float], kind: Link) -> Portable:
    count = max(column.source for column in columns) + 1
    body = Linear(np.array(weights, dtype=float), np.array(base, dtype=float))
    outputs = 2 if kind == "logistic" else len(base)
    task = "regression" if outputs == 1 else "binary" if outputs == 2 else "multiclass"
    classes = () if task == "regression" else tuple(str(place) for place in range(outputs))
    return Portable(tuple(f"f{i}" for i in range(count)), columns, body, kind, task, classes, None)


def stump(threshold: float, *, strict: bool, float32: bool, missing_left: bool = False, **more: object) -> Trees:
    return Trees(
        roots=np.array([0]),
        feature=np.array([0, -1, -1]),
        threshold=np.array([threshold, 0.0, 0.0]),
        left=np.array([1, -1, -1]),
        right=np.array([2, -1, -1]),
        missing_left=np.array([missing_left, False, False]),
        value=np.array([[0.0], [-1.0], [1.0]]),
        cover=np.array([2.0, 1.0, 1.0]),
        base=np.array([10.0]),
        strict=strict,
        float32=float32,
        **more,
    )


def ask(trees: Trees, values: list[float]) -> list[float]:
    portable = Portable(("x",), (Column(0, "number"),), trees, "identity", "regression", (), "target")
    return evaluate(portable, pd.DataFrame({"x": values}))[:, 0].tolist()


def test_columns_answer_fill_and_step() -> None:
    frame = pd.DataFrame({"f0": [1.0, np.nan, 4.0], "f1": pd.Series(["a", None, "b"], dtype=object)})
    columns = (
        Column(0, "number", fill=2.0, steps=(("subtract", 1.0), ("divide", 2.0))),
        Column(0, "number", steps=(("multiply", 3.0), ("add", 1.0), ("at_most", 5.0), ("at_least", 4.5))),
        Column(0, "missing"),
        Column(1, "equals", level="a", fill=0.5),
        Column(1, "lookup", table=(("a", 7.0),), unseen=8.0, fill=9.0),
        Column(0, "number", steps=(("subtract", 1.0), ("drop_zero", 0.0), ("fill", -1.0))),
    )
    portable = linear(columns, [[0.0]] * 6, [0.0], "identity")
    expected = [[0.0, 4.5, 0.0, 1.0, 7.0, -1.0], [0.5, NAN, 1.0, 0.5, 9.0, -1.0], [1.5, 5.0, 0.0, 0.0, 8.0, 3.0]]
    np.testing.assert_array_equal(encode(portable, frame), expected)


@pytest.mark.parametrize(
    "cells",
    [
        pd.Series([1, 0, 1], dtype="Int64"),
        pd.Series([True, False, True], dtype="boolean"),
        pd.Series([True, False, True]),
        pd.Series([1.0, 0.0, 1.0], dtype="float32"),
        pd.Series(["1", " 0 ", "1e0"], dtype=object),
        pd.Categorical([1, 0, 1]),
    ],
)
def test_numbers_of_any_dtype(cells: object) -> None:
    assert as_numbers(pd.Series(cells)).tolist() == [1.0, 0.0, 1.0]


def test_what_is_no_number_is_missing() -> None:
    assert np.isnan(as_numbers(pd.Series(["x", None, pd.NA], dtype=object))).all()
    assert np.isnan(as_numbers(pd.Series([1, None], dtype="Int64"))).tolist() == [False, True]


def test_levels_tell_text_from_number_but_not_true_from_one() -> None:
    portable = linear(
        (Column(0, "lookup", table=((1, 5.0), ("1", 6.0)), unseen=0.0, fill=-1.0),), [[1]], [0], "identity"
    )
    frame = pd.DataFrame({"f0": pd.Series([1, True, 1.0, "1", "x", None], dtype=object)})
    assert evaluate(portable, frame)[:, 0].tolist() == [5, 5, 5, 6, 0, -1]


def test_strict_and_not() -> None:
    assert ask(stump(0.5, strict=True, float32=False), [0.5, np.nextafter(0.5, 0)]) == [11, 9]
    assert ask(stump(0.5, strict=False, float32=False), [0.5, np.nextafter(0.5, 1)]) == [9, 11]


def test_float32_rounds_first() -> None:
    tenth = float(np.float32(0.1))
    assert ask(stump(tenth, strict=True, float32=True), [0.1]) == [11]
    assert ask(stump(tenth, strict=True, float32=False), [0.1]) == [9]


def test_numbers_beyond_float32_become_infinite() -> None:
    assert ask(stump(0.5, strict=True, float32=True), [1e300, -1e300]) == [11, 9]


@pytest.mark.parametrize("left", [True, False])
def test_missing_goes_its_own_way(left: bool) -> None:
    assert ask(stump(0.0, strict=True, float32=False, missing_left=left), [NAN]) == [9 if left else 11]


def test_membership_cuts_to_whole_numbers() -> None:
    trees = stump(0.0, strict=True, float32=False, categories={0: frozenset({0, 2, 70})})
    values = [0, 2, 2.9, -0.5, 70, 1, 3, -1, -2.5, 1e300, np.inf]
    assert ask(trees, values) == [9, 9, 9, 9, 9, 11, 11, 11, 11, 11, 11]
    assert goes_left(trees, np.array([0, 0]), np.array([2.0, 1.0])).tolist() == [True, False]


@given(st.lists(st.floats(-800, 800), min_size=3, max_size=3))
def test_links(sums: list[float]) -> None:
    row = np.array([sums])
    column = (Column(0, "number"),)
    soft = link(linear(column, [[0] * 3], [0] * 3, "softmax"), row)[0]
    assert soft.sum() == pytest.approx(1)
    assert np.argmax(soft) == np.argmax(sums) or np.isclose(soft.max(), soft[np.argmax(sums)])
    yes = link(linear(column, [[0]], [0], "logistic"), row[:, :1])[0]
    assert yes[0] + yes[1] == pytest.approx(1)
    assert yes[1] == pytest.approx(0.5 * (1 + np.tanh(sums[0] / 2)), abs=1e-12)
    each = link(linear(column, [[0] * 3], [0] * 3, "sigmoid"), row)[0]
    np.testing.assert_allclose(each, 0.5 * (1 + np.tanh(row[0] / 2)), atol=1e-12)
    assert link(linear(column, [[0] * 3], [0] * 3, "identity"), row)[0].tolist() == sums


def test_one_versus_rest_and_exponential() -> None:
    column = (Column(0, "number"),)
    rest = link(linear(column, [[0] * 2], [0] * 2, "ovr"), np.array([[0.0, np.log(3)]]))[0]
    np.testing.assert_allclose(rest, [0.5 / 1.25, 0.75 / 1.25])
    assert link(linear(column, [[0]], [0], "exp"), np.array([[np.log(7.0)]]))[0, 0] == pytest.approx(7)


def test_network_by_hand() -> None:
    layers = (
        Layer("dense", (0,), np.array([[1.0, -1.0]]), np.array([0.5, 0.5])),
        Layer("activation", (1,), activation="relu", numbers=(0.0, 0.0)),
        Layer("dense", (2,), np.array([[2.0], [3.0]]), np.array([1.0])),
    )
    body = Network(layers, 1)
    portable = Portable(("x",), (Column(0, "number"),), body, "identity", "regression", (), "target")
    assert margins(portable, pd.DataFrame({"x": [2.0, -2.0]}))[:, 0].tolist() == [6.0, 8.5]


def test_many_rows_are_walked_in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    values = np.linspace(-1, 1, 101).tolist()
    whole = ask(stump(0.1, strict=True, float32=False), values)
    monkeypatch.setattr(sys.modules["core.portable.walk"], "_BLOCK", 7)
    assert ask(stump(0.1, strict=True, float32=False), values) == whole
