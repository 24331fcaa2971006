"""The notebook door: three lines, objects or files, and the same numbers as the engine."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

import core
from core import engine
from core.errors import InputError, ModelError
from core.workspace import Workspace

RNG = np.random.default_rng(0)
FRAME = pd.DataFrame({"size": RNG.normal(size=60), "city": RNG.choice(["Rome", "Oslo"], 60)})
FRAME["bought"] = np.where(FRAME["size"] + (FRAME["city"] == "Rome") > 0.4, "yes", "no")
PIPE = make_pipeline(
    ColumnTransformer([("n", StandardScaler(), ["size"]), ("t", OneHotEncoder(), ["city"])]), LogisticRegression()
).fit(FRAME[["size", "city"]], FRAME["bought"])


def test_three_lines_in_a_notebook() -> None:
    model = core.model(PIPE)
    table = core.table(FRAME, target="bought")
    result = core.explain("ceteris_paribus", model, table, row=3)
    work = Workspace.of(PIPE, FRAME, 3, target="bought")
    assert result.provenance is not None
    assert result.provenance.model == work.model.fingerprint
    assert result.provenance.table == work.table.fingerprint
    assert result.provenance.row == 3
    again = work.explain("ceteris_paribus")
    assert type(again) is type(result)
    assert again.provenance == result.provenance


def test_files_are_as_good_as_objects(tmp_path: Path) -> None:
    (tmp_path / "model.pkl").write_bytes(pickle.dumps(PIPE))
    FRAME.to_csv(tmp_path / "data.csv", index=False)
    work = Workspace.of(tmp_path / "model.pkl", str(tmp_path / "data.csv"), 5, target="bought")
    np.testing.assert_allclose(work.prediction().values, PIPE.predict_proba(FRAME[["size", "city"]])[5])
    assert work.prediction().truth == FRAME["bought"][5]
    assert work.at(6).row == 6
    assert work.row == 5


def test_a_workspace_knows_its_methods_and_keys() -> None:
    work = Workspace.of(PIPE, FRAME, target="bought")
    assert work.methods()["ceteris_paribus"] == ""
    assert work.key("ceteris_paribus") == work.key("ceteris_paribus", output="yes")
    assert work.key("ceteris_paribus") != work.key("ceteris_paribus", output="no")
    assert work.key("ceteris_paribus") != work.at(1).key("ceteris_paribus")
    own = engine.prediction(work.model, work.table, 0)
    np.testing.assert_array_equal(work.prediction().values, own.values)


def test_what_is_there_already_is_taken_as_it_is() -> None:
    model, table = core.model(PIPE), core.table(FRAME)
    assert core.model(model) is model
    assert core.table(table) is table


def test_missing_files_and_rows_are_said_in_words(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="cannot be opened"):
        core.model(tmp_path / "none.pkl")
    with pytest.raises(InputError, match="cannot be opened"):
        core.table(tmp_path / "none.csv")
    with pytest.raises(InputError, match="no row 99"):
        core.explain("ceteris_paribus", PIPE, FRAME, row=99)
    with pytest.raises(InputError):
        core.explain("ceteris_paribus", PIPE, FRAME[["city"]], row=0)
