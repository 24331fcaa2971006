/* Columns and functions of one number, for evaluate.js: what core/portable/functions.py and encode do.

   functions.load(json)            once per column
   functions.encode(column, cell)  the encoded number; a cell is a number, text or boolean, null or undefined where missing
   Of others it needs the hash of levels alone. */
import { city } from "./city.js";

export const functions = (() => {
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

  /* The error function: a series of positive terms, so that nothing cancels. */
  function erf(x) {
    const size = Math.abs(x);
    if (!(size < 6)) return x !== x ? NaN : Math.sign(x);
    let term = size, sum = size;
    for (let n = 1; term > sum * 1e-17; n++) sum += term *= (2 * size * size) / (2 * n + 1);
    return (Math.sign(x) * 2 * sum * Math.exp(-size * size)) / Math.sqrt(Math.PI);
  }

  const ratio = (x, above, below) => above.reduceRight((sum, c) => sum * x + c, 0) / below.reduceRight((sum, c) => sum * x + c, 0);
  /* The standard normal's quantile: M. J. Wichura, algorithm AS 241 (1988, doi:10.2307/2347330), 16 digits. */
  function normalQuantile(p) {
    if (!(p > 0 && p < 1)) return p === 0 ? -Infinity : p === 1 ? Infinity : NaN;
    const q = p - 0.5;
    if (Math.abs(q) <= 0.425) {
      return q * ratio(0.180625 - q * q,
        [3.387132872796366608, 1.3314166789178437745e2, 1.9715909503065514427e3, 1.3731693765509461125e4, 4.5921953931549871457e4, 6.7265770927008700853e4, 3.3430575583588128105e4, 2.5090809287301226727e3],
        [1, 4.2313330701600911252e1, 6.871870074920579083e2, 5.3941960214247511077e3, 2.1213794301586595867e4, 3.930789580009271061e4, 2.8729085735721942674e4, 5.226495278852545925e3]);
    }
    const r = Math.sqrt(-Math.log(q < 0 ? p : 1 - p));
    const size = r <= 5
      ? ratio(r - 1.6,
        [1.42343711074968357734, 4.6303378461565452959, 5.7694972214606914055, 3.64784832476320460504, 1.27045825245236838258, 2.4178072517745061177e-1, 2.27238449892691845833e-2, 7.7454501427834140764e-4],
        [1, 2.05319162663775882187, 1.6763848301838038494, 6.8976733498510000455e-1, 1.4810397642748007459e-1, 1.51986665636164571966e-2, 5.475938084995344946e-4, 1.05075007164441684324e-9])
      : ratio(r - 5,
        [6.6579046435011037772, 5.4637849111641143699, 1.7848265399172913358, 2.9656057182850489123e-1, 2.6532189526576123093e-2, 1.2426609473880784386e-3, 2.71155556874348757815e-5, 2.01033439929228813265e-7],
        [1, 5.9983220655588793769e-1, 1.3692988092273580531e-1, 1.48753612908506148525e-2, 7.868691311456132591e-4, 1.8463183175100546818e-5, 1.4215117583164458887e-7, 2.04426310338993978564e-15]);
    return q < 0 ? -size : size;
  }

  /* In the order of PLAIN in core/portable/form.py. */
  const PLAIN = {
    abs: Math.abs, cbrt: Math.cbrt, cos: Math.cos, exp: Math.exp, exp2: (x) => 2 ** x, expm1: Math.expm1, log: Math.log,
    log10: Math.log10, log1p: Math.log1p, log2: Math.log2, negative: (x) => -x, normal_quantile: normalQuantile,
    reciprocal: (x) => 1 / x, sign: Math.sign, sin: Math.sin, sinh: Math.sinh, sqrt: Math.sqrt, square: (x) => x * x,
    arcsinh: Math.asinh, arctan: Math.atan,
  };
  const PLACES = Object.values(PLAIN);

  const MOST_HASHES = 10_000;
  const TINY = 2 ** -52;
  const power = (x, lambda) => (Math.abs(lambda) < TINY ? Math.log(x) : Math.expm1(lambda * Math.log(x)) / lambda);
  const undoPower = (y, lambda) => (Math.abs(lambda) < TINY ? Math.exp(y) : (y * lambda + 1) ** (1 / lambda));
  const CURVES = {
    yeo_johnson: (x, lambda) => (x >= 0 ? power(x + 1, lambda) : -power(1 - x, 2 - lambda)),
    box_cox: power,
    undo_yeo_johnson: (y, lambda) => (y >= 0 ? undoPower(y, lambda) - 1 : 1 - undoPower(-y, 2 - lambda)),
    undo_box_cox: undoPower,
  };

  /* How many numbers of an ascending list are not greater (or, without the equal ones, smaller). */
  function passed(list, x, equal) {
    let low = 0, high = list.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (equal ? list[middle] <= x : list[middle] < x) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /* Along a broken line, flat outside; at a jump (ends that repeat) half way between its two sides. */
  function interpolate(x, ends, heights) {
    if (x !== x) return NaN;
    const last = ends.length - 1;
    const up = passed(ends, x, true) - 1, down = passed(ends, x, false);
    const between = (at) => heights[at] + ((heights[at + 1] - heights[at]) / (ends[at + 1] - ends[at])) * (x - ends[at]);
    const rising = up < 0 ? heights[0] : up >= last ? heights[last] : between(up);
    const falling = down > last ? heights[last] : down === 0 ? heights[0] : ends[down] === x ? heights[down] : between(down - 1);
    return 0.5 * (rising + falling);
  }

  function quantiles(x, { within, ends, heights }) {
    const first = ends[0], last = ends[ends.length - 1];
    if (within ? x - within < first : x <= first) return 0;
    return (within ? x + within > last : x >= last) ? 1 : interpolate(x, ends, heights);
  }

  const isMissing = (value) => value === null || value === undefined || value !== value;
  const key = (value) => (typeof value === "boolean" ? Number(value) : value);

  function toNumber(value) {
    if (typeof value === "number") return value;
    if (typeof value === "boolean") return Number(value);
    return typeof value === "string" && NUMBER.test(value) ? Number(value) : NaN;
  }

  /* A table as its step reads it. */
  function tableOf([count, packed]) {
    const all = Float64Array.from(unpack(packed));
    const half = (count - 1) / 2;
    return { all, within: all[0], ends: all.subarray(1, 1 + half), heights: all.subarray(1 + half) };
  }

  /* The answer that belongs to a number; the first of the table for all others. */
  function match(x, { within, ends, heights }) {
    const at = passed(ends, x, false);
    return at < ends.length && ends[at] === x ? heights[at] : within;
  }

  /* A level's hash, computed once for each level that is asked. */
  function hashed({ table }, value) {
    if (!table.has(value) && table.size > MOST_HASHES) table.clear();
    if (!table.has(value)) table.set(value, city.level(value)); // a Map tells true from 1 and from "true"
    return table.get(value);
  }

  function load(json) {
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
      tables: (json.tables || []).map(tableOf),
    };
  }

  function answer(column, value) {
    if (column.op === "number") {
      const number = toNumber(value);
      return number === number ? number : column.fill;
    }
    if (isMissing(value)) return column.fill;
    if (column.op === "hash") return hashed(column, value);
    const found = column.table.get(key(value));
    return found === undefined ? column.unseen : found;
  }

  function encode(column, value) {
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
        case "above": x = x === x ? Number(x > number) : x; break;
        case "is": x = x === x ? Number(x === number) : x; break;
        case "bins": x = x === x ? passed(column.tables[number].all, x, true) : x; break;
        case "quantiles": x = quantiles(x, column.tables[number]); break;
        case "match": x = match(x, column.tables[number]); break;
        case "plain": x = PLACES[number](x); break;
        default:
          if (!CURVES[kind]) throw new Error("unknown step " + kind);
          x = CURVES[kind](x, number);
      }
    }
    return x;
  }

  return { load, encode, unpack, erf, interpolate, PLAIN, CURVES };
})();
