"""Clicks and movements in a report, timed in a browser: from the event to the frame after it is painted."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

_PAINTED = """
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  const shown = () => new Promise((done) => { // asked within a frame: when it has been painted
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => done(performance.now());
    port2.postMessage(0);
  });
  const painted = () => frame().then(shown);
  const pause = (least, i) => new Promise((done) => setTimeout(done, least + (i * 7) % 17)); // at any moment of a frame
"""
CLICK = f"""
async (count) => {{{_PAINTED}
  const root = document.querySelector(".instance-explorer-report").shadowRoot;
  const profile = root.querySelector("[data-panel=ceteris_paribus] .ir-sentence");
  const spent = {{ work: [], frame: [] }};
  for (let i = 0; i < count; i++) {{
    const lines = [...root.querySelectorAll("[data-panel=shap] .ie-line:not([hidden]):not(:disabled):not(.ie-picked)")];
    const line = lines[(i * 7) % lines.length];
    const before = profile.textContent;
    const began = performance.now();
    line.click();
    const worked = performance.now();
    if (profile.textContent === before) throw new Error("the profile did not follow");
    spent.work.push(worked - began);
    spent.frame.push((await painted()) - began);
    await pause(120, i);
  }}
  return spent;
}}
"""
MOVE = f"""
async ([count, dragged]) => {{{_PAINTED}
  const root = document.querySelector(".instance-explorer-report").shadowRoot;
  const what = root.querySelector(".ie-what");
  const slider = what.querySelector("input[type=range]");
  const spent = {{ work: [], frame: [] }};
  for (let i = 0; i < count; i++) {{
    const seen = what.dataset.painted;
    const share = ((i * 37) % 100) / 100;
    if (dragged) await frame(); // a browser hands on what a pointer drags at the beginning of a frame
    slider.value = String(Number(slider.min) + share * (Number(slider.max) - Number(slider.min)));
    const began = performance.now();
    slider.dispatchEvent(new Event("input", {{ bubbles: true }}));
    if (what.dataset.painted === seen) throw new Error("the prediction did not follow");
    spent.work.push(performance.now() - began);
    spent.frame.push((await (dragged ? shown() : painted())) - began);
    await pause(40, i);
  }}
  return spent;
}}
"""


def measured(path: Path, clicks: int = 120) -> dict[str, list[float]]:
    """Milliseconds of each click and of each movement of a what-if slider: the work, and until the frame that shows it.

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
        keyed, dragged = (page.evaluate(MOVE, [clicks, way]) for way in (False, True))
        browser.close()
    return {
        "click, work": found["work"],
        "click, painted": found["frame"],
        "what-if, prediction and profiles drawn": keyed["work"],
        "what-if by key, painted": keyed["frame"],
        "what-if dragged, painted": dragged["frame"],
        "opened": [opened],
    }
