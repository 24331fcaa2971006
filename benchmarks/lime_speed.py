"""LIME of one row at 5,000 samples: ours against the ``lime`` package with a reused explainer, same model and data."""

from __future__ import annotations

import itertools
import warnings
from typing import Any

import numpy as np

from benchmarks._paired import milliseconds, paired, ratio, table
from core import engine
from core.loading.frames import from_frame
from core.models import wrap
from core.types import Table

ROUNDS = 15
SEEDS = 8


def cases() -> list[tuple[str, Any, Table]]:
    """Models and tables: trees, a forest, a line; two classes, a number, three classes; 30, 10 and 13 columns."""
    from sklearn.datasets import load_breast_cancer, load_diabetes, load_wine
    from sklearn.ensemble import RandomForestRegressor
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from xgboost import XGBClassifier

    cancer, diabetes, wine = (load(as_frame=True) for load in (load_breast_cancer, load_diabetes, load_wine))
    return [
        (
            "breast cancer, XGBoost",
            _fit(XGBClassifier(n_estimators=100, max_depth=4, n_jobs=1), cancer),
            _table(cancer),
        ),
        ("diabetes, random forest", _fit(RandomForestRegressor(50, random_state=0), diabetes), _table(diabetes)),
        ("wine, logistic line", _fit(make_pipeline(StandardScaler(), LogisticRegression()), wine), _table(wine)),
    ]


def _fit(estimator: Any, data: Any) -> Any:
    """A fitted estimator."""
    return estimator.fit(data.data, data.target)


def _table(data: Any) -> Table:
    """The feature columns as a table."""
    return from_frame(data.data, target="", label="")


def peer(estimator: Any, frame: Any, task: str, seed: int) -> Any:
    """An explainer of the ``lime`` package and a function that asks it for one row's weights by column."""
    from lime.lime_tabular import LimeTabularExplainer

    names = list(frame.columns)
    mode = "regression" if task == "regression" else "classification"
    explainer = LimeTabularExplainer(frame.to_numpy(float), mode=mode, feature_names=names, random_state=seed)

    def answer(rows: Any) -> Any:
        import pandas as pd

        asked = pd.DataFrame(rows, columns=names)
        return estimator.predict(asked) if mode == "regression" else estimator.predict_proba(asked)

    def ask(row: int, output: int = 1) -> dict[int, float]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            told = explainer.explain_instance(frame.to_numpy(float)[row], answer, labels=(output,), num_features=10)
        return dict(told.as_map()[output])

    return ask


def fresh(model: Any, data: Table, turn: int, output: int) -> Any:
    """One row with rows drawn and answered anew."""
    return engine.explain("lime", model, data, turn % 100, output=output, seed=turn)


def other_row(model: Any, data: Table, turn: int, output: int) -> Any:
    """One more row of the same seed."""
    return engine.explain("lime", model, data, turn % 100, output=output)


def main() -> None:
    """Print speed and agreement."""
    rows = []
    for title, estimator, data in cases():
        model = wrap(estimator)
        turn = itertools.count()
        ask = peer(estimator, data.frame, model.task, 0)
        explained = 1 if model.task != "regression" else 0
        seconds = paired(
            {
                "fresh": lambda m=model, d=data, t=turn, o=explained: fresh(m, d, next(t), o),
                "next": lambda m=model, d=data, t=turn, o=explained: other_row(m, d, next(t), o),
                "lime": lambda a=ask, t=turn: a(next(t) % 100),
                "predict": lambda m=model, d=data: m.predict(d.rows(np.arange(5_000) % len(d))),
            },
            ROUNDS,
        )
        rows.append(
            [
                title,
                milliseconds(seconds["lime"]),
                milliseconds(seconds["fresh"]),
                milliseconds(seconds["next"]),
                milliseconds(seconds["predict"]),
                f"{ratio(seconds, 'lime', 'fresh'):.2f} x",
                f"{ratio(seconds, 'lime', 'next'):.1f} x",
                agreement(estimator, model, data, explained),
            ]
        )
    head = [
        "case",
        "lime, explainer reused",
        "ours, first row of a seed",
        "ours, any other row",
        "predict 5,000 rows",
        "faster, first",
        "faster, other",
        "weights: |ours - lime| in its stds",
    ]
    print(table(head, rows))


def agreement(estimator: Any, model: Any, data: Table, output: int, row: int = 3) -> str:
    """Our weights against the package's mean over seeds, in its own seed-to-seed deviations."""
    told = [peer(estimator, data.frame, model.task, seed)(row) for seed in range(SEEDS)]
    ours = engine.explain("lime", model, data, row, output=output)
    index = {name: place for place, name in enumerate(data.schema.names)}
    gaps = []
    for name, value in zip(ours.features, ours.values, strict=True):
        theirs = [item[index[name]] for item in told if index[name] in item]
        if len(theirs) >= SEEDS // 2:
            gaps.append(abs(value - np.mean(theirs)) / np.std(theirs, ddof=1))
    return f"median {np.median(gaps):.2f}, largest {max(gaps):.2f} of {len(gaps)} weights"


if __name__ == "__main__":
    main()
