// Curves as data: smoothing, ticks, CSV and SVG.
import assert from "node:assert/strict";
import { test } from "node:test";
import { csv, curvesCsv, curvesSvg, drawable, linePath, smooth, ticks } from "../../../src/pronghorn/lab/page/js/curves.mjs";

test("smoothing is the mean of the past with falling weights", () => {
  // f = 1/2: weights 1/2 and 1/4 over their sum 3/4: (4/2 + 1/4) / (3/4) = 3.
  assert.deepEqual(smooth([1, 4], 0.5), [1, 3]);
});

test("smoothing leaves a constant and keeps gaps", () => {
  assert.deepEqual(smooth([2, null, 2], 0.9).map((v) => v && Number(v.toFixed(12))), [2, null, 2]);
});

test("a log axis takes positive numbers only", () => {
  assert.deepEqual(drawable([1, 0, -2, 1e-40, NaN, Infinity, undefined], true), [1, null, null, null, null, null, null]);
});

for (const [low, high, wanted, expected] of [
  [0, 1, 5, [0, 0.2, 0.4, 0.6, 0.8, 1]],
  [-6, 6, 6, [-6, -4, -2, 0, 2, 4, 6]],
  [0.1, 0.35, 3, [0.1, 0.2, 0.3]],
]) {
  test(`ticks from ${low} to ${high}`, () => assert.deepEqual(ticks(low, high, wanted), expected));
}

test("ticks of a log axis are powers of ten", () => {
  assert.deepEqual(ticks(0.01, 100, 8, true), [0.01, 0.1, 1, 10, 100]);
});

test("CSV quotes what needs it", () => {
  assert.equal(csv(["a", 'b"'], [[1, "x,y"], [null, "line\nbreak"]]), 'a,"b"""\r\n1,"x,y"\r\n,"line\nbreak"\r\n');
});

test("curves as CSV have a column each", () => {
  const curves = [{ name: "train", label: "training", values: [3, null] }];
  assert.equal(curvesCsv("step", [0, 1], curves), "step,train\r\n0,3\r\n1,\r\n");
});

test("SVG escapes its texts and holds one path a curve", () => {
  const text = curvesSvg({ title: "<loss & more>", xLabel: "x", yLabel: "y", x: [0, 1], curves: [{ name: "a", label: "a", values: [1, 2] }] });
  assert.match(text, /&#60;loss &#38; more&#62;/);
  assert.equal(text.match(/fill="none"/g).length, 1);
});

test("a gap breaks the line", () => {
  assert.equal(linePath([[0, 0], null, [1, 1], [2, 2]]), "M0.0 0.0M1.0 1.0L2.0 2.0");
});
