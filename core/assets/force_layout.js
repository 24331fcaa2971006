// Where everything of the force plot goes: pure functions from values to places, without a page (tested with node).

const SIX = new Intl.NumberFormat("en", { maximumSignificantDigits: 6 });

/** A number in a person's writing: six digits at most, thousands apart. */
export function written(value) {
  return SIX.format(value).replace("-", "−");
}

/** Segments of one row: those that push up end at the output, those that push down begin there, largest nearest. */
export function stack(row) {
  const end = row.values.reduce((sum, value) => sum + value, row.base);
  const sides = { up: [], down: [] };
  row.values.forEach((value, index) => {
    if (value !== 0) sides[value > 0 ? "up" : "down"].push({ index, size: Math.abs(value), way: value > 0 ? "up" : "down" });
  });
  const segments = [];
  for (const way of ["up", "down"]) {
    let at = end;
    for (const segment of sides[way].sort((a, b) => b.size - a.size)) {
      const next = way === "up" ? at - segment.size : at + segment.size;
      segments.push({ ...segment, from: Math.min(at, next), to: Math.max(at, next) });
      at = next;
    }
  }
  const low = Math.min(row.base, end, ...segments.map((segment) => segment.from));
  const high = Math.max(row.base, end, ...segments.map((segment) => segment.to));
  return { segments, end, low, high };
}

/** A straight map from values to pixels with room at both sides; a single value lands in the middle. */
export function ruler(low, high, width, room) {
  const span = high - low;
  if (!(span > 0)) return () => width / 2;
  return (value) => room + ((value - low) / span) * (width - 2 * room);
}

/** Round numbers between two ends, at most so many. */
export function ticks(low, high, most) {
  const span = high - low;
  if (!(span > 0) || !Number.isFinite(span)) return [low];
  const rough = span / Math.max(1, most);
  const unit = 10 ** Math.floor(Math.log10(rough));
  const step = unit * ([1, 2, 5, 10].find((factor) => factor * unit >= rough) ?? 10);
  const marks = [];
  for (let count = Math.ceil(low / step); count * step <= high + step * 1e-9; count += 1) marks.push(Number((count * step).toPrecision(12)));
  return marks;
}

/** A tick in the scale's own writing. */
export function tickText(value, scale) {
  const size = Math.abs(value);
  if (scale === "probability") return `${written(value * 100)} %`;
  if (size !== 0 && (size >= 1e10 || size < 1e-4)) return value.toExponential(1).replace("-", "−");
  return written(value);
}

/** Cut a text to a width in pixels. */
export function shorten(text, limit, measure) {
  if (measure(text) <= limit) return text;
  const kept = mostThat(text.length, (count) => measure(`${text.slice(0, count)}…`) <= limit);
  return `${text.slice(0, kept).trimEnd()}…`;
}

/** The largest count up to an end that fits, where every smaller one does. */
function mostThat(end, fits) {
  let low = 0;
  let high = end;
  while (low < high) {
    const half = Math.ceil((low + high) / 2);
    if (fits(half)) low = half;
    else high = half - 1;
  }
  return low;
}

/** Cut a name to a width in its middle: many long names begin alike. */
export function middle(text, limit, measure) {
  if (measure(text) <= limit) return text;
  const cut = (kept) => `${text.slice(0, kept - Math.floor(kept / 3)).trimEnd()}…${text.slice(text.length - Math.floor(kept / 3)).trimStart()}`;
  return cut(mostThat(text.length - 1, (count) => measure(cut(count)) <= limit));
}

/** Cut "name = value" to a width: the name gives way, the value stays as long as it leaves the name some room. */
export function shortenPair(text, limit, measure) {
  const at = text.lastIndexOf(" = ");
  const value = at > 0 ? text.slice(at) : "";
  const room = limit - measure(value);
  if (!value || measure(text) <= limit || room < limit / 3) return shorten(text, limit, measure);
  return middle(text.slice(0, at), room, measure) + value;
}

/** Labels of the segments that are wide enough to be worth one. */
export function wantedLabels(row, segments, x, width, measure) {
  const least = width < 480 ? 0.06 : 0.025;
  const total = segments.reduce((sum, segment) => sum + segment.size, 0);
  return segments
    .filter((segment) => segment.size >= least * total)
    .map((segment) => {
      const full = `${row.labels[segment.index]} (${row.texts[segment.index]})`;
      const text = shortenPair(row.labels[segment.index], Math.min(230, width * 0.48), measure);
      return { ...segment, full, text, width: measure(text) + 2, center: (x(segment.from) + x(segment.to)) / 2 };
    });
}

/** Find room for labels under their segments: the largest first, several lanes; what does not fit is left out. */
export function placeLabels(wanted, width, lanes, gap) {
  const taken = Array.from({ length: lanes }, () => []);
  const placed = [];
  for (const label of [...wanted].sort((a, b) => b.size - a.size)) {
    const left = Math.min(Math.max(label.center - label.width / 2, 0), Math.max(0, width - label.width));
    const right = left + label.width;
    const lane = taken.findIndex((spans) => spans.every(([from, to]) => right + gap <= from || left >= to + gap));
    if (lane < 0) continue;
    taken[lane].push([left, right]);
    placed.push({ ...label, left, lane });
  }
  return placed;
}

/** The outline of one segment as an arrow that points towards the output. */
export function arrow(from, to, way, outermost, top, height, tip) {
  const a = Math.min(tip, height / 2);
  const [tail, head] = way === "up" ? [from, to] : [to, from];
  const back = way === "up" ? -a : a;
  const middle = top + height / 2;
  const bottom = top + height;
  const start = outermost ? [`${tail + back},${bottom}`] : [`${tail + back},${bottom}`, `${tail},${middle}`];
  return [`${tail + back},${top}`, `${head + back},${top}`, `${head},${middle}`, `${head + back},${bottom}`, ...start].join(" ");
}

/** Where new data from Python should take the reader: only to a row that Python chose itself, which it numbers. */
export function follow(state, page, at, said) {
  if (page !== state.page || said !== state.said) return { page, said, last: at, sent: [], index: at };
  const echo = state.sent.indexOf(at);
  if (echo >= 0) return { ...state, last: at, sent: state.sent.slice(echo + 1) };
  if (at === state.last) return state;
  return { ...state, last: at, sent: [], index: at };
}
