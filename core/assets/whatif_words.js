// Building nodes and writing values for the what-if: text only ever by textContent, whatever it holds.

const SVG_SPACE = "http://www.w3.org/2000/svg";
const MINUS_SIGN = "−";

export function put(tag, name, parent, text) {
  const node = document.createElement(tag);
  if (name) node.className = name;
  if (text !== undefined) node.textContent = text;
  if (parent) parent.appendChild(node);
  return node;
}

export function putButton(name, parent, text, label, act) {
  const node = put("button", name, parent, text);
  node.type = "button";
  if (label) node.setAttribute("aria-label", label);
  if (label && label !== text) node.title = label;
  node.addEventListener("click", act);
  return node;
}

export function putSvg(tag, attributes, parent, text) {
  const node = document.createElementNS(SVG_SPACE, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, String(value));
  if (text !== undefined) node.textContent = text;
  if (parent) parent.appendChild(node);
  return node;
}

/** Write a text where another one stands: writing the same again would lay the page out anew. */
export function say(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** One line of bounded length: control and direction characters become spaces. */
export function brief(text, longest = 60) {
  const line = String(text).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ").replace(/\s+/g, " ").trim();
  const letters = Array.from(line);
  return letters.length <= longest ? line || "(empty)" : letters.slice(0, longest - 1).join("").trimEnd() + "…";
}

const FORMATS = new Map();

/** A number in digits as English writes it; formats are made once, since making one takes longer than writing with it. */
export function digits(value, most, least = 0, grouping = true) {
  const key = `${most} ${least} ${grouping}`;
  if (!FORMATS.has(key)) FORMATS.set(key, new Intl.NumberFormat("en-US", { maximumFractionDigits: most, minimumFractionDigits: least, useGrouping: grouping }));
  return FORMATS.get(key).format(value);
}

/** A number with so many significant digits, never fewer than its whole part. */
export function figures(value, count = 4) {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "not a number" : value > 0 ? "infinite" : `${MINUS_SIGN}infinite`;
  const size = Math.abs(value);
  if (size === 0) return "0";
  if (size >= 1e15 || size < 1e-6) return value.toExponential(count - 1).replace("-", MINUS_SIGN);
  const decimals = Math.max(0, Math.min(20, count - 1 - Math.floor(Math.log10(size))));
  return digits(value, decimals).replace("-", MINUS_SIGN);
}

export function withSign(value, count = 3) {
  const text = figures(value, count);
  return text === "0" || text.startsWith(MINUS_SIGN) ? text : `+${text}`;
}

/** A probability with one digit after the point, so that small moves show; more where it is rare. */
export function inPercent(chance) {
  if (chance === 0 || chance === 1) return `${chance * 100} %`;
  if (!(chance > 0 && chance < 1)) return `${figures(chance * 100, 3)} %`;
  if (chance < 1e-4) return "under 0.01 %";
  if (chance > 1 - 1e-4) return "over 99.99 %";
  const decimals = Math.max(1, -Math.floor(Math.log10(Math.min(chance, 1 - chance) * 100)));
  return `${(chance * 100).toFixed(decimals)} %`;
}

/** A cell as a person wrote it. */
export function cellText(feature, value) {
  if (value === null || value === undefined) return "missing";
  if (typeof value !== "number") return feature.kind === "datetime" ? brief(String(value).replace("T", " ")) : brief(value);
  const rounded = Number(value.toFixed(Math.min(20, feature.decimals)));
  return digits(rounded, 12, 0, Math.abs(rounded) >= 10000).replace("-", MINUS_SIGN);
}

export const isChance = (data) => data.classes.length > 0;
export const outputText = (data, value) => (isChance(data) ? inPercent(value) : figures(value));
export const outputName = (data, output) => brief(isChance(data) ? data.classes[output] : data.target, 40);

/** A change of the output with its unit: percentage points, or the target's own. */
export function changeText(data, change) {
  if (!isChance(data)) return data.unit ? `${withSign(change)} ${brief(data.unit, 16)}` : withSign(change);
  const points = change * 100;
  const size = Math.abs(points);
  const text = size >= 0.05 ? size.toFixed(1) : figures(size, 1);
  return `${points > 0 ? "+" : points < 0 ? MINUS_SIGN : ""}${text} points`;
}

export const sameCell = (a, b) => a === b || ((a === null || a === undefined) && (b === null || b === undefined));

/** Values to move a feature over: its observed range or its levels, the given ones among them. */
export function gridOf(feature, own, count = 81) {
  const given = own.filter((value) => value !== null && value !== undefined);
  if (!isRanged(feature)) return [...new Set([...feature.levels.slice(0, 30), ...given])];
  const even = Array.from({ length: count }, (_, i) => feature.low + ((feature.high - feature.low) * i) / (count - 1));
  const points = [...even.map((value) => (feature.kind === "integer" ? Math.round(value) : value)), ...given];
  return [...new Set(points)].sort((a, b) => a - b);
}

export const isRanged = (feature) =>
  (feature.kind === "numeric" || feature.kind === "integer") && feature.low !== null && feature.high > feature.low;

/** Round marks between two ends. */
export function roundMarks(low, high, most) {
  const span = high - low;
  if (!(span > 0) || !Number.isFinite(span)) return [low];
  const unit = 10 ** Math.floor(Math.log10(span / most));
  const step = unit * ([1, 2, 5, 10].find((factor) => factor * unit >= span / most) ?? 10);
  const marks = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++) marks.push(Number((i * step).toPrecision(12)));
  return marks;
}
