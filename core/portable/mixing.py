"""Steps that make numbers of several columns at once, and how models are put on top of them: all as layers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from core.portable.form import Arithmetic, Column, Layer, Linear, Link, Network, Trees
from core.portable.inputs import Block, Head, Input, Inputs, number, refuse
from core.portable.layers import run
from core.types import Array, Scale, Task

Convert = Callable[[Any, Inputs, Task], Head]
"""How the converter of a model of models converts its members."""
_STRAIGHT = ("dense", "scale", "pick", "concatenate", "add", "subtract", "average")
"""Layers after which a straight line is still one."""
_WIDEST = 4_000
"""Inputs of a network that is looked through for a straight line at most."""


@dataclass(slots=True)
class _Wiring:
    """Columns and layers under construction; every block and every different column once."""

    columns: list[Column] = field(default_factory=list)
    layers: list[Layer] = field(default_factory=list)
    _columns: dict[str, int] = field(default_factory=dict)
    _blocks: dict[int, int] = field(default_factory=dict)

    def gather(self, items: Sequence[Input]) -> int:
        """Place of the vector that holds these inputs in this order."""
        runs: list[tuple[int, list[int]]] = []
        for item in items:
            origin = 0 if item.block is None else self._block(item.block)
            place = self._column(number(item)) if item.block is None else item.place
            if not runs or runs[-1][0] != origin:
                runs.append((origin, []))
            runs[-1][1].append(place)
        parts = [self._add(Layer("pick", (origin,), places=tuple(places))) for origin, places in runs]
        return parts[0] if len(parts) == 1 else self._add(Layer("concatenate", tuple(parts)))

    def put(self, layers: Sequence[Layer], at: int) -> int:
        """Add layers whose place 0 is the vector at a place; the place of the last."""
        first = len(self.layers)
        for layer in layers:
            moved = tuple(at if place == 0 else place + first for place in layer.inputs)
            self._add(replace(layer, inputs=moved))
        return len(self.layers) if layers else at

    def _add(self, layer: Layer) -> int:
        self.layers.append(layer)
        return len(self.layers)

    def _block(self, block: Block) -> int:
        """Place of a block's result."""
        if id(block) not in self._blocks:
            self._blocks[id(block)] = self.put(block.layers, self.gather(block.items))
        return self._blocks[id(block)]

    def _column(self, column: Column) -> int:
        """Place of an encoded column; equal ones are one."""
        key = repr(column)  # of plain numbers, texts and tuples: equal columns read alike, NaN included
        if key not in self._columns:
            self._columns[key] = len(self.columns)
            self.columns.append(column)
        return self._columns[key]


def over(items: Sequence[Input], layers: Sequence[Layer], width: int, link: Link, scale: Scale | None) -> Head:
    """Layers on top of inputs of any kind, as a model: a linear one where the whole is a straight line.

    Parameters
    ----------
    items : sequence of Input
        The vector at place 0 of the layers.
    width : int
        How many sums the last layer gives.
    """
    wiring = _Wiring()
    wiring.put(layers, wiring.gather(items))
    network = Network(tuple(wiring.layers), width)
    columns = tuple(wiring.columns)
    return Head(columns, _straight(network, len(columns)) or network, link, scale)


def _straight(network: Network, columns: int) -> Linear | None:
    """Weights of a network that only adds and scales; None of any other."""
    if columns > _WIDEST or any(layer.op not in _STRAIGHT for layer in network.layers):
        return None
    base = run(network, np.zeros((1, columns)))[0]
    return Linear(weights=run(network, np.eye(columns)) - base, base=base)


def on_mixed(convert: Callable[[Inputs], Head], inputs: Inputs) -> Head:
    """Convert a model that takes inputs of any kind: on numbers of its own first, then put on what makes them."""
    if not inputs.mixed:
        return convert(inputs)
    own = tuple(Input(place, item.name, Column(place, "number")) for place, item in enumerate(inputs.items))
    head = convert(Inputs(own, inputs.sparse))
    if any(column.steps or column.op != "number" or column.fill == column.fill for column in head.columns):
        raise refuse("It looks at single values (missing ones, zeros or levels) after a step that mixes columns.")
    items = [inputs.items[column.source] for column in head.columns]
    return over(items, layers_of(head), head.sums, head.link, head.margin_scale)


def layers_of(head: Head) -> tuple[Layer, ...]:
    """A model's body as layers that take its encoded columns."""
    body = head.body
    if isinstance(body, Trees):
        return (Layer("trees", (0,), trees=body),)
    if isinstance(body, Linear):
        return (Layer("dense", (0,), body.weights, body.base),)
    return body.layers


def outputs(head: Head) -> tuple[Input, ...]:
    """What a model predicts, as inputs of another: a probability per class, or one number."""
    ending, width = _link(head)
    start = layers_of(head)
    moved = tuple(replace(layer, inputs=tuple(place + len(start) for place in layer.inputs)) for layer in ending)
    return made(tuple(Input(column.source, "", column) for column in head.columns), (*start, *moved), width)


def sums(head: Head) -> tuple[Input, ...]:
    """The sums under a prediction, as inputs of another model."""
    return made(tuple(Input(column.source, "", column) for column in head.columns), layers_of(head), head.sums)


def made(items: Sequence[Input], layers: Sequence[Layer], width: int) -> tuple[Input, ...]:
    """Several new inputs of several old ones."""
    block = Block(tuple(items), tuple(layers), width)
    return tuple(Input(-1, "", block=block, place=place) for place in range(width))


TWO = (np.array([[-1.0, 1.0]]), np.array([1.0, 0.0]))
"""Weights and biases that make of a chance p the pair 1 - p, p."""


def _link(head: Head) -> tuple[tuple[Layer, ...], int]:
    """The link of a model as layers, and how many numbers it gives."""
    kind, width = head.link, head.sums
    if kind == "logistic":
        return (Layer("activation", (0,), activation="logistic"), Layer("dense", (1,), *TWO)), 2
    if kind == "ovr":
        chances = Layer("activation", (0,), activation="logistic")
        return (chances, Layer("activation", (1,), activation="share")), width
    names: dict[str, Any] = {"sigmoid": "logistic", "softmax": "softmax", "exp": "exp"}
    return (Layer("activation", (0,), activation=names[kind]),) if kind in names else (), width


def each(inputs: Inputs, kind: Arithmetic, values: Array) -> Inputs:
    """A number for each input: added, subtracted, multiplied or divided by."""
    if kind in ("add", "subtract"):
        layer = Layer("scale", (0,), None, values if kind == "add" else -values)
    elif kind in ("multiply", "divide"):
        layer = Layer("scale", (0,), values if kind == "multiply" else 1.0 / values)
    else:
        raise refuse("Numbers are clipped or replaced after a step that mixes columns.")
    return Inputs(made(inputs.items, (layer,), len(inputs.items)), inputs.sparse)
