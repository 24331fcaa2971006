// Pure functions of the force plot; run by tests/assets/test_force_script.py with node.
import assert from "node:assert/strict";
import { arrow, follow, placeLabels, ruler, middle, shorten, shortenPair, stack, tickText, ticks, wantedLabels, written } from "../../core/assets/force_layout.js";

let seed = 1;
const random = () => ((seed = (seed * 16807) % 2147483647) / 2147483647);
const normal = () => random() + random() + random() - 1.5;
const measure = (text) => 7 * text.length;

// stack: pushing up ends at the output, pushing down begins there; nothing overlaps, sizes are kept
for (let turn = 0; turn < 200; turn += 1) {
  const values = Array.from({ length: 1 + Math.floor(random() * 40) }, () => (random() < 0.1 ? 0 : normal()));
  const { segments, end, low, high } = stack({ base: normal(), values });
  assert.equal(segments.length, values.filter((value) => value !== 0).length);
  for (const way of ["up", "down"]) {
    const side = segments.filter((segment) => segment.way === way);
    const total = values.filter((value) => (way === "up" ? value > 0 : value < 0)).reduce((sum, value) => sum + Math.abs(value), 0);
    assert.ok(Math.abs(side.reduce((sum, segment) => sum + segment.to - segment.from, 0) - total) < 1e-9);
    for (let place = 0; place < side.length; place += 1) {
      assert.ok(place === 0 || side[place].size <= side[place - 1].size);
      const near = place === 0 ? end : way === "up" ? side[place - 1].from : side[place - 1].to;
      assert.equal(way === "up" ? side[place].to : side[place].from, near);
    }
  }
  assert.ok(low <= end && end <= high);
}
assert.deepEqual(stack({ base: 2, values: [0, 0] }), { segments: [], end: 2, low: 2, high: 2 });

// ruler: ends keep their room, a single value stands in the middle
assert.deepEqual([0, 5, 10].map(ruler(0, 10, 200, 20)), [20, 100, 180]);
assert.equal(ruler(3, 3, 200, 20)(3), 100);

// ticks: round, inside, ascending, never more than asked plus one
for (let turn = 0; turn < 300; turn += 1) {
  const low = normal() * 10 ** Math.floor(random() * 8 - 4);
  const high = low + random() * 10 ** Math.floor(random() * 8 - 4) + 1e-9;
  const marks = ticks(low, high, 5);
  assert.ok(marks.length <= 6, `${marks}`);
  marks.forEach((mark, place) => assert.ok(mark >= low - 1e-6 * (high - low) && mark <= high + 1e-6 * (high - low) && (place === 0 || mark > marks[place - 1])));
}
assert.deepEqual(ticks(1, 1, 5), [1]);
assert.deepEqual(ticks(0, 1, 5), [0, 0.2, 0.4, 0.6, 0.8, 1]);
assert.equal(tickText(0.25, "probability"), "25 %");
assert.equal(tickText(-1.5, "log-odds"), "−1.5");
assert.equal(tickText(2e9, "target"), "2,000,000,000");
assert.equal(tickText(-2e12, "target"), "−2.0e+12");
assert.equal(written(1234567.5), "1,234,570");

// shorten: never wider than the limit, unchanged where it fits
assert.equal(shorten("income", 100, measure), "income");
for (let limit = 8; limit < 100; limit += 1) {
  const cut = shorten("a very long feature name", limit, measure);
  assert.ok(measure(cut) <= Math.max(limit, 7) && cut.endsWith("…"));
}

// middle: never wider than the limit, both ends kept, so that names that begin alike differ
assert.equal(middle("income", 100, measure), "income");
for (let limit = 20; limit < 160; limit += 1) {
  const cut = middle("a very long feature name 1", limit, measure);
  assert.ok(measure(cut) <= Math.max(limit, 7) && cut.includes("…"));
  assert.ok(limit < 40 || cut !== middle("a very long feature name 2", limit, measure));
}

// placeLabels: inside the width, no two on one lane overlap, the largest is always placed
for (let turn = 0; turn < 200; turn += 1) {
  const wanted = Array.from({ length: 12 }, (_, index) => ({ index, size: random(), width: 20 + random() * 150, center: random() * 340 }));
  const placed = placeLabels(wanted, 340, 3, 10);
  const largest = [...wanted].sort((a, b) => b.size - a.size)[0];
  assert.ok(placed.some((label) => label.index === largest.index));
  for (const label of placed) {
    assert.ok(label.left >= 0 && label.left + label.width <= 340 + 1e-9 && label.lane < 3);
    for (const other of placed) {
      assert.ok(other === label || other.lane !== label.lane || other.left >= label.left + label.width + 10 || label.left >= other.left + other.width + 10);
    }
  }
}

// shortenPair: the name gives way to its value, where that leaves the name a third of the room
assert.equal(shortenPair("age = 54", 100, measure), "age = 54");
const pair = shortenPair("a very long feature name indeed = 54", 140, measure);
assert.ok(measure(pair) <= 140 && pair.endsWith("eed = 54") && pair.includes("…") && pair.startsWith("a ver"));
assert.ok(shortenPair("x = a value that is far too long to stay", 100, measure).endsWith("…"));
assert.equal(shortenPair("no value at all here", 70, measure), shorten("no value at all here", 70, measure));

// wantedLabels: small segments get none, texts are cut to the width
const row = { base: 0, values: [5, -3, 0.01], labels: ["a = 1", "b".repeat(90), "c = 3"], texts: ["+5", "−3", "+0.01"] };
const { segments, low, high } = stack(row);
const labels = wantedLabels(row, segments, ruler(low, high, 360, 20), 360, measure);
assert.deepEqual(labels.map((label) => label.index).sort(), [0, 1]);
assert.ok(labels.every((label) => label.width <= 360 * 0.48 + 2));
assert.equal(labels.find((label) => label.index === 0).full, "a = 1 (+5)");

// arrow: the head of an arrow is at the end nearer to the output
assert.ok(arrow(10, 50, "up", false, 0, 20, 8).split(" ").includes("50,10"));
assert.ok(arrow(10, 50, "down", false, 0, 20, 8).split(" ").includes("10,10"));
assert.equal(arrow(10, 50, "up", true, 0, 20, 8).split(" ").length, 5);

// follow: echoes of what the reader did never move the reader; Python's own choices do
let state = follow({ page: null, said: null, last: null, sent: [], index: 0 }, "p1", 3, 1);
assert.deepEqual(state, { page: "p1", said: 1, last: 3, sent: [], index: 3 });
state = { ...state, index: 7, sent: [5, 7] };
state = follow(state, "p1", 3, 1); // an old run arrives late
assert.equal(state.index, 7);
state = follow(state, "p1", 5, 1);
assert.deepEqual([state.index, state.sent], [7, [7]]);
state = { ...state, index: 9 };
state = follow(state, "p1", 7, 1);
assert.equal(state.index, 9);
assert.equal(follow(state, "p1", 2, 1).index, 2);
assert.equal(follow(state, "p2", 0, 1).index, 0);
assert.equal(follow(state, "p1", 7, 2).index, 7); // told before, and chosen anew
console.log("ok");
