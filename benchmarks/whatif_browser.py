"""One live prediction of 300 trees of depth 6: the browser's evaluator against the library's own predict.

Run ``python -m benchmarks.whatif_browser``. Medians and 95th percentiles in microseconds per prediction of one row.
"""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable
from shutil import which
from typing import Any

import lightgbm
import numpy as np
import pandas as pd
import xgboost
from sklearn.ensemble import GradientBoostingClassifier

from core.models import wrap
from core.portable import evaluate, to_json
from core.types import Model
from core.views.whatif import joined

CALLS = 300
TIME = """
import { readFileSync } from "node:fs";
const { model, rows } = JSON.parse(readFileSync(0, "utf8"));
const began = performance.now();
const loaded = evaluator.load(model);
const load = performance.now() - began;
const spent = [];
for (let i = 0; i < 20000; i++) {
  const start = process.hrtime.bigint();
  evaluator.predict(loaded, rows[i % rows.length]);
  if (i >= 2000) spent.push(Number(process.hrtime.bigint() - start) / 1000);
}
const grid = Array.from({ length: 81 }, (_, i) => -2 + i / 20);
const curve = [];
for (let i = 0; i < 300; i++) {
  const start = process.hrtime.bigint();
  evaluator.profile(loaded, rows[i % rows.length], 0, grid);
  curve.push(Number(process.hrtime.bigint() - start) / 1000);
}
const outputs = rows.map((row) => Array.from(evaluator.predict(loaded, row)));
process.stdout.write(JSON.stringify({ load, spent, curve, outputs }));
"""


def models() -> dict[str, Model]:
    """Four boosters of 300 trees, depth 6, on 6,000 rows of 20 features."""
    random = np.random.default_rng(0)
    rows = pd.DataFrame(random.normal(size=(6000, 20)), columns=[f"f{i}" for i in range(20)])
    noise = random.normal(size=6000)
    y = (rows["f0"] * rows["f1"] + np.sin(2 * rows["f2"]) + noise > 0).astype(int)
    size = {"n_estimators": 300, "max_depth": 6}
    from catboost import CatBoostClassifier

    even = CatBoostClassifier(iterations=300, depth=6, verbose=0, allow_writing_files=False)
    fitted: dict[str, Any] = {
        "catboost": even.fit(rows, y),
        "xgboost": xgboost.XGBClassifier(**size).fit(rows, y),
        "lightgbm": lightgbm.LGBMClassifier(num_leaves=64, verbose=-1, **size).fit(rows, y),
        "scikit-learn": GradientBoostingClassifier(**size, subsample=0.3).fit(rows, y),
    }
    return {name: wrap(estimator) for name, estimator in fitted.items()}


def timed(call: Callable[[], Any]) -> list[float]:
    """Microseconds of each of many calls, after a warm-up."""
    spent = []
    for _ in range(CALLS + 20):
        start = time.perf_counter_ns()
        call()
        spent.append((time.perf_counter_ns() - start) / 1000)
    return spent[20:]


def line(name: str, spent: list[float], extra: str = "") -> str:
    """One row of the table."""
    return f"{name:38} {np.median(spent):10.1f} {np.percentile(spent, 95):10.1f}   {extra}"


def main() -> None:
    """Measure and print the table."""
    node = which("node")
    if node is None:
        print("There is no node to run JavaScript with: only Python is measured.")
    print(f"{'one row, 300 trees of depth 6':38} {'median us':>10} {'p95 us':>10}")
    random = np.random.default_rng(1)
    rows = pd.DataFrame(random.normal(size=(200, 20)), columns=[f"f{i}" for i in range(20)])
    for name, model in models().items():
        portable = model.portable()
        if portable is None:
            raise SystemExit(f"{name} does not convert")
        one = rows.head(1)
        print(line(f"{name}: model.predict", timed(lambda model=model, one=one: model.predict(one))))
        print(line(f"{name}: numpy", timed(lambda portable=portable, one=one: evaluate(portable, one))))
        if node is None:
            continue
        text = json.dumps({"model": to_json(portable, cover=False), "rows": rows.to_numpy().tolist()})
        module = joined("city.js", "functions.js", "trees.js", "evaluate.js") + TIME
        run = [node, "--input-type=module", "-e", module]
        found = json.loads(subprocess.run(run, input=text, capture_output=True, text=True, check=True).stdout)
        apart = float(np.abs(np.array(found["outputs"]) - model.predict(rows)).max())
        size = len(json.dumps(to_json(portable, cover=False))) / 1000
        extra = f"{size:.0f} kB, read in {found['load']:.1f} ms, largest difference {apart:.1e}"
        print(line(f"{name}: evaluate.js", found["spent"], extra))
        print(line(f"{name}: evaluate.js, profile of 81", found["curve"]))


if __name__ == "__main__":
    main()
