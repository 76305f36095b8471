// Slow motion, judgements of layers, differences of runs, the store.
import assert from "node:assert/strict";
import { test } from "node:test";
import { judge } from "../../../src/pronghorn/lab/page/js/diagnostics.mjs";
import { latest } from "../../../src/pronghorn/lab/page/js/fields.mjs";
import { differences } from "../../../src/pronghorn/lab/page/js/runs.mjs";
import { heightBytes } from "../../../src/pronghorn/lab/page/js/slice.mjs";
import { listMoments, neuronOf, updateOf } from "../../../src/pronghorn/lab/page/js/steps.mjs";
import { Store } from "../../../src/pronghorn/lab/page/js/store.mjs";

test("a step goes forward, to the loss, backward from the output, then updates", () => {
  const moments = listMoments([2, 1]).map(({ phase, layer, unit }) => `${phase} ${layer}.${unit}`);
  assert.deepEqual(moments, ["forward 0.0", "forward 0.1", "forward 1.0", "loss 1.0", "backward 1.0", "backward 0.0", "backward 0.1",
    "update 0.0", "update 0.1", "update 1.0"]);
});

test("of a wide layer sixteen neurons are walked through", () => {
  assert.equal(listMoments([512]).filter(({ phase }) => phase === "forward").length, 16);
});

const weight = (before, gradient, after) => ({ before, gradient, after, slots_before: {}, slots_after: {} });
const trace = { layers: [
  { activation: "tanh", inputs: [[1, 2]], z: [[3, 4]], a: [[5, 6]], slope: [[0.5, 0.25]], da: [[7, 8]], dz: [[9, 10]],
    kernel: [[1, 2], [3, 4]], bias: [0.5, 0.6], kernel_step: weight([[1, 2], [3, 4]], [[0.1, 0.2], [0.3, 0.4]], [[0, 1], [2, 3]]), bias_step: weight([0.5, 0.6], [1, 2], [0, 0]) },
  { activation: "linear", inputs: [[5, 6]], z: [[11]], a: [[11]], slope: null, da: [[12]], dz: [[13]],
    kernel: [[14], [15]], bias: [0], kernel_step: weight([[14], [15]], [[1], [1]], [[1], [1]]), bias_step: weight([0], [0], [0]) }] };

test("a neuron's weights are a column, what comes back a row of the next layer", () => {
  const one = neuronOf(trace, 0, 0, 1);
  assert.deepEqual([one.weights, one.bias, one.z, one.a, one.slope, one.da, one.dz], [[2, 4], 0.6, 4, 6, 0.25, 8, 10]);
  assert.deepEqual(one.next, [{ weight: 15, dz: 13 }]);
  assert.deepEqual(neuronOf(trace, 0, 1, 0).next, []);
});

test("an update is of one weight, or of the bias", () => {
  assert.deepEqual(updateOf(trace, 0, 1, 0), { before: 3, gradient: 0.3, after: 2, slots: {} });
  assert.deepEqual(updateOf(trace, 0, -1, 1), { before: 0.6, gradient: 2, after: 0, slots: {} });
});

const well = { norm: 0.1, ratio: 1e-3, dead: 0, saturated: 0 };
for (const [change, words] of [[{}, null], [{ norm: 1e-12 }, /vanishes/], [{ norm: 1e9 }, /explodes/], [{ norm: NaN }, /explodes/],
  [{ dead: 0.75 }, /dead/], [{ saturated: 0.9 }, /saturated/], [{ ratio: 0.5 }, /tenth/], [{ ratio: 0 }, /hardly/]]) {
  test(`a layer with ${JSON.stringify(change)} is judged`, () => {
    const verdict = judge({ ...well, ...change });
    if (words) assert.match(verdict.text, words);
    else assert.equal(verdict, null);
  });
}

test("differences name the path and the other value", () => {
  assert.deepEqual(differences({ a: 1, b: { c: 2 } }, { a: 1, b: { c: 3 } }), ["b.c: 3"]);
  assert.deepEqual(differences({ a: 1 }, { a: 1 }), []);
});

test("losses as heights: the lowest is 0, the highest 255, what is not finite is highest", () => {
  assert.deepEqual([...heightBytes([1, 3, null])], [0, 255, 255]);
});

test("the store calls those who watch once, with all that changed", async () => {
  const store = new Store();
  let calls = 0;
  store.watch(["state", "frame"], () => calls++);
  store.set("state", {});
  store.set("frame", /** @type {any} */ ({}));
  store.look({ shown: null });
  await Promise.resolve();
  assert.equal(calls, 1);
});

test("of many values the first and the last are sent", async () => {
  const sent = [];
  let finish = () => {};
  const send = latest((value) => {
    sent.push(value);
    return new Promise((resolve) => (finish = resolve));
  });
  [1, 2, 3].forEach(send);
  finish();
  await new Promise((resolve) => setTimeout(resolve));
  assert.deepEqual(sent, [1, 3]);
});
