// Where the Studio's panels and the chart libraries, which travel as a component of their own, find each other.
const ENGINE = Symbol.for("instance-explorer.engine");

/** The promise of the libraries, whoever asks first. */
export function engine() {
  if (!globalThis[ENGINE]) {
    let resolve;
    const promise = new Promise((done) => (resolve = done));
    globalThis[ENGINE] = { promise, resolve };
  }
  return globalThis[ENGINE];
}
