"""A digest of a fitted object in memory: the same object gives the same digest, other state another."""

from __future__ import annotations

import inspect
import secrets
from types import CodeType
from typing import Any

import numpy as np

from core import fingerprint


def of_object(thing: Any) -> str:
    """Digest the fitted state.

    Boosters by their own dump, functions by their code and what they close over, all else by joblib's content
    hash. Where nothing of that works a random one is given: a cache then misses, and is never wrong.
    """
    kind = f"{type(thing).__module__}.{type(thing).__qualname__}".encode()
    for dump in (_booster, _function, _content):
        try:
            content = dump(thing)
        except Exception:
            continue
        if content is not None:
            return fingerprint.of_bytes(kind, content)
    return fingerprint.of_bytes(kind, secrets.token_bytes(16))


def _booster(thing: Any) -> bytes | None:
    """The dump of an XGBoost or LightGBM booster."""
    if hasattr(thing, "save_raw"):
        return bytes(thing.save_raw("ubj"))
    if hasattr(thing, "model_to_string") and hasattr(thing, "num_trees"):
        return str(thing.model_to_string()).encode()
    return None


def _function(thing: Any) -> bytes | None:
    """A Python function's code, defaults and closure; None for anything else."""
    if inspect.ismethod(thing):
        return fingerprint.of_bytes(of_object(thing.__func__).encode(), of_object(thing.__self__).encode()).encode()
    if not inspect.isfunction(thing):
        return None
    cells = [cell.cell_contents for cell in thing.__closure__ or ()]
    used = [thing.__globals__.get(name) for name in thing.__code__.co_names if name in thing.__globals__]
    held = [item for item in (*cells, *used, thing.__defaults__, thing.__kwdefaults__) if not inspect.ismodule(item)]
    parts = [_content(item) if not inspect.isfunction(item) else of_object(item).encode() for item in held]
    return fingerprint.of_bytes(_code(thing.__code__), *parts).encode()


def _code(code: CodeType) -> bytes:
    """Instructions, names and constants, nested functions included (their repr would hold an address)."""
    constants = [_code(item) if isinstance(item, CodeType) else repr(item).encode() for item in code.co_consts]
    return fingerprint.of_bytes(code.co_code, repr(code.co_names).encode(), *constants).encode()


def _content(thing: Any) -> bytes:
    """Joblib's hash of the pickled state, arrays included; a search tree counts as its data.

    Search trees of scikit-learn count their own calls, so a digest of their state would change with each prediction.
    """
    from joblib.hashing import NumpyHasher
    from sklearn.neighbors import BallTree, KDTree

    hasher = NumpyHasher(hash_name="sha1")
    hasher.dispatch_table = dict.fromkeys((BallTree, KDTree), _search_tree)
    return str(hasher.hash(thing)).encode()


def _search_tree(tree: Any) -> tuple[Any, ...]:
    """What decides a search tree's answers, in the form of ``__reduce__``."""
    return tuple, ([type(tree).__name__, np.asarray(tree.data)],)
