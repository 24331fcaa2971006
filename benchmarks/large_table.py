"""A table of 1,000,000 rows x 20 columns: memory while and after loading, and switching instance against 1,000 rows."""

from __future__ import annotations

import io
import multiprocessing
import resource
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from playwright.sync_api import sync_playwright

from benchmarks._browser import ROOT, brought, launched, line, pairs, press, quiet, serving
from benchmarks._paired import milliseconds, paired, ratio, table

ROWS, COLUMNS = 1_000_000, 20


def frame(rows: int, seed: int = 0) -> pd.DataFrame:
    """Numbers, whole numbers and levels, and a target that follows two of them."""
    random = np.random.default_rng(seed)
    columns: dict[str, Any] = {f"number_{at}": random.normal(size=rows).round(4) for at in range(COLUMNS - 6)}
    columns |= {f"count_{at}": random.integers(0, 500, rows) for at in range(3)}
    columns |= {f"level_{at}": random.choice(["north", "south", "east", "west"], rows) for at in range(2)}
    columns["bought"] = (columns["number_0"] + columns["count_0"] / 250 + random.normal(size=rows) > 1).astype(int)
    return pd.DataFrame(columns)


def peak() -> float:
    """Largest resident memory of this process so far, MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def resident() -> float:
    """Resident memory of this process now, MB."""
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * resource.getpagesize() / 2**20


def loading(content: bytes, name: str, answers: Any) -> None:
    """Load a table in a fresh process and tell its memory, MB."""
    from core.loading.tables import read_table

    read_table(content[:0] + b"a,b\n1,2\n3,4\n", "warm.csv")
    before = resident()
    started = time.perf_counter()
    loaded = read_table(content, name)
    seconds = time.perf_counter() - started
    size = loaded.frame.memory_usage(deep=True).sum() / 2**20
    answers.put((size, resident() - before, peak() - before, seconds))


def memory(content: bytes, name: str) -> tuple[float, float, float, float]:
    """Frame, kept and peak memory in MB, and seconds, of loading in a process of its own."""
    context = multiprocessing.get_context("spawn")
    answers: Any = context.Queue()
    worker = context.Process(target=loading, args=(content, name, answers))
    worker.start()
    found: tuple[float, float, float, float] = answers.get(timeout=300)
    worker.join()
    return found


def boosted(long: pd.DataFrame) -> Any:
    """A model of the numbers."""
    from xgboost import XGBClassifier

    numbers = [name for name in long.columns if not name.startswith(("level", "bought"))]
    return XGBClassifier(n_estimators=100, max_depth=6, n_jobs=1).fit(long[numbers][:5000], long["bought"][:5000])


def in_the_app() -> list[list[str]]:
    """From a click on "Random one" to the plot painted, for visitors who brought a long and a short table."""
    long = frame(ROWS).round(2)  # so that it is below the limit of uploads
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder, browser = Path(name), launched(playwright)
        boosted(long).save_model(folder / "model.json")
        for rows, part in (("long", long), ("short", long.head(1000))):
            part.to_parquet(folder / f"{rows}.parquet", index=False)
        with serving(ROOT, "streamlit_app.py", 8797):
            pages = [
                brought(browser, 8797, folder / f"{rows}.parquet", folder / "model.json") for rows in ("long", "short")
            ]
            for page in pages:
                page.get_by_role("link", name="Explain", exact=True).first.click()
                page.wait_for_selector(".ie-plot svg")
                quiet(page)
            taken = pairs(*(partial(press, page, ".st-key-random button", ".ie-force") for page in pages))
        browser.close()
    return [line("random instance chosen to force plot painted, against 1,000 rows", taken, 1.3)]


def switching() -> dict[str, list[float]]:
    """Time of one SHAP answer for another row of a long and of a short table, in turn."""
    from core import engine
    from core.loading.frames import from_frame
    from core.loading.match import match
    from core.models import wrap

    long = frame(ROWS)
    model = boosted(long)
    calls: dict[str, Callable[[], Any]] = {}
    for name, rows in (("1,000,000 rows", long), ("1,000 rows", long.head(1000).copy())):
        matched = match(wrap(model), from_frame(rows, target="bought"))
        turns = iter(range(10**9))
        calls[name] = lambda matched=matched, turns=turns: engine.explain(
            "shap", matched.model, matched.table, (next(turns) * 37) % 1000
        )
    return paired(calls, rounds=200, warm=20)


def main() -> None:
    """Print the tables."""
    long = frame(ROWS)
    csv, parquet = io.BytesIO(), io.BytesIO()
    long.to_csv(csv, index=False)
    long.to_parquet(parquet, index=False)
    rows = []
    for name, content in (("rows.csv", csv.getvalue()), ("rows.parquet", parquet.getvalue())):
        size, kept, most, seconds = memory(content, name)
        figures = [f"{size:.0f} MB", f"{kept / size:.2f} x", f"{most / size:.2f} x", f"{seconds:.1f} s"]
        rows.append([name, *figures])
    print(table(["1,000,000 x 20", "frame", "kept (bar 2.5 x)", "peak", "time"], rows))
    found = switching()
    print()
    print(
        table(
            ["switching instance, SHAP", "median"],
            [*[[name, milliseconds(seconds)] for name, seconds in found.items()],
             ["ratio (bar 1.3)", f"{ratio(found, '1,000,000 rows', '1,000 rows'):.2f}"]],
        )
    )  # fmt: skip
    print()
    print(table(["in the app, in a browser", "1,000,000 rows", "1,000 rows", "ratio", "bar", ""], in_the_app()))


if __name__ == "__main__":
    main()
