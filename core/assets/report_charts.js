// Drawings of core/views in the report: one Vega view per specification, filled anew when the data change.
import { expressionInterpreter, vega, vegaLite } from "./vendor";

const THEMES = {
  light: { ink: "#31333f", soft: "#5f6370", grid: "#e6e8ec", axis: "#c9ccd3" },
  dark: { ink: "#fafafa", soft: "#b4b8c2", grid: "#2b2f3a", axis: "#474c59" },
};
export const dark = matchMedia("(prefers-color-scheme: dark)");
export const onPaper = matchMedia("print");
/** The reader's theme; on paper the light one. */
export const themeNow = () => (dark.matches && !onPaper.matches ? "dark" : "light");
const still = matchMedia("(prefers-reduced-motion: reduce)");
const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, sans-serif';

function configOf(theme, font = FONT, size = 1) {
  const { ink, soft, grid, axis } = THEMES[theme];
  return {
    background: null, font, aria: false,
    axis: { labelColor: soft, titleColor: soft, gridColor: grid, domainColor: axis, tickColor: axis, labelFontSize: 11.5 * size, titleFontSize: 12 * size, titleFontWeight: 500, titlePadding: 8, labelSeparation: 12 },
    legend: { labelColor: ink, titleColor: soft, labelFontSize: 12 * size, symbolSize: 90 },
    text: { fontSize: 11 * size },
    view: { stroke: null },
  };
}

/** Once the next frame is on screen: work that must not hold it up. */
export const afterFrame = (act) => requestAnimationFrame(() => setTimeout(act));

/** A small box that tells a mark's values; text only. */
export function makeTip(root) {
  const box = document.createElement("div");
  box.className = "ir-tip";
  box.hidden = true;
  root.appendChild(box);
  return (_handler, event, _item, value) => {
    box.hidden = value === null || value === undefined || value === "";
    if (box.hidden) return;
    box.replaceChildren();
    const pairs = typeof value === "object" ? Object.entries(value) : [["", value]];
    for (const [name, text] of pairs) {
      const line = document.createElement("div");
      const label = document.createElement("span");
      label.textContent = name;
      const said = document.createElement("b");
      said.textContent = String(text);
      line.append(label, said);
      box.appendChild(line);
    }
    const [width, height] = [box.offsetWidth, box.offsetHeight];
    box.style.left = `${Math.max(6, Math.min(event.clientX + 14, innerWidth - width - 6))}px`;
    box.style.top = `${event.clientY + 16 + height > innerHeight ? event.clientY - height - 10 : event.clientY + 16}px`;
  };
}

/** Records on their way: numbers between the old and the new, everything else new already. */
export function between(before, after, share) {
  return after.map((row, place) => {
    const mixed = { ...row };
    for (const [name, value] of Object.entries(row)) {
      const from = before[place][name];
      if (typeof value === "number" && typeof from === "number") mixed[name] = from + (value - from) * share;
    }
    return mixed;
  });
}

/** The signal that makes a drawing higher: of one with a height its own, of one with steps the step; none of several beside each other. */
const growsBy = ({ height }) => (typeof height === "number" ? "height" : height?.step ? "y_step" : null);

/**
 * A place for drawings. show(number, spec, rows, alt) draws; mark(feature) tells which bar is chosen.
 * context: { theme(), tip, pick(selection) }, and where wanted animation() in milliseconds (0: none), font(), size() (1: usual),
 * room() in pixels that a drawing may be high (0: as high as it is made).
 */
export function makeChart(parent, context) {
  const made = new Map();
  let current = null;
  const place = document.createElement("div");
  place.className = "ir-chart";
  place.setAttribute("role", "img");
  parent.appendChild(place);
  let wide = 0; // told by the watcher: asking in the midst of a painting makes the browser lay the page out
  const watcher = new ResizeObserver(([{ contentRect }]) => {
    wide = contentRect.width;
    if (current) fit(current);
  });
  watcher.observe(place);

  function build(number, spec, rows) {
    const element = document.createElement("div");
    place.appendChild(element);
    const compiled = vegaLite.compile(spec, { config: configOf(context.theme(), context.font?.(), context.size?.()), logger: vega.logger(vega.Error) }).spec;
    const runtime = vega.parse(compiled, null, { ast: true });
    const many = rows.length > 200;
    const view = new vega.View(runtime, { expr: expressionInterpreter, renderer: many ? "canvas" : "svg", container: element, hover: true, logger: vega.logger(vega.Error) });
    view.tooltip(context.tip);
    view.data("rows", rows);
    const item = { number, element, view, rows, grows: growsBy(spec), turns: JSON.stringify(spec).includes(".wide"), width: place.clientWidth, picks: compiled.signals?.some((signal) => signal.name === "pick") ?? false, marked: null };
    view.run();
    settle(item);
    if (item.picks) view.addEventListener("click", (_event, mark) => told(view, mark?.datum));
    return item;
  }

  /** A click on a mark, told within the click itself: the library's own signal comes after another turn of its loop. */
  function told(view, datum) {
    const names = view.signal("pick_tuple_fields").map(({ field }) => field);
    const found = names.filter((name) => datum?.[name] !== undefined && datum[name] !== null && datum[name] !== "");
    if (found.length) context.pick(Object.fromEntries(found.map((name) => [name, [datum[name]]])));
  }

  /** Names that turn leave other room than names that lie: the drawing is measured once more. */
  const settle = (item) => item.turns && item.view.resize().run();

  /** Higher where there is room, up to three times what it is made for, and back. */
  function stretch(item) {
    const room = context.room?.() ?? 0;
    if (!item.grows || (!room && !item.usual)) return;
    const now = item.view.signal(item.grows), height = item.view.height();
    item.usual ??= now;
    const made = height * item.usual / now, rest = item.element.offsetHeight - height; // axes and legends stay as they are
    const wanted = item.usual * (room ? Math.max(1, Math.min(3, (room - rest) / made)) : 1);
    if (Math.abs(wanted - now) > 0.1) item.view.signal(item.grows, wanted).resize().run();
  }

  function fit(item) {
    stretch(item);
    if (!wide || Math.abs(wide - item.width) < 1) return;
    item.width = Math.floor(wide);
    item.view.signal("width", item.width).resize().run();
    settle(item);
  }

  /** Data of the same shape glide to their new places, where the reader wants movement. */
  function fill(item, rows) {
    const before = item.rows;
    item.rows = rows;
    cancelAnimationFrame(item.glide);
    const length = still.matches ? 0 : context.animation?.() ?? 0;
    if (!length || before.length !== rows.length) return draw(item, rows);
    const began = performance.now();
    const step = (now) => {
      const share = Math.min(1, Math.max(0, (now - began) / length));
      draw(item, share === 1 ? rows : between(before, rows, share * share * (3 - 2 * share)));
      if (share < 1) item.glide = requestAnimationFrame(step);
    };
    step(began);
  }

  function draw(item, rows) {
    item.view.data("rows", rows);
    item.view.run();
  }

  function show(number, spec, rows, alt) {
    place.setAttribute("aria-label", alt);
    const known = made.get(number);
    for (const item of made.values()) item.element.hidden = item.number !== number;
    if (!known) {
      current = build(number, spec, rows);
      made.set(number, current);
      stretch(current);
      return;
    }
    current = known;
    if (known.rows === rows) return fit(known);
    known.marked = null;
    if (known.picks) known.view.data("pick_store", []);
    fill(known, rows);
    fit(known);
  }

  /** Make one feature's bar stand out; no bar where the feature has none. */
  function mark(feature) {
    if (!current?.picks || !current.rows.some((row) => row.feature !== undefined)) return;
    const there = feature !== null && current.rows.some((row) => row.feature === feature);
    const wanted = there ? feature : null;
    if (current.marked === wanted) return;
    current.marked = wanted;
    const fields = current.view.signal("pick_tuple_fields").filter(({ field }) => field === "feature");
    current.view.data("pick_store", there ? [{ unit: "", fields, values: [feature] }] : []);
    current.view.run();
  }

  function forget() {
    keep(new Set());
    current = null;
  }

  /** Let drawings go whose specification is not used any more. */
  function keep(numbers) {
    for (const [number, item] of made) {
      if (numbers.has(number)) continue;
      cancelAnimationFrame(item.glide);
      item.view.finalize();
      item.element.remove();
      made.delete(number);
      if (current === item) current = null;
    }
  }

  /** Build a drawing out of sight. */
  function prepare(number, spec, rows) {
    if (made.has(number) || !rows.length || !place.clientWidth) return;
    const item = build(number, spec, rows);
    item.element.hidden = true;
    made.set(number, item);
  }

  return { show, prepare, fit: () => current && fit(current), mark, forget, keep, remove: () => { forget(); watcher.disconnect(); }, get view() { return current?.view; } };
}
