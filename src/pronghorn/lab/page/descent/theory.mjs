// What theory expects near the minimum: a table, whose values can be set, and marks on the sliders.

import { el, rebuild } from "../js/dom.mjs";
import { show } from "../js/numbers.mjs";

/**
 * @typedef {{curvatures: number[], limit: number, best: number, condition: number, shrinks_by: number,
 *   momentum: number, momentum_rate: number}} Theory
 */

/**
 * @param {HTMLElement} host
 * @param {Theory | null} theory null where no minimum is known
 * @param {(numbers: Record<string, number>) => void} onSet
 */
export function showTheory(host, theory, onSet) {
  if (!theory) {
    rebuild(host, "none", () => [el("p", { class: "soft" }, "No minimum is known here, so there is nothing to compare with.")]);
    return;
  }
  const set = (/** @type {string} */ text, /** @type {Record<string, number>} */ numbers) =>
    el("button", { type: "button", class: "small", onclick: () => onSet(numbers) }, text);
  const line = (/** @type {string} */ name, /** @type {number} */ value, /** @type {Node | null} */ button = null) =>
    el("tr", {}, el("th", { scope: "row" }, name), el("td", {}, show(value, 5)), el("td", { class: "left" }, button));
  const isOne = theory.curvatures.length === 1;
  const nameOf = (/** @type {number} */ i) => (isOne ? "L = f″ at the minimum" : i === 0 ? "smallest curvature μ" : "largest curvature L");
  rebuild(host, JSON.stringify(theory), () => [
    el("p", { class: "soft small" }, "From the curvatures at the minimum: they hold near it, and everywhere on the bowl."),
    el("table", {}, el("tbody", {},
      ...theory.curvatures.map((value, i) => line(nameOf(i), value)),
      isOne ? null : line("condition k = L / μ", theory.condition),
      line("a fixed step must stay under 2 / L", theory.limit, set("Set 5 % above", { rate: 1.05 * theory.limit, momentum: 0 })),
      line("best fixed step 2 / (μ + L)", theory.best, set("Set", { rate: theory.best, momentum: 0 })),
      line("error of each step × (k − 1) / (k + 1)", theory.shrinks_by),
      isOne ? null : line("best momentum β", theory.momentum,
        set("Set with its step", { rate: theory.momentum_rate, momentum: theory.momentum })),
      isOne ? null : line("and its step 4 / (√L + √μ)²", theory.momentum_rate)))]);
}

/**
 * Marks below a slider, where theory has an opinion of its value.
 * @param {HTMLElement} host
 * @param {{text: string, share: number, kind: "limit" | "best"}[]} marks `share`: 0 at the left end, 1 at the right
 */
export function showMarks(host, marks) {
  host.replaceChildren(...marks.filter(({ share }) => share >= 0 && share <= 1).map(({ text, share, kind }) => {
    const made = el("span", { class: "mark", "data-kind": kind }, text);
    made.style.setProperty("--at", String(share));
    return made;
  }));
}
