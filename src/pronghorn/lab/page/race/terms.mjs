// Formulas that the server sends as nested arrays, ["add", a, b], written as MathML: with names,
// or with numbers in their places.

import { mathml } from "../js/dom.mjs";
import { apply, frac, num, op, row, sym } from "../js/formula.mjs";

/** @typedef {any[]} Term ["number", 0.9], ["name", "w"], ["new", "w"] (after the step), ["add", a, b] */

/** How strongly operations bind, for brackets. @type {Record<string, number>} */
const BINDS = { add: 1, sub: 1, neg: 2, mul: 3, pow: 4 };
/** @type {Record<string, string>} */
const SIGNS = { add: "+", sub: "−", mul: "·", gt: ">", ge: "≥", lt: "<", le: "≤", eq: "=", ne: "≠" };
/** @type {Record<string, string>} */
const WORDS = { maximum: "max", minimum: "min", log: "ln", sign: "sgn", atan: "arctan", select: "where" };
/** @type {Record<string, string>} */
const GREEK = { learning_rate: "eta", alpha: "alpha" };

/**
 * A term as MathML.
 * @param {Term} term
 * @param {Record<string, number> | null} [values] numbers to stand in the places of the names; a
 *   value after the step has the key "new x"; a name without a number stays
 * @returns {any}
 */
export function termMath(term, values = null) {
  const [kind, ...operands] = term;
  if (kind === "number") return num(Number(Number(operands[0]).toPrecision(6)));
  if (kind === "name" || kind === "new") {
    const key = kind === "new" ? `new ${operands[0]}` : operands[0];
    return values && key in values ? num(values[key]) : nameMath(operands[0], kind === "new");
  }
  const inner = operands.map((operand) => termMath(operand, values));
  if (kind === "div") return frac(inner[0], inner[1]);
  if (kind === "sqrt") return mathml("msqrt", {}, inner[0]);
  if (kind === "exp") return mathml("msup", {}, mathml("mi", {}, "e"), inner[0]);
  if (kind === "pow") return mathml("msup", {}, wrapped(operands[0], inner[0], 5), inner[1]);
  if (kind === "abs") return row(op("|"), inner[0], op("|"));
  if (kind === "neg") return row(op("−"), wrapped(operands[0], inner[0], 3));
  if (kind in SIGNS) {
    const own = BINDS[kind] ?? 0;
    // The right side of a difference needs brackets where it is a sum itself.
    const right = kind === "sub" ? own + 1 : own;
    return row(wrapped(operands[0], inner[0], own), op(SIGNS[kind]), wrapped(operands[1], inner[1], right));
  }
  return apply(WORDS[kind] ?? kind, ...inner.flatMap((one, i) => (i ? [op(","), one] : [one])));
}

/** An equation in the running text. @param {...any} sides */
export const equation = (...sides) =>
  mathml("math", { displaystyle: "true" }, row(...sides.flatMap((side, i) => (i ? [op("="), side] : [side]))));

/** @param {string} name @param {boolean} isNew */
function nameMath(name, isNew) {
  const own = name in GREEK ? sym(GREEK[name])
    : mathml("mi", name.length > 1 ? { mathvariant: "normal" } : {}, name.replaceAll("_", " "));
  return isNew ? mathml("msup", {}, own, op("′")) : own;
}

/** @param {Term} term @param {any} body @param {number} least how strongly the place binds */
const wrapped = (term, body, least) => ((BINDS[term[0]] ?? 9) < least ? row(op("("), body, op(")")) : body);
