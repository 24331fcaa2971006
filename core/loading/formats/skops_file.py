"""skops files: every type is on the same allow-list as for pickles, and the result passes the same checks."""

from __future__ import annotations

import io
import json
import pickle
import warnings
import zipfile
from typing import Any

from core.errors import ModelError
from core.loading import pickles
from core.loading.formats.tree_checks import damaged
from core.loading.unpickle.allowed import lookup
from core.loading.unpickle.inert import Refused

MAX_DEPTH = 300
MAX_PARTS = 2_000_000
_ROLES = ("new", "call", "record")


def load(data: bytes, name: str) -> Any:
    """Check the types that the file names, read it, and pass the object through the pickle door's checks.

    Raises
    ------
    ModelError
        If a type is not on the list, the file is damaged, or skops is not installed.
    """
    try:
        import skops.io
    except ImportError as error:
        raise ModelError(
            f"'{name}' is a skops file, and skops is not installed here.",
            "It reads scikit-learn models without running code.",
            "Install it: pip install skops.",
        ) from error
    try:
        _bounded(data)
    except (ValueError, KeyError, RecursionError, NotImplementedError, RuntimeError, zipfile.BadZipFile) as error:
        raise damaged(name, f"Its schema cannot be read: {str(error)[:120]}") from error
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # advice to the author of the file
        try:
            asked = skops.io.get_untrusted_types(data=data)
            found = skops.io.loads(data, trusted=[_trusted(kind, name) for kind in asked])
            copied = pickle.dumps(found)
        except ModelError:
            raise
        except Exception as error:  # skops raises what its readers meet in a broken schema
            raise damaged(name, f"skops cannot read it: {type(error).__name__}: {str(error)[:120]}") from error
    return pickles.load(copied, name)  # sizes, trees and states are checked there, once for both formats


def _bounded(data: bytes) -> None:
    """Refuse a schema whose parts lie too deep, or refer to each other so often that they would have no end.

    Raises
    ------
    ValueError
    """
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        pending: list[tuple[Any, int, bool]] = [(json.loads(archive.read("schema.json")), 0, False)]
    sizes: dict[int, int] = {}  # of the parts of this tree, by where they lie
    named: dict[Any, int] = {}  # of the parts that others refer to
    while pending:
        part, depth, done = pending.pop()
        if depth > MAX_DEPTH:
            raise ValueError("its parts lie in each other too deep")
        inner = list(part.values()) if isinstance(part, dict) else part
        inner = [item for item in inner if isinstance(item, dict | list)]
        if not done:
            pending.append((part, depth, True))
            pending += [(item, depth + 1, False) for item in reversed(inner)]
            continue
        name = part.get("__id__") if isinstance(part, dict) else None
        own = 1 + sum(sizes[id(item)] for item in inner)
        if isinstance(name, int):
            own = named[name] = max(own, named.get(name, 0))
        sizes[id(part)] = own
        if own > MAX_PARTS:
            raise ValueError("its parts repeat each other without end")


def _trusted(kind: str, name: str) -> str:
    """The type, if the allow-list of pickles lets a file create it.

    Raises
    ------
    ModelError
        If it does not.
    """
    module, _, title = kind.rpartition(".")
    try:
        reference = lookup(module, title)
        if reference.role not in _ROLES:
            raise Refused(f"it holds {kind[:200]}, which a file may not create", kind)
    except Refused as error:
        raise ModelError(
            f"'{name}' is refused.",
            f"Nothing of it was run: {error.why}.",
            "Fit the model with plain scikit-learn, XGBoost, LightGBM or CatBoost objects only, or export it as ONNX.",
        ) from error
    return kind
