// The force plot: a page of explanations that one can leaf through without asking the server.
//
// Runs as a Streamlit v2 component (default export) and inside a standalone report (mount). Everything that comes from
// a table or a model goes into the page as text, never as markup. core/views/force.py makes the data and joins the
// scripts, without the next line.
import { follow } from "./force_layout.js";
import { html, paintBars, paintHead, paintPlot, skeleton } from "./force_paint.js";
import { AGAIN, drop, leaf, pick, postpone, state } from "./studio_bus.js";

const TELL_AFTER = 220; // milliseconds of rest before Python hears of a new row
const MOUNTED = new WeakMap();
const KEPT = 6; // pages of explanations kept in the browser
// One shelf for the whole page: Streamlit may load this script once for each component.
const SHELF = (globalThis[Symbol.for("instance-explorer.force")] ??= { pages: new Map(), views: new Set() });

/** Text width in the component's own font. */
function measurer(root) {
  const context = document.createElement("canvas").getContext("2d");
  const style = getComputedStyle(root);
  context.font = `600 12.5px ${style.fontFamily}`;
  const known = new Map();
  return (text) => {
    if (!known.has(text)) known.set(text, context.measureText(text).width);
    return known.get(text);
  };
}

/** A mounted force plot: its state, and what can happen to it. */
function create(element) {
  const root = html("div", "ie-force", element);
  root.tabIndex = -1;
  root.setAttribute("role", "region");
  root.setAttribute("aria-label", "What pushed this prediction up and down");
  const view = { root, parts: skeleton(root), data: null, calls: {}, all: false, picked: null, timer: 0, width: 0, uses: 0 };
  view.state = { page: null, said: null, last: null, sent: [], index: 0 }; // places in the whole list
  view.measure = measurer(root);
  view.parts.back.addEventListener("click", () => turn(view, -1));
  view.parts.next.addEventListener("click", () => turn(view, 1));
  view.parts.more.addEventListener("click", () => {
    view.all = !view.all;
    paint(view);
  });
  root.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    turn(view, step);
  });
  view.watcher = new ResizeObserver((entries) => {
    const width = Math.floor(entries[0].contentRect.width);
    if (width === view.width || width === 0) return;
    view.width = width;
    paint(view);
  });
  view.watcher.observe(view.parts.plot);
  return view;
}

function paint(view) {
  const { data, parts } = view;
  if (!data || data.rows.length === 0) return;
  const index = view.state.index - data.before;
  const chosen = (feature) => choose(view, feature);
  paintHead(parts, data, index);
  parts.unit.textContent = data.unit;
  paintBars(parts, data, index, view.all, chosen, view.picked);
  if (view.width > 0) paintPlot(parts, data, index, view.width, view.measure, chosen, view.picked);
  view.root.dataset.row = String(data.rows[index].row);
  view.calls.shown?.(data.rows[index].row);
}

/** One step: within the page at once; past its end Python is asked for the next page. */
function turn(view, step) {
  const { data, state } = view;
  const place = state.index + step;
  if (!data || place < 0 || place >= data.total) return;
  const row = data.rows[place - data.before];
  if (!row) {
    drop(view);
    if (!view.waiting) view.calls.turn?.(step, data.rows[state.index - data.before].row);
    view.waiting = true; // until Python answers: several presses are one turn of the page
    return;
  }
  view.state = { ...state, index: place };
  paint(view);
  postpone(view, () => tellRow(view), TELL_AFTER);
}

function tellRow(view) {
  const { data, state } = view;
  view.state = { ...state, sent: [...state.sent, state.index] };
  view.calls.row?.(data.rows[state.index - data.before].row);
}

function choose(view, feature) {
  view.picked = feature;
  paint(view);
  view.calls.pick?.(feature);
}

/**
 * Show explanations in an element; call again with new data to update it in place.
 *
 * callbacks: shown(number) when a row is painted, row(number) after a rest on a new row, turn(+1 or -1, from row) past
 * the page's end, pick(feature).
 * Returns a function that removes it.
 */
export function mount(element, data, callbacks = {}) {
  const view = MOUNTED.get(element) ?? create(element);
  MOUNTED.set(element, view);
  SHELF.views.add(view);
  const mine = (view.uses += 1);
  const { page, said } = view.state;
  const at = data.before + Math.min(Math.max(data.at, 0), data.rows.length - 1);
  Object.assign(view, { data: fuller(data), calls: callbacks, waiting: false });
  view.state = follow(view.state, data.page, at, data.said ?? null);
  if (page !== view.state.page || said !== view.state.said) drop(view);
  else if (data.said !== undefined && at !== view.state.index && !view.timer) postpone(view, () => tellRow(view), AGAIN);
  if (data.picked !== undefined && (data.picked !== view.heard || state().pick === null)) view.picked = view.heard = data.picked;
  view.width = view.width || Math.floor(view.parts.plot.clientWidth);
  paint(view);
  return () => {
    if (view.uses !== mine) return; // a newer call has taken over
    drop(view);
    view.watcher.disconnect();
    view.root.remove();
    SHELF.views.delete(view);
    MOUNTED.delete(element);
  };
}

/** The whole page where it has come already, else what there is: the row alone. */
function fuller(data) {
  const whole = SHELF.pages.get(data.page);
  return whole && whole.rows.length > data.rows.length ? whole : data;
}

/** Keep the page around a row that is shown alone: from now on it is leafed through without asking. */
export function stock(page) {
  SHELF.pages.delete(page.page);
  SHELF.pages.set(page.page, page);
  while (SHELF.pages.size > KEPT) SHELF.pages.delete(SHELF.pages.keys().next().value);
  for (const view of SHELF.views) if (view.data?.page === page.page) view.data = fuller(view.data);
}

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  if (data.ahead) return stock(data.ahead);
  const { whose, said } = data; // a message that comes late speaks of another model or table, or of a row before
  return mount(parentElement, data, {
    shown: leaf,
    row: (row) => setTriggerValue("row", { ...state(), whose, said, row }),
    turn: (step, from) => setTriggerValue("turn", { whose, step, from }), // heard twice, it still is one turn
    pick: (feature) => pick(feature, (name) => setTriggerValue("pick", { ...state(), whose, said, pick: name })),
  });
}
