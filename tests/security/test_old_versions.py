"""Files written by scikit-learn 1.0 to 1.5 load and answer as they did then, or are refused with the version named."""

from __future__ import annotations

import base64
import json
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.ensemble import AdaBoostClassifier

from core.errors import ModelError
from core.loading import pickles

DATA = Path(__file__).with_name("data")
FILES = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(DATA.glob("*.json"))}
CASES = [(form, name) for form, content in FILES.items() for name in content["models"]]


def test_the_versions_are_here() -> None:
    told = {form: content["version"][:3] for form, content in FILES.items()}
    assert told == {form: form.rpartition("-")[2] for form in FILES}
    assert set(told.values()) == {"1.0", "1.2", "1.5"}


@pytest.mark.parametrize(("form", "name"), CASES)
def test_it_answers_as_it_did(form: str, name: str) -> None:
    kept = FILES[form]["models"][name]
    model: Any = pickles.load(base64.b64decode(kept["file"]), f"{name}.pkl")
    rows = np.array(kept.get("rows", FILES[form].get("rows")), dtype=float)  # None is a gap
    call = next(way for way in ("predict_proba", "decision_function", "predict") if hasattr(model, way))
    if form.startswith("sklearn") and call == "decision_function":
        call = "predict"
    found = getattr(model, call)(rows)
    np.testing.assert_allclose(found, np.array(kept["answers"]), rtol=1e-12, atol=1e-12)
    assert model.get_params() is not None


@pytest.mark.parametrize("form", [form for form, content in FILES.items() if "adaboost" in content["models"]])
def test_what_todays_class_would_answer_otherwise_keeps_its_own_answer(form: str) -> None:
    """AdaBoost by probabilities: scikit-learn 1.6 took it out, and its class answers from the same file by votes."""
    kept = FILES[form]["models"]["adaboost"]
    model: Any = pickles.load(base64.b64decode(kept["file"]), "old.pkl")
    rows = np.array(FILES[form]["rows"])
    votes = AdaBoostClassifier.decision_function(model, rows)
    assert not np.allclose(votes, model.decision_function(rows))


@pytest.mark.parametrize(
    ("names", "version"),
    [
        ("sklearn.ensemble._hist_gradient_boosting.loss\nLeastSquares", r"1\.1"),
        ("xgboost.compat\nXGBoostLabelEncoder", r"1\.6"),
    ],
)
def test_what_is_gone_is_named_with_its_version(names: str, version: str) -> None:
    with pytest.raises(ModelError, match=f"before {version}"):
        pickles.load(b"\x80\x04c" + names.encode() + b"\n)\x81.", "old.pkl")


def test_a_booster_in_the_form_of_old_xgboost_is_refused_with_the_version() -> None:
    """XGBoost before 1.6 wrote JSON, which today's library does not read back whole."""
    state = {"handle": bytearray(b'{"Config":{},"Model":{}}')}
    data = b"\x80\x04cxgboost.core\nBooster\n)\x81" + pickle.dumps(state, protocol=4)[2:-1] + b"b."
    with pytest.raises(ModelError, match=r"before 1\.6"):
        pickles.load(data, "old.pkl")
