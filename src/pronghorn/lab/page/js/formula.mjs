// Formulas as MathML, in symbols or with numbers in their places.

import { mathml } from "./dom.mjs";
import { show } from "./numbers.mjs";

/** @typedef {any[]} Term as the server sends it: ["number", 0.9], ["name", "w"], ["add", a, b] */

/** @param {string} name an identifier; x_1 and w_ij get their index below */
export function sym(name) {
  const [base, index] = name.split("_", 2);
  const words = base.length > 1 && !(base in GREEK);
  const body = mathml("mi", words ? { mathvariant: "normal" } : {}, GREEK[base] ?? base);
  return index === undefined ? body : mathml("msub", {}, body, mathml("mi", {}, index));
}

/** @type {Record<string, string>} */
const GREEK = { eta: "η", alpha: "α", beta: "β", epsilon: "ε", delta: "δ", partial: "∂", sum: "Σ" };

/** @param {string} sign */
export const op = (sign) => mathml("mo", {}, sign);

/** A number; a negative one in parentheses unless it stands first.
 * @param {number | null} value @param {boolean} [isFirst] */
export function num(value, isFirst = false) {
  const text = show(value, 4);
  const power = /^(−?[\d.]+)e(−?\d+)$/.exec(text);
  const body = power
    ? row(mathml("mn", {}, power[1]), op("·"), mathml("msup", {}, mathml("mn", {}, "10"), mathml("mn", {}, power[2])))
    : mathml("mn", {}, text);
  return text.startsWith("−") && !isFirst ? row(op("("), body, op(")")) : body;
}

/** @param {...any} parts */
export const row = (...parts) => mathml("mrow", {}, ...parts);

/** @param {any} above @param {any} below */
export const frac = (above, below) => mathml("mfrac", {}, above, below);

/** ∂L/∂name @param {string} name */
export const slopeOf = (name) => frac(row(op("∂"), sym("L")), row(op("∂"), sym(name)));

/** A function's value. @param {string} name @param {...any} argument */
export const apply = (name, ...argument) =>
  row(mathml("mi", { mathvariant: "normal" }, name.replaceAll("_", " ")), op("("), ...argument, op(")"));

/** Sides with = between them. @param {...any} sides */
export const equal = (...sides) => sides.flatMap((side, i) => (i ? [op("="), side] : [side]));

/** A formula on a line of its own. @param {...any} parts */
export const math = (...parts) => mathml("math", { display: "block" }, mathml("mrow", {}, ...parts));

/** Sides with = between them, in the running text. @param {...any} sides */
export const equation = (...sides) => mathml("math", { displaystyle: "true" }, row(...equal(...sides)));

/** How strongly operations bind, for parentheses. @type {Record<string, number>} */
const BINDS = { add: 1, sub: 1, neg: 2, mul: 3, div: 4, exp: 4, pow: 4 };
/** @type {Record<string, string>} */
const SIGNS = { add: "+", sub: "−", mul: "·", gt: ">", ge: "≥", lt: "<", le: "≤", eq: "=", ne: "≠" };
/** What mathematics calls an operation of another name. @type {Record<string, string>} */
const WORDS = { maximum: "max", minimum: "min", log: "ln", sign: "sgn", atan: "arctan", select: "where" };

/**
 * A term as MathML.
 * @param {Term} term
 * @param {Record<string, number> | null} [values] numbers to stand in the places of the names;
 *   a name without one stays
 * @returns {any}
 */
export function termMath(term, values = null) {
  const [kind, ...operands] = term;
  if (kind === "number") return num(Number(Number(operands[0]).toPrecision(6)));
  if (kind === "name") return values && operands[0] in values ? num(values[operands[0]]) : nameMath(operands[0]);
  if (kind === "new") {
    const key = `new ${operands[0]}`;
    return values && key in values ? num(values[key]) : mathml("msup", {}, nameMath(operands[0]), op("′"));
  }
  const inner = operands.map((operand) => termMath(operand, values));
  if (kind === "div") return frac(inner[0], inner[1]);
  if (kind === "pow") return mathml("msup", {}, wrapped(operands[0], inner[0], 5), inner[1]);
  if (kind === "sqrt") return mathml("msqrt", {}, inner[0]);
  if (kind === "exp") return mathml("msup", {}, mathml("mi", {}, "e"), inner[0]);
  if (kind === "abs") return row(op("|"), inner[0], op("|"));
  if (kind === "neg") return row(op("−"), wrapped(operands[0], inner[0], 3));
  if (kind in SIGNS) {
    const own = BINDS[kind] ?? 0;
    // The right side of a difference needs parentheses where it is a sum itself.
    const right = kind === "sub" ? own + 1 : own;
    return row(wrapped(operands[0], inner[0], own), op(SIGNS[kind]), wrapped(operands[1], inner[1], right));
  }
  return apply(WORDS[kind] ?? kind, ...inner.flatMap((one, i) => (i ? [op(","), one] : [one])));
}

/** Numbers of the library that the field writes as a letter. @type {Record<string, string>} */
const LETTERS = { learning_rate: "eta", alpha: "alpha" };

/** @param {string} name */
const nameMath = (name) => (name in LETTERS ? sym(LETTERS[name])
  : mathml("mi", name.length > 1 ? { mathvariant: "normal" } : {}, name.replaceAll("_", " ")));

/** @param {Term} term @param {any} body @param {number} least */
const wrapped = (term, body, least) => ((BINDS[term[0]] ?? 9) < least ? row(op("("), body, op(")")) : body);

/**
 * How a loss is written, of the target y and the output p; another one by its name.
 * @type {Record<string, (y: any, p: any) => any>}
 */
const LOSSES = {
  mean_squared_error: (y, p) => mathml("msup", {}, row(op("("), y, op("−"), p, op(")")), mathml("mn", {}, "2")),
  mean_absolute_error: (y, p) => row(op("|"), y, op("−"), p, op("|")),
  binary_crossentropy: (y, p) => row(op("−"), y, op("·"), apply("ln", p.cloneNode(true)), op("−"), op("("), num(1), op("−"), y.cloneNode(true), op(")"), op("·"),
    apply("ln", row(num(1), op("−"), p.cloneNode(true)))),
  sparse_categorical_crossentropy: (_y, p) => row(op("−"), apply("ln", p)),
  categorical_crossentropy: (_y, p) => row(op("−"), apply("ln", p)),
  hinge: (y, p) => apply("max", num(0), op(","), row(num(1), op("−"), y, op("·"), p)),
};

/** @param {string} name @param {any} y @param {any} p */
export const lossMath = (name, y, p) => LOSSES[name]?.(y, p) ?? apply(name, y, op(","), p);
