"""What lies beside a model in rarer forms: sparse matrices and columns, periods, records, names of classes, dates as keys.

Each comes back as plainly read; told otherwise by a forger, each is refused.
"""

from __future__ import annotations

import copyreg
import datetime
import pickle
from collections.abc import Callable
from typing import Any

import lightgbm
import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from catboost import CatBoostRegressor
from pandas._libs.sparse import BlockIndex, IntIndex
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer

from core.errors import ModelError
from core.loading import pickles
from core.loading.models import read_model
from tests.security import zoo

CELLS = np.array([[1.0, 0, 2, 0], [0, 0, 3, 0], [4, 0, 0, 0], [0, 5, 0, 0]])
MODEL = Ridge().fit(zoo.X, zoo.TARGET)
FORMS = [getattr(sp, f"{form}_{kind}") for form in ("bsr", "dia", "lil", "dok") for kind in ("matrix", "array")]
SPANS = ("M", "Q-JAN", "Y", "W-WED", "D", "h", "min", "3M", "ns")
TABLES: dict[str, Any] = {
    "sparse columns": pd.get_dummies(pd.Series(list("abcab")), sparse=True),
    "sparse numbers": pd.DataFrame.sparse.from_spmatrix(sp.csr_matrix(CELLS)),
    "sparse runs": pd.DataFrame({"a": pd.arrays.SparseArray([0, 0, 1, 1, 2], kind="block")}),
    "sparse gaps": pd.Series(pd.arrays.SparseArray([np.nan, 1.5, np.nan])),
    "a gap": pd.PeriodIndex(["2024-01", None], freq="M"),
    **{f"each {span}": pd.period_range("2024-01-01", periods=3, freq=span, name="when") for span in SPANS},
    "by month": pd.DataFrame({"a": pd.period_range("2024-01", periods=2, freq="M"), "b": [1.0, 2.0]}),
    "for each month": pd.Series([1.0, 2.0], index=pd.period_range("2024-01", periods=2, freq="M")),
}
RECORDS: dict[str, np.ndarray] = {
    "table as records": pd.DataFrame({"a": [1, 2], "b": [0.1, 0.2]}).to_records(),
    "texts": np.rec.array([(1, "xä")], dtype=[("a", int), ("b", "U3")]),
    "structure": np.array([(1, True, "x")], dtype=[("a", int), ("b", bool), ("c", "U2")]),
}


def _again(item: Any, protocol: int) -> Any:
    """What is read of an item that was written beside a model."""
    held: Any = pickles.load(pickle.dumps({"model": MODEL, "beside": item}, protocol), "m.pkl")
    return held["beside"]


def _refused(item: Any) -> str:
    """Why a file is refused that holds an item beside a model."""
    with pytest.raises(ModelError) as caught:
        _again(item, 4)
    return caught.value.why


@pytest.mark.parametrize("protocol", [2, 5])
@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
def test_sparse_matrices_of_every_form(form: Any, protocol: int) -> None:
    for cells in (CELLS, CELLS.astype(int), CELLS > 1, np.zeros((3, 2))):
        made = form(cells)
        found = _again(made, protocol)
        assert (type(found), found.dtype, found.nnz) == (type(made), made.dtype, made.nnz)
        np.testing.assert_array_equal(found.toarray(), cells)


@pytest.mark.parametrize("form", ["csr", "csc", "coo", "bsr", "dia"])
def test_sparse_matrices_of_one_array_have_their_own_once_read(form: str) -> None:
    """scipy sorts and sums up places where they lie: another matrix would then point anywhere."""
    first, second = (getattr(sp, f"{form}_array")(CELLS) for _turn in range(2))
    vars(second).update(vars(first))
    one, other = _again([first, second], 4)
    numbers = [part for part in vars(one).values() if isinstance(part, np.ndarray)] + [*getattr(one, "coords", ())]
    others = [part for part in vars(other).values() if isinstance(part, np.ndarray)] + [*getattr(other, "coords", ())]
    assert len(numbers) >= 2
    assert not any(np.shares_memory(left, right) for left in numbers for right in others)


@pytest.mark.parametrize("protocol", [2, 5])
@pytest.mark.parametrize("name", TABLES)
def test_sparse_columns_and_periods(name: str, protocol: int) -> None:
    made, found = TABLES[name], _again(TABLES[name], protocol)
    same = {pd.DataFrame: pd.testing.assert_frame_equal, pd.Series: pd.testing.assert_series_equal}
    compare: Any = same.get(type(made), pd.testing.assert_index_equal)
    compare(found, made)


@pytest.mark.parametrize("protocol", [2, 5])
@pytest.mark.parametrize("name", RECORDS)
def test_records(name: str, protocol: int) -> None:
    made, found = RECORDS[name], _again(RECORDS[name], protocol)
    assert (type(found), found.dtype, found.tobytes()) == (type(made), made.dtype, made.tobytes())


def test_days_and_moments_as_keys() -> None:
    day = datetime.date(2024, 1, 1)
    known = {day: "new year", datetime.datetime(2024, 1, 1, 3): 1, pd.Timestamp("2024-02-01"): 2.0}
    assert _again(known, 4) == known
    assert _again({day}, 4) == {day}


@pytest.mark.parametrize(
    ("span", "name"),
    [
        (pd.offsets.MonthEnd(3), "3M"),
        (pd.offsets.QuarterEnd(startingMonth=1), "Q-JAN"),
        (pd.offsets.YearEnd(month=6), "Y-JUN"),
        (pd.offsets.Week(weekday=2), "W-WED"),
        (pd.offsets.Day(), "D"),
        (pd.offsets.Minute(5), "5min"),
    ],
)
def test_spans_as_pandas_told_them_before_2(span: Any, name: str) -> None:
    kind = _again(_Told(pd.PeriodDtype, (span,)), 4)
    assert kind == pd.PeriodDtype(name)


def _matrix(form: str, change: Callable[[Any], Any]) -> Any:
    """A sparse matrix of which one part was changed after it was made."""
    made = getattr(sp, f"{form}_array")(CELLS)
    change(made)
    return made


class _Told:
    """What a forger writes: a maker, its arguments and a state."""

    def __init__(self, *parts: Any) -> None:
        self.parts = parts

    def __reduce__(self) -> Any:
        return self.parts


def _places(known: dict[Any, Any]) -> _Told:
    """A matrix of numbers by place as it is written, with places of our own."""
    state = {"_shape": (4, 4), "dtype": np.dtype(float), "_dict": known}
    return _Told(copyreg._reconstructor, (sp.dok_array, dict, {}), state)  # type: ignore[attr-defined]


def _column(index: Any, values: Any, kind: Any = None) -> _Told:
    """A sparse column of pandas as it is written, with parts of our own."""
    told = kind or pd.SparseDtype(values.dtype, 0)
    state = {"_sparse_index": index, "_sparse_values": values, "_dtype": told}
    return _Told(copyreg._reconstructor, (pd.arrays.SparseArray, object, None), state)  # type: ignore[attr-defined]


def _ints(*numbers: int) -> np.ndarray:
    return np.array(numbers, dtype=np.int32)


ONE = np.array([1.0])
_KIND = {"_dtype": np.dtype(object), "_fill_value": 0}
OBJECTS = _Told(copyreg._reconstructor, (pd.SparseDtype, object, None), _KIND)  # type: ignore[attr-defined]
FORGED: dict[str, Callable[[], Any]] = {
    "block past the last column": lambda: _matrix("bsr", lambda m: m.indices.__setitem__(0, 99)),
    "blocks past the last line": lambda: _matrix("bsr", lambda m: m.indptr.__setitem__(-1, 99)),
    "lines of blocks that fall": lambda: _matrix("bsr", lambda m: m.indptr.__setitem__(1, 4)),
    "blocks without height": lambda: _matrix("bsr", lambda m: setattr(m, "data", np.zeros((5, 0, 1)))),
    "diagonal outside": lambda: _matrix("dia", lambda m: m.offsets.__setitem__(0, -(2**31))),
    "diagonal twice": lambda: _matrix("dia", lambda m: m.offsets.__setitem__(0, m.offsets[1])),
    "fewer diagonals": lambda: _matrix("dia", lambda m: setattr(m, "data", m.data[:1])),
    "objects on diagonals": lambda: _matrix("dia", lambda m: setattr(m, "data", m.data.astype(object))),
    "columns that fall": lambda: _matrix("lil", lambda m: m.rows.__setitem__(0, [2, 0])),
    "column outside": lambda: _matrix("lil", lambda m: m.rows.__setitem__(0, [0, 99])),
    "column before the first": lambda: _matrix("lil", lambda m: m.rows.__setitem__(0, [-1, 2])),
    "fewer numbers": lambda: _matrix("lil", lambda m: m.data.__setitem__(0, [1.0])),
    "text for a number": lambda: _matrix("lil", lambda m: m.data.__setitem__(0, [1.0, "a"])),
    "fewer lines": lambda: _matrix("lil", lambda m: setattr(m, "rows", m.rows[:2])),
    "place outside": lambda: _places({(9, 9): 1.0}),
    "place of three": lambda: _places({(0, 0, 0): 1.0}),
    "place by text": lambda: _places({("0", 0): 1.0}),
    "place behind the last row": lambda: _column(_Told(IntIndex, (2, _ints(5))), ONE),
    "places that fall": lambda: _column(_Told(IntIndex, (9, _ints(5, 2))), np.ones(2)),
    "runs that overlap": lambda: _column(_Told(BlockIndex, (9, _ints(0, 1), _ints(3, 2))), np.ones(5)),
    "runs that wrap around": lambda: _column(_Told(BlockIndex, (9, _ints(3), _ints(2**31 - 1))), np.ones(5)),
    "rows without end": lambda: _column(_Told(IntIndex, (2**31 - 1, _ints(5))), ONE),
    "more numbers than places": lambda: _column(_Told(IntIndex, (9, _ints(5))), np.ones(2)),
    "another type of numbers": lambda: _column(_Told(IntIndex, (9, _ints(5))), ONE, pd.SparseDtype("int64", 0)),
    "sparse objects": lambda: _column(_Told(IntIndex, (9, _ints(5))), np.array([Ridge], dtype=object), OBJECTS),
    "places alone": lambda: IntIndex(2, _ints(1)),
    "month of the sun's end": lambda: pd.arrays.PeriodArray(np.array([2**61]), dtype=pd.PeriodDtype("M")),
    "periods of words": lambda: _Told(pd.PeriodDtype, ("period[__import__('os')]",)),
    "periods of another span": lambda: _Told(pd.PeriodDtype, (pd.offsets.MonthBegin(),)),
    "periods of nothing": lambda: _Told(pd.PeriodDtype, ("period[0M]",)),
    "letters that are none": lambda: _text_record(b"\xff\xff\xff\x7f"),
    "true beyond one": lambda: np.array([7], dtype="u1").view([("a", "?")]),
}


def _text_record(letter: bytes) -> Any:
    """A structure with a letter beyond Unicode."""
    return np.frombuffer(letter, dtype=[("a", "U1")])


@pytest.mark.parametrize("name", FORGED)
def test_parts_that_contradict_each_other_are_refused(name: str) -> None:
    why = _refused(FORGED[name]())
    assert "do not fit" in why or "stores a part" in why


def test_the_forger_writes_what_loads_where_it_is_honest() -> None:
    assert _again(_places({(1, 2): 3.0}), 4)[1, 2] == 3
    assert _again(_column(_Told(IntIndex, (3, _ints(1))), ONE), 4).tolist() == [0, 1, 0]
    assert _again(_column(_Told(BlockIndex, (4, _ints(1), _ints(2))), np.ones(2)), 4).tolist() == [0, 1, 1, 0]


def test_names_of_classes_beside_a_model_are_only_names() -> None:
    content = {
        "model": LogisticRegression().fit(zoo.X, zoo.LABELS),
        "kind": LogisticRegression,
        "all": [Pipeline, (Ridge, 1)],
    }
    content["best"] = {"booster": CatBoostRegressor, "measure": np.float32}
    found = read_model(pickle.dumps(content), "m.pkl")
    assert found.kind == "LogisticRegression"


@pytest.mark.parametrize(
    "content",
    [
        Ridge,
        Ridge(alpha=Ridge),
        {"m": Ridge(alpha=[Ridge])},
        {"m": FunctionTransformer(Ridge)},
        {"m": MODEL, "f": getattr},
    ],
    ids=["alone", "setting", "in a setting", "function", "of Python"],
)
def test_a_class_anywhere_else_is_refused(content: Any) -> None:
    with pytest.raises(ModelError, match=r"may only be used to build objects|which is not on the list"):
        pickles.load(pickle.dumps(content), "m.pkl")


def test_a_list_that_lies_beside_a_model_and_in_a_setting_is_refused_for_the_setting() -> None:
    shared = [Ridge]
    for content in ({"a": shared, "m": Ridge(alpha=shared)}, {"m": Ridge(alpha=shared), "a": shared}):
        assert "may only be used to build objects" in _refused(content)


def test_boosters_of_a_cross_validation_load_and_are_told_to_be_several() -> None:
    data = lightgbm.Dataset(zoo.X, zoo.LABELS)
    options = {"verbose": -1, "objective": "binary", "num_threads": 1}
    folds: Any = lightgbm.cv(options, data, 2, nfold=2, return_cvbooster=True)["cvbooster"]
    found: Any = pickles.load(pickle.dumps(folds), "m.pkl")
    np.testing.assert_array_equal(found.predict(zoo.X), folds.predict(zoo.X))
    with pytest.raises(ModelError, match="2 boosters of a cross-validation"):
        read_model(pickle.dumps(folds), "m.pkl")
    folds.boosters[0] = MODEL
    with pytest.raises(ModelError, match="do not fit each other"):
        pickles.load(pickle.dumps(folds), "m.pkl")
