// Loss, optimizer, schedule, initial weights, penalty and batches: built from what the server's
// registry names, so nothing is listed here.

import { el, rebuild } from "./dom.mjs";
import { checkField, listField, numberField, selectField, textField } from "./fields.mjs";
import { show, title } from "./numbers.mjs";
import { part } from "./parts.mjs";
import { makePreviews } from "./previews.mjs";

/** @typedef {import("./lab.mjs").Lab} Lab */

/** Rates that are worth trying first; any other can be typed. */
const RATES = [1e-5, 1e-4, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10];
const NONE = { value: "", text: "None" };

/** @param {{name: string}[]} entries */
const names = (entries) => entries.map(({ name }) => name);

/**
 * A field for a parameter, of the kind its default has.
 * @param {{name: string, default: any, kind?: string}} parameter
 * @param {(value: any) => void} onChange
 */
export function parameterField({ name, default: usual, kind }, onChange) {
  if (typeof usual === "boolean" || kind === "flag") return checkField(title(name), onChange);
  if (kind === "numbers") return listField(title(name), onChange);
  if (kind === "text") return textField(title(name), onChange);
  const places = /rate|alpha/.test(name) ? RATES : undefined;
  return numberField(title(name), { isOptional: usual === null, isWhole: kind === "whole", places }, onChange);
}

/**
 * A choice of one registered thing with its parameters as fields.
 * @param {{label: string, entries: () => any[], none?: boolean, read: (config: any) => any,
 *   write: (config: any, value: any) => void, lab: Lab, first?: string[]}} options `first`:
 *   parameters that stand elsewhere
 */
function pickerOf({ label, entries, none = false, read, write, lab, first = [] }) {
  const choice = selectField(label, [], (name) => lab.configure((config) =>
    write(config, name === "" ? null : { name, parameters: {} })));
  const parameters = el("div", { class: "fields" });
  /** @type {Map<string, any>} */
  const fields = new Map();
  return { choice, parameters, draw: (/** @type {any} */ config) => {
    const chosen = read(config);
    choice.setOptions([...(none ? [NONE] : []), ...names(entries())]);
    choice.set(chosen?.name ?? "");
    const known = entries().find(({ name }) => name === chosen?.name)?.parameters ?? [];
    const listed = known.filter((/** @type {any} */ one) => !first.includes(one.name));
    rebuild(parameters, `${chosen?.name}`, () => {
      fields.clear();
      return listed.map((/** @type {any} */ one) => {
        const field = parameterField(one, (value) => lab.configure((edited) => {
          const thing = read(edited);
          write(edited, { ...thing, parameters: { ...thing.parameters, [one.name]: value } });
        }));
        fields.set(one.name, field);
        return field.root;
      });
    });
    for (const one of listed) fields.get(one.name).set(chosen.parameters?.[one.name] ?? one.default);
  } };
}

/**
 * @param {HTMLElement} host
 * @param {Lab} lab
 */
export function mountSettings(host, lab) {
  const registry = (/** @type {string} */ kind) => lab.about?.registry[kind] ?? [];
  const rate = numberField("Learning rate", { min: 0, max: 1e6, places: RATES }, (value) => lab.configure((config) => {
    config.optimizer.parameters.learning_rate = value;
  }));
  const batch = numberField("Batch size", { min: 1, max: 1024, isWhole: true, places: [1, 2, 5, 10, 20, 30, 64, 128] },
    (value) => lab.configure((config) => {
      config.batch_size = value;
    }));
  const seed = numberField("Seed of the weights", { min: 0, max: 2 ** 31 - 1, isWhole: true }, (value) => lab.configure((config) => {
    config.seed = value;
  }));
  const activation = selectField("Activation, all layers", [], (name) => name && lab.configure((config) => {
    for (const layer of config.layers) layer.activation = name;
  }));
  const outputActivation = selectField("Output activation", [], (name) => lab.configure((config) => {
    config.output_activation = name || null;
  }));
  const loss = selectField("Loss", [], (name) => lab.configure((config) => {
    config.loss = name || null;
  }));
  const initializer = selectField("First weights", [], (name) => lab.configure((config) => {
    config.initializer = name;
  }));
  const regularizer = selectField("Regularization", [], (name) => lab.configure((config) => {
    // A penalty of rate 0 would be none: begin with one that can be seen.
    config.regularizer = { name, rate: name === "none" ? 0 : config.regularizer.rate || 0.001 };
  }));
  const penalty = numberField("Its rate", { min: 0, max: 1e6, places: [0, ...RATES.slice(2)] }, (value) => lab.configure((config) => {
    config.regularizer.rate = value;
  }));
  const optimizer = pickerOf({ label: "Optimizer", entries: () => registry("optimizers"), lab, first: ["learning_rate"],
    read: (config) => config.optimizer, write: (config, value) => {
      // Its own default rate comes with a new optimizer; a parameter's change keeps the rate.
      config.optimizer = value;
    } });
  const schedule = pickerOf({ label: "Schedule of the rate", entries: () => registry("schedules"), none: true, lab,
    read: (config) => config.schedule, write: (config, value) => {
      config.schedule = value;
    } });
  const scheduled = el("div", { class: "stack" }, el("h3", {}, "Parameters of the schedule"), schedule.parameters);
  const previews = makePreviews(lab, () => more.open);
  const more = el("details", { class: "more", ontoggle: () => previews.read() }, el("summary", {}, "Optimizer's parameters, schedule, output, seed"),
    el("div", { class: "stack" },
      el("div", { class: "fields" }, outputActivation.root, seed.root, schedule.choice.root),
      el("h3", {}, "Parameters of the optimizer"), optimizer.parameters, scheduled, previews.root));
  host.append(
    el("h2", { class: "visually-hidden" }, "Settings"),
    el("div", { class: "fields" }, part("rate", rate.root), part("batch_size", batch.root), part("activation", activation.root),
      part("optimizer", optimizer.choice.root), part("loss", loss.root), part("initializer", initializer.root),
      part("penalty", regularizer.root), part("penalty", penalty.root)),
    part("more", more),
  );
  lab.store.watch(["state"], () => {
    const { state } = lab.store;
    if (!state || !lab.about) return;
    const { config } = lab;
    optimizer.draw(config);
    schedule.draw(config);
    scheduled.hidden = !config.schedule;
    rate.set(config.optimizer.parameters.learning_rate ?? usualRate(registry("optimizers"), config.optimizer.name));
    batch.set(config.batch_size);
    seed.set(config.seed);
    drawActivation(activation, registry("activations"), config.layers);
    outputActivation.setOptions([{ value: "", text: config.output_activation ? "Usual" : `${title(state.output_activation)} (usual)` }, ...names(registry("activations"))]);
    outputActivation.set(config.output_activation ?? "");
    const fitting = registry("losses").filter((/** @type {any} */ one) => one.tasks.includes(state.task));
    loss.setOptions([{ value: "", text: config.loss ? "Usual" : `${title(state.loss_name)} (usual)` }, ...names(fitting)]);
    loss.set(config.loss ?? "");
    initializer.setOptions(names(registry("initializers")));
    initializer.set(config.initializer);
    regularizer.setOptions(["none", ...names(registry("regularizers")).filter((name) => name !== "none")]);
    regularizer.set(config.regularizer.name);
    penalty.set(config.regularizer.rate);
    penalty.input.disabled = config.regularizer.name === "none";
    const size = `${show(state.parameters, 6)} parameters`;
    more.firstElementChild.textContent = `Optimizer's parameters, schedule, output, seed · ${size}`;
  });
}

/** @param {any[]} optimizers @param {string} name */
const usualRate = (optimizers, name) => optimizers.find((one) => one.name === name)?.parameters
  .find((/** @type {any} */ one) => one.name === "learning_rate")?.default;

/**
 * The choice of one activation for all layers; empty where they differ.
 * @param {any} field
 * @param {{name: string}[]} entries
 * @param {{activation: string}[]} layers
 */
function drawActivation(field, entries, layers) {
  const used = new Set(layers.map(({ activation }) => activation));
  field.setOptions([...(used.size === 1 ? [] : [{ value: "", text: used.size ? "Differ by layer" : "No hidden layer" }]), ...names(entries)]);
  field.set(used.size === 1 ? [...used][0] : "");
  field.input.disabled = used.size === 0;
}
