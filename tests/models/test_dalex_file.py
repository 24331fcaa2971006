"""A pickled dalex Explainer, written by dalex 1.8 itself, brings its model, its label, its data and its true values."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from core.errors import ModelError
from core.loading import pickles
from core.loading.models import read_model
from core.models.dalex_explainer import table_frame, unwrap

KEPT: dict[str, Any] = json.loads(Path(__file__).with_name("dalex-1.8.json").read_text(encoding="utf-8"))
BOTH = pytest.mark.parametrize("name", ["ex", "lin"])


@BOTH
def test_it_answers_as_dalex_did(name: str) -> None:
    kept = KEPT[name]
    model = read_model(base64.b64decode(kept["file"]), "explainer.pkl")
    answers = model.predict(pd.DataFrame(kept["rows"]))[:, -1]
    np.testing.assert_allclose(answers, kept["answers"], rtol=1e-12)
    assert model.features == ("a", "b")
    assert model.task == ("binary" if name == "ex" else "regression")


@BOTH
def test_data_truth_and_label_come_along(name: str) -> None:
    kept = KEPT[name]
    held = unwrap(pickles.load(base64.b64decode(kept["file"]), "explainer.pkl"))
    assert held is not None
    assert held.label == kept["label"]
    assert held.predict_function is None, (
        "dalex's own choice of function is made again here, nothing of the file is called"
    )
    frame, roles = table_frame(held)
    assert frame is not None
    assert roles == {"target": "y", "weights": None}
    assert list(frame.columns) == ["a", "b", "y"]
    assert frame["a"].head(20).tolist() == kept["rows"]["a"]
    assert len(frame) == 80


def test_a_function_of_another_module_is_refused() -> None:
    data = base64.b64decode(KEPT["ex"]["file"]).replace(b"yhat_proba_default", b"get_predict_functi")
    with pytest.raises(ModelError):
        pickles.load(data, "explainer.pkl")
