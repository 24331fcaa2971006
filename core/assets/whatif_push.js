// What pushes the changed row: exact Shapley values as bars, worked out here a moment after the prediction is painted.
import { attributor } from "./attribute.js";
import { evaluator } from "./evaluate.js";
import { writeName } from "./names.js";
import { brief, cellText, digits, figures, isChance, outputName, outputText, put, say, withSign } from "./whatif_words.js";

const PUSH_SLICE = 6; // milliseconds at a time, so that a movement never waits
const PUSH_MOST = 7;
const PUSH_CLOSE = 1e-6;

/** A place for the bars. */
export function makePush(parent) {
  const block = put("section", "iw-block iw-push", parent);
  block.setAttribute("aria-label", "What pushes this prediction");
  const title = put("h4", "iw-title", block, "What pushes this prediction");
  const unit = put("div", "iw-unit", block);
  const list = put("ol", "iw-push-list", block);
  const check = put("p", "iw-push-check", block);
  return { block, title, unit, list, check };
}

/** Let go of what is being worked out. */
export function dropPush(view) {
  cancelAnimationFrame(view.pushFrame);
  clearTimeout(view.pushTimer);
}

/** Work out and paint the bars of the row that is shown, once its prediction is on screen; what was worked out before is dropped. */
export function pushLater(view) {
  const { push } = view.parts;
  dropPush(view);
  push.block.hidden = !view.model;
  if (!view.model) return;
  view.pushFrame = requestAnimationFrame(() => (view.pushTimer = setTimeout(() => pushNow(view))));
}

function pushNow(view) {
  const { push } = view.parts;
  const { output, values } = view.state;
  if (view.pushed?.model !== view.model || view.pushed.output !== output) {
    view.pushed = { model: view.model, output, ready: attributor.prepare(view.model, output, view.data.reference) };
  }
  const { ready } = view.pushed;
  if (!ready) {
    paintNoPush(push, view.model);
    return;
  }
  const task = attributor.start(ready, values);
  const go = () => {
    if (attributor.run(task, PUSH_SLICE)) paintPush(push, view, ready, task, values);
    else view.pushTimer = setTimeout(go);
  };
  go();
}

function paintNoPush(push, model) {
  push.list.replaceChildren();
  push.unit.textContent = "";
  push.check.className = "iw-push-check";
  push.check.textContent =
    model.body.kind === "network"
      ? "Not available live: a network can only be asked, thousands of times for each row. SHAP explains the instance itself."
      : "Not available live: this model does not carry what exact values need. SHAP explains the instance itself.";
}

/** The unit of the bars, in words. */
export function pushUnit(data, scale, output) {
  const name = outputName(data, output);
  if (scale === "log-odds") return `in log-odds of ${name}: above zero is likelier, below is less likely`;
  if (scale === "score") return `in the score of ${name}, from which the probabilities are made`;
  if (scale === "log-target") return `in the logarithm of ${name}`;
  if (scale === "probability") return `in probability of ${name}`;
  return `in ${name}${!isChance(data) && data.unit ? `, ${brief(data.unit, 16)}` : ""}`;
}

function paintPush(push, view, ready, task, values) {
  const { data } = view;
  const { output } = view.pushed;
  const order = Array.from(task.values.keys()).sort((a, b) => Math.abs(task.values[b]) - Math.abs(task.values[a]));
  const shown = order.slice(0, order.length > PUSH_MOST + 1 ? PUSH_MOST : order.length);
  const rest = order.slice(shown.length);
  const items = shown.map((i) => ({ name: brief(data.features[i].called ?? data.features[i].name, 400), full: brief(data.features[i].name, 400), value: brief(cellText(data.features[i], values[i]), 24), size: task.values[i] }));
  if (rest.length) items.push({ name: `${rest.length} other features`, full: "", value: "", size: rest.reduce((sum, i) => sum + task.values[i], 0) });
  const most = Math.max(...items.map(({ size }) => Math.abs(size)), 1e-300);
  say(push.unit, pushUnit(data, view.model.scale, output));
  while (push.list.children.length > items.length) push.list.lastChild.remove();
  items.forEach((item, place) => paintBar(push.list.children[place] ?? makeBar(push.list), item, most));
  paintCheck(push.check, view, ready, task, values);
}

function makeBar(list) {
  const row = put("li", "iw-push-row", list);
  const words = put("span", "iw-push-words", row);
  const name = put("span", "iw-push-name", words);
  put("span", "iw-push-head", name);
  put("span", "iw-push-tail", name);
  put("span", "iw-push-value", words);
  put("span", "iw-push-bar", put("span", "iw-push-track", row));
  put("span", "iw-push-size", row);
  return row;
}

/** A size with the decimals that the largest needs for three digits, so that the column reads as one. */
function sizeText(size, most) {
  const decimals = Math.max(0, Math.min(20, 2 - Math.floor(Math.log10(most))));
  if (most >= 1e7 || most < 1e-4) return withSign(size);
  const text = digits(Math.abs(size), decimals, decimals);
  return Number(text.replaceAll(",", "")) === 0 ? "0" : `${size < 0 ? "\u2212" : "+"}${text}`;
}

function paintBar(row, { name, full, value, size }, most) {
  const [words, track, text] = row.children;
  writeName(words.firstChild, name);
  words.title = full;
  say(words.lastChild, value ? `= ${value}` : "");
  const share = (Math.abs(size) / most) * 50;
  const bar = track.firstChild;
  bar.className = `iw-push-bar ${size < 0 ? "iw-push-down" : "iw-push-up"}`;
  bar.style.left = `${size < 0 ? 50 - share : 50}%`;
  bar.style.width = `${share}%`;
  say(text, sizeText(size, most));
  text.title = withSign(size, 6);
  text.className = `iw-push-size ${size > 0 ? "iw-up" : size < 0 ? "iw-down" : ""}`;
}

/** Whether start and bars really add up to what the model says: worked out, not assumed. */
function paintCheck(node, view, ready, task, values) {
  const { data, model } = view;
  const { output } = view.pushed;
  const total = task.values.reduce((sum, value) => sum + value, ready.base);
  const margins = evaluator.margin(model, values);
  const own = model.link === "logistic" ? (output === 0 ? -margins[0] : margins[0]) : margins[output];
  const gap = Math.abs(total - own);
  const holds = gap <= PUSH_CLOSE * Math.max(1, Math.abs(own));
  const said = outputText(data, evaluator.predict(model, values)[output]);
  const same = model.link === "identity" || model.link === "vote";
  const shared = ready.groups?.length > data.features.length ? " Features that the model asks about together share that value equally." : "";
  node.className = `iw-push-check ${holds ? "" : "iw-push-broken"}`;
  node.textContent = holds
    ? `The model's average, ${figures(ready.base)}, and all bars add up to ${figures(own)}${same ? "" : `, which is the ${said} above`}. ✓${shared}`
    : `These bars do not add up to the prediction: they miss it by ${figures(gap, 2)}. Do not rely on them.`;
}
