"""The layers of Keras that are read, one function each; whatever is not in ``LAYERS`` is refused by name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod

import numpy as np

from core.loading.formats import keras_levels
from core.loading.formats.keras_activations import named
from core.loading.formats.keras_build import Build, Value
from core.loading.formats.keras_config import Part
from core.portable.form import Mix
from core.types import Array

Reader = Callable[[Build, Part, str, Sequence[Value]], Value]
_LEAST = 1e-7
"""What Keras takes for the smallest standard deviation (``keras.config.epsilon()``)."""


def apply(build: Build, part: Part, path: str, given: Sequence[Value]) -> Value:
    """Add what a layer computes.

    Parameters
    ----------
    build : Build
    part : Part
        The layer's config.
    path : str
        Where its weights are.
    given : sequence of Value

    Raises
    ------
    ModelError
        If the layer, or the way it is used, is not read here.
    """
    reader = LAYERS.get(part.kind)
    if reader is None:
        part.refuse("Only layers for tables are read: dense, activations, normalisations, joins, look-ups.")
    if len(given) < 1 or (len(given) > 1 and part.kind not in _JOINS):
        part.refuse(f"It is given {len(given)} inputs.")
    return reader(build, part, path, given)


def _last(part: Part, value: Value) -> int:
    """Width of the last axis, for layers that work along it; other axes hold one number each."""
    if not value.shape or prod(value.shape[:-1]) != 1:
        part.refuse(f"It is given rows of shape {value.shape}; one table has one number a column.")
    return value.shape[-1]


def _dense(build: Build, part: Part, path: str, given: Sequence[Value]) -> Value:
    """Dense: kernel, bias, activation."""
    [value] = given
    width, units = _last(part, value), int(part.number("units"))
    if not 1 <= units <= 100_000:
        part.refuse(f"It has {units} units.")
    kernel = build.array(part, path, 0, (width, units))
    bias = build.array(part, path, 1, (units,)) if part.flag("use_bias", True) else None
    done = build.add((*value.shape[:-1], units), "dense", given, weights=kernel, biases=bias)
    return named(build, part, done)


def _activation(build: Build, part: Part, _path: str, given: Sequence[Value]) -> Value:
    """The layer Activation."""
    return named(build, part, given[0])


def _relu(build: Build, part: Part, _path: str, given: Sequence[Value]) -> Value:
    """ReLU with its options."""
    slope = part.number("negative_slope", 0.0)
    done = build.add(
        given[0].shape, "activation", given, activation="relu", numbers=(slope, part.number("threshold", 0.0))
    )
    if part.config.get("max_value") is None:
        return done
    return build.add(done.shape, "activation", [done], activation="at_most", numbers=(part.number("max_value"),))


def _leaky(build: Build, part: Part, _path: str, given: Sequence[Value]) -> Value:
    """LeakyReLU; Keras 2 called its slope alpha."""
    slope = part.number("negative_slope" if "negative_slope" in part.config else "alpha", 0.3)
    return build.add(given[0].shape, "activation", given, activation="relu", numbers=(slope, 0.0))


def _prelu(build: Build, part: Part, path: str, given: Sequence[Value]) -> Value:
    """PReLU: a learned slope for each number."""
    [value] = given
    if part.config.get("shared_axes"):
        part.refuse("It shares slopes between axes.")
    slopes = build.array(part, path, 0, value.shape).reshape(-1)
    return build.add(value.shape, "activation", given, activation="prelu", weights=slopes)


def _elu(build: Build, part: Part, _path: str, given: Sequence[Value]) -> Value:
    """ELU."""
    return build.add(given[0].shape, "activation", given, activation="elu", numbers=(part.number("alpha", 1.0),))


def _softmax(build: Build, part: Part, _path: str, given: Sequence[Value]) -> Value:
    """Softmax along the last axis."""
    _last(part, given[0])
    if not part.is_last_axis(len(given[0].shape)):
        part.refuse("It works along another axis than the last.")
    return build.add(given[0].shape, "activation", given, activation="softmax")


def _batch(build: Build, part: Part, path: str, given: Sequence[Value]) -> Value:
    """BatchNormalization at inference: moving mean and variance."""
    [value] = given
    width = _last(part, value)
    part.without("renorm")
    if not part.is_last_axis(len(value.shape)):
        part.refuse("It works along another axis than the last.")
    gamma, beta, at = _learned(build, part, path, width)
    mean, variance = (build.array(part, path, at + number, (width,)) for number in (0, 1))
    factor = gamma / np.sqrt(_positive(part, variance + part.number("epsilon", 1e-3)))
    return build.add(value.shape, "scale", given, weights=factor, biases=beta - mean * factor)


def _learned(build: Build, part: Part, path: str, width: int) -> tuple[Array, Array, int]:
    """Factor and shift that a normalisation has learned, and how many weights that took."""
    scaled, moved = part.flag("scale", True), part.flag("center", True)
    gamma = build.array(part, path, 0, (width,)) if scaled else np.ones(width)
    beta = build.array(part, path, int(scaled), (width,)) if moved else np.zeros(width)
    return gamma, beta, int(scaled) + int(moved)


def _positive(part: Part, variance: Array) -> Array:
    """Variances that have a root."""
    if (variance <= 0).any():
        part.refuse("A variance in it is not positive.")
    return variance


def _layer_norm(build: Build, part: Part, path: str, given: Sequence[Value]) -> Value:
    """LayerNormalization along the last axis."""
    [value] = given
    width = _last(part, value)
    part.without("rms_scaling")
    if not part.is_last_axis(len(value.shape)):
        part.refuse("It works along another axis than the last.")
    gamma, beta, _ = _learned(build, part, path, width)
    epsilon = (part.number("epsilon", 1e-3),)
    return build.add(value.shape, "normalise", given, weights=gamma, biases=beta, numbers=epsilon)


def _rms_norm(build: Build, part: Part, path: str, given: Sequence[Value]) -> Value:
    """RMSNormalization along the last axis."""
    [value] = given
    width = _last(part, value)
    if not part.is_last_axis(len(value.shape)):
        part.refuse("It works along another axis than the last.")
    done = build.add(value.shape, "activation", given, activation="rms", numbers=(part.number("epsilon", 1e-6),))
    return build.add(value.shape, "scale", [done], weights=build.array(part, path, 0, (width,)))


def _unit_norm(build: Build, part: Part, _path: str, given: Sequence[Value]) -> Value:
    """UnitNormalization: divided by its length."""
    _last(part, given[0])
    if not part.is_last_axis(len(given[0].shape)):
        part.refuse("It works along another axis than the last.")
    return build.add(given[0].shape, "activation", given, activation="unit", numbers=(1e-12,))


def _normalization(build: Build, part: Part, path: str, given: Sequence[Value]) -> Value:
    """Normalization: the mean and variance that it was adapted to, or that were given."""
    [value] = given
    width = _last(part, value)
    part.without("invert")
    single = part.config.get("axis") in (None, [])
    if not single and not part.is_last_axis(len(value.shape)):
        part.refuse("It works along another axis than the last.")
    shape = () if single else (width,)
    if part.config.get("mean") is not None:
        mean, variance = (_listed(part, key, width) for key in ("mean", "variance"))
    else:
        mean, variance = (build.array(part, path, number, shape) for number in (0, 1))
    if (variance < 0).any():
        part.refuse("A variance in it is negative.")
    factor = np.broadcast_to(1.0 / np.maximum(np.sqrt(variance), _LEAST), (width,)).copy()
    return build.add(value.shape, "scale", given, weights=factor, biases=-mean * factor)


def _listed(part: Part, key: str, width: int) -> Array:
    """Numbers that stand in the config itself: one, or one for each column."""
    try:
        found = np.asarray(part.config.get(key), dtype=np.float64).reshape(-1)
    except (TypeError, ValueError, OverflowError):
        part.refuse(f"Its '{key}' is no list of numbers.")
    if len(found) not in (1, width) or not np.isfinite(found).all():
        part.refuse(f"Its '{key}' does not fit {width} columns.")
    return np.broadcast_to(found, (width,)).astype(np.float64)


def _rescaling(build: Build, part: Part, _path: str, given: Sequence[Value]) -> Value:
    """Rescaling by numbers of the config."""
    width = _last(part, given[0])
    factor, shift = _listed(part, "scale", width), _listed(part, "offset", width)
    return build.add(given[0].shape, "scale", given, weights=factor, biases=shift)


def _same(_build: Build, _part: Part, _path: str, given: Sequence[Value]) -> Value:
    """What does nothing at inference."""
    return given[0]


def _flatten(_build: Build, _part: Part, _path: str, given: Sequence[Value]) -> Value:
    """All axes as one."""
    return Value((given[0].width,), given[0].place, given[0].columns)


def _reshape(_build: Build, part: Part, _path: str, given: Sequence[Value]) -> Value:
    """Another shape of the same numbers, in the same order."""
    shape, width = list(part.shape(part.config.get("target_shape"), "target shape")), given[0].width
    if shape.count(-1) == 1 and prod(size for size in shape if size != -1) > 0:
        shape[shape.index(-1)] = width // prod(size for size in shape if size != -1)
    if prod(shape) != width or min(shape, default=1) < 1:
        part.refuse(f"{width} numbers do not fill the shape {tuple(shape)}.")
    return Value(tuple(shape), given[0].place, given[0].columns)


def _concatenate(build: Build, part: Part, _path: str, given: Sequence[Value]) -> Value:
    """Side by side along the last axis."""
    widths = [_last(part, value) for value in given]
    if len({len(value.shape) for value in given}) != 1 or not part.is_last_axis(len(given[0].shape)):
        part.refuse("It joins along another axis than the last.")
    shape = (*given[0].shape[:-1], sum(widths))
    if all(value.place < 0 for value in given):
        return Value(shape, columns=tuple(column for value in given for column in value.columns))
    return build.add(shape, "concatenate", given)


def _joined(op: Mix) -> Reader:
    """Number by number, of several values of one shape."""

    def read(build: Build, part: Part, _path: str, given: Sequence[Value]) -> Value:
        if len({value.shape for value in given}) != 1 or len(given) < 2 or (op == "subtract" and len(given) != 2):
            part.refuse(f"It joins values of the shapes {[value.shape for value in given][:6]}.")
        return build.add(given[0].shape, op, given)

    return read


_JOINS: dict[str, Reader] = {
    "Concatenate": _concatenate,
    "Add": _joined("add"),
    "Subtract": _joined("subtract"),
    "Multiply": _joined("multiply"),
    "Average": _joined("average"),
    "Maximum": _joined("maximum"),
    "Minimum": _joined("minimum"),
}
LAYERS: dict[str, Reader] = {
    **_JOINS,
    "Dense": _dense,
    "Activation": _activation,
    "ReLU": _relu,
    "LeakyReLU": _leaky,
    "PReLU": _prelu,
    "ELU": _elu,
    "Softmax": _softmax,
    "BatchNormalization": _batch,
    "LayerNormalization": _layer_norm,
    "RMSNormalization": _rms_norm,
    "UnitNormalization": _unit_norm,
    "Normalization": _normalization,
    "Rescaling": _rescaling,
    "Flatten": _flatten,
    "Reshape": _reshape,
    **dict.fromkeys(
        ("Dropout", "AlphaDropout", "GaussianDropout", "GaussianNoise", "ActivityRegularization", "Identity"), _same
    ),
    "Embedding": keras_levels.embedding,
    "CategoryEncoding": keras_levels.category,
    "StringLookup": keras_levels.lookup,
    "IntegerLookup": keras_levels.lookup,
}
