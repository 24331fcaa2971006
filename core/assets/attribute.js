/* Exact Shapley values of one row in the browser, for trees and linear models: what core/shapley computes, on the
   same portable form.

   const ready = attributor.prepare(model, output, reference);   once; null where there is no exact way
   const task = attributor.start(ready, row);                    then attributor.run(task, milliseconds) until true
   task.values, task.sum, ready.base                             per feature; base + values = sum, in model.scale

   Trees: a feature outside the coalition takes both branches by their training weight (path-dependent). A leaf is then
   a product over the features on its way, a of them passed or not, z of them the share of weight, and feature j gets
   the integral over t in (0, 1) of (a_j - z_j) prod_{i != j} (t a_i + (1 - t) z_i), exact by Gauss-Legendre points
   (S. Lundberg et al., 2020, doi:10.1038/s42256-019-0138-9; P. Yu et al., 2022, arXiv:2209.08192).
   A question about several features at once (CatBoost's combinations of categories) is a player of its own, whose value
   its features share equally, as CatBoost's own ShapValues do.
   Linear models: weight times distance from the background's mean, whose encoded columns are the reference. */
import { evaluator } from "./evaluate.js";
import { trees } from "./trees.js";

export const attributor = (() => {
  "use strict";

  const GAUSS = [];

  /* Points and weights on (0, 1) that integrate polynomials of degree below 2 n exactly. */
  function gauss(n) {
    if (GAUSS[n]) return GAUSS[n];
    const points = new Float64Array(n), weights = new Float64Array(n);
    for (let i = 0; i < n; i++) {
      let x = Math.cos((Math.PI * (i + 0.75)) / (n + 0.5)), slope = 1;
      for (let step = 0; step < 60; step++) {
        let [before, now] = [1, x];
        for (let k = 2; k <= n; k++) [before, now] = [now, ((2 * k - 1) * x * now - (k - 1) * before) / k];
        slope = (n * (x * now - before)) / (x * x - 1);
        const move = now / slope;
        x -= move;
        if (Math.abs(move) < 1e-16) break;
      }
      points[i] = (1 + x) / 2;
      weights[i] = 1 / ((1 - x * x) * slope * slope);
    }
    return (GAUSS[n] = { points, weights });
  }

  /* Share of its parent's training weight that reaches each node. */
  function sharesOf(body) {
    const share = new Float64Array(body.feature.length).fill(1);
    for (let at = 0; at < share.length; at++) {
      if (body.feature[at] < 0) continue;
      for (const child of [body.left[at], body.right[at]]) share[child] = body.cover[at] > 0 ? body.cover[child] / body.cover[at] : 0;
    }
    return share;
  }

  /* The sign of the explained sum, and its place: the first of two classes is the second one's negative. */
  function chosen(model, output) {
    if (model.link !== "logistic") return { place: output, sign: 1 };
    return { place: 0, sign: output === 0 ? -1 : 1 };
  }

  function prepare(model, output, reference) {
    const { body } = model;
    const { place, sign } = chosen(model, output);
    if (body.kind === "linear" && reference) {
      const outputs = body.base.length;
      const weights = Float64Array.from(reference, (_, i) => sign * body.weights[i * outputs + place]);
      const base = reference.reduce((sum, x, i) => sum + x * weights[i], sign * body.base[place]);
      return { model, kind: "linear", reference, weights, base };
    }
    const forest = evaluator.forest(model);
    if (forest === null || !forest.body.cover || forest.body.roots.some((root) => !(forest.body.cover[root] > 0))) return null;
    return grown(model, forest, place, sign);
  }

  /* Trees with their players: every feature, then every group of features that some question is about. */
  function grown(model, { body, owners, given }, place, sign) {
    const groups = model.features.map((_, feature) => [feature]);
    const known = new Map(groups.map((group, player) => [String(group), player]));
    for (const group of owners) {
      if (!known.has(String(group))) known.set(String(group), groups.push(group) - 1);
    }
    const own = Array.from(body.roots.keys()).filter((tree) => body.owner === null || body.leaves !== null || body.owner[tree] === place);
    const outputs = body.base.length;
    const worth = body.leaves === null ? (leaf) => sign * body.number[leaf] : (leaf) => sign * body.leaves[body.place[leaf] * outputs + place];
    const share = body.shares || (body.shares = sharesOf(body));
    const player = Int32Array.from(owners, (group) => known.get(String(group)));
    const ready = { model, body, given, groups, player, kind: "trees", trees: own, worth, share, own: sign * body.base[place], base: 0 };
    ready.base = ready.own + own.reduce((sum, tree) => sum + expected(ready, body.roots[tree]), 0);
    return ready;
  }

  /* Mean of a tree by the training weight that went each way. */
  function expected(ready, at) {
    const { share, body: { feature, left, right } } = ready;
    if (feature[at] < 0) return ready.worth(at);
    return share[left[at]] * expected(ready, left[at]) + share[right[at]] * expected(ready, right[at]);
  }

  function start(ready, row) {
    const { model } = ready;
    const x = evaluator.encode(model, row);
    const values = new Float64Array(model.features.length);
    if (ready.kind === "linear") {
      let sum = ready.base;
      ready.weights.forEach((weight, i) => {
        const term = weight * (x[i] - ready.reference[i]);
        values[model.columns[i].source] += term;
        sum += term;
      });
      return { ready, values, sum, at: 0, end: 0 };
    }
    const gains = ready.groups.length > values.length ? new Float64Array(ready.groups.length) : values; // of every player
    const input = trees.rounded(ready.body, ready.given(x));
    return { ready, values, gains, sum: ready.own, at: 0, end: ready.trees.length, x: input, way: { player: [], passed: [], share: [] } };
  }

  /* Explain further trees for about so many milliseconds; true when all are done. */
  function run(task, milliseconds = Infinity) {
    const until = performance.now() + milliseconds;
    while (task.at < task.end) {
      const root = task.ready.body.roots[task.ready.trees[task.at]];
      walk(task, root, true);
      task.at += 1;
      if ((task.at & 7) === 0 && performance.now() > until) break;
    }
    if (task.gains && task.gains !== task.values) divide(task);
    return task.at >= task.end;
  }

  /* Give every feature its own value and its part of what groups got. */
  function divide({ ready, values, gains }) {
    values.fill(0);
    ready.groups.forEach((group, player) => group.forEach((feature) => (values[feature] += gains[player] / group.length)));
  }

  /* Down a tree with the features on the way, each once: whether all its questions are passed, its share of weight. */
  function walk(task, at, reached) {
    const { ready, way, x } = task;
    const { body, share } = ready;
    const column = body.feature[at];
    if (column < 0) {
      const worth = ready.worth(at);
      if (reached) task.sum += worth;
      if (worth !== 0) leaf(task, worth);
      return;
    }
    const goesLeft = trees.goesLeft(body, at, x[column]);
    const player = ready.player[column];
    const known = way.player.indexOf(player);
    const slot = known < 0 ? way.player.length : known;
    const [passed, weight] = known < 0 ? [1, 1] : [way.passed[slot], way.share[slot]];
    way.player[slot] = player;
    for (const side of [true, false]) {
      const child = side ? body.left[at] : body.right[at];
      way.passed[slot] = passed === 1 && side === goesLeft ? 1 : 0;
      way.share[slot] = weight * share[child];
      if (way.passed[slot] === 1 || way.share[slot] > 0) walk(task, child, reached && side === goesLeft);
    }
    if (known < 0) way.player.length = way.passed.length = way.share.length = slot;
    else [way.passed[slot], way.share[slot]] = [passed, weight];
  }

  /* What one leaf gives to each feature on its way. */
  function leaf({ gains, way }, worth) {
    const count = way.player.length;
    if (count === 0) return;
    const { points, weights } = gauss((count + 1) >> 1);
    const factor = FACTOR.length >= count ? FACTOR : (FACTOR = new Float64Array(2 * count));
    const after = AFTER.length > count ? AFTER : (AFTER = new Float64Array(2 * count + 1));
    for (let p = 0; p < points.length; p++) {
      const t = points[p];
      after[count] = 1;
      for (let i = count - 1; i >= 0; i--) {
        factor[i] = t * way.passed[i] + (1 - t) * way.share[i];
        after[i] = after[i + 1] * factor[i];
      }
      let before = worth * weights[p];
      for (let i = 0; i < count; i++) {
        gains[way.player[i]] += (way.passed[i] - way.share[i]) * before * after[i + 1];
        before *= factor[i];
      }
    }
  }
  let FACTOR = new Float64Array(64);
  let AFTER = new Float64Array(65);

  return { prepare, start, run };
})();
