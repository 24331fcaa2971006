"""SHAP: ours against the libraries' own calls and the ``shap`` package, same models, rows and backgrounds, paired."""

from __future__ import annotations

import statistics
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from benchmarks._paired import milliseconds, paired, ratio, table
from benchmarks._places import places
from core import engine
from core.loading.frames import from_frame
from core.models import wrap
from core.registry import Job
from core.shapley import ensemble
from core.shapley.choose import solve
from core.types import Table

ROWS, COLUMNS, BACKGROUND, INSTANCES = 10_000, 20, 100, 6
GROWN = "random forest, 100 fully grown"
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


def grown(frame: pd.DataFrame) -> Any:
    """scikit-learn's forest as it comes: 100 trees, grown until each leaf holds one row."""
    from sklearn.ensemble import RandomForestRegressor

    inputs, target = frame.drop(columns="y").iloc[:5000], frame["y"].iloc[:5000]
    return RandomForestRegressor(n_jobs=2, random_state=0).fit(inputs, target)


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
    for name, estimator in {**boosters(frame), **forests(frame), GROWN: grown(frame)}.items():
        if name.startswith("Cat"):
            continue
        ready = ensemble.prepare(job(estimator, rows), "interventional", deep=True)
        if ready is None:
            found.append([name, "", "not prepared", "", "", "", ""])
            continue
        peer = shap.TreeExplainer(estimator, rows.background(BACKGROUND, 0).to_numpy())
        for count in (1, 100):
            taken = inputs.iloc[500 : 500 + count].to_numpy()
            calls = {
                "ours": lambda: ready.explainer.values(taken)[0],
                "shap": lambda: peer.shap_values(taken, check_additivity=False),
            }
            rounds = (60 if count == 1 else 8) if name != GROWN else (30 if count == 1 else 3)
            found.append(line(name, count, "shap.TreeExplainer", calls, rounds))
    return found


def visits(frame: pd.DataFrame, rows: Table) -> str:
    """What one row costs in the fully grown forest."""
    ready = ensemble.prepare(job(grown(frame), rows), "interventional", deep=True)
    instance, background = frame.drop(columns="y").iloc[500:501], rows.background(BACKGROUND, 0)
    return f"{GROWN}, one row: " + places(ready.explainer.paths, instance.to_numpy(), background.to_numpy())


def any_model(frame: pd.DataFrame) -> list[list[str]]:
    """A network of 10 features: our cheapest setting that is at least as near to enumeration as each of theirs."""
    import shap
    from sklearn.neural_network import MLPRegressor

    names = [f"x{at}" for at in range(10)]
    network = MLPRegressor(hidden_layer_sizes=(32,), max_iter=60, random_state=0, early_stopping=True).fit(
        frame[names], frame["y"]
    )
    rows = from_frame(frame[names], target="", label="")
    model, chosen = wrap(network), range(7, 7 + INSTANCES)
    reference = rows.background(BACKGROUND, 0).to_numpy()
    truth = np.stack([engine.explain("shap", model, rows, row, kind="exact").values for row in chosen])
    given = rows.rows(chosen).to_numpy()

    def predict(values: Any) -> Any:
        return network.predict(pd.DataFrame(values, columns=names))

    def own(**how: Any) -> Callable[[], Any]:
        return lambda: np.stack([one.values for one in engine.explain_rows("shap", model, rows, chosen, **how)])

    kernel = shap.KernelExplainer(predict, reference)
    permutation = shap.PermutationExplainer(
        predict, shap.maskers.Independent(reference, max_samples=BACKGROUND), seed=0
    )
    ours = {"exact": own(kind="exact")}
    ours |= {f"permutation, {count}": own(kind="permutation", samples=count) for count in (200, 400, 1000, 2000, 4000)}
    ours |= {f"kernel, {count}": own(kind="kernel", samples=count) for count in (40, 100, 200, 400, 800)}
    theirs = {
        "KernelExplainer, auto (exact)": lambda: kernel.shap_values(given, silent=True),
        "KernelExplainer, 400": lambda: kernel.shap_values(given, nsamples=400, silent=True),
        "KernelExplainer, 200": lambda: kernel.shap_values(given, nsamples=200, silent=True),
        "PermutationExplainer, auto": lambda: permutation(given, silent=True).values,
        "PermutationExplainer, 2 rounds": lambda: permutation(given, max_evals=2 * 21 + 1, silent=True).values,
    }
    return equal_error(ours, theirs, truth)


Calls = dict[str, Callable[[], Any]]


def equal_error(ours: Calls, theirs: Calls, truth: Any) -> list[list[str]]:
    """For each of theirs the fastest of ours that is at least as near to the truth."""
    error = {name: float(np.sqrt(((call() - truth) ** 2).mean())) for name, call in {**ours, **theirs}.items()}
    seconds = paired({**ours, **theirs}, 5, 1)
    found = []
    for name in theirs:
        near = [mine for mine in ours if error[mine] <= max(error[name], 1e-12)]
        best = min(near, key=lambda mine: statistics.median(seconds[mine]))
        times = (milliseconds(seconds[best]), milliseconds(seconds[name]), f"{ratio(seconds, name, best):.3g}")
        found.append([name, f"{error[name]:.2g}", best, f"{error[best]:.2g}", *times, ">= 3"])
    return found


def main() -> None:
    """Print all tables."""
    warnings.filterwarnings("ignore")  # the peers warn of their own future
    frame = data()
    rows = from_frame(frame.drop(columns="y"), target="", label="")
    print("One warm row, the product's whole answer:\n\n" + table(HEAD, one_row(frame, rows)), flush=True)
    print("\nOne warm row, the algorithm alone:\n\n" + table(HEAD, algorithm(frame, rows)), flush=True)
    print("\nPath-dependent, many rows:\n\n" + table(HEAD, many_rows(frame, rows)), flush=True)
    print("\nInterventional, background of 100:\n\n" + table(HEAD, against_background(frame, rows)), flush=True)
    print("\n" + visits(frame, rows), flush=True)
    head = ("shap", "error", "ours", "error", "ours", "shap", "shap / ours", "bar")
    title = f"Any model, 10 features, {INSTANCES} rows, root mean squared error against enumeration"
    print(f"\n{title}:\n\n" + table(head, any_model(frame)), flush=True)


if __name__ == "__main__":
    main()
