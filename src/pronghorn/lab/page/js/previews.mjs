// What was chosen as a picture, before it runs: the loss by the output, the rate by the step.

import { Chart } from "./chart.mjs";
import { el } from "./dom.mjs";
import { latest } from "./fields.mjs";
import { title } from "./numbers.mjs";
import { DASHES, category } from "./palette.mjs";

/** @typedef {import("./lab.mjs").Lab} Lab */

/**
 * Two charts that follow the settings while `isShown` says that they are looked at.
 * @param {Lab} lab
 * @param {() => boolean} isShown
 * @returns {{root: HTMLElement, read: () => void}}
 */
export function makePreviews(lab, isShown) {
  const left = el("div", {});
  const right = el("div", {});
  const root = el("div", { class: "two" }, left, right);
  const shared = { smoothing: false, height: 170, series: [] };
  const loss = new Chart(left, { ...shared, title: "Loss of one row", xLabel: "output", yLabel: "loss" });
  const rate = new Chart(right, { ...shared, title: "Learning rate by step", xLabel: "step", yLabel: "rate",
    series: [{ name: "rate", label: "rate", colour: "--accent", dash: [] }] });
  let shownFor = "";

  const ask = latest(async (/** @type {string} */ key) => {
    const found = await lab.call("preview");
    if (!found) return;
    shownFor = key;
    drawLoss(loss, found.loss);
    right.hidden = !found.schedule;
    if (found.schedule) rate.setData(found.schedule.steps, [found.schedule.rates]);
  });

  function read() {
    const { state } = lab.store;
    if (!state || !isShown()) return;
    const { schedule, batch_size: batch } = state.config;
    const key = JSON.stringify([state.loss_name, state.task, state.output_activation, state.classes, schedule, batch, state.train_rows]);
    if (key !== shownFor) ask(key);
  }
  lab.store.watch(["state"], read);
  return { root, read };
}

/** @param {Chart} chart @param {{name: string, x: number[], x_name: string, curves: {name: string, y: number[]}[]}} found */
function drawLoss(chart, found) {
  chart.options.xLabel = found.x_name;
  chart.setSeries(found.curves.map(({ name }, i) => ({ name, label: name, colour: category(i), dash: DASHES[i] })));
  chart.setTitle(`${title(found.name)} of one row`);
  chart.setData(found.x, found.curves.map(({ y }) => y));
}
