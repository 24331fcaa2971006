"""What the benchmarks of the app share: servers of their own, pages in a real browser, from a click to paint."""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError

from playwright.sync_api import Browser, Page, Playwright

ROOT = Path(__file__).resolve().parents[1]
ROUNDS = 20
PATIENCE = 180_000
"""Milliseconds to wait for anything on a busy machine."""
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking")
BARE = """
import streamlit as st
st.session_state.setdefault("n", 0)
if st.button("again"):
    st.session_state["n"] += 1
st.markdown(f"count {st.session_state['n']}")
"""
AGAIN = "button[data-testid='stBaseButton-secondary']"
COUNT = "[data-testid='stMarkdown'] p"
# Runs in the page: act, then wait for the frame in which what is read has changed and is painted; shadow roots are
# searched too. Acts: click, key (ArrowRight, then ArrowLeft), and type (a number, then Enter).
CHANGED = """([press, act, read]) => new Promise((done) => {
  const seek = (root, selector) => root.querySelector(selector)
    ?? [...root.querySelectorAll("*")].map((e) => e.shadowRoot && seek(e.shadowRoot, selector)).find(Boolean) ?? null;
  const button = seek(document, press);
  const state = () => { const shown = seek(document, read);
    return shown && (shown.dataset.row ?? (shown.textContent || shown.getAttribute("aria-label"))); };
  const keyed = (key) => new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true });
  const before = state();
  const started = performance.now();
  if (act === "click") button.click();
  else if (act === "key") button.dispatchEvent(keyed("ArrowRight")) && button.dispatchEvent(keyed("ArrowLeft"));
  else if (act.startsWith("key:")) button.dispatchEvent(keyed(act.slice(4)));
  else {
    button.focus();
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(button, act);
    button.dispatchEvent(new Event("input", { bubbles: true }));
    button.dispatchEvent(keyed("Enter"));
    button.blur();
  }
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


def launched(playwright: Playwright) -> Browser:
    """A headless Chromium of this machine, else Playwright's own."""
    path = next((found for name in ("chromium", "google-chrome", "chrome") if (found := shutil.which(name))), None)
    return playwright.chromium.launch(executable_path=path, args=list(FLAGS))


def bare_app(folder: Path) -> None:
    """Write the app that all is compared with: a button and a number."""
    (folder / "bare.py").write_text(BARE, encoding="utf-8")
    (folder / ".streamlit").mkdir()


def resident(pid: int) -> float:
    """Megabytes that a process holds."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


def opened(browser: Browser, port: int, sign: str, path: str = "/") -> Page:
    """A page, once the sign of its content is there."""
    page = browser.new_page(viewport={"width": 1400, "height": 900})
    page.set_default_timeout(PATIENCE)
    page.goto(f"http://127.0.0.1:{port}{path}", wait_until="commit")
    page.wait_for_selector(sign)
    return page


def brought(browser: Browser, port: int, rows: Path, model: Path) -> Page:
    """The Load page of a visitor who has brought a table and a model."""
    page = opened(browser, port, ".st-key-upload_table", "/load")
    quiet(page)
    for kind, path in (("table", rows), ("model", model)):
        page.locator(f".st-key-upload_{kind} input[type=file]").set_input_files(str(path))
        page.get_by_text(path.name).first.wait_for()
        quiet(page)
    return page


def quiet(*pages: Page) -> None:
    """Wait until the server has nothing to do for these pages."""
    pages[0].wait_for_timeout(700)
    for page in pages:
        page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]')


def press(page: Page, button: str, read: str, act: str = "click") -> float:
    """Milliseconds from an act to the frame in which what is read has changed."""
    spent = float(page.evaluate(CHANGED, [button, act, read]))
    quiet(page)
    return spent


def pairs(
    ours: Callable[[], float], bare: Callable[[], float], rounds: int = ROUNDS
) -> tuple[list[float], list[float]]:
    """Both in turn, two rounds before they count."""
    taken = [(ours(), bare()) for _ in range(rounds + 2)][2:]
    return [first for first, _ in taken], [second for _, second in taken]


def line(name: str, taken: tuple[list[float], list[float]], bar: float, unit: str = "ms") -> list[str]:
    """One line of the table: both medians, the median of the paired ratios, the bar, and whether it is reached."""
    ours, bare = taken
    ratio = statistics.median(first / second for first, second in zip(ours, bare, strict=True))
    middle = (f"{statistics.median(spent):.3g} {unit}" for spent in (ours, bare))
    return [name, *middle, f"{ratio:.2f}", f"<= {bar:g} x", verdict(ratio, bar)]


def verdict(reached: float, bar: float) -> str:
    """Whether a bar is reached, in a word."""
    return "ok" if reached <= bar else "missed"


def p95(spent: list[float]) -> float:
    """The 95th percentile."""
    return statistics.quantiles(spent, n=20)[-1]
