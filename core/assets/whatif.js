/* What if: a control for every feature, the prediction live beside it.

Runs as a Streamlit v2 component (default export) and in a standalone page (mountWhatIf). core/views/whatif.py makes the
data and joins the scripts. Everything from a table or a model goes into the page as text, never as markup.

data = {
  id            digest of model, table, row and output: a new one starts anew
  model         the portable model as core/portable/wire.py writes it, or null: then Python is asked
  features      [{name, kind, low, high, decimals, levels, missing, importance}] in the model's order
  instance      {name, values, outputs}: cells in feature order (null: missing), predictions per output
  values        optional: cells to begin with where they differ from the instance's (a nudge to try)
  means         cells of the average row, in feature order
  start         "instance" or "mean": where to begin
  values        cells to begin with where they differ from the start (a nudge), or absent
  reference     of a linear model: the mean of each encoded column, from which its bars are measured; null for others
  distribution  per output: ascending order statistics of all predictions; rows: how many instances they stand for
  classes       names in output order, [] for regression; output: the one shown large; target, unit: of a regression
  server        {id, outputs, profile: {feature, grid, values} | null, error} or null: Python's last answer
  scenarios     [{name, values, outputs}] kept earlier
}
Python hears of one state value, "state" = {question, ask, id, values, feature, output, start, outputs, scenarios}:
a moment after a movement has come to rest; without a portable model also on the way (ask is true, one question at a
time), and its answer comes back as data.server with the same id. */
import { evaluator } from "./evaluate.js";
import { drawSpark, sparkEnds } from "./whatif_charts.js";
import { buildControls } from "./whatif_list.js";
import { dropPush, pushLater } from "./whatif_push.js";
import { makePanel, paintAnswer, paintChanges, paintKept, paintProfile } from "./whatif_panel.js";
import { gridOf, isChance, isRanged, outputName, outputText, put, sameCell } from "./whatif_words.js";

const MOUNTED_WHATIF = new WeakMap();
const REST = 450; // milliseconds without movement before Python hears
const PATIENCE = 15000; // milliseconds after which a question counts as lost
const MOST_KEPT = 8;

function create(element) {
  const root = put("div", "ie-what", element);
  root.setAttribute("role", "region");
  root.setAttribute("aria-label", "What if");
  const frame = put("div", "iw-frame", root);
  const controls = put("section", "iw-controls", frame);
  controls.setAttribute("aria-label", "Features");
  const view = { root, controls, data: null, model: null, calls: {}, items: [], timer: 0, frame: 0, uses: 0, answered: 0, asked: 0, busy: 0 };
  view.parts = makePanel(frame, { keep: () => keep(view), resetAll: () => resetAll(view) });
  view.watcher = new ResizeObserver(() => schedule(view));
  view.watcher.observe(view.parts.panel);
  const drag = (event) => {
    if (!view.toValue || view.state.moved === null || (event.type === "pointermove" && !event.buttons)) return;
    const box = view.parts.chart.getBoundingClientRect();
    const feature = view.data.features[view.state.moved];
    const value = view.toValue(((event.clientX - box.left) * (view.parts.chart.viewBox.baseVal.width || box.width)) / box.width);
    const held = Math.min(feature.high, Math.max(feature.low, value));
    change(view, view.state.moved, Number(held.toFixed(feature.kind === "integer" ? 0 : Math.min(20, feature.decimals))), false);
    event.preventDefault();
  };
  view.parts.chart.addEventListener("pointerdown", (event) => {
    view.parts.chart.setPointerCapture(event.pointerId);
    drag(event);
  });
  view.parts.chart.addEventListener("pointermove", drag);
  return view;
}

// ---- state -----------------------------------------------------------------------------------------------------

/** Begin with an instance: its values, or the means. */
function begin(view, start, first = false) {
  const { data } = view;
  const from = [...(start === "mean" ? data.means : data.instance.values)];
  const values = start === "instance" && first && data.values ? data.values : from;
  const known = view.model ? evaluator.predict(view.model, from) : start === "mean" ? null : data.instance.outputs;
  const kept = view.state?.question === data.id ? view.state.kept : data.scenarios.map((scenario) => ({ ...scenario }));
  view.state = { question: data.id, origin: start, from, values: [...values], start: known, outputs: view.model ? evaluator.predict(view.model, values) : values === from ? known : null, output: view.state?.question === data.id ? view.state.output : data.output, moved: null, profile: null, kept, waiting: false, error: null };
}

function change(view, index, value, resting) {
  const { state } = view;
  state.moved = index;
  if (!sameCell(state.values[index], value)) {
    state.values = state.values.map((own, i) => (i === index ? value : own));
    renew(view);
  }
  tell(view, resting);
  paintNow(view);
}

function reset(view, index) {
  change(view, index, view.state.from[index], true);
}

function resetAll(view) {
  view.state.values = [...view.state.from];
  renew(view);
  tell(view, true);
  paintNow(view);
}

function keep(view) {
  const { state } = view;
  if (!state.outputs || state.kept.length >= MOST_KEPT) return;
  const number = 1 + state.kept.reduce((most, { name }) => Math.max(most, Number(/^Scenario (\d+)$/.exec(name)?.[1] ?? 0)), 0);
  state.kept = [...state.kept, { name: `Scenario ${number}`, values: [...state.values], outputs: Array.from(state.outputs) }];
  schedule(view);
  tell(view, true);
}

/** Predict here if the model is here; otherwise tell() asks. */
function renew(view) {
  if (view.model) view.state.outputs = evaluator.predict(view.model, view.state.values);
}

/** One question at a time: the next one leaves when the answer is there. */
function askPython(view) {
  const { values, moved, output, kept } = view.state;
  const question = JSON.stringify([values, moved, output, kept]);
  if (question === view.question) return;
  view.state.waiting = true;
  view.stale = true;
  if (view.busy && performance.now() - view.busy < PATIENCE) return;
  view.busy = performance.now();
  view.question = question;
  view.stale = false;
  view.asked += 1;
  send(view, true);
}

function hear(view, server) {
  if (!server || server.id === view.answered || server.id !== view.asked) return;
  const { state } = view;
  view.answered = server.id;
  view.busy = 0;
  state.error = server.error;
  if (server.outputs) {
    state.outputs = server.outputs;
    if (state.values.every((value, i) => sameCell(value, state.from[i]))) state.start = server.outputs;
    state.profile = server.profile;
  }
  state.waiting = view.stale;
  if (view.stale) askPython(view);
}

function tell(view, resting) {
  clearTimeout(view.timer);
  if (!view.model) {
    askPython(view);
    return;
  }
  view.timer = setTimeout(() => send(view, false), resting ? REST : 2 * REST);
}

function send(view, ask) {
  const { state } = view;
  const outputs = state.outputs ? Array.from(state.outputs) : null;
  const told = { question: state.question, ask, id: view.asked, values: state.values, feature: state.moved, output: state.output, start: state.origin, outputs, scenarios: state.kept };
  const text = JSON.stringify(told);
  if (text === view.told) return;
  view.told = text;
  view.calls.state?.(told);
  const said = view.state.outputs ? `${outputText(view.data, view.state.outputs[state.output])} ${isChance(view.data) ? outputName(view.data, state.output) : ""}` : "";
  view.parts.live.textContent = said;
}

// ---- painting --------------------------------------------------------------------------------------------------

function schedule(view) {
  view.due = true;
  view.frame ||= requestAnimationFrame(() => {
    view.frame = 0;
    if (view.due) paint(view);
  });
}

/** What the reader did is answered at once, so that the next frame only has to show it; the second time within a frame waits for that. */
function paintNow(view) {
  const first = !view.frame;
  schedule(view);
  if (first) paint(view);
}

function paint(view) {
  view.due = false;
  const { data, state, parts } = view;
  if (!data) return;
  if (view.model) {
    const start = state.start[state.output];
    state.alone = (i) => evaluator.predict(view.model, state.from.map((own, k) => (k === i ? state.values[k] : own)))[state.output] - start;
    state.profile = state.moved === null ? null : profileOf(view, state.moved);
  } else if (state.profile && state.profile.feature !== state.moved) state.profile = null;
  paintAnswer(parts, data, state, (output) => {
    state.output = output;
    schedule(view);
    tell(view, true);
  });
  for (const { index, control } of view.items) control.show(state.values[index], state.from[index], index === state.moved);
  paintChanges(parts, data, state, (index) => reset(view, index));
  view.toValue = paintProfile(parts, data, state, (index, value, resting) => change(view, index, value, resting));
  paintKept(parts, data, state, (place) => use(view, place), (place) => drop(view, place));
  parts.keep.disabled = !state.outputs || state.kept.length >= MOST_KEPT;
  view.origins.forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.start === state.origin)));
  paintSparks(view);
  view.root.dataset.painted = String(performance.now());
  pushLater(view);
}

function profileOf(view, index, count = 81) {
  const { state, data } = view;
  const grid = gridOf(data.features[index], [state.values[index], state.from[index]], count);
  const found = evaluator.profile(view.model, state.values, index, grid);
  return { feature: index, grid, values: found.map((outputs) => outputs[state.output]) };
}

/** The small profiles over the first sliders, on one vertical axis. */
function paintSparks(view) {
  if (!view.model) return;
  const drawn = view.items.filter(({ control, index }) => control.spark && isRanged(view.data.features[index]));
  const profiles = drawn.map(({ index }) => profileOf(view, index, 41));
  const inside = profiles.map(({ grid, values }, i) => {
    const { low, high } = view.data.features[drawn[i].index];
    const keepers = grid.map((value, k) => [value, values[k]]).filter(([value]) => value >= low && value <= high);
    return { grid: keepers.map(([value]) => value), values: keepers.map(([, y]) => y) };
  });
  const ends = inside.length ? sparkEnds(view.data, inside.flatMap(({ values }) => values)) : null;
  drawn.forEach(({ control, index }, i) => drawSpark(control.spark, view.data, inside[i], ends, view.data.features[index].low, view.data.features[index].high));
}

function use(view, place) {
  view.state.values = [...view.state.kept[place].values];
  renew(view);
  schedule(view);
  tell(view, true);
}

function drop(view, place) {
  view.state.kept = view.state.kept.filter((_, i) => i !== place);
  schedule(view);
  tell(view, true);
}

/** Show an instance in an element; call again with new data. callbacks: state(value). Returns what removes it. */
export function mountWhatIf(element, data, callbacks = {}) {
  const view = MOUNTED_WHATIF.get(element) ?? create(element);
  MOUNTED_WHATIF.set(element, view);
  const mine = (view.uses += 1);
  const anew = view.data?.id !== data.id;
  view.calls = callbacks;
  view.data = data;
  if (anew) {
    clearTimeout(view.timer);
    Object.assign(view, { model: data.model ? evaluator.load(data.model) : null, busy: 0, stale: false, told: "", question: "" });
    view.asked = view.answered = Math.max(view.asked, data.server?.id ?? 0);
    begin(view, data.start, true);
    buildControls(view, {
      begin: (start) => {
        begin(view, start);
        schedule(view);
        tell(view, true);
      },
      change: (index, value, resting) => change(view, index, value, resting),
      reset: (index) => reset(view, index),
      paint: () => schedule(view),
    });
    if (data.values) {
      view.state.values = [...data.values];
      renew(view);
    } else if (!view.model && !(view.state.start && view.state.outputs)) askPython(view);
  } else hear(view, data.server);
  schedule(view);
  return () => {
    if (view.uses !== mine) return; // a newer call has taken over
    clearTimeout(view.timer);
    dropPush(view);
    cancelAnimationFrame(view.frame);
    view.watcher.disconnect();
    view.root.remove();
    MOUNTED_WHATIF.delete(element);
  };
}

export default function (component) {
  const { data, parentElement, setStateValue } = component;
  return mountWhatIf(parentElement, data, { state: (value) => setStateValue("state", value) });
}
