"""Rebuild every sample: ``python sample_models/build.py``. Seeded: the same libraries give the same predictions.

Each table's rows are in random order; the models are trained on the first three quarters and scored on the rest.
"""

from __future__ import annotations

import hashlib
import io
import json
import sys
from pathlib import Path
from typing import Any

import joblib
import lightgbm
import numpy as np
import pandas as pd
import sklearn
import xgboost
from sklearn.compose import ColumnTransformer
from sklearn.datasets import load_breast_cancer, load_diabetes, load_wine
from sklearn.ensemble import GradientBoostingRegressor, RandomForestRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, mean_absolute_error, r2_score, roc_auc_score
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE)]

from cards import MODELS, TABLES  # noqa: E402 - beside this script
from rules import drying, loans  # noqa: E402

from core.loading.tables import read_table  # noqa: E402
from core.types import Table  # noqa: E402

SEED = 0
_TEXT = ["employment", "home", "purpose"]
_BOOLEAN = ["guarantor", "paid_late_before"]


def shuffled(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows in a random order that is always the same."""
    return frame.sample(frac=1, random_state=SEED).reset_index(drop=True)


def breast_cancer() -> pd.DataFrame:
    """The Wisconsin table with the diagnosis as text."""
    bunch = load_breast_cancer(as_frame=True)
    return shuffled(bunch.data.assign(diagnosis=np.where(bunch.target == 1, "benign", "malignant")))


def diabetes() -> pd.DataFrame:
    """The diabetes table in its own units with names instead of s1…s6."""
    bunch = load_diabetes(as_frame=True, scaled=False)
    names = ["total_cholesterol", "ldl", "hdl", "cholesterol_ratio", "log_triglycerides", "glucose"]
    frame = bunch.data.rename(columns={"bp": "blood_pressure", **{f"s{i + 1}": n for i, n in enumerate(names)}})
    return shuffled(frame.round(4).assign(progression=bunch.target.astype(int)))


def wine() -> pd.DataFrame:
    """The wine table with the cultivar as text."""
    bunch = load_wine(as_frame=True)
    frame = bunch.data.rename(columns={"od280/od315_of_diluted_wines": "od280_od315"}).round(6)
    return shuffled(frame.assign(cultivar=[f"cultivar {number + 1}" for number in bunch.target]))


FRAMES = {"loans": loans, "breast-cancer": breast_cancer, "diabetes": diabetes, "wine": wine, "drying": drying}


def prepared(final: Any, *, scaled: bool) -> Pipeline:
    """A pipeline over the loans' columns; trees take numbers as they are, missing ones included."""
    numbers = [name for name in TABLES["loans"]["features"] if name not in (*_TEXT, *_BOOLEAN)]
    fill = Pipeline([("fill", SimpleImputer(strategy="median")), ("scale", StandardScaler())])
    columns = ColumnTransformer(
        [
            ("numbers", fill if scaled else "passthrough", numbers),
            ("levels", OneHotEncoder(handle_unknown="ignore", sparse_output=False), _TEXT),
            ("flags", "passthrough", _BOOLEAN),
        ]
    )
    return Pipeline([("columns", columns), ("model", final)])


def estimators() -> dict[str, Any]:
    """Unfitted models by sample."""
    boosted = xgboost.XGBClassifier(
        n_estimators=140,
        max_depth=3,
        learning_rate=0.08,
        subsample=0.8,
        min_child_weight=3,
        random_state=SEED,
        n_jobs=1,
    )
    neural = MLPClassifier((24, 12), alpha=2.0, learning_rate_init=0.01, max_iter=120, tol=1e-3, random_state=SEED)
    return {
        "loans": prepared(boosted, scaled=False),
        "loans-linear": prepared(LogisticRegression(C=1.0, max_iter=1000), scaled=True),
        "loans-neural": prepared(neural, scaled=True),
        "breast-cancer": xgboost.XGBClassifier(
            n_estimators=80, max_depth=3, learning_rate=0.15, random_state=SEED, n_jobs=1
        ),
        "diabetes": RandomForestRegressor(80, max_depth=6, min_samples_leaf=5, random_state=SEED, n_jobs=1),
        "wine": lightgbm.LGBMClassifier(
            n_estimators=40,
            num_leaves=7,
            min_child_samples=8,
            random_state=SEED,
            n_jobs=1,
            verbose=-1,
            deterministic=True,
        ),
        "drying": GradientBoostingRegressor(
            n_estimators=160, max_depth=4, learning_rate=0.08, subsample=0.8, min_samples_leaf=8, random_state=SEED
        ),
    }


def codes(table: Table, classes: list[str]) -> np.ndarray:
    """True values as positions in ``classes``, or as they are for regression."""
    truth = table.frame[table.target]
    return truth.to_numpy() if not classes else np.array([classes.index(value) for value in truth])


def scores(truth: np.ndarray, predicted: np.ndarray, task: str) -> dict[str, float]:
    """Held-out scores; ``predicted`` holds probabilities, shape (n, n_classes), or target values, shape (n, 1)."""
    if task == "regression":
        found = {"R²": r2_score(truth, predicted[:, 0]), "mean error": mean_absolute_error(truth, predicted[:, 0])}
    else:
        found = {"accuracy": accuracy_score(truth, predicted.argmax(axis=1))}
        if task == "binary":
            found["ROC AUC"] = roc_auc_score(truth, predicted[:, 1])
    return {name: round(float(value), 4) for name, value in found.items()}


def dump(model: Any, file: str) -> bytes:
    """A fitted model in the format its file name says."""
    if file.endswith(".ubj"):
        return bytes(model.get_booster().save_raw("ubj"))
    if file.endswith(".txt"):
        return str(model.booster_.model_to_string()).encode()
    buffer = io.BytesIO()
    joblib.dump(model, buffer, compress=("zlib", 9))
    return buffer.getvalue()


def build(folder: Path = HERE) -> dict[str, Any]:
    """Write all tables, models and the manifest, and return the manifest."""
    files: dict[str, bytes] = {}
    tables: dict[str, Table] = {}
    for name, make in FRAMES.items():
        files[f"{name}.csv"] = make().to_csv(index=False, lineterminator="\n").encode()
        roles = {role: TABLES[name][role] for role in ("target", "label")}
        tables[name] = read_table(files[f"{name}.csv"], name, **roles)  # trained on exactly what the app reads
    models = []
    for name, model in estimators().items():
        card = MODELS[name]
        table = tables[card["table"]]
        truth, split = codes(table, card["classes"]), len(table) * 3 // 4
        model.fit(table.inputs.iloc[:split], truth[:split])
        held_out = table.inputs.iloc[split:]
        ask = model.predict_proba if card["classes"] else model.predict
        found = scores(truth[split:], np.asarray(ask(held_out)).reshape(len(held_out), -1), card["task"])
        files[card["file"]] = dump(model, card["file"])
        models.append({"id": name, **card, "scores": found, "held_out_from": split})
        print(f"{name:15} {len(files[card['file']]):>9,} bytes  {found}")
    manifest = {
        "versions": {lib.__name__: lib.__version__ for lib in (sklearn, xgboost, lightgbm, joblib)},
        "files": {name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items())},
        "tables": [{"id": name, "file": f"{name}.csv", **TABLES[name]} for name in FRAMES],
        "models": models,
    }
    for name, content in files.items():
        (folder / name).write_bytes(content)
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"{sum(map(len, files.values())):,} bytes in all")
    return manifest


if __name__ == "__main__":
    build()
