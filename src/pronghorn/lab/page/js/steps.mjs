// The order in which slow motion shows a training step, and the numbers of each moment. Nothing
// here draws.

/**
 * @typedef {{phase: "forward" | "loss" | "backward" | "update", layer: number, unit: number}} Moment
 * @typedef {{before: number, gradient: number, after: number, slots: Record<string, [number, number]>}} Update
 * @typedef {{activation: string, inputs: number[], weights: number[], bias: number, z: number, a: number,
 *   slope: number | null, da: number | null, dz: number | null, next: {weight: number, dz: number}[]}} Neuron
 */

/** Neurons of a layer that are walked through; the others go the same way. */
export const MOST_WALKED = 16;

export const PHASES = /** @type {const} */ (["forward", "loss", "backward", "update"]);

/**
 * All moments of a step: forward neuron by neuron, the loss, backward from the output on, then the
 * updates in the order of the layers.
 * @param {number[]} sizes units of each layer
 * @returns {Moment[]}
 */
export function listMoments(sizes) {
  const walk = (/** @type {Moment["phase"]} */ phase, /** @type {number[]} */ layers) => layers.flatMap((layer) =>
    Array.from({ length: Math.min(sizes[layer], MOST_WALKED) }, (_, unit) => ({ phase, layer, unit })));
  const layers = sizes.map((_, i) => i);
  return [...walk("forward", layers), { phase: "loss", layer: sizes.length - 1, unit: 0 },
    ...walk("backward", [...layers].reverse()), ...walk("update", layers)];
}

/**
 * The numbers of one neuron for one row of a trace.
 * @param {any} trace
 * @param {number} row
 * @param {number} layer
 * @param {number} unit
 * @returns {Neuron}
 */
export function neuronOf(trace, row, layer, unit) {
  const here = trace.layers[layer];
  const next = trace.layers[layer + 1];
  return {
    activation: here.activation,
    inputs: here.inputs[row],
    weights: here.kernel.map((/** @type {number[]} */ values) => values[unit]),
    bias: here.bias[unit],
    z: here.z[row][unit],
    a: here.a[row][unit],
    slope: here.slope?.[row][unit] ?? null,
    da: here.da?.[row][unit] ?? null,
    dz: here.dz?.[row][unit] ?? null,
    next: next ? next.kernel[unit].map((/** @type {number} */ weight, /** @type {number} */ k) => ({ weight, dz: next.dz[row][k] })) : [],
  };
}

/**
 * What the optimizer does to one weight (or, for row -1, the bias).
 * @param {any} trace
 * @param {number} layer
 * @param {number} row
 * @param {number} unit
 * @returns {Update}
 */
export function updateOf(trace, layer, row, unit) {
  const weight = row < 0 ? trace.layers[layer].bias_step : trace.layers[layer].kernel_step;
  const at = (/** @type {any} */ values) => (values === null || values === undefined ? null : row < 0 ? values[unit] : values[row][unit]);
  /** @type {Record<string, [number, number]>} */
  const slots = Object.fromEntries(Object.keys(weight.slots_before ?? {}).map((name) => [name, [at(weight.slots_before[name]), at(weight.slots_after[name])]]));
  return { before: at(weight.before), gradient: at(weight.gradient), after: at(weight.after), slots };
}
