// What the force plot shows of one row: its head, the plot, the bars. Text from a table or a model stays text.
import { writeName } from "./names.js";
import { arrow, placeLabels, ruler, stack, tickText, ticks, wantedLabels, written } from "./force_layout.js";

const SVG = "http://www.w3.org/2000/svg";
const BAR = { top: 30, height: 34, tip: 8 };
const LANE = { height: 19, count: 3, gap: 12 };

export function html(tag, name, parent, text) {
  const node = document.createElement(tag);
  if (name) node.className = name;
  if (text !== undefined) node.textContent = text;
  if (parent) parent.appendChild(node);
  return node;
}

function draw(tag, attributes, parent, text) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, String(value));
  if (text !== undefined) node.textContent = text;
  if (parent) parent.appendChild(node);
  return node;
}

/** The parts of the page that stay while one leafs. */
export function skeleton(root) {
  const head = html("div", "ie-head", root);
  const back = html("button", "ie-turn", head, "‹");
  const titles = html("div", "ie-titles", head);
  const title = html("div", "ie-title", titles);
  const count = html("div", "ie-count", titles);
  const next = html("button", "ie-turn", head, "›");
  back.type = next.type = "button";
  back.setAttribute("aria-label", "Previous instance");
  next.setAttribute("aria-label", "Next instance");
  const answer = html("div", "ie-answer", root);
  const said = html("div", "ie-said", answer);
  const notes = html("div", "ie-notes", answer);
  const live = html("div", "ie-live", root);
  const told = html("p", "ie-sentence", root);
  for (const node of [live, told]) node.setAttribute("aria-live", "polite");
  const plot = html("div", "ie-plot", root);
  const legend = html("div", "ie-legend", root);
  html("span", "ie-key ie-up", legend, "pushes up");
  html("span", "ie-key ie-down", legend, "pushes down");
  const unit = html("span", "ie-unit", legend);
  const bars = html("div", "ie-bars", root);
  bars.setAttribute("role", "group");
  const more = html("button", "ie-more", root);
  more.type = "button";
  return { root, back, next, title, count, said, notes, live, told, plot, unit, bars, more, lines: [] };
}

export function paintHead(parts, data, index) {
  const row = data.rows[index];
  const place = data.before + index + 1; // as people count
  parts.title.textContent = row.title;
  parts.title.title = row.title;
  parts.count.textContent = data.total > 1 ? `${written(place)} of ${written(data.total)}` : "";
  parts.back.disabled = place <= 1;
  parts.next.disabled = place >= data.total;
  if (parts.root.getRootNode().activeElement?.disabled) parts.root.focus(); // so that the arrow keys go on working
  parts.back.hidden = parts.next.hidden = data.total <= 1;
  parts.said.textContent = row.said;
  parts.notes.replaceChildren();
  for (const note of row.notes) html("span", "ie-note", parts.notes, note);
  if (row.truth !== null) {
    const mark = row.right === null ? "" : row.right ? " ✓" : " ✗";
    const chip = html("span", "ie-note ie-truth", parts.notes, `true value: ${row.truth}${mark}`);
    if (row.right !== null) chip.classList.add(row.right ? "ie-right" : "ie-wrong");
  }
  parts.live.textContent = row.title;
  parts.told.textContent = row.sentence;
}

/** The force plot of one row at a width. */
export function paintPlot(parts, data, index, width, measure, pick, picked) {
  const row = data.rows[index];
  const { segments, end, low, high } = stack(row);
  const x = ruler(low, high, width, Math.min(34, width / 8));
  const below = BAR.top + BAR.height;
  const labels = placeLabels(wantedLabels(row, segments, x, width, measure), width, LANE.count, LANE.gap);
  const used = labels.reduce((most, label) => Math.max(most, label.lane + 1), 0);
  const axis = below + 12 + used * LANE.height;
  const svg = draw("svg", { width, height: axis + 40, viewBox: `0 0 ${width} ${axis + 40}`, role: "img", "aria-label": row.sentence });
  paintAxis(svg, data, row, { low, high, axis, width, x, end });
  paintSegments(svg, data, row, segments, x, pick, picked);
  const lane = (label) => below + 10 + label.lane * LANE.height;
  for (const label of labels) {
    draw("line", { x1: label.center, x2: label.center, y1: below + 1, y2: lane(label) + 1, class: `ie-leader ie-${label.way}` }, svg);
  }
  for (const label of labels) {
    const text = draw("text", { x: label.left, y: lane(label) + 12, class: "ie-label" }, svg, label.text);
    draw("title", {}, text, label.full);
  }
  const half = measure(row.outputText) / 2 + 6;
  draw("line", { x1: x(end), x2: x(end), y1: BAR.top - 6, y2: below + 4, class: "ie-output" }, svg);
  draw("text", { x: Math.min(Math.max(x(end), half), width - half), y: BAR.top - 11, class: "ie-value" }, svg, row.outputText);
  parts.plot.replaceChildren(svg);
}

function paintAxis(svg, data, row, { low, high, axis, width, x, end }) {
  draw("line", { x1: 0, x2: width, y1: axis, y2: axis, class: "ie-axis" }, svg);
  const base = x(row.base);
  draw("line", { x1: base, x2: base, y1: BAR.top - 4, y2: axis + 5, class: "ie-base" }, svg);
  draw("line", { x1: x(end), x2: x(end), y1: BAR.top + BAR.height, y2: axis, class: "ie-guide" }, svg);
  for (const mark of ticks(low, high, Math.max(2, Math.floor(width / 110)))) {
    draw("line", { x1: x(mark), x2: x(mark), y1: axis, y2: axis + 4, class: "ie-axis" }, svg);
    draw("text", { x: x(mark), y: axis + 17, class: "ie-tick" }, svg, tickText(mark, data.scale));
  }
  const half = Math.min(row.baseText.length * 3.2 + 4, width / 2);
  draw("text", { x: Math.min(Math.max(base, half), width - half), y: axis + 34, class: "ie-start" }, svg, row.baseText);
}

function paintSegments(svg, data, row, segments, x, pick, picked) {
  const outer = { up: Math.min(...segments.map((segment) => segment.from)), down: Math.max(...segments.map((segment) => segment.to)) };
  const rank = { up: 0, down: 0 };
  for (const segment of segments) {
    const shade = Math.max(0.5, 1 - 0.09 * rank[segment.way]++);
    const outermost = segment.way === "up" ? segment.from === outer.up : segment.to === outer.down;
    const tip = Math.min(BAR.tip, x(segment.to) - x(segment.from));
    const feature = data.features[segment.index];
    const points = arrow(x(segment.from), x(segment.to), segment.way, outermost, BAR.top, BAR.height, tip);
    const node = draw("polygon", { points, "fill-opacity": shade, class: `ie-segment ie-${segment.way}${feature === picked ? " ie-picked" : ""}` }, svg);
    draw("title", {}, node, `${row.labels[segment.index]}: ${row.texts[segment.index]}`);
    node.addEventListener("click", () => pick(feature));
  }
}

/** The bars under the plot, largest first; line elements are kept and filled anew. */
export function paintBars(parts, data, index, all, pick, picked) {
  const row = data.rows[index];
  const ranked = row.values.map((_, item) => item).sort((a, b) => Math.abs(row.values[b]) - Math.abs(row.values[a]));
  const shown = all || ranked.length <= data.k + 1 ? ranked : ranked.slice(0, data.k);
  const rest = ranked.slice(shown.length).reduce((sum, item) => sum + row.values[item], 0);
  const entries = shown.map((item) => ({ value: row.values[item], label: row.labels[item], text: row.texts[item], feature: data.features[item] }));
  if (shown.length < ranked.length) entries.push({ value: rest, label: `${ranked.length - shown.length} others`, text: row.rest, feature: null });
  const low = Math.min(0, ...entries.map((entry) => entry.value));
  const high = Math.max(0, ...entries.map((entry) => entry.value));
  const span = high - low || 1;
  while (parts.lines.length < entries.length) parts.lines.push(line(parts.bars, pick));
  parts.lines.forEach((item, place) => fill(item, entries[place], low, span, picked));
  parts.more.hidden = ranked.length <= data.k + 1;
  parts.more.textContent = all ? "Show the largest only" : `Show all ${ranked.length}`;
  parts.more.setAttribute("aria-expanded", String(all));
}

function line(parent, pick) {
  const button = html("button", "ie-line", parent);
  button.type = "button";
  const name = html("span", "ie-name", button);
  const called = html("span", "ie-called", name);
  html("span", "ie-begins", called);
  html("span", "ie-tail", called);
  const value = html("span", "ie-own", name);
  const track = html("span", "ie-track", button);
  const bar = html("span", "ie-bar", track);
  const text = html("span", "ie-amount", button);
  const item = { button, name, called, value, track, bar, text, feature: null };
  button.addEventListener("click", () => item.feature !== null && pick(item.feature));
  return item;
}

function fill(item, entry, low, span, picked) {
  item.button.hidden = entry === undefined;
  if (entry === undefined) return;
  const way = entry.feature === null ? "rest" : entry.value >= 0 ? "up" : "down";
  item.feature = entry.feature;
  const at = entry.feature === null ? -1 : entry.label.lastIndexOf(" = "); // where room is short, the name gives way first
  writeName(item.called, at > 0 ? entry.label.slice(0, at) : entry.label);
  item.value.textContent = at > 0 ? entry.label.slice(at) : "";
  item.name.title = entry.label;
  item.text.textContent = entry.text;
  item.bar.className = `ie-bar ie-${way}`;
  item.bar.style.left = `${(100 * (Math.min(entry.value, 0) - low)) / span}%`;
  item.bar.style.width = `${(100 * Math.abs(entry.value)) / span}%`;
  item.track.style.setProperty("--zero", `${(-100 * low) / span}%`);
  item.button.disabled = entry.feature === null;
  item.button.classList.toggle("ie-picked", entry.feature !== null && entry.feature === picked);
  item.button.setAttribute("aria-pressed", String(entry.feature !== null && entry.feature === picked));
  item.button.setAttribute("aria-label", `${entry.label}: ${entry.text}`);
}
