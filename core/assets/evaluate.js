/* Evaluates a portable model in the browser: what core/portable/evaluate.py does, on the JSON of core/portable/wire.py.

   const model = evaluator.load(json);            once
   evaluator.predict(model, row)                  Float64Array: probability per class, or one number in target units
   evaluator.margin(model, row)                   Float64Array: the sums before the link
   evaluator.profile(model, row, feature, grid)   predictions with one feature moved over a grid

   A row is an array in feature order: numbers, texts, booleans; null, undefined or NaN where missing.
   No dependencies; an ES module, or inlined before the script that uses it. */

export const evaluator = (() => {
  "use strict";

  const NUMBER = /^\s*[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?\s*$/i;
  const TYPES = { i1: Int8Array, i2: Int16Array, i4: Int32Array, f4: Float32Array, f8: Float64Array };
  const orNaN = (value) => (value === undefined || value === null ? NaN : value);

  /* [type, base64] to a typed array; "b" is one bit per flag. */
  function unpack([type, text], count) {
    const raw = atob(text);
    const bytes = new Uint8Array(raw.length);
    for (let i = 0; i < raw.length; i++) bytes[i] = raw.charCodeAt(i);
    if (type !== "b") return new TYPES[type](bytes.buffer);
    const flags = new Uint8Array(count);
    for (let i = 0; i < count; i++) flags[i] = (bytes[i >> 3] >> (i & 7)) & 1;
    return flags;
  }

  const isMissing = (value) => value === null || value === undefined || value !== value;
  const key = (value) => (typeof value === "boolean" ? Number(value) : value);

  function toNumber(value) {
    if (typeof value === "number") return value;
    if (typeof value === "boolean") return Number(value);
    return typeof value === "string" && NUMBER.test(value) ? Number(value) : NaN;
  }

  function loadColumn(json) {
    const table = new Map();
    if (json.op === "equals") table.set(key(json.level), 1);
    for (const [level, answer] of json.table || []) table.set(key(level), orNaN(answer));
    return {
      source: json.source,
      op: json.op,
      table,
      fill: json.op === "missing" ? 1 : orNaN(json.fill),
      unseen: json.op === "lookup" ? orNaN(json.unseen) : 0,
      steps: json.steps || [],
    };
  }

  function answer(column, value) {
    if (column.op === "number") {
      const number = toNumber(value);
      return number === number ? number : column.fill;
    }
    if (isMissing(value)) return column.fill;
    const found = column.table.get(key(value));
    return found === undefined ? column.unseen : found;
  }

  function encodeColumn(column, value) {
    let x = answer(column, value);
    for (const [kind, number] of column.steps) {
      switch (kind) {
        case "subtract": x -= number; break;
        case "divide": x /= number; break;
        case "multiply": x *= number; break;
        case "add": x += number; break;
        case "at_least": x = x < number ? number : x; break;
        case "at_most": x = x > number ? number : x; break;
        case "fill": x = x === x ? x : number; break;
        case "drop_zero": x = Math.abs(x) <= number ? NaN : x; break;
        default: throw new Error("unknown step " + kind);
      }
    }
    return x;
  }

  function loadTrees(json) {
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
      base: Float64Array.from(json.base),
      strict: json.strict,
      float32: json.float32,
    };
  }

  function loadBody(json) {
    if (json.kind === "trees") return loadTrees(json);
    if (json.kind === "linear") {
      return { kind: "linear", base: Float64Array.from(json.base), weights: Float64Array.from(unpack(json.weights)) };
    }
    return {
      kind: "network",
      activation: json.activation,
      widths: json.widths,
      weights: json.weights.map((layer) => Float64Array.from(unpack(layer))),
      biases: json.biases.map((layer) => Float64Array.from(unpack(layer))),
    };
  }

  function load(json) {
    const columns = json.columns.map(loadColumn);
    const bySource = json.features.map(() => []);
    columns.forEach((column, position) => bySource[column.source].push(position));
    return {
      features: json.features, classes: json.classes, task: json.task, link: json.link,
      columns, bySource, body: loadBody(json.body),
    };
  }

  function encode(model, row) {
    const encoded = new Float64Array(model.columns.length);
    for (let i = 0; i < encoded.length; i++) {
      const column = model.columns[i];
      encoded[i] = encodeColumn(column, row[column.source]);
    }
    return encoded;
  }

  function leafOf(body, at, x) {
    const { feature, left, right, number, missingLeft, asks, strict, float32 } = body;
    for (let column = feature[at]; column >= 0; column = feature[at]) {
      const value = float32 ? Math.fround(x[column]) : x[column];
      let goLeft;
      if (value !== value) goLeft = missingLeft[at] === 1;
      else if (asks[at] === 1) goLeft = body.sets.get(at).has(Math.trunc(value));
      else goLeft = strict ? value < number[at] : value <= number[at];
      at = goLeft ? left[at] : right[at];
    }
    return at;
  }

  function sumTrees(body, x) {
    const total = Float64Array.from(body.base);
    const { roots, owner, leaves, number, place } = body;
    const outputs = total.length;
    for (let tree = 0; tree < roots.length; tree++) {
      const leaf = leafOf(body, roots[tree], x);
      if (leaves === null) total[owner[tree]] += number[leaf];
      else for (let k = 0; k < outputs; k++) total[k] += leaves[place[leaf] * outputs + k];
    }
    return total;
  }

  function dense(x, weights, biases) {
    const y = Float64Array.from(biases);
    const width = y.length;
    for (let i = 0; i < x.length; i++) for (let k = 0; k < width; k++) y[k] += x[i] * weights[i * width + k];
    return y;
  }

  const sigmoid = (x) => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x)));
  const ACTIVATE = {
    relu: (x) => (x < 0 ? 0 : x), tanh: Math.tanh, logistic: sigmoid, identity: (x) => x,
  };

  function sums(model, encoded) {
    const body = model.body;
    if (body.kind === "trees") return sumTrees(body, encoded);
    if (body.kind === "linear") return dense(encoded, body.weights, body.base);
    let x = encoded;
    const last = body.weights.length - 1;
    body.weights.forEach((weights, layer) => {
      x = dense(x, weights, body.biases[layer]);
      if (layer < last) x = x.map(ACTIVATE[body.activation]);
    });
    return x;
  }

  function link(kind, margins) {
    if (kind === "logistic") {
      const positive = sigmoid(margins[0]);
      return Float64Array.of(1 - positive, positive);
    }
    if (kind === "softmax") {
      const top = Math.max(...margins);
      const powers = margins.map((x) => Math.exp(x - top));
      const total = powers.reduce((a, b) => a + b, 0);
      return powers.map((x) => x / total);
    }
    if (kind === "sigmoid") return margins.map(sigmoid);
    if (kind === "ovr") {
      const each = margins.map(sigmoid);
      const total = each.reduce((a, b) => a + b, 0);
      return each.map((x) => x / total);
    }
    return kind === "exp" ? margins.map(Math.exp) : margins;
  }

  const margin = (model, row) => sums(model, encode(model, row));
  const predict = (model, row) => link(model.link, margin(model, row));

  function profile(model, row, feature, grid) {
    const encoded = encode(model, row);
    return grid.map((value) => {
      for (const i of model.bySource[feature]) encoded[i] = encodeColumn(model.columns[i], value);
      return link(model.link, sums(model, encoded));
    });
  }

  return { load, encode, margin, predict, profile };
})();
