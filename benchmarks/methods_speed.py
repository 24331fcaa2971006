"""Importance, profiles, Break Down, sampled Shapley values beside predict itself, eli5, dalex and scikit-learn.

Processor time on one thread, in turns, medians of paired ratios. The peers run in an environment of their own
(``benchmarks/_peer.py``); without it only the lines against predict are printed.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from benchmarks._paired import milliseconds, ratio, table
from benchmarks._peer import Peer, by_turns, found
from core import engine
from core.loading.frames import from_frame
from core.loading.match import match
from core.loading.models import read_model
from core.models import wrap
from core.types import Model, Table

ROWS, COLUMNS, ROUNDS, POINTS, PATHS = 500, 12, 10, 21, 25
TURNS = 5
SHARED = Path(os.environ.get("IE_SHARED_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))
KERAS = Path(__file__).resolve().parents[1] / "tests" / "keras_files" / "data"
Other = tuple[str, Callable[[], float], bool, str]
"""Name, seconds, whether the figure says how much faster we are (else: our share of it), bar."""
HEAD = ("measure", "model", "ours", "other", "time of other", "figure", "bar")


def data() -> tuple[pd.DataFrame, pd.Series]:
    """Twelve columns and a bent target."""
    random = np.random.default_rng(0)
    inputs = pd.DataFrame(random.normal(size=(ROWS, COLUMNS)).round(4), columns=[f"x{at}" for at in range(COLUMNS)])
    bent = inputs["x0"] * inputs["x1"] + np.sin(2 * inputs["x2"]) + inputs["x3"]
    return inputs, bent + random.normal(0, 0.3, ROWS)


def models(inputs: pd.DataFrame, truth: pd.Series) -> dict[str, Any]:
    """A booster, a forest, a network."""
    from sklearn.ensemble import RandomForestRegressor
    from sklearn.neural_network import MLPRegressor
    from xgboost import XGBRegressor

    fitted = {
        "XGBoost, 100 x depth 6": XGBRegressor(n_estimators=100, max_depth=6, n_jobs=1),
        "random forest, 30 fully grown": RandomForestRegressor(30, n_jobs=1, random_state=0),
        "network, 2 x 64": MLPRegressor(hidden_layer_sizes=(64, 64), max_iter=60, random_state=0),
    }
    return {name: model.fit(inputs, truth) for name, model in fitted.items()}


def timed(call: Callable[[], Any]) -> Callable[[], float]:
    """Processor seconds of a call."""

    def measure() -> float:
        started = time.process_time()
        call()
        return time.process_time() - started

    return measure


def shuffled(inputs: pd.DataFrame) -> pd.DataFrame:
    """The rows that permutation importance asks for, whatever the implementation."""
    random = np.random.default_rng(0)
    orders = [random.permutation(ROWS) for _ in range(ROUNDS)]
    parts = [inputs.assign(**{name: inputs[name].to_numpy()[order]}) for order in orders for name in inputs]
    return pd.concat(parts, ignore_index=True)


def moved(inputs: pd.DataFrame) -> pd.DataFrame:
    """The rows that profiles of all features ask for."""
    grids = {name: np.linspace(inputs[name].min(), inputs[name].max(), POINTS) for name in inputs}
    parts = [inputs.assign(**{name: value}) for name, grid in grids.items() for value in grid]
    return pd.concat(parts, ignore_index=True)


def profiles(model: Model, rows: Table) -> None:
    """Partial dependence of all features with 200 single curves each."""
    for name in model.features:
        engine.explain("model_profile", model, rows, feature=name, grid_points=POINTS, rows=ROWS, curves=200)


def lines(measure: str, name: str, ours: Callable[[], Any], others: Sequence[Other]) -> list[list[str]]:
    """One line for each other contestant; a factor is how much faster we are, a share what we need of it."""
    spent = by_turns({"ours": timed(ours), **{other: call for other, call, _, _ in others}}, TURNS)
    mine = milliseconds(spent["ours"])
    rows = []
    for other, _, factor, bar in others:
        figure = f"{ratio(spent, other, 'ours'):.3g} x faster" if factor else f"{ratio(spent, 'ours', other):.3g} x"
        rows.append([measure, name, mine, other, milliseconds(spent[other]), figure, bar])
    return rows


def beside(peer: Peer | None, calls: Sequence[tuple[str, str, dict[str, Any], str]]) -> list[Other]:
    """The other explainers' calls, where they are installed."""
    if peer is None:
        return []
    return [(name, lambda call=call, how=how: peer.seconds(call, **how), True, bar) for name, call, how, bar in calls]


def one_model(name: str, fitted: Any, inputs: pd.DataFrame, truth: pd.Series, peer: Peer | None) -> list[list[str]]:
    """All lines of one model."""
    matched = match(wrap(fitted), from_frame(inputs.assign(y=truth), "rows", target="y"))
    model, rows = matched.model, matched.table
    permuted, changed = shuffled(inputs), moved(inputs)
    peers = {
        "importance": [
            ("eli5", "eli5_importance", {"rounds": ROUNDS}, ">= 3 x"),
            ("dalex", "dalex_importance", {"rounds": ROUNDS}, ">= 3 x"),
        ],
        "profiles": [
            ("scikit-learn", "sklearn_profiles", {"points": POINTS}, ">= 5 x"),
            ("dalex", "dalex_profiles", {"points": POINTS}, ">= 5 x"),
        ],
        "break down": [("dalex", "dalex_break_down", {"row": 7}, ">= 5 x")],
        "shapley": [("dalex", "dalex_shapley", {"row": 7, "paths": PATHS}, ">= 20 x")],
    }
    other = {measure: beside(peer, calls) for measure, calls in peers.items()}

    def ask(method: str, row: int = 0, **params: Any) -> Callable[[], Any]:
        return lambda: engine.explain(method, model, rows, row, **params)

    importance = ask("permutation_importance", rounds=ROUNDS, rows=ROWS)
    path = ask("break_down", 7, interactions=True, background=ROWS)
    sampled = ask("shap", 7, kind="permutation", samples=PATHS, background=ROWS)
    asked = [predicts(fitted, permuted), *other["importance"]]
    found_lines = lines("permutation importance, 10 rounds", name, importance, asked)
    asked = [predicts(fitted, changed), *other["profiles"]]
    found_lines += lines("partial dependence + ICE, all features", name, lambda: profiles(model, rows), asked)
    found_lines += lines("Break Down with interactions", name, path, other["break down"])
    return found_lines + lines(f"sampled Shapley, {PATHS} paths", name, sampled, other["shapley"])


def predicts(fitted: Any, rows: pd.DataFrame) -> Other:
    """The model's own answer for as many rows."""
    return "predict on as many rows", timed(lambda: fitted.predict(rows)), False, "<= 1.15 x"


def happiness() -> list[list[str]]:
    """One country of 156 by sampled paths: the network of the article that explains them with dalex."""
    from sklearn.neural_network import MLPRegressor
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    path = SHARED / "happiness.csv"
    if not path.exists():
        return []
    frame = pd.read_csv(path, index_col="country")
    inputs, truth = frame.drop(columns="score"), frame["score"]
    network = MLPRegressor(hidden_layer_sizes=(64, 64), batch_size=16, max_iter=150, random_state=0)
    fitted = make_pipeline(StandardScaler(), network).fit(inputs, truth)
    matched = match(wrap(fitted), from_frame(frame, "happiness.csv", target="score"))
    model, rows = matched.model, matched.table

    def ours(kind: str) -> Callable[[], Any]:
        return lambda: engine.explain("shap", model, rows, 7, kind=kind, samples=PATHS, background=len(inputs))

    def network_alone() -> Any:
        return engine.explain(
            "shap", article, there.table, 7, kind="permutation", samples=PATHS, background=len(inputs)
        )

    article = read_model((KERAS / "keras3-happiness.keras").read_bytes(), "happiness.keras")
    there = match(article, rows)
    article = there.model
    with Peer(fitted, inputs, truth) if found() else nullcontext() as peer:
        other = beside(peer, [("dalex", "dalex_shapley", {"row": 7, "paths": PATHS}, ">= 20 x")])
        title = f"sampled Shapley of a country, {PATHS} paths"
        return [
            *lines(title, "happiness.csv, network 2 x 64", ours("permutation"), other),
            *lines("the same, all 64 coalitions", "happiness.csv, network 2 x 64", ours("exact"), other),
            *lines(title, "happiness.csv, the .keras file (dalex: the network above)", network_alone, other),
        ]


def main() -> None:
    """Print the table."""
    inputs, truth = data()
    rows: list[list[str]] = []
    with threadpool_limits(1):  # as the peers, see ``_peer.ONE``
        for name, fitted in models(inputs, truth).items():
            with Peer(fitted, inputs, truth) if found() else nullcontext() as peer:
                rows += one_model(name, fitted, inputs, truth, peer)
        rows += happiness()
    print(table(HEAD, rows), flush=True)
    if not found():
        print("\nThe peers' environment is not there: see benchmarks/_peer.py.")
    print(f"\nMedians of {TURNS} turns, {ROWS:,} rows, {COLUMNS} features, processor time on one thread.")


if __name__ == "__main__":
    main()
