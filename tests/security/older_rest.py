"""As ``older.py``: models that today's classes would fail to answer for, or answer otherwise, and rows of other kinds::

OLD_PYTHON tests/security/older_rest.py tests/security/data/rest-1.0.json
"""

from __future__ import annotations

import base64
import json
import pickle
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import sklearn
from category_encoders import HelmertEncoder, SummaryEncoder
from imblearn.ensemble import RUSBoostClassifier
from scipy.sparse import csr_matrix
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.neighbors import KernelDensity
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.random_projection import GaussianRandomProjection
from sklearn.svm import SVR, OneClassSVM

RNG = np.random.default_rng(1)
ROWS = RNG.normal(size=(60, 3))
FRAME = pd.DataFrame(ROWS, columns=list("abc")).round(3)
FRAME["town"] = np.array(["Bern", "Genf", "Zug"])[RNG.integers(0, 3, 60)]
LABELS = np.where(ROWS[:, 0] + ROWS[:, 1] > 0, "yes", "no")
TARGET = np.abs(ROWS[:, 0]) + 0.1
MANY = np.digitize(ROWS[:, 0], [-0.5, 0.5])


def models() -> dict[str, tuple[Any, Any]]:
    """Name -> (fitted model, rows to ask it about)."""
    grown: dict[str, Any] = {"max_iter": 3, "min_samples_leaf": 5}
    numbers = FRAME[list("abc")]
    passing = ColumnTransformer([("s", StandardScaler(), ["a"])], remainder="passthrough")
    thin = make_pipeline(StandardScaler(), GaussianRandomProjection(2, random_state=0), Ridge())
    if hasattr(thin, "set_output"):
        thin.set_output(transform="pandas")
    zeros = csr_matrix(np.where(ROWS > 0.5, ROWS, 0))
    helmert = make_pipeline(HelmertEncoder(cols=["town"]), Ridge())
    return {
        "two": (HistGradientBoostingClassifier(**grown).fit(ROWS, LABELS), ROWS),
        "many": (HistGradientBoostingClassifier(**grown).fit(ROWS, MANY), ROWS),
        "squares": (HistGradientBoostingRegressor(**grown).fit(ROWS, TARGET), ROWS),
        "counts": (HistGradientBoostingRegressor(loss="poisson", **grown).fit(ROWS, TARGET), ROWS),
        "passed": (make_pipeline(passing, LogisticRegression()).fit(numbers, LABELS), numbers),
        "thin": (thin.fit(numbers, TARGET), numbers),
        "sparse": (SVR().fit(zeros, TARGET), zeros),
        "sparse_one": (OneClassSVM().fit(zeros), zeros),
        "density": (KernelDensity(bandwidth=0.7).fit(ROWS), ROWS),
        "sampled": (RUSBoostClassifier(n_estimators=4, random_state=0).fit(ROWS, LABELS), ROWS),
        "contrasts": (helmert.fit(FRAME, TARGET), FRAME),
        "summary": (make_pipeline(SummaryEncoder(cols=["town"]), Ridge()).fit(FRAME, TARGET), FRAME),
    }


def main(target: Path) -> None:
    """Write the file."""
    found = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, (model, rows) in models().items():
            asked = rows[:12]
            ways = ("predict_proba", "decision_function", "predict", "score_samples")
            call = next(way for way in ways if hasattr(model, way))
            framed = isinstance(asked, pd.DataFrame)
            found[name] = {
                "file": base64.b64encode(pickle.dumps(model, protocol=4)).decode(),
                "rows": asked.values.tolist() if framed else np.asarray(getattr(asked, "A", asked)).tolist(),
                "columns": list(asked.columns) if framed else None,
                "sparse": isinstance(asked, csr_matrix),
                "answers": np.asarray(getattr(model, call)(asked)).tolist(),
            }
    target.write_text(json.dumps({"version": sklearn.__version__, "models": found}), "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
