// The large map: what the network, or one neuron, makes of the plane, with the data on it; and the
// value under the cursor.

import { el, hide, rebuild, say, svg } from "./dom.mjs";
import { checkField } from "./fields.mjs";
import { barOf, discrete, doubtBytes, drawAxes, drawLevels, drawPoints, fit, paintBytes, paintClasses, projection } from "./heatmap.mjs";
import { percent, show } from "./numbers.mjs";
import { CATEGORIES, MARKS, css, doubtTable, markPath, signed, signedTable, styleColour, theme } from "./palette.mjs";
import { onTheme } from "./shell.mjs";

/** @typedef {import("./lab.mjs").Lab} Lab */

/** @type {[string, string, string[]][]} key in the view, label, kinds of maps that it is for */
const SWITCHES = [
  ["showTrain", "Training points", ["signed", "values", "classes", "line"]], ["showTest", "Test points", ["signed", "values", "classes", "line"]],
  ["discrete", "Two colours only", ["signed", "values"]], ["levels", "Level lines", ["signed", "values"]],
  ["errors", "Ring wrong points", ["signed", "classes"]], ["doubt", "Uncertainty", ["signed", "classes"]],
];

/** Level lines of a map of bytes; the middle one is drawn strong. */
const LEVELS = [32, 64, 96, 127.5, 160, 192, 224];

export class OutputView {
  /**
   * @param {HTMLElement} host
   * @param {Lab} lab
   */
  constructor(host, lab) {
    this.lab = lab;
    /** What the drawing above the map was made for. */
    this.overKey = "";
    this.map = el("canvas", { class: "map" });
    this.over = el("canvas", { class: "over", tabindex: "0", role: "img", "aria-label": "Map of the output" });
    this.what = el("span", { class: "soft small" });
    this.readout = el("output", { class: "readout small" });
    this.legend = el("div", { class: "legend small" });
    this.fields = SWITCHES.map(([key, label]) => {
      const field = checkField(label, (value) => lab.store.look({ [key]: value }));
      field.set(lab.store.view[key]);
      return field;
    });
    this.switches = el("div", { class: "switches", "data-part": "switches" }, ...this.fields.map(({ root }) => root));
    this.empty = el("p", { class: "soft", hidden: true }, "Pictures have no plane to draw: see the instruments Images and Errors below.");
    this.frameBox = el("div", { class: "mapbox" }, this.map, this.over);
    this.pairHost = el("div", { class: "row" });
    host.append(el("header", {}, el("h2", { id: "output-heading" }, "Output"), this.what), this.empty, this.frameBox, this.legend,
      this.readout, this.pairHost, this.switches);
    this.over.addEventListener("pointermove", (/** @type {PointerEvent} */ event) => this.readAt(event.offsetX, event.offsetY));
    this.over.addEventListener("pointerleave", () => (this.readout.textContent = ""));
    new ResizeObserver(() => this.draw()).observe(this.frameBox);
    onTheme(() => this.draw());
    lab.store.watch(["frame", "view", "state"], () => this.draw());
  }

  /** @returns {{x: [number, number], y: [number, number]} | null} */
  domain() {
    const box = this.lab.store.frame?.scalars.domain;
    if (!box || box.length === 0) return null;
    return { x: [box[0], box[1]], y: box.length === 4 ? [box[2], box[3]] : this.reach() };
  }

  /** Of values over one column: what the points and the fitted line need.
   * @returns {[number, number]} */
  reach() {
    const points = [...(this.lab.data?.train ?? []), ...(this.lab.data?.test ?? [])];
    const values = points.map((row) => row[row.length - 1]);
    const [low, high] = [Math.min(0, ...values), Math.max(0, ...values)];
    const air = 0.15 * (high - low) || 1;
    return [low - air, high + air];
  }

  draw() {
    const { frame, state, view } = this.lab.store;
    const domain = this.domain();
    const hasMap = Boolean(domain && (frame?.arrays.map || frame?.arrays.line));
    for (const part of [this.frameBox, this.legend, this.switches]) hide(part, !hasMap);
    hide(this.empty, hasMap || !frame);
    if (!frame || !state || !domain || !hasMap) return;
    this.fields.forEach(({ root }, i) => hide(root, !SWITCHES[i][2].includes(frame.scalars.map_kind)));
    if (frame.arrays.line) {
      this.drawLine(frame.arrays.line.data, domain);
      return;
    }
    const { map, confidence } = frame.arrays;
    const [rows, columns] = map.shape;
    const isClasses = frame.scalars.map_kind === "classes";
    const isDoubt = view.doubt && this.classCount() > 0;
    if (isDoubt) paintBytes(this.map, doubtBytes(map.data, isClasses ? confidence?.data : null, state.classes.length), rows, columns, doubtTable(theme()));
    else if (isClasses) paintClasses(this.map, map.data, confidence?.data ?? null, rows, columns);
    else {
      const table = signedTable(theme());
      paintBytes(this.map, map.data, rows, columns, view.discrete ? discrete(table) : table);
    }
    this.map.classList.toggle("pixels", view.discrete && !isClasses && !isDoubt);
    this.drawOver(domain, isClasses);
    this.drawWords(isClasses, isDoubt);
    this.drawPair();
  }

  /**
   * Points, axes and level lines above the map; drawn anew only where they changed.
   * @param {import("./heatmap.mjs").Domain} domain
   * @param {boolean} isClasses
   */
  drawOver(domain, isClasses) {
    const { frame, view, state } = this.lab.store;
    const { map } = /** @type {any} */ (frame).arrays;
    const key = JSON.stringify([domain, this.over.clientWidth, view.showTrain, view.showTest, theme(), this.lab.dataCount, state.classes]);
    const isMoving = (view.levels && !isClasses) || view.errors;
    if (key === this.overKey && !isMoving) return;
    this.overKey = isMoving ? "" : key;
    const { context, width, height } = fit(this.over);
    if (view.levels && !isClasses) drawLevels(context, map.data, map.shape[0], map.shape[1], LEVELS, width, height);
    drawAxes(context, domain, width, height);
    this.drawData(context, domain, width, height);
  }

  /**
   * The fitted function of one column, with the points.
   * @param {ArrayLike<number>} values
   * @param {import("./heatmap.mjs").Domain} domain
   */
  drawLine(values, domain) {
    fit(this.map);
    this.overKey = "";
    const { context, width, height } = fit(this.over);
    const place = projection(domain, width, height);
    drawAxes(context, domain, width, height);
    this.drawData(context, domain, width, height);
    context.strokeStyle = styleColour("--accent");
    context.lineWidth = 3;
    context.beginPath();
    Array.from(values).forEach((value, i) => context.lineTo((width * i) / (values.length - 1), place.py(value)));
    context.stroke();
    const { shown } = this.lab.store.view;
    const name = shown ? this.nameOf(shown) : "fitted function";
    say(this.what, { text: name });
    say(this.over, { label: `The ${name} over ${this.axisNames()[0]}, with the data` });
    rebuild(this.legend, "line", () => [el("span", { class: "key" }, svg("svg", { viewBox: "0 0 26 10", width: 26, height: 10, "aria-hidden": "true" },
      svg("path", { d: "M0 5h26", stroke: "currentColor", class: "accent", "stroke-width": 3 })), "what the network gives")]);
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {import("./heatmap.mjs").Domain} domain
   * @param {number} width
   * @param {number} height
   */
  drawData(context, domain, width, height) {
    const { lab } = this;
    const { view, frame } = lab.store;
    if (!lab.data) return;
    const options = { domain, width, height, classes: this.classCount() };
    /** @type {["train" | "test", boolean][]} */
    const parts = [["train", view.showTrain], ["test", view.showTest]];
    for (const [part, isShown] of parts) {
      if (!isShown) continue;
      const points = pointsOf(lab.data[part], options.classes, part === "test");
      const outputs = frame?.arrays[`${part}_outputs`]?.data;
      if (view.errors && outputs) points.wrong = wrongOf(points, outputs, options.classes);
      if (options.classes === 0) points.value = this.scaled(points.value);
      drawPoints(context, points, options);
    }
  }

  /** Values to fit as the map's colours have them: from -1 to 1. @param {ArrayLike<number>} values */
  scaled(values) {
    const { map_low: low = -1, map_high: high = 1 } = this.lab.store.frame?.scalars ?? {};
    return Array.from(values, (value) => (2 * (value - low)) / (high - low) - 1);
  }

  /** 0 where there are values to fit. */
  classCount() {
    const { state } = this.lab.store;
    return state.task === "regression" ? 0 : state.classes.length;
  }

  /** @param {boolean} isClasses @param {boolean} isDoubt */
  drawWords(isClasses, isDoubt) {
    const { state, view, frame } = this.lab.store;
    const { shown } = view;
    const isOutput = !shown || shown.layer === state.layers.length - 1 && state.layers[shown.layer].units === 1;
    const name = isOutput ? "of the network" : this.nameOf(shown);
    say(this.what, { text: name });
    say(this.over, { label: `Map ${isOutput ? name : `of ${name}`} over ${this.axisNames().join(" and ")}` });
    const { map_low: low, map_high: high } = /** @type {any} */ (frame).scalars;
    const labels = state.classes;
    const count = this.classCount();
    rebuild(this.legend, JSON.stringify([isClasses, isDoubt, low, high, labels, theme()]), () =>
      isDoubt ? [el("span", {}, "sure"), barOf(doubtTable(theme())), el("span", {}, "undecided")] : isClasses ? Array.from({ length: count }, (_, i) => classKey(i, String(labels[i] ?? i)))
        : [el("span", {}, show(low, 3)), barOf(signedTable(theme())), el("span", {}, show(high, 3)),
          ...(count === 2 ? [signKey("square", -1, String(labels[0] ?? "−1")), signKey("circle", 1, String(labels[1] ?? "+1"))] : [])]);
  }

  /** @param {{layer: number, unit: number}} shown */
  nameOf({ layer, unit }) {
    return layer === this.lab.store.state.layers.length - 1 ? `neuron ${unit + 1} of the output` : `layer ${layer + 1}, neuron ${unit + 1}`;
  }

  axisNames() {
    const { lab } = this;
    const pair = lab.store.state.watch?.pair;
    const columns = lab.data?.columns ?? lab.store.state.columns ?? ["x1", "x2"];
    return pair ? pair.map((/** @type {number} */ at) => columns[at]) : columns.slice(0, 2);
  }

  /** For tables of more than two columns: which two the map is over. */
  drawPair() {
    const { lab } = this;
    const { state } = lab.store;
    const columns = state.columns ?? [];
    rebuild(this.pairHost, JSON.stringify([columns, state.watch?.pair]), () => columns.length <= 2 || !state.watch?.pair ? []
      : ["Across", "Up"].map((text, axis) => {
        const choice = el("select", { class: "small", onchange: () => {
          const pair = [...state.watch.pair];
          pair[axis] = Number(choice.value);
          lab.change("watch", { pair });
        } }, ...columns.map((/** @type {string} */ name, /** @type {number} */ i) => el("option", { value: String(i) }, name)));
        choice.value = String(state.watch.pair[axis]);
        return el("label", { class: "small row" }, text, choice);
      }));
  }

  /** Says the value under the cursor.
   * @param {number} px @param {number} py */
  readAt(px, py) {
    const { frame } = this.lab.store;
    const domain = this.domain();
    if (frame?.arrays.line && domain) this.readLine(px, frame.arrays.line.data, domain);
    if (!frame?.arrays.map || !domain) return;
    const { map, confidence } = frame.arrays;
    const [rows, columns] = map.shape;
    const [width, height] = [this.over.clientWidth, this.over.clientHeight];
    const place = projection(domain, width, height);
    const at = Math.min(rows - 1, Math.max(0, Math.floor((py / height) * rows))) * columns
      + Math.min(columns - 1, Math.max(0, Math.floor((px / width) * columns)));
    const [first, second] = this.axisNames();
    const where = `${first} ${show(place.x(px), 3)}, ${second} ${show(place.y(py), 3)}`;
    const { map_low: low, map_high: high, map_kind: kind } = frame.scalars;
    const value = kind === "classes"
      ? `${this.lab.store.state.classes[map.data[at]] ?? map.data[at]}${confidence ? ` (${percent(confidence.data[at] / 255)})` : ""}`
      : show(low + ((high - low) * map.data[at]) / 255, 3);
    this.readout.textContent = `${where}: ${value}`;
  }

  /** @param {number} px @param {ArrayLike<number>} values @param {import("./heatmap.mjs").Domain} domain */
  readLine(px, values, domain) {
    const share = Math.min(1, Math.max(0, px / this.over.clientWidth));
    const x = domain.x[0] + share * (domain.x[1] - domain.x[0]);
    this.readout.textContent = `${this.axisNames()[0]} ${show(x, 3)}: ${show(values[Math.round(share * (values.length - 1))], 3)}`;
  }
}

/**
 * Rows [x1, x2, label] (or [x, value]) as points; the two classes become signs.
 * @param {number[][]} rows
 * @param {number} classes
 * @param {boolean} isTest
 * @returns {import("./heatmap.mjs").Points}
 */
export function pointsOf(rows, classes, isTest) {
  return {
    x: rows.map((row) => row[0]), y: rows.map((row) => row[1]),
    value: rows.map((row) => {
      const label = row[row.length - 1];
      return classes === 2 ? (label > 0 ? 1 : -1) : label;
    }),
    isTest: rows.map(() => Number(isTest)),
  };
}

/**
 * Which points the network takes for another class; for values, none.
 * @param {import("./heatmap.mjs").Points} points
 * @param {ArrayLike<number>} outputs
 * @param {number} classes
 */
export function wrongOf(points, outputs, classes) {
  return Array.from(points.x, (_, i) => {
    if (classes === 0) return 0;
    if (classes === 2) return Number(points.value[i] > 0 !== outputs[i] >= 0.5);
    return Number(points.value[i] !== outputs[i]);
  });
}

/** @param {string} mark @param {string} colour */
function markIcon(mark, colour) {
  const path = markPath(mark, 5).map(([kind, a, b]) =>
    kind === "O" ? `M${8 + a} 8A${a} ${a} 0 1 1 ${8 - a} 8A${a} ${a} 0 1 1 ${8 + a} 8` : kind === "Z" ? "Z" : `${kind}${8 + a} ${8 + b}`).join("");
  return svg("svg", { viewBox: "0 0 16 16", width: 14, height: 14, "aria-hidden": "true" }, svg("path", { d: path, fill: colour }));
}

/** @param {number} index @param {string} label */
const classKey = (index, label) =>
  el("span", { class: "key" }, markIcon(MARKS[index % MARKS.length], CATEGORIES[index % CATEGORIES.length]), label);

/** @param {string} mark @param {number} value @param {string} label */
const signKey = (mark, value, label) => el("span", { class: "key" }, markIcon(mark, css(signed(value, theme()))), label);
