"""Run a network in numpy; ``core/assets/evaluate.js`` does the same in a browser.

Everything is computed in float64 from the weights as they are: that is nearer to what any backend of a network's own
library gives in float32 than a second rounding in another order would be.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, lru_cache, reduce
from typing import Any

import numpy as np
from scipy.special import erf, ndtr

from core.portable.city import joined
from core.portable.form import Layer, Mix, Network
from core.portable.functions import CURVES, PLAIN, interpolate
from core.portable.walk import tree_sums
from core.types import Array

SELU = (1.6732632423543772, 1.0507009873554805)
"""Alpha and scale (G. Klambauer et al., 2017, arXiv:1706.02515)."""


BLOCK = 491_520
"""Bytes of the widest layer at a time: they stay in a processor's cache, and that is twice as fast."""


def rows_at_once(width: int, kind: np.dtype[Any]) -> int:
    """Rows of a layer of some width that make a block."""
    return max(1, BLOCK // (max(1, width) * kind.itemsize))


def run(network: Network, encoded: Array, *, spent: bool = False) -> Array:
    """Compute every layer in order, some rows at a time.

    Parameters
    ----------
    network : Network
    encoded : ndarray, shape (n_rows, n_columns)
    spent : bool
        Nobody needs ``encoded`` any more: it may be written to.

    Returns
    -------
    ndarray, shape (n_rows, network.width)
    """
    rows = rows_at_once(max(encoded.shape[1], _plan(network)[0]), encoded.dtype)
    if len(encoded) <= rows:
        return _run(network, encoded, spent)
    return np.concatenate([_run(network, encoded[at : at + rows], spent) for at in range(0, len(encoded), rows)])


@lru_cache(maxsize=16)
def _plan(network: Network) -> tuple[int, dict[int, int]]:
    """The widest layer, and the last one that asks for what each has found: made once, not for each block of rows."""
    held = [layer.weights for layer in network.layers if layer.op != "joint"]
    widths = [weights.shape[-1] for weights in held if weights is not None]
    widths += [len(layer.places) for layer in network.layers]
    last = {place: number for number, layer in enumerate(network.layers, 1) for place in layer.inputs}
    return max(widths, default=0), last


def _run(network: Network, encoded: Array, spent: bool) -> Array:
    """Compute every layer for a few rows."""
    found, last = [encoded], _plan(network)[1]
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        for number, layer in enumerate(network.layers, 1):
            given = [found[place] for place in layer.inputs]
            spare = last[layer.inputs[0]] == number and _cuts(network, layer, spent)
            found.append(_cut(given[0]) if spare else _compute(layer, given))
            for place in layer.inputs:
                if last[place] == number:
                    found[place] = encoded[:0]  # nobody asks for it again
    return found[-1]


def _cuts(network: Network, layer: Layer, spent: bool) -> bool:
    """Whether a layer only cuts off below zero, and what it is given is no array of somebody else's."""
    plain = layer.op == "activation" and layer.activation == "relu" and layer.numbers == (0.0, 0.0)
    place = layer.inputs[0]
    return plain and (network.layers[place - 1].op == "dense" if place else spent)


def _cut(values: Array) -> Array:
    """Zero in place of what is below, in the same memory; two arrays are compared faster than one and a number."""
    zeros = _zeros(values.dtype)
    if values.size > len(zeros):
        return np.asarray(np.maximum(values, 0.0, out=values))
    return np.asarray(np.maximum(values, zeros[: values.size].reshape(values.shape), out=values))


@cache
def _zeros(kind: np.dtype[Any]) -> Array:
    """As many zeros as one layer has numbers at a time."""
    return np.zeros(BLOCK // kind.itemsize, dtype=kind)


def _compute(layer: Layer, given: Sequence[Array]) -> Array:
    """One layer."""
    if layer.op == "activation":
        return _ACTIVATIONS[layer.activation](given[0], layer)
    return np.asarray(_MIXES[layer.op](given, layer))


def sigmoid(x: Array) -> Array:
    """1/(1+exp(-x)) without overflow."""
    power = np.exp(-np.abs(x))
    return np.where(x >= 0, 1.0 / (1.0 + power), power / (1.0 + power))


def _softplus(x: Array) -> Array:
    """log(1 + exp(x)) without overflow."""
    return np.asarray(np.logaddexp(x, 0.0))


def _relu(x: Array, layer: Layer) -> Array:
    """The value above a threshold, a part of its distance below; ``numbers``: slope, threshold."""
    slope, threshold = layer.numbers
    if slope == 0 and threshold == 0:
        return np.asarray(np.maximum(x, 0.0))
    return np.where(x >= threshold, x, slope * (x - threshold))


def _elu(x: Array, alpha: float) -> Array:
    """Exponential below zero."""
    return np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0.0)))


def _gelu_tanh(x: Array) -> Array:
    """The approximation by tanh (arXiv:1606.08415)."""
    return np.asarray(0.5 * x * (1.0 + np.tanh(np.sqrt(2.0 / np.pi) * (x + 0.044715 * x**3))))


def _softmax(x: Array) -> Array:
    """Shares of the exponentials."""
    powers = np.exp(x - x.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def _log_softmax(x: Array) -> Array:
    """Logarithm of those shares."""
    moved = x - x.max(axis=1, keepdims=True)
    return np.asarray(moved - np.log(np.exp(moved).sum(axis=1, keepdims=True)))


def _over(x: Array, length: Array) -> Array:
    """A row divided by its length; one without length stays."""
    return np.asarray(x / np.where(length == 0, 1.0, length))


def _shares(x: Array) -> Array:
    """Each number's share of the row's sum; equal shares where that is 0."""
    total = x.sum(axis=1, keepdims=True)
    return np.where(total == 0, 1.0 / x.shape[1], x / np.where(total == 0, 1.0, total))


def _plain(call: Callable[[Array], Array]) -> Callable[[Array, Layer], Array]:
    """A function that needs no parameter."""
    return lambda x, _: np.asarray(call(x))


def _curve(call: Callable[[Array, float], Array]) -> Callable[[Array, Layer], Array]:
    """A function with one parameter."""
    return lambda x, layer: call(x, layer.numbers[0])


_ACTIVATIONS: dict[str, Callable[[Array, Layer], Array]] = {
    "identity": lambda x, _: x,
    "relu": _relu,
    "prelu": lambda x, layer: np.where(x > 0, x, _given(layer.weights) * np.minimum(x, 0.0)),
    "elu": lambda x, layer: _elu(x, layer.numbers[0]),
    "selu": lambda x, _: SELU[1] * _elu(x, SELU[0]),
    "celu": lambda x, layer: np.maximum(x, 0.0) + layer.numbers[0] * np.expm1(np.minimum(x / layer.numbers[0], 0.0)),
    "gelu": lambda x, _: 0.5 * x * (1.0 + erf(x / np.sqrt(2.0))),
    "gelu_tanh": lambda x, _: _gelu_tanh(x),
    "silu": lambda x, _: x * sigmoid(x),
    "mish": lambda x, _: x * np.tanh(_softplus(x)),
    "softplus": lambda x, _: _softplus(x),
    "softsign": lambda x, _: x / (1.0 + np.abs(x)),
    "tanh": lambda x, _: np.tanh(x),
    "logistic": lambda x, _: sigmoid(x),
    "hard_sigmoid": lambda x, layer: np.clip(layer.numbers[0] * x + 0.5, 0.0, 1.0),
    "hard_silu": lambda x, _: x * np.clip(x / 6.0 + 0.5, 0.0, 1.0),
    "hard_tanh": lambda x, _: np.clip(x, -1.0, 1.0),
    "exponential": lambda x, _: np.exp(x),
    "log_sigmoid": lambda x, _: -_softplus(-x),
    "at_most": lambda x, layer: np.minimum(x, layer.numbers[0]),
    "softmax": lambda x, _: _softmax(x),
    "log_softmax": lambda x, _: _log_softmax(x),
    "rms": lambda x, layer: x / np.sqrt((x * x).mean(axis=1, keepdims=True) + layer.numbers[0]),
    "unit": lambda x, layer: x / np.maximum(np.sqrt((x * x).sum(axis=1, keepdims=True)), layer.numbers[0]),
    "unit_sum": lambda x, _: _over(x, np.abs(x).sum(axis=1, keepdims=True)),
    "unit_most": lambda x, _: _over(x, np.abs(x).max(axis=1, keepdims=True)),
    "share": lambda x, _: _shares(x),
    "normal_chance": lambda x, _: np.asarray(ndtr(x)),
    **{str(name): _plain(call) for name, call in PLAIN.items()},
    **{str(name): _curve(call) for name, call in CURVES.items()},
}
"""``numbers`` of those that take some: relu slope and threshold, elu and celu alpha, hard_sigmoid slope, at_most limit,
rms epsilon, unit the least length, power transforms lambda."""


def _given(values: Array | None) -> Array:
    """Weights that must be there."""
    if values is None:
        raise ValueError("a layer has no weights")
    return values


def _dense(given: Sequence[Array], layer: Layer) -> Array:
    """Every number from every number before."""
    done: Array = given[0] @ _given(layer.weights)
    if layer.biases is not None:
        done += layer.biases
    return done


def _scale(given: Sequence[Array], layer: Layer) -> Array:
    """Number by number."""
    done = given[0] if layer.weights is None else given[0] * layer.weights
    return done if layer.biases is None else done + layer.biases


def _normalise(given: Sequence[Array], layer: Layer) -> Array:
    """A row's own numbers to mean 0 and variance 1, then number by number."""
    moved = given[0] - given[0].mean(axis=1, keepdims=True)
    spread = np.sqrt((moved * moved).mean(axis=1, keepdims=True) + layer.numbers[0])
    return _scale([moved / spread], layer)


def _trees(given: Sequence[Array], layer: Layer) -> Array:
    """The sums of an ensemble."""
    if layer.trees is None:
        raise ValueError("a layer has no trees")
    return tree_sums(layer.trees, given[0])


def _interpolate(given: Sequence[Array], layer: Layer) -> Array:
    """Each number along a broken line."""
    ends, heights = _given(layer.weights)
    return interpolate(given[0], ends, heights)


def _joint(given: Sequence[Array], layer: Layer) -> Array:
    """What a table says of several numbers together."""
    upper, lower, *answers = _given(layer.weights)
    keys = upper.astype(np.uint64) << np.uint64(32) | lower.astype(np.uint64)
    asked = joined([given[0][:, place] for place in layer.places])
    at = np.minimum(np.searchsorted(keys, asked), len(keys) - 1)
    return np.where((keys[at] == asked)[:, None], np.stack(answers, axis=1)[at], _given(layer.biases))


_Mixer = Callable[[Sequence[Array], Layer], Any]
_MIXES: dict[Mix, _Mixer] = {
    "dense": _dense,
    "scale": _scale,
    "normalise": _normalise,
    "pick": lambda given, layer: given[0][:, list(layer.places)],
    "trees": _trees,
    "interpolate": _interpolate,
    "joint": _joint,
    "concatenate": lambda given, _: np.concatenate(given, axis=1),
    "add": lambda given, _: reduce(np.add, given),
    "subtract": lambda given, _: given[0] - given[1],
    "multiply": lambda given, _: reduce(np.multiply, given),
    "average": lambda given, _: reduce(np.add, given) / len(given),
    "maximum": lambda given, _: reduce(np.maximum, given),
    "minimum": lambda given, _: reduce(np.minimum, given),
}
