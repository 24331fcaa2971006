"""What a ``.keras`` file's config.json says, believed only where it says what is expected."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, NoReturn

from core.errors import ModelError
from core.loading.formats.tree_checks import damaged

MODULES = ("keras.layers", "keras", "keras.models", "keras.src.models.functional", "keras.src.models.sequential",
           "keras.src.engine.functional", "keras.src.engine.sequential", "keras.engine.functional",
           "keras.activations", "keras.src.activations.activations")  # fmt: skip
"""Where Keras itself finds what it made. Nothing is imported from there: the words are compared, no more."""
_REGISTERED = (None, "", "Functional", "Sequential")
_FLOATS = ("float32", "float64")
_EXPORT = "Export the model as ONNX: model.export('model.onnx', format='onnx')."
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Part:
    """One object of the config: a layer, a model, an activation.

    Attributes
    ----------
    file : str
        Name of the upload, for messages.
    kind : str
        Name of its class.
    config : dict
    outer : dict
        What stands beside the config (``inbound_nodes``, ``build_config``).
    """

    file: str
    kind: str
    config: dict[str, Any]
    outer: dict[str, Any]

    @property
    def title(self) -> str:
        """The layer in words."""
        name = self.config.get("name")
        return f"{self.kind} '{name[:60]}'" if isinstance(name, str) and name else self.kind

    def refuse(self, why: str) -> NoReturn:
        """Say what about this layer is not read."""
        raise ModelError(f"'{self.file}' holds a layer that is not read here: {self.title}.", why, _EXPORT)

    def number(self, key: str, default: float | None = None) -> float:
        """A number of the config."""
        value = self.config.get(key, default)
        if isinstance(value, dict) and value.get("class_name") == "__numpy__":  # as Keras 2 writes some
            inner = value.get("config")
            value = inner.get("value") if isinstance(inner, dict) else None
        if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e30:
            self.refuse(f"Its '{key}' is no number.")
        return float(value)

    def flag(self, key: str, default: bool) -> bool:
        """True or false."""
        value = self.config.get(key, default)
        if not isinstance(value, bool):
            self.refuse(f"Its '{key}' is neither true nor false.")
        return value

    def without(self, *keys: str) -> None:
        """Refuse options that change what the layer computes."""
        for key in keys:
            if self.config.get(key) not in (None, False):
                self.refuse(f"Its option '{key}' is not known here.")

    def shape(self, value: Any, what: str) -> tuple[int, ...]:
        """Whole numbers of a shape."""
        if not isinstance(value, list | tuple) or len(value) > 10:
            self.refuse(f"Its {what} is no shape.")
        if any(isinstance(size, bool) or not isinstance(size, int) or not -1 <= size <= 1_000_000 for size in value):
            self.refuse(f"Its {what} is no shape of whole numbers.")
        return tuple(value)

    def is_last_axis(self, rank: int, default: int = -1) -> bool:
        """True when the layer works along the last axis of its input."""
        axis = self.config.get("axis", default)
        axis = axis[0] if isinstance(axis, list) and len(axis) == 1 else axis
        return axis in (-1, rank) and not isinstance(axis, bool)


def read(text: bytes, file: str) -> Part:
    """The model that the config describes.

    Raises
    ------
    ModelError
        If it is no config, or its root is something else than a Sequential or Functional model of Keras.
    """
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise damaged(file, f"Its config.json cannot be read ({type(error).__name__})") from error
    return part(found, file)


def part(found: Any, file: str) -> Part:
    """One object of the config, if it is Keras' own.

    Raises
    ------
    ModelError
        If it is of another form, custom, or comes from elsewhere.
    """
    if not isinstance(found, dict) or not isinstance(found.get("class_name"), str):
        raise damaged(file, "Its config.json describes no layer where one is due")
    kind, config = found["class_name"][:_LONGEST], found.get("config")
    registered, module = found.get("registered_name"), found.get("module")
    own = registered in _REGISTERED and (module is None or module in MODULES)
    if kind == "Lambda":
        raise ModelError(
            f"'{file}' holds a Lambda layer.",
            "It is a piece of program inside the file, and no program of a file is run here.",
            f"Use a layer of Keras in its place, or: {_EXPORT}",
        )
    if not own:
        origin = str(registered or module)[:_LONGEST]
        raise ModelError(
            f"'{file}' holds an object that is not Keras' own: {kind}.",
            f"It comes from '{origin}': a program of its author, which is not run here.",
            _EXPORT,
        )
    if not isinstance(config, dict):
        raise damaged(file, f"Its config.json says nothing of {kind}")
    made = Part(file, kind, config, found)
    _check_type(made)
    return made


def _check_type(found: Part) -> None:
    """Refuse low precision and quantised layers."""
    kind = found.config.get("dtype")
    if isinstance(kind, dict):
        inner = kind.get("config")
        if kind.get("class_name") not in ("DTypePolicy", "Policy") or kind.get("registered_name") is not None:
            found.refuse("Its numbers are of a type of their own (quantised).")
        kind = inner.get("name") if isinstance(inner, dict) else "?"
    allowed = (*_FLOATS, "int32", "int64", "string") if found.kind in _TYPED else _FLOATS
    if kind is not None and kind not in allowed:
        found.refuse(f"It computes in {str(kind)[:40]}; float32 and float64 are read.")
    found.without("quantization_config", "lora_rank", "stateful")


_TYPED = ("InputLayer", "Embedding", "CategoryEncoding", "StringLookup", "IntegerLookup", "Discretization", "Flatten",
          "Reshape", "Concatenate")  # fmt: skip
