"""Sixteen visitors who choose another instance at the same moment, against one alone.

What a visitor sees is measured in a browser, from click to paint, while the fifteen others act without one, in a
process of their own: their browsers would run elsewhere. The server's share of it is told apart: work that one process
does for sixteen takes sixteen times as long as for one, so that it has no bar of its own.
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
        _line(f"of that the server's share: {name}, p95", found[f"all {key}"], found[f"one {key}"], bar=None)
        for name, key in (("new plot sent", "plot"), ("whole page sent", "page"))
    ]


def _line(name: str, crowd: list[float], alone: list[float], bar: float | None = BAR) -> list[str]:
    """A line of the table."""
    ratio = p95(crowd) / p95(alone)
    held = ["", ""] if bar is None else [f"<= {bar} x", verdict(ratio, bar)]
    return [name, f"{p95(crowd):.3g} ms", f"{p95(alone):.3g} ms (one)", f"{ratio:.2f}", *held]


def by_browser(browser: Browser, port: int) -> list[str]:
    """One visitor's page in a browser, while the others, who have their machines elsewhere, act at the same moment."""

    def pressed(page: Page, others: subprocess.Popen[str] | None) -> float:
        if others is not None:
            _tell(others, "go")
        page.evaluate(STARTED)
        page.wait_for_function("() => window.taken !== null")
        if others is not None:
            assert others.stdout is not None
            others.stdout.readline()
        quiet(page)
        return float(page.evaluate("() => window.taken"))

    command = [sys.executable, "-m", "benchmarks._crowd", str(port), str(VISITORS - 1)]
    others = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        page = opened(browser, port, ".ie-plot svg", "/?row=7")
        quiet(page)
        assert others.stdout is not None
        others.stdout.readline()
        times = [(pressed(page, None), pressed(page, others)) for _ in range(ROUNDS + 2)][2:]
        page.close()
    finally:
        _tell(others, "end")
        others.wait()
    alone, crowd = [list(part) for part in zip(*times, strict=True)]
    return _line(f"{VISITORS} sessions at once, random instance to force plot painted, p95", crowd, alone)


def _tell(others: subprocess.Popen[str], word: str) -> None:
    """A word to the process of the others."""
    assert others.stdin is not None
    others.stdin.write(f"{word}\n")
    others.stdin.flush()


def accompany(port: int, count: int) -> None:
    """Visitors without a browser who press the random button together whenever a line says so."""
    visitors = [come(port, f"row={place * 40}") for place in range(count)]
    print("ready", flush=True)
    for line in sys.stdin:
        if line.strip() != "go":
            break
        together(visitors)
        if any(visitor.faults for visitor in visitors):
            raise SystemExit("A visitor saw an error.")
        print("done", flush=True)


if __name__ == "__main__":
    if len(sys.argv) > 2:
        accompany(int(sys.argv[1]), int(sys.argv[2]))
    else:
        print(json.dumps(measure(int(sys.argv[1]))))
