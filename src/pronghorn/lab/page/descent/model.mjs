// What a step of gradient descent goes by, drawn on a curve: tangent and parabola.

import { styleColour } from "../js/palette.mjs";

/** @typedef {import("../js/frames.mjs").Frame} Frame */

/** Places at which a line over the curve is computed. */
const PIECES = 160;

/**
 * The tangent at a step's point and the parabola that the step goes to the lowest point of.
 * @param {import("../race/map.mjs").SurfaceMap} map
 * @param {Frame | null} frame
 * @param {number} step
 */
export function drawModel(map, frame, step) {
  if (!frame || !map.isCurve || step >= frame.arrays.rates.shape[0]) return;
  const { points, gradients, rates, heights } = frame.arrays;
  const [x, g, rate, f] = [points.data[step], gradients.data[step], rates.data[step], heights.data[step]];
  if (!(rate > 0) || !Number.isFinite(f)) return;
  const context = /** @type {CanvasRenderingContext2D} */ (map.canvas.getContext("2d"));
  const place = map.place();
  const [low, high] = map.domain().x;
  const parabola = (/** @type {number} */ at) => f + g * (at - x) + (at - x) ** 2 / (2 * rate);
  const stroke = (/** @type {string} */ colour, /** @type {number[]} */ dash, /** @type {[number, number][]} */ line) => {
    context.save();
    context.strokeStyle = styleColour(colour);
    context.lineWidth = 2;
    context.setLineDash(dash);
    context.beginPath();
    for (const [at, height] of line) context.lineTo(place.px(at), place.py(height));
    context.stroke();
    context.restore();
  };
  const over = (/** @type {(at: number) => number} */ value) => Array.from({ length: PIECES + 1 }, (_, i) => {
    const at = low + ((high - low) * i) / PIECES;
    return /** @type {[number, number]} */ ([at, value(at)]);
  });
  stroke("--negative", [8, 4], over((at) => f + g * (at - x)));
  stroke("--positive", [3, 3], over(parabola));
  // The step: from the parabola's lowest point to the curve.
  const next = x - rate * g;
  stroke("--ink", [2, 2], [[next, parabola(next)], [next, map.heightAt(next)]]);
}

/**
 * Points of a curve with a piece of their tangents.
 * @param {import("../race/map.mjs").SurfaceMap} map
 * @param {{at: number[], height: number, slope: number[]}[]} points
 */
export function drawPoints(map, points) {
  const context = /** @type {CanvasRenderingContext2D} */ (map.canvas.getContext("2d"));
  const place = map.place();
  const [low, high] = map.domain().x;
  const half = (high - low) / 40;
  context.save();
  context.strokeStyle = context.fillStyle = styleColour("--ink-soft");
  context.lineWidth = 2.5;
  for (const { at: [x], height, slope: [g] } of points) {
    context.beginPath();
    context.moveTo(place.px(x - half), place.py(height - half * g));
    context.lineTo(place.px(x + half), place.py(height + half * g));
    context.stroke();
    context.beginPath();
    context.arc(place.px(x), place.py(height), 4, 0, 2 * Math.PI);
    context.fill();
  }
  context.restore();
}
