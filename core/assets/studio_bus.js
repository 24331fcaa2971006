// What the panels of a page share in the browser: the feature in question, and the instance where one leafs through them.
// A click in one panel reaches the others at once, without the server; the server hears of it after a moment of rest and
// answers through the component of studio_sync.js.
const BUS = Symbol.for("instance-explorer.bus");
const REST = 160; // milliseconds before the server hears of a pick
export const AGAIN = 1000; // and hears of it again, where it has answered without: a message can be lost on the way
const ACTS = ["click", "keydown", "input"];
const PAUSE = 700; // milliseconds after an act of the reader in which nothing is prepared ahead

/** One for the page, whichever component comes first. */
export function bus() {
  return (globalThis[BUS] ??= made());
}

function made() {
  const shared = { feature: null, row: null, awaited: null, acts: 0, listeners: new Set(), timer: 0, acted: -PAUSE };
  const act = () => (shared.acted = performance.now());
  for (const kind of ACTS) document.addEventListener(kind, act, { capture: true, passive: true });
  return shared;
}

/** True while an answer to what the reader did last may be on its way: work ahead waits, and does not hold it up. */
export function acting() {
  return performance.now() - bus().acted < PAUSE;
}

/** Another feature: the profile paints at once, the rest once that is on screen, so that a click feels immediate. */
export function announce(feature) {
  const shared = bus();
  if (shared.feature === feature) return;
  shared.feature = feature;
  const [first, ...others] = [...shared.listeners].sort((a, b) => a.rank - b.rank);
  first?.follow();
  const next = () => {
    if (shared.feature !== feature) return;
    const listener = others.shift();
    listener?.follow();
    if (others.length) setTimeout(next);
  };
  requestAnimationFrame(() => setTimeout(next));
}

/** Another instance: panels that still speak of the one before say so. */
export function leaf(row) {
  const shared = bus();
  if (shared.row === row) return;
  shared.row = row;
  for (const listener of shared.listeners) listener.leafed();
}

/** A click in a panel: tell the others now, and the server once. */
export function pick(feature, tell) {
  const shared = bus();
  shared.acts += 1;
  shared.awaited = feature;
  announce(feature);
  shared.tell = () => tell(feature);
  postpone(shared, shared.tell, REST);
}

/** One act after a moment, in place of the one that waits; the timer is 0 where none does. */
export function postpone(holder, act, wait) {
  drop(holder);
  holder.timer = setTimeout(() => {
    holder.timer = 0;
    act();
  }, wait);
}

/** The act that waits will not happen. */
export function drop(holder) {
  clearTimeout(holder.timer);
  holder.timer = 0;
}

/** What the server holds, having heard of so many picks: without the last one it is not listened to. */
export function heard(feature, acts) {
  const shared = bus();
  if (shared.awaited !== null && acts < shared.acts) {
    if (!shared.timer) postpone(shared, shared.tell, AGAIN);
    return;
  }
  shared.awaited = null;
  announce(feature);
}

/** What a message tells the server beside its own cause: of two that meet on the way only the later one arrives. */
export function state() {
  const { row, awaited, acts } = bus();
  return { row, pick: awaited, acts };
}
