/* Sums of trees in the browser, for evaluate.js and attribute.js: one row, or one row with some columns moved along.

   const body = trees.load(json);             the body of core/portable/wire_trees.py
   trees.rounded(body, x)                     an encoded row as the questions compare it
   trees.sum(body, x)                         Float64Array: the sums of an encoded row
   trees.along(body, x, moved, values)        Float64Array, point by point: the sums where columns take other values */
import { functions } from "./functions.js";

export const trees = (() => {
  "use strict";

  const { unpack } = functions;

  function load(json) {
    const nodes = json.nodes;
    const feature = Int32Array.from(unpack(json.feature));
    const left = Int32Array.from(unpack(json.left));
    const right = Int32Array.from(unpack(json.right));
    const roots = Int32Array.from(unpack(json.roots));
    for (let i = 1; i < roots.length; i++) roots[i] += roots[i - 1];
    const place = new Int32Array(nodes);
    let leaves = 0;
    for (let i = 0; i < nodes; i++) {
      if (feature[i] < 0) place[i] = leaves++;
      else { left[i] += i; right[i] += i; }
    }
    const sets = new Map((json.categories || []).map(([node, codes]) => [node, new Set(codes)]));
    const asks = new Uint8Array(nodes);
    for (const node of sets.keys()) asks[node] = 1;
    return {
      kind: "trees", feature, left, right, roots, place, asks, sets,
      missingLeft: unpack(json.missing_left, nodes),
      number: Float64Array.from(unpack(json.number)),
      owner: json.output ? Int32Array.from(unpack(json.output)) : null,
      leaves: json.leaves ? Float64Array.from(unpack(json.leaves)) : null,
      cover: json.cover ? Float64Array.from(unpack(json.cover)) : null,
      base: Float64Array.from(json.base), strict: json.strict, float32: json.float32,
    };
  }

  const rounded = ({ float32 }, x) => (float32 ? x.map(Math.fround) : x);

  /* Whether a node sends the value of its column (rounded already) to the left. */
  function goesLeft(body, at, value) {
    if (value !== value) return body.missingLeft[at] === 1;
    if (body.asks[at] === 1) return body.sets.get(at).has(Math.trunc(value));
    return body.strict ? value < body.number[at] : value <= body.number[at];
  }

  function leafOf(body, at, x) {
    const { feature, left, right } = body;
    for (let column = feature[at]; column >= 0; column = feature[at]) at = goesLeft(body, at, x[column]) ? left[at] : right[at];
    return at;
  }

  /* Add what a leaf says to the sums that begin at a place. */
  function give({ owner, leaves, number, place, base }, tree, leaf, total, from) {
    if (leaves === null) total[from + owner[tree]] += number[leaf];
    else for (let k = 0, at = place[leaf] * base.length; k < base.length; k++) total[from + k] += leaves[at + k];
  }

  function sum(body, encoded) {
    const x = rounded(body, encoded);
    const total = Float64Array.from(body.base);
    for (let tree = 0; tree < body.roots.length; tree++) give(body, tree, leafOf(body, body.roots[tree], x), total, 0);
    return total;
  }

  /* Points go down a tree together and part only at questions about a moved column, so that the way that they share is
     walked once. Each point's sum has its terms in the order of sum(), and is the same to the last digit. */
  function along(body, encoded, moved, values) {
    const x = rounded(body, encoded);
    const cells = new Array(x.length).fill(null);
    moved.forEach((column, i) => (cells[column] = rounded(body, values[i])));
    const points = values[0].length, outputs = body.base.length;
    const total = new Float64Array(points * outputs);
    for (let i = 0; i < total.length; i++) total[i] = body.base[i % outputs];
    const order = Int32Array.from({ length: points }, (_, i) => i);
    for (let tree = 0; tree < body.roots.length; tree++) part(body, tree, body.roots[tree], x, cells, order, 0, points, total);
    return total;
  }

  /* From one node on: the points at places [from, to) of the order. */
  function part(body, tree, at, x, cells, order, from, to, total) {
    const { feature, left, right } = body;
    for (let column = feature[at]; column >= 0; column = feature[at]) {
      const own = cells[column];
      if (own === null) {
        at = goesLeft(body, at, x[column]) ? left[at] : right[at];
        continue;
      }
      let middle = from;
      for (let i = from; i < to; i++) {
        const point = order[i];
        if (!goesLeft(body, at, own[point])) continue;
        order[i] = order[middle];
        order[middle++] = point;
      }
      if (middle > from && middle < to) part(body, tree, left[at], x, cells, order, from, middle, total);
      at = middle === to ? left[at] : right[at];
      if (middle < to) from = middle;
    }
    for (let i = from; i < to; i++) give(body, tree, at, total, order[i] * body.base.length);
  }

  return { load, rounded, goesLeft, sum, along };
})();
