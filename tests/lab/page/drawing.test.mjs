// Colours, level lines, the arrangement of the network, numbers as people read them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { levelLine } from "../../../src/pronghorn/lab/page/js/contours.mjs";
import { arrange, edgeStyle, MOST_TILES } from "../../../src/pronghorn/lab/page/js/layout.mjs";
import { count, parse, percent, show, title } from "../../../src/pronghorn/lab/page/js/numbers.mjs";
import { height, signed, signedTable } from "../../../src/pronghorn/lab/page/js/palette.mjs";
import { projection } from "../../../src/pronghorn/lab/page/js/heatmap.mjs";

test("signed colours: orange, grey, blue; beyond the ends nothing changes", () => {
  assert.deepEqual([signed(-1), signed(0), signed(1)], [[245, 147, 34], [232, 234, 235], [8, 119, 189]]);
  assert.deepEqual([signed(-9), signed(7)], [signed(-1), signed(1)]);
});

test("the table of bytes ends in the two colours", () => {
  const table = signedTable("light");
  // Little-endian bytes r, g, b, a.
  assert.equal(table[0] >>> 0, (0xff << 24 | 34 << 16 | 147 << 8 | 245) >>> 0);
  assert.equal(table[255] >>> 0, (0xff << 24 | 189 << 16 | 119 << 8 | 8) >>> 0);
});

test("heights rise in lightness", () => {
  const light = [0, 0.25, 0.5, 0.75, 1].map((value) => height(value).reduce((a, b) => a + b));
  assert.deepEqual(light, [...light].sort((a, b) => a - b));
});

test("a level line is cut where the sides cross it", () => {
  // Corners 0 above, 10 below: level 5 crosses both upright sides in their middle.
  assert.deepEqual(levelLine([0, 0, 10, 10], 2, 2, 5), [[1, 0.5, 0, 0.5]]);
});

test("a flat grid has no level line", () => assert.deepEqual(levelLine([1, 1, 1, 1], 2, 2, 5), []));

test("a saddle has two lines", () => assert.equal(levelLine([0, 10, 10, 0], 2, 2, 5).length, 2));

test("the network's columns stand apart and hold at most sixteen tiles", () => {
  const layout = arrange({ sizes: [2, 512, 1], width: 600, height: 400 });
  assert.deepEqual(layout.columns.map(({ spots }) => spots.length), [2, MOST_TILES, 1]);
  assert.equal(layout.columns[1].hidden, 512 - MOST_TILES);
  assert.equal(layout.edges.length, 2 * MOST_TILES + MOST_TILES);
  assert.ok(layout.columns[1].spots.every(({ y }) => y > 0 && y < layout.height));
});

test("ten layers make the drawing wider rather than tighter", () => {
  const layout = arrange({ sizes: Array(12).fill(3), width: 600, height: 400, pitch: 100 });
  assert.equal(layout.width, 1200);
});

test("the names of the inputs have their room, and the columns stay as far apart", () => {
  const { columns, tile, width } = arrange({ sizes: [2, 4, 4, 1], width: 400, height: 400, left: 80 });
  assert.equal(columns[0].spots[0].x - tile / 2, 80);
  const gaps = columns.slice(1).map(({ x }, i) => x - columns[i].x);
  assert.ok(gaps.every((gap) => gap >= 108));
  assert.equal(width, columns[3].x + gaps[0] / 2);
  const wide = arrange({ sizes: [2, 4, 1], width: 900, height: 400, left: 80 });
  assert.deepEqual(wide.columns.map(({ x }) => x), [150, 450, 750]);
});

test("negative weights are dashed, larger ones wider", () => {
  assert.deepEqual(edgeStyle(1, 40).dash, []);
  assert.notDeepEqual(edgeStyle(-1, 40).dash, []);
  assert.ok(edgeStyle(4, 40).width > edgeStyle(1, 40).width);
  assert.equal(edgeStyle(50, 40).width, edgeStyle(5, 40).width);
});

test("values and pixels go both ways", () => {
  const place = projection({ x: [-6, 6], y: [-6, 6] }, 300, 300);
  assert.deepEqual([place.px(-6), place.py(6), place.x(150), place.y(0)], [0, 0, 0, 6]);
});

for (const [value, text] of [[0, "0"], [0.123456, "0.1235"], [-2, "−2"], [1.5e-7, "1.50e−7"], [1234567, "1.23e6"], [null, "–"], [NaN, "not a number"]]) {
  test(`${value} reads ${text}`, () => assert.equal(show(value), text));
}

test("typed numbers may have a comma or a true minus", () => {
  assert.deepEqual([parse("−0,5"), parse(" 1e-3 "), parse(""), parse("x"), parse("Infinity")], [-0.5, 0.001, null, null, null]);
});

test("groups, shares and headings", () => {
  assert.deepEqual([count(1234567), percent(0.125), title("glorot_uniform")], ["1\u202f234\u202f567", "12.5\u202f%", "Glorot uniform"]);
});
