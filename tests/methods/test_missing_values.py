"""Missing values against pandas."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.dummy import DummyRegressor

from core import engine
from core.errors import NotApplicable
from core.loading.frames import from_frame
from core.models import wrap
from core.results import Importance
from core.views import view

FRAME = pd.DataFrame(
    {
        "a": [1.0, np.nan, 3.0, np.nan, 5.0],
        "b": pd.Series(["x", None, "", "y", "x"], dtype="str"),
        "c": pd.array([1, 2, None, None, 5], dtype="Int64"),
        "d": pd.to_datetime(["2020-01-01"] * 5),
    }
)


def ask(frame: pd.DataFrame, **params: object) -> Importance:
    model = wrap(DummyRegressor().fit(np.zeros((2, frame.shape[1])), [0, 1]), features=list(frame))
    found = engine.explain("missing_values", model, from_frame(frame, target="", label=""), **params)
    assert isinstance(found, Importance)
    return found


def test_shares_are_those_of_pandas_and_the_row_is_told() -> None:
    found = ask(FRAME, instance=3)
    table = from_frame(FRAME, target="", label="").frame
    assert found.values == pytest.approx(table.isna().mean().to_numpy())
    said = {check.name: check.text for check in found.checks}
    whole = int((~table.isna().any(axis=1)).sum())
    assert f"{whole} of 5 rows have every value" in said["complete rows"]
    assert "lacks a and c; 2 of 5 rows" in said["this row"]
    assert ask(FRAME, instance=0).checks[1].text.endswith("has every value.")
    assert view(found).sentence.startswith("Values are missing most in ")


def test_a_table_without_gaps_has_nothing_to_show() -> None:
    with pytest.raises(NotApplicable, match="No value"):
        ask(FRAME[["d"]])
