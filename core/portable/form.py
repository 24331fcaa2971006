"""A model as plain arrays: encoders, then trees or a linear form or a small network, then a link.

One description serves the exact interventional Shapley values, the split thresholds that nudges search, the
certificate, and the evaluator that runs in the browser (``core/assets/evaluate.js``).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt

from core.types import Array, Scale, Task

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Link = Literal["identity", "logistic", "sigmoid", "softmax", "ovr", "exp", "vote"]
"""From the body's sums to the prediction.

``identity``: as they are. ``logistic``: one sum x, two outputs [1-p, p] with p = 1/(1+exp(-x)). ``sigmoid``:
1/(1+exp(-x)) of each sum on its own. ``softmax``: over the sums. ``ovr``: sigmoid of each sum, then divided by their
total (one-versus-rest). ``exp``: exponential. ``vote``: the sums are probabilities already (averaged leaves).
"""
Op = Literal["number", "equals", "lookup", "missing", "hash"]
Plain = Literal[
    "abs", "cbrt", "cos", "exp", "exp2", "expm1", "log", "log10", "log1p", "log2", "negative", "normal_quantile",
    "reciprocal", "sign", "sin", "sinh", "sqrt", "square", "arcsinh", "arctan",
]  # fmt: skip
"""Functions of one number, as numpy calls them (``normal_quantile``: the standard normal's, of a probability)."""
Curve = Literal["yeo_johnson", "box_cox", "undo_yeo_johnson", "undo_box_cox"]
"""Power transforms and their inverses; the number is lambda."""
Arithmetic = Literal[
    "subtract", "divide", "multiply", "add", "at_least", "at_most", "fill", "drop_zero", "float32",
    "above", "is", "bins", "quantiles", "match", "plain", Curve,
]  # fmt: skip
"""One step after a column's question: arithmetic with a number in the library's own order (so that the last bit is
the same), clipping, ``fill``: NaN becomes the number, ``drop_zero``: a value within the number of zero becomes NaN,
``float32``: rounded to what a float32 holds (the number says nothing), ``above``: 1 where greater, else 0, ``is``: 1
where equal, else 0. Others take a table of the column, the number is its place: ``bins``: how many of its numbers are
not greater; ``quantiles``: a tolerance, then as many ends as heights of a broken line (see
``core.portable.functions``); ``match``: the answer for all other numbers, then as many numbers as answers; ``plain``:
the place of a function in ``PLAIN``. All but ``fill`` and ``match`` leave NaN as it is."""
Mix = Literal[
    "dense", "scale", "activation", "normalise", "pick", "trees", "interpolate", "joint",
    "concatenate", "add", "subtract", "multiply", "average", "maximum", "minimum",
]  # fmt: skip
"""What a layer of a network does (see ``Layer``)."""
Activation = Literal[
    "identity", "relu", "prelu", "elu", "selu", "celu", "gelu", "gelu_tanh", "silu", "mish", "softplus", "softsign",
    "tanh", "logistic", "hard_sigmoid", "hard_silu", "hard_tanh", "exponential", "log_sigmoid", "at_most", "softmax",
    "log_softmax", "rms", "unit", "unit_sum", "unit_most", "share", "normal_chance",
    Plain, Curve,
]  # fmt: skip
"""Functions between layers; ``core.portable.layers`` says what each computes, and which numbers it takes."""
PLAIN: tuple[Plain, ...] = get_args(Plain)


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """One encoded input of the body, made of one feature.

    Attributes
    ----------
    source : int
        Position of the feature it comes from.
    op : {"number", "equals", "lookup", "missing", "hash"}
        ``number``: the value as a float. ``equals``: 1 where the value is ``level``, else 0. ``lookup``:
        ``table[value]``, ``unseen`` where the table has no such level. ``missing``: 1 where the value is missing,
        else 0. ``hash``: what ``core.portable.city`` makes of the value. A missing value becomes ``fill`` in all but
        ``missing``; NaN keeps it missing.
    fill, unseen : float
    level : object
        A text, number or boolean; True equals 1, a text never equals a number.
    table : tuple of (level, float)
    steps : tuple of (Arithmetic, float)
        What is done to the answer, in order.
    tables : tuple of tuple of float
        Numbers that steps ask for by their place here.
    """

    source: int
    op: Op
    fill: float = float("nan")
    unseen: float = float("nan")
    level: Any = None
    table: tuple[tuple[Any, float], ...] = ()
    steps: tuple[tuple[Arithmetic, float], ...] = ()
    tables: tuple[tuple[float, ...], ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Trees:
    """An additive ensemble as flat arrays over all nodes of all trees.

    Attributes
    ----------
    roots : ndarray of int, shape (n_trees,)
        Node index of each tree's root.
    feature : ndarray of int, shape (n_nodes,)
        Encoded column that a node asks; -1 for a leaf.
    threshold : ndarray, shape (n_nodes,)
    left, right : ndarray of int, shape (n_nodes,)
        Absolute node indices; -1 for a leaf.
    missing_left : ndarray of bool, shape (n_nodes,)
        Where a missing value goes.
    value : ndarray, shape (n_nodes, n_outputs)
        What a leaf adds to each output (learning rate and averaging included); 0 at inner nodes.
    cover : ndarray, shape (n_nodes,)
        Training weight that reached the node.
    base : ndarray, shape (n_outputs,)
    strict : bool
        True: left when ``x < threshold`` (XGBoost); False: left when ``x <= threshold``.
    float32 : bool
        True: inputs are rounded to float32 before comparing.
    categories : mapping of int to frozenset of int
        Nodes that ask for membership instead: left when the value, cut to a whole number, is one of the codes.
    """

    roots: Ints
    feature: Ints
    threshold: Array
    left: Ints
    right: Ints
    missing_left: Bools
    value: Array
    cover: Array
    base: Array
    strict: bool
    float32: bool
    categories: dict[int, frozenset[int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Linear:
    """``encoded @ weights + base``; weights of shape (n_columns, n_outputs)."""

    weights: Array
    base: Array


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """One step of a network, from the results of earlier steps to a vector per row.

    Attributes
    ----------
    op : Mix
        ``dense``: ``x @ weights + biases``. ``scale``: ``x * weights + biases``, number by number. ``activation``:
        ``activation`` of each number with ``numbers`` as its parameters (``prelu``: slopes in ``weights``).
        ``normalise``: ``(x - mean) / sqrt(variance + numbers[0]) * weights + biases`` over the row's own numbers
        (``rms``: without the mean). ``pick``: the numbers at ``places``. ``trees``: the sums of ``trees``.
        ``interpolate``: each number by a broken line, ends and heights as the two rows of ``weights``, flat outside.
        ``joint``: what a table says of the numbers at ``places`` together: each column of ``weights`` holds the upper
        and the lower 32 bits of their joint hash (``core.portable.city``), then the answers; ``biases`` for others.
        ``concatenate``, ``add``, ``subtract``, ``multiply``, ``average``, ``maximum``, ``minimum``: of several results.
    inputs : tuple of int
        0 for the encoded columns, k for the result of the k-th layer.
    weights, biases : ndarray or None
    activation : Activation
    numbers : tuple of float
    places : tuple of int
    trees : Trees or None
    """

    op: Mix
    inputs: tuple[int, ...]
    weights: Array | None = None
    biases: Array | None = None
    activation: Activation = "identity"
    numbers: tuple[float, ...] = ()
    places: tuple[int, ...] = ()
    trees: Trees | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """Layers in an order in which they can be computed; the result of the last goes to the link.

    Attributes
    ----------
    layers : tuple of Layer
    width : int
        How many sums the last one gives.
    """

    layers: tuple[Layer, ...]
    width: int


@dataclass(frozen=True, slots=True, eq=False)
class Portable:
    """A model that can be evaluated anywhere.

    Attributes
    ----------
    features : tuple of str
        As the person knows them, the model's own order.
    columns : tuple of Column
        Encoded inputs of the body, in order.
    body : Trees, Linear or Network
    link : Link
    task : Task
    margin_scale : Scale or None
        Units of the body's sums.
    """

    features: tuple[str, ...]
    columns: tuple[Column, ...]
    body: Trees | Linear | Network
    link: Link
    task: Task
    classes: tuple[str, ...]
    margin_scale: Scale | None

    @property
    def ensembles(self) -> tuple[Trees, ...]:
        """Every ensemble of trees in it: the body itself, or those of a network's layers."""
        if isinstance(self.body, Trees):
            return (self.body,)
        layers = self.body.layers if isinstance(self.body, Network) else ()
        return tuple(layer.trees for layer in layers if layer.trees is not None)

    @property
    def sources(self) -> Ints:
        """Feature position of each encoded column, shape (n_columns,)."""
        return np.array([column.source for column in self.columns], dtype=np.int64)
