"""Clicks and movements in a report, timed in a browser: from the event to the frame after it is painted."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

CLICK = """
async (count) => {
  const root = document.querySelector(".instance-explorer-report").shadowRoot;
  const profile = root.querySelector("[data-panel=ceteris_paribus] .ir-sentence");
  const painted = () => new Promise((done) => requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => done(performance.now());
    port2.postMessage(0);
  }));
  const spent = { work: [], frame: [] };
  for (let i = 0; i < count; i++) {
    const lines = [...root.querySelectorAll("[data-panel=shap] .ie-line:not([hidden]):not(:disabled):not(.ie-picked)")];
    const line = lines[(i * 7) % lines.length];
    const before = profile.textContent;
    const began = performance.now();
    line.click();
    const worked = performance.now();
    if (profile.textContent === before) throw new Error("the profile did not follow");
    spent.work.push(worked - began);
    spent.frame.push((await painted()) - began);
    await new Promise((done) => setTimeout(done, 120));
  }
  return spent;
}
"""
MOVE = """
async (count) => {
  const root = document.querySelector(".instance-explorer-report").shadowRoot;
  const what = root.querySelector(".ie-what");
  const slider = what.querySelector("input[type=range]");
  const spent = [];
  for (let i = 0; i < count; i++) {
    const seen = what.dataset.painted;
    const share = ((i * 37) % 100) / 100;
    slider.value = String(Number(slider.min) + share * (Number(slider.max) - Number(slider.min)));
    const began = performance.now();
    slider.dispatchEvent(new Event("input", { bubbles: true }));
    while (what.dataset.painted === seen) await new Promise((done) => requestAnimationFrame(done));
    spent.push(Number(what.dataset.painted) - began);
    await new Promise((done) => setTimeout(done, 20));
  }
  return spent;
}
"""


def measured(path: Path, clicks: int = 120) -> dict[str, list[float]]:
    """Milliseconds of each click (the work, and until the frame after) and of each movement of a what-if slider.

    Parameters
    ----------
    path : Path
        The report.
    """
    from playwright.sync_api import sync_playwright

    named = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=named, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_context(offline=True, viewport={"width": 1300, "height": 900}).new_page()
        page.goto(path.as_uri())
        page.locator(".instance-explorer-report[data-ready=yes]").wait_for()
        opened = float(page.evaluate("performance.now()"))
        page.wait_for_timeout(1500)
        page.evaluate(CLICK, 10)
        found: dict[str, Any] = page.evaluate(CLICK, clicks)
        moved = page.evaluate(MOVE, clicks)
        browser.close()
    return {
        "click, work": found["work"],
        "click, painted": found["frame"],
        "what-if, painted": moved,
        "opened": [opened],
    }
