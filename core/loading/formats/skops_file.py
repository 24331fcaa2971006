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
from core.loading.unpickle.build import FUNCTIONS
from core.loading.unpickle.inert import Refused

MAX_DEPTH = 300
MAX_PARTS = 2_000_000
_ROLES = ("new", "call", "record")
_CALLED = frozenset(
    (
        *("_loss", "sklearn._loss._loss", "sklearn.linear_model._sgd_fast", "sklearn._loss.loss"),
        *("builtins", "collections", "datetime", "decimal", "sklearn.ensemble._hist_gradient_boosting.common"),
    )
)
"""Modules of what skops may call with arguments that a file gives; trees aside, which it calls by their own name."""
_WAYS = frozenset(("__reduce__", "__reduce_ex__", "__getstate__", "__getnewargs__", "__getnewargs_ex__"))
"""Attributes that are called where an object is written."""


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
            _look(part)
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


def _look(part: Any) -> None:
    """Refuse a part by which skops would call what a file names, or have it called when the object is written.

    Raises
    ------
    ValueError
    """
    if not isinstance(part, dict):
        return
    loader = part.get("__loader__")
    named = loader in ("LossNode", "ConstructorFromReduceNode") or "__reduce__" in part
    if named and loader != "TreeNode" and part.get("__module__") not in _CALLED:
        raise ValueError(f"it calls {part.get('__module__')}.{part.get('__class__')}")
    held = part.get("content")
    if isinstance(held, dict) and "__loader__" in part and not _WAYS.isdisjoint(held):
        raise ValueError("an object in it says itself how it is written")


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
        if reference.role not in _ROLES or title in FUNCTIONS or title.startswith("__pyx_unpickle_"):
            raise Refused(f"it holds {kind[:200]}, which a file may not create", kind)
    except Refused as error:
        raise ModelError(
            f"'{name}' is refused.",
            f"Nothing of it was run: {error.why}.",
            "Fit the model with plain scikit-learn, XGBoost, LightGBM or CatBoost objects only, or export it as ONNX.",
        ) from error
    return kind
