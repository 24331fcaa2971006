"""``.keras`` files without Keras: the archive, the config and the weights are read by rules of our own.

Nothing in the file is run: layers are looked up in a list by their names, and their numbers are put into plain arrays.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

from core.errors import ModelError
from core.loading.formats import hdf5, keras_config, keras_graph, zips
from core.loading.formats.keras_build import Build, in_order
from core.loading.formats.keras_config import Part
from core.loading.formats.tree_checks import damaged
from core.portable.keras import KerasNetwork, network_of

CONFIG, METADATA, WEIGHTS = "config.json", "metadata.json", "model.weights.h5"
_LIMITS = {CONFIG: 16_000_000, METADATA: 1_000_000, WEIGHTS: 256 * 1024 * 1024}
_ASSET = 8_000_000
_LOSSES = ("BinaryCrossentropy", "BinaryFocalCrossentropy", "CategoricalCrossentropy", "SparseCategoricalCrossentropy")


def load(data: bytes, name: str) -> KerasNetwork:
    """Read a ``.keras`` file.

    Parameters
    ----------
    data : bytes
    name : str

    Returns
    -------
    KerasNetwork

    Raises
    ------
    ModelError
        If it is damaged, holds a layer that is not read here (which is named), or anything that is not Keras' own.
    """
    found = zips.members(data, name)
    missing = [member for member in (CONFIG, METADATA, WEIGHTS) if member not in found]
    if missing:
        raise damaged(name, f"It is a Keras archive without {missing[0]}")
    for member, limit in _LIMITS.items():
        if found[member] > limit:
            raise _too_large(name, member, limit)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if len(archive.namelist()) != len(found):
            raise damaged(name, "Two of its parts have the same name")
        config, metadata, weights = (_member(archive, member, name, _LIMITS[member]) for member in _LIMITS)
        assets = {path: _later(archive, path, name) for path in found if path.startswith("assets/")}
        root = keras_config.read(config, name)
        if root.kind not in keras_graph.MODELS:
            root.refuse("Models of a class of their author's are programs; Sequential and Functional ones are read.")
        build = Build(name, hdf5.opened(weights, name), assets, old=_is_old(metadata, name))
        value = keras_graph.model(build, root, "", None)
        place = build.place(value)
    return _finished(build, root, place, value.width)


def _member(archive: zipfile.ZipFile, path: str, name: str, limit: int) -> bytes:
    """One part of the archive, of bounded size."""
    try:
        with archive.open(path) as source:
            found = source.read(limit + 1)
    except (zipfile.BadZipFile, OSError, ValueError, RuntimeError, NotImplementedError, EOFError) as error:
        raise damaged(name, f"Its {path[:60]} cannot be opened: {error}") from error
    except Exception as error:  # zlib, lzma and bz2 each have an error of their own
        raise damaged(name, f"Its {path[:60]} cannot be opened ({type(error).__name__})") from error
    if len(found) > limit:
        raise _too_large(name, path, limit)
    return found


def _too_large(name: str, path: str, limit: int) -> ModelError:
    """The refusal of a part that is too large, whatever the archive says of it."""
    return ModelError(
        f"'{name}' opens to too much.", f"Its {path[:60]} has over {limit / 1e6:,.0f} MB.", "Use a smaller model."
    )


def _later(archive: zipfile.ZipFile, path: str, name: str) -> Callable[[], bytes]:
    """An asset, read when it is asked for."""
    return lambda: _member(archive, path, name, _ASSET)


def _is_old(metadata: bytes, name: str) -> bool:
    """True when Keras 2 wrote the file."""
    try:
        found = json.loads(metadata)
    except (ValueError, RecursionError) as error:
        raise damaged(name, "Its metadata.json cannot be read") from error
    version = found.get("keras_version") if isinstance(found, dict) else None
    if not isinstance(version, str) or version.partition(".")[0] not in ("2", "3"):
        raise damaged(name, f"It was written by Keras {str(version)[:20]}; 2 and 3 are read")
    return version.startswith("2.")


def _finished(build: Build, root: Part, place: int, width: int) -> KerasNetwork:
    """The collected parts as one value."""
    if any(column.source in build.texts and column.op != "lookup" for column in build.columns):
        root.refuse("A column of text reaches its layers without a look-up.")
    several = len(build.sources) > 1
    if several and any(columns != 1 for _, columns in build.sources):
        root.refuse("It mixes inputs of several columns; one input for all columns, or one for each, is read.")
    layers = in_order(build)
    skipped = len(build.layers) - len(layers)
    network = network_of(layers, place - skipped, width)
    names = tuple(title for title, _ in build.sources) if several else ()
    logits = _is_logits(root) and network.layers[-1].op != "activation"
    taken = sum(columns for _, columns in build.sources)
    return KerasNetwork(root.kind, names, taken, tuple(build.columns), network, logits, tuple(sorted(build.texts)))


def _is_logits(root: Part) -> bool:
    """True when the loss that the model was trained with adds the sigmoid or softmax itself."""
    compiled: Any = root.outer.get("compile_config")
    loss = compiled.get("loss") if isinstance(compiled, dict) else None
    if not isinstance(loss, dict) or loss.get("class_name") not in _LOSSES:
        return False
    options = loss.get("config")
    return isinstance(options, dict) and options.get("from_logits") is True
