"""The layers of a network as JSON and back; widths are followed, so that no layer can ask for what is not there."""

from __future__ import annotations

from typing import Any, get_args

import numpy as np

from core.portable import wire_trees
from core.portable.form import Activation, Curve, Layer, Mix, Network
from core.portable.packed import finite, listed, one_of, pack, refuse, unpack, whole

_MOST_LAYERS = 2_000
_WIDEST = 1_000_000
_MIXES = get_args(Mix)
_ACTIVATIONS = get_args(Activation)
_SEVERAL = ("concatenate", "add", "subtract", "multiply", "average", "maximum", "minimum")
_NUMBERS = {"relu": 2, "elu": 1, "celu": 1, "hard_sigmoid": 1, "at_most": 1, "rms": 1, "unit": 1}
_NUMBERS |= dict.fromkeys(get_args(Curve), 1)


def to_json(network: Network, cover: bool) -> dict[str, Any]:
    """Write the layers without what has its default value; training weights of trees only behind joint tables."""
    cover = cover and any(layer.op == "joint" for layer in network.layers)
    return {"kind": "network", "layers": [_layer(layer, cover) for layer in network.layers]}


def _layer(layer: Layer, cover: bool) -> dict[str, Any]:
    """One layer."""
    written: dict[str, Any] = {"op": layer.op, "inputs": list(layer.inputs)}
    if layer.weights is not None:
        written |= {"weights": pack(layer.weights), "shape": list(layer.weights.shape)}
    if layer.biases is not None:
        written["biases"] = pack(layer.biases)
    if layer.op == "activation":
        written["activation"] = layer.activation
    if layer.numbers:
        written["numbers"] = list(layer.numbers)
    if layer.places:
        written["places"] = list(layer.places)
    if layer.trees is not None:
        written["trees"] = wire_trees.to_json(layer.trees, cover)
    return written


def from_json(data: dict[str, Any], columns: int) -> Network:
    """Read the layers of a network that takes so many columns.

    Raises
    ------
    ModelError
        If anything does not fit.
    """
    widths = [columns]
    layers: list[Layer] = []
    for item in listed(data["layers"], _MOST_LAYERS, "layers"):
        layer, width = _read(item, widths)
        layers.append(layer)
        widths.append(width)
    if not layers:
        raise refuse("It has no layers.")
    return Network(tuple(layers), widths[-1])


def _read(item: dict[str, Any], widths: list[int]) -> tuple[Layer, int]:
    """One layer and how many numbers it gives."""
    op = one_of(item["op"], _MIXES)
    inputs = tuple(whole(place, 0, len(widths) - 1) for place in listed(item["inputs"], _MOST_LAYERS, "inputs"))
    if not inputs or (op not in _SEVERAL and len(inputs) != 1) or (op == "subtract" and len(inputs) != 2):
        raise refuse("A layer has the wrong number of inputs.")
    sizes = [widths[place] for place in inputs]
    if op not in ("concatenate",) and len(set(sizes)) != 1:
        raise refuse("A layer joins results of different widths.")
    activation: Activation = one_of(item["activation"], _ACTIVATIONS) if op == "activation" else "identity"
    numbers = tuple(finite(value) for value in listed(item.get("numbers", []), 2, "numbers"))
    if len(numbers) != (1 if op == "normalise" else _NUMBERS.get(activation, 0)):
        raise refuse("A layer has the wrong number of parameters.")
    places = tuple(whole(place, 0, sizes[0] - 1) for place in listed(item.get("places", []), _WIDEST, "places"))
    weights = _weights(item, op, sizes[0])
    trees = wire_trees.from_json(item["trees"], sizes[0]) if op == "trees" else None
    width = len(trees.base) if trees is not None else _width(op, sizes, weights, places)
    if (op in ("dense", "interpolate", "joint") or activation == "prelu") and weights is None:
        raise refuse("A layer has no weights.")
    biases = _floats(item["biases"], width) if "biases" in item else None
    if op == "joint" and (biases is None or not places):
        raise refuse("A table of several columns is not of the expected form.")
    return Layer(op, inputs, weights, biases, activation, numbers, places, trees), width


def _weights(item: dict[str, Any], op: str, width: int) -> np.ndarray | None:
    """The weights of a layer in their shape, None without."""
    if "weights" not in item:
        return None
    if op not in ("dense", "interpolate", "joint"):
        return _floats(item["weights"], width)
    shape = [whole(size, 1, _WIDEST) for size in listed(item["shape"], 2, "shape")]
    rows = {"dense": width, "interpolate": 2}.get(op)
    if len(shape) != 2 or (shape[0] != rows if rows else shape[0] < 3):
        raise refuse("A layer's weights do not fit what it is given.")
    weights = _floats(item["weights"], shape[0] * shape[1]).reshape(shape[0], shape[1])
    if op == "joint":
        _require_keys(weights)
    if op == "interpolate" and (np.diff(weights[0]) < 0).any():
        raise refuse("A broken line does not go from left to right.")
    return weights


def _require_keys(weights: np.ndarray) -> None:
    """Refuse a table of several columns whose keys are no whole numbers of 32 bits, or do not ascend."""
    halves = weights[:2]
    if (halves < 0).any() or (halves >= 1 << 32).any() or (halves != np.floor(halves)).any():
        raise refuse("A key of several columns is not a whole number.")
    upper, lower = np.diff(halves)
    if ((upper < 0) | ((upper == 0) & (lower <= 0))).any():
        raise refuse("The keys of several columns are not in their order.")


def _width(op: str, sizes: list[int], weights: np.ndarray | None, places: tuple[int, ...]) -> int:
    """How many numbers a layer gives."""
    if op == "dense" and weights is not None:
        return int(weights.shape[1])
    if op == "joint" and weights is not None:
        return len(weights) - 2
    if op == "pick":
        if not places:
            raise refuse("A layer picks nothing.")
        return len(places)
    width = sum(sizes) if op == "concatenate" else sizes[0]
    return whole(width, 1, _WIDEST)


def _floats(packed: Any, count: int) -> np.ndarray:
    """Finite floats."""
    values: np.ndarray = unpack(packed, count, "weights").astype(np.float64)
    if not np.isfinite(values).all():
        raise refuse("A weight is not a number.")
    return values
