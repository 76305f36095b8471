// The page of gradient descent by itself: one path, the rule of its step, what theory expects.

import { Chart } from "../js/chart.mjs";
import { byId, el } from "../js/dom.mjs";
import { numberField, rangeField, segmentField } from "../js/fields.mjs";
import { show } from "../js/numbers.mjs";
import { announce } from "../js/shell.mjs";
import { floorOf } from "../race/heights.mjs";
import { SurfaceMap } from "../race/map.mjs";
import { PlanPage, mountPlanPage } from "../race/plan-page.mjs";
import { copyPlan } from "../race/plan.mjs";
import { Player } from "../race/player.mjs";
import { SurfaceForm } from "../race/surface.mjs";
import { drawModel, drawPoints } from "./model.mjs";
import { showNext, showPoints } from "./tables.mjs";
import { showMarks, showTheory } from "./theory.mjs";

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
const HIGHEST_MOMENTUM = 0.99;

class DescentPage extends PlanPage {
  /** @param {import("../js/connection.mjs").Connection} lab @param {any} setup */
  constructor(lab, setup) {
    super(lab, setup, { command: "descent", kind: 3 });
    this.rule = "fixed";
    this.numbers = { rate: 0.1, momentum: 0, decay: 0.1, noise: 0, steps: 40, seed: 0 };
    this.form = new SurfaceForm(byId("surface"), setup, (_, isOther) => {
      this.isOther = isOther;
      this.run();
    });
    // Whether the surface was just chosen: then a step that is far too long for it is shortened.
    this.isOther = false;
    this.rateMarks = el("div", { class: "marks" });
    this.momentumMarks = el("div", { class: "marks" });
    this.ruleText = el("p", { class: "soft small" });
    this.fields = this.makeSettings();
    this.map = new SurfaceMap(byId("map"), { onStart: (point) => this.setStart(point), draw: (map) => {
      if (map.isCurve) drawPoints(map, this.points);
      drawModel(map, this.frame, this.player.step);
    } });
    this.player = new Player(byId("player"), () => this.showStep());
    this.charts = this.makeCharts();
    this.begin();
  }

  makeSettings() {
    const names = this.setup.rules.map((/** @type {string} */ value) => ({ value, text: RULES[value] ?? value }));
    const change = (/** @type {string} */ name) => (/** @type {number | null} */ value) => {
      this.numbers = { ...this.numbers, [name]: value };
      this.run();
    };
    const size = (/** @type {number} */ at) => Number((10 ** at).toPrecision(3));
    const fields = {
      rule: segmentField("Rule of the step", names, (rule) => {
        this.rule = rule;
        this.showRule();
        this.run();
      }),
      rate: rangeField("Step α", { min: LOWEST_RATE, max: HIGHEST_RATE, step: 0.01, say: (at) => show(size(at), 3) },
        (at) => change("rate")(size(at))),
      momentum: rangeField("Momentum β", { min: 0, max: HIGHEST_MOMENTUM, step: 0.01 }, change("momentum")),
      decay: numberField("Decay", { min: 0, max: 1000 }, change("decay")),
      noise: numberField("Gradient noise σ", { min: 0, max: 1000 }, change("noise")),
      steps: numberField("Steps", { min: 1, max: this.setup.limits.descent, isWhole: true }, change("steps")),
      seed: numberField("Seed", { min: 0, max: 2 ** 32 - 1, isWhole: true }, change("seed")),
    };
    fields.rate.root.append(this.rateMarks);
    fields.momentum.root.append(this.momentumMarks);
    byId("settings").append(fields.rule.root, this.ruleText,
      el("div", { class: "fields sliders" }, fields.rate.root, fields.momentum.root),
      el("div", { class: "fields" }, fields.steps.root, fields.noise.root, fields.decay.root, fields.seed.root),
      el("div", { class: "row" }, el("button", { type: "button", onclick: () => copyPlan(this.plan(), "descent") }, "Copy link")));
    return fields;
  }

  makeCharts() {
    const options = { xLabel: "step", yLabel: "", logY: true, sync: "descent", smoothing: false, height: 225,
      onPick: (/** @type {number} */ step) => this.player.to(step) };
    const one = (/** @type {string} */ name) => [{ name, label: name, colour: "--train", dash: [] }];
    return {
      heights: new Chart(byId("heights"), { ...options, title: "Height above the lowest point known", series: one("height") }),
      modes: new Chart(byId("modes"), { ...options, title: "Distance to the minimum", series: one("distance") }),
    };
  }

  /** @param {any} plan */
  open(plan) {
    this.form.open(plan.surface ?? {}, "lecture");
    this.rule = this.setup.rules.includes(plan.rule) ? plan.rule : "fixed";
    for (const name of Object.keys(this.numbers)) {
      if (typeof plan[name] === "number") this.numbers = { ...this.numbers, [name]: plan[name] };
    }
    this.showRule();
    this.showNumbers();
    this.run();
  }

  showRule() {
    this.fields.rule.set(this.rule);
    this.ruleText.textContent = RULE_TEXT[this.rule] ?? "";
    this.fields.decay.root.hidden = this.rule !== "decreasing";
  }

  showNumbers() {
    const { rate, ...others } = this.numbers;
    this.fields.rate.set(Math.log10(rate));
    for (const [name, value] of Object.entries(others)) this.fields[/** @type {keyof typeof others} */ (name)].set(value);
  }

  /** Points that the lecture looks at. @returns {{at: number[], height: number, slope: number[]}[]} */
  get points() {
    return this.form.known?.points ?? [];
  }

  plan() {
    return { surface: this.form.choice, rule: this.rule, ...this.numbers };
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
    this.form.showStart(frame.arrays.points.data.subarray(0, surface.domain.length));
    byId("model-keys").hidden = !this.isCurve;
    byId("arrow-keys").hidden = this.isCurve;
    this.map.setSurface(surface, frame.arrays.grid.data, levels);
    this.showTheory();
    byId("points").hidden = this.points.length === 0;
    showPoints(byId("points-table"), this.points, (point) => this.setStart(point));
    this.showCurves();
    this.player.setSteps(frame.arrays.rates.shape[0]);
    if (isFirst) this.player.to(1);
    this.sayResult();
  }

  get isCurve() {
    return this.frame?.scalars.surface.domain.length === 1;
  }

  showCurves() {
    const { arrays, scalars } = /** @type {import("../js/frames.mjs").Frame} */ (this.frame);
    const steps = Array.from(arrays.heights.data, (_, i) => i);
    const positive = (/** @type {number[]} */ values) => values.map((value) => (value > 0 && Number.isFinite(value) ? value : null));
    const floor = floorOf(scalars.lowest, arrays.heights.data);
    this.charts.heights.setData(steps, [positive(Array.from(arrays.heights.data, (value) => value - floor))]);
    const { theory } = scalars;
    const d = arrays.points.shape[1];
    if (theory && d > 1) {
      this.charts.modes.setTitle("Error along each direction of curvature");
      this.charts.modes.setSeries(theory.curvatures.map((/** @type {number} */ value) => ({ name: show(value, 3), label: `curvature ${show(value, 3)}` })));
      this.charts.modes.setData(steps, theory.curvatures.map((/** @type {number} */ _, /** @type {number} */ axis) =>
        positive(steps.map((i) => Math.abs(arrays.modes.data[i * d + axis])))));
    } else {
      this.charts.modes.setTitle("Distance to the nearest minimum");
      this.charts.modes.setSeries([{ name: "distance", label: "distance", colour: "--train", dash: [] }]);
      this.charts.modes.setData(steps, [positive(Array.from(arrays.distances.data))]);
    }
    byId("modes").hidden = scalars.surface.minima.length === 0;
  }

  /** What theory says near the minimum, also as marks on the sliders. */
  showTheory() {
    const { theory } = /** @type {import("../js/frames.mjs").Frame} */ (this.frame).scalars;
    const shareOf = (/** @type {number} */ rate) => (Math.log10(rate) - LOWEST_RATE) / (HIGHEST_RATE - LOWEST_RATE);
    showMarks(this.rateMarks, theory ? [{ text: "2 / L", share: shareOf(theory.limit), kind: "limit" },
      { text: "best", share: shareOf(theory.best), kind: "best" }] : []);
    showMarks(this.momentumMarks, theory && theory.momentum > 0
      ? [{ text: "best", share: theory.momentum / HIGHEST_MOMENTUM, kind: "best" }] : []);
    showTheory(byId("theory"), theory, (numbers) => {
      this.numbers = { ...this.numbers, ...numbers };
      this.rule = "fixed";
      this.showRule();
      this.showNumbers();
      this.run();
    });
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
    this.charts.heights.setMarks(marks);
    this.charts.modes.setMarks(marks);
    showNext(byId("why"), frame, Math.min(step, frame.arrays.rates.shape[0] - 1), this.numbers.momentum);
  }

  /** @param {number} step @returns {import("../race/map.mjs").Arrow[]} */
  arrows(step) {
    const { points, gradients } = /** @type {import("../js/frames.mjs").Frame} */ (this.frame).arrays;
    const [x, y] = [points.data, gradients.data];
    const at = 2 * step;
    return [{ kind: "gradient", dx: -y[at], dy: -y[at + 1] },
      { kind: "step", dx: x[at + 2] - x[at], dy: x[at + 3] - x[at + 1] }];
  }
}

mountPlanPage("/descent", DescentPage);
