"""Ten thousand random changes to honest pickles: each loads like plain pickle does, or is refused; nothing else."""

from __future__ import annotations

import math
import pickle
import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest

from core.errors import ModelError
from core.loading import pickles
from core.loading.unpickle.containers import unpack
from core.loading.unpickle.inert import Stub
from core.loading.unpickle.machine import Machine

RNG = np.random.default_rng(0)
X = RNG.normal(size=(20, 3))
PER_OBJECT = 2_000


def objects() -> dict[str, Any]:
    """Small honest objects that use many ways of building."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.neighbors import KNeighborsClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer, StandardScaler
    from sklearn.tree import DecisionTreeClassifier

    y = X[:, 0] > 0
    return {
        "linear": make_pipeline(StandardScaler(), LogisticRegression()).fit(X, y),
        "tree": DecisionTreeClassifier(max_depth=2).fit(X, y),
        "neighbours": KNeighborsClassifier(algorithm="kd_tree").fit(X, y),
        "function": FunctionTransformer(np.log1p, kw_args={"dtype": np.float32}),
        "frame": {"a": pd.DataFrame({"x": [1, 2], "k": ["u", "v"]}), "b": (1, 2.5, None, {3, "x"}, frozenset({b"z"}))},
    }


OBJECTS = objects()


def mutated(data: bytes, rng: np.random.Generator) -> bytes:
    """One to three changes: a byte, a cut, a doubled or moved piece."""
    changed = bytearray(data)
    for _ in range(int(rng.integers(1, 4))):
        if not changed:
            return b""
        at, kind = int(rng.integers(0, len(changed))), int(rng.integers(0, 6))
        if kind <= 2:
            changed[at] = int(rng.integers(0, 256))
        elif kind == 3:
            del changed[at : at + int(rng.integers(1, 20))]
        elif kind == 4:
            piece = changed[at : at + int(rng.integers(1, 20))]
            changed[at:at] = piece
        else:
            other = int(rng.integers(0, len(changed)))
            changed[at : at + 8] = changed[other : other + 8]
    return bytes(changed)


def alike(first: Any, second: Any, depth: int = 0) -> bool:
    """Equal in type and content, through attributes; what the loader leaves out or switches off counts as equal."""
    if isinstance(first, Stub) or depth > 60:
        return True
    if type(first) is not type(second):
        return False
    if isinstance(first, float):
        return first == second or (math.isnan(first) and math.isnan(second))
    if isinstance(first, np.ndarray):
        if first.dtype != second.dtype or first.shape != second.shape:
            return False
        if first.dtype == object:
            return all(alike(a, b, depth + 1) for a, b in zip(first.ravel(), second.ravel(), strict=True))
        return first.tobytes() == second.tobytes()
    if isinstance(first, pd.DataFrame | pd.Series | pd.Index):
        return bool(first.equals(second))
    if isinstance(first, list | tuple):
        return len(first) == len(second) and all(alike(a, b, depth + 1) for a, b in zip(first, second, strict=True))
    if isinstance(first, dict):
        return list(map(repr, first)) == list(map(repr, second)) and all(
            alike(a, b, depth + 1) for a, b in zip(first.values(), second.values(), strict=True)
        )
    if type(first).__module__.startswith("sklearn.") and hasattr(first, "__dict__"):
        return alike(vars(first), dict(vars(second).items()), depth + 1)
    if type(first).__name__ in ("Tree", "KDTree"):
        return alike(first.__getstate__(), second.__getstate__(), depth + 1)
    return repr(first) == repr(second) or hasattr(first, "__setstate__")


@pytest.mark.parametrize("name", OBJECTS)
@pytest.mark.filterwarnings("ignore")
def test_mutations_load_alike_or_are_refused(name: str) -> None:
    rng = np.random.default_rng(len(name))
    loaded = refused = 0
    for number in range(PER_OBJECT):
        data = mutated(pickle.dumps(OBJECTS[name], protocol=(2, 4, 5)[number % 3]), rng)
        try:
            pickles.load(data, "m.pkl")
        except ModelError:
            refused += 1
            continue
        loaded += 1
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            raw = Machine(unpack(data)).run()  # before settings are switched off
            assert alike(raw, pickle.loads(data)), number
    assert loaded + refused == PER_OBJECT
    assert refused > PER_OBJECT // 4


def test_the_mutations_are_ten_thousand() -> None:
    assert PER_OBJECT * len(OBJECTS) >= 10_000
