"""Activations by their names in Keras."""

from __future__ import annotations

from typing import Any

from core.loading.formats.keras_build import Build, Value
from core.loading.formats.keras_config import Part, part
from core.portable.form import Activation

_KNOWN: dict[str, tuple[Activation, tuple[float, ...]]] = {
    "relu": ("relu", (0.0, 0.0)),
    "leaky_relu": ("relu", (0.2, 0.0)),
    "elu": ("elu", (1.0,)),
    "selu": ("selu", ()),
    "celu": ("celu", (1.0,)),
    "gelu": ("gelu", ()),
    "silu": ("silu", ()),
    "swish": ("silu", ()),
    "mish": ("mish", ()),
    "softplus": ("softplus", ()),
    "softsign": ("softsign", ()),
    "tanh": ("tanh", ()),
    "sigmoid": ("logistic", ()),
    "hard_silu": ("hard_silu", ()),
    "hard_swish": ("hard_silu", ()),
    "hard_tanh": ("hard_tanh", ()),
    "exponential": ("exponential", ()),
    "log_sigmoid": ("log_sigmoid", ()),
    "softmax": ("softmax", ()),
    "log_softmax": ("log_softmax", ()),
}


def named(build: Build, layer: Part, value: Value) -> Value:
    """Add the activation that a layer's config names.

    Raises
    ------
    ModelError
        If it is not one of Keras' own that are read here.
    """
    name: Any = layer.config.get("activation")
    if isinstance(name, dict):
        return _object(build, layer, name, value)
    if name in (None, "linear"):
        return value
    if name == "relu6":
        done = _add(build, value, "relu", (0.0, 0.0))
        return _add(build, done, "at_most", (6.0,))
    if name == "hard_sigmoid":  # Keras 3 changed the slope from 0.2 to 1/6
        return _add(build, value, "hard_sigmoid", (0.2 if build.old else 1 / 6,))
    if not isinstance(name, str) or name not in _KNOWN:
        layer.refuse(f"Its activation is {str(name)[:60]}, which is not known here.")
    if name.endswith("softmax") and (not value.shape or value.width != value.shape[-1]):
        layer.refuse("Its softmax is over several axes.")
    return _add(build, value, *_KNOWN[name])


def _object(build: Build, layer: Part, found: dict[str, Any], value: Value) -> Value:
    """An activation that is a layer of its own, or a function given as an object."""
    from core.loading.formats import keras_layers

    if found.get("class_name") == "function" and isinstance(found.get("config"), str):
        if found.get("module") not in ("builtins", "keras.activations", None) or found.get("registered_name") not in (
            None,
            "function",
            found["config"],
        ):
            layer.refuse("Its activation is a function of its author's.")
        return named(build, Part(layer.file, layer.kind, {**layer.config, "activation": found["config"]}, {}), value)
    inner = part(found, layer.file)
    if inner.kind not in ("ReLU", "LeakyReLU", "ELU", "Softmax"):
        layer.refuse(f"Its activation is {inner.kind}, which is not read inside another layer.")
    return keras_layers.apply(build, inner, "", [value])


def _add(build: Build, value: Value, activation: Activation, numbers: tuple[float, ...]) -> Value:
    """One activation."""
    return build.add(value.shape, "activation", [value], activation=activation, numbers=numbers)
