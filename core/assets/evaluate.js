/* Evaluates a portable model in the browser: what core/portable/evaluate.py does, on the JSON of core/portable/wire.py.

   const model = evaluator.load(json);            once
   evaluator.predict(model, row)                  Float64Array: probability per class, or one number in target units
   evaluator.margin(model, row)                   Float64Array: the sums before the link
   evaluator.profile(model, row, feature, grid)   predictions with one feature moved over a grid
   evaluator.forest(model)                        its trees, what they are given and of which features; null without

   A row is an array in feature order: numbers, texts, booleans; null, undefined or NaN where missing.
   An ES module, or inlined before the script that uses it. */
import { city } from "./city.js";
import { functions } from "./functions.js";
import { trees } from "./trees.js";

export const evaluator = (() => {
  "use strict";

  const { unpack, erf, PLAIN, CURVES } = functions;

  function loadBody(json) {
    if (json.kind === "trees") return trees.load(json);
    if (json.kind === "linear") {
      return { kind: "linear", base: Float64Array.from(json.base), weights: Float64Array.from(unpack(json.weights)) };
    }
    const floats = (packed) => (packed ? Float64Array.from(unpack(packed)) : null);
    const loaded = (layer) => {
      const weights = floats(layer.weights);
      const rows = layer.op === "joint" ? jointRows(weights, layer.shape[1]) : null;
      return { numbers: [], ...layer, weights, rows, biases: floats(layer.biases), trees: layer.trees && trees.load(layer.trees) };
    };
    return { kind: "network", layers: json.layers.map(loaded) };
  }

  /* Where each joint hash lies in its table. */
  function jointRows(weights, count) {
    const key = (at) => (BigInt(weights[at]) << 32n) | BigInt(weights[count + at]);
    return new Map(Array.from({ length: count }, (_, at) => [key(at), at]));
  }

  /* What a table says of several numbers together. */
  function joint(x, { places, rows, weights, biases, shape: [, count] }) {
    const at = rows.get(city.joined(places.map((place) => x[place])));
    return at === undefined ? biases : biases.map((_, answer) => weights[(2 + answer) * count + at]);
  }

  function load(json) {
    const columns = json.columns.map(functions.load);
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
      encoded[i] = functions.encode(column, row[column.source]);
    }
    return encoded;
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
  const over = (x, length) => (length === 0 ? x : x.map((value) => value / length));
  const squares = (x) => x.reduce((a, b) => a + b * b, 0);

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
    normal_chance: (x) => 0.5 * (1 + erf(x / Math.SQRT2)),
    ...PLAIN,
    ...Object.fromEntries(Object.entries(CURVES).map(([name, curve]) => [name, (x, [lambda]) => curve(x, lambda)])),
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
    unit_sum: (x) => over(x, x.reduce((sum, value) => sum + Math.abs(value), 0)),
    unit_most: (x) => over(x, x.reduce((most, value) => (value !== value ? NaN : Math.max(most, Math.abs(value))), 0)),
    share: (x) => {
      const total = x.reduce((sum, value) => sum + value, 0);
      return x.map((value) => (total === 0 ? 1 / x.length : value / total));
    },
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
      case "trees": return trees.sum(layer.trees, x);
      case "interpolate": {
        const half = layer.weights.length / 2;
        return x.map((value) => functions.interpolate(value, layer.weights.subarray(0, half), layer.weights.subarray(half)));
      }
      case "joint": return joint(x, layer);
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
    if (body.kind === "trees") return trees.sum(body, encoded);
    if (body.kind === "linear") return dense(encoded, body.weights, body.base);
    const found = [encoded];
    for (const layer of body.layers) found.push(runLayer(layer, layer.inputs.map((place) => found[place])));
    return found[found.length - 1];
  }

  /* The one ensemble whose sums are the model's: alone, or behind joint tables of several features. */
  function forest(model) {
    const { body, columns } = model;
    const owners = columns.map((column) => [column.source]);
    if (body.kind === "trees") return { body, owners, given: (encoded) => encoded };
    const last = body.kind === "network" ? body.layers[body.layers.length - 1] : null;
    const before = last && last.op === "trees" ? body.layers.slice(0, -2) : [];
    const inOrder = before.length && body.layers[before.length].inputs.every((place, i) => place === i);
    if (!inOrder || before.some((layer) => layer.op !== "joint" || layer.inputs[0] !== 0)) return null;
    for (const layer of before) {
      const sources = [...new Set(layer.places.map((place) => columns[place].source))].sort((a, b) => a - b);
      for (let answer = 0; answer < layer.biases.length; answer++) owners.push(sources);
    }
    const given = (encoded) => Float64Array.from([encoded, ...before.map((layer) => joint(encoded, layer))].flatMap((part) => Array.from(part)));
    return { body: last.trees, owners, given };
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
    const moved = model.bySource[feature];
    if (model.body.kind === "trees" && moved.length) return treesAlong(model, encoded, moved, grid);
    return grid.map((value) => {
      for (const i of moved) encoded[i] = functions.encode(model.columns[i], value);
      return link(model.link, sums(model, encoded));
    });
  }

  function treesAlong(model, encoded, moved, grid) {
    const values = moved.map((i) => Float64Array.from(grid, (value) => functions.encode(model.columns[i], value)));
    const total = trees.along(model.body, encoded, moved, values);
    const outputs = model.body.base.length;
    return grid.map((_, point) => link(model.link, total.subarray(point * outputs, (point + 1) * outputs)));
  }

  return { load, encode, margin, predict, profile, forest };
})();
