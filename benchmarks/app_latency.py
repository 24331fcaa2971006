"""The app in a real browser beside a bare Streamlit app: from an act to paint, start, memory, sixteen visitors.

Each figure is a median of paired rounds on this machine; only the ratios mean something. The bars are those of the
project's own table of goals.
"""

from __future__ import annotations

import pickle
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from playwright.sync_api import Browser, Page, sync_playwright
from sklearn.neighbors import KNeighborsClassifier

from benchmarks import _crowd
from benchmarks._browser import (
    AGAIN,
    COUNT,
    ROOT,
    ROUNDS,
    bare_app,
    brought,
    launched,
    line,
    opened,
    p95,
    pairs,
    press,
    quiet,
    resident,
    serving,
    verdict,
)
from benchmarks._paired import table

STARTS = 3
DEBOUNCE = 150
"""Milliseconds that Streamlit's table waits before it tells which row was clicked; the bar leaves them out."""
STOCKED = ".is-panel[data-rested]:not([data-drawings='1'])"
PLOT, NEXT, RANDOM = ".ie-force", ".ie-turn[aria-label='Next instance']", ".st-key-random button"
NUMBER, SLIDER, ANSWER = "[class*=st-key-row_number] input", ".iw-large .iw-slider", ".iw-number"
ARMED = """() => { const seek = (root) => root.querySelector(".ie-force")
    ?? [...root.querySelectorAll("*")].map((e) => e.shadowRoot && seek(e.shadowRoot)).find(Boolean) ?? null;
  const shown = seek(document); const before = shown.dataset.row; window.taken = null;
  window.addEventListener("pointerup", () => { const started = performance.now();
    const look = () => shown.dataset.row !== before
      ? requestAnimationFrame(() => { window.taken = performance.now() - started; }) : requestAnimationFrame(look);
    look(); }, { once: true, capture: true }); }"""


def rows_chosen(ours: Page, rerun: Callable[[], float]) -> list[list[str]]:
    """Another instance: the next one, one by chance, by its number, by a click in the table."""
    numbers = iter(range(37, 10_000, 53))
    lines = iter(range(10_000))

    def clicked() -> float:
        ours.evaluate(ARMED)
        box = ours.locator(".st-key-table canvas").first.bounding_box()
        assert box is not None
        ours.mouse.click(box["x"] + 16, box["y"] + 35 * (2.5 + 2 * (next(lines) % 5)))
        ours.wait_for_function("() => window.taken !== null")
        spent = float(ours.evaluate("() => window.taken"))
        quiet(ours)
        return spent - DEBOUNCE

    acts = (
        ("Next pressed to force plot painted", partial(press, ours, NEXT, PLOT), 1.0),
        ("random instance chosen to force plot painted", partial(press, ours, RANDOM, PLOT), 1.6),
        ("row number typed to force plot painted", lambda: press(ours, NUMBER, PLOT, str(next(numbers))), 1.6),
        (f"row of the table clicked to force plot painted, its {DEBOUNCE} ms apart", clicked, 1.6),
    )
    return [line(name, pairs(act, rerun), bar) for name, act, bar in acts]


def what_if(page: Page, rerun: Callable[[], float], name: str, bar: float) -> list[str]:
    """A slider moved by one key, there and back, to the new prediction painted."""
    page.wait_for_selector(ANSWER)
    quiet(page)
    keys = iter(["key:PageUp", "key:PageDown"] * ROUNDS * 2)
    return line(name, pairs(lambda: press(page, SLIDER, ANSWER, next(keys)), rerun), bar)


def linked(ours: Page) -> list[str]:
    """A click on a bar to the linked profile painted: the 95th percentile against 30 ms."""
    places = iter([2, 3] * ROUNDS)
    ours.wait_for_selector(STOCKED)  # the profiles of other features come when the reader rests on an instance

    def once() -> float:
        bar = f".ie-line:nth-child({next(places)})"
        return press(ours, bar, ".is-said")

    spent = [once() for _ in range(ROUNDS)]
    reached = p95(spent)
    name = "bar clicked, after a rest on the row, to linked profile painted, p95"
    return [name, f"{reached:.3g} ms", "", "", "<= 30 ms", verdict(reached, 30)]


def served_model(browser: Browser, port: int, folder: Path) -> Page:
    """The What-if page of a model that cannot be evaluated in the browser: neighbours, brought as a pickle."""
    random = np.random.default_rng(0)
    rows = pd.DataFrame(random.normal(size=(600, 8)), columns=[f"sensor {place}" for place in range(8)])
    fitted = KNeighborsClassifier(25, weights="distance").fit(rows, rows.sum(axis=1) > 0)
    rows.assign(over=rows.sum(axis=1) > 0).to_csv(folder / "sensors.csv", index=False)
    (folder / "neighbours.pkl").write_bytes(pickle.dumps(fitted))
    page = brought(browser, port, folder / "sensors.csv", folder / "neighbours.pkl")
    page.get_by_role("link", name="What if", exact=True).first.click()
    quiet(page)
    return page


def starts(browser: Browser, folder: Path, port: int) -> list[list[str]]:
    """From the process's start to the first explanation on screen; memory when ready."""
    seconds: dict[str, list[float]] = {"ours": [], "bare": []}
    held: dict[str, list[float]] = {"ours": [], "bare": []}
    for _ in range(STARTS):
        for name, place, script, sign in (
            ("bare", folder, "bare.py", "text=count 0"),
            ("ours", ROOT, "streamlit_app.py", ".ie-plot svg"),
        ):
            with serving(place, script, port) as (pid, started):
                page = opened(browser, port, sign)
                seconds[name].append(time.perf_counter() - started)
                quiet(page)
                held[name].append(resident(pid))
                page.close()
    first = line("process start to first explanation", (seconds["ours"], seconds["bare"]), 2.0, "s")
    memory = max(held["ours"])
    ready = ["resident memory, ready", f"{memory:.3g} MB", f"{max(held['bare']):.3g} MB", "", "<= 400 MB"]
    return [first, [*ready, verdict(memory, 400)]]


def told(rows: list[list[str]]) -> list[list[str]]:
    """Say what is known already, beside the table that comes at the end: the run takes minutes."""
    for row in rows:
        print(" | ".join(row), file=sys.stderr, flush=True)
    return rows


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        bare_app(folder)
        browser = launched(playwright)
        rows = told(starts(browser, folder, 8791))
        with serving(folder, "bare.py", 8792), serving(ROOT, "streamlit_app.py", 8793):
            bare, ours = opened(browser, 8792, "text=count 0"), opened(browser, 8793, ".ie-plot svg")
            quiet(ours)
            quiet(bare)
            rerun = partial(press, bare, AGAIN, COUNT)
            rows += told(rows_chosen(ours, rerun))
            rows += told([linked(ours)])
            moved = "what-if, key pressed to new prediction painted"
            local = opened(browser, 8793, ANSWER, "/what_if")
            rows += told([what_if(local, rerun, f"{moved}: model in the browser", 0.5)])
            served = served_model(browser, 8793, folder)
            rows += told([what_if(served, rerun, f"{moved}: model on the server", 1.6)])
            for page in (bare, ours, local, served):
                page.close()
            rows += told([_crowd.by_browser(browser, 8793)])
            rows += told(_crowd.by_socket(8793))
        browser.close()
    print(table(["measure", "here", "bare Streamlit", "ratio", "bar", ""], rows))


if __name__ == "__main__":
    main()
