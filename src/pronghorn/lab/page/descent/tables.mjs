// The step that comes next with its numbers, and the points that a lecture looks at.

import { el, mathml, rebuild } from "../js/dom.mjs";
import { equation, num, op, row, sym } from "../js/formula.mjs";
import { show } from "../js/numbers.mjs";

/** @param {any} letter @param {any} below */
const index = (letter, below) => mathml("msub", {}, mathml("mi", {}, letter), below);
const now = () => mathml("mi", {}, "t");
const next = () => row(now(), op("+"), mathml("mn", {}, "1"));

/**
 * The update in symbols, for each axis with numbers, and what the parabola of the step says of it.
 * @param {HTMLElement} host
 * @param {import("../js/frames.mjs").Frame} frame
 * @param {number} step
 * @param {number} momentum
 */
export function showNext(host, frame, step, momentum) {
  const { points, gradients, rates, heights } = frame.arrays;
  const d = points.shape[1];
  const rate = rates.data[step];
  const memory = momentum > 0 ? [op("+"), sym("beta"), op("·"), index("v", now())] : [];
  const lines = Array.from({ length: d }, (_, axis) => {
    const [x, g, to] = [points.data[step * d + axis], gradients.data[step * d + axis], points.data[(step + 1) * d + axis]];
    const carried = momentum > 0 ? [op("+"), num(to - (x - rate * g))] : [];
    return el("p", { class: "numbers-of" }, equation(mathml("mi", {}, "xy"[axis]),
      row(num(x, true), op("−"), num(rate), op("·"), num(g), ...carried), num(to, true)));
  });
  host.replaceChildren(
    el("p", { class: "formula" }, equation(index("x", next()), row(index("x", now()), op("−"), sym("alpha"), op("·"), index("g", now()), ...memory))),
    ...lines, el("p", {}, judge(heights.data[step], heights.data[step + 1], rate, squared(gradients.data, step, d), momentum)));
}

/** @param {ArrayLike<number>} gradients @param {number} step @param {number} d */
const squared = (gradients, step, d) =>
  Array.from({ length: d }, (_, axis) => gradients[step * d + axis] ** 2).reduce((a, b) => a + b, 0);

/**
 * @param {number} before
 * @param {number} after
 * @param {number} rate
 * @param {number} square of the gradient's length
 * @param {number} momentum
 */
function judge(before, after, rate, square, momentum) {
  const promised = before - (rate / 2) * square;
  const parabola = `The parabola with curvature 1 / α = ${show(1 / rate, 4)} has its lowest point, ${show(promised, 5)}, where the plain step ends`;
  const verdict = momentum > 0 ? "; momentum goes further than that."
    : after <= promised + 1e-12 * Math.abs(promised) ? ": f came out no higher, so the step was safe."
    : after <= before ? ": f bends more than that and came out higher, but it fell."
    : ": f bends far more than that and rose. The step was too long.";
  return `f goes from ${show(before, 5)} to ${show(after, 5)}. ${parabola}${verdict}`;
}

/**
 * A table of points with height and slope, and which way is down.
 * @param {HTMLElement} host
 * @param {{at: number[], height: number, slope: number[]}[]} points
 * @param {(point: number[]) => void} onStart
 */
export function showPoints(host, points, onStart) {
  rebuild(host, JSON.stringify(points), () => [
    el("p", { class: "soft small" }, "Where the slope is negative, a larger x is lower; where it is positive, a smaller one. Between the last two the sign turns: there is the minimum."),
    el("table", {}, el("thead", {}, el("tr", {}, ...["x", "f(x)", "f′(x)"].map((text) => el("th", { scope: "col" }, text)),
      el("th", { scope: "col", class: "left" }, "lower with"), el("td"))),
      el("tbody", {}, ...points.map(({ at, height, slope: [g] }) => el("tr", {}, el("th", { scope: "row" }, show(at[0])),
        el("td", {}, show(height, 6)), el("td", {}, show(g, 6)), el("td", { class: "left" }, g < 0 ? "a larger x →" : "← a smaller x"),
        el("td", { class: "left" }, el("button", { type: "button", class: "small", onclick: () => onStart(at),
          "aria-label": `Start at ${show(at[0])}` }, "Start here"))))))]);
}
