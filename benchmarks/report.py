"""The report: time to make it beside the same ten panels by dalex, its size, and how fast it answers in a browser.

Run ``python -m benchmarks.report``. 300 rows, 10 instances, 12 features, 300 trees of depth 6; without the peers'
environment only our own figures are printed.
"""

from __future__ import annotations

import gzip
import importlib.util
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from xgboost import XGBClassifier

from benchmarks._paired import ratio, table
from benchmarks._peer import Peer, by_turns, found
from core.export.report import Panel, report
from core.export.report.panels import of
from core.loading.frames import from_frame
from core.loading.match import match
from core.models import wrap
from core.panels import TEN
from core.types import Model, Table

ROUNDS = 3
_POINTS = {"grid_points": 101}
_LIKE_DALEX = {"ceteris_paribus": _POINTS, "partial_dependence": _POINTS, "accumulated_dependence": _POINTS}
SAME = (*(of(one, _LIKE_DALEX.get(one.id)) for one in TEN), Panel("performance", "performance"))
"""modelStudio's ten panels with dalex's defaults (101 grid points, 10 rounds), and the performance that it shows below
them. dalex draws seven of the ten; the three of the data cost it nothing here."""


def case() -> tuple[Any, pd.DataFrame, pd.Series]:
    """Twelve columns, a fitted booster of 300 trees, 300 rows to explain."""
    random = np.random.default_rng(0)
    rows = pd.DataFrame(random.normal(size=(3300, 12)).round(3), columns=[f"f{place}" for place in range(12)])
    score = rows["f0"] * rows["f1"] + np.sin(2 * rows["f2"]) + rows["f3"] + random.normal(size=3300)
    y = (score > 0.5).astype(int)
    fitted = XGBClassifier(n_estimators=300, max_depth=6, n_jobs=1, random_state=0).fit(rows[:3000], y[:3000])
    return fitted, rows[3000:].reset_index(drop=True), y[3000:].reset_index(drop=True)


def ours(model: Model, held: Table) -> str:
    """The same panels as a file."""
    return report(model, held, instances=10, panels=SAME, made="")


def seconds(call: Callable[[], Any]) -> float:
    """Wall time of one call."""
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def main() -> None:
    """Measure and print the tables."""
    fitted, rows, y = case()
    matched = match(wrap(fitted), from_frame(rows.assign(y=y), "rows", target="y"))
    model, held = matched.model, matched.table
    lines = [exported(fitted, rows, y, model, held), *sized(model, held)]
    print(table(["what", "figure"], lines))


def exported(fitted: Any, rows: pd.DataFrame, y: pd.Series, model: Model, held: Table) -> list[str]:
    """Time to make the file, in turns with dalex's panels where its environment is there (``_peer.py``)."""

    def own() -> float:
        began = time.process_time()
        ours(model, held)
        return time.process_time() - began

    if not found():
        spent = by_turns({"ours": own}, ROUNDS)
        return ["made in (the peers' environment is not there)", f"{np.median(spent['ours']):.2f} s"]
    with Peer(fitted, rows, y) as peer:
        ask = {"ours": own, "dalex": lambda: peer.seconds("dalex_report", instances=10, kind="classification")}
        spent = by_turns(ask, ROUNDS)
    times = f"{np.median(spent['ours']):.2f} s against {np.median(spent['dalex']):.2f} s of processor time"
    return ["made in, beside dalex", f"{times}: {ratio(spent, 'dalex', 'ours'):.1f} times faster"]


def sized(model: Model, held: Table) -> list[list[str]]:
    """Size of the default report, and its answers in a browser."""
    made = seconds(lambda: report(model, held))
    text = report(model, held).encode()
    lines = [
        ["default report made in", f"{made:.2f} s"],
        ["size", f"{len(text) / 1e6:.2f} MB, {len(gzip.compress(text, 9)) / 1e6:.2f} MB gzipped"],
    ]
    if importlib.util.find_spec("playwright") is None:
        return [*lines, ["in a browser", "playwright is not installed"]]
    from benchmarks._report_clicks import measured

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "report.html"
        path.write_bytes(text)
        for name, spent in measured(path).items():
            shown = f"{np.median(spent):.1f} ms, p95 {np.percentile(spent, 95):.1f} ms, {len(spent)} times"
            lines.append([name, shown])
    return lines


if __name__ == "__main__":
    main()
