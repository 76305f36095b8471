// The card below the drawing: one neuron's bias and weights as fields, frozen or killed; or one
// layer's dropout and normalization.

import { el } from "./dom.mjs";
import { numberField, selectField } from "./fields.mjs";
import { parse, show, title } from "./numbers.mjs";
import { pretty } from "./data.mjs";
import { icon } from "./shell.mjs";

/** @typedef {import("./lab.mjs").Lab} Lab */

/** Weights of a neuron that get fields; the others are in the table of weights. */
const MOST_FIELDS = 32;

/** Names of the inputs; pixels have numbers. @param {any} state @returns {string[]} */
export const inputNames = (state) =>
  Array.from({ length: state.input_count }, (_, i) => (state.inputs[i] ? pretty(state.inputs[i]) : `p${i + 1}`));

/** Whether all that goes out of a neuron is frozen: that is how it was killed.
 * @param {any} state @param {number} layer @param {number} unit */
function isCut(state, layer, unit) {
  const next = state.layers[layer + 1];
  return Boolean(next) && next.frozen.filter((/** @type {number[]} */ [row]) => row === unit).length === next.units;
}

export class NeuronCard {
  /** @param {Lab} lab */
  constructor(lab) {
    this.lab = lab;
    /** @type {{layer: number, unit: number} | null} */
    this.at = null;
    /** The network that the fields were made for. */
    this.key = "";
    /** @type {HTMLInputElement[]} fields, the bias first */
    this.fields = [];
    /** @type {HTMLElement | null} what had the focus before */
    this.opener = null;
    this.root = el("div", { class: "card", hidden: true, onkeydown: (/** @type {KeyboardEvent} */ event) => {
      if (event.key === "Escape") this.close();
    } });
  }

  close() {
    this.root.hidden = true;
    this.at = null;
    this.opener?.focus();
  }

  /**
   * @param {string} heading
   * @param {...any} content
   */
  open(heading, ...content) {
    if (this.root.hidden) this.opener = /** @type {HTMLElement} */ (document.activeElement);
    this.root.hidden = false;
    this.root.replaceChildren(
      el("header", { class: "row apart" }, el("h3", { tabindex: "-1" }, heading),
        el("button", { type: "button", class: "icon quiet small", "aria-label": "Close the card", onclick: () => this.close() },
          icon("close"))),
      ...content.filter(Boolean));
  }

  /** @param {number} layer */
  showLayer(layer) {
    const { lab } = this;
    this.at = null;
    const settings = lab.config.layers[layer];
    const change = (/** @type {(one: any) => void} */ edit) => lab.configure((config) => edit(config.layers[layer]));
    const dropout = numberField("Dropout", { min: 0, max: 0.9, places: [0, 0.1, 0.2, 0.3, 0.5] }, (value) =>
      change((one) => (one.dropout = value)));
    dropout.set(settings.dropout);
    const norm = selectField("Normalization", ["none", "batch", "layer"], (value) => change((one) => (one.norm = value)));
    norm.set(settings.norm);
    this.open(`Layer ${layer + 1}`, el("div", { class: "fields" }, dropout.root, norm.root));
    dropout.input.focus();
  }

  /** What the fields depend on: whatever else changes, they stay under the user's hands. */
  keyOf() {
    const { state } = this.lab.store;
    return JSON.stringify([state.input_count, state.inputs, state.layers.map((/** @type {any} */ one) => [one.units, one.activation])]);
  }

  /** Of another network the card shows the same neuron, or closes where there is none. */
  async follow() {
    if (this.root.hidden || !this.at || this.key === this.keyOf()) return;
    const { layer, unit } = this.at;
    const layers = this.lab.store.state.layers;
    const hadFocus = this.root.contains(document.activeElement);
    if (layer < layers.length && unit < layers[layer].units) await this.showNeuron(layer, unit, hadFocus);
    else {
      this.root.hidden = true;
      this.at = null;
    }
  }

  /**
   * @param {number} layer
   * @param {number} from
   * @param {number} unit
   */
  async showWeight(layer, from, unit) {
    await this.showNeuron(layer, unit);
    this.fields[from + 1]?.focus();
    this.fields[from + 1]?.select();
  }

  /**
   * @param {number} layer
   * @param {number} unit
   * @param {boolean} [takesFocus]
   */
  async showNeuron(layer, unit, takesFocus = true) {
    const { lab } = this;
    this.key = this.keyOf();
    const table = await lab.call("table", { layer, first: 0, count: MOST_FIELDS });
    if (!table) return;
    const { state } = lab.store;
    const isOutput = layer === state.layers.length - 1;
    const sources = layer === 0 ? inputNames(state) : Array.from({ length: state.layers[layer - 1].units }, (_, i) => `a${i + 1}`);
    const rows = Math.min(sources.length, MOST_FIELDS);
    const name = isOutput ? `Output, neuron ${unit + 1}` : `Layer ${layer + 1}, neuron ${unit + 1}`;
    this.at = { layer, unit };
    this.fields = [];
    const items = [this.item("bias", layer, -1, unit, false),
      ...Array.from({ length: rows }, (_, row) => this.item(sources[row], layer, row, unit, table.frozen.some((/** @type {number[]} */ [r, c]) => r === row && c === unit)))];
    const isDead = isCut(state, layer, unit);
    const kill = el("button", { type: "button", class: "small", "aria-pressed": String(isDead), onclick: async () => {
      const wanted = kill.getAttribute("aria-pressed") !== "true";
      if (await lab.change("kill", { layer, unit, is_dead: wanted })) kill.setAttribute("aria-pressed", String(wanted));
    } }, "Kill: nothing goes out of it");
    this.open(name,
      el("p", { class: "small soft" }, `a = ${title(state.layers[layer].activation ?? state.output_activation)}(z), z = bias + sum of weight × input`),
      el("div", { class: "weights" }, ...items),
      sources.length > rows && el("p", { class: "small soft" }, `The other ${sources.length - rows} weights are in the tab “Weights”.`),
      !isOutput && el("div", { class: "row" }, kill));
    if (takesFocus) this.fields[0]?.focus();
    this.drawFrame(true);
  }

  /**
   * @param {string} name
   * @param {number} layer
   * @param {number} row -1 is the bias
   * @param {number} column
   * @param {boolean} isFrozen
   */
  item(name, layer, row, column, isFrozen) {
    const { lab } = this;
    const words = row < 0 ? "Bias" : `Weight from ${name}`;
    const field = el("input", { type: "text", inputmode: "decimal", class: "small", "aria-label": words, autocomplete: "off",
      onchange: () => this.send(field, layer, row, column),
      onkeydown: (/** @type {KeyboardEvent} */ event) => {
        const by = { ArrowUp: 0.1, ArrowDown: -0.1 }[event.key];
        if (!by) return;
        event.preventDefault();
        field.value = String(Number(((parse(field.value) ?? 0) + by).toPrecision(6)));
        this.send(field, layer, row, column);
      } });
    this.fields.push(field);
    const freeze = row >= 0 && el("label", { class: "check small" }, el("input", { type: "checkbox", checked: isFrozen,
      onchange: (/** @type {any} */ event) => lab.change("weight", { layer, row, column, frozen: event.target.checked }) }),
    el("span", {}, "freeze"));
    return el("div", { class: "weight" }, el("span", { class: "small" }, name), field, freeze);
  }

  /**
   * @param {HTMLInputElement} field
   * @param {number} layer
   * @param {number} row
   * @param {number} column
   */
  send(field, layer, row, column) {
    const value = parse(field.value);
    field.setAttribute("aria-invalid", String(value === null));
    if (value !== null) this.lab.change("weight", { layer, row, column, value });
  }

  /** Follows the training, but not in the field the user is in.
   * @param {boolean} [isNew] */
  drawFrame(isNew = false) {
    if (!this.at || this.root.hidden) return;
    const { layer, unit } = this.at;
    const arrays = this.lab.store.frame?.arrays;
    const weights = arrays?.[`weights/${layer}`];
    const bias = arrays?.[`bias/${layer}`];
    this.fields.forEach((field, i) => {
      if (!isNew && field === document.activeElement) return;
      const value = i === 0 ? bias?.data[unit] : weights && unit < weights.shape[1] ? weights.data[(i - 1) * weights.shape[1] + unit] : undefined;
      if (value !== undefined) field.value = show(value, 5).replace("−", "-");
    });
  }
}
