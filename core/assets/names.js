// Names of features in lists: many long ones begin alike, so what is cut is their middle.

const TAIL = 8;

/** Write a name into an element's two children: the first may be cut where room is short, the second stays. */
export function writeName(element, name) {
  const letters = Array.from(name);
  const head = letters.length > 2 * TAIL ? letters.length - TAIL : letters.length;
  element.firstChild.textContent = letters.slice(0, head).join("");
  element.lastChild.textContent = letters.slice(head).join("");
}
