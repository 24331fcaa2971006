"""The app in a real browser beside a bare Streamlit app: from a click to paint, start, memory, sixteen visitors.

Each figure is a median of paired rounds on this machine; only the ratios mean something.
"""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks._paired import table

ROOT = Path(__file__).resolve().parents[1]
ROUNDS, STARTS, VISITORS = 20, 3, 16
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking")
BARE = """
import streamlit as st
st.session_state.setdefault("n", 0)
if st.button("again"):
    st.session_state["n"] += 1
st.markdown(f"count {st.session_state['n']}")
"""
# Runs in the page: click, then wait for the frame in which the text or attribute has changed and is painted.
CHANGED = """([press, read]) => new Promise((done) => {
  const deep = (selector) => {
    const seek = (root) => root.querySelector(selector)
      ?? [...root.querySelectorAll("*")].map((e) => e.shadowRoot && seek(e.shadowRoot)).find(Boolean) ?? null;
    return seek(document);
  };
  const [button, shown] = [deep(press), deep(read)];
  const state = () => shown.dataset.row ?? shown.textContent;
  const before = state();
  const started = performance.now();
  button.click();
  const look = () => state() !== before
    ? requestAnimationFrame(() => done(performance.now() - started)) : requestAnimationFrame(look);
  look();
})"""


@contextmanager
def serving(folder: Path, script: str, port: int) -> Iterator[tuple[int, float]]:
    """A server of its own process: its id, and the moment it was started."""
    command = [sys.executable, "-m", "streamlit", "run", script, "--server.headless", "true"]
    command += ["--server.port", str(port), "--server.address", "127.0.0.1", "--browser.gatherUsageStats", "false"]
    started = time.perf_counter()
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while True:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=1):
                    break
            except (URLError, OSError):
                time.sleep(0.02)
        yield process.pid, started
    finally:
        process.terminate()
        process.wait()


def resident(pid: int) -> float:
    """Megabytes that a process holds."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


def opened(browser: Browser, port: int, sign: str, path: str = "/") -> Page:
    """A page, once the sign of its content is there."""
    page = browser.new_page(viewport={"width": 1400, "height": 900})
    page.goto(f"http://127.0.0.1:{port}{path}", wait_until="commit")
    page.wait_for_selector(sign, timeout=120_000)
    return page


def quiet(page: Page) -> None:
    """Wait until the server has nothing to do for this page."""
    page.wait_for_timeout(700)
    page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]')


def pairs(
    ours: Callable[[], float], bare: Callable[[], float], rounds: int = ROUNDS
) -> tuple[list[float], list[float]]:
    """Both in turn, two rounds before they count."""
    taken = [(ours(), bare()) for _ in range(rounds + 2)][2:]
    return [first for first, _ in taken], [second for _, second in taken]


def line(name: str, taken: tuple[list[float], list[float]], bar: str, unit: str = "ms") -> list[str]:
    """One line of the table: both medians, the median of the paired ratios, the bar to reach."""
    ours, bare = taken
    ratio = statistics.median(first / second for first, second in zip(ours, bare, strict=True))
    return [name, f"{statistics.median(ours):.3g} {unit}", f"{statistics.median(bare):.3g} {unit}", f"{ratio:.2f}", bar]


def clicks(ours: Page, bare: Page) -> list[list[str]]:
    """Next, and any other instance, against the bare app's rerun that changes nothing but a number."""

    def press(page: Page, button: str, read: str) -> float:
        spent = float(page.evaluate(CHANGED, [button, read]))
        quiet(page)
        return spent

    def rerun() -> float:
        return press(bare, "button[data-testid='stBaseButton-secondary']", "[data-testid='stMarkdown'] p")

    following = pairs(lambda: press(ours, ".ie-turn[aria-label='Next instance']", ".ie-force"), rerun)
    chosen = pairs(lambda: press(ours, ".st-key-random button", ".ie-force"), rerun)
    return [
        line("click on Next to force plot painted", following, "<= 1.0"),
        line("any other instance chosen to plot painted", chosen, "<= 1.6"),
    ]


def starts(browser: Browser, folder: Path, port: int) -> tuple[list[str], list[str]]:
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
    first = line("process start to first explanation", (seconds["ours"], seconds["bare"]), "<= 2.0", "s")
    return first, line("resident memory, ready", (held["ours"], held["bare"]), "<= 400 MB", "MB")


def crowd(browser: Browser, port: int) -> list[str]:
    """Sixteen visitors choosing instances in turn without waiting for each other, against one alone."""
    times: list[float] = []
    script = """() => { const button = document.querySelector(".st-key-random button");
      const plot = () => { const seek = (root) => root.querySelector(".ie-force")
        ?? [...root.querySelectorAll("*")].map((e) => e.shadowRoot && seek(e.shadowRoot)).find(Boolean) ?? null;
        return seek(document); };
      const shown = plot(); const before = shown.dataset.row;
      const started = performance.now(); window.taken = null; button.click();
      const look = () => shown.dataset.row !== before ? (window.taken = performance.now() - started)
        : setTimeout(look, 4); look(); }"""

    def together(pages: list[Page]) -> list[float]:
        for page in pages:
            page.evaluate(script)
        for page in pages:
            page.wait_for_function("() => window.taken !== null", timeout=60_000)
        return [float(page.evaluate("() => window.taken")) for page in pages]

    pages = [opened(browser, port, ".ie-plot svg", f"/?row={place * 40}") for place in range(VISITORS)]
    for page in pages:
        quiet(page)
    alone: list[float] = []
    for _ in range(ROUNDS):
        alone += together(pages[:1])
        quiet(pages[0])
    for _ in range(6):
        times += together(pages)
        quiet(pages[0])
    for page in pages:
        page.close()
    slow = statistics.quantiles(times, n=20)[-1]
    one = statistics.quantiles(alone, n=20)[-1]
    return [f"{VISITORS} visitors at once, p95", f"{slow:.3g} ms", f"{one:.3g} ms (one)", f"{slow / one:.2f}", "<= 4"]


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        (folder / "bare.py").write_text(BARE, encoding="utf-8")
        (folder / ".streamlit").mkdir()
        path = next((found for name in ("chromium", "google-chrome", "chrome") if (found := shutil.which(name))), None)
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        rows = [*starts(browser, folder, 8791)]
        with serving(folder, "bare.py", 8792), serving(ROOT, "streamlit_app.py", 8793):
            bare, ours = opened(browser, 8792, "text=count 0"), opened(browser, 8793, ".ie-plot svg")
            quiet(ours)
            quiet(bare)
            rows += clicks(ours, bare)
            bare.close()
            ours.close()
            rows.append(crowd(browser, 8793))
        browser.close()
    print(table(["measure", "here", "bare Streamlit", "ratio", "bar"], rows))


if __name__ == "__main__":
    main()
