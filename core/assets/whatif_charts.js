// The what-if's pictures: a profile, a small profile over a slider, the place among all predictions. SVG without text from data.
import { digits, figures, isChance, putSvg, roundMarks } from "./whatif_words.js";

const ROOM = { left: 46, right: 14, top: 14, bottom: 24 };
const SCENES = new WeakMap();
const WIDTHS = new WeakMap();
const watcher = new ResizeObserver((changes) => changes.forEach(({ target, contentRect }) => WIDTHS.set(target, Math.floor(contentRect.width))));

/** How wide a drawing's place is: asked once and then told, since asking in the midst of a painting lays the page out. */
export function widthOf(svg) {
  if (!WIDTHS.has(svg)) {
    WIDTHS.set(svg, svg.clientWidth);
    watcher.observe(svg);
  }
  return WIDTHS.get(svg);
}

function setWhereOther(item, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    const text = String(value);
    if (item.attributes[name] !== text) item.node.setAttribute(name, (item.attributes[name] = text));
  }
}

/** A drawing made anew of the nodes that are there: put() takes them one after the other and writes what differs. */
function scene(svg, width, height, own = {}) {
  if (!SCENES.has(svg)) SCENES.set(svg, { node: svg, attributes: {}, held: [] });
  const whole = SCENES.get(svg), { held } = whole;
  setWhereOther(whole, { viewBox: `0 0 ${width} ${height}`, ...own });
  let at = 0;
  const put = (tag, attributes, text = "") => {
    let item = held[at];
    if (item?.tag !== tag) {
      const node = putSvg(tag, {}, null);
      if (item) item.node.replaceWith(node);
      else svg.appendChild(node);
      item = held[at] = { tag, node, attributes: {}, text: "" };
    }
    at += 1;
    setWhereOther(item, attributes);
    if (item.text !== text) item.node.textContent = item.text = text;
  };
  const end = () => held.splice(at).forEach(({ node }) => node.remove());
  return { put, end };
}

/** Ends of a vertical axis around values, never so narrow that noise looks like a slope. */
function verticalEnds(data, values) {
  let low = Math.min(...values);
  let high = Math.max(...values);
  const least = isChance(data) ? 0.02 : Math.max(1e-9, Math.abs(high) * 0.001);
  if (high - low < least) [low, high] = [low - (least - (high - low)) / 2, high + (least - (high - low)) / 2];
  const air = (high - low) * 0.08;
  [low, high] = [low - air, high + air];
  return isChance(data) ? [Math.max(0, low), Math.min(1, high)] : [low, high];
}

const markText = (data, value, span) =>
  isChance(data) ? (span < 0.05 ? `${figures(value * 100, 3)} %` : `${Math.round(value * 100)} %`) : figures(value, 3);

function pathOf(points) {
  return points.map(([x, y], i) => `${i ? "L" : "M"}${x.toFixed(1)},${y.toFixed(1)}`).join("");
}

/**
 * The prediction along one numeric feature. Returns a function from a pixel to the feature's value.
 * at and from: {x, y} of the current and the starting point, null where the value is missing.
 */
export function drawProfile(svg, data, { grid, values }, at, from, width, height) {
  const { put, end } = scene(svg, width, height, { height });
  const known = [at, from].filter((point) => point !== null);
  const [low, high] = verticalEnds(data, [...values, ...known.map((point) => point.y)]);
  const [first, last] = [grid[0], grid[grid.length - 1]];
  const x = (value) => ROOM.left + ((value - first) / (last - first || 1)) * (width - ROOM.left - ROOM.right);
  const y = (value) => height - ROOM.bottom - ((value - low) / (high - low || 1)) * (height - ROOM.top - ROOM.bottom);
  const bottom = height - ROOM.bottom;
  for (const mark of roundMarks(low, high, 3)) {
    put("line", { x1: ROOM.left, x2: width - ROOM.right, y1: y(mark), y2: y(mark), class: "iw-grid" });
    put("text", { x: ROOM.left - 7, y: y(mark) + 4, class: "iw-tick iw-end" }, markText(data, mark, high - low));
  }
  const marks = roundMarks(first, last, Math.max(2, Math.floor(width / 110)));
  for (const mark of marks) put("text", { x: x(mark), y: height - 6, class: "iw-tick iw-mid" }, figures(mark, 5));
  const points = grid.map((value, i) => [x(value), y(values[i])]);
  put("path", { d: `${pathOf(points)}L${x(last).toFixed(1)},${bottom}L${x(first).toFixed(1)},${bottom}Z`, class: "iw-under" });
  put("path", { d: pathOf(points), class: "iw-line" });
  if (from) put("circle", { cx: x(from.x), cy: y(from.y), r: 5, class: "iw-from" });
  if (at) {
    put("line", { x1: x(at.x), x2: x(at.x), y1: ROOM.top - 6, y2: bottom, class: "iw-rule" });
    put("circle", { cx: x(at.x), cy: y(at.y), r: 6.5, class: "iw-at" });
  }
  end();
  return (pixel) => first + ((pixel - ROOM.left) / (width - ROOM.left - ROOM.right)) * (last - first);
}

/** A small profile that stands on a slider's track: same ends, no axes. */
export function drawSpark(svg, data, { grid, values }, ends, low, high) {
  const [width, height, thumb] = [300, 34, 9];
  const { put } = scene(svg, width, height);
  const [bottom, top] = ends, wide = widthOf(svg);
  const inner = wide > 0 ? (thumb * width) / wide : thumb;
  const x = (value) => inner + ((value - low) / (high - low || 1)) * (width - 2 * inner);
  const y = (value) => height - 3 - ((value - bottom) / (top - bottom || 1)) * (height - 7);
  const points = grid.map((value, i) => [x(value), y(values[i])]);
  put("path", { d: `${pathOf(points)}L${points[points.length - 1][0].toFixed(1)},${height}L${points[0][0].toFixed(1)},${height}Z`, class: "iw-under" });
  put("path", { d: pathOf(points), class: "iw-line iw-thin" });
}

export const sparkEnds = verticalEnds;

/** All predictions as a strip of bars from their order statistics, with the start and the present marked. */
export function drawCrowd(svg, data, ranked, now, start, width) {
  const height = 46;
  const { put, end } = scene(svg, width, height, { height });
  if (ranked.length < 2) return end();
  const low = isChance(data) ? 0 : Math.min(ranked[0], now, start);
  const high = isChance(data) ? 1 : Math.max(ranked[ranked.length - 1], now, start);
  const bins = new Float64Array(40);
  for (const value of ranked) bins[Math.min(39, Math.max(0, Math.floor(((value - low) / (high - low || 1)) * 40)))] += 1;
  const tallest = Math.max(...bins);
  const x = (value) => 7 + ((value - low) / (high - low || 1)) * (width - 14);
  const bar = (width - 14) / 40;
  bins.forEach((count, i) => {
    const size = count === 0 ? 0 : Math.max(1.5, (count / tallest) * 30);
    if (size) put("rect", { x: 7 + i * bar + 0.5, y: 38 - size, width: Math.max(1, bar - 1), height: size, rx: 1, class: "iw-bin" });
  });
  put("line", { x1: 7, x2: width - 7, y1: 38.5, y2: 38.5, class: "iw-axis" });
  put("line", { x1: x(start), x2: x(start), y1: 8, y2: 38, class: "iw-was" });
  put("line", { x1: x(now), x2: x(now), y1: 4, y2: 38, class: "iw-now" });
  put("circle", { cx: x(now), cy: 38.5, r: 5, class: "iw-at" });
  end();
}

/** Where a prediction lies among all: "higher than 83 % of 569 instances". */
export function placeText(data, ranked, now) {
  if (ranked.length < 2) return "";
  const under = ranked.filter((value) => value < now).length + ranked.filter((value) => value === now).length / 2;
  const share = under / ranked.length;
  const all = digits(data.rows, 0);
  if (now > ranked[ranked.length - 1]) return `Higher than all ${all} instances.`;
  if (now < ranked[0]) return `Lower than all ${all} instances.`;
  const [side, part] = share >= 0.5 ? ["Higher", share] : ["Lower", 1 - share];
  return `${side} than ${Math.min(99, Math.round(part * 100))} % of ${all} instances.`;
}

