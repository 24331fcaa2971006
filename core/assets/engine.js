/* Puts the chart libraries where the Studio's panels find them. Drawn once a page with constant data, so that their
megabyte travels once a visit; core/export/report/scripts.py puts the libraries before this. */
const ENGINE = Symbol.for("instance-explorer.engine");

/** The promise of the libraries, whoever asks first. */
function engine() {
  if (!globalThis[ENGINE]) {
    let resolve;
    const promise = new Promise((done) => (resolve = done));
    globalThis[ENGINE] = { promise, resolve };
  }
  return globalThis[ENGINE];
}

engine().resolve({ vega, vegaLite, expressionInterpreter });

export default function (component) {
  component.parentElement.replaceChildren();
}
