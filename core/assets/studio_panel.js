// A panel of the Studio: what it says, and its drawing for every feature that the server has sent so far.
//
// A Streamlit v2 component. Text from outside goes into the page as text only. core/export/report/scripts.py joins the
// scripts and leaves out the imports; pages/parts/drawing.py makes the data.
import { makeChart, makeTip } from "./report_charts.js";
import { unpack } from "./report_data.js";
import { acting, bus, pick, state } from "./studio_bus.js";
import { engine } from "./studio_engine.js";

const MOUNTED = new WeakMap();
const STEP = 40; // milliseconds from one drawing that is prepared to the next
let vega, vegaLite, expressionInterpreter;

function put(tag, name, parent, text) {
  const node = document.createElement(tag);
  node.className = name;
  if (text !== undefined) node.textContent = text;
  parent.appendChild(node);
  return node;
}

/** The sign for the full screen: four corners. */
function corners() {
  const SVG = "http://www.w3.org/2000/svg";
  const icon = document.createElementNS(SVG, "svg");
  icon.setAttribute("viewBox", "0 0 16 16");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", "M2 6V2h4M10 2h4v4M14 10v4h-4M6 14H2v-4");
  icon.appendChild(path);
  return icon;
}

function create(element) {
  const root = put("div", "is-panel", element);
  const question = put("h3", "is-question", root); // of the full screen, which holds the panel alone
  const head = put("div", "is-head", root);
  const named = put("div", "is-name", head);
  const whose = put("div", "is-whose", head);
  const wide = put("button", "is-wide", head);
  wide.appendChild(corners());
  wide.type = "button";
  wide.title = "Full screen";
  wide.setAttribute("aria-label", "Full screen");
  const said = put("p", "is-said", root);
  said.addEventListener("click", () => said.classList.toggle("is-open"));
  const body = put("div", "is-body", root);
  const made = put("p", "is-made", root);
  const panel = { root, question, named, whose, said, body, made, rank: 1, data: null, entries: new Map(), ready: false, uses: 0, asking: 0, tell: () => {} };
  wide.addEventListener("click", () => (document.fullscreenElement ? document.exitFullscreen() : root.requestFullscreen()));
  root.addEventListener("fullscreenchange", () => panel.chart?.fit());
  panel.follow = () => paint(panel);
  panel.leafed = () => leafed(panel);
  bus().listeners.add(panel);
  engine().promise.then((libraries) => {
    ({ vega, vegaLite, expressionInterpreter } = libraries);
    panel.ready = true;
    panel.tip = makeTip(root);
    panel.chart = makeChart(body, { theme: () => panel.data.theme, tip: panel.tip, pick: (found) => picked(panel, found), animation: () => panel.data.animation, size: () => panel.data.size, font: () => getComputedStyle(root).fontFamily, room: () => roomOf(panel) });
    paint(panel);
  });
  return panel;
}

/** Pixels that a drawing may be high: on the full screen all that the words leave, else what it is made for. */
function roomOf({ root, body, made }) {
  if (!root.matches(":fullscreen")) return 0;
  return innerHeight - (body.getBoundingClientRect().top - root.getBoundingClientRect().top + root.scrollTop) - made.offsetHeight - 40;
}

function picked(panel, found) {
  const name = found?.feature?.[0];
  if (name && panel.data.features.includes(name)) pick(name, (feature) => panel.tell("pick", { ...state(), pick: feature }));
}

/** The entry for the feature in question; of a panel without one, its only entry. */
function entryNow(panel) {
  const { data } = panel;
  const name = data.takes ? bus().feature ?? data.at : "";
  const entry = data.entries[name];
  if (entry && !panel.entries.has(name)) panel.entries.set(name, unpack(entry.rows, data.texts));
  return { name, entry, rows: panel.entries.get(name) };
}

/** Dim what speaks of another instance or another feature than the one in question. */
function wait(panel) {
  panel.root.classList.toggle("is-waiting", !entryNow(panel).entry || past(panel.data));
}

function past(data) {
  return data.row >= 0 && bus().row !== null && bus().row !== data.row;
}

/** Another instance: no more than a sign, since the plot in which it was chosen is to be painted now. */
function leafed(panel) {
  if (!panel.data) return;
  wait(panel);
  ask(panel);
}

/** After a moment of rest the server is asked for the features that have not come, unless the reader has moved on. */
function ask(panel) {
  const { missing, rest } = panel.data;
  clearTimeout(panel.asking);
  if (!missing || past(panel.data)) return;
  const tell = () => (acting() ? void (panel.asking = setTimeout(tell, 120)) : panel.tell("more", missing));
  panel.asking = setTimeout(tell, rest);
}

function paint(panel) {
  const { data, root } = panel;
  if (!data) return;
  const { name, entry, rows } = entryNow(panel);
  wait(panel);
  const usual = [data.level, name ? `${data.name} of ${name}` : data.name].filter(Boolean).join(" · ");
  panel.named.textContent = data.subtitle || usual;
  panel.question.textContent = data.question;
  panel.whose.textContent = data.whose;
  panel.whose.hidden = !data.whose;
  panel.made.textContent = data.made;
  panel.made.hidden = !data.made;
  root.classList.toggle("is-bare", Boolean(data.bare));
  if (!entry) return; // the server sends it; until then the last drawing stays, dimmed
  panel.said.textContent = entry.sentence;
  if (panel.ready) {
    panel.body.hidden = rows.length === 0;
    if (rows.length) panel.chart.show(data.keys[entry.spec], data.specs[entry.spec], rows, `${data.question} ${entry.alt}`);
    panel.chart.mark(bus().feature ?? data.at);
    root.dataset.shown = name;
    root.dataset.painted = String(performance.now());
  }
}

/** New data: texts and entries are the server's; drawings whose specification is gone leave. */
function update(panel, data) {
  panel.data = { ...data, keys: data.specs.map((spec) => `${data.theme} ${data.size} ${JSON.stringify(spec)}`) };
  panel.entries.clear();
  delete panel.root.dataset.rested;
  panel.root.dataset.drawings = String(Object.keys(data.entries).length);
  panel.rank = data.takes ? (data.instance ? 0 : 1) : 2;
  panel.root.style.setProperty("--is-height", `${data.height}px`);
  panel.chart?.keep(new Set(panel.data.keys));
  paint(panel);
  ask(panel);
  later(panel, panel.data);
}

/** When nothing else is to be done: build the drawings that a click may need, so that it need not wait for them. */
function later(panel, data) {
  const left = Object.entries(data.entries).filter(([, entry], place, all) => all.findIndex(([, other]) => other.spec === entry.spec) === place);
  const next = () => {
    if (panel.data !== data) return;
    if (acting()) return void setTimeout(next, STEP);
    const [name, entry] = left.shift() ?? [];
    if (!entry) return void (panel.root.dataset.rested = "yes"); // every click is answered from what is there
    if (panel.ready) {
      if (!panel.entries.has(name)) panel.entries.set(name, unpack(entry.rows, data.texts));
      panel.chart.prepare(data.keys[entry.spec], data.specs[entry.spec], panel.entries.get(name));
    } else left.unshift([name, entry]);
    setTimeout(next, STEP);
  };
  setTimeout(next, 400);
}

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const panel = MOUNTED.get(parentElement) ?? create(parentElement);
  MOUNTED.set(parentElement, panel);
  const mine = (panel.uses += 1);
  panel.tell = setTriggerValue;
  update(panel, data);
  return () => {
    if (panel.uses !== mine) return; // a newer call has taken over
    clearTimeout(panel.asking);
    bus().listeners.delete(panel);
    panel.chart?.remove();
    panel.root.remove();
    MOUNTED.delete(parentElement);
  };
}
