// Where the network errs: the confusion matrix with precision and recall, or the residuals.

import { el, rebuild } from "./dom.mjs";
import { segmentField } from "./fields.mjs";
import { fit } from "./heatmap.mjs";
import { ticks } from "./curves.mjs";
import { percent, show } from "./numbers.mjs";
import { styleColour } from "./palette.mjs";

/** @typedef {import("./lab.mjs").Lab} Lab */

/** How often the matrix is read while the network trains, in milliseconds. */
const EVERY = 500;

/**
 * @param {HTMLElement} host
 * @param {Lab} lab
 */
export function mountConfusion(host, lab) {
  let part = "test";
  let readAt = 0;
  let isReading = false;
  const place = el("div", { class: "two" });
  const parts = segmentField("Part of the data", [{ value: "test", text: "Test" }, { value: "train", text: "Training" }], (value) => {
    part = value;
    parts.set(value);
    draw();
  });
  parts.set(part);
  const cells = el("div", { class: "stack", role: "status" });
  host.append(el("div", { class: "row" }, parts.root), place, cells);

  async function draw() {
    if (host.hidden || isReading || !lab.store.state) return;
    isReading = true;
    readAt = performance.now();
    const found = await lab.call("confusion", { part });
    isReading = false;
    if (!found) return;
    if (found.counts) {
      // Only what changed: a cell that has the focus keeps it.
      rebuild(place, JSON.stringify(found), () => [matrix(found, (truth, taken) => showCell(truth, taken, found.labels)), perClass(found)]);
    } else {
      delete place.dataset.key;
      drawResiduals(place, found.residuals);
    }
  }

  /** @param {number} truth @param {number} taken @param {any[]} labels */
  async function showCell(truth, taken, labels) {
    const found = await lab.call("cell", { true: truth, predicted: taken, part });
    if (!found) return;
    const rows = found.rows ?? found;
    cells.replaceChildren(el("h3", {}, `${rows.length} rows of ${labels[truth]} taken for ${labels[taken]}`),
      el("p", { class: "small mono" }, rows.slice(0, 40).map((/** @type {any} */ row) => sayRow(row)).join("   ")));
  }

  let cellsOf = "";
  lab.store.watch(["frame", "state"], () => {
    const key = JSON.stringify([part, lab.store.state?.config.data]);
    if (key !== cellsOf) cells.replaceChildren();
    cellsOf = key;
    if (performance.now() - readAt > EVERY) draw();
  });
  return draw;
}

/** @param {any} row */
const sayRow = (row) => (Array.isArray(row) ? `(${row.map((value) => show(value, 3)).join(", ")})`
  : typeof row === "object" ? `#${row.row ?? row.index}` : `#${row}`);

/**
 * @param {any} found
 * @param {(truth: number, taken: number) => void} onCell
 */
function matrix({ labels, counts }, onCell) {
  const sums = counts.map((/** @type {number[]} */ row) => row.reduce((a, b) => a + b, 0));
  return el("div", { class: "scroll" }, el("table", { class: "matrix" }, el("caption", {}, "Rows: the truth; columns: what it is taken for. Press a cell for its rows"),
    el("thead", {}, el("tr", {}, el("td", {}), ...labels.map((/** @type {any} */ name) => el("th", { scope: "col" }, String(name))))),
    el("tbody", {}, ...counts.map((/** @type {number[]} */ row, /** @type {number} */ truth) => el("tr", {}, el("th", { scope: "row" }, String(labels[truth])),
      ...row.map((count, taken) => {
        const share = sums[truth] ? count / sums[truth] : 0;
        const cell = el("td", {}, el("button", { type: "button", class: "quiet small", onclick: () => onCell(truth, taken),
          "aria-label": `${labels[truth]} taken for ${labels[taken]}: ${count}` }, String(count)));
        cell.style.background = `color-mix(in srgb, var(${truth === taken ? "--accent" : "--bad"}) ${Math.round(45 * share)}%, transparent)`;
        return cell;
      }))))));
}

/** @param {any} found */
function perClass({ labels, per_class: classes }) {
  return el("div", { class: "scroll" }, el("table", {}, el("caption", {}, "By class"), el("thead", {}, el("tr", {},
    ...["Class", "Precision", "Recall", "F1", "Rows"].map((name) => el("th", { scope: "col" }, name)))),
  el("tbody", {}, ...(classes ?? []).map((/** @type {any} */ one, /** @type {number} */ i) => el("tr", {}, el("th", { scope: "row" }, String(labels[i])),
    ...[one.precision, one.recall, one.f1].map((value) => el("td", {}, value === null ? "–" : percent(value))), el("td", {}, String(one.support)))))));
}

/**
 * Predicted against true values; on the diagonal nothing is wrong.
 * @param {HTMLElement} host
 * @param {any} residuals
 */
function drawResiduals(host, residuals) {
  const truths = residuals.true ?? residuals.map((/** @type {number[]} */ pair) => pair[0]);
  const taken = residuals.predicted ?? residuals.map((/** @type {number[]} */ pair) => pair[1]);
  const canvas = el("canvas", { class: "square", role: "img" });
  const errors = truths.map((/** @type {number} */ value, /** @type {number} */ i) => taken[i] - value);
  const mean = errors.reduce((/** @type {number} */ a, /** @type {number} */ b) => a + b, 0) / Math.max(errors.length, 1);
  const rms = Math.sqrt(errors.reduce((/** @type {number} */ a, /** @type {number} */ b) => a + b * b, 0) / Math.max(errors.length, 1));
  canvas.setAttribute("aria-label", `Predicted against true values: root mean square of the residuals ${show(rms, 3)}`);
  host.replaceChildren(canvas, el("dl", { class: "numbers" },
    ...[["Mean residual", mean], ["Root mean square", rms], ["Largest", Math.max(0, ...errors.map(Math.abs))]].map(([name, value]) =>
      el("div", {}, el("dt", {}, name), el("dd", {}, show(/** @type {number} */ (value), 3))))));
  const { context, width, height } = fit(canvas);
  const low = Math.min(...truths, ...taken);
  const high = Math.max(...truths, ...taken);
  const at = (/** @type {number} */ value) => 34 + ((width - 44) * (value - low)) / (high - low || 1);
  const up = (/** @type {number} */ value) => height - at(value) * (height / width);
  context.strokeStyle = styleColour("--line-strong");
  context.fillStyle = styleColour("--ink-soft");
  context.font = "11px system-ui, sans-serif";
  for (const value of ticks(low, high, 5)) {
    context.fillText(show(value, 3), at(value) - 8, height - 6);
    context.fillText(show(value, 3), 2, up(value) + 4);
  }
  context.fillText("predicted", 6, 14);
  context.textAlign = "right";
  context.fillText("true", width - 6, height - 20);
  context.beginPath();
  context.moveTo(at(low), up(low));
  context.lineTo(at(high), up(high));
  context.stroke();
  context.fillStyle = styleColour("--train");
  context.globalAlpha = 0.6;
  truths.forEach((/** @type {number} */ value, /** @type {number} */ i) => context.fillRect(at(value) - 1.5, up(taken[i]) - 1.5, 3, 3));
}
