// One card of the report: question, sentence, drawing, how sure it is, the numbers, how to read it.
import { makeChart } from "./report_charts.js";
import { pathOf, unpack } from "./report_data.js";

export function add(tag, name, parent, text) {
  const node = document.createElement(tag);
  if (name) node.className = name;
  if (text !== undefined) node.textContent = text;
  if (parent) parent.appendChild(node);
  return node;
}

/** A card for one panel. context: { data, state, theme(), tip, pick(selection), feature() }. */
export function makePanel(parent, panel, context) {
  const card = add("section", `ir-card ir-${panel.id}`, parent);
  card.dataset.panel = panel.id;
  const whose = panel.level === "the data" ? undefined : context.data.models[panel.model]?.name;
  if (whose) card.dataset.model = String(panel.model);
  const head = add("div", "ir-card-head", card);
  const titles = add("div", "ir-card-titles", head);
  add("h3", "", titles, panel.question);
  const named = add("div", "ir-card-name", titles, panel.title);
  if (whose) add("div", "ir-whose", titles, whose);
  const tools = add("div", "ir-card-tools", head);
  const choice = panel.variants.length > 1 ? variantChooser(panel, context) : null;
  if (choice) tools.appendChild(choice);
  const sentence = add("p", "ir-sentence", card);
  const body = add("div", "ir-card-body", card);
  const foot = add("div", "ir-card-foot", card);
  const unpacked = new Map();
  const chart = makeChart(body, context);
  const parts = { card, named, sentence, foot, chart, path: null };

  function entryOf(path) {
    const entry = panel.entries[path];
    if (entry && !unpacked.has(path)) unpacked.set(path, unpack(entry.rows, context.data.texts));
    return entry ? { ...entry, records: unpacked.get(path) } : null;
  }

  function paint(anew = false) {
    const path = pathOf(panel, context.state);
    choice?.press(context.state.variants[panel.id] ?? 0);
    if (anew) chart.forget();
    if (anew || path !== parts.path) {
      parts.path = path;
      const entry = entryOf(path);
      const feature = panel.takes.includes("feature") ? context.feature() : null;
      named.textContent = feature === null ? panel.title : `${panel.title} of ${feature}`;
      card.classList.toggle("ir-none", !entry);
      sentence.textContent = entry?.sentence ?? panel.reason ?? "";
      if (!entry && !panel.reason) sentence.textContent = whose && feature !== null ? `${whose} does not take ${feature}, or has no profile of it in this file.` : "There is no answer for this choice.";
      body.hidden = !entry || entry.records.length === 0;
      if (entry && !body.hidden) chart.show(entry.spec, context.data.specs[entry.spec][context.theme()], entry.records, `${panel.question} ${entry.sentence}`);
      paintFoot(foot, panel, entry, context);
    }
    chart.mark(context.feature());
  }

  return { panel, card, paint, chart };
}

function variantChooser(panel, context) {
  const chosen = (place) => context.variant(panel, place);
  return panel.variants.length > 3 ? listed(panel, chosen) : chooser(panel.title, panel.variants, chosen);
}

/** Many pictures: a drop-down. */
function listed(panel, chosen) {
  const group = add("div", "ir-variants");
  const select = add("select", "ir-small", group);
  select.setAttribute("aria-label", `${panel.title}: which picture`);
  panel.variants.forEach((title, place) => (add("option", "", select, title).value = String(place)));
  select.addEventListener("change", () => chosen(Number(select.value)));
  group.press = (place) => (select.value = String(place));
  return group;
}

/** A few choices beside each other, of which one is on. */
export function chooser(title, names, chosen) {
  const group = add("div", "ir-variants");
  group.setAttribute("role", "group");
  group.setAttribute("aria-label", title);
  const buttons = names.map((name, place) => {
    const button = add("button", "ir-variant", group, name);
    button.type = "button";
    button.addEventListener("click", () => {
      group.press(place);
      chosen(place);
    });
    return button;
  });
  group.press = (place) => buttons.forEach((button, at) => button.setAttribute("aria-pressed", String(at === place)));
  group.press(0);
  return group;
}

/** Checks in words; the numbers and how to read them are made when they are opened. */
export function paintFoot(foot, panel, entry, context) {
  foot.replaceChildren();
  for (const check of entry?.checks ?? []) {
    const line = add("p", "ir-check", foot);
    add("span", check.passed === false ? "ir-mark ir-warn" : "ir-mark", line, check.passed === null ? "i" : check.passed ? "✓" : "!").setAttribute("aria-hidden", "true");
    add("span", "", line, check.text);
  }
  const made = entry ? panel.made[context.state?.variants[panel.id] ?? 0] : "";
  if (made) add("p", "ir-made", foot, made);
  if (entry?.table) fold(foot, "The numbers", (place) => numbers(place, unpack(entry.table, context.data.texts)));
  if (panel.reading.length) {
    fold(foot, "How to read this", (place) => {
      for (const { name, text } of panel.reading) {
        const line = add("p", "", place);
        add("b", "", line, `${name}. `);
        line.append(text);
      }
    });
  }
}

function fold(parent, title, fill) {
  const details = add("details", "ir-fold", parent);
  add("summary", "", details, title);
  details.addEventListener("toggle", () => {
    if (details.open && details.childElementCount === 1) fill(add("div", "ir-fold-body", details));
  });
}

export function numbers(parent, rows) {
  const scroll = add("div", "ir-scroll", parent);
  scroll.tabIndex = 0;
  const table = add("table", "ir-table", scroll);
  if (!rows.length) return;
  const head = add("tr", "", add("thead", "", table));
  const names = Object.keys(rows[0]);
  for (const name of names) add("th", "", head, name).scope = "col";
  const body = add("tbody", "", table);
  for (const row of rows) {
    const line = add("tr", "", body);
    for (const name of names) add("td", "", line, row[name] ?? "");
  }
}
