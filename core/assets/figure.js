/* A single answer as a page of its own: every picture with its values under the pointer, words that can be changed before
printing, and the picture as a file. core/export/figure.py makes the data. Text from outside is only ever written as text. */
import { dark, makeChart, makeTip, onPaper, themeNow } from "./report_charts.js";
import { unpack } from "./report_data.js";
import { add, paintFoot } from "./report_panels.js";

for (const host of document.querySelectorAll(".instance-explorer-figure")) {
  const data = JSON.parse(host.querySelector('script[type="application/json"]').textContent);
  const shadow = host.attachShadow({ mode: "open" });
  add("style", "", shadow, data.style);
  const root = add("div", "ir-root", shadow);
  const page = add("div", "ir-page ir-single", root);
  const own = (node) => Object.assign(node, { contentEditable: "plaintext-only", spellcheck: false, title: "Click to change these words" });
  own(add("h1", "", add("header", "ir-head", page), data.title));
  const context = { data, tip: makeTip(root), theme: themeNow, pick: () => {} };
  const paints = data.pictures.map((one) => {
    const card = add("section", "ir-card", page);
    if (one.title) add("h3", "", card, one.title);
    own(add("p", "ir-sentence", card, one.sentence));
    const chart = makeChart(add("div", "ir-card-body", card), context);
    const rows = unpack(one.rows, data.texts);
    if (rows.length) save(card, chart, data.name);
    paintFoot(add("div", "ir-card-foot", card), data, one, context);
    return () => {
      chart.forget();
      if (rows.length) chart.show(one.spec, data.specs[one.spec][themeNow()], rows, one.alt);
    };
  });
  add("p", "ir-foot", page, data.foot);
  const paint = () => {
    root.dataset.theme = themeNow();
    for (const one of paints) one();
  };
  for (const media of [dark, onPaper]) media.addEventListener("change", paint);
  paint();
  host.dataset.ready = "yes";
}

/** A button that gives the drawing as a PNG. */
function save(card, chart, name) {
  const button = add("button", "ir-link ir-save", card, "Save as picture");
  button.type = "button";
  button.addEventListener("click", async () => {
    const link = document.createElement("a");
    link.href = await chart.view.toImageURL("png", 2);
    link.download = `${name}.png`;
    link.click();
  });
}
