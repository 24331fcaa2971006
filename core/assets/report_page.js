// The report's frame: heading, the bar with the two choices, the parts of the page, the overview, the foot.
import { add } from "./report_panels.js";

/** Build what stays. calls: { instance(place), feature(place) }. */
export function makePage(root, data, calls) {
  const page = add("div", "ir-page", root);
  const head = add("header", "ir-head", page);
  add("h1", "", head, data.title);
  add("p", "ir-subtitle", head, data.subtitle);
  const bar = add("div", "ir-bar", page);
  bar.setAttribute("role", "toolbar");
  bar.setAttribute("aria-label", "What is shown");
  const instance = choice(bar, "Instance", data.instances.map(({ name }) => name), calls.instance);
  const feature = choice(bar, data.features.length < data.allFeatures ? `Feature (${data.features.length} of ${data.allFeatures})` : "Feature", data.features, calls.feature);
  const said = add("div", "ir-said", bar);
  said.setAttribute("aria-live", "polite");
  const parts = {};
  for (const [level, title, hint] of [
    ["this instance", "This instance", "Click a bar: every panel that shows one feature follows."],
    ["what if", "What if", "Change a value: the model in this file answers at once."],
    ["the whole model", "The model as a whole", "The same for every instance."],
    ["the data", "The data", ""],
  ]) {
    const section = add("section", "ir-part", page);
    section.dataset.level = level;
    const line = add("div", "ir-part-head", section);
    add("h2", "", line, title);
    add("p", "", line, hint);
    const grid = add("div", "ir-grid", section);
    parts[level] = { section, grid, columns: [grid, grid] };
  }
  const own = parts["this instance"];
  if (!data.models.length) {
    own.grid.classList.add("ir-two");
    own.columns = [add("div", "ir-column", own.grid), add("div", "ir-column", own.grid)];
  }
  return { page, bar, instance, feature, said, parts };
}

function choice(parent, title, names, chosen) {
  const label = add("label", "ir-choice", parent);
  add("span", "", label, title);
  const select = add("select", "", label);
  names.forEach((name, place) => (add("option", "", select, name).value = String(place)));
  select.addEventListener("change", () => chosen(Number(select.value)));
  return select;
}

/** What each model says of each instance; one without a name where there is only one. */
function voicesOf(data) {
  if (data.models.length) return data.models;
  const { instances } = data;
  return [{ name: "", said: instances.map(({ said }) => said), right: instances.map(({ right }) => right), moved: data.overview }];
}

const mark = (right) => (right === null ? "" : right ? " ✓" : " ✗");

/** What the models say of the instance, and whether that is right. */
export function paintSaid(said, data, place) {
  said.replaceChildren();
  const { truth } = data.instances[place];
  const voices = voicesOf(data);
  for (const { name, said: texts, right } of voices) {
    const line = add("span", "ir-voice", said);
    if (name) add("span", "ir-whose", line, name);
    add("b", "", line, name && truth !== null ? texts[place] + mark(right[place]) : texts[place]);
  }
  if (truth === null) return;
  const { right } = voices[0];
  const alone = voices.length === 1 ? right[place] : null;
  const chip = add("span", "ir-truth", said, `true value: ${truth}${mark(alone)}`);
  if (alone !== null) chip.classList.add(alone ? "ir-right" : "ir-wrong");
}

/** Every instance of the file in one table: for people who read rather than look, and for print. */
export function makeOverview(page, data, choose) {
  const section = add("section", "ir-part ir-overview", page);
  const line = add("div", "ir-part-head", section);
  add("h2", "", line, "In words");
  add("p", "", line, data.instances.length > 1 ? `All ${data.instances.length} instances of this report.` : "");
  const scroll = add("div", "ir-scroll", section);
  scroll.tabIndex = 0;
  const table = add("table", "ir-table ir-all", scroll);
  const head = add("tr", "", add("thead", "", table));
  const voices = voicesOf(data);
  const titles = voices.flatMap(({ name }) => (name ? [`${name} says`, "moved most by"] : ["The model says", "Moved most by"]));
  const order = voices.length > 1 ? ["Instance", "True value", ...titles] : ["Instance", titles[0], "True value", titles[1]];
  for (const name of order) add("th", "", head, name).scope = "col";
  const body = add("tbody", "", table);
  return data.instances.map((one, place) => {
    const row = add("tr", "", body);
    const button = add("button", "ir-link", add("td", "", row), one.name);
    button.type = "button";
    button.addEventListener("click", () => choose(place));
    const truth = () => add("td", "", row, one.truth === null ? "not known" : `${one.truth}${mark(voices.length > 1 ? null : one.right)}`);
    if (voices.length > 1) truth();
    for (const { said, right, moved } of voices) {
      add("td", "ir-strong", row, voices.length > 1 && one.truth !== null ? said[place] + mark(right[place]) : said[place]);
      if (voices.length === 1) truth();
      add("td", "ir-moved", row, moved[place]);
    }
    return row;
  });
}

/** Facts and where the numbers come from. Returns a place for what the browser finds out itself. */
export function makeFoot(page, data) {
  const foot = add("footer", "ir-foot", page);
  const list = add("dl", "", foot);
  const fact = (name, text) => {
    add("dt", "", list, name);
    return add("dd", "", list, text);
  };
  for (const { name, text } of data.facts) fact(name, text);
  if (data.features.length < data.allFeatures) {
    fact("Features with profiles", `the ${data.features.length} of ${data.allFeatures} that move these instances most; all ${data.allFeatures} count in every other panel`);
  }
  const live = fact("Live predictions", "");
  if (data.made) fact("Made", data.made);
  add("p", "", foot, "This file asks no server and sends nothing: its own policy forbids it.");
  return live;
}
