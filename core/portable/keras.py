"""A Keras model read from its file: columns, layers, and what its last activation says of the task."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from core.portable.form import Column, Layer, Link, Network
from core.portable.inputs import Head, Inputs, refuse
from core.types import Scale, Task

_ENDS: dict[str, tuple[Link, Scale]] = {"logistic": ("logistic", "log-odds"), "softmax": ("softmax", "score")}


@dataclass(frozen=True, slots=True, eq=False)
class KerasNetwork:
    """What a ``.keras`` file holds, as plain arrays; no part of Keras is needed to run it.

    Attributes
    ----------
    title : str
        ``"Sequential"`` or ``"Functional"``.
    inputs : tuple of str
        Names of the columns where the file has one input for each, else empty.
    width : int
        Columns of the table that it takes.
    columns : tuple of Column
        Encoded inputs of the network.
    network : Network
        With the last activation.
    logits : bool
        True when it was trained on scores before the sigmoid or softmax, which its loss adds.
    texts : tuple of int
        Columns that hold text.
    """

    title: str
    inputs: tuple[str, ...]
    width: int
    columns: tuple[Column, ...]
    network: Network
    logits: bool = False
    texts: tuple[int, ...] = ()

    @property
    def ending(self) -> str:
        """``"logistic"`` or ``"softmax"`` where the answer is a probability, its activation otherwise."""
        last = self.network.layers[-1]
        if self.logits:
            return "logistic" if self.network.width == 1 else "softmax"
        return last.activation if last.op == "activation" else "identity"


def convert(model: KerasNetwork, inputs: Inputs, task: Task) -> Head:
    """Split the network into its body and its link.

    Raises
    ------
    NotApplicable
        If other steps stand before it.
    """
    if len(inputs.items) != model.width or any(item.column is not None for item in inputs.items):
        raise refuse("It does not take the table's own columns.")
    if task == "regression" or model.ending not in _ENDS:
        return Head(model.columns, model.network, "identity", "target")
    return Head(model.columns, model.network if model.logits else _body(model.network), *_ENDS[model.ending])


def _body(network: Network) -> Network:
    """The network without its last activation."""
    *layers, last = network.layers
    if last.inputs != (len(layers),):
        layers.append(Layer("activation", last.inputs))
    return replace(network, layers=tuple(layers))


def network_of(layers: Sequence[Layer], place: int, width: int) -> Network:
    """The layers with the result of one of them as the answer."""
    done = tuple(layers)
    return Network(done if place == len(done) else (*done, Layer("activation", (place,))), width)
