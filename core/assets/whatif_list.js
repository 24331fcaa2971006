// The what-if's controls in their order: where to start, the most important three, the others in a list that can be searched.
import { makeControl } from "./whatif_controls.js";
import { brief, put, putButton } from "./whatif_words.js";

const FIRST = 3; // features that stand apart, the most important
const LISTED = 8; // others shown before one asks for all

/** The controls: the most important first, the others in a list that can be searched. */
export function buildControls(view, acts) {
  const { data, controls } = view;
  controls.replaceChildren();
  view.items = [];
  const order = data.features.map((_, i) => i).sort((a, b) => data.features[b].importance - data.features[a].importance || a - b);
  const head = put("div", "iw-start", controls);
  put("span", "iw-start-word", head, "Start at");
  const group = put("div", "iw-segments", head);
  group.setAttribute("role", "group");
  group.setAttribute("aria-label", "Start at");
  view.origins = [["instance", brief(data.instance.name, 40)], ["mean", "the average"]].map(([start, text]) => {
    const button = putButton("iw-segment", group, text, "", () => acts.begin(start));
    button.dataset.start = start;
    return button;
  });
  const add = (parent, index, large) => {
    const control = makeControl(data.features[index], index, large, acts.change, acts.reset);
    parent.appendChild(control.element);
    const item = { index, control };
    view.items.push(item);
    return item;
  };
  const first = put("div", "iw-first", controls);
  put("h4", "iw-title", first, order.length > FIRST ? "The three that matter most" : "Features");
  for (const index of order.slice(0, FIRST)) add(first, index, true);
  const others = order.slice(FIRST);
  if (others.length) buildOthers(view, others, add, acts.paint);
}

function buildOthers(view, others, add, paint) {
  const block = put("div", "iw-others", view.controls);
  const head = put("div", "iw-others-head", block);
  put("h4", "iw-title", head, `${others.length} more`);
  const search = put("input", "iw-search", head);
  Object.assign(search, { type: "search", placeholder: "Find a feature" });
  search.setAttribute("aria-label", "Find a feature");
  const list = put("div", "iw-list-controls", block);
  const none = put("p", "iw-empty", block, "No feature of that name.");
  const more = putButton("iw-more", block, "", "", () => {
    more.dataset.all = more.dataset.all === "yes" ? "" : "yes";
    filter();
  });
  const made = new Map();
  const filter = () => {
    const words = search.value.trim().toLowerCase();
    const found = others.filter((index) => view.data.features[index].name.toLowerCase().includes(words));
    const shown = more.dataset.all === "yes" ? found : found.slice(0, LISTED);
    for (const index of shown) if (!made.has(index)) made.set(index, add(list, index, false));
    const visible = new Set(shown);
    for (const [index, { control }] of made) control.element.hidden = !visible.has(index);
    shown.forEach((index) => list.appendChild(made.get(index).control.element));
    none.hidden = found.length > 0;
    more.hidden = found.length <= LISTED;
    more.textContent = more.dataset.all === "yes" ? "Show fewer" : `Show all ${found.length}`;
    more.setAttribute("aria-expanded", String(more.dataset.all === "yes"));
    paint();
  };
  search.addEventListener("input", filter);
  filter();
}
