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
        case "float32": x = Math.fround(x); break;
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
      cover: json.cover ? Float64Array.from(unpack(json.cover)) : null,
      base: Float64Array.from(json.base), strict: json.strict, float32: json.float32,
    };
  }

  function loadBody(json) {
    if (json.kind === "trees") return loadTrees(json);
    if (json.kind === "linear") {
      return { kind: "linear", base: Float64Array.from(json.base), weights: Float64Array.from(unpack(json.weights)) };
    }
    const floats = (packed) => (packed ? Float64Array.from(unpack(packed)) : null);
    const loaded = (layer) => ({ numbers: [], ...layer, weights: floats(layer.weights), biases: floats(layer.biases) });
    return { kind: "network", layers: json.layers.map(loaded) };
  }

  function load(json) {
    const columns = json.columns.map(loadColumn);
    const bySource = json.features.map(() => []);
    columns.forEach((column, position) => bySource[column.source].push(position));
    return {
      features: json.features, classes: json.classes, task: json.task, link: json.link, scale: json.margin_scale,
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

  /* Whether a node sends the value of its column (rounded already where float32 asks for it) to the left. */
  function goesLeft({ number, missingLeft, asks, sets, strict }, at, value) {
    if (value !== value) return missingLeft[at] === 1;
    if (asks[at] === 1) return sets.get(at).has(Math.trunc(value));
    return strict ? value < number[at] : value <= number[at];
  }

  function leafOf(body, at, x) {
    const { feature, left, right, float32 } = body;
    for (let column = feature[at]; column >= 0; column = feature[at]) {
      at = goesLeft(body, at, float32 ? Math.fround(x[column]) : x[column]) ? left[at] : right[at];
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
    const width = weights.length / x.length;
    const y = biases ? Float64Array.from(biases) : new Float64Array(width);
    for (let i = 0; i < x.length; i++) for (let k = 0; k < width; k++) y[k] += x[i] * weights[i * width + k];
    return y;
  }

  function scale(x, { weights, biases }) {
    return x.map((value, i) => (weights ? value * weights[i] : value) + (biases ? biases[i] : 0));
  }

  const sigmoid = (x) => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x)));
  const softplus = (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
  const clip = (x, low, high) => (x < low ? low : x > high ? high : x);
  const elu = (x, alpha) => (x > 0 ? x : alpha * Math.expm1(x));
  const mean = (x) => x.reduce((a, b) => a + b, 0) / x.length;
  const squares = (x) => x.reduce((a, b) => a + b * b, 0);

  /* The error function: a series of positive terms, so that nothing cancels. */
  function erf(x) {
    const size = Math.abs(x);
    if (!(size < 6)) return x !== x ? NaN : Math.sign(x);
    let term = size, sum = size;
    for (let n = 1; term > sum * 1e-17; n++) sum += term *= (2 * size * size) / (2 * n + 1);
    return (Math.sign(x) * 2 * sum * Math.exp(-size * size)) / Math.sqrt(Math.PI);
  }

  /* Functions of one number; numbers: the layer's parameters. core/portable/layers.py says what each is. */
  const EACH = {
    identity: (x) => x,
    relu: (x, [slope, from]) => (x < from ? slope * (x - from) : x),
    elu: (x, [alpha]) => elu(x, alpha),
    selu: (x) => 1.0507009873554805 * elu(x, 1.6732632423543772),
    celu: (x, [alpha]) => (x > 0 ? x : alpha * Math.expm1(x / alpha)),
    gelu: (x) => 0.5 * x * (1 + erf(x / Math.SQRT2)),
    gelu_tanh: (x) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x))),
    silu: (x) => x * sigmoid(x),
    mish: (x) => x * Math.tanh(softplus(x)),
    softplus,
    softsign: (x) => x / (1 + Math.abs(x)),
    tanh: Math.tanh,
    logistic: sigmoid,
    hard_sigmoid: (x, [slope]) => clip(slope * x + 0.5, 0, 1),
    hard_silu: (x) => x * clip(x / 6 + 0.5, 0, 1),
    hard_tanh: (x) => clip(x, -1, 1),
    exponential: Math.exp,
    log_sigmoid: (x) => -softplus(-x),
    at_most: (x, [limit]) => (x > limit ? limit : x),
  };
  /* Functions of a whole vector. */
  const WHOLE = {
    prelu: (x, { weights }) => x.map((value, i) => (value > 0 ? value : weights[i] * value)),
    softmax: (x) => link("softmax", x),
    log_softmax: (x) => {
      const top = Math.max(...x);
      const total = Math.log(x.reduce((sum, value) => sum + Math.exp(value - top), 0));
      return x.map((value) => value - top - total);
    },
    rms: (x, { numbers: [epsilon] }) => x.map((value) => value / Math.sqrt(squares(x) / x.length + epsilon)),
    unit: (x, { numbers: [least] }) => x.map((value) => value / Math.max(Math.sqrt(squares(x)), least)),
  };
  const worst = (pick) => (a, b) => (a !== a || b !== b ? NaN : pick(a, b));
  const PAIRS = {
    add: (a, b) => a + b, average: (a, b) => a + b, subtract: (a, b) => a - b, multiply: (a, b) => a * b,
    maximum: worst(Math.max), minimum: worst(Math.min),
  };

  function normalise(x, layer) {
    const middle = mean(x);
    const moved = x.map((value) => value - middle);
    const spread = Math.sqrt(squares(moved) / x.length + layer.numbers[0]);
    return scale(moved.map((value) => value / spread), layer);
  }

  function runLayer(layer, [x, ...others]) {
    switch (layer.op) {
      case "dense": return dense(x, layer.weights, layer.biases);
      case "scale": return scale(x, layer);
      case "normalise": return normalise(x, layer);
      case "pick": return Float64Array.from(layer.places, (place) => x[place]);
      case "concatenate": return Float64Array.from([x, ...others].flatMap((part) => Array.from(part)));
      case "activation": {
        const each = EACH[layer.activation];
        return each ? x.map((value) => each(value, layer.numbers)) : WHOLE[layer.activation](x, layer);
      }
      default: {
        const sum = others.reduce((all, part) => all.map((value, i) => PAIRS[layer.op](value, part[i])), x);
        return layer.op === "average" ? sum.map((value) => value / (1 + others.length)) : sum;
      }
    }
  }

  function sums(model, encoded) {
    const body = model.body;
    if (body.kind === "trees") return sumTrees(body, encoded);
    if (body.kind === "linear") return dense(encoded, body.weights, body.base);
    const found = [encoded];
    for (const layer of body.layers) found.push(runLayer(layer, layer.inputs.map((place) => found[place])));
    return found[found.length - 1];
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

  return { load, encode, margin, predict, profile, goesLeft };
})();
