"""Sixteen visitors who choose another instance at the same moment, against one alone.

The server's share is measured by visitors without a browser, in a process of their own; the figure with sixteen pages
in one browser is there too, though on two cores it is mostly the drawing of the pages.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time

from playwright.sync_api import Browser, Page

from benchmarks._browser import ROOT, ROUNDS, opened, p95, quiet, verdict
from benchmarks._visits import Taken, Visitor
from benchmarks._visits import opened as come

VISITORS, TIMES, BAR = 16, 12, 4
STARTED = """() => { const button = document.querySelector(".st-key-random button");
  const plot = () => { const seek = (root) => root.querySelector(".ie-force")
    ?? [...root.querySelectorAll("*")].map((e) => e.shadowRoot && seek(e.shadowRoot)).find(Boolean) ?? null;
    return seek(document); };
  const shown = plot(); const before = shown.dataset.row;
  const started = performance.now(); window.taken = null; button.click();
  const look = () => shown.dataset.row !== before ? (window.taken = performance.now() - started)
    : setTimeout(look, 4); look(); }"""


def together(visitors: list[Visitor]) -> list[Taken]:
    """All press the random button at the same moment."""
    start = threading.Barrier(len(visitors))
    taken: list[Taken] = [Taken()] * len(visitors)

    def go(place: int) -> None:
        start.wait()
        taken[place] = visitors[place].ask("random", trigger_value=True)

    threads = [threading.Thread(target=go, args=(place,)) for place in range(len(visitors))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return taken


def measure(port: int) -> dict[str, list[float]]:
    """Milliseconds to the plot and to the whole page, alone and with all; the two take turns."""
    visitors = [come(port, f"row={place * 40}") for place in range(VISITORS)]
    for _ in range(3):
        together(visitors)
    found: dict[str, list[float]] = {"one plot": [], "one page": [], "all plot": [], "all page": [], "faults": []}
    for _ in range(TIMES):
        for _ in range(VISITORS // 4):
            _note(found, "one", together(visitors[:1]))
            time.sleep(0.05)
        _note(found, "all", together(visitors))
        time.sleep(0.3)
    found["faults"] = [float(len(visitor.faults)) for visitor in visitors]
    return found


def _note(found: dict[str, list[float]], who: str, taken: list[Taken]) -> None:
    """Keep the times of one round, in milliseconds; a visitor without a plot is an error."""
    for own in taken:
        if own.plot == 0:
            raise SystemExit("A visitor got no plot.")
        found[f"{who} plot"].append(own.plot * 1e3)
        found[f"{who} page"].append(own.done * 1e3)


def by_socket(port: int) -> list[list[str]]:
    """The server's own share."""
    command = [sys.executable, "-m", "benchmarks._crowd", str(port)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    found = json.loads(run.stdout.strip().splitlines()[-1])
    if sum(found["faults"]):
        raise SystemExit("A visitor saw an error.")
    return [
        _line(f"{VISITORS} sessions at once, the server's share: {name}, p95", found[f"all {key}"], found[f"one {key}"])
        for name, key in (("new plot sent", "plot"), ("whole page sent", "page"))
    ]


def _line(name: str, crowd: list[float], alone: list[float]) -> list[str]:
    """A line of the table."""
    ratio = p95(crowd) / p95(alone)
    return [
        name,
        f"{p95(crowd):.3g} ms",
        f"{p95(alone):.3g} ms (one)",
        f"{ratio:.2f}",
        f"<= {BAR} x",
        verdict(ratio, BAR),
    ]


def by_browser(browser: Browser, port: int) -> list[str]:
    """Sixteen pages in one browser, drawn on the same cores as the server."""

    def pressed(pages: list[Page]) -> list[float]:
        for page in pages:
            page.evaluate(STARTED)
        for page in pages:
            page.wait_for_function("() => window.taken !== null")
        return [float(page.evaluate("() => window.taken")) for page in pages]

    pages = [opened(browser, port, ".ie-plot svg", f"/?row={place * 40}") for place in range(VISITORS)]
    quiet(*pages)
    alone: list[float] = []
    for _ in range(ROUNDS):
        alone += pressed(pages[:1])
        quiet(pages[0])
    times: list[float] = []
    for _ in range(4):
        times += pressed(pages)
        quiet(*pages)
    for page in pages:
        page.close()
    return _line(f"{VISITORS} pages in one browser on the same cores, new plot painted, p95", times, alone)


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]))))
