// What the instruments work out from frames: doubt of a map, the list of dead neurons.
import assert from "node:assert/strict";
import { test } from "node:test";

globalThis.document = /** @type {any} */ ({});
const { doubtBytes } = await import("../../../src/pronghorn/lab/page/js/heatmap.mjs");
const { deadList } = await import("../../../src/pronghorn/lab/page/js/diagnostics.mjs");

test("doubt of two classes is 0 at the ends of the map and 255 in its middle", () => {
  assert.deepEqual([...doubtBytes([0, 64, 127, 255], null, 2)], [0, 128, 254, 0]);
});

test("doubt of four classes is full where each has a quarter", () => {
  // 255 - 64 = 191 of 255·¾ = 191.25
  assert.deepEqual([...doubtBytes([0, 1, 2], [255, 64, 160], 4)], [0, 255, 127]);
});

test("dead neurons are counted from 1 in their own layer", () => {
  const layers = [{ units: 3 }, { units: 2 }];
  assert.equal(deadList([1, 0, 1, 0, 0], layers, 0), "1, 3");
  assert.equal(deadList([1, 0, 1, 0, 0], layers, 1), "none");
});

test("a long list of dead neurons is cut", () => {
  assert.match(deadList(new Array(100).fill(1), [{ units: 100 }], 0), /^1, 2, .*, 24, …$/);
});
