"""Ten thousand random changes to honest pickles: each loads like plain pickle does, or is refused; nothing else."""

from __future__ import annotations

import math
import os
import pickle
import warnings
from types import FunctionType, MethodType
from typing import Any

import numpy as np
import pandas as pd
import pytest

from core.errors import ModelError
from core.loading import pickles
from core.loading.unpickle.containers import unpack
from core.loading.unpickle.inert import Stub
from core.loading.unpickle.machine import Machine
from tests.security import zoo

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
    if isinstance(first, Stub) or depth > 60 or first is second:
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
    if not isinstance(first, type) and getattr(first, "__dict__", None):
        return alike(vars(first), vars(second), depth + 1)
    if type(first).__name__ in ("Tree", "KDTree"):
        return alike(first.__getstate__(), second.__getstate__(), depth + 1)
    if isinstance(first, FunctionType | MethodType):
        return bool(first.__qualname__ == second.__qualname__)
    if type(first).__module__ == "sklearn.metrics._dist_metrics":  # the loader makes one anew
        return True
    if isinstance(first, np.random.RandomState):
        return alike(first.get_state(), second.get_state(), depth + 1)
    if " at 0x" in repr(first):  # compiled losses and their like, which only say where they are
        try:
            return alike(first.__reduce__()[1:], second.__reduce__()[1:], depth + 1)
        except TypeError:  # CatBoost's handle has no form of its own: the model around it is checked before
            return True
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


@pytest.mark.filterwarnings("ignore")
def test_mutations_of_every_family_load_alike_or_are_refused() -> None:
    """A sample of the zoo here; ``MUTATIONS=10000`` takes all of it, many times over."""
    wanted = int(os.environ.get("MUTATIONS", "400"))
    cases = list(zoo.cases())
    chosen = cases if wanted >= len(cases) else cases[:: -(-len(cases) // 100)]
    rng = np.random.default_rng(7)
    each = -(-wanted // len(chosen))
    loaded = refused = 0
    odd: list[tuple[str, int, str]] = []
    for name, make in chosen:
        try:
            data = pickle.dumps(make()[0], protocol=(2, 4, 5)[loaded % 3])
        except Exception:
            continue
        for number in range(each):
            changed = mutated(data, rng)
            try:
                pickles.load(changed, "m.pkl")
            except ModelError:
                refused += 1
                continue
            except Exception as error:
                odd.append((name, number, repr(error)[:200]))
                continue
            loaded += 1
            if not alike(Machine(unpack(changed)).run(), pickle.loads(changed)):
                odd.append((name, number, "another object"))
    assert odd == []
    assert loaded + refused >= wanted * 0.8
    assert refused > 0 < loaded
