"""Files written by scikit-learn 1.0 and 1.2 load and answer as they did then, or are refused with the version named."""

from __future__ import annotations

import base64
import json
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


def test_both_versions_are_here() -> None:
    assert [content["version"][:3] for content in FILES.values()] == ["1.0", "1.2"]


@pytest.mark.parametrize(("form", "name"), CASES)
def test_it_answers_as_it_did(form: str, name: str) -> None:
    kept = FILES[form]["models"][name]
    model: Any = pickles.load(base64.b64decode(kept["file"]), f"{name}.pkl")
    rows = np.array(FILES[form]["rows"])
    found = model.predict_proba(rows) if hasattr(model, "predict_proba") else model.predict(rows)
    np.testing.assert_allclose(found, np.array(kept["answers"]), rtol=1e-12, atol=1e-12)
    assert model.get_params() is not None


@pytest.mark.parametrize("form", FILES)
def test_what_todays_class_would_answer_otherwise_keeps_its_own_answer(form: str) -> None:
    """AdaBoost by probabilities: scikit-learn 1.6 took it out, and its class answers from the same file by votes."""
    kept = FILES[form]["models"]["adaboost"]
    model: Any = pickles.load(base64.b64decode(kept["file"]), "old.pkl")
    rows = np.array(FILES[form]["rows"])
    votes = AdaBoostClassifier.decision_function(model, rows)
    assert not np.allclose(votes, model.decision_function(rows))


def test_removed_losses_are_named_with_their_version() -> None:
    data = b"\x80\x04csklearn.ensemble._hist_gradient_boosting.loss\nLeastSquares\n)\x81."
    with pytest.raises(ModelError, match=r"before 1\.1"):
        pickles.load(data, "old.pkl")
