// What is painted of one neuron in the drawing of the network: its map or curve, its bias, a cross
// where it is dead.

import { paintBytes } from "./heatmap.mjs";
import { css, signed, styleColour, theme } from "./palette.mjs";

const tileCanvas = document.createElement("canvas");

/**
 * @param {CanvasRenderingContext2D} context
 * @param {import("./frames.mjs").NamedArray} tiles
 * @param {number} index
 * @param {Uint32Array} table
 * @param {number} x
 * @param {number} y
 * @param {number} tile
 */
export function paintTile(context, tiles, index, table, x, y, tile) {
  const [, rows, columns] = tiles.shape;
  paintBytes(tileCanvas, tiles.data.subarray(index * rows * columns, (index + 1) * rows * columns), rows, columns, table);
  context.imageSmoothingEnabled = true;
  context.drawImage(tileCanvas, x - tile / 2, y - tile / 2, tile, tile);
}

/**
 * What a neuron makes of one input: its curve, with a hair line at 0.
 * @param {CanvasRenderingContext2D} context
 * @param {import("./frames.mjs").NamedArray} lines
 * @param {number} index
 * @param {number} x
 * @param {number} y
 * @param {number} tile
 */
export function paintLine(context, lines, index, x, y, tile) {
  const count = lines.shape[1];
  const values = lines.data.subarray(index * count, (index + 1) * count);
  const reach = Math.max(1, ...values.map((/** @type {number} */ value) => Math.abs(value)));
  if (!Number.isFinite(reach)) return;
  const half = tile / 2 - 2;
  context.strokeStyle = styleColour("--line");
  context.lineWidth = 1;
  context.strokeRect(x - half, y, 2 * half, 0);
  context.strokeStyle = styleColour("--accent");
  context.lineWidth = 1.5;
  context.beginPath();
  values.forEach((/** @type {number} */ value, /** @type {number} */ i) =>
    context.lineTo(x - half + (2 * half * i) / (count - 1), y - (half * value) / reach));
  context.stroke();
}

/** A square at the tile's lower left in the colour of the bias.
 * @param {CanvasRenderingContext2D} context @param {number} bias
 * @param {number} x @param {number} y @param {number} tile */
export function paintBias(context, bias, x, y, tile) {
  context.fillStyle = css(signed(bias, theme()));
  context.strokeStyle = styleColour("--ink-soft");
  context.lineWidth = 1;
  context.beginPath();
  context.rect(x - tile / 2 - 8.5, y + tile / 2 - 6.5, 6, 6);
  context.fill();
  context.stroke();
}

/** A cross over a neuron that gives 0 for every row.
 * @param {CanvasRenderingContext2D} context @param {number} x @param {number} y @param {number} tile */
export function paintDead(context, x, y, tile) {
  context.strokeStyle = styleColour("--bad");
  context.lineWidth = 2;
  context.beginPath();
  context.moveTo(x - tile / 2, y - tile / 2);
  context.lineTo(x + tile / 2, y + tile / 2);
  context.moveTo(x + tile / 2, y - tile / 2);
  context.lineTo(x - tile / 2, y + tile / 2);
  context.stroke();
}
