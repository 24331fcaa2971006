"""Networks cut behind their first weighted sum give what they gave, and write to nobody's numbers."""

from __future__ import annotations

import numpy as np
import pytest

from core.portable import Layer, Network
from core.portable.front import single_of, split
from core.portable.layers import run


def dense(rows: int, columns: int, place: int, seed: int = 0) -> Layer:
    random = np.random.default_rng(seed)
    return Layer("dense", (place,), random.normal(size=(rows, columns)), random.normal(size=columns))


def branched(first: Layer) -> tuple[Layer, ...]:
    """Its result is used twice."""
    bend = Layer("activation", (1,), activation="tanh")
    return (first, bend, Layer("concatenate", (1, 2)), dense(8, 2, 3))


FRONTS: dict[str, tuple[Layer, ...]] = {
    "a bend first": (Layer("activation", (0,), activation="tanh"), dense(3, 2, 1)),
    "scaled": (
        Layer("scale", (0,), np.array([2.0, 0.5, 1.0]), np.array([1.0, -1.0, 0.0])),
        dense(3, 4, 1),
        Layer("scale", (2,), None, np.ones(4)),
        Layer("activation", (3,), activation="relu", numbers=(0.0, 0.0)),
        dense(4, 2, 4),
    ),
    "two in a row": (dense(3, 6, 0), dense(6, 4, 1), Layer("activation", (2,), activation="softmax")),
    "branches": branched(dense(3, 4, 0)),
    "a bend that is nothing at one": (
        dense(3, 4, 0),
        Layer("activation", (1,), activation="relu", numbers=(0.0, 1.5)),
        dense(4, 2, 2),
    ),
    "a softmax between": (dense(3, 4, 0), Layer("activation", (1,), activation="softmax"), dense(4, 2, 2)),
    "slopes of their own": (
        dense(3, 4, 0),
        Layer("activation", (1,), np.arange(4.0), activation="prelu"),
        dense(4, 2, 2),
    ),
}


@pytest.mark.parametrize("name", FRONTS)
def test_a_network_cut_behind_its_first_sum_gives_the_same(name: str) -> None:
    layers = FRONTS[name]
    network = Network(layers, layers[-1].weights.shape[1] if layers[-1].weights is not None else 4)
    rows = np.random.default_rng(5).normal(size=(40, 3))
    before = rows.copy()
    weights, biases, tail = split(network, 3)
    given = rows @ weights + biases
    assert run(tail, given) == pytest.approx(run(network, rows), rel=1e-12, abs=1e-12)
    assert run(tail, given.copy(), spent=True) == pytest.approx(run(network, rows), rel=1e-12, abs=1e-12)
    assert (rows == before).all()
    assert len(tail.layers) < len(layers) or name == "a bend first"


def test_a_constant_is_carried_through_the_first_bend() -> None:
    _, biases, tail = split(Network(FRONTS["scaled"], 2), 3)
    assert len(biases) == 5
    assert tail.layers[1].biases is None
    for name in ("branches", "a bend that is nothing at one", "a softmax between", "slopes of their own"):
        assert len(split(Network(FRONTS[name], 2), 3)[1]) == 4


def test_layers_write_only_to_what_nobody_needs() -> None:
    """The first bend is used again after the second: neither it nor the caller's rows may be overwritten."""
    cut = Layer("activation", (1,), activation="relu", numbers=(0.0, 0.0))
    network = Network((dense(3, 4, 0), cut, Layer("subtract", (1, 2))), 4)
    rows = np.random.default_rng(0).normal(size=(30, 3))
    first = rows @ network.layers[0].weights + network.layers[0].biases
    assert run(network, rows) == pytest.approx(np.minimum(first, 0.0))
    alone = Network((Layer("activation", (0,), activation="relu", numbers=(0.0, 0.0)),), 3)
    before = rows.copy()
    assert run(alone, rows) == pytest.approx(np.maximum(before, 0.0))
    assert (rows == before).all()


def test_single_precision_is_near_and_says_where_it_ends() -> None:
    network = Network(FRONTS["scaled"], 2)
    rows = np.random.default_rng(1).normal(size=(20, 3))
    found = run(single_of(network), rows.astype(np.float32))
    assert found.dtype == np.float32
    assert found == pytest.approx(run(network, rows), rel=1e-5, abs=1e-5)
    huge = Network((Layer("scale", (0,), np.full(3, 1e300)),), 3)
    assert np.isinf(single_of(huge).layers[0].weights).all()  # type: ignore[arg-type]  # there are some
