// Where learning flows and where it is stuck: norms of gradients, sizes of updates, dead and
// saturated neurons, and histograms that stand as ridges over time.

import { Chart } from "./chart.mjs";
import { el, rebuild } from "./dom.mjs";
import { segmentField } from "./fields.mjs";
import { fit } from "./heatmap.mjs";
import { percent, show } from "./numbers.mjs";
import { DASHES, category, styleColour } from "./palette.mjs";
import { onTheme } from "./shell.mjs";

/** @typedef {import("./lab.mjs").Lab} Lab */

/** Bands of |update| / |weight| in which a layer is said to learn. */
export const SLOW_RATIO = 1e-5;
export const FAST_RATIO = 0.1;
/** Norms beyond which a gradient is said to vanish or to explode. */
export const VANISHED = 1e-7;
export const EXPLODED = 1e3;
const MOST_MOMENTS = 400;
const MOST_RIDGES = 24;
const KINDS = ["weights", "gradients", "z", "activations"];

/**
 * What is to be said about a layer; null where all is well.
 * @param {{norm: number, ratio: number, dead: number, saturated: number}} layer
 * @returns {{kind: "bad" | "warn", text: string} | null}
 */
export function judge({ norm, ratio, dead, saturated }) {
  if (!Number.isFinite(norm) || norm > EXPLODED) return { kind: "bad", text: "gradient explodes" };
  if (dead >= 0.5) return { kind: "bad", text: `${percent(dead)} of the neurons are dead` };
  if (norm < VANISHED) return { kind: "bad", text: "gradient vanishes" };
  if (saturated >= 0.5) return { kind: "warn", text: `${percent(saturated)} of the activations are saturated` };
  if (ratio > FAST_RATIO) return { kind: "warn", text: "weights change by more than a tenth a step" };
  if (ratio < SLOW_RATIO) return { kind: "warn", text: "weights hardly move" };
  return null;
}

/**
 * @param {HTMLElement} host
 * @param {Lab} lab
 */
export function mountDiagnostics(host, lab) {
  const table = el("div", { class: "scroll" });
  const left = el("div", { class: "grow" });
  const right = el("div", { class: "grow" });
  const ridges = new Ridges(lab);
  host.append(el("div", { class: "two" }, left, right), table, ridges.root);
  const shared = { xLabel: "step", sync: "flow", logY: true, height: 180, series: [] };
  const norms = new Chart(left, { ...shared, title: "Gradient norm by layer", yLabel: "norm" });
  const ratios = new Chart(right, { ...shared, title: "Update / weight by layer", yLabel: "ratio" });
  /** @type {{step: number, norms: number[], ratios: number[]}[]} */
  let moments = [];
  let layersKey = "";
  lab.store.watch(["state"], () => {
    const { state } = lab.store;
    if (!state) return;
    const key = state.layers.map((/** @type {any} */ layer) => layer.units).join();
    if (key === layersKey) return;
    layersKey = key;
    moments = [];
    ridges.clear();
    const series = state.layers.map((/** @type {any} */ _, /** @type {number} */ i) => ({
      name: `layer_${i + 1}`, label: layerName(i, state.layers.length), colour: category(i), dash: DASHES[i % DASHES.length] }));
    norms.setSeries(series);
    ratios.setSeries(series);
  });
  lab.store.watch(["frame"], () => {
    const { frame } = lab.store;
    if (!frame?.scalars.is_diagnosed) return;
    const last = moments.at(-1);
    if (last && frame.step < last.step) {
      moments = moments.filter(({ step }) => step < frame.step);
      ridges.clear();
    }
    // At the same step something may have been changed.
    if (moments.at(-1)?.step === frame.step) moments.pop();
    moments.push({ step: frame.step, norms: [...frame.arrays.grad_norms.data], ratios: [...(frame.arrays.ratios?.data ?? [])] });
    // Thinned evenly, so that the whole run stays in view.
    if (moments.length > MOST_MOMENTS) moments = moments.filter((_, i) => i % 2 === 0);
    ridges.take(frame);
    if (host.hidden) return;
    draw();
  });
  function draw() {
    const steps = moments.map(({ step }) => step);
    const layers = moments[0]?.norms.length ?? 0;
    const columns = (/** @type {"norms" | "ratios"} */ what) =>
      Array.from({ length: layers }, (_, i) => moments.map((moment) => moment[what][i] ?? null));
    norms.setData(steps, columns("norms"));
    ratios.setData(steps, columns("ratios"));
    drawTable(table, lab);
    ridges.draw();
  }
  return draw;
}

/** @param {number} layer @param {number} layers */
export const layerName = (layer, layers) => (layer === layers - 1 ? "output" : `layer ${layer + 1}`);

/**
 * @param {HTMLElement} host
 * @param {Lab} lab
 */
function drawTable(host, lab) {
  const { frame, state } = lab.store;
  const arrays = frame?.arrays;
  if (!arrays?.grad_norms || arrays.grad_norms.data.length !== state.layers.length) return;
  const of = (/** @type {string} */ name, /** @type {number} */ i) => arrays[name]?.data[i] ?? Number.NaN;
  const rows = state.layers.map((/** @type {any} */ _, /** @type {number} */ i) => {
    const layer = { norm: of("grad_norms", i), ratio: of("ratios", i), dead: of("dead", i), saturated: of("saturated", i) };
    return { name: layerName(i, state.layers.length), weights: of("weight_norms", i), ...layer, verdict: judge(layer), list: deadList(arrays.dead_units?.data, state.layers, i) };
  });
  rebuild(host, JSON.stringify(rows), () => [el("table", {}, el("caption", {}, "Layers now"), el("thead", {}, el("tr", {},
    ...["Layer", "Norm of weights", "Norm of gradient", "Update / weight", "Dead", "Saturated", "Verdict", "Dead neurons"].map((name, i) =>
      el("th", { scope: "col", class: i > 5 && "left" }, name)))),
  el("tbody", {}, ...rows.map((/** @type {any} */ row) => el("tr", {}, el("th", { scope: "row" }, row.name), el("td", {}, show(row.weights, 3)),
    el("td", {}, show(row.norm, 3)), el("td", {}, show(row.ratio, 3)), el("td", {}, percent(row.dead)), el("td", {}, percent(row.saturated)),
    el("td", { class: "left" }, row.verdict ? el("span", { class: "badge", "data-kind": row.verdict.kind }, row.verdict.text)
      : el("span", { class: "badge", "data-kind": "good" }, "learns")), el("td", { class: "left small" }, row.list)))))]);
}

/** Neurons of a layer that are named as dead, at most. */
const MOST_NAMED = 24;

/**
 * The numbers of a layer's dead neurons, as a text.
 * @param {ArrayLike<number> | undefined} dead of all layers, one after the other
 * @param {{units: number}[]} layers
 * @param {number} layer
 */
export function deadList(dead, layers, layer) {
  const first = layers.slice(0, layer).reduce((sum, { units }) => sum + units, 0);
  const found = Array.from({ length: dead ? layers[layer].units : 0 }, (_, i) => i + 1).filter((i) => dead?.[first + i - 1]);
  return found.length > MOST_NAMED ? `${found.slice(0, MOST_NAMED).join(", ")}, …` : found.join(", ") || "none";
}

/** Histograms of a layer, one ridge a moment, the newest in front. */
class Ridges {
  /** @param {Lab} lab */
  constructor(lab) {
    this.lab = lab;
    this.kind = 0;
    /** @type {{step: number, counts: Int32Array, ranges: Float32Array}[]} */
    this.moments = [];
    this.canvases = el("div", { class: "ridges" });
    const kinds = segmentField("Histogram of", KINDS.map((name, i) => ({ value: String(i), text: name })), (value) => {
      this.kind = Number(value);
      kinds.set(value);
      this.draw();
    });
    kinds.set("0");
    this.root = el("div", { class: "stack" }, el("div", { class: "row" }, el("h3", {}, "Histograms over time"), kinds.root), this.canvases);
    onTheme(() => this.draw());
  }

  clear() {
    this.moments = [];
  }

  /** @param {import("./frames.mjs").Frame} frame */
  take(frame) {
    const { histograms, histogram_ranges: ranges } = frame.arrays;
    if (!histograms || !ranges || this.moments.at(-1)?.step === frame.step) return;
    this.moments.push({ step: frame.step, counts: Int32Array.from(histograms.data), ranges: Float32Array.from(ranges.data) });
    if (this.moments.length > 2 * MOST_RIDGES) this.moments = this.moments.filter((_, i) => i % 2 === 0 || i > 2 * MOST_RIDGES - 3);
  }

  draw() {
    const { state, frame } = this.lab.store;
    if (!state || !frame) return;
    const layers = state.layers.length;
    rebuild(this.canvases, String(layers), () => Array.from({ length: layers }, (_, i) => el("figure", {},
      el("canvas", { role: "img" }), el("figcaption", { class: "small" }, layerName(i, layers)))));
    [...this.canvases.children].forEach((figure, layer) => this.drawLayer(figure, layer));
  }

  /** @param {Element} figure @param {number} layer */
  drawLayer(figure, layer) {
    const canvas = /** @type {HTMLCanvasElement} */ (figure.firstElementChild);
    const shown = this.moments.slice(-MOST_RIDGES);
    const { context, width, height } = fit(canvas);
    const bins = 32;
    const at = (layer * KINDS.length + this.kind);
    const bounds = shown.map(({ ranges }) => [ranges[2 * at], ranges[2 * at + 1]]);
    const low = Math.min(...bounds.map(([a]) => a));
    const high = Math.max(...bounds.map(([, b]) => b));
    canvas.setAttribute("aria-label", shown.length ? `Histogram of ${KINDS[this.kind]}, from ${show(low, 3)} to ${show(high, 3)}` : "No values yet");
    const ink = styleColour("--ink-soft");
    const panel = styleColour("--panel");
    shown.forEach(({ counts, ranges }, i) => {
      const base = 30 + ((height - 52) * (i + 1)) / Math.max(shown.length, 2);
      const own = counts.subarray(at * bins, (at + 1) * bins);
      const most = Math.max(...own, 1);
      const [a, b] = [ranges[2 * at], ranges[2 * at + 1]];
      const px = (/** @type {number} */ bin) => high > low ? ((a + ((b - a) * bin) / bins - low) / (high - low)) * (width - 2) + 1 : width / 2;
      context.beginPath();
      context.moveTo(px(0), base);
      own.forEach((value, bin) => context.lineTo(px(bin + 0.5), base - (28 * value) / most));
      context.lineTo(px(bins), base);
      context.closePath();
      context.fillStyle = panel;
      context.fill();
      context.fillStyle = styleColour(category(layer));
      context.globalAlpha = 0.25 + (0.45 * (i + 1)) / shown.length;
      context.fill();
      context.globalAlpha = 1;
      context.strokeStyle = ink;
      context.lineWidth = i === shown.length - 1 ? 1.5 : 0.6;
      context.stroke();
    });
    context.fillStyle = ink;
    context.font = "11px system-ui, sans-serif";
    if (shown.length) {
      context.textAlign = "left";
      context.fillText(show(low, 3), 2, height - 4);
      context.textAlign = "right";
      context.fillText(show(high, 3), width - 2, height - 4);
    }
  }
}
