"""SHAP: ours against the libraries' own calls and the ``shap`` package, same models, rows and backgrounds, paired."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from benchmarks._paired import milliseconds, paired, ratio, table
from core import engine
from core.loading.frames import from_frame
from core.models import wrap
from core.registry import Job
from core.shapley import ensemble
from core.shapley.choose import solve
from core.types import Table

ROWS, COLUMNS, BACKGROUND = 10_000, 20, 100
HEAD = ("model", "rows", "ours", "other", "time of other", "other / ours", "largest difference")


def data() -> pd.DataFrame:
    """10,000 rows of 20 numbers, a bent target and its sign."""
    random = np.random.default_rng(0)
    frame = pd.DataFrame(random.normal(size=(ROWS, COLUMNS)).round(4), columns=[f"x{at}" for at in range(COLUMNS)])
    bent = frame["x0"] * 2 + np.sin(3 * frame["x1"]) * frame["x2"] + (frame["x3"] > 0) * frame["x4"]
    frame["y"] = bent + random.normal(0, 0.3, ROWS)
    return frame


def boosters(frame: pd.DataFrame) -> dict[str, Any]:
    """Fitted boosters of the three libraries, as far as they are installed."""
    from lightgbm import LGBMRegressor
    from xgboost import XGBRegressor

    inputs, target = frame.drop(columns="y"), frame["y"]
    fitted = {
        "XGBoost, 100 x depth 6": XGBRegressor(n_estimators=100, max_depth=6, n_jobs=2).fit(inputs, target),
        "LightGBM, 100 x 31 leaves": LGBMRegressor(n_estimators=100, n_jobs=2, verbose=-1).fit(inputs, target),
    }
    try:
        from catboost import CatBoostRegressor
    except ImportError:
        return fitted
    model = CatBoostRegressor(iterations=100, depth=6, verbose=0, allow_writing_files=False, thread_count=2)
    return {**fitted, "CatBoost, 100 x depth 6": model.fit(inputs, target)}


def forests(frame: pd.DataFrame) -> dict[str, Any]:
    """Fitted tree ensembles of scikit-learn, the last one fully grown."""
    from sklearn.ensemble import GradientBoostingRegressor, HistGradientBoostingRegressor, RandomForestRegressor

    inputs, target = frame.drop(columns="y").iloc[:5000], frame["y"].iloc[:5000]
    fitted = {
        "gradient boosting, 100 x depth 3": GradientBoostingRegressor(),
        "histogram boosting, 100 x 31 leaves": HistGradientBoostingRegressor(),
        "random forest, 100 x depth 6": RandomForestRegressor(100, max_depth=6, n_jobs=2, random_state=0),
        "random forest, 20 fully grown": RandomForestRegressor(20, n_jobs=2, random_state=0),
    }
    return {name: model.fit(inputs, target) for name, model in fitted.items()}


def native(estimator: Any, inputs: pd.DataFrame) -> Callable[[], Any]:
    """The library's own call on a frame."""
    library = type(estimator).__module__.split(".")[0]
    if library == "xgboost":
        import xgboost

        booster = estimator.get_booster()
        return lambda: booster.predict(xgboost.DMatrix(inputs), pred_contribs=True)
    if library == "lightgbm":
        return lambda: estimator.booster_.predict(inputs, pred_contrib=True)
    import catboost

    return lambda: estimator.get_feature_importance(catboost.Pool(inputs), type="ShapValues")


def job(estimator: Any, rows: Table, **params: Any) -> Job:
    """The question as the engine would put it."""
    given = {"kind": "auto", "scale": "auto", "background": BACKGROUND, "samples": 1000, "seed": 0, **params}
    return Job(wrap(estimator), rows, 0, 0, given)


def line(name: str, rows: int, other: str, calls: dict[str, Callable[[], Any]], rounds: int) -> list[str]:
    """Time both, compare their numbers."""
    mine, theirs = (np.asarray(call()) for call in calls.values())
    theirs = theirs.reshape(len(theirs), -1)[:, : mine.shape[1]]
    seconds = paired(calls, rounds, 1)
    first, second = calls
    gap = f"{np.abs(mine - theirs).max():.1g}"
    factor = f"{ratio(seconds, second, first):.3g}"
    return [name, f"{rows:,}", milliseconds(seconds[first]), other, milliseconds(seconds[second]), factor, gap]


def one_row(frame: pd.DataFrame, rows: Table) -> list[list[str]]:
    """The engine's whole answer for one warm row: taken from the table, values, base, output, checks, provenance.

    Against the same by ``shap`` (the row out of the frame, an Explanation, its check of additivity), and against the
    bare calls that return numbers only: of the ``shap`` package and, for boosters, of the library, given a ready frame.
    """
    import shap

    inputs, found = frame.drop(columns="y"), []
    for name, estimator in {**boosters(frame), **forests(frame)}.items():
        model, instance = wrap(estimator), inputs.iloc[[7]]

        def ours(model: Any = model) -> Any:
            return engine.explain("shap", model, rows, 7).values[None]

        peer = shap.TreeExplainer(estimator)
        others: dict[str, Callable[[], Any]] = {
            "shap, Explanation of the table's row": lambda peer=peer: peer(inputs.iloc[[7]]).values,
            "shap, bare numbers of a ready frame": lambda peer=peer, one=instance: peer.shap_values(
                one, check_additivity=False
            ),
        }
        if name.startswith(("XG", "Li", "Ca")):
            others["the library, bare numbers of a ready frame"] = native(estimator, instance)
        found += [line(name, 1, other, {"ours": ours, other: call}, 40) for other, call in others.items()]
    return found


def algorithm(frame: pd.DataFrame, rows: Table) -> list[list[str]]:
    """The algorithm alone: a ready array of one row in, numbers out, on both sides."""
    import shap

    inputs, found = frame.drop(columns="y"), []
    for name, estimator in {**boosters(frame), **forests(frame)}.items():
        ready = ensemble.prepare(job(estimator, rows), "path-dependent", deep=True)
        if ready is None:
            found.append([name, "1", "the library's own call is used", "", "", "", ""])
            continue
        peer, taken = shap.TreeExplainer(estimator), inputs.iloc[[7]].to_numpy()
        calls = {
            "ours": lambda ready=ready, taken=taken: ready.explainer.values(taken)[0],
            "shap": lambda peer=peer, taken=taken: peer.shap_values(taken, check_additivity=False),
        }
        found.append(line(name, 1, "shap.TreeExplainer", calls, 40))
    return found


def many_rows(frame: pd.DataFrame, rows: Table) -> list[list[str]]:
    """Path-dependent values of 10,000 rows by boosters, of 1,000 by scikit-learn's trees."""
    import shap

    inputs, found = frame.drop(columns="y"), []
    for name, estimator in boosters(frame).items():
        asked, every = job(estimator, rows), list(range(ROWS))
        calls = {"ours": lambda: solve(asked, every).values, "native": native(estimator, inputs)}
        found.append(line(name, ROWS, "the library", calls, 3))
    for name, estimator in forests(frame).items():
        count = 100 if "fully" in name else 1000
        asked, some = job(estimator, rows), list(range(count))
        peer, taken = shap.TreeExplainer(estimator), inputs.iloc[:count].to_numpy()
        calls = {
            "ours": lambda: solve(asked, some).values,
            "shap": lambda: peer.shap_values(taken, check_additivity=False),
        }
        found.append(line(name, count, "shap.TreeExplainer", calls, 5))
    return found


def against_background(frame: pd.DataFrame, rows: Table) -> list[list[str]]:
    """Interventional values against 100 background rows, arrays in and out on both sides, tables warm."""
    import shap

    inputs, found = frame.drop(columns="y"), []
    for name, estimator in {**boosters(frame), **forests(frame)}.items():
        if name.startswith("Cat"):
            continue
        ready = ensemble.prepare(job(estimator, rows), "interventional", deep=True)
        if ready is None:
            found.append([name, "", "not prepared", "", "", "", ""])
            continue
        peer = shap.TreeExplainer(estimator, rows.background(BACKGROUND, 0).to_numpy())
        for count in (1, 100) if "fully" not in name else (1, 5):
            taken = inputs.iloc[500 : 500 + count].to_numpy()
            calls = {
                "ours": lambda: ready.explainer.values(taken)[0],
                "shap": lambda: peer.shap_values(taken, check_additivity=False),
            }
            found.append(line(name, count, "shap.TreeExplainer", calls, 60 if count == 1 else 8))
    return found


def any_model(frame: pd.DataFrame) -> list[list[str]]:
    """A network of 10 features: time and error against enumeration."""
    import shap
    from sklearn.neural_network import MLPRegressor

    names = [f"x{at}" for at in range(10)]
    network = MLPRegressor(hidden_layer_sizes=(32,), max_iter=60, random_state=0, early_stopping=True).fit(
        frame[names], frame["y"]
    )
    rows = from_frame(frame[names], target="", label="")
    model, instance = wrap(network), rows.instance(7).to_numpy()
    reference = rows.background(BACKGROUND, 0).to_numpy()
    truth = engine.explain("shap", model, rows, 7, kind="exact").values

    def predict(values: Any) -> Any:
        return network.predict(pd.DataFrame(values, columns=names))

    kernel = shap.KernelExplainer(predict, reference)
    permutation = shap.PermutationExplainer(
        predict, shap.maskers.Independent(reference, max_samples=BACKGROUND), seed=0
    )
    calls: dict[str, Callable[[], Any]] = {
        "ours, exact": lambda: engine.explain("shap", model, rows, 7, kind="exact").values,
        "ours, permutation": lambda: engine.explain("shap", model, rows, 7, kind="permutation", samples=1000).values,
        "ours, kernel 400": lambda: engine.explain("shap", model, rows, 7, kind="kernel", samples=400).values,
        "shap kernel (auto)": lambda: kernel.shap_values(instance, silent=True)[0],
        "shap kernel, 400": lambda: kernel.shap_values(instance, nsamples=400, silent=True)[0],
        "shap permutation (auto)": lambda: permutation(instance, silent=True).values[0],
    }
    seconds = paired(calls, 3, 1)
    return [
        [name, milliseconds(seconds[name]), f"{np.sqrt(((np.asarray(call()) - truth) ** 2).mean()):.2g}"]
        for name, call in calls.items()
    ]


def main() -> None:
    """Print all tables."""
    warnings.filterwarnings("ignore")  # the peers warn of their own future
    frame = data()
    rows = from_frame(frame.drop(columns="y"), target="", label="")
    print("One warm row, the product's whole answer:\n\n" + table(HEAD, one_row(frame, rows)), flush=True)
    print("\nOne warm row, the algorithm alone:\n\n" + table(HEAD, algorithm(frame, rows)), flush=True)
    print("\nPath-dependent, many rows:\n\n" + table(HEAD, many_rows(frame, rows)), flush=True)
    print("\nInterventional, background of 100:\n\n" + table(HEAD, against_background(frame, rows)), flush=True)
    print(
        "\nAny model, 10 features:\n\n" + table(("", "time", "error against enumeration"), any_model(frame)), flush=True
    )


if __name__ == "__main__":
    main()
