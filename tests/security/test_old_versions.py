"""Files written by scikit-learn 1.0 to 1.5 load and answer as they did then, or are refused with the version named."""

from __future__ import annotations

import base64
import json
import pickle
import zlib
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import pandas as pd
import pytest
import sklearn
from scipy.sparse import csr_matrix
from sklearn.ensemble import AdaBoostClassifier
from sklearn.linear_model import Ridge

from core.errors import ModelError
from core.loading import pickles

DATA = Path(__file__).with_name("data")
FILES = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(DATA.glob("*.json"))}
CASES = [(form, name) for form, content in FILES.items() for name in content["models"]]


def test_the_versions_are_here() -> None:
    told = {form: content["version"][:3] for form, content in FILES.items()}
    assert told == {form: form.rpartition("-")[2] for form in FILES}
    assert set(told.values()) == {"1.0", "1.2", "1.5"}


def _rows(kept: dict[str, Any], around: dict[str, Any]) -> Any:
    """What the model is asked about, as it was there."""
    cells = kept.get("rows", around.get("rows"))
    if kept.get("columns"):
        return pd.DataFrame(cells, columns=kept["columns"])
    rows = np.array(cells, dtype=float)  # None is a gap
    return csr_matrix(rows) if kept.get("sparse") else rows


@pytest.mark.filterwarnings("ignore:.future.no_silent_downcasting")  # of category_encoders with pandas 3
@pytest.mark.parametrize(("form", "name"), CASES)
def test_it_answers_as_it_did(form: str, name: str) -> None:
    kept = FILES[form]["models"][name]
    model: Any = pickles.load(base64.b64decode(kept["file"]), f"{name}.pkl")
    rows: Any = _rows(kept, FILES[form])
    ways = ("predict_proba", "decision_function", "predict", "score_samples")
    call = next(way for way in ways if hasattr(model, way))
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


def test_what_is_gone_is_named_with_its_version() -> None:
    with pytest.raises(ModelError, match=r"before 1\.6"):
        pickles.load(b"\x80\x04cxgboost.compat\nXGBoostLabelEncoder\n)\x81.", "old.pkl")


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_a_refusal_says_which_version_wrote_the_file(protocol: int) -> None:
    model = Ridge().fit([[0.0], [1.0]], [0.0, 1.0])
    content = {"model": model, "kind": np.random.seed}
    for told, words in (
        (f"{sklearn.__version__}", "Save the model in a format"),
        ("1.0.7", "written by scikit-learn 1.0.7,"),
    ):
        with mock.patch("sklearn.base.__version__", told), pytest.raises(ModelError) as caught:
            pickles.load(pickle.dumps(content, protocol), "old.pkl")
        assert words in caught.value.hint


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("__main__\nClip", "holds only its name"),
        ("feature_engine.encoding\nMeanEncoder", "Objects of feature_engine are not known here: leave them out"),
        ("sklearn.linear_model.logistic\nLogisticRegression", "scikit-learn before 0.22"),
        ("sklearn.externals.joblib.numpy_pickle\nNumpyArrayWrapper", "scikit-learn before 0.22"),
        ("sklearn.linear_model._nowhere\nNothing", "Save the model in a format"),
        ("skorch.classifier\nNeuralNetClassifier", "Export the network as ONNX"),
        ("cloudpickle.cloudpickle\n_make_function", "code of a function or class"),
        ("mlflow.pyfunc\nPyFuncModel", "Upload the file in MLflow's folder"),
        ("pandas.core.window.rolling\nRolling", "Leave this out"),
        ("concurrent.futures\nFuture", "Leave this out"),
    ],
)
def test_what_is_not_on_the_list_is_named_with_what_to_do(name: str, words: str) -> None:
    with pytest.raises(ModelError) as caught:
        pickles.load(b"\x80\x04c" + name.encode() + b"\n)\x81.", "own.pkl")
    assert name.replace("\n", ".") in caught.value.why
    assert words in caught.value.hint


@pytest.mark.parametrize("share", [0.1, 0.5, 0.95])
@pytest.mark.parametrize("protocol", [0, 2, 4])
def test_a_file_that_was_cut_off_is_told_to_be(protocol: int, share: float) -> None:
    data = pickle.dumps(Ridge().fit(np.eye(400), np.arange(400.0)), protocol)
    for part in (data[: int(len(data) * share)], zlib.compress(data)[: int(len(data) * share / 10)]):
        with pytest.raises(ModelError) as caught:
            pickles.load(part, "m.pkl")
        assert "cut off" in caught.value.hint


def test_a_booster_in_the_form_of_old_xgboost_is_refused_with_the_version() -> None:
    """XGBoost before 1.6 wrote JSON, which today's library does not read back whole."""
    state = {"handle": bytearray(b'{"Config":{},"Model":{}}')}
    data = b"\x80\x04cxgboost.core\nBooster\n)\x81" + pickle.dumps(state, protocol=4)[2:-1] + b"b."
    with pytest.raises(ModelError, match=r"before 1\.6"):
        pickles.load(data, "old.pkl")
