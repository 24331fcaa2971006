"""Files that dill wrote: it tells arrays and types of Python in words of its own, everything else as pickle does."""

from __future__ import annotations

import io
import pickle
import sys
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.experimental import enable_iterative_imputer  # noqa: F401 - what it makes known is imported below
from sklearn.impute import IterativeImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from core.errors import ModelError
from core.loading import pickles
from tests.security import zoo

_NAMES = ("_create_array", "_load_type", "_create_namedtuple", "_eval_repr", "_create_function")


def _stand_in(name: str) -> Any:
    """A function of dill's by its name alone."""

    def named(*_parts: Any) -> None: ...

    named.__module__, named.__qualname__ = "dill._dill", name
    return named


@pytest.fixture
def dill(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Enough of dill for a writer to name its functions."""
    module = ModuleType("dill._dill")
    for name in _NAMES:
        setattr(module, name, _stand_in(name))
    monkeypatch.setitem(sys.modules, "dill", ModuleType("dill"))
    monkeypatch.setitem(sys.modules, "dill._dill", module)
    return module


class _Writer(pickle._Pickler):  # type: ignore[name-defined,misc]  # the one in Python, as dill's own
    """Writes arrays and types of Python as dill does."""

    def reducer_override(self, item: Any) -> Any:
        """dill's words, where it has its own."""
        names: Any = sys.modules["dill._dill"]
        if type(item) is np.ndarray:
            return names._create_array, (*item.__reduce__(), None)
        if type(item) is range:
            return names._eval_repr, (repr(item),)
        if isinstance(item, type) and hasattr(item, "_fields"):
            return names._create_namedtuple, (item.__name__, item._fields, item.__module__)
        if isinstance(item, type) and item.__module__ == "builtins":
            return names._load_type, (item.__name__,)
        return NotImplemented


def _written(item: Any) -> bytes:
    file = io.BytesIO()
    _Writer(file, 4).dump(item)
    return file.getvalue()


@pytest.mark.usefixtures("dill")
def test_a_model_with_a_table_beside_it_loads_and_answers_alike() -> None:
    model = RandomForestClassifier(5, random_state=0).fit(zoo.X, np.where(zoo.LABELS == 1, "yes", "no"))
    table = pd.DataFrame({"a": [1.0, 2.0], "b": ["x", "y"]})
    kept = {
        "model": model,
        "table": table,
        "columns": slice(0, 3),
        "kind": float,
        "words": np.array(["a"], dtype=object),
    }
    data = _written(kept)
    assert b"_create_array" in data
    assert b"_load_type" in data
    found: Any = pickles.load(data, "m.dill")
    np.testing.assert_array_equal(found["model"].predict_proba(zoo.X), model.predict_proba(zoo.X))
    pd.testing.assert_frame_equal(found["table"], table)
    assert (found["columns"], found["kind"], found["words"].tolist()) == (slice(0, 3), float, ["a"])


@pytest.mark.usefixtures("dill")
@pytest.mark.filterwarnings("ignore:.IterativeImputer. Early stopping")
def test_named_tuples_and_ranges() -> None:
    gaps = np.where(zoo.X > 1, np.nan, zoo.X)
    model = make_pipeline(IterativeImputer(max_iter=2, random_state=0), LogisticRegression()).fit(gaps, zoo.LABELS)
    data = _written({"model": model, "columns": range(0, 9, 2)})
    assert b"_create_namedtuple" in data
    found: Any = pickles.load(data, "m.dill")
    np.testing.assert_array_equal(found["model"].predict_proba(gaps), model.predict_proba(gaps))
    assert found["columns"] == range(0, 9, 2)


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("_create_array", (np.log1p, (zoo.X,), None, None)),
        ("_create_array", (np.ndarray, ((3,),), None, None)),
        ("_create_array", (*np.zeros(3).__reduce__(), {"shape": (9,)})),
        ("_create_array", (*np.zeros(3).__reduce__()[:2], (1, (10**6,), np.dtype(float), False, b"12345678"), None)),
        ("_load_type", ("FunctionType",)),
        ("_load_type", ("eval",)),
        ("_load_type", ("getattr",)),
        ("_load_type", (["float"],)),
        ("_create_function", ("code", {})),
        ("_create_namedtuple", ("Ridge", ("a",), "sklearn.linear_model._ridge")),
        ("_create_namedtuple", ("system", ("a",), "posix")),
        ("_eval_repr", ("__import__('os').system('true')",)),
        ("_eval_repr", ("range(0, 10**9)",)),
        ("_eval_repr", ("range(0, 3).__class__",)),
    ],
)
@pytest.mark.usefixtures("dill")
def test_code_and_arrays_that_are_none_are_refused(name: str, parts: Any) -> None:
    class Told:
        def __reduce__(self) -> Any:
            return getattr(sys.modules["dill._dill"], name), parts

    with pytest.raises(ModelError) as caught:
        pickles.load(pickle.dumps({"model": 1, "told": Told()}, 4), "m.dill")
    assert (
        "builds numpy.ndarray" in caught.value.why
        or "code of a function" in caught.value.hint
        or "posix.system" in caught.value.why
    )
