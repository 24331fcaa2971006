/* The hash by which CatBoost knows the levels of its categorical columns: what core/portable/city.py does.

   city.level(value)      a level's hash, a whole number of 32 bits with a sign; NaN for what is no text, number or boolean
   city.joined(numbers)   one BigInt for several such numbers together
   CityHash64 in its first version (G. Pike and J. Alakuijala, 2011). No dependencies. */

export const city = (() => {
  "use strict";

  const K0 = 0xc3a5c85c97cb3127n, K1 = 0xb492b66fbe98f273n, K2 = 0x9ae16a3b2f90404fn, K3 = 0xc949d7c7509e6557n;
  const MULTIPLIER = 0x9ddfea08eb382d69n, JOIN = 0x4906ba494954cb65n;
  const HALF = 2 ** 31;

  const cut = (value) => BigInt.asUintN(64, value);
  const turn = (value, shift) => cut((cut(value) >> shift) | (cut(value) << (64n - shift)));
  const mix = (value) => cut(value) ^ (cut(value) >> 47n);

  function pair(low, high) {
    const first = mix((low ^ cut(high)) * MULTIPLIER);
    return cut(mix((cut(high) ^ first) * MULTIPLIER) * MULTIPLIER);
  }

  const word = (view, at) => view.getBigUint64(at < 0 ? at + view.byteLength : at, true);
  const half = (view, at) => BigInt(view.getUint32(at < 0 ? at + view.byteLength : at, true));

  function short(view, size) {
    const count = BigInt(size);
    if (size > 8) return pair(word(view, 0), turn(word(view, -8) + count, count)) ^ word(view, -8);
    if (size >= 4) return pair(count + (half(view, 0) << 3n), half(view, -4));
    if (size === 0) return K2;
    const y = view.getUint8(0) + (view.getUint8(size >> 1) << 8), z = size + (view.getUint8(size - 1) << 2);
    return cut(mix((BigInt(y) * K2) ^ (BigInt(z) * K3)) * K2);
  }

  function middle(view, size) {
    const a = word(view, 0) * K1, b = word(view, 8), c = word(view, -8) * K2, d = word(view, -16) * K0;
    return pair(cut(turn(a - b, 43n) + turn(c, 30n) + d), a + turn(b ^ K3, 20n) - c + BigInt(size));
  }

  function part(start, [first, second, third, last]) {
    let a = start + first, c = turn(a, 37n);
    const b = turn(a + last, 52n);
    a += second;
    c += turn(a, 7n);
    a += third;
    return [a + last, b + turn(a, 31n) + c];
  }

  function longer(view, size) {
    const [vf, vs] = part((BigInt(size) + word(view, -16)) * K0, [0, 8, 16, 24].map((at) => word(view, at)));
    const [wf, ws] = part(word(view, 16), [-32, -24, -16, -8].map((at) => word(view, at)));
    return cut(mix(mix((vf + ws) * K2 + (wf + vs) * K0) * K0 + vs) * K2);
  }

  function weak(view, at, a, b) {
    const [w, x, y, z] = [0, 8, 16, 24].map((step) => word(view, at + step));
    const c = a + w;
    b = turn(b + c + z, 21n);
    a = c + x + y;
    return [cut(a + z), cut(b + turn(a, 44n) + c)];
  }

  function long(view, size) {
    let x = word(view, 0), y = word(view, -16) ^ K1, z = word(view, -56) ^ K0;
    let v = weak(view, size - 64, BigInt(size), y), w = weak(view, size - 32, BigInt(size) * K1, K0);
    z += mix(v[1]) * K1;
    x = turn(z + x, 39n) * K1;
    y = turn(y, 33n) * K1;
    for (let at = 0; at < size - 1 - ((size - 1) % 64); at += 64) {
      x = cut(turn(x + y + v[0] + word(view, at + 16), 37n) * K1) ^ w[1];
      y = cut(turn(y + v[1] + word(view, at + 48), 42n) * K1) ^ v[0];
      z = turn(cut(z) ^ w[0], 33n);
      v = weak(view, at, v[1] * K1, x + w[0]);
      w = weak(view, at + 32, z + w[1], y);
      [z, x] = [x, z];
    }
    return pair(cut(pair(v[0], w[0]) + mix(y) * K1 + z), cut(pair(v[1], w[1]) + x));
  }

  function hash64(text) {
    const bytes = new TextEncoder().encode(text), size = bytes.length;
    const view = new DataView(bytes.buffer, bytes.byteOffset, size);
    return (size <= 16 ? short : size <= 32 ? middle : size <= 64 ? longer : long)(view, size);
  }

  /* As CatBoost spells it: whole numbers without a point, exponents of at least two digits, true as 1. */
  function spelled(value) {
    if (typeof value === "string") return value;
    if (typeof value === "boolean") return value ? "1" : "0";
    if (typeof value !== "number" || !Number.isFinite(value)) return null;
    if (Number.isInteger(value)) return BigInt(value).toString();
    const size = Math.abs(value);
    const text = size < 1e-4 ? value.toExponential() : String(value);
    return text.replace(/e([-+])(\d)$/, "e$10$2");
  }

  function level(value) {
    const text = spelled(value);
    return text === null ? NaN : Number(BigInt.asIntN(32, hash64(text)));
  }

  function joined(numbers) {
    let found = 0n;
    for (const number of numbers) {
      const whole = number === number ? BigInt(Math.trunc(Math.min(HALF, Math.max(-HALF, number)))) : 0n;
      found = cut(JOIN * cut(found + JOIN * whole));
    }
    return found;
  }

  return { level, joined };
})();
