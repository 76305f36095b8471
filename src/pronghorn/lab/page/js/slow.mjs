// One batch in slow motion: forward neuron by neuron, the loss, backward, the update, each number
// with its formula and the numbers in it; forth and back.

import { el, rebuild } from "./dom.mjs";
import { numberField, segmentField } from "./fields.mjs";
import { apply, equal, frac, lossMath, math, num, op, row, slopeOf, sym, termMath } from "./formula.mjs";
import { layerName } from "./diagnostics.mjs";
import { inputNames } from "./neuron.mjs";
import { show, title } from "./numbers.mjs";
import { addShortcut, announce, icon } from "./shell.mjs";
import { listMoments, MOST_WALKED, neuronOf, PHASES, updateOf } from "./steps.mjs";

/**
 * @typedef {import("./lab.mjs").Lab} Lab
 * @typedef {import("./steps.mjs").Moment} Moment
 */

/** Terms of a sum that are written out; of more the first of them. */
const MOST_TERMS = 8;
const WORDS = { forward: "Forward", loss: "Loss", backward: "Backward", update: "Update" };

/**
 * @param {HTMLElement} host
 * @param {Lab} lab
 */
export function mountSlow(host, lab) {
  /** @type {any} */
  let trace = null;
  /** @type {Moment[]} */
  let moments = [];
  let at = 0;
  let isBatch = false;
  let pickedRow = 0;
  let shownRow = 0;
  let traceKey = "";

  const source = segmentField("What is traced", [{ value: "row", text: "One row" }, { value: "batch", text: "The next batch" }], (value) => {
    isBatch = value === "batch";
    source.set(value);
    read();
  });
  source.set("row");
  const picker = numberField("Training row", { min: 0, max: 1e9, isWhole: true }, (value) => {
    pickedRow = value ?? 0;
    read();
  });
  picker.set(0);
  const inBatch = numberField("Row of the batch shown", { min: 1, max: 1e6, isWhole: true }, (value) => {
    shownRow = Math.min((value ?? 1) - 1, (trace?.rows.length ?? 1) - 1);
    draw();
  });
  inBatch.set(1);
  const back = el("button", { type: "button", onclick: () => move(-1) }, icon("back"), "Back");
  const forth = el("button", { type: "button", class: "primary", onclick: () => move(1) }, icon("step"), "Forward");
  const phases = segmentField("Phase", PHASES.map((phase) => ({ value: phase, text: WORDS[phase] })), (phase) => {
    at = moments.findIndex((moment) => moment.phase === phase);
    draw();
  });
  const make = el("button", { type: "button", onclick: () => lab.change("step_batch") }, "Make this step");
  const undo = el("button", { type: "button", onclick: () => lab.change("back") }, "Undo a step");
  const slider = el("input", { type: "range", min: 0, max: 0, "aria-label": "Moment of the step", oninput: () => {
    at = Number(slider.value);
    draw();
  } });
  const heading = el("h3", { class: "moment" });
  const place = el("div", { class: "slow", tabindex: "-1" });
  host.append(
    el("div", { class: "row bottom" }, source.root, picker.root, inBatch.root, el("span", { class: "row" }, back, forth), phases.root,
      el("span", { class: "row" }, make, undo)),
    slider, heading, place,
  );
  addShortcut(".", "Slow motion: forward", () => !host.hidden && move(1));
  addShortcut(",", "Slow motion: back", () => !host.hidden && move(-1));

  async function read() {
    const { state } = lab.store;
    if (host.hidden || !state || state.is_playing) return;
    const wish = isBatch ? { next_batch: true } : { rows: [Math.min(pickedRow, state.train_rows - 1)] };
    const key = JSON.stringify([wish, state.step, state.config, state.events.length]);
    if (key === traceKey) return;
    traceKey = key;
    const found = await lab.call("trace", wish);
    if (!found) return;
    trace = found;
    shownRow = Math.min(shownRow, trace.rows.length - 1);
    const sizes = trace.layers.map((/** @type {any} */ layer) => layer.a[0].length);
    moments = listMoments(sizes);
    at = Math.min(at, moments.length - 1);
    draw();
  }

  /** @param {number} by */
  function move(by) {
    at = Math.min(Math.max(at + by, 0), Math.max(moments.length - 1, 0));
    draw();
  }

  function draw() {
    if (!trace || host.hidden || moments.length === 0) return;
    const moment = moments[at];
    slider.max = String(moments.length - 1);
    slider.value = String(at);
    back.disabled = at === 0;
    forth.disabled = at === moments.length - 1;
    phases.set(moment.phase);
    picker.root.hidden = isBatch;
    inBatch.root.hidden = !isBatch || trace.rows.length < 2;
    make.hidden = !isBatch;
    const { state } = lab.store;
    const where = moment.phase === "loss" ? "" : `, ${layerName(moment.layer, state.layers.length)}, neuron ${moment.unit + 1}`;
    heading.textContent = `${WORDS[moment.phase]}${where} · ${at + 1} of ${moments.length}`;
    slider.setAttribute("aria-valuetext", heading.textContent);
    announce(heading.textContent);
    rebuild(place, JSON.stringify([at, shownRow, traceKey]), () => [
      moment.phase === "loss" ? drawLoss(trace, shownRow, state) : moment.phase === "forward" ? drawForward(trace, shownRow, moment, state)
        : moment.phase === "backward" ? drawBackward(trace, shownRow, moment, state) : drawUpdate(trace, moment, state)]);
    lab.store.look({ lit: { layer: moment.layer, unit: moment.phase === "loss" ? null : moment.unit, phase: moment.phase } });
  }

  lab.store.watch(["state"], () => {
    if (host.hidden) return;
    if (lab.store.state?.is_playing) heading.textContent = "Pause the training to look at one step.";
    else read();
  });
  lab.store.watch(["view"], () => {
    if (host.hidden && lab.store.view.lit) lab.store.look({ lit: null });
  });
  return () => {
    read();
    draw();
  };
}

/** Names of what goes into a layer. @param {number} layer @param {any} state @returns {string[]} */
const sourcesOf = (layer, state) => (layer === 0 ? inputNames(state)
  : Array.from({ length: state.layers[layer - 1].units }, (_, i) => `a${i + 1}`));

/**
 * Terms with + between them; of many the first, then dots.
 * @param {any[]} terms
 */
function sum(terms) {
  const shown = terms.slice(0, MOST_TERMS);
  const parts = shown.flatMap((term, i) => (i ? [op("+"), term] : [term]));
  return row(...parts, ...(terms.length > shown.length ? [op("+"), op("…")] : []));
}

/** @param {string} text @param {...any} content */
const box = (text, ...content) => el("section", { class: "sum", tabindex: "0", "aria-label": text }, el("h4", {}, text), ...content);

/** The same, over the whole width: for sums. @param {string} text @param {...any} content */
const wideBox = (text, ...content) => {
  const made = box(text, ...content);
  made.classList.add("wide");
  return made;
};

/**
 * @param {any} trace
 * @param {number} at
 * @param {Moment} moment
 * @param {any} state
 */
function drawForward(trace, at, { layer, unit }, state) {
  const one = neuronOf(trace, at, layer, unit);
  const names = sourcesOf(layer, state);
  return el("div", { class: "stack" },
    wideBox("Weighted sum",
      math(...equal(sym("z"), row(sym("b"), op("+"), row(op("Σ"), sym("w_i"), op("·"), sym("x_i"))))),
      math(...equal(sym("z"), sum([num(one.bias, true), ...one.inputs.map((x, i) => row(num(one.weights[i]), op("·"), num(x)))]), num(one.z, true)))),
    box("Activation", math(...equal(sym("a"), apply(one.activation, sym("z")), apply(one.activation, num(one.z, true)), num(one.a, true)))),
    table("Input", ["Input", "Value x", "Weight w", "w · x"], one.inputs.map((x, i) => [names[i] ?? `a${i + 1}`, x, one.weights[i], x * one.weights[i]])));
}

/**
 * @param {any} trace
 * @param {number} at
 * @param {any} state
 */
function drawLoss(trace, at, state) {
  const output = trace.layers.at(-1).a[at];
  const target = trace.loss.targets[at];
  const y = Array.isArray(target) ? target[0] : target;
  const isSparse = state.loss_name.startsWith("sparse_");
  const p = isSparse ? output[y] : output[0];
  const term = trace.loss.terms?.[at] ?? trace.loss.data_loss;
  const n = trace.rows.length;
  const penalty = Object.values(trace.loss.penalties).reduce((/** @type {number} */ a, /** @type {any} */ b) => a + b, 0);
  return el("div", { class: "stack" },
    wideBox(`Loss of this row: ${title(state.loss_name)}`,
      math(...equal(sym("ℓ"), lossMath(state.loss_name, sym("y"), isSparse ? sym("p_y") : sym("p")))),
      math(...equal(sym("ℓ"), lossMath(state.loss_name, num(y), num(p)), num(term)))),
    n > 1 ? box("Mean over the batch", math(...equal(sym("L"), row(frac(num(1), num(n)), op("Σ"), sym("ℓ")), num(trace.loss.data_loss)))) : "",
    penalty ? box("With the penalty", math(...equal(sym("L"), row(num(trace.loss.data_loss), op("+"), num(penalty)), num(trace.loss.loss)))) : "",
    table("Outputs", ["Output", "p", "∂L/∂p"], output.map((/** @type {number} */ value, /** @type {number} */ i) => [
      state.classes[i] ?? `p${i + 1}`, value, trace.layers.at(-1).da?.[at][i] ?? null])));
}

/**
 * @param {any} trace
 * @param {number} at
 * @param {Moment} moment
 * @param {any} state
 */
function drawBackward(trace, at, { layer, unit }, state) {
  const one = neuronOf(trace, at, layer, unit);
  const names = sourcesOf(layer, state);
  const isLast = one.next.length === 0;
  const { kernel_step: kernel, bias_step: bias } = trace.layers[layer];
  return el("div", { class: "stack" },
    isLast ? box("From the loss", math(...equal(slopeOf("a"), num(one.da, true))))
      : wideBox("From the neurons behind it",
        math(...equal(slopeOf("a"), row(op("Σ"), sym("w_k"), op("·"), slopeOf("z_k")))),
        math(...equal(slopeOf("a"), sum(one.next.map(({ weight, dz }) => row(num(weight), op("·"), num(dz)))), num(one.da, true)))),
    box("Through the activation", one.slope === null
      ? math(...equal(slopeOf("z"), num(one.dz, true)))
      : math(...equal(slopeOf("z"), row(slopeOf("a"), op("·"), sym("f′"), op("("), sym("z"), op(")")), row(num(one.da), op("·"), num(one.slope)), num(one.dz, true))),
    one.slope === null && trace.layers[layer].activation === "softmax"
      ? el("p", { class: "small soft" }, "Softmax mixes all outputs: with its cross-entropy the slope is p − y, divided by the rows of the batch.") : ""),
    box("For its weights", math(...equal(slopeOf("w_i"), row(slopeOf("z"), op("·"), sym("x_i"))))),
    table("Gradients", ["Input", "Value x", "∂L/∂z · x", "of the batch"], [
      ["bias", 1, one.dz, bias.gradient?.[unit] ?? null],
      ...one.inputs.map((x, i) => [names[i], x, x * (one.dz ?? Number.NaN), kernel.gradient?.[i][unit] ?? null])]));
}

/**
 * @param {any} trace
 * @param {Moment} moment
 * @param {any} state
 */
function drawUpdate(trace, { layer, unit }, state) {
  const names = sourcesOf(layer, state);
  const rows = [-1, ...names.slice(0, MOST_WALKED * 2).map((_, i) => i)];
  const updates = rows.map((at) => updateOf(trace, layer, at, unit));
  const first = updates[Math.min(1, updates.length - 1)];
  const slots = Object.keys(first.slots);
  const { name } = state.config.optimizer;
  const { terms, numbers } = trace.optimizer;
  const values = { w: first.before, g: first.gradient, ...numbers, ...valuesOf(first.slots, 0, ""), ...valuesOf(first.slots, 1, "new ") };
  /** @type {Record<string, number>} */
  const after = { w: first.after, ...valuesOf(first.slots, 1, "") };
  const lines = Object.keys(terms ?? {}).filter((key) => Array.isArray(terms[key]) && (key === "w" || key in first.slots)).flatMap((key) => [
    math(...equal(termMath(["new", key]), termMath(terms[key]))),
    math(...equal(termMath(["new", key]), termMath(terms[key], values), num(after[key], true)))]);
  return el("div", { class: "stack" },
    wideBox(`${title(name)} moves the weight from ${names[0] ?? "the bias"}`, ...lines,
      lines.length === 0 && math(...equal(termMath(["new", "w"]), row(num(first.before, true), op("+"), num(first.after - first.before)), num(first.after, true)))),
    table("Update", ["Weight from", "w", "∂L/∂w", ...slots.flatMap((slot) => [`${slot} before`, "after"]), "w new", "change"],
      updates.map((one, i) => [rows[i] < 0 ? "bias" : names[rows[i]], one.before, one.gradient, ...slots.flatMap((slot) => one.slots[slot]), one.after, one.after - one.before])));
}

/** The slots before (0) or after (1) the step.
 * @param {Record<string, [number, number]>} slots @param {0 | 1} at @param {string} prefix of their names */
const valuesOf = (slots, at, prefix) => Object.fromEntries(Object.entries(slots).map(([name, pair]) => [prefix + name, pair[at]]));


/**
 * @param {string} caption
 * @param {string[]} heads
 * @param {any[][]} rows first cell a name, the others numbers
 */
function table(caption, heads, rows) {
  return el("div", { class: "scroll tall", tabindex: "0", role: "region", "aria-label": caption }, el("table", {}, el("thead", {}, el("tr", {},
    ...heads.map((text) => el("th", { scope: "col" }, text)))), el("tbody", {}, ...rows.map(([name, ...values]) =>
    el("tr", {}, el("th", { scope: "row" }, name), ...values.map((value) => el("td", { class: "number" }, show(value, 5))))))));
}
