"""Columns on their way through a pipeline's encoders, and what a converted estimator hands back."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from core.errors import NotApplicable
from core.portable.form import Arithmetic, Column, Layer, Linear, Link, Network, Trees
from core.types import Scale

NAN = float("nan")


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Layers that make new numbers of several inputs at once (``core.portable.mixing`` puts them together).

    Attributes
    ----------
    items : tuple of Input
        What it takes: the vector at place 0 of its layers.
    layers : tuple of Layer
    width : int
        How many numbers the last layer gives.
    """

    items: tuple[Input, ...]
    layers: tuple[Layer, ...]
    width: int


@dataclass(frozen=True, slots=True, eq=False)
class Input:
    """One column: the person's own values while ``column`` is None, numbers afterwards.

    Attributes
    ----------
    source : int
        Position of the feature.
    name : str
    column : Column or None
    fill : object
        Level that an imputer puts where an own value is missing; None leaves it missing.
    block : Block or None
        Where it is one of several numbers that a step makes of several columns, ``place`` among them.
    """

    source: int
    name: str
    column: Column | None = None
    fill: Any = None
    block: Block | None = None
    place: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Inputs:
    """What one step hands to the next; ``sparse`` as a matrix that leaves zeros out."""

    items: tuple[Input, ...]
    sparse: bool = False

    @property
    def mixed(self) -> bool:
        """True where a step before made numbers of several columns at once."""
        return any(item.block is not None for item in self.items)


@dataclass(frozen=True, slots=True, eq=False)
class Head:
    """A converted estimator: its own inputs, body and link."""

    columns: tuple[Column, ...]
    body: Trees | Linear | Network
    link: Link
    margin_scale: Scale | None

    @property
    def sums(self) -> int:
        """How many sums the body makes."""
        return self.body.width if isinstance(self.body, Network) else len(self.body.base)


def start(features: Sequence[str]) -> Inputs:
    """A person's columns, untouched."""
    return Inputs(tuple(Input(position, name) for position, name in enumerate(features)))


def refuse(reason: str) -> NotApplicable:
    """Build the error that says why a model stays where it is."""
    return NotApplicable("The model does not convert to plain arrays.", reason, "Its own library is asked instead.")


def numbers(inputs: Inputs, expected: int | None = None) -> tuple[Column, ...]:
    """Columns of numbers for a body that takes ``expected`` of them."""
    if expected is not None and len(inputs.items) != expected:
        raise refuse(f"It takes {expected} columns, {len(inputs.items)} arrive.")
    return tuple(number(item) for item in inputs.items)


def number(item: Input) -> Column:
    """One column as numbers."""
    if item.block is not None:
        raise refuse("A step takes columns one by one after another has mixed them.")
    if item.column is not None:
        return item.column
    if item.fill is None:
        return Column(item.source, "number")
    if isinstance(item.fill, str):
        raise refuse(f"Column '{item.name}' is text where a number is needed.")
    return Column(item.source, "number", fill=float(item.fill))


def by_level(item: Input, answers: Mapping[Any, float], unseen: float) -> Column:
    """Look levels up; ``answers[None]`` is for a missing value, ``unseen`` for any level that is not listed.

    What an imputer put in place of a missing value, and the codes of an encoder before, are looked up too.
    """
    table = {level: float(answer) for level, answer in answers.items() if level is not None}
    missing = float(answers.get(None, unseen))
    if item.block is not None:
        raise refuse("Levels are looked up after a step that mixes columns.")
    if item.column is None:
        fill = missing if item.fill is None else table.get(item.fill, unseen)
        return Column(item.source, "lookup", fill=fill, table=tuple(table.items()), unseen=unseen)
    column = item.column
    if column.op != "lookup" or column.steps:
        raise refuse(f"Column '{item.name}' is taken level by level after a step that made numbers of it.")

    def again(code: float) -> float:
        """What becomes of a code of the encoder before."""
        return missing if math.isnan(code) else table.get(code, unseen)

    composed = tuple((level, again(code)) for level, code in column.table)
    return replace(column, table=composed, fill=again(column.fill), unseen=again(column.unseen))


def then(column: Column, *steps: tuple[Arithmetic, float]) -> Column:
    """The column followed by further steps."""
    return replace(column, steps=(*column.steps, *((kind, float(value)) for kind, value in steps)))


def tabled(column: Column, kind: Arithmetic, table: Sequence[float]) -> Column:
    """The column followed by a step that asks a table."""
    held = replace(column, tables=(*column.tables, tuple(float(value) for value in table)))
    return then(held, (kind, len(column.tables)))


def plain_level(value: Any) -> Any:
    """A level as Python's own text, number or boolean; None where missing."""
    if is_missing(value):
        return None
    value = value.item() if isinstance(value, np.generic) else value
    if not isinstance(value, str | bool | int | float):
        raise refuse(f"A level is a {type(value).__name__}, not a text or a number.")
    return value


def is_missing(value: Any) -> bool:
    """True for None, NaN, NA and NaT."""
    return value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and math.isnan(value))
