/* The report: linked panels in one file, without a server.

core/export/report/scripts.py joins the scripts, without the imports; core/export/report/content.py makes the data, which
stand as JSON in the first script element of every host. Each host gets a shadow root, so that two reports in one page,
or a report in somebody else's page, do not disturb each other. Text from outside is only ever written as text. */
import { force, whatIf } from "./components";
import { afterFrame, dark, makeTip, onPaper, themeNow } from "./report_charts.js";
import { tiny } from "./report_data.js";
import { makeFoot, makeOverview, makePage, paintSaid } from "./report_page.js";
import { add, chooser, makePanel, paintFoot } from "./report_panels.js";

const HOST = ".instance-explorer-report";
const LEFT = ["shap", "nudges"]; // of the two columns about one instance

function start(host) {
  const data = JSON.parse(host.querySelector('script[type="application/json"]').textContent);
  const shadow = host.attachShadow({ mode: "open" });
  add("style", "", shadow, data.style);
  const root = add("div", "ir-root", shadow);
  paintLooks(root, data.looks.colours ?? {});
  root.dataset.models = String(Math.max(1, data.models.length));
  const state = { instance: 0, feature: data.first, variants: {} };
  const report = { data, root, state, panels: [], jobs: 0 };
  const page = makePage(root, data, { instance: (place) => chooseInstance(report, place), feature: (place) => chooseFeature(report, place) });
  Object.assign(report, { page, context: contextOf(report) });
  if (data.force) makeForce(report);
  for (const panel of data.panels) {
    if (panel.id === "shap" && data.force) continue;
    const side = data.models.length || LEFT.includes(panel.id) ? 0 : 1;
    report.panels.push(makePanel(page.parts[panel.level].columns[side], panel, report.context));
  }
  report.rows = makeOverview(page.page, data, (place) => {
    chooseInstance(report, place);
    root.scrollIntoView({ block: "start" });
  });
  report.live = makeFoot(page.page, data);
  for (const { section, grid } of Object.values(page.parts)) section.hidden = !grid.querySelector(".ir-card");
  makeWhatIf(report);
  for (const media of [dark, onPaper]) media.addEventListener("change", () => retheme(report));
  retheme(report);
  host.dataset.ready = "yes";
  return report;
}

/** The colours that components with a style sheet of their own take: six hex digits or nothing. */
function paintLooks(root, colours) {
  for (const way of ["up", "down"]) {
    if (/^#[0-9a-f]{6}$/.test(colours[way] ?? "")) root.style.setProperty(`--ie-look-${way}`, colours[way]);
  }
}

function contextOf(report) {
  const { data, state, root } = report;
  return {
    data, state, tip: makeTip(root), theme: themeNow,
    animation: () => (onPaper.matches ? 0 : data.looks.animation ?? 0), size: () => data.looks.size ?? 1,
    feature: () => data.features[state.feature] ?? null,
    pick: (selection) => picked(report, selection),
    variant: (panel, place) => {
      state.variants[panel.id] = place;
      paint(report);
    },
  };
}

/** A click on a mark: its feature, or its instance where the file holds that. */
function picked(report, selection) {
  const row = report.data.instances.findIndex((one) => one.row === selection?.row?.[0]);
  if (row >= 0) return chooseInstance(report, row);
  const name = selection?.feature?.[0];
  if (name) pickName(report, name);
}

function pickName(report, name) {
  const place = report.data.features.indexOf(name);
  if (place >= 0) chooseFeature(report, place);
}

function chooseInstance(report, place) {
  if (report.state.instance === place) return;
  report.state.instance = place;
  paint(report);
}

function chooseFeature(report, place) {
  if (report.state.feature === place) return;
  report.state.feature = place;
  paint(report);
}

// ---- painting --------------------------------------------------------------------------------------------------

/** The profile and what stands beside it at once; the rest once that is on screen, so that a click feels immediate. */
function paint(report) {
  const { data, state, page } = report;
  page.feature.value = String(state.feature);
  const leafed = report.shown !== state.instance;
  report.shown = state.instance;
  if (leafed) {
    page.instance.value = String(state.instance);
    paintSaid(page.said, data, state.instance);
    report.paintForce?.();
    report.rows.forEach((row, place) => row.classList.toggle("ir-present", place === state.instance));
  }
  const job = (report.jobs += 1);
  delete report.root.dataset.settled;
  const [first, ...others] = [...report.panels].sort((a, b) => rank(a) - rank(b));
  first?.paint();
  report.root.dataset.painted = String(performance.now());
  let marked = leafed;
  const next = () => {
    if (report.jobs !== job) return;
    if (!marked) report.paintForce?.();
    marked = true;
    const panel = others.shift();
    if (panel) panel.paint();
    else report.paintWhatIf?.();
    if (panel) setTimeout(next);
    else report.root.dataset.settled = String(job);
  };
  afterFrame(next);
}

const rank = ({ panel }) => (panel.takes.length === 2 ? 0 : panel.takes.includes("instance") ? 1 : 2);

/** Everything anew in the reader's theme; on paper in the light one, and at once. */
function retheme(report) {
  report.root.dataset.theme = themeNow();
  paint(report);
  report.jobs += 1;
  report.paintForce?.();
  for (const panel of report.panels) panel.paint(true);
  report.paintWhatIf?.();
  report.root.dataset.settled = String(report.jobs);
}

function makeForce(report) {
  const { data, page, state, context } = report;
  const panel = data.panels.find(({ id }) => id === "shap");
  const card = add("section", "ir-card ir-shap", page.parts["this instance"].columns[0]);
  card.dataset.panel = "shap";
  add("h3", "", card, panel?.question ?? "");
  add("div", "ir-card-name", card, panel?.title ?? "");
  const place = add("div", "", card);
  const foot = add("div", "ir-card-foot", card);
  let shown = -1;
  report.paintForce = () => {
    force.mount(place, { ...data.force, at: state.instance, picked: context.feature() }, {
      row: (row) => chooseInstance(report, data.force.rows.findIndex((one) => one.row === row)),
      pick: (feature) => pickName(report, feature),
    });
    if (shown === state.instance) return;
    shown = state.instance;
    if (panel) paintFoot(foot, panel, panel.entries[`0/${state.instance}/-`], context);
  };
}

// ---- what if ---------------------------------------------------------------------------------------------------

/** The model of this file answers; of several the one that the reader chooses. */
function makeWhatIf(report) {
  const { data, page, state } = report;
  const { section, grid } = page.parts["what if"];
  const voices = data.models.length ? data.models : [{ name: "", whatif: data.whatif }];
  const alive = voices.filter(({ whatif }) => whatif.data);
  section.hidden = false;
  for (const { name, whatif } of voices) if (!whatif.data) add("p", "ir-note", grid, silent(name, whatif.checked.reason));
  report.live.replaceChildren(...voices.map((voice) => add("div", "", null, told(voice))));
  if (!alive.length) {
    section.querySelector(".ir-part-head p").textContent = "";
    return;
  }
  let voice = alive[0], shown = "";
  if (alive.length > 1) {
    add("div", "ir-whose", grid, "Predict with").appendChild(chooser("Which model predicts", alive.map(({ name }) => name), (place) => {
      voice = alive[place];
      report.paintWhatIf();
    }));
  }
  const place = add("div", "ir-card ir-whatif", grid);
  report.paintWhatIf = () => {
    const now = `${alive.indexOf(voice)}.${state.instance}`;
    if (shown === now) return;
    shown = now;
    const { data: base, others } = voice.whatif;
    whatIf.mountWhatIf(place, { ...base, id: `${base.id}.${state.instance}`, instance: others[state.instance] }, {});
  };
}

const silent = (name, reason) => `${name ? `${name} is` : "The model itself is"} not in this file: ${reason}. The profiles above were computed when the file was made.`;

/** How exactly the model of this file predicts, in words. */
function told({ name, whatif: { data: base, others, checked } }) {
  const whose = name ? `${name}: ` : "";
  if (!base) return `${whose}none: ${checked.reason}`;
  return `${whose}the model is in this file; compared with the original on ${checked.rows.toLocaleString("en-US")} rows when it was made: largest difference ${tiny(checked.difference)}; ${selfCheck(base, others)}`;
}

/** The model of this file, run by this browser, against the original's answers for the instances shown. */
function selfCheck(base, others) {
  const model = whatIf.evaluator.load(base.model);
  let largest = 0;
  for (const { values, outputs } of others) {
    const here = whatIf.evaluator.predict(model, values);
    outputs.forEach((output, place) => (largest = Math.max(largest, Math.abs(output - here[place]))));
  }
  return `run by this browser on the ${others.length} instances shown: ${tiny(largest)}`;
}

for (const host of document.querySelectorAll(HOST)) if (!host.shadowRoot) start(host);
