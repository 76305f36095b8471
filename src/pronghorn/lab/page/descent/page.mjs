// The page of gradient descent by itself: one path, the rule of its step, what theory expects.

import { Chart } from "../js/chart.mjs";
import { Connection } from "../js/connection.mjs";
import { byId, el, mathml, rebuild } from "../js/dom.mjs";
import { latest, numberField, rangeField, segmentField } from "../js/fields.mjs";
import { num, op, row, sym } from "../js/formula.mjs";
import { show } from "../js/numbers.mjs";
import { styleColour } from "../js/palette.mjs";
import { announce, mountShell, note, showStatus } from "../js/shell.mjs";
import { SurfaceMap } from "../race/map.mjs";
import { packPlan, unpackPlan } from "../race/plan.mjs";
import { Player } from "../race/player.mjs";
import { SurfaceForm } from "../race/surface.mjs";
import { equation } from "../race/terms.mjs";

const FRAME = 3;
/** @type {Record<string, string>} */
const RULES = { fixed: "Fixed", decreasing: "Decreasing", backtracking: "Backtracking", exact: "Exact" };
/** @type {Record<string, string>} */
const RULE_TEXT = {
  fixed: "Every step is α times the gradient.",
  decreasing: "α shrinks as the steps go on: α / (1 + decay · t). Noise is averaged away.",
  backtracking: "α is the first try; it is halved until f falls by at least half of what the slope promises.",
  exact: "The lowest point along the line against the gradient; α is only where the search begins.",
};
const LOWEST_RATE = -4;
const HIGHEST_RATE = 1.3;

class DescentPage {
  /** @param {Connection} lab @param {any} setup */
  constructor(lab, setup) {
    this.lab = lab;
    this.setup = setup;
    this.rule = "fixed";
    this.numbers = { rate: 0.1, momentum: 0, decay: 0.1, noise: 0, steps: 40, seed: 0 };
    /** @type {import("../js/frames.mjs").Frame | null} */
    this.frame = null;
    this.form = new SurfaceForm(byId("surface"), setup, (_, isOther) => {
      this.isOther = isOther;
      this.run();
    });
    // Whether the surface was just chosen: then a step that is far too long for it is shortened.
    this.isOther = false;
    this.makeSettings();
    this.map = new SurfaceMap(byId("map"), { onStart: (point) => this.setStart(point), draw: (map) => this.drawModel(map) });
    this.player = new Player(byId("player"), () => this.showStep());
    this.makeCharts();
    this.ask = latest((/** @type {any} */ plan) => this.send(plan));
    lab.on("frame", (frame) => frame.kind === FRAME && this.take(frame));
    this.open(unpackPlan(location.hash) ?? {});
    window.addEventListener("hashchange", () => {
      const plan = unpackPlan(location.hash);
      if (plan) this.open(plan);
    });
  }

  makeSettings() {
    const names = this.setup.rules.map((/** @type {string} */ value) => ({ value, text: RULES[value] ?? value }));
    this.ruleField = segmentField("Rule of the step", names, (rule) => {
      this.rule = rule;
      this.showRule();
      this.run();
    });
    const change = (/** @type {string} */ name) => (/** @type {number | null} */ value) => {
      this.numbers = { ...this.numbers, [name]: value };
      this.run();
    };
    const size = (/** @type {number} */ at) => Number((10 ** at).toPrecision(3));
    this.rateField = rangeField("Step α", { min: LOWEST_RATE, max: HIGHEST_RATE, step: 0.01, say: (at) => show(size(at), 3) },
      (at) => change("rate")(size(at)));
    this.momentumField = rangeField("Momentum β", { min: 0, max: 0.99, step: 0.01 }, change("momentum"));
    this.decayField = numberField("Decay", { min: 0, max: 1000 }, change("decay"));
    this.noiseField = numberField("Gradient noise σ", { min: 0, max: 1000 }, change("noise"));
    this.stepsField = numberField("Steps", { min: 1, max: this.setup.limits.descent, isWhole: true }, change("steps"));
    this.seedField = numberField("Seed", { min: 0, max: 2 ** 32 - 1, isWhole: true }, change("seed"));
    this.rateMarks = el("div", { class: "marks" });
    this.momentumMarks = el("div", { class: "marks" });
    this.rateField.root.append(this.rateMarks);
    this.momentumField.root.append(this.momentumMarks);
    this.ruleText = el("p", { class: "soft small" });
    byId("settings").append(this.ruleField.root, this.ruleText,
      el("div", { class: "fields sliders" }, this.rateField.root, this.momentumField.root),
      el("div", { class: "fields" }, this.stepsField.root, this.noiseField.root, this.decayField.root, this.seedField.root),
      el("div", { class: "row" }, el("button", { type: "button", onclick: () => this.copyLink() }, "Copy link")));
  }

  makeCharts() {
    const options = { xLabel: "step", yLabel: "", logY: true, sync: "descent", smoothing: false, height: 225,
      onPick: (/** @type {number} */ step) => this.player.to(step) };
    const one = (/** @type {string} */ name) => [{ name, label: name, colour: "--train", dash: [] }];
    this.heights = new Chart(byId("heights"), { ...options, title: "Height above the lowest point known", series: one("height") });
    this.modes = new Chart(byId("modes"), { ...options, title: "Distance to the minimum", series: one("distance") });
  }

  /** @param {any} plan */
  open(plan) {
    const names = this.setup.surfaces.map((/** @type {any} */ s) => s.name);
    const surface = plan.surface ?? {};
    this.form.set({ name: surface.name === "own" || names.includes(surface.name) ? surface.name : "lecture",
      values: surface.values ?? {}, formula: surface.formula ?? null, domain: surface.domain ?? null, start: surface.start ?? null });
    this.rule = this.setup.rules.includes(plan.rule) ? plan.rule : "fixed";
    for (const name of Object.keys(this.numbers)) {
      if (typeof plan[name] === "number") this.numbers = { ...this.numbers, [name]: plan[name] };
    }
    this.showRule();
    this.showNumbers();
    this.run();
  }

  showRule() {
    this.ruleField.set(this.rule);
    this.ruleText.textContent = RULE_TEXT[this.rule] ?? "";
    this.decayField.root.hidden = this.rule !== "decreasing";
  }

  showNumbers() {
    const { rate, momentum, decay, noise, steps, seed } = this.numbers;
    this.rateField.set(Math.log10(rate));
    this.momentumField.set(momentum);
    this.decayField.set(decay);
    this.noiseField.set(noise);
    this.stepsField.set(steps);
    this.seedField.set(seed);
  }

  /** @param {number[]} point */
  setStart(point) {
    this.form.choice.start = point;
    this.form.showStart(point);
    this.run();
  }

  plan() {
    return { surface: this.form.choice, rule: this.rule, ...this.numbers };
  }

  run() {
    this.ask(this.plan());
  }

  /** @param {any} plan */
  async send(plan) {
    try {
      await this.lab.call("descent", plan);
      byId("problem").textContent = "";
    } catch (error) {
      byId("problem").textContent = /** @type {Error} */ (error).message;
    }
  }

  /** @param {import("../js/frames.mjs").Frame} frame */
  take(frame) {
    const isFirst = this.frame === null;
    this.frame = frame;
    const { surface, levels, theory } = frame.scalars;
    if (this.isOther && theory && this.numbers.rate > theory.limit) {
      this.numbers = { ...this.numbers, rate: Number(theory.best.toPrecision(3)) };
      this.showNumbers();
      this.run();
    }
    this.isOther = false;
    this.form.describe(surface);
    this.form.showStart(Array.from(frame.arrays.points.data.subarray(0, surface.domain.length), (value) => Number(value.toPrecision(5))));
    this.map.setSurface(surface, frame.arrays.grid.data, levels);
    this.showTheory();
    this.showCurves();
    this.player.setSteps(frame.arrays.rates.shape[0]);
    if (isFirst) this.player.to(1);
    this.sayResult();
  }

  get lowest() {
    const { scalars, arrays } = /** @type {import("../js/frames.mjs").Frame} */ (this.frame);
    if (scalars.lowest !== null) return scalars.lowest;
    return Math.min(...Array.from(arrays.heights.data).filter(Number.isFinite)) - 1e-9;
  }

  showCurves() {
    const { arrays, scalars } = /** @type {import("../js/frames.mjs").Frame} */ (this.frame);
    const steps = Array.from(arrays.heights.data, (_, i) => i);
    const positive = (/** @type {number[]} */ values) => values.map((value) => (value > 0 && Number.isFinite(value) ? value : null));
    this.heights.setData(steps, [positive(Array.from(arrays.heights.data, (value) => value - this.lowest))]);
    const { theory } = scalars;
    const d = arrays.points.shape[1];
    if (theory && d > 1) {
      this.modes.setTitle("Error along each direction of curvature");
      this.modes.setSeries(theory.curvatures.map((/** @type {number} */ value) => ({ name: show(value, 3), label: `curvature ${show(value, 3)}` })));
      this.modes.setData(steps, theory.curvatures.map((/** @type {number} */ _, /** @type {number} */ axis) =>
        positive(steps.map((i) => Math.abs(arrays.modes.data[i * d + axis])))));
    } else {
      this.modes.setTitle("Distance to the nearest minimum");
      this.modes.setSeries([{ name: "distance", label: "distance", colour: "--train", dash: [] }]);
      this.modes.setData(steps, [positive(Array.from(arrays.distances.data))]);
    }
    byId("modes").hidden = scalars.surface.minima.length === 0;
  }

  /** What theory says near the minimum, also as marks on the sliders. */
  showTheory() {
    const { theory } = /** @type {import("../js/frames.mjs").Frame} */ (this.frame).scalars;
    /** @type {[string, number, string][]} */
    const rates = theory ? [["2 / L", theory.limit, "limit"], ["best", theory.best, "best"]] : [];
    this.rateMarks.replaceChildren(...rates.map(([text, value, kind]) =>
      mark(text, (Math.log10(value) - LOWEST_RATE) / (HIGHEST_RATE - LOWEST_RATE), kind)));
    this.momentumMarks.replaceChildren(...(theory && theory.momentum > 0 ? [mark("best", theory.momentum / 0.99, "best")] : []));
    const set = (/** @type {string} */ text, /** @type {any} */ numbers) =>
      el("button", { type: "button", class: "small", onclick: () => {
        this.numbers = { ...this.numbers, ...numbers };
        this.rule = "fixed";
        this.showRule();
        this.showNumbers();
        this.run();
      } }, text);
    const host = byId("theory");
    if (!theory) {
      rebuild(host, "none", () => [el("p", { class: "soft" }, "No minimum is known here, so there is nothing to compare with.")]);
      return;
    }
    const line = (/** @type {string} */ name, /** @type {number} */ value, /** @type {Node | null} */ button = null) =>
      el("tr", {}, el("th", { scope: "row" }, name), el("td", {}, show(value, 5)), el("td", { class: "left" }, button));
    const isOne = theory.curvatures.length === 1;
    rebuild(host, JSON.stringify(theory), () => [
      el("p", { class: "soft small" }, "From the curvatures at the minimum: they hold near it, and everywhere on the bowl."),
      el("table", {}, el("tbody", {},
        ...theory.curvatures.map((/** @type {number} */ value, /** @type {number} */ i) =>
          line(isOne ? "L = f″ at the minimum" : i === 0 ? "smallest curvature μ" : "largest curvature L", value)),
        isOne ? null : line("condition k = L / μ", theory.condition),
        line("a fixed step must stay under 2 / L", theory.limit, set("Set 5 % above", { rate: 1.05 * theory.limit, momentum: 0 })),
        line("best fixed step 2 / (μ + L)", theory.best, set("Set", { rate: theory.best, momentum: 0 })),
        line("error of each step × (k − 1) / (k + 1)", theory.shrinks_by),
        isOne ? null : line("best momentum β", theory.momentum,
          set("Set with its step", { rate: theory.momentum_rate, momentum: theory.momentum })),
        isOne ? null : line("and its step 4 / (√L + √μ)²", theory.momentum_rate)))]);
  }

  sayResult() {
    const { scalars, arrays } = /** @type {import("../js/frames.mjs").Frame} */ (this.frame);
    const { surface, stopped_at: stopped } = scalars;
    const last = arrays.heights.data[arrays.heights.data.length - 1];
    const near = arrays.distances.data[arrays.distances.data.length - 1];
    const text = stopped !== null ? `${surface.title}: diverged in step ${stopped + 1}.`
      : `${surface.title}: ends at height ${show(last)}${surface.minima.length ? `, ${show(near, 3)} from the minimum` : ""}.`;
    byId("result").textContent = text;
    announce(text);
  }

  showStep() {
    const frame = this.frame;
    if (!frame) return;
    const { points } = frame.arrays;
    const d = points.shape[1];
    const { step } = this.player;
    this.map.show({ start: Array.from(points.data.subarray(0, d)), step, shown: 0,
      trails: [{ label: "descent", points: points.data, stoppedAt: frame.scalars.stopped_at, index: 0 }],
      arrows: d === 2 && step < points.shape[0] - 1 ? this.arrows(step) : [] });
    const marks = [{ step, label: `step ${step}` }];
    this.heights.setMarks(marks);
    this.modes.setMarks(marks);
    this.showWhy();
  }

  /** @param {number} step @returns {import("../race/map.mjs").Arrow[]} */
  arrows(step) {
    const { points, gradients } = /** @type {import("../js/frames.mjs").Frame} */ (this.frame).arrays;
    const [x, y] = [points.data, gradients.data];
    const at = 2 * step;
    return [{ kind: "gradient", dx: -y[at], dy: -y[at + 1] },
      { kind: "step", dx: x[at + 2] - x[at], dy: x[at + 3] - x[at + 1] }];
  }

  /** Tangent and parabola of the step that comes next, on a curve. @param {SurfaceMap} map */
  drawModel(map) {
    const frame = this.frame;
    const { step } = this.player;
    if (!frame || !map.isCurve || step >= frame.arrays.rates.shape[0]) return;
    const { points, gradients, rates, heights } = frame.arrays;
    const [x, g, rate, f] = [points.data[step], gradients.data[step], rates.data[step], heights.data[step]];
    if (!(rate > 0) || !Number.isFinite(f)) return;
    const context = /** @type {CanvasRenderingContext2D} */ (map.canvas.getContext("2d"));
    const place = map.place();
    const [low, high] = map.domain().x;
    const draw = (/** @type {string} */ colour, /** @type {number[]} */ dash, /** @type {(at: number) => number} */ value) => {
      context.save();
      context.strokeStyle = styleColour(colour);
      context.lineWidth = 2;
      context.setLineDash(dash);
      context.beginPath();
      for (let i = 0; i <= 160; i++) {
        const at = low + ((high - low) * i) / 160;
        context.lineTo(place.px(at), place.py(value(at)));
      }
      context.stroke();
      context.restore();
    };
    draw("--negative", [8, 4], (at) => f + g * (at - x));
    draw("--positive", [3, 3], (at) => f + g * (at - x) + (at - x) ** 2 / (2 * rate));
    // The step: from the curve to the parabola's lowest point.
    context.save();
    context.strokeStyle = styleColour("--ink");
    context.lineWidth = 1.5;
    context.setLineDash([2, 2]);
    const next = x - rate * g;
    context.beginPath();
    context.moveTo(place.px(next), place.py(f + g * (next - x) + (next - x) ** 2 / (2 * rate)));
    context.lineTo(place.px(next), place.py(map.heightAt(next)));
    context.stroke();
    context.restore();
  }

  /** The step that comes next, with its numbers. */
  showWhy() {
    const { points, gradients, rates, heights } = /** @type {import("../js/frames.mjs").Frame} */ (this.frame).arrays;
    const d = points.shape[1];
    const step = Math.min(this.player.step, rates.shape[0] - 1);
    const rate = rates.data[step];
    const { momentum } = this.numbers;
    const index = (/** @type {any} */ letter, /** @type {any} */ below) => mathml("msub", {}, mathml("mi", {}, letter), below);
    const [now, next] = [mathml("mi", {}, "t"), row(mathml("mi", {}, "t"), op("+"), mathml("mn", {}, "1"))];
    const memory = momentum > 0 ? [op("+"), sym("beta"), op("·"), index("v", now.cloneNode(true))] : [];
    const square = Array.from({ length: d }, (_, axis) => gradients.data[step * d + axis] ** 2).reduce((a, b) => a + b, 0);
    const [before, after] = [heights.data[step], heights.data[step + 1]];
    const promised = before - (rate / 2) * square;
    byId("why").replaceChildren(
      el("p", { class: "formula" }, equation(index("x", next), row(index("x", now), op("−"), sym("alpha"), op("·"), index("g", now.cloneNode(true)), ...memory))),
      ...Array.from({ length: d }, (_, axis) => {
        const [x, g, to] = [points.data[step * d + axis], gradients.data[step * d + axis], points.data[(step + 1) * d + axis]];
        const carried = to - (x - rate * g);
        return el("p", { class: "numbers-of" }, equation(mathml("mi", {}, "xy"[axis]),
          row(num(x, true), op("−"), num(rate), op("·"), num(g), ...(momentum > 0 ? [op("+"), num(carried)] : [])), num(to, true)));
      }),
      el("p", {}, `f goes from ${show(before, 5)} to ${show(after, 5)}. The parabola with curvature 1 / α = ${show(1 / rate, 4)} has its lowest point, ${show(promised, 5)}, where the plain step ends: `,
        momentum > 0 ? "momentum goes further than that." : after <= promised + 1e-12 * Math.abs(promised)
          ? "f came out no higher, so the step was safe." : "f came out higher, so the step was longer than the curvature allows."),
    );
  }

  async copyLink() {
    history.replaceState(null, "", packPlan(this.plan()));
    try {
      await navigator.clipboard.writeText(location.href);
      note("The link is copied. It opens this descent on any machine where the lab runs.");
    } catch {
      note("The link stands in the address line.");
    }
  }
}

/** A mark below a slider. @param {string} text @param {number} share @param {string} kind */
function mark(text, share, kind) {
  const made = el("span", { class: "mark", "data-kind": kind }, text);
  made.hidden = !(share >= 0 && share <= 1);
  made.style.setProperty("--at", String(share));
  return made;
}

mountShell({ page: "/descent" });
const lab = new Connection();
showStatus(lab);
/** @type {DescentPage | null} */
let page = null;
lab.on("status", async (status) => {
  if (status !== "open") return;
  if (page) page.run();
  else page = new DescentPage(lab, await lab.call("race_setup"));
});
