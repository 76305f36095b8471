// The page of the race: surface, racers, map, curves, and why each step was taken.

import { Chart } from "../js/chart.mjs";
import { byId, el, fromBase64, rebuild, saveAs } from "../js/dom.mjs";
import { checkField, latest, numberField, rangeField, segmentField } from "../js/fields.mjs";
import { show } from "../js/numbers.mjs";
import { category } from "../js/palette.mjs";
import { announce, icon, note } from "../js/shell.mjs";
import { showStep } from "./explain.mjs";
import { floorOf } from "./heights.mjs";
import { ARROWS, SurfaceMap } from "./map.mjs";
import { PlanPage, mountPlanPage } from "./plan-page.mjs";
import { copyPlan } from "./plan.mjs";
import { Player } from "./player.mjs";
import { RacersTable } from "./racers.mjs";
import { SurfaceForm } from "./surface.mjs";

const USUAL = ["SGD", "Momentum", "NAG", "Adagrad", "RMSprop", "Adam"];
/** @type {Record<string, string>} */
const MODES = { same: "Same rate", course: "Course defaults", tuned: "Tuned", own: "My own" };

class RacePage extends PlanPage {
  /** @param {import("../js/connection.mjs").Connection} lab @param {any} setup */
  constructor(lab, setup) {
    super(lab, setup, { command: "race", kind: 2 });
    this.mode = "tuned";
    this.shared = 0.01;
    this.steps = 200;
    this.noise = 0;
    this.seed = 0;
    /** Rates that are looked for count while this is the number they were asked with. */
    this.tuning = 0;
    /** @type {Set<string>} */
    this.arrows = new Set(["gradient", "velocity", "step"]);
    this.form = new SurfaceForm(byId("surface"), setup, (choice, isOther) => this.changeSurface(isOther));
    this.fields = this.makeSettings();
    this.map = new SurfaceMap(byId("map"), { onStart: (point) => this.setStart(point),
      draw: (map) => map.drawWay(this.frame?.scalars.surface.way ?? []) });
    this.player = new Player(byId("player"), () => this.showStep());
    this.table = new RacersTable(byId("racers"), setup, {
      onChange: (isRate) => this.changeRacers(isRate),
      onShow: () => this.showStep(),
    });
    this.charts = this.makeCharts();
    this.explain = latest((/** @type {any} */ where) => this.askStep(where));
    this.begin();
  }

  makeSettings() {
    // The left end is no noise at all, then a thousandth and up.
    const size = (/** @type {number} */ at) => (at <= 0 ? 0 : Number((10 ** (at - 4)).toPrecision(3)));
    const fields = {
      mode: segmentField("Rates", Object.entries(MODES).map(([value, text]) => ({ value, text })), (mode) => this.setMode(mode)),
      shared: numberField("Shared rate", { min: 0, max: 1e6 }, (value) => {
        this.shared = /** @type {number} */ (value);
        this.setMode("same");
      }),
      steps: numberField("Steps", { min: 1, max: this.setup.limits.steps, isWhole: true }, (value) => {
        this.steps = /** @type {number} */ (value);
        this.run();
      }),
      noise: rangeField("Gradient noise σ", { min: 0, max: 6, step: 0.1, say: (at) => show(size(at), 3) }, (at) => {
        this.noise = size(at);
        this.run();
      }),
      seed: numberField("Seed", { min: 0, max: 2 ** 32 - 1, isWhole: true }, (value) => {
        this.seed = /** @type {number} */ (value);
        this.run();
      }),
    };
    const tune = el("button", { type: "button", onclick: () => this.tune() }, "Tune the rates here");
    const save = el("button", { type: "button", id: "gif", onclick: () => this.saveGif(save) }, icon("save"), "GIF");
    const link = el("button", { type: "button",
      onclick: () => copyPlan({ ...this.plan(), mode: this.mode, shared: this.shared }, "race") }, "Copy link");
    byId("settings").append(el("div", { class: "row" }, fields.mode.root, fields.shared.root, tune),
      el("div", { class: "fields" }, fields.steps.root, fields.noise.root, fields.seed.root),
      el("div", { class: "row" }, save, link));
    this.makeArrowKeys();
    return fields;
  }

  makeArrowKeys() {
    const arrows = Object.entries(ARROWS).map(([kind, { text, colour, dash }]) => {
      const field = checkField(text, (isOn) => {
        this.arrows[isOn ? "add" : "delete"](kind);
        this.showStep();
      });
      field.set(true);
      field.root.classList.add("arrow-key");
      field.root.dataset.dash = String(dash.length > 0);
      field.root.dataset.colour = colour;
      return field.root;
    });
    byId("arrows").append(el("span", { class: "soft small" }, "Arrows of the racer explained:"), ...arrows);
  }

  makeCharts() {
    const options = { xLabel: "step", yLabel: "", series: [], logY: true, sync: "race", smoothing: false, height: 225,
      onPick: (/** @type {number} */ step) => this.player.to(step) };
    return {
      heights: new Chart(byId("heights"), { ...options, title: "Height above the lowest point known" }),
      distances: new Chart(byId("distances"), { ...options, title: "Distance to the nearest minimum" }),
    };
  }

  /** Shows a plan, of a link or a lesson, and runs it. @param {any} plan */
  open(plan) {
    this.form.open(plan.surface ?? {}, "beale");
    this.mode = plan.mode in MODES ? plan.mode : plan.racers ? "own" : "tuned";
    this.shared = plan.shared ?? 0.01;
    this.steps = plan.steps ?? 200;
    this.noise = plan.noise ?? 0;
    this.seed = plan.seed ?? 0;
    const racers = Array.isArray(plan.racers) ? plan.racers
      : USUAL.map((label) => this.setup.racers.find((/** @type {any} */ one) => one.label === label));
    this.table.set(racers.map((/** @type {any} */ { label, optimizer, rate, options }) =>
      ({ label, optimizer, rate, options: { ...options }, isOn: true })));
    this.fields.shared.set(this.shared);
    this.fields.steps.set(this.steps);
    this.fields.noise.set(this.noise > 0 ? Math.log10(this.noise) + 4 : 0);
    this.fields.seed.set(this.seed);
    this.setMode(this.mode);
  }

  changeSurface(/** @type {boolean} */ isOther) {
    if (isOther) this.tuning++;
    if (isOther && this.mode === "tuned") this.setMode("tuned");
    else this.run();
  }

  changeRacers(/** @type {boolean} */ isRate) {
    if (isRate) {
      this.tuning++;
      this.mode = "own";
      this.fields.mode.set("own");
    }
    this.run();
  }

  /** @param {string} mode */
  async setMode(mode) {
    this.tuning++;
    this.mode = mode;
    this.fields.mode.set(mode);
    const racers = this.table.racers;
    const usual = (/** @type {string} */ label) => this.setup.racers.find((/** @type {any} */ one) => one.label === label);
    if (mode === "same") this.table.showRates(Object.fromEntries(racers.map(({ label }) => [label, this.shared])));
    if (mode === "course") {
      this.table.showRates(Object.fromEntries(racers.map(({ label, rate }) => [label, usual(label)?.rate ?? rate])));
    }
    if (mode === "tuned") {
      const known = this.form.tuned;
      this.table.showRates(known);
      const others = racers.filter(({ label }) => known[label] === undefined);
      if (others.length && !(await this.tune(others))) return;
    }
    this.run();
  }

  /**
   * Asks for the best rates on this surface from this start.
   * @param {any[]} [racers]
   * @returns {Promise<boolean>} false where surface or rates were chosen anew while it asked: then
   *   the answer is dropped, and that choice runs the race
   */
  async tune(racers) {
    const tuned = racers ?? this.table.racers.filter(({ isOn }) => isOn);
    if (!tuned.length) return true;
    const number = ++this.tuning;
    byId("result").textContent = "Looking for good rates …";
    announce("Looking for good rates");
    try {
      const { rates } = await this.lab.call("race_tune", { surface: this.form.choice, racers: tuned.map(plain) });
      if (number !== this.tuning) return false;
      this.table.showRates(Object.fromEntries(tuned.map(({ label }, i) => [label, rates[i]])));
      if (!racers) this.changeRacers(true);
    } catch (error) {
      if (number !== this.tuning) return false;
      note(String(/** @type {Error} */ (error).message), "bad");
    }
    return true;
  }

  plan() {
    const racers = this.table.racers.filter(({ isOn }) => isOn).map(plain);
    return { surface: this.form.choice, racers, steps: this.steps, noise: this.noise, seed: this.seed };
  }

  run() {
    if (this.plan().racers.length) super.run();
    else this.showNoRace();
  }

  /** Nobody runs: nothing of the last race stays, for it may be of another surface. */
  showNoRace() {
    this.frame = null;
    this.map.clear();
    this.table.clearResults();
    for (const chart of Object.values(this.charts)) {
      chart.setSeries([]);
      chart.setData([], []);
      chart.setMarks([]);
    }
    this.player.setSteps(0);
    rebuild(byId("why"), "", () => []);
    byId("gif").disabled = true;
    byId("problem").textContent = "";
    byId("result").textContent = "No racer runs: tick one in the table of racers, or add one.";
    announce(byId("result").textContent);
  }

  /** @param {import("../js/frames.mjs").Frame} frame */
  take(frame) {
    // A race asked for before the last racer was unticked.
    if (!this.plan().racers.length) return;
    byId("gif").disabled = false;
    const isFirst = this.frame === null;
    this.frame = frame;
    const { surface, levels, racers } = frame.scalars;
    this.form.describe(surface);
    this.form.showStart(frame.scalars.start);
    this.map.setSurface(surface, frame.arrays.grid.data, levels);
    this.table.clearResults();
    for (const racer of racers) this.table.showResult(racer.label, racer, surface.minima.length > 0);
    this.showCurves();
    this.player.setSteps(frame.arrays.gradients.shape[1]);
    if (isFirst) this.player.to(this.player.steps);
    this.sayResult();
  }

  /** Where a racer of the frame stands in the table: its colour and mark. @param {string} label */
  indexOf(label) {
    return Math.max(this.table.racers.findIndex((racer) => racer.label === label), 0);
  }

  showCurves() {
    const frame = /** @type {import("../js/frames.mjs").Frame} */ (this.frame);
    const { surface, racers } = frame.scalars;
    const [n, rows] = frame.arrays.heights.shape;
    const steps = Array.from({ length: rows }, (_, i) => i);
    const columns = (/** @type {string} */ name, /** @type {number} */ floor) => Array.from({ length: n }, (_, i) =>
      Array.from(frame.arrays[name].data.subarray(i * rows, (i + 1) * rows), (value) =>
        Number.isFinite(value) && value > floor ? value - floor : null));
    const series = racers.map((/** @type {any} */ { label }) => ({ name: label, label, colour: category(this.indexOf(label)) }));
    const floor = floorOf(frame.scalars.lowest, frame.arrays.heights.data);
    for (const chart of [this.charts.heights, this.charts.distances]) chart.setSeries(series);
    this.charts.heights.setData(steps, columns("heights", floor));
    const hasMinima = surface.minima.length > 0;
    this.charts.distances.setTitle(hasMinima ? "Distance to the nearest minimum" : "Length of the gradient");
    this.charts.distances.setData(steps, hasMinima ? columns("distances", 0) : this.slopes());
  }

  /** The length of each racer's gradient at each step, of the last one again at the end. @returns {(number | null)[][]} */
  slopes() {
    const { data, shape: [n, steps, d] } = /** @type {import("../js/frames.mjs").Frame} */ (this.frame).arrays.gradients;
    return Array.from({ length: n }, (_, i) => Array.from({ length: steps + 1 }, (_, step) => {
      const at = (i * steps + Math.min(step, steps - 1)) * d;
      const length = Math.hypot(...data.subarray(at, at + d));
      return length > 0 && Number.isFinite(length) ? length : null;
    }));
  }

  sayResult() {
    const { surface, racers } = /** @type {import("../js/frames.mjs").Frame} */ (this.frame).scalars;
    const arrived = racers.filter((/** @type {any} */ one) => one.arrived_at !== null)
      .sort((/** @type {any} */ a, /** @type {any} */ b) => a.arrived_at - b.arrived_at);
    const gone = racers.filter((/** @type {any} */ one) => one.stopped_at !== null);
    const parts = [`${surface.title}: ${racers.length} racer${racers.length === 1 ? "" : "s"}`];
    if (arrived.length) parts.push(`${arrived[0].label} arrives first, in step ${arrived[0].arrived_at}`);
    if (gone.length) parts.push(`diverged: ${gone.map((/** @type {any} */ one) => one.label).join(", ")}`);
    byId("result").textContent = `${parts.join("; ")}.`;
    announce(byId("result").textContent);
  }

  showStep() {
    const frame = this.frame;
    if (!frame) return;
    const { step } = this.player;
    const { points, heights } = frame.arrays;
    const [n, rows, d] = points.shape;
    const { racers } = frame.scalars;
    const chosen = Math.max(racers.findIndex((/** @type {any} */ { label }) => label === this.table.shown), 0);
    const trails = racers.map((/** @type {any} */ { label, stopped_at: stoppedAt }, /** @type {number} */ i) =>
      ({ label, stoppedAt, index: this.indexOf(label), points: points.data.subarray(i * rows * d, (i + 1) * rows * d) }));
    this.map.show({ start: frame.scalars.start, trails, step, arrows: this.arrowsAt(chosen, step), shown: trails[chosen].index });
    for (let i = 0; i < n; i++) this.table.showHeight(racers[i].label, heights.data[i * rows + step]);
    const marks = [{ step, label: `step ${step}` }];
    this.charts.heights.setMarks(marks);
    this.charts.distances.setMarks(marks);
    if (!this.player.isPlaying) this.explain({ racer: chosen, step: Math.min(step, rows - 2) });
  }

  /** @param {number} racer @param {number} step @returns {import("./map.mjs").Arrow[]} */
  arrowsAt(racer, step) {
    const { points, gradients, velocity } = /** @type {import("../js/frames.mjs").Frame} */ (this.frame).arrays;
    const [, rows, d] = points.shape;
    if (d === 1 || step >= rows - 1) return [];
    const at = (/** @type {any} */ array, /** @type {number} */ count, /** @type {number} */ row) =>
      [0, 1].map((axis) => array.data[(racer * count + row) * d + axis]);
    const [g, v] = [at(gradients, rows - 1, step), at(velocity, rows, step)];
    const [from, to] = [at(points, rows, step), at(points, rows, step + 1)];
    /** @type {import("./map.mjs").Arrow[]} */
    const arrows = [{ kind: "gradient", dx: -g[0], dy: -g[1] }, { kind: "velocity", dx: v[0], dy: v[1] },
      { kind: "step", dx: to[0] - from[0], dy: to[1] - from[1] }];
    return arrows.filter(({ kind }) => this.arrows.has(kind));
  }

  /** @param {{racer: number, step: number}} where */
  async askStep(where) {
    try {
      const told = await this.lab.call("race_step", where);
      if (this.frame) showStep(byId("why"), told);
    } catch {
      // Another race is under way; its own frame will ask again.
    }
  }

  /** @param {HTMLButtonElement} button */
  async saveGif(button) {
    button.disabled = true;
    announce("Drawing the animation");
    try {
      const { name, content } = await this.lab.call("race_gif");
      saveAs(name, fromBase64(content), "image/gif");
    } catch (error) {
      note(/** @type {Error} */ (error).message, "bad");
    } finally {
      button.disabled = this.frame === null;
    }
  }
}

/** A racer as the server takes it. @param {any} racer */
const plain = ({ label, optimizer, rate, options }) => ({ label, optimizer, rate, options });

mountPlanPage("/race", RacePage);
