// Names of features in lists: many long ones begin alike, so what is cut is their middle.

const TAIL = 8;

/** A name in two parts: the first may be cut where room is short, the second stays; short names have no second part. */
export function ends(name) {
  const letters = Array.from(name);
  return letters.length > 2 * TAIL ? [letters.slice(0, -TAIL).join(""), letters.slice(-TAIL).join("")] : [name, ""];
}
