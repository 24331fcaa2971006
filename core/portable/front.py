"""A network cut behind its first weighted sum, and a network in single precision."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from core.portable.form import Network
from core.portable.layers import run
from core.types import Array

ONE_BY_ONE = frozenset({"relu", "elu", "selu", "gelu", "gelu_tanh", "silu", "softplus", "tanh", "logistic"})
"""Bends of each number on its own that are not zero at 1."""


def split(network: Network, columns: int) -> tuple[Array, Array, Network]:
    """Take the weighted sum off the front of a network.

    Parameters
    ----------
    network : Network
    columns : int
        How many numbers it takes.

    Returns
    -------
    weights : ndarray, shape (columns, width)
    biases : ndarray, shape (width,)
    tail : Network
        What is left; it takes ``encoded @ weights + biases``.
    """
    weights, biases, at = np.eye(columns), np.zeros(columns), 0
    for layer in network.layers:
        users = [other for other in network.layers if at in other.inputs]
        plain = layer.op in ("dense", "scale") or (layer.op == "activation" and layer.activation == "identity")
        if not plain or layer.inputs != (at,) or len(users) != 1:
            break
        if layer.weights is not None:
            first, second = weights, biases
            weights, biases = (
                (first @ layer.weights, second @ layer.weights)
                if layer.op == "dense"
                else (first * layer.weights, second * layer.weights)
            )
        biases = biases if layer.biases is None else biases + layer.biases
        at += 1
    rest = tuple(replace(layer, inputs=tuple(place - at for place in layer.inputs)) for layer in network.layers[at:])
    return _with_one(weights, biases, Network(rest, network.width))


def _with_one(weights: Array, biases: Array, tail: Network) -> tuple[Array, Array, Network]:
    """Carry a constant through the first bend, where it stands for the biases of the layer behind: one pass less."""
    bend, behind = tail.layers[:2] if len(tail.layers) > 1 else (None, None)
    if bend is None or behind is None or behind.op != "dense" or behind.biases is None or behind.weights is None:
        return weights, biases, tail
    alone = sum(1 in layer.inputs or 0 in layer.inputs for layer in tail.layers) == 2
    if bend.op != "activation" or bend.activation not in ONE_BY_ONE or behind.inputs != (1,) or not alone:
        return weights, biases, tail
    one = float(run(Network((bend,), 1), np.ones((1, 1)))[0, 0])
    if one == 0:
        return weights, biases, tail
    wider = replace(behind, weights=np.vstack([behind.weights, behind.biases / one]), biases=None)
    layers = (bend, wider, *tail.layers[2:])
    return np.pad(weights, ((0, 0), (0, 1))), np.append(biases, 1.0), replace(tail, layers=layers)


def single_of(network: Network) -> Network:
    """The same layers in single precision."""
    layers = (
        replace(
            one,
            weights=None if one.weights is None else short(one.weights),
            biases=None if one.biases is None else short(one.biases),
        )
        for one in network.layers
    )
    return replace(network, layers=tuple(layers))


def short(values: Array) -> Array:
    """Numbers in single precision; what is beyond it becomes infinite."""
    with np.errstate(over="ignore"):
        return values.astype(np.float32)
