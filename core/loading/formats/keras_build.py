"""A network while it is put together from a Keras model: its columns, its layers, and the values between them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Any

import numpy as np

from core.loading.formats.hdf5 import Hdf5
from core.loading.formats.keras_config import Part
from core.loading.formats.tree_checks import damaged
from core.portable.form import Column, Layer
from core.types import Array

WIDEST = 100_000
MOST_LAYERS = 2_000


@dataclass(frozen=True, slots=True)
class Value:
    """What one layer hands to the next, a row of it.

    Attributes
    ----------
    shape : tuple of int
        Without the rows.
    place : int
        Result of the place-th layer; -1 while it is still made of columns only.
    columns : tuple of Column
        One for each number, while nothing but looking up has happened to them.
    """

    shape: tuple[int, ...]
    place: int = -1
    columns: tuple[Column, ...] = ()

    @property
    def width(self) -> int:
        """Numbers in all."""
        return prod(self.shape)


@dataclass(slots=True)
class Build:
    """The parts collected so far.

    Attributes
    ----------
    file : str
    weights : Hdf5
    assets : mapping of str to callable
        Further members of the archive, read when asked for.
    old : bool
        Written by Keras 2.
    columns, layers : list
        The network's inputs, and its layers.
    sources : list of (str, int)
        Names of the inputs in order, and how many of the table's columns each takes.
    texts : set of int
        Columns of the table that hold text.
    calls : int
        Layers called so far, also those that add nothing.
    """

    file: str
    weights: Hdf5
    assets: dict[str, Callable[[], bytes]]
    old: bool = False
    columns: list[Column] = field(default_factory=list)
    layers: list[Layer] = field(default_factory=list)
    sources: list[tuple[str, int]] = field(default_factory=list)
    texts: set[int] = field(default_factory=set)
    calls: int = 0

    def add(self, shape: tuple[int, ...], op: Any, given: Sequence[Value], **options: Any) -> Value:
        """Append a layer."""
        inputs = tuple(self.place(value) for value in given)
        if len(self.layers) >= MOST_LAYERS or prod(shape) > WIDEST:
            raise damaged(self.file, "It has too many layers, or layers that are too wide, for a table")
        self.layers.append(Layer(op, inputs, **options))
        return Value(shape, len(self.layers))

    def place(self, value: Value) -> int:
        """Where a value is found; columns become the network's inputs now."""
        if value.place >= 0:
            return value.place
        start = len(self.columns)
        self.columns += value.columns
        if len(self.columns) > WIDEST:
            raise damaged(self.file, "It takes too many columns")
        self.layers.append(Layer("pick", (0,), places=tuple(range(start, len(self.columns)))))
        return len(self.layers)

    def array(self, part: Part, path: str, number: int, shape: tuple[int, ...]) -> Array:
        """Weights of a layer in the shape that they must have.

        Raises
        ------
        ModelError
            If they are missing, of another shape, or no numbers.
        """
        found = self.weights.array(f"{path}/vars/{number}")
        if found is None and self.old:  # releases before 2.14
            older = path.replace("layers", "_layer_checkpoint_dependencies")
            found = self.weights.array(f"{older}/vars/{number}")
        if found is None:
            raise damaged(self.file, f"The weights of {part.title} are missing")
        if found.shape != shape:
            raise damaged(self.file, f"The weights of {part.title} have the shape {found.shape}, not {shape}")
        values = found.astype(np.float64)
        if not np.isfinite(values).all():
            raise damaged(self.file, f"The weights of {part.title} are not all numbers")
        return values


def in_order(build: Build) -> tuple[Layer, ...]:
    """The layers without a first one that picks every column as it is."""
    first = build.layers[0] if build.layers else None
    whole = tuple(range(len(build.columns)))
    if first is None or first.op != "pick" or first.places != whole or len(build.layers) == 1:
        return tuple(build.layers)
    moved = [tuple(max(0, place - 1) for place in layer.inputs) for layer in build.layers[1:]]
    return tuple(
        Layer(layer.op, inputs, layer.weights, layer.biases, layer.activation, layer.numbers, layer.places)
        for layer, inputs in zip(build.layers[1:], moved, strict=True)
    )
