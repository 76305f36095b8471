// A saved model: what its file holds, and the way into the playground.

import { el, svg } from "./dom.mjs";
import { selectField } from "./fields.mjs";
import { openFile } from "./files.mjs";
import { count, percent, show, title } from "./numbers.mjs";
import { announce } from "./shell.mjs";

/** @typedef {import("./lab.mjs").Lab} Lab */

/** @param {Lab} lab */
export function openModel(lab) {
  openFile(lab, { heading: "Saved model", label: "Model file", accept: ".keras,.h5,.hdf5,.npz", command: "open_model",
    words: "A model that Pronghorn or Keras saved (.keras, .h5) or Pronghorn (.npz), up to 20 MB. It stays on this machine; nothing in it is executed.",
    show: (place, model, close) => showModel(place, lab, model, close) });
}

/**
 * @param {HTMLElement} host
 * @param {Lab} lab
 * @param {any} model
 * @param {() => void} close
 */
function showModel(host, lab, model, close) {
  const trained = [model.loss && `trained for ${title(model.loss)}`, model.optimizer && `by ${title(model.optimizer)}`,
    model.steps > 0 && `in ${count(model.steps)} steps`].filter(Boolean).join(" ");
  const data = selectField("Look at it with", model.data.map((/** @type {any} */ one) => ({ value: one.name, text: one.title })), () => {});
  const take = el("button", { type: "button", class: "primary", onclick: async () => {
    if (!(await lab.change("take_model", { data: data.input.value }))) return;
    announce(`The playground shows ${model.name}`);
    close();
  } }, "Open in the playground");
  host.replaceChildren(
    el("p", {}, el("strong", {}, model.name), `: ${count(model.parameters)} parameters, ${model.inputs} to ${model.outputs}`,
      trained && `, ${trained}`, "."),
    model.obstacle ? el("p", { class: "banner", "data-kind": "warn" }, model.obstacle) : el("div", { class: "row bottom" }, data.root, take),
    el("h3", {}, "Layers"),
    tableOf("Layers", ["Layer", "Kind", "Activation", "Output", "Parameters"], model.layers.map((/** @type {any} */ one) =>
      [one.name, one.kind, one.activation ? title(one.activation) : "–", one.output, count(one.parameters)])),
    model.more > 0 && el("p", { class: "small soft" }, `and ${count(model.more)} more layers`) || "",
    el("h3", {}, "Weights"),
    tableOf("Weights", ["Weight", "Shape", "Lowest", "Distribution", "Highest", "Mean", "Deviation", "Zeros"],
      model.weights.map((/** @type {any} */ one) => [one.name, one.shape.join(" × "), show(one.low, 3),
        one.odd > 0 ? el("span", { class: "badge", "data-kind": "bad" }, `${count(one.odd)} not finite`) : bars(one.counts ?? []),
        show(one.high, 3), show(one.mean, 3), show(one.std, 3), percent(one.zeros)])),
  );
  take.focus();
}

/**
 * @param {string} name
 * @param {string[]} heads
 * @param {any[][]} rows
 */
function tableOf(name, heads, rows) {
  return el("div", { class: "scroll tall", tabindex: "0", role: "region", "aria-label": name }, el("table", {},
    el("thead", {}, el("tr", {}, ...heads.map((text, i) => el("th", { scope: "col", class: i === 0 ? "left" : null }, text)))),
    el("tbody", {}, ...rows.map(([first, ...cells]) =>
      el("tr", {}, el("th", { scope: "row", class: "left" }, first), ...cells.map((cell) => el("td", {}, cell)))))));
}

/** A histogram as a small drawing; the table says its numbers. @param {number[]} counts */
function bars(counts) {
  const most = Math.max(...counts, 1);
  return svg("svg", { class: "spark", viewBox: `0 0 ${counts.length} 10`, preserveAspectRatio: "none", "aria-hidden": "true" },
    ...counts.map((value, i) => svg("rect", { x: i + 0.1, width: 0.8, y: 10 - (10 * value) / most, height: (10 * value) / most })));
}
