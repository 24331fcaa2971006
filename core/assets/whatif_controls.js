// One control per feature: a slider with a number box, a list of levels, a switch, a date or a text; "missing" where that occurs.
import { writeName } from "./names.js";
import { cellText, isRanged, brief, put, putButton, putSvg, sameCell } from "./whatif_words.js";

const LONG = 24; // letters of a name that are not cut

/** A comfortable step for dragging: round, about 200 to the range, never finer than the data. */
export function dragStep(feature) {
  const finest = 10 ** -feature.decimals;
  const rough = (feature.high - feature.low) / 200;
  const unit = 10 ** Math.floor(Math.log10(rough));
  const step = unit * ([1, 2, 5, 10].find((factor) => factor * unit >= rough) ?? 10);
  return feature.kind === "integer" ? Math.max(1, Math.round(step)) : Math.max(finest, step);
}

/** A value at the step, in the data's own precision; near the start it is the start itself, at an end the end. */
export function snapped(feature, value, start) {
  const step = dragStep(feature);
  if (value <= feature.low || value >= feature.high) return value <= feature.low ? feature.low : feature.high;
  if (typeof start === "number" && Math.abs(value - start) < step * 0.5) return start;
  const near = Math.min(feature.high, Math.max(feature.low, Math.round(value / step) * step));
  return Number(near.toFixed(Math.min(20, feature.kind === "integer" ? 0 : feature.decimals)));
}

/**
 * Build the control of one feature.
 *
 * change(index, value, resting) is called on every movement; resting is true when a drag or a key press is over.
 * Returns { element, spark, show(value, start, touched) }; touched: the reader may have moved it away from its value.
 */
export function makeControl(feature, index, large, change, reset) {
  const element = put("div", large ? "iw-control iw-large" : "iw-control");
  const head = put("div", "iw-control-head", element);
  const title = put("label", "iw-name", head);
  writeTitle(title, brief(feature.called ?? feature.name, 120), brief(feature.name, 120), large);
  title.title = brief(feature.name, 400);
  title.id = `iw-name-${index}`;
  const back = putButton("iw-back", head, "↺", `Set ${brief(feature.name)} back`, () => reset(index));
  const gap = feature.missing
    ? putButton("iw-gap", head, "missing", `${brief(feature.name)} is missing`, () => {
        parts.change(index, parts.now === null ? filled(feature, parts.start, parts.last) : null, true);
      })
    : null;
  const parts = { feature, index, element, head, title, start: null, now: null, last: null, spark: null };
  parts.change = (place, value, resting) => {
    parts.now = value; // the next key may come before this one is painted
    change(place, value, resting);
  };
  const body = put("div", "iw-body", element);
  const show = kindOf(feature)(parts, body, large);
  let shown = null;
  return {
    element,
    get spark() { return parts.spark; },
    show(value, start, touched = true) {
      if (!touched && shown && sameCell(shown.value, value) && sameCell(shown.start, start)) return;
      shown = { value, start };
      Object.assign(parts, { start, now: value });
      if (value !== null) parts.last = value;
      const moved = !sameCell(value, start);
      element.classList.toggle("iw-moved", moved);
      element.classList.toggle("iw-missing", value === null);
      back.hidden = !moved;
      if (gap) gap.setAttribute("aria-pressed", String(value === null));
      show(value, start);
    },
  };
}

/** A name above its control; of a long one both ends are kept, since many begin alike; it is read out in full. */
function writeTitle(title, name, full, large) {
  title.textContent = name;
  if (name !== full) title.setAttribute("aria-label", full);
  if (large || name.length <= LONG) return;
  title.replaceChildren(document.createElement("span"), document.createElement("span"));
  title.classList.add("iw-ends-kept");
  title.setAttribute("aria-label", full); // parts that stand beside each other would be read with a gap
  writeName(title, name);
}

function filled(feature, start, last) {
  const known = [start, last].find((value) => value !== null && value !== undefined);
  if (known !== undefined) return known;
  if (feature.levels.length) return feature.levels[0];
  return feature.low === null ? (feature.kind === "text" ? "" : 0) : Number(((feature.low + feature.high) / 2).toFixed(feature.decimals));
}

function kindOf(feature) {
  if (feature.kind === "boolean" && feature.levels.length <= 2) return switchControl;
  if (feature.kind === "categorical" || feature.kind === "boolean") return listControl;
  if (feature.kind === "datetime") return dateControl;
  return feature.kind === "text" ? textControl : numberControl;
}

/** A number that fits its box: seven digits of a longer one, which stays what it is until somebody types. */
function boxText(value) {
  const whole = String(value);
  return whole.length > 12 ? String(Number(value.toPrecision(7))) : whole;
}

/** The letters of the feature's longest numbers, within reason: the box shows them whole. */
function lettersOf(feature) {
  const whole = [feature.low, feature.high].map((end) => String(Math.trunc(end)).length + (end < 0 && end > -1 ? 1 : 0));
  const behind = feature.kind === "integer" || !feature.decimals ? 0 : feature.decimals + 1;
  return Math.min(14, Math.max(...whole) + behind);
}

function numberControl(parts, body, large) {
  const { feature, index, change, head } = parts;
  const box = put("input", "iw-box", null);
  box.type = "number";
  box.step = feature.kind === "integer" ? "1" : "any";
  box.id = `iw-box-${index}`;
  box.style.setProperty("--iw-letters", String(lettersOf(feature)));
  parts.title.htmlFor = box.id;
  head.appendChild(box);
  const outside = put("div", "iw-outside", body);
  outside.hidden = true;
  const typed = (resting) => {
    const value = Number(box.value);
    if (box.value === "" || !Number.isFinite(value)) {
      if (resting) box.value = parts.now ?? ""; // no number: what stands is shown again
      return;
    }
    change(index, feature.kind === "integer" ? Math.round(value) : value, resting);
  };
  box.addEventListener("input", () => typed(false));
  box.addEventListener("change", () => typed(true));
  const slider = isRanged(feature) ? makeSlider(parts, body, large) : null;
  return (value, start) => {
    if (value === null) box.value = "";
    else if (box.value === "" || Number(box.value) !== value) box.value = boxText(value);
    box.title = value === null ? "" : String(value);
    box.placeholder = value === null ? "missing" : "";
    const beyond = value !== null && feature.low !== null && (value < feature.low || value > feature.high);
    outside.hidden = !beyond;
    if (beyond) outside.textContent = `Outside the data (${cellText(feature, feature.low)} to ${cellText(feature, feature.high)})`;
    slider?.(value, start);
  };
}

function makeSlider(parts, body, large) {
  const { feature, index, change } = parts;
  const track = put("div", "iw-track", body);
  if (large) parts.spark = putSvg("svg", { class: "iw-spark", "aria-hidden": "true", preserveAspectRatio: "none" }, track);
  const slider = put("input", "iw-slider", track);
  Object.assign(slider, { type: "range", min: feature.low, max: feature.high, step: "any" }); // snapped() has the steps
  slider.setAttribute("aria-labelledby", parts.title.id);
  const origin = put("span", "iw-origin", track);
  origin.title = "where it started";
  const ends = put("div", "iw-ends", body);
  put("span", "", ends, cellText(feature, feature.low));
  put("span", "", ends, cellText(feature, feature.high));
  slider.addEventListener("input", () => change(index, snapped(feature, Number(slider.value), parts.start), false));
  slider.addEventListener("change", () => change(index, snapped(feature, Number(slider.value), parts.start), true));
  slider.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -10, PageUp: 10 }[event.key];
    if (!step || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    change(index, snapped(feature, (parts.now ?? Number(slider.value)) + step * dragStep(feature), null), true);
  });
  const share = (value) => Math.min(1, Math.max(0, (value - feature.low) / (feature.high - feature.low)));
  return (value, start) => {
    if (value !== null) slider.value = String(value);
    slider.setAttribute("aria-valuetext", cellText(feature, value));
    track.style.setProperty("--at", String(value === null ? 0 : share(value)));
    origin.hidden = start === null;
    if (start !== null) track.style.setProperty("--from", String(share(start)));
  };
}

function listControl(parts, body) {
  const { feature, index, change } = parts;
  const select = put("select", "iw-select", body);
  select.id = `iw-box-${index}`;
  parts.title.htmlFor = select.id;
  const known = [...feature.levels];
  const fill = () => {
    select.replaceChildren();
    known.forEach((level, place) => (put("option", "", select, cellText(feature, level)).value = String(place)));
    const none = put("option", "", select, "missing");
    none.value = "-1";
    none.hidden = none.disabled = !feature.missing;
  };
  fill();
  select.addEventListener("change", () => change(index, select.value === "-1" ? null : known[Number(select.value)], true));
  return (value) => {
    if (value !== null && !known.includes(value)) {
      known.push(value);
      fill();
    }
    select.value = value === null ? "-1" : String(known.indexOf(value));
  };
}

function switchControl(parts, body) {
  const { feature, index, change } = parts;
  const truth = (value) => value === true || value === 1 || /^(true|yes|y|1)$/i.test(String(value));
  const on = feature.levels.find(truth);
  const off = feature.levels.find((level) => !truth(level));
  const values = [off === undefined ? (on === 1 ? 0 : false) : off, on === undefined ? (off === 0 ? 1 : true) : on];
  const button = putButton("iw-switch", body, undefined, "", () => change(index, parts.now !== null && truth(parts.now) ? values[0] : values[1], true));
  button.setAttribute("role", "switch");
  button.setAttribute("aria-labelledby", parts.title.id);
  put("span", "iw-knob", button);
  const said = put("span", "iw-said", body);
  return (value) => {
    button.setAttribute("aria-checked", String(value !== null && truth(value)));
    said.textContent = cellText(feature, value);
  };
}

function dateControl(parts, body) {
  const { index, change } = parts;
  const box = put("input", "iw-box iw-wide", body);
  box.type = "datetime-local";
  box.step = "1";
  box.setAttribute("aria-labelledby", parts.title.id);
  box.addEventListener("change", () => box.value && change(index, box.value, true));
  return (value) => (box.value = value === null ? "" : String(value).slice(0, 19));
}

function textControl(parts, body) {
  const { index, change } = parts;
  const box = put("input", "iw-box iw-wide", body);
  box.type = "text";
  box.maxLength = 10000;
  box.setAttribute("aria-labelledby", parts.title.id);
  box.addEventListener("input", () => change(index, box.value, false));
  box.addEventListener("change", () => change(index, box.value, true));
  return (value) => {
    if (box.value !== (value ?? "")) box.value = value ?? "";
    box.placeholder = value === null ? "missing" : "";
  };
}
