// The what-if's answers: the prediction, what changed, the moved feature's profile, kept scenarios side by side.
import { makePush } from "./whatif_push.js";
import { drawCrowd, drawProfile, placeText, widthOf } from "./whatif_charts.js";
import { brief, cellText, changeText, isChance, isRanged, outputName, outputText, put, putButton, putSvg, sameCell, say } from "./whatif_words.js";

/** The parts of the panel that stay. */
export function makePanel(root, calls) {
  const panel = put("section", "iw-panel", root);
  panel.setAttribute("aria-label", "Prediction");
  const answer = put("div", "iw-answer", panel);
  const label = put("div", "iw-label", answer);
  const number = put("div", "iw-number", answer);
  const change = put("div", "iw-change", answer);
  const note = put("div", "iw-note", answer);
  const detail = put("div", "iw-detail", panel);
  const classes = put("div", "iw-classes", detail);
  const crowd = putSvg("svg", { class: "iw-crowd", role: "img", width: "100%" }, detail);
  const place = put("div", "iw-place", detail);
  const live = put("div", "iw-live", answer);
  live.setAttribute("aria-live", "polite");
  const tools = put("div", "iw-tools", panel);
  const keep = putButton("iw-button iw-strong", tools, "Keep scenario", "", calls.keep);
  const resetAll = putButton("iw-button", tools, "Reset all", "", calls.resetAll);
  const push = makePush(panel);
  const changes = put("div", "iw-block iw-changes", panel);
  const profile = put("div", "iw-block iw-profile", panel);
  const heading = put("h4", "iw-title", profile);
  const unit = put("div", "iw-unit", profile);
  const chart = putSvg("svg", { class: "iw-chart", role: "img", width: "100%" }, profile);
  const levels = put("div", "iw-levels", profile);
  const kept = put("div", "iw-block iw-kept", root.parentElement); // outside the frame: the sticky panel would slide over it
  return { panel, label, number, change, classes, crowd, place, note, live, keep, resetAll, push, changes, profile, heading, unit, chart, levels, kept, rows: [] };
}

export function paintAnswer(parts, data, state, choose) {
  const { outputs, start, output, waiting, error } = state;
  parts.panel.classList.toggle("iw-waiting", waiting);
  say(parts.label, isChance(data) ? `Probability of ${outputName(data, output)}` : data.target === "prediction" ? "Prediction" : `Predicted ${outputName(data, output)}`);
  parts.label.title = isChance(data) ? brief(data.classes[output], 400) : brief(data.target, 400);
  const unit = !isChance(data) && data.unit ? ` ${brief(data.unit, 16)}` : "";
  say(parts.number, outputs ? outputText(data, outputs[output]) + unit : "…");
  say(parts.note, error ?? "");
  parts.note.hidden = !error;
  if (!outputs || !start) return;
  const moved = outputs[output] - start[output];
  parts.change.className = `iw-change ${moved > 0 ? "iw-up" : moved < 0 ? "iw-down" : ""}`;
  const arrow = moved > 0 ? "▲ " : moved < 0 ? "▼ " : "";
  say(parts.change, moved === 0 ? `as at the start (${outputText(data, start[output])})` : `${arrow}${changeText(data, moved)} against the start (${outputText(data, start[output])})`);
  paintClasses(parts, data, state, choose);
  const ranked = data.distribution[output];
  drawCrowd(parts.crowd, data, ranked, outputs[output], start[output], Math.max(200, widthOf(parts.crowd) || 320));
  const where = placeText(data, ranked, outputs[output]);
  say(parts.place, where);
  parts.crowd.setAttribute("aria-label", `All predictions of the data. ${where}`);
}

/** One bar per class, the start as a mark; a click explains that class instead. */
function paintClasses(parts, data, { outputs, start, output }, choose) {
  parts.classes.hidden = data.classes.length < 2;
  while (parts.rows.length < data.classes.length) {
    const place = parts.rows.length;
    const row = putButton("iw-class", parts.classes, undefined, "", () => choose(place));
    const name = put("span", "iw-class-name", row);
    const track = put("span", "iw-class-track", row);
    parts.rows.push({ row, name, bar: put("span", "iw-class-bar", track), mark: put("span", "iw-class-mark", track), text: put("span", "iw-class-text", row) });
  }
  parts.rows.forEach((item, place) => {
    item.row.hidden = place >= data.classes.length;
    if (item.row.hidden) return;
    const name = brief(data.classes[place], 60);
    say(item.name, name);
    item.name.title = brief(data.classes[place], 400);
    say(item.text, outputText(data, outputs[place]));
    item.bar.style.width = `${Math.min(1, Math.max(0, outputs[place])) * 100}%`;
    item.mark.style.left = `${Math.min(1, Math.max(0, start[place])) * 100}%`;
    item.row.setAttribute("aria-pressed", String(place === output));
    item.row.setAttribute("aria-label", `${name}: ${item.text.textContent}, ${outputText(data, start[place])} at the start`);
  });
}

/** Every feature that differs from the start, with what it does alone where that is known. */
export function paintChanges(parts, data, state, reset) {
  const changed = data.features.map((_, i) => i).filter((i) => !sameCell(state.values[i], state.from[i]));
  parts.resetAll.disabled = changed.length === 0;
  parts.changes.replaceChildren();
  put("h4", "iw-title", parts.changes, changed.length ? `What changed (${changed.length})` : "What changed");
  if (changed.length === 0) {
    put("p", "iw-empty", parts.changes, "Nothing yet. Move a slider and watch the prediction.");
    return;
  }
  const list = put("ul", "iw-list", parts.changes);
  for (const i of changed) {
    const feature = data.features[i];
    const item = put("li", "iw-item", list);
    const words = put("div", "iw-words", item);
    put("span", "iw-name", words, brief(feature.name)).title = brief(feature.name, 400);
    const move = put("span", "iw-move", words);
    put("span", "iw-before", move, brief(cellText(feature, state.from[i]), 30));
    put("span", "iw-arrow", move, " → ");
    put("span", "iw-after", move, brief(cellText(feature, state.values[i]), 30));
    const alone = state.alone?.(i);
    if (alone !== undefined) {
      const effect = put("span", `iw-effect ${alone > 0 ? "iw-up" : alone < 0 ? "iw-down" : ""}`, item, alone === 0 ? "no effect alone" : `${changeText(data, alone)} alone`);
      effect.title = "What this change does by itself, from the start";
    }
    putButton("iw-back", item, "↺", `Set ${brief(feature.name)} back`, () => reset(i));
  }
}

export function paintProfile(parts, data, state, move) {
  const { moved, profile, output } = state;
  parts.profile.hidden = moved === null || !profile || profile.grid.length < 2;
  if (parts.profile.hidden) return null;
  const feature = data.features[moved];
  say(parts.heading, `If only ${brief(feature.name, 48)} moved`);
  parts.heading.title = brief(feature.name, 400);
  say(parts.unit, isChance(data) ? `probability of ${outputName(data, output)}` : `${outputName(data, output)}${data.unit ? `, ${brief(data.unit, 16)}` : ""}`);
  const ranged = isRanged(feature);
  parts.chart.toggleAttribute("hidden", !ranged);
  parts.levels.hidden = ranged;
  if (!ranged) {
    paintLevels(parts, data, feature, state, move);
    return null;
  }
  const point = (value) => {
    const place = profile.grid.indexOf(value);
    return place < 0 ? null : { x: value, y: profile.values[place] };
  };
  const at = point(state.values[moved]);
  const known = profile.grid.map((value, i) => [value, profile.values[i]]).filter(([value]) => typeof value === "number");
  const drawn = { grid: known.map(([value]) => value), values: known.map(([, y]) => y) };
  parts.chart.setAttribute("aria-label", `${parts.unit.textContent} from ${outputText(data, drawn.values[0])} to ${outputText(data, drawn.values[drawn.values.length - 1])} as ${brief(feature.name)} goes from ${cellText(feature, drawn.grid[0])} to ${cellText(feature, drawn.grid[drawn.grid.length - 1])}`);
  return drawProfile(parts.chart, data, drawn, at, point(state.from[moved]), Math.max(220, widthOf(parts.chart) || 360), 180);
}

/** Levels as buttons with bars, the prediction of each beside it. */
function paintLevels(parts, data, feature, { moved, profile, values, from }, move) {
  const focused = parts.levels.getRootNode().activeElement?.dataset?.place;
  const low = isChance(data) ? 0 : Math.min(0, ...profile.values);
  const high = isChance(data) ? 1 : Math.max(0, ...profile.values);
  parts.levels.replaceChildren();
  profile.grid.forEach((level, i) => {
    const row = putButton("iw-class iw-level", parts.levels, undefined, "", () => move(moved, level, true));
    row.dataset.place = String(i);
    const name = put("span", "iw-class-name", row, cellText(feature, level) + (sameCell(level, from[moved]) ? " (start)" : ""));
    name.title = cellText(feature, level);
    const track = put("span", "iw-class-track", row);
    const [a, b] = [Math.min(0, profile.values[i]), Math.max(0, profile.values[i])];
    const bar = put("span", "iw-class-bar", track);
    bar.style.left = `${((a - low) / (high - low || 1)) * 100}%`;
    bar.style.width = `${((b - a) / (high - low || 1)) * 100}%`;
    put("span", "iw-class-text", row, outputText(data, profile.values[i]));
    row.setAttribute("aria-pressed", String(sameCell(level, values[moved])));
    if (focused === String(i)) row.focus();
  });
}

/** The start, the present and the kept scenarios side by side: predictions, and every value that differs. */
export function paintKept(parts, data, state, use, drop) {
  parts.kept.hidden = state.kept.length === 0;
  parts.kept.replaceChildren();
  if (parts.kept.hidden) return;
  put("h4", "iw-title", parts.kept, "Scenarios side by side");
  const scroll = put("div", "iw-scroll", parts.kept);
  scroll.tabIndex = 0;
  const table = put("table", "iw-table", scroll);
  const all = [{ name: "Start", values: state.from, outputs: state.start }, { name: "Now", values: state.values, outputs: state.outputs }, ...state.kept];
  const head = put("tr", "", put("thead", "", table));
  put("th", "", head, "").scope = "col";
  all.forEach((scenario, place) => {
    const cell = put("th", place === 1 ? "iw-present" : "", head);
    cell.scope = "col";
    put("span", "", cell, brief(scenario.name, 30));
    if (place < 2) return;
    putButton("iw-mini", cell, "Use", `Use ${brief(scenario.name, 30)}`, () => use(place - 2));
    putButton("iw-mini", cell, "×", `Remove ${brief(scenario.name, 30)}`, () => drop(place - 2));
  });
  const body = put("tbody", "", table);
  const line = (title, texts, differs, strong) => {
    const row = put("tr", strong ? "iw-result" : "", body);
    put("th", "", row, title).scope = "row";
    texts.forEach((text, place) => put("td", differs(place) ? "iw-differs" : place === 1 ? "iw-present" : "", row, text));
  };
  const shown = data.classes.length > 2 ? data.classes.map((_, k) => k) : [state.output];
  for (const k of shown) line(isChance(data) ? outputName(data, k) : outputName(data, 0), all.map(({ outputs }) => (outputs ? outputText(data, outputs[k]) : "…")), () => false, true);
  data.features.forEach((feature, i) => {
    if (all.every(({ values }) => sameCell(values[i], state.from[i]))) return;
    line(brief(feature.name, 40), all.map(({ values }) => brief(cellText(feature, values[i]), 30)), (place) => !sameCell(all[place].values[i], state.from[i]), false);
  });
}
