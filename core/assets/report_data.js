// Reading the file's data: columns back to records (core/export/report/pack.py writes them). Pure, tested with node.

/** Records of what pack() wrote. */
export function unpack(packed, texts) {
  const columns = Object.entries(packed.columns).map(([name, [form, held]]) => [name, cells(form, held, packed.n, texts)]);
  return Array.from({ length: packed.n }, (_, place) => {
    const row = {};
    for (const [name, values] of columns) row[name] = values[place];
    return row;
  });
}

function cells(form, held, count, texts) {
  const values = form === "T" || form === "V" ? Array(count).fill(held) : held;
  return form === "t" || form === "T" ? values.map((place) => (place < 0 ? null : texts[place])) : values;
}

/** Where an answer stands: by variant, and by instance and feature where the panel depends on them. */
export function pathOf(panel, state) {
  const row = panel.takes.includes("instance") ? state.instance : "-";
  const feature = panel.takes.includes("feature") ? state.feature : "-";
  return `${state.variants[panel.id] ?? 0}/${row}/${feature}`;
}

/** A number of tiny size in words: "2.2e-16", "exactly 0". */
export function tiny(value) {
  if (value === 0) return "exactly 0";
  return value < 1e-3 ? value.toExponential(1).replace("-", "−") : String(Number(value.toPrecision(2)));
}
