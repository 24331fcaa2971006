"""The Studio: from a click on a bar to the frame that shows the profile, and that shows every linked panel.

In a real browser, four panels of the Diabetes sample; 95 of 100 clicks should take at most 30 ms. The server hears of
a click afterwards and is not waited for. Run ``python -m benchmarks studio_clicks``.
"""

from __future__ import annotations

import statistics

from playwright.sync_api import sync_playwright

from benchmarks._browser import ROOT, launched, opened, p95, quiet, serving, verdict
from benchmarks._paired import table

CLICKS, WARM, PORT, BAR = 60, 8, 8747, 30
PANELS = "shap,ceteris_paribus,partial_dependence,permutation_importance"
CLICK = """
async (count) => {
  const roots = (node) => [...node.querySelectorAll("*")].filter((one) => one.shadowRoot).map((one) => one.shadowRoot);
  const panelOf = (place) => roots(document.querySelector(`.st-key-place_${place}`))
    .map((root) => root.querySelector(".is-panel")).find(Boolean);
  const [first, ...linked] = [0, 1, 2].map(panelOf);
  const painted = () => new Promise((done) => requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => done(performance.now());
    port2.postMessage(0);
  }));
  const turn = () => new Promise((done) => requestAnimationFrame(done));
  const spent = { profile: [], painted: [], all: [] };
  for (let i = 0; i < count; i++) {
    const named = ({ __data__: item }) => item?.datum?.feature && item.datum.feature !== linked[0].dataset.shown;
    const bars = [...first.querySelectorAll("svg .mark-rect path")].filter(named);
    const bar = bars[(i * 7) % bars.length];
    const wanted = bar.__data__.datum.feature;
    const box = bar.getBoundingClientRect();
    const at = { bubbles: true, composed: true, clientX: box.x + box.width / 2, clientY: box.y + box.height / 2 };
    const began = performance.now();
    for (const type of ["mousedown", "mouseup", "click"]) bar.dispatchEvent(new MouseEvent(type, at));
    if (linked[0].dataset.shown !== wanted) throw new Error("the profile did not follow within the click");
    spent.profile.push(performance.now() - began);
    spent.painted.push((await painted()) - began);
    while (linked.some((panel) => panel.dataset.shown !== wanted)) await turn();
    spent.all.push((await painted()) - began);
    await new Promise((done) => setTimeout(done, 600 + (i * 7) % 17)); // at any moment of a frame
  }
  return spent;
}
"""


def main() -> None:
    """Measure and print the table."""
    with serving(ROOT, "streamlit_app.py", PORT), sync_playwright() as play:
        browser = launched(play)
        page = opened(
            browser, PORT, ".st-key-place_3 .is-panel[data-painted]", f"/studio?model=diabetes&panels={PANELS}"
        )
        page.wait_for_timeout(8000)  # the drawings of the other features arrive and are built while nothing is asked
        quiet(page)
        page.evaluate(CLICK, WARM)
        spent: dict[str, list[float]] = page.evaluate(CLICK, CLICKS)
        browser.close()
    lines = []
    measured = {"profile": "the profile drawn", "painted": "the profile painted", "all": "all linked panels painted"}
    for key, name in measured.items():
        middle, high = statistics.median(spent[key]), p95(spent[key])
        lines.append([name, f"{middle:.1f} ms", f"{high:.1f} ms", f"<= {BAR} ms", verdict(high, BAR)])
    print(table(("click on a bar to", "median", "p95", "bar", "p95 within"), lines))
    print(f"\n{CLICKS} clicks, {PANELS.replace(',', ', ')}.")
