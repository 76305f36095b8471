// The curves of the run: loss of both parts with the penalty apart, and the metric.

import { Chart } from "./chart.mjs";
import { el } from "./dom.mjs";
import { nameOfMetric } from "./transport.mjs";

/** @typedef {import("./lab.mjs").Lab} Lab */

const LOSSES = [
  { name: "train_loss", label: "training", colour: "--train", dash: [] },
  { name: "test_loss", label: "test", colour: "--test", dash: [6, 3] },
];

/**
 * The loss in small, beside the map.
 * @param {HTMLElement} host
 * @param {Lab} lab
 */
export function mountSmallHistory(host, lab) {
  const chart = new Chart(host, { title: "Loss by epoch", xLabel: "epoch", yLabel: "loss", series: LOSSES, height: 190, tools: false });
  lab.store.watchCalmly(["run", "state"], () => {
    if (lab.store.state) chart.setData(/** @type {number[]} */ (lab.column("epoch")), [lab.column("train_loss"), lab.column("test_loss")]);
  });
}

/**
 * @param {HTMLElement} host
 * @param {Lab} lab
 */
export function mountHistory(host, lab) {
  const left = el("div", { class: "grow" });
  const right = el("div", { class: "grow" });
  host.append(el("div", { class: "two" }, left, right));
  const shared = { xLabel: "step", sync: "run", height: 210,
    onPick: (/** @type {number} */ step) => lab.change("scrub", { step }) };
  const loss = new Chart(left, { ...shared, title: "Loss", yLabel: "loss", series: [
    ...LOSSES, { name: "penalty", label: "penalty", colour: "--ink-soft", dash: [2, 3], hidden: true }] });
  const metric = new Chart(right, { ...shared, title: "Metric", yLabel: "metric", series: [
    { name: "train_metric", label: "training", colour: "--train", dash: [] },
    { name: "test_metric", label: "test", colour: "--test", dash: [6, 3] }] });
  let metricName = "";
  const draw = () => {
    const { state, frame } = lab.store;
    if (!state || host.hidden) return;
    const x = /** @type {number[]} */ (lab.column("step"));
    const penalty = lab.column("penalty");
    const hasPenalty = penalty.some((value) => value);
    if (loss.options.series[2].hidden === hasPenalty) {
      loss.setSeries(loss.options.series.map((one, i) => (i === 2 ? { ...one, hidden: !hasPenalty } : one)));
    }
    loss.setData(x, [lab.column("train_loss"), lab.column("test_loss"), penalty]);
    metric.setData(x, [lab.column("train_metric"), lab.column("test_metric")]);
    const name = nameOfMetric(String(frame?.scalars.metric ?? "metric"));
    if (name !== metricName) {
      metricName = name;
      metric.setTitle(name.charAt(0).toUpperCase() + name.slice(1));
    }
    const marks = (state.events ?? []).map((/** @type {any} */ event) => ({ step: event.step, label: event.text }));
    loss.setMarks(marks);
    metric.setMarks(marks);
  };
  lab.store.watchCalmly(["run", "state"], draw);
  return draw;
}
