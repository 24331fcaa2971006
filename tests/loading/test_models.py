"""The model door: every format answers like the object that was saved; damaged files are refused in words."""

from __future__ import annotations

import io
import json
import pickle
from pathlib import Path
from typing import Any

import joblib
import lightgbm
import numpy as np
import pytest
import xgboost
from sklearn.ensemble import RandomForestClassifier

from core.errors import ModelError
from core.loading.formats.ubjson import decode
from core.loading.models import read_model
from tests.loading.model_files import (
    BINARY,
    FRAME,
    LEVELS,
    LGB,
    PIPE,
    TEXT,
    THREE,
    XGB,
    XGB_JSON,
    XGB_UBJ,
    skops_bytes,
)


def cbm_bytes(tmp_path: Path, native: Any) -> bytes:
    native.save_model(str(tmp_path / "model.cbm"))
    return (tmp_path / "model.cbm").read_bytes()


@pytest.mark.parametrize(
    ("data", "name"), [(XGB_JSON, "a.json"), (XGB_UBJ, "a.ubj"), (XGB_JSON, "wrong.pkl"), (XGB_UBJ, "no extension")]
)
def test_xgboost_files(data: bytes, name: str) -> None:
    model = read_model(data, name)
    np.testing.assert_allclose(model.predict(TEXT), XGB.predict_proba(LEVELS), atol=1e-7)
    assert (model.family, model.name) == ("xgboost", name)
    assert model.fingerprint == read_model(data, "other").fingerprint
    assert model.levels["city"] == ("Bern", "Oslo", "Rome")


@pytest.mark.parametrize("booster", ["gbtree", "dart", "gblinear"])
@pytest.mark.parametrize("form", ["json", "ubj"])
@pytest.mark.parametrize("objective", ["binary:logistic", "multi:softprob", "reg:squarederror"])
def test_every_kind_of_xgboost_booster_passes_the_checks(booster: str, form: str, objective: str) -> None:
    target = THREE if "multi" in objective else BINARY
    params = {
        "booster": booster,
        "objective": objective,
        "nthread": 1,
        **({"num_class": 3} if "multi" in objective else {}),
    }
    native = xgboost.train(params, xgboost.DMatrix(FRAME, target), 4)
    model = read_model(bytes(native.save_raw(form)), "model")
    own = native.predict(xgboost.DMatrix(FRAME))
    found = model.predict(FRAME)
    np.testing.assert_allclose(found if own.ndim == 2 else found[:, -1], own, rtol=2e-7)  # dart adds in another order


def test_ubj_is_decoded_like_json() -> None:
    """Two encodings of one model hold the same numbers."""

    def same(one: Any, other: Any) -> bool:
        if isinstance(one, dict):
            return set(one) == set(other) and all(same(one[key], other[key]) for key in one)
        if isinstance(one, list | np.ndarray) and len(one) and isinstance(one[0], dict):
            return len(one) == len(other) and all(same(a, b) for a, b in zip(one, other, strict=True))
        if isinstance(one, list | np.ndarray):
            return list(map(str, one)) == list(map(str, other)) or np.allclose(
                np.asarray(one, float), np.asarray(other, float), rtol=1e-6
            )
        return str(one) == str(other) or float(one) == pytest.approx(float(other))

    assert same(decode(XGB_UBJ), json.loads(XGB_JSON))


@pytest.mark.parametrize(
    "native",
    [
        LGB,
        lightgbm.LGBMClassifier(n_estimators=3, n_jobs=1, verbose=-1).fit(FRAME, THREE),
        lightgbm.LGBMRegressor(n_estimators=3, n_jobs=1, verbose=-1, linear_tree=True).fit(FRAME, FRAME["size"]),
        lightgbm.LGBMRegressor(n_estimators=3, n_jobs=1, verbose=-1, boosting_type="dart").fit(FRAME, FRAME["size"]),
        lightgbm.LGBMRegressor(n_estimators=2, n_jobs=1, verbose=-1, min_child_samples=500).fit(FRAME, FRAME["size"]),
    ],
    ids=["categories", "three classes", "linear trees", "dart", "single leaves"],
)
def test_lightgbm_text(native: Any) -> None:
    frame = LEVELS if native is LGB else FRAME
    for text in (native.booster_.model_to_string(), native.booster_.model_to_string().replace("\n", "\r\n")):
        model = read_model(text.encode(), "model.txt")
        own = native.booster_.predict(frame)
        found = model.predict(frame.astype({"city": object}) if native is LGB else frame)
        np.testing.assert_array_equal(found if own.ndim == 2 else found[:, -1], own)


def test_catboost_files(tmp_path: Path) -> None:
    catboost = pytest.importorskip("catboost")
    options = {"iterations": 8, "verbose": 0, "allow_writing_files": False, "one_hot_max_size": 2}
    for frame, texts in ((TEXT, ["city"]), (FRAME, [])):
        native = catboost.CatBoostClassifier(**options, cat_features=texts).fit(frame, np.array(["no", "yes"])[BINARY])
        data = cbm_bytes(tmp_path, native)
        model = read_model(data, "model.cbm")
        assert model.classes == ("no", "yes")
        np.testing.assert_allclose(model.predict(frame), native.predict_proba(frame), atol=1e-12)
        for cut in (*range(0, len(data), max(1, len(data) // 40)), len(data) - 1):
            with pytest.raises(ModelError):  # its own parser reads past the end of some of these and crashes
                read_model(data[: max(cut, 5)], "model.cbm")
        with pytest.raises(ModelError):
            read_model(data + b"more", "model.cbm")


def test_pickle_joblib_and_skops_of_a_pipeline() -> None:
    buffer = io.BytesIO()
    joblib.dump(PIPE, buffer, compress=3)
    for data, name in ((pickle.dumps(PIPE), "a.pkl"), (buffer.getvalue(), "a.joblib"), (skops_bytes(PIPE), "a.skops")):
        model = read_model(data, name)
        assert model.classes == ("no", "yes")
        np.testing.assert_array_equal(model.predict(TEXT), PIPE.predict_proba(TEXT))


def test_skops_of_trees_and_boosters() -> None:
    for native in (RandomForestClassifier(3, random_state=0).fit(FRAME, BINARY), xgboost.XGBClassifier(n_estimators=3).fit(FRAME, BINARY)):  # fmt: skip
        model = read_model(skops_bytes(native), "model.skops")
        np.testing.assert_allclose(model.predict(FRAME), native.predict_proba(FRAME), atol=1e-7)


class NotListed:
    """A class of this test, which no allow-list knows."""

    def predict(self, rows: Any) -> Any:
        return np.zeros(len(rows))


def test_skops_with_an_unknown_type_is_refused() -> None:
    with pytest.raises(ModelError, match="NotListed"):
        read_model(skops_bytes(NotListed()), "model.skops")
