"""From the config of a Sequential or Functional model to the layers in the order in which they are computed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from core.loading.formats.keras_build import Build, Value
from core.loading.formats.keras_config import Part, part
from core.loading.formats.keras_layers import apply
from core.loading.formats.tree_checks import damaged
from core.portable.form import Arithmetic, Column

MODELS = ("Sequential", "Functional")
_DEEPEST = 8
_MOST, _MOST_CALLS = 2_000, 40_000
_QUIET = ("mask", "training")
Key = tuple[str, int, int]
"""Name of a layer, which of its calls, which of its results."""


def model(build: Build, found: Part, path: str, given: Sequence[Value] | None, depth: int = 0) -> Value:
    """Add a model's layers; what it gives.

    Parameters
    ----------
    build : Build
    found : Part
        The model's config.
    path : str
        Where its weights are; empty for the whole file.
    given : sequence of Value, optional
        For a model within a model; without it the model's own inputs are the table's columns.
    depth : int

    Raises
    ------
    ModelError
        If it holds something that is not read here.
    """
    if depth > _DEEPEST:
        raise damaged(build.file, "Its models are nested too deeply")
    items = found.config.get("layers")
    if not isinstance(items, list) or not 0 < len(items) <= _MOST:
        raise damaged(build.file, f"The layers of {found.title} are no list")
    _count(build, len(items))  # those that nothing calls are read at each call of the model, too
    parts = [part(item, build.file) for item in items]
    paths = list(_paths(parts, found.kind == "Sequential", f"{path}/layers" if path else "layers"))
    if found.kind == "Sequential":
        return _sequential(build, found, list(zip(parts, paths, strict=True)), given, depth)
    return _functional(build, found, list(zip(parts, paths, strict=True)), given, depth)


def _paths(parts: Sequence[Part], sequential: bool, root: str) -> Iterator[str]:
    """Where each layer's weights are: by class and number, as Keras names them in the file."""
    used: dict[str, int] = {}
    for place, one in enumerate(parts):
        if sequential and place == 0 and one.kind == "InputLayer":
            yield root
            continue
        name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", re.sub(r"\W+", "", one.kind))
        name = re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()
        used[name] = used.get(name, -1) + 1
        yield f"{root}/{name}" + (f"_{used[name]}" if used[name] else "")


def _call(build: Build, one: Part, path: str, given: Sequence[Value], depth: int) -> Value:
    """A layer, or a model used as one; calls are counted, for models in models may repeat those that add no layer."""
    _count(build, 1)
    if one.kind in MODELS:
        return model(build, one, path, given, depth + 1)
    return apply(build, one, path, given)


def _count(build: Build, calls: int) -> None:
    """Keep count of the layers that are read and called."""
    build.calls += calls
    if build.calls > _MOST_CALLS:
        raise damaged(build.file, f"It calls its layers more than {_MOST_CALLS:,} times")


def _sequential(
    build: Build, found: Part, items: Sequence[tuple[Part, str]], given: Sequence[Value] | None, depth: int
) -> Value:
    """One layer after the other."""
    first = items[0][0]
    begins = first.kind == "InputLayer"
    if given is None:
        shape = None if begins else found.config.get("build_input_shape") or first.config.get("batch_input_shape")
        value = _input(build, first, shape)
    else:
        if len(given) != 1:
            found.refuse(f"It is given {len(given)} inputs.")
        value = given[0]
    for one, path in items[1:] if begins else items:
        value = _call(build, one, path, [value], depth)
    return value


def _input(build: Build, one: Part, shape: Any = None) -> Value:
    """The table's next columns."""
    shape = shape or one.config.get("batch_shape") or one.config.get("batch_input_shape")
    if not isinstance(shape, list) or not shape:
        one.refuse("The file does not say how many columns the model takes.")
    inner = one.shape(shape[1:], "input shape")
    if any(size < 1 for size in inner) or len(inner) > 1:
        one.refuse(f"It takes rows of shape {inner}; images and sequences are no table.")
    one.without("sparse", "ragged")
    value = Value(inner)
    if value.width > 100_000:
        one.refuse(f"It takes {value.width:,} columns.")
    start = sum(width for _, width in build.sources)
    kind = one.config.get("dtype") if one.kind == "InputLayer" else "float32"
    kind = kind if isinstance(kind, str) else "float32"
    steps: tuple[tuple[Arithmetic, float], ...] = (("float32", 0.0),) if kind == "float32" else ()
    columns = tuple(Column(start + place, "number", steps=steps) for place in range(value.width))
    if kind == "string":
        build.texts.update(column.source for column in columns)
    build.sources.append((str(one.config.get("name", ""))[:200], value.width))
    return Value(inner, columns=columns)


def _functional(
    build: Build, found: Part, items: Sequence[tuple[Part, str]], given: Sequence[Value] | None, depth: int
) -> Value:
    """Layers whose inputs are named; those that are ready are added until none is left."""
    by_name = {str(one.config.get("name") or one.outer.get("name")): (one, path) for one, path in items}
    starts = [key[0] for key in _keys(build, found.config.get("input_layers"))]
    if len(by_name) != len(items) or any(name not in by_name for name in starts) or not starts:
        raise damaged(build.file, f"The layers of {found.title} do not fit together")
    if given is not None and len(given) != len(starts):
        found.refuse(f"It is given {len(given)} inputs where it takes {len(starts)}.")
    done: dict[Key, Value] = {}
    for place, name in enumerate(starts):
        if by_name[name][0].kind != "InputLayer":
            found.refuse("It begins with something else than an input.")
        done[name, 0, 0] = _input(build, by_name[name][0]) if given is None else given[place]
    waiting = [
        ((name, call, 0), one, path, list(_inputs(build, one, node)))
        for name, (one, path) in by_name.items()
        if one.kind != "InputLayer"
        for call, node in enumerate(_nodes(build, one), _first_call(build, one))
    ]
    while waiting:
        ready = [item for item in waiting if all(key in done for key in item[3])]
        if not ready or len(waiting) > _MOST:
            raise damaged(build.file, f"The layers of {found.title} wait for each other")
        for key, one, path, wanted in ready:
            done[key] = _call(build, one, path, [done[each] for each in wanted], depth)
        waiting = [item for item in waiting if item[0] not in done]
    ends = _keys(build, found.config.get("output_layers"))
    if len(ends) != 1:
        found.refuse(f"It has {len(ends)} outputs; models with one are explained.")
    if ends[0] not in done:
        raise damaged(build.file, f"The output of {found.title} is not one of its layers")
    return done[ends[0]]


def _first_call(build: Build, one: Part) -> int:
    """Number of a layer's first call: Keras 2 counts the making of a model with an input of its own as one."""
    layers = one.config.get("layers")
    first = layers[0] if isinstance(layers, list) and layers else None
    return int(build.old and one.kind in MODELS and isinstance(first, dict) and first.get("class_name") == "InputLayer")


def _nodes(build: Build, one: Part) -> list[Any]:
    """The calls of a layer."""
    found = one.outer.get("inbound_nodes")
    if not isinstance(found, list) or len(found) > _MOST:
        raise damaged(build.file, f"The inputs of {one.title} are no list")
    return found


def _keys(build: Build, found: Any) -> list[Key]:
    """Names of input or output layers: one, a list, or by name."""
    items = list(found.values()) if isinstance(found, dict) else found
    if isinstance(items, list) and items and isinstance(items[0], str):
        items = [items]
    if not isinstance(items, list) or len(items) > _MOST:
        raise damaged(build.file, "Its inputs or outputs are no list")
    return [_key(build, item) for item in items]


def _key(build: Build, found: Any) -> Key:
    """One reference to a layer's result."""
    if not isinstance(found, list) or len(found) < 3 or not isinstance(found[0], str):
        raise damaged(build.file, "A layer's input is not named")
    call, result = found[1], found[2]
    if not all(isinstance(number, int) and not isinstance(number, bool) for number in (call, result)) or result != 0:
        raise damaged(build.file, "A layer's input is not named")
    return found[0], call, 0


def _inputs(build: Build, one: Part, node: Any) -> Iterator[Key]:
    """What one call of a layer is given: as Keras 3 writes it, or as Keras 2 did."""
    if isinstance(node, dict):
        arguments, options = node.get("args"), node.get("kwargs") or {}
        if not isinstance(arguments, list) or len(arguments) != 1 or not isinstance(options, dict):
            one.refuse("It is called with further arguments.")
        tensors = arguments[0] if isinstance(arguments[0], list) else [arguments[0]]
        _quiet(one, options)
        for tensor in tensors:
            if not isinstance(tensor, dict) or tensor.get("class_name") != "__keras_tensor__":
                one.refuse("It is called with something else than another layer's result.")
            inner = tensor.get("config")
            yield _key(build, inner.get("keras_history") if isinstance(inner, dict) else None)
        return
    items = [node] if isinstance(node, list) and node and isinstance(node[0], str) else node
    if not isinstance(items, list):
        one.refuse("It is called in a way that is not known here.")
    for item in items:
        yield _key(build, item)
        _quiet(one, item[3] if len(item) > 3 and isinstance(item[3], dict) else {})


def _quiet(one: Part, options: dict[str, Any]) -> None:
    """Refuse options of a call that change what a layer computes."""
    for name, value in options.items():
        if name not in _QUIET or value not in (None, False):
            one.refuse(f"It is called with '{str(name)[:40]}'.")
