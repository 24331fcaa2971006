"""Write small models with an older scikit-learn, and what they answer there, for ``test_old_versions.py``::

    OLD_PYTHON tests/security/older.py tests/security/data/steps-1.0.json

Each holds a step that keeps its state elsewhere today.
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
import sklearn
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer
from sklearn.cross_decomposition import PLSRegression
from sklearn.decomposition import KernelPCA
from sklearn.ensemble import HistGradientBoostingClassifier, IsolationForest, StackingClassifier
from sklearn.experimental import enable_iterative_imputer  # noqa: F401 - makes the next import work
from sklearn.impute import IterativeImputer, KNNImputer, SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier

RNG = np.random.default_rng(0)
ROWS = np.column_stack([RNG.normal(size=(60, 3)), RNG.integers(0, 4, (60, 2))])
LABELS = np.where(ROWS[:, 0] + ROWS[:, 3] > 1.5, "yes", "no")
GAPS = ROWS.copy()
GAPS[RNG.random(ROWS.shape) < 0.1] = np.nan


def models() -> dict[str, tuple[Any, Any]]:
    """Name -> (fitted model, rows to ask it about)."""
    old = tuple(map(int, sklearn.__version__.split(".")[:2])) < (1, 2)
    dense = {"sparse": False} if old else {"sparse_output": False}
    one_hot = ColumnTransformer([("k", OneHotEncoder(drop="first", **dense), [3, 4])], remainder="passthrough")
    made = {
        "one_hot": make_pipeline(one_hot, LogisticRegression()).fit(ROWS, LABELS),
        "one_hot_sparse": make_pipeline(OneHotEncoder(handle_unknown="ignore"), LogisticRegression()).fit(
            np.round(ROWS), LABELS
        ),
        "left_over": make_pipeline(
            ColumnTransformer([("s", StandardScaler(), [0])], remainder=StandardScaler()), LogisticRegression()
        ).fit(ROWS, LABELS),
        "calibrated": CalibratedClassifierCV(LinearSVC(random_state=0), cv=3).fit(ROWS, LABELS),
        "stacked": StackingClassifier([("t", DecisionTreeClassifier(max_depth=2)), ("l", LogisticRegression())]).fit(
            ROWS, LABELS
        ),
        "kernel": make_pipeline(KernelPCA(3, kernel="rbf"), LogisticRegression()).fit(ROWS, LABELS),
        "latent": PLSRegression(2).fit(ROWS, ROWS[:, 0] * 3 + ROWS[:, 3]),
        "isolation": IsolationForest(n_estimators=5, random_state=0).fit(ROWS),
    }
    gaps = {
        "filled": make_pipeline(SimpleImputer(), LogisticRegression()).fit(GAPS, LABELS),
        "filled_by_neighbours": make_pipeline(KNNImputer(n_neighbors=2), LogisticRegression()).fit(GAPS, LABELS),
        "filled_in_turns": make_pipeline(
            IterativeImputer(LinearRegression(), max_iter=2, random_state=0), LogisticRegression()
        ).fit(GAPS, LABELS),
        "ordinal": make_pipeline(
            OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1), SimpleImputer(), LogisticRegression()
        ).fit(np.round(GAPS), LABELS),
    }
    if not old:
        forest = HistGradientBoostingClassifier(max_iter=3, categorical_features=[3, 4], min_samples_leaf=5)
        gaps["boosted"] = forest.fit(GAPS, LABELS)
    return {**{name: (model, ROWS) for name, model in made.items()}, **{n: (m, GAPS) for n, m in gaps.items()}}


def answer(model: Any, rows: Any) -> Any:
    """Probabilities, or scores, or numbers."""
    call = next(name for name in ("predict_proba", "decision_function", "predict") if hasattr(model, name))
    return np.asarray(getattr(model, call)(rows))


def main(target: Path) -> None:
    """Write the file."""
    found = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, (model, rows) in models().items():
            rounded = np.round(rows) if name in ("one_hot_sparse", "ordinal") else rows
            asked = rounded[:12]
            found[name] = {
                "file": base64.b64encode(pickle.dumps(model, protocol=4)).decode(),
                "rows": [[None if cell != cell else cell for cell in row] for row in asked.tolist()],
                "answers": answer(model, asked).tolist(),
            }
    target.write_text(json.dumps({"version": sklearn.__version__, "models": found}), "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
