// The activation of each layer with its slope, and where the units' inputs lie on it just now.

import { Chart } from "./chart.mjs";
import { el } from "./dom.mjs";
import { selectField } from "./fields.mjs";
import { layerName } from "./diagnostics.mjs";
import { title } from "./numbers.mjs";

/** @typedef {import("./lab.mjs").Lab} Lab */

/** Of the four histograms of a layer, the third is of pre-activations. */
const Z = 2;
const KINDS = 4;
const BINS = 32;

/**
 * @param {HTMLElement} host
 * @param {Lab} lab
 */
export function mountActivations(host, lab) {
  let layer = 0;
  const choice = selectField("Layer", [], (value) => {
    layer = Number(value);
    draw();
  });
  const left = el("div", {});
  const right = el("div", {});
  host.append(el("div", { class: "row" }, choice.root), el("div", { class: "two" }, left, right));
  const curve = new Chart(left, { title: "Activation and its slope", xLabel: "z", yLabel: "a", smoothing: false, height: 230, sync: "z", series: [
    { name: "a", label: "activation", colour: "--train", dash: [] },
    { name: "slope", label: "slope", colour: "--test", dash: [6, 3] }] });
  const inputs = new Chart(right, { title: "Inputs z of its units now", xLabel: "z", yLabel: "values", smoothing: false, height: 230, sync: "z", series: [
    { name: "count", label: "values in the bin", colour: "--accent", dash: [] }] });

  function draw() {
    const { state, frame } = lab.store;
    if (!state || !lab.about || host.hidden) return;
    layer = Math.min(layer, state.layers.length - 1);
    choice.setOptions(state.layers.map((/** @type {any} */ one, /** @type {number} */ i) => ({ value: String(i), text: `${layerName(i, state.layers.length)} (${one.activation})` })));
    choice.set(String(layer));
    const name = state.layers[layer].activation;
    const entry = lab.about.registry.activations.find((/** @type {any} */ one) => one.name === name);
    const points = entry?.curve;
    curve.setTitle(`${title(name)} and its slope`);
    if (points) curve.setData(points.x, [points.y, points.slope]);
    else {
      curve.setData([], [[], []]);
      curve.setTitle(`${title(name)} looks at all units of its layer: it has no curve of its own`);
    }
    const counts = frame?.arrays.histograms?.data;
    const ranges = frame?.arrays.histogram_ranges?.data;
    if (!counts || !ranges) return;
    const at = layer * KINDS + Z;
    const [low, high] = [ranges[2 * at], ranges[2 * at + 1]];
    const x = Array.from({ length: BINS }, (_, bin) => low + ((high - low) * (bin + 0.5)) / BINS);
    if (high > low) inputs.setData(x, [[...counts.subarray(at * BINS, (at + 1) * BINS)]]);
  }
  lab.store.watch(["state", "frame"], draw);
  return draw;
}
