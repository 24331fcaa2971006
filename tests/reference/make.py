"""Write ``numbers.json``: what dalex, shap, lime, eli5 and scikit-learn say of the fixed models in ``cases.py``.

Needs an environment of its own, since dalex asks for pandas 2::

    python -m venv originals && originals/bin/pip install -r requirements-peers.txt
    originals/bin/python tests/reference/make.py ../shared/data [case ...]

Everything is asked with all rows of the table as data or background, and with orders and grids given, so that nothing
depends on a seed; what the originals only sample is stored with its mean, its deviation and how often it was drawn.
"""

from __future__ import annotations

import json
import sys
import warnings
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import dalex
import numpy as np
import pandas as pd
import shap
from cases import CASES, Case
from eli5.permutation_importance import get_score_importances
from lime.lime_tabular import LimeTabularExplainer
from sklearn import metrics
from sklearn.inspection import partial_dependence

ROUNDS = 30
Answer = Callable[[pd.DataFrame], np.ndarray]


def answer_of(model: Any, case: Case) -> Answer:
    """Rows -> the number explained."""
    if case.task == "regression":
        return lambda rows: np.asarray(model.predict(rows), dtype=float)
    return lambda rows: np.asarray(model.predict_proba(rows)[:, case.output], dtype=float)


def texts(frame: pd.DataFrame) -> bool:
    """Whether some column is text."""
    return frame.select_dtypes("object").shape[1] > 0


def wrapped(model: Any, case: Case, frame: pd.DataFrame) -> dalex.Explainer:
    """The dalex explainer, asked about one class."""
    truth = frame[case.target]
    known = truth if case.task == "regression" else (pd.factorize(truth, sort=True)[0] == case.output).astype(float)
    asked = answer_of(model, case)
    kind = "regression" if case.task == "regression" else "classification"
    return dalex.Explainer(
        model,
        frame[list(case.columns)],
        np.asarray(known, dtype=float),
        predict_function=lambda _model, rows: asked(rows),
        model_type=kind,
        verbose=False,
    )


def break_down(explainer: dalex.Explainer, row: pd.DataFrame, **how: Any) -> dict[str, Any]:
    """Steps and contributions, base first."""
    found = explainer.predict_parts(row, N=None, **how).result
    steps = [name.split(":") for name in found["variable_name"].iloc[1:-1]]
    return {
        "base": float(found["contribution"].iloc[0]),
        "steps": steps,
        "contributions": found["contribution"].iloc[1:-1].astype(float).tolist(),
        "prediction": float(found["contribution"].iloc[-1]),
    }


def shapley_paths(explainer: dalex.Explainer, row: pd.DataFrame, columns: tuple[str, ...]) -> dict[str, Any]:
    """Mean and deviation of the contributions over random orders."""
    found = explainer.predict_parts(row, type="shap", B=ROUNDS, N=None, random_state=0).result
    paths = found[found["B"] > 0].groupby("variable_name")["contribution"]
    mean, spread = paths.mean(), paths.std()
    return {name: [float(mean[name]), float(spread[name])] for name in columns}


def profiles(explainer: dalex.Explainer, case: Case, row: pd.DataFrame) -> dict[str, Any]:
    """Ceteris paribus, partial, conditional and accumulated profiles on given grids, one variable a call."""
    found: dict[str, Any] = {}
    for name, grid in case.profiles.items():
        splits = {name: np.array(grid)}
        text = isinstance(grid[0], str)
        how = {"variables": [name], "variable_splits": splits, "verbose": False}
        single = explainer.predict_profile(row, **how).result
        found[name] = {"ceteris_paribus": single["_yhat_"].astype(float).tolist()}
        for kind in ("partial", "conditional", "accumulated"):
            kinds = "categorical" if text else "numerical"
            curve = explainer.model_profile(type=kind, N=None, variable_type=kinds, **how).result
            placed = curve.set_index(curve["_x_"].astype(str if text else float))["_yhat_"]
            found[name][kind] = [float(placed.loc[value]) for value in grid]
    return found


def shap_values(model: Any, case: Case, frame: pd.DataFrame) -> dict[str, Any]:
    """Trees by their paths, linear models in closed form, anything else by all coalitions of the kernel."""
    inputs = frame[list(case.columns)]
    row = inputs.iloc[[case.row]]
    found: dict[str, Any] = {}
    if type(model).__name__ in ("XGBClassifier", "CatBoostRegressor", "RandomForestClassifier"):
        explainer = shap.TreeExplainer(model)
        values, base = np.asarray(explainer.shap_values(row)), np.ravel(explainer.expected_value)
        several = values.ndim == 3
        found["path-dependent"] = {
            "base": float(base[case.output] if several else base[-1]),
            "values": (values[0, :, case.output] if several else values[0]).astype(float).tolist(),
        }
    if type(model).__name__ == "LinearRegression":
        explainer = shap.LinearExplainer(model, shap.maskers.Independent(inputs, max_samples=len(inputs)))
        found["linear"] = {
            "base": float(explainer.expected_value),
            "values": explainer.shap_values(row)[0].astype(float).tolist(),
        }
    if not texts(inputs):
        asked = answer_of(model, case)
        kernel = shap.KernelExplainer(
            lambda rows: asked(pd.DataFrame(rows, columns=inputs.columns)), inputs.to_numpy(dtype=float)
        )
        values = kernel.shap_values(row.to_numpy(dtype=float), nsamples=2 ** len(case.columns), silent=True)
        found["exact"] = {"base": float(kernel.expected_value), "values": np.ravel(values).astype(float).tolist()}
    return found


def lime_weights(model: Any, case: Case, frame: pd.DataFrame) -> dict[str, Any]:
    """Mean and deviation over seeds of the weight of each column's rule."""
    inputs = frame[list(case.columns)]
    rows = inputs.to_numpy(dtype=float)
    mode = "regression" if case.task == "regression" else "classification"

    def asked(values: np.ndarray) -> np.ndarray:
        given = pd.DataFrame(values, columns=inputs.columns)
        return model.predict(given) if mode == "regression" else model.predict_proba(given)

    drawn = []
    for seed in range(10):
        explainer = LimeTabularExplainer(rows, mode=mode, feature_names=list(case.columns), random_state=seed)
        options = {} if mode == "regression" else {"labels": (case.output,)}
        found = explainer.explain_instance(
            rows[case.row], asked, num_features=len(case.columns), num_samples=5000, **options
        )
        local = found.as_map()[case.output if mode == "classification" else 1]
        drawn.append([dict(local)[at] for at in range(len(case.columns))])
    return {"mean": np.mean(drawn, axis=0).tolist(), "deviation": np.std(drawn, axis=0, ddof=1).tolist()}


def importance(model: Any, case: Case, frame: pd.DataFrame) -> dict[str, Any]:
    """Rise of the loss: eli5 on arrays; mean and deviation over the rounds."""
    inputs = frame[list(case.columns)]
    truth = frame[case.target].to_numpy()

    def score(values: np.ndarray, known: np.ndarray) -> float:
        rows = pd.DataFrame(dict(enumerate(values.T)))
        rows.columns = inputs.columns
        rows = rows.astype(inputs.dtypes.to_dict())
        if case.task == "regression":
            return -float(np.sqrt(metrics.mean_squared_error(known, model.predict(rows))))
        chances = model.predict_proba(rows)
        if case.task == "binary":
            return float(metrics.roc_auc_score(known, chances[:, 1]))
        return -float(metrics.log_loss(known, chances, labels=model.classes_))

    base, drops = get_score_importances(score, inputs.to_numpy(), truth, n_iter=ROUNDS, random_state=0)
    rounds = np.array(drops)
    return {
        "base": base,
        "mean": rounds.mean(axis=0).tolist(),
        "deviation": rounds.std(axis=0, ddof=1).tolist(),
        "rounds": ROUNDS,
    }


def grouped(explainer: dalex.Explainer, case: Case) -> dict[str, Any]:
    """Two columns shuffled jointly by dalex, reported in its three ways; mean and deviation of the loss."""
    if case.task == "multiclass":
        return {}
    found: dict[str, Any] = {}
    for way in ("variable_importance", "difference", "ratio"):
        parts = explainer.model_parts(
            type=way, N=None, B=ROUNDS, variable_groups={"both": list(case.columns[:2])}, random_state=0
        )
        found[way] = float(parts.result.set_index("variable")["dropout_loss"]["both"])
    rounds = parts.permutation
    return {**found, "full": float(rounds["_full_model_"].mean()), "deviation": float(rounds["both"].std())}


def scores(explainer: dalex.Explainer, case: Case) -> dict[str, float]:
    """Performance by dalex."""
    if case.task == "multiclass":
        return {}
    found = explainer.model_performance(model_type="regression" if case.task == "regression" else "classification")
    return {name: float(value) for name, value in found.result.iloc[0].items() if isinstance(value, float)}


def by_sklearn(model: Any, case: Case, frame: pd.DataFrame) -> dict[str, Any]:
    """Partial dependence of the numbers, by brute force."""
    found = {}
    for name, grid in case.profiles.items():
        if case.task == "regression" and not isinstance(grid[0], str):
            inputs = frame[list(case.columns)].astype({name: float})
            given = partial_dependence(
                model, inputs, [name], custom_values={name: np.array(grid, dtype=float)}, method="brute"
            )
            found[name] = given["average"][0].tolist()
    return found


def surrogate_root(explainer: dalex.Explainer, case: Case) -> str:
    """The feature that a tree of depth 3 asks first."""
    if texts(explainer.data):
        return ""
    tree = explainer.model_surrogate(type="tree", max_vars=len(case.columns), max_depth=3)
    return str(tree.feature_names[tree.tree_.feature[0]])


def numbers(case: Case, folder: Path) -> dict[str, Any]:
    """All reference numbers of one case."""
    frame = case.table(folder)
    model = case.fitted(frame)
    explainer = wrapped(model, case, frame)
    row = explainer.data.iloc[[case.row]]
    found: dict[str, Any] = {
        "answers": answer_of(model, case)(explainer.data.head(10)).tolist(),
        "break_down": break_down(explainer, row, type="break_down", order=np.array(case.columns[::-1])),
        "interactions": break_down(explainer, row, type="break_down_interactions"),
        "preferred": break_down(explainer, row, type="break_down_interactions", interaction_preference=3),
        "grouped": grouped(explainer, case),
        "shapley": shapley_paths(explainer, row, case.columns),
        "profiles": profiles(explainer, case, row),
        "scikit-learn": by_sklearn(model, case, frame),
        "shap": shap_values(model, case, frame),
        "importance": importance(model, case, frame),
        "performance": scores(explainer, case),
        "residuals": (explainer.y[:20] - explainer.predict(explainer.data.head(20))).tolist(),
        "surrogate": surrogate_root(explainer, case),
    }
    if not texts(explainer.data):
        found["lime"] = lime_weights(model, case, frame)
    return found


def main() -> None:
    """Write the file, or the named cases of it again."""
    warnings.simplefilter("ignore")
    folder = Path(sys.argv[1])
    packages = (
        "dalex",
        "shap",
        "lime",
        "eli5",
        "scikit-learn",
        "xgboost-cpu",
        "lightgbm",
        "catboost",
        "pandas",
        "numpy",
    )
    file = Path(__file__).with_name("numbers.json")
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8")) if sys.argv[2:] else {}
    found["made with"] = {name: version(name) for name in packages}
    for name in sys.argv[2:] or CASES:
        found[name] = numbers(CASES[name], folder)
        sys.stderr.write(f"{name}\n")
    text = json.dumps(rounded(found), indent=1)
    file.write_text(text + "\n", encoding="utf-8")


def rounded(value: Any) -> Any:
    """Numbers with ten digits."""
    if isinstance(value, dict):
        return {key: rounded(part) for key, part in value.items()}
    if isinstance(value, list):
        return [rounded(part) for part in value]
    return float(f"{value:.10g}") if isinstance(value, float) else value


if __name__ == "__main__":
    main()
