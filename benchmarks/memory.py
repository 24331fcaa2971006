"""Memory that each method takes on 1,000,000 rows, over what the table and the model hold: bounded by chunks.

Some of it: ``python -m benchmarks.memory --models network forest --methods lime "shap, exact" --minutes 30``.
"""

from __future__ import annotations

import argparse
import multiprocessing
import queue
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks._paired import table
from core import engine

ROWS, COLUMNS, BAR = 1_000_000, 10, 500
ASKED: dict[str, dict[str, Any]] = {
    "permutation_importance": {"rows": ROWS, "rounds": 2},
    "refit_importance": {"rows": 100_000},
    "model_profile": {"rows": ROWS, "grid_points": 21, "curves": 200},
    "model_profile, accumulated": {"rows": ROWS, "kind": "accumulated"},
    "model_profile, conditional": {"rows": ROWS, "kind": "conditional", "grid_points": 21},
    "two_features": {"rows": 100_000},
    "interactions": {"rows": 500},
    "performance": {"rows": ROWS},
    "residuals": {"rows": 5_000},
    "subsets": {"rows": 500_000},
    "surrogate": {"rows": 200_000},
    "shap_summary": {"rows": 5_000},
    "shap": {"kind": "interventional", "background": 10_000},
    "shap, exact": {"kind": "exact", "background": 10_000},
    "shap, permutation": {"kind": "permutation", "background": 10_000, "samples": 100_000},
    "break_down": {"interactions": True, "background": 100_000},
    "ceteris_paribus": {},
    "lime": {},
    "distribution": {},
    "association": {"rows": 200_000},
    "target_against_feature": {"rows": 5_000},
    "two_columns": {"rows": 5_000},
}
"""The most that each method takes."""
MODELS = ("XGBoost", "network", "forest", "pipeline")
EVERY = ("XGBoost", "network")
"""Asked by ``python -m benchmarks``; the others take an hour."""
LEVEL = "g"
"""The column of text that the pipeline has, too."""


def frame() -> pd.DataFrame:
    """Ten columns of numbers and a bent target."""
    random = np.random.default_rng(0)
    inputs = pd.DataFrame(random.normal(size=(ROWS, COLUMNS)), columns=[f"x{at}" for at in range(COLUMNS)])
    inputs["y"] = inputs["x0"] * inputs["x1"] + inputs["x2"] + random.normal(0, 0.3, ROWS)
    return inputs


def with_levels(rows: pd.DataFrame) -> pd.DataFrame:
    """The same with a column of text, five levels."""
    levels = np.array(["red", "green", "blue", "black", "white"], dtype=object)
    return rows.assign(**{LEVEL: levels[np.random.default_rng(1).integers(0, 5, len(rows))]})


def fitted(kind: str, rows: pd.DataFrame) -> Any:
    """A model of the first rows."""
    from sklearn.compose import make_column_transformer
    from sklearn.ensemble import RandomForestRegressor
    from sklearn.neural_network import MLPRegressor
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder
    from xgboost import XGBRegressor

    forest = RandomForestRegressor(20, max_depth=8, n_jobs=1, random_state=0)
    encoder = make_column_transformer((OneHotEncoder(handle_unknown="ignore"), [LEVEL]), remainder="passthrough")
    models = {
        "XGBoost": XGBRegressor(n_estimators=20, max_depth=4, n_jobs=1),
        "network": MLPRegressor(hidden_layer_sizes=(16,), max_iter=20, tol=1.0),
        "forest": forest,
        "pipeline": make_pipeline(encoder, forest),
    }
    return models[kind].fit(rows.drop(columns="y").head(5000), rows["y"].head(5000))


def status(field: str) -> float:
    """A line of this process's status, MB."""
    text = Path("/proc/self/status").read_text("ascii")
    return int(text.split(f"{field}:")[1].split()[0]) / 1024


def ask(kind: str, asked: str, answers: Any) -> None:
    """Ask one method in a fresh process: MB over what was held before, seconds, or what it says it cannot do."""
    from core.errors import ExplorerError
    from core.loading.frames import from_frame
    from core.loading.match import match
    from core.models import wrap

    rows = with_levels(frame()) if kind == "pipeline" else frame()
    matched = match(wrap(fitted(kind, rows)), from_frame(rows, "rows", target="y"))
    del rows
    method = asked.split(",")[0]
    before = status("VmRSS")
    Path("/proc/self/clear_refs").write_text("5", "ascii")  # the peak starts again from here
    started = time.perf_counter()
    try:
        engine.explain(method, matched.model, matched.table, 7, **ASKED[asked])
        answers.put((status("VmHWM") - before, time.perf_counter() - started, ""))
    except ExplorerError as error:
        answers.put((0.0, 0.0, str(error)[:80]))


def line(kind: str, asked: str, minutes: float) -> list[str]:
    """Ask one method in a process of its own."""
    context = multiprocessing.get_context("spawn")
    answers: Any = context.Queue()
    worker = context.Process(target=ask, args=(kind, asked, answers))
    worker.start()
    try:
        extra, seconds, said = answers.get(timeout=60 * minutes)
    except queue.Empty:
        worker.terminate()
        extra, seconds, said = float("nan"), 60 * minutes, "not ready in time"
    worker.join()
    settings = ", ".join(f"{name} {value}" for name, value in ASKED[asked].items())
    verdict = said or ("met" if extra <= BAR else "missed")
    return [kind, asked, settings, f"{extra:.0f} MB", f"{seconds:.1f} s", f"<= {BAR} MB", verdict]


def main(models: Sequence[str] = EVERY, methods: Sequence[str] = tuple(ASKED), minutes: float = 10) -> None:
    """Print the table."""
    found = []
    for kind in models:
        for asked in methods:
            found.append(line(kind, asked, minutes))
            print("  ".join(found[-1]), flush=True)
    head = ["model", "method", "settings", "over the table", "time", "bar", ""]
    print("\n" + table(head, found))


def given() -> argparse.Namespace:
    """What is asked for on the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", nargs="+", choices=MODELS, default=EVERY)
    parser.add_argument("--methods", nargs="+", choices=tuple(ASKED), default=tuple(ASKED))
    parser.add_argument("--minutes", type=float, default=10, help="that one method may take")
    return parser.parse_args()


if __name__ == "__main__":
    main(**vars(given()))
