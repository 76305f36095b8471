// A chart of curves over steps: log axes, smoothing with the raw curve behind, a linked cursor,
// marks of events, and PNG, SVG and CSV of what it shows. The one module that speaks to uPlot.

import { curvesCsv, curvesSvg, drawable, smooth } from "./curves.mjs";
import { el, rebuild, saveAs, svg } from "./dom.mjs";
import { count, show } from "./numbers.mjs";
import { DASHES, category, styleColour } from "./palette.mjs";
import { announce, icon, onTheme } from "./shell.mjs";

/**
 * @typedef {import("./curves.mjs").Mark} Mark
 * @typedef {{name: string, label: string, colour?: string, dash?: number[], isFaint?: boolean,
 *   hidden?: boolean, spanGaps?: boolean}} Series
 *   `colour` may be a variable of the style sheet ("--train"); by default the category's
 */

/** @param {string} colour */
const resolved = (colour) => (colour.startsWith("--") ? styleColour(colour) : colour);

/** @param {number} value @param {number} [digits] */
function tick(value, digits = 3) {
  const size = Math.abs(value);
  if (size >= 1e6 && size < 1e9) return `${show(value / 1e6, digits)}M`;
  if (size >= 1e4 && size < 1e6) return `${show(value / 1e3, digits)}k`;
  return show(value, digits).replace(/(\.\d*?)0+e/, "$1e");
}

/**
 * Labels of an axis, in as many digits as tell neighbours apart.
 * @param {(number | null)[]} places
 * @param {number} spacing 0 of a logarithmic axis
 */
export function tickLabels(places, spacing) {
  const largest = Math.max(...places.map((place) => Math.abs(place ?? 0)));
  // Two more than the powers of ten between them: the first digit, and the second one of 2.5.
  const needed = spacing > 0 && largest > 0 ? Math.floor(Math.log10(largest / spacing)) + 3 : 3;
  const digits = Math.min(Math.max(needed, 3), 15);
  return places.map((place) => (place === null ? "" : tick(place, digits)));
}

/**
 * A chart in `host`.
 *
 *     const chart = new Chart(host, { title: "Loss", xLabel: "epoch", yLabel: "loss",
 *       series: [{ name: "train", label: "training", colour: "--train" }, …], sync: "curves" });
 *     chart.setData(epochs, [trainLosses, testLosses]);
 *     chart.setMarks([{ step: 12, label: "learning rate 0.03" }]);
 */
export class Chart {
  /**
   * @param {HTMLElement} host
   * @param {{title: string, xLabel: string, yLabel: string, series: Series[], height?: number,
   *   logX?: boolean, logY?: boolean, sync?: string, smoothing?: boolean, tools?: boolean,
   *   onPick?: (x: number) => void}} options `sync`: charts of the same word share the cursor;
   *   `onPick`: called with the x that was clicked
   */
  constructor(host, options) {
    this.options = { height: 200, smoothing: true, tools: true, ...options };
    this.logX = options.logX ?? false;
    this.logY = options.logY ?? false;
    this.factor = 0;
    /** @type {number[]} */
    this.x = [];
    /** @type {(number | null)[][]} */
    this.columns = options.series.map(() => []);
    /** @type {Mark[]} */
    this.marks = [];
    // A place to stop at: arrow keys read the curves, and pick as a click does.
    this.plotHost = el("div", { class: "plot", role: "application", "aria-roledescription": "chart", tabindex: "0",
      "aria-label": options.title, onkeydown: (/** @type {KeyboardEvent} */ event) => this.hearKey(event) });
    /** The row under the cursor. @type {number | null} */
    this.at = null;
    this.curveKeys = el("span", { class: "keys" });
    this.placeKeys = el("span", { class: "keys" });
    this.keys = el("div", { class: "keys" }, this.curveKeys, this.placeKeys);
    this.heading = el("h3", {}, options.title);
    const head = el("div", { class: "tools" }, this.heading, ...(this.options.tools ? this.makeTools() : []));
    this.root = el("div", { class: "chart" }, head, this.plotHost, this.keys);
    host.append(this.root);
    /** @type {any} */
    this.plot = null;
    this.build();
    onTheme(() => this.build());
    new ResizeObserver(() => this.resize()).observe(this.plotHost);
  }

  /** Replaces the curves, keeping the axes' choices.
   * @param {Series[]} series */
  setSeries(series) {
    this.options.series = series;
    this.columns = series.map((_, i) => this.columns[i] ?? this.x.map(() => null));
    this.build();
  }

  /** @param {string} title */
  setTitle(title) {
    this.options.title = title;
    this.heading.textContent = title;
    this.describe();
  }

  /**
   * @param {number[]} x rising
   * @param {(number | null | undefined)[][]} columns one a series
   */
  setData(x, columns) {
    this.x = x;
    this.columns = columns.map((column) => drawable(column, false));
    this.redraw();
  }

  /** @param {Mark[]} marks */
  setMarks(marks) {
    this.marks = marks;
    // uPlot has no places on its axes to draw again where there are no values.
    if (this.x.length) this.plot?.redraw(false);
  }

  makeTools() {
    const { title, smoothing } = this.options;
    const flip = (/** @type {"logX" | "logY"} */ axis, /** @type {string} */ text) => {
      const button = el("button", { type: "button", class: "small", "aria-pressed": String(this[axis]),
        "aria-label": `${title}: logarithmic ${text}`, onclick: () => {
          this[axis] = !this[axis];
          button.setAttribute("aria-pressed", String(this[axis]));
          this.build();
        } }, `log ${text}`);
      return button;
    };
    const slider = el("input", { type: "range", min: 0, max: 0.99, step: 0.01, value: "0",
      "aria-label": `${title}: smoothing`, oninput: () => {
        this.factor = Number(slider.value);
        this.redraw();
      } });
    return [flip("logY", "y"), flip("logX", "x"), smoothing && el("span", { class: "row small soft" }, "smooth", slider), this.makeMenu()];
  }

  makeMenu() {
    const { title } = this.options;
    const name = title.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
    /** @type {[string, () => void][]} */
    const ways = [
      ["PNG", () => this.plot.ctx.canvas.toBlob((/** @type {Blob} */ blob) => saveAs(`${name}.png`, blob, "image/png"))],
      ["SVG", () => saveAs(`${name}.svg`, this.toSvg(), "image/svg+xml")],
      ["CSV", () => saveAs(`${name}.csv`, this.toCsv(), "text/csv")],
    ];
    return el("span", { class: "row end" }, ...ways.map(([word, run]) =>
      el("button", { type: "button", class: "small quiet", "aria-label": `${title}: save as ${word}`,
        onclick: run }, icon("save"), word)));
  }

  curves() {
    return this.options.series.map(({ name, label, colour, dash }, i) => ({
      name, label, index: i, dash: dash ?? DASHES[i % DASHES.length],
      colour: resolved(colour ?? category(i)), values: this.columns[i],
    })).filter((_, i) => !this.options.series[i].hidden);
  }

  toCsv() {
    return curvesCsv(this.options.xLabel, this.x, this.curves());
  }

  toSvg() {
    const { title, xLabel, yLabel } = this.options;
    return curvesSvg({ title, xLabel, yLabel, x: this.x, curves: this.curves(), marks: this.marks,
      logX: this.logX, logY: this.logY });
  }

  /** What uPlot gets: x, the smoothed curves, and behind them the raw ones. */
  data() {
    const isSmooth = this.factor > 0;
    const columns = this.columns.map((column) => drawable(column, this.logY));
    return [
      drawable(this.x, this.logX),
      ...columns.map((column) => (isSmooth ? column : column.map(() => null))),
      ...columns.map((column) => smooth(column, this.factor)),
    ];
  }

  redraw() {
    this.plot?.setData(this.data());
    this.showKeys(null);
    this.describe();
  }

  resize() {
    const width = this.plotHost.clientWidth;
    if (this.plot && width > 0 && width !== this.plot.width) {
      this.plot.setSize({ width, height: this.options.height });
    }
  }

  build() {
    this.plot?.destroy();
    const { series, height, sync } = this.options;
    const ink = styleColour("--ink-soft");
    const grid = { stroke: styleColour("--line"), width: 1, filter: powersOfTen };
    const axis = { stroke: ink, grid, ticks: grid, filter: powersOfTen, font: "12px system-ui, sans-serif",
      values: (/** @type {any} */ plot, /** @type {(number | null)[]} */ at, /** @type {number} */ which,
        /** @type {number} */ _, /** @type {number} */ spacing) =>
        tickLabels(at, plot.scales[plot.axes[which].scale].distr === 3 ? 0 : spacing) };
    const line = (/** @type {Series} */ one, /** @type {number} */ i, /** @type {boolean} */ isRaw) => {
      const colour = resolved(one.colour ?? category(i));
      return { label: one.label, stroke: colour, alpha: isRaw ? 0.3 : one.isFaint ? 0.55 : 1, width: isRaw ? 1 : 2,
        dash: one.dash ?? DASHES[i % DASHES.length], show: !one.hidden, spanGaps: one.spanGaps ?? false,
        // A line of one point would not be seen.
        points: { show: (/** @type {any} */ plot) => plot.data[0].length === 1, size: 7, fill: colour } };
    };
    this.plot = new /** @type {any} */ (globalThis).uPlot({
      width: Math.max(this.plotHost.clientWidth, 120), height,
      legend: { show: false },
      cursor: { sync: sync ? { key: sync } : undefined, drag: { x: true, y: false }, y: false,
        points: { size: 6 } },
      scales: { x: { time: false, distr: this.logX ? 3 : 1 },
        y: { distr: this.logY ? 3 : 1, range: this.logY ? undefined : padRange } },
      axes: [{ ...axis, size: 34, label: this.options.xLabel, labelSize: 18, labelFont: axis.font, labelGap: 0 },
        { ...axis, size: 58, space: 26 }],
      series: [{}, ...series.map((one, i) => line(one, i, true)), ...series.map((one, i) => line(one, i, false))],
      hooks: {
        draw: [(/** @type {any} */ plot) => this.drawMarks(plot)],
        setCursor: [(/** @type {any} */ plot) => this.showKeys(plot.cursor.idx ?? null)],
        ready: [(/** @type {any} */ plot) => this.hearClicks(plot)],
      },
    }, this.data(), this.plotHost);
    this.showKeys(null);
    this.describe();
  }

  /** @param {any} plot */
  hearClicks(plot) {
    plot.over.addEventListener("click", () => {
      const at = plot.cursor.idx;
      if (this.options.onPick && at !== null && at !== undefined) this.options.onPick(this.x[at]);
    });
  }

  /** @param {KeyboardEvent} event */
  hearKey(event) {
    const last = this.x.length - 1;
    if (last < 0) return;
    const by = event.shiftKey ? 10 : 1;
    const at = this.at ?? last + (event.key === "ArrowLeft" ? 1 : 0);
    const to = { ArrowLeft: at - by, ArrowRight: at + by, Home: 0, End: last }[event.key];
    if (to !== undefined) {
      const row = Math.min(Math.max(to, 0), last);
      this.plot.setCursor({ left: this.plot.valToPos(this.x[row], "x"), top: this.plot.over.clientHeight / 2 });
      // Rows closer than a pixel have one place: the cursor would take any of them.
      this.showKeys(row);
      announce(this.keys.textContent ?? "");
    } else if (event.key === "Enter" && this.at !== null && this.options.onPick) this.options.onPick(this.x[this.at]);
    else return;
    event.preventDefault();
  }

  /** @param {any} plot */
  drawMarks(plot) {
    const { ctx, bbox } = plot;
    ctx.save();
    ctx.strokeStyle = styleColour("--ink-soft");
    ctx.setLineDash([2, 3]);
    ctx.lineWidth = 1;
    for (const { step } of this.marks) {
      const at = Math.round(plot.valToPos(step, "x", true)) + 0.5;
      if (at < bbox.left || at > bbox.left + bbox.width) continue;
      ctx.beginPath();
      ctx.moveTo(at, bbox.top);
      ctx.lineTo(at, bbox.top + bbox.height);
      ctx.stroke();
    }
    ctx.restore();
  }

  /** The legend: each curve with its value under the cursor, else its last one.
   * @param {number | null} at */
  showKeys(at) {
    this.at = at;
    const row = at ?? this.x.length - 1;
    const near = at === null ? null : this.marks.filter(({ step }) => step === this.x[row]);
    const shown = this.curves();
    // The signs stay as they are while only the numbers change.
    rebuild(this.curveKeys, JSON.stringify(shown.map(({ label, colour, dash }) => [label, colour, dash])), () =>
      shown.map(({ colour, dash }) => el("span", { class: "key" },
        svg("svg", { viewBox: "0 0 26 10", "aria-hidden": "true" }, svg("path", { d: "M0 5h26",
          stroke: colour, "stroke-width": 2.5, "stroke-dasharray": dash.join(" ") })), el("span"))));
    shown.forEach(({ label, index }, i) => {
      /** @type {Element} */ (this.curveKeys.children[i].lastElementChild).textContent = `${label} ${show(this.valueAt(index, row))}`;
    });
    const isAt = at !== null && this.x.length > 0;
    rebuild(this.placeKeys, isAt ? JSON.stringify([this.x[row], near]) : "", () => [
      isAt && el("span", { class: "soft" }, `${this.options.xLabel} ${count(this.x[row])}`),
      ...(near ?? []).map(({ label }) => el("span", { class: "badge" }, label))]);
  }

  /** The value of a curve at a row; of one that spans gaps the newest before it.
   * @param {number} curve @param {number} row */
  valueAt(curve, row) {
    const column = this.columns[curve] ?? [];
    if (!this.options.series[curve].spanGaps) return column[row];
    while (row > 0 && column[row] === null) row--;
    return column[row];
  }

  describe() {
    const { title, series } = this.options;
    const last = this.x.length - 1;
    const parts = series.filter(({ hidden }) => !hidden).map(({ label }, i) => `${label} ${show(this.valueAt(i, last))}`);
    const text = last < 0 ? `${title}: no values yet` : `${title}, ${last + 1} points; last: ${parts.join(", ")}. Arrow keys read them`;
    this.plotHost.setAttribute("aria-label", text);
  }
}

/** Pixels that a label on an axis needs, and those above and below the plot. */
const [LABEL_ROOM, AROUND] = [22, 70];

/**
 * The places of an axis that get a line and a label; the others become null. Of a logarithmic axis
 * only powers of ten, so far apart that their labels do not meet; of a short one 2 and 5 as well.
 * @param {any} plot
 * @param {number[]} places
 * @param {number} which the axis
 * @returns {(number | null)[]}
 */
function powersOfTen(plot, places, which) {
  const { distr, min, max } = plot.scales[plot.axes[which].scale];
  if (distr !== 3) return places;
  const decades = Math.log10(max / min);
  // Of the whole chart: the plot itself has no size yet when the labels are first made.
  const room = which === 0 ? plot.width / 2 : plot.height - AROUND;
  const every = Math.max(1, Math.ceil((LABEL_ROOM * decades) / Math.max(room, 1)));
  return places.map((place) => {
    const power = Math.floor(Math.log10(place) + 1e-9);
    const digit = Math.round(place / 10 ** power);
    return (digit === 1 && power % every === 0) || (decades < 2 && (digit === 2 || digit === 5)) ? place : null;
  });
}

/**
 * The range of the y axis: a little air, and never empty.
 * @param {any} _
 * @param {number | null} low
 * @param {number | null} high
 */
function padRange(_, low, high) {
  if (low === null || high === null) return [0, 1];
  const air = high > low ? 0.05 * (high - low) : Math.abs(high) || 1;
  return [low >= 0 ? Math.max(0, low - air) : low - air, high + air];
}
