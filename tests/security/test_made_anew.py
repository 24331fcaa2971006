"""What is left out or made anew while a file is read still has the parts that its own class asks for."""

from __future__ import annotations

import io
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy.spatial.distance import cityblock
from sklearn.linear_model import LinearRegression
from sklearn.neighbors import KNeighborsClassifier

from core.errors import ModelError
from core.loading.pickles import load

X = np.random.default_rng(0).normal(size=(20, 3))
State = tuple[Any, ...]


def neighbours() -> Any:
    return KNeighborsClassifier(algorithm="ball_tree", metric=cityblock).fit(X, X[:, 0] > 0)


def seeded() -> Any:
    model = LinearRegression().fit(X, X[:, 0])
    model.seed_ = np.random.SeedSequence(3, spawn_key=(1,))
    return model


def written(made: Any, kind: str, change: Callable[[State], State]) -> bytes:
    """The pickle of a model in which the state of each object of a kind is changed."""

    class Writer(pickle._Pickler):  # type: ignore[name-defined,misc]
        def reducer_override(self, item: Any) -> Any:
            if type(item).__name__ != kind:
                return NotImplemented
            maker, arguments, state = item.__reduce__()
            return maker, arguments, change(state)

    file = io.BytesIO()
    Writer(file, protocol=4).dump(made)
    return file.getvalue()


def put(place: int, part: Any) -> Callable[[State], State]:
    """A change: another part at a place."""
    return lambda state: (*state[:place], part, *state[place + 1 :])


@pytest.mark.parametrize(
    ("make", "kind", "change"),
    [
        (neighbours, "PyFuncDistance64", put(0, "2")),
        (neighbours, "PyFuncDistance64", put(1, np.zeros((1, 1)))),
        (neighbours, "PyFuncDistance64", put(2, np.zeros((1, 1, 1)))),
        (neighbours, "PyFuncDistance64", put(2, np.zeros((1, 1), np.float32))),
        (seeded, "SeedSequence", put(4, np.zeros(1))),
        (seeded, "SeedSequence", put(4, [1])),
        (seeded, "SeedSequence", put(1, "0")),
    ],
)
def test_a_part_of_another_kind_is_refused_as_its_library_refuses_it(
    make: Callable[[], Any], kind: str, change: Callable[[State], State]
) -> None:
    honest, forged = written(make(), kind, lambda state: state), written(make(), kind, change)
    assert np.array_equal(load(honest, "m.pkl").predict(X), pickle.loads(honest).predict(X))
    with pytest.raises((TypeError, ValueError)):
        pickle.loads(forged)
    with pytest.raises(ModelError, match="refused"):
        load(forged, "m.pkl")
