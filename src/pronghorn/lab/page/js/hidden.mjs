// The hidden space of a layer: the plane's grid as the layer bends it, with the points.

import { el } from "./dom.mjs";
import { selectField } from "./fields.mjs";
import { drawAxes, drawPoints, fit, projection } from "./heatmap.mjs";
import { layerName } from "./diagnostics.mjs";
import { percent } from "./numbers.mjs";
import { styleColour } from "./palette.mjs";
import { onTheme } from "./shell.mjs";

/** @typedef {import("./lab.mjs").Lab} Lab */

const EVERY = 250;

/**
 * @param {HTMLElement} host
 * @param {Lab} lab
 */
export function mountHidden(host, lab) {
  let layer = 0;
  /** @type {number[] | null} */
  let units = null;
  let readAt = 0;
  let isReading = false;
  /** @type {any} */
  let found = null;
  const which = selectField("Layer", [], (value) => {
    layer = Number(value);
    units = null;
    read();
  });
  const axes = selectField("Axes", [], (value) => {
    units = value === "" ? null : value.split(",").map(Number);
    read();
  });
  const canvas = el("canvas", { class: "square", role: "img", "aria-label": "The points in the hidden space" });
  const words = el("p", { class: "small soft" });
  host.append(el("div", { class: "fields" }, which.root, axes.root), el("div", { class: "two" }, canvas, words));
  onTheme(draw);

  async function read() {
    const { state } = lab.store;
    if (host.hidden || isReading || !state) return;
    isReading = true;
    readAt = performance.now();
    layer = Math.min(layer, state.layers.length - 1);
    const size = state.layers[layer].units;
    which.setOptions(state.layers.map((/** @type {any} */ _, /** @type {number} */ i) => ({ value: String(i), text: layerName(i, state.layers.length) })));
    which.set(String(layer));
    const pairs = Array.from({ length: Math.min(size, 8) }, (_, i) => i).flatMap((i, _, all) => all.filter((k) => k > i).map((k) => `${i},${k}`));
    axes.setOptions([{ value: "", text: size > 1 ? "Principal axes" : "Its one neuron" }, ...pairs.map((pair) => {
      const [i, k] = pair.split(",").map(Number);
      return { value: pair, text: `Neurons ${i + 1} and ${k + 1}` };
    })]);
    if (units && Math.max(...units) >= size) units = null;
    axes.set(units ? units.join(",") : "");
    found = await lab.call("hidden", { layer, units });
    isReading = false;
    draw();
  }

  function draw() {
    if (!found || host.hidden) return;
    const { context, width, height } = fit(canvas);
    const points = found.points;
    const grid = found.grid ?? [];
    const all = [...points.map((/** @type {number[]} */ point) => point.slice(0, 2)), ...grid.flat()];
    if (!all.length) return;
    const span = (/** @type {number} */ axis) => {
      const values = all.map((point) => point[axis]).filter(Number.isFinite);
      const [low, high] = [Math.min(...values), Math.max(...values)];
      const air = 0.06 * (high - low) || 1;
      return /** @type {[number, number]} */ ([low - air, high + air]);
    };
    const domain = { x: span(0), y: span(1) };
    const place = projection(domain, width, height);
    context.strokeStyle = styleColour("--line-strong");
    context.lineWidth = 0.8;
    context.globalAlpha = 0.7;
    for (const lines of [grid, transpose(grid)]) {
      for (const line of lines) {
        context.beginPath();
        line.forEach((/** @type {number[]} */ [x, y]) => context.lineTo(place.px(x), place.py(y)));
        context.stroke();
      }
    }
    context.globalAlpha = 1;
    drawAxes(context, domain, width, height);
    const { state } = lab.store;
    const classes = state.task === "regression" ? 0 : state.classes.length;
    const labels = points.map((/** @type {number[]} */ point) => point[2]);
    drawPoints(context, { x: points.map((/** @type {number[]} */ point) => point[0]), y: points.map((/** @type {number[]} */ point) => point[1]),
      value: classes === 2 ? labels.map((/** @type {number} */ label) => (label > 0 ? 1 : -1)) : labels }, { domain, width, height, classes });
    words.textContent = found.explained
      ? `The principal axes hold ${found.explained.slice(0, 2).map((/** @type {number} */ share) => percent(share)).join(" and ")} of the variance. The lines are the plane's grid, bent by the layers so far.`
      : "The lines are the plane's grid, bent by the layers so far.";
  }
  lab.store.watch(["frame", "state"], () => {
    if (performance.now() - readAt > EVERY) read();
  });
  return read;
}

/** @param {number[][][]} grid @returns {number[][][]} */
const transpose = (grid) => (grid.length ? grid[0].map((_, i) => grid.map((line) => line[i])) : []);
