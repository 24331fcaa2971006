/* Puts the chart libraries where the Studio's panels find them. Drawn once a page with constant data, so that their
megabyte travels once a visit; core/export/report/scripts.py puts the libraries before this. */
import { engine } from "./studio_engine.js";

engine().resolve({ vega, vegaLite, expressionInterpreter });

export default function (component) {
  component.parentElement.replaceChildren();
}
