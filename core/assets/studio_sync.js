// Brings the server's choice of feature to the panels; shows nothing itself.
import { bus, heard } from "./studio_bus.js";

export default function (component) {
  const { data, parentElement } = component;
  parentElement.replaceChildren();
  if (bus().visit !== data.visit) Object.assign(bus(), { visit: data.visit, awaited: null }); // another model or table
  heard(data.feature, data.acts);
}
