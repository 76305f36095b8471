// Why a racer stepped as it did: the update of each of its numbers, in symbols, then with the
// numbers of the step for each axis.

import { el, mathml, rebuild } from "../js/dom.mjs";
import { equation, num, row, termMath } from "../js/formula.mjs";
import { show } from "../js/numbers.mjs";

/**
 * @param {HTMLElement} host
 * @param {any} told the reply of `race_step`
 */
export function showStep(host, told) {
  const { label, step, formula, scalars, before, after } = told;
  const names = Object.keys(formula).sort((a, b) => Number(a === "w") - Number(b === "w"));
  const axes = before.w.length;
  rebuild(host, `${label}/${step}/${JSON.stringify(before.w)}`, () => [
    el("p", {}, el("strong", {}, `${label}, step ${step + 1}. `), told.has_stopped
      ? "It left the field here and stands at the wall."
      : "Each axis of the point is a weight w with its own gradient g; ′ marks what holds after the step."),
    el("table", { class: "numbers" }, el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "before"),
      ...Array.from({ length: axes }, (_, axis) => el("th", { scope: "col" }, "xy"[axis])))),
    el("tbody", {}, ...Object.keys(before).map((name) => el("tr", {}, el("th", { scope: "row" }, nameOf(name)),
      ...before[name].map((/** @type {number} */ value) => el("td", {}, show(value, 5)))))),
    el("tbody", {}, ...Object.entries(scalars).map(([name, value]) => el("tr", {},
      el("th", { scope: "row" }, nameOf(name)), el("td", { colspan: axes }, show(/** @type {number} */ (value), 5)))))),
    ...names.map((name) => el("div", { class: "update" },
      el("p", { class: "formula" }, equation(termMath(["new", name]), termMath(formula[name]))),
      ...Array.from({ length: axes }, (_, axis) => {
        const values = { ...scalars };
        for (const one of Object.keys(before)) values[one] = before[one][axis];
        for (const one of Object.keys(after)) values[`new ${one}`] = after[one][axis];
        const left = row(termMath(["new", name]), mathml("mtext", {}, ` (${"xy"[axis]})`));
        return el("p", { class: "numbers-of" }, equation(left, termMath(formula[name], values), num(after[name][axis], true)));
      }))),
  ]);
}

/** @param {string} name */
function nameOf(name) {
  if (name === "w") return "w, the point";
  if (name === "g") return "g, its gradient";
  return name === "learning_rate" ? "η, learning rate" : name.replaceAll("_", " ");
}
