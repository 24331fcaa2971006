"""Tables that come in a pickle: the data of a dalex Explainer, or a frame."""

from __future__ import annotations

import base64
import json
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression

import core
from core.__main__ import main
from core.errors import InputError
from core.loading import pickles
from core.loading.tables import read_table
from core.workers import protected

KEPT: dict[str, Any] = json.loads((Path(__file__).parents[1] / "models" / "dalex-1.8.json").read_text(encoding="utf-8"))
FILE = base64.b64decode(KEPT["ex"]["file"])


def test_an_explainer_brings_rows_and_truth() -> None:
    table = read_table(FILE, "explainer.pkl", pickles=True)
    assert table.schema.names == ("a", "b")
    assert table.target == "y"
    assert len(table) == 80
    assert table.frame["a"].head(20).tolist() == KEPT["ex"]["rows"]["a"]
    assert "come from the pickled Explainer" in table.notes[0]


def test_roles_can_be_corrected() -> None:
    table = read_table(FILE, "explainer.pkl", target="", label="a", pickles=True)
    assert (table.target, table.label) == (None, "a")
    assert table.schema.names == ("b", "y")


def test_a_pickled_frame_is_a_table() -> None:
    frame = pd.DataFrame({"size": [1.0, 2.5, np.nan], "kind": ["a", None, "b"]})
    table = read_table(pickle.dumps(frame), "rows.pkl", target="", label="", pickles=True)
    pd.testing.assert_frame_equal(table.frame, frame)


def test_a_model_without_data_is_no_table() -> None:
    data = pickle.dumps(LinearRegression().fit([[1.0], [2.0]], [1.0, 2.0]))
    with pytest.raises(InputError, match="brings no table") as caught:
        read_table(data, "line.pkl", pickles=True)
    assert "LinearRegression" in str(caught.value)


def test_nothing_of_a_pickle_is_read_outside_a_worker() -> None:
    with pytest.raises(InputError, match="not a table"):
        read_table(FILE, "explainer.pkl")


def test_a_hostile_pickle_is_refused_in_words() -> None:
    with pytest.raises(InputError, match="is refused"):
        read_table(b"\x80\x04\x8c\x05posix\x8c\x06system\x93\x8c\x02id\x85R.", "rows.pkl", pickles=True)


@pytest.mark.skipif(not protected(), reason="workers cannot be locked here")
def test_one_file_is_enough_for_the_notebook_and_the_command_line(
    tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    path = tmp_path / "explainer.pkl"
    path.write_bytes(FILE)
    model, table = core.model(path), core.table(path)
    assert model.brings_table
    assert any(KEPT["ex"]["label"] in note for note in model.notes)
    result = core.explain("shap", model, table, row=3)
    assert result.provenance.row == 3
    assert main(["explain", "--model", str(path), "--row", "3", "--json"]) == 0
    told = json.loads(capsysbinary.readouterr().out)
    np.testing.assert_allclose([entry["attribution"] for entry in told["features"]], result.values, rtol=1e-12)


def test_a_model_that_brings_nothing_needs_a_table(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "line.pkl"
    path.write_bytes(pickle.dumps(LinearRegression().fit([[1.0], [2.0]], [1.0, 2.0])))
    assert main(["explain", "--model", str(path)]) == 2
    assert "The table is missing" in capsys.readouterr().err


def test_weights_of_an_explainer_become_those_of_the_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    held = pickles.load(FILE, "explainer.pkl")
    held.weights = np.arange(80) % 3
    monkeypatch.setattr(pickles, "load", lambda _data, _name: held)
    table = read_table(FILE, "explainer.pkl", pickles=True)
    assert (table.target, table.weights, table.schema.names) == ("y", "weights", ("a", "b"))
    assert table.frame["weights"].tolist() == held.weights.tolist()
    assert "Data, true values and weights come from the pickled Explainer." in table.notes
    assert read_table(FILE, "explainer.pkl", pickles=True, weights="").weights is None
    other = read_table(FILE, "explainer.pkl", pickles=True, weights="y", target="")
    assert (other.target, other.weights) == (None, "y"), "the person's word counts more"
