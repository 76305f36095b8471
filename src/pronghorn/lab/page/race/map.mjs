// The map of a surface: shade and level lines, trails with marks, arrows, and a start that is set
// by click, drag or arrow keys. A function of one variable is drawn as its curve.

import { levelLine } from "../js/contours.mjs";
import { el } from "../js/dom.mjs";
import { drawAxes, fit, projection } from "../js/heatmap.mjs";
import { show } from "../js/numbers.mjs";
import { DASHES, MARKS, category, drawMark, styleColour, theme } from "../js/palette.mjs";
import { onTheme } from "../js/shell.mjs";

/**
 * @typedef {{domain: number[][], minima: number[][], title: string}} Surface
 * @typedef {{label: string, points: ArrayLike<number>, stoppedAt: number | null, index: number}} Trail
 *   `points`: one after the other, as many numbers each as the surface has axes
 * @typedef {{dx: number, dy: number, kind: "gradient" | "velocity" | "step"}} Arrow
 */

/** @type {Record<string, {colour: string, dash: number[], text: string}>} */
export const ARROWS = {
  gradient: { colour: "--bad", dash: [], text: "against the gradient" },
  velocity: { colour: "--positive", dash: [6, 3], text: "memory (momentum)" },
  step: { colour: "--ink", dash: [2, 2], text: "the step taken" },
};
const LONGEST_ARROW = 70;
const KEY_STEPS = 60;

export class SurfaceMap {
  /**
   * @param {HTMLElement} host
   * @param {{onStart: (point: number[]) => void, draw?: (map: SurfaceMap) => void}} options
   *   `draw`: draws more of its own after the map (tangents, parabolas)
   */
  constructor(host, options) {
    this.options = options;
    /** @type {HTMLCanvasElement} */
    this.canvas = el("canvas", { class: "surface-map", tabindex: "0", role: "application",
      "aria-label": "Map of the surface",
      onkeydown: (/** @type {KeyboardEvent} */ event) => this.hearKey(event) });
    host.append(this.canvas);
    /** @type {Surface | null} */
    this.surface = null;
    /** @type {ArrayLike<number>} */
    this.grid = [];
    /** @type {number[]} */
    this.levels = [];
    /** @type {number[]} */
    this.start = [];
    /** @type {Trail[]} */
    this.trails = [];
    this.step = 0;
    /** @type {Arrow[]} */
    this.arrows = [];
    this.shown = 0;
    /** @type {HTMLCanvasElement | null} */
    this.ground = null;
    this.hearPointer();
    onTheme(() => this.redrawAll());
    new ResizeObserver(() => this.redrawAll()).observe(this.canvas);
  }

  redrawAll() {
    this.ground = null;
    this.draw();
  }

  /**
   * @param {Surface} surface
   * @param {ArrayLike<number>} grid row 0 is the smallest y
   * @param {number[]} levels
   */
  setSurface(surface, grid, levels) {
    this.surface = surface;
    this.grid = grid;
    this.levels = levels;
    this.ground = null;
  }

  /** Shows nothing, until there is a surface again. */
  clear() {
    this.surface = null;
    this.trails = [];
    fit(this.canvas);
    this.canvas.setAttribute("aria-label", "Map of the surface");
  }

  get isCurve() {
    return this.surface?.domain.length === 1;
  }

  /** Domain of the picture: of a curve, y is the height. */
  domain() {
    const surface = /** @type {Surface} */ (this.surface);
    const x = /** @type {[number, number]} */ (surface.domain[0]);
    if (!this.isCurve) return { x, y: /** @type {[number, number]} */ (surface.domain[1]) };
    const heights = Array.from(this.grid).filter(Number.isFinite).sort((a, b) => a - b);
    const low = heights[0] ?? 0;
    const high = heights[Math.floor(0.97 * (heights.length - 1))] ?? 1;
    const air = 0.12 * (high - low || 1);
    return { x, y: /** @type {[number, number]} */ ([low - air, high + air]) };
  }

  place() {
    return projection(this.domain(), this.canvas.clientWidth, this.canvas.clientHeight);
  }

  /** The height of the curve at x, between the points of its grid. @param {number} x */
  heightAt(x) {
    const [low, high] = /** @type {Surface} */ (this.surface).domain[0];
    const at = Math.min(Math.max((x - low) / (high - low), 0), 1) * (this.grid.length - 1);
    const left = Math.min(Math.floor(at), this.grid.length - 2);
    return this.grid[left] + (this.grid[left + 1] - this.grid[left]) * (at - left);
  }

  /** @param {{start: number[], trails: Trail[], step: number, arrows?: Arrow[], shown?: number}} what
   *   `shown`: the trail on top, whose arrows are drawn */
  show({ start, trails, step, arrows = [], shown = 0 }) {
    Object.assign(this, { start, trails, step, arrows, shown });
    this.draw();
  }

  draw() {
    if (!this.surface || !this.canvas.clientWidth) return;
    const { context, width, height } = fit(this.canvas);
    if (!this.ground) this.ground = this.makeGround(width, height);
    context.drawImage(this.ground, 0, 0, width, height);
    this.options.draw?.(this);
    for (const trail of [...this.trails].sort((a, b) => Number(a.index === this.shown) - Number(b.index === this.shown))) {
      this.drawTrail(context, trail);
    }
    this.drawArrows(context);
    this.drawStart(context);
    this.describe();
  }

  /**
   * @param {number} width
   * @param {number} height
   */
  makeGround(width, height) {
    const ratio = window.devicePixelRatio || 1;
    const ground = document.createElement("canvas");
    ground.width = Math.round(width * ratio);
    ground.height = Math.round(height * ratio);
    const context = /** @type {CanvasRenderingContext2D} */ (ground.getContext("2d"));
    context.scale(ratio, ratio);
    context.fillStyle = styleColour("--panel");
    context.fillRect(0, 0, width, height);
    if (this.isCurve) this.drawCurve(context, width, height);
    else this.drawLevels(context, width, height);
    drawAxes(context, this.domain(), width, height);
    for (const minimum of /** @type {Surface} */ (this.surface).minima) this.drawMinimum(context, minimum);
    return ground;
  }

  /** @param {CanvasRenderingContext2D} context @param {number} width @param {number} height */
  drawCurve(context, width, height) {
    const place = projection(this.domain(), width, height);
    const [low, high] = /** @type {Surface} */ (this.surface).domain[0];
    context.strokeStyle = styleColour("--ink-soft");
    context.lineWidth = 2;
    context.beginPath();
    for (let i = 0; i < this.grid.length; i++) {
      const x = low + ((high - low) * i) / (this.grid.length - 1);
      if (Number.isFinite(this.grid[i])) context.lineTo(place.px(x), place.py(this.grid[i]));
    }
    context.stroke();
  }

  /** @param {CanvasRenderingContext2D} context @param {number} width @param {number} height */
  drawLevels(context, width, height) {
    const side = Math.round(Math.sqrt(this.grid.length));
    const shade = document.createElement("canvas");
    shade.width = side;
    shade.height = side;
    const small = /** @type {CanvasRenderingContext2D} */ (shade.getContext("2d"));
    const image = small.createImageData(side, side);
    // The low ground is the darker one in the light theme, and in the dark theme too.
    const [low, high] = theme() === "dark" ? [22, 78] : [186, 252];
    for (let row = 0; row < side; row++) {
      for (let column = 0; column < side; column++) {
        const grey = low + (high - low) * this.rank(this.grid[(side - 1 - row) * side + column]);
        image.data.set([grey, grey, grey + 3, 255], 4 * (row * side + column));
      }
    }
    small.putImageData(image, 0, 0);
    context.imageSmoothingEnabled = true;
    context.drawImage(shade, 0, 0, width, height);
    context.strokeStyle = styleColour("--ink-soft");
    context.globalAlpha = 0.45;
    context.lineWidth = 0.8;
    const scale = [width / (side - 1), height / (side - 1)];
    for (const level of this.levels.slice(1, -1)) {
      context.beginPath();
      for (const [x1, y1, x2, y2] of levelLine(this.grid, side, side, level)) {
        context.moveTo(x1 * scale[0], height - y1 * scale[1]);
        context.lineTo(x2 * scale[0], height - y2 * scale[1]);
      }
      context.stroke();
    }
    context.globalAlpha = 1;
  }

  /** Where a height stands among the levels, in [0, 1]. @param {number} height */
  rank(height) {
    const last = this.levels.length - 1;
    if (!Number.isFinite(height) || height >= this.levels[last]) return 1;
    let at = 0;
    while (at < last && this.levels[at + 1] <= height) at++;
    const share = (height - this.levels[at]) / (this.levels[at + 1] - this.levels[at]);
    return Math.max(0, (at + Math.min(Math.max(share, 0), 1)) / last);
  }

  /** @param {CanvasRenderingContext2D} context @param {number[]} minimum */
  drawMinimum(context, minimum) {
    const [x, y] = this.pixel(minimum);
    context.fillStyle = styleColour("--panel");
    context.strokeStyle = styleColour("--ink");
    context.lineWidth = 1.5;
    drawMark(context, "star", x, y, 9);
  }

  /** Pixels of a point, put to the edge where it lies outside. @param {ArrayLike<number>} point */
  pixel(point) {
    const place = this.place();
    const { clientWidth: width, clientHeight: height } = this.canvas;
    const x = place.px(point[0]);
    const y = place.py(this.isCurve ? this.heightAt(point[0]) : point[1]);
    return [Math.min(Math.max(x, 6), width - 6), Math.min(Math.max(y, 6), height - 6)];
  }

  /** @param {Trail} trail @param {number} step */
  pointAt({ points }, step) {
    const d = this.isCurve ? 1 : 2;
    return Array.from({ length: d }, (_, axis) => points[step * d + axis]);
  }

  /** @param {CanvasRenderingContext2D} context @param {Trail} trail */
  drawTrail(context, trail) {
    const step = Math.min(this.step, trail.points.length / (this.isCurve ? 1 : 2) - 1);
    const pixels = Array.from({ length: step + 1 }, (_, i) => this.pixel(this.pointAt(trail, i)));
    const line = (/** @type {string} */ colour, /** @type {number} */ width) => {
      context.strokeStyle = colour;
      context.lineWidth = width;
      context.beginPath();
      for (const [x, y] of pixels) context.lineTo(x, y);
      context.stroke();
    };
    context.save();
    context.lineJoin = "round";
    line(styleColour("--panel"), 4);
    context.setLineDash(DASHES[trail.index % DASHES.length]);
    line(styleColour(category(trail.index)), trail.index === this.shown ? 2.6 : 1.8);
    context.restore();
    const [x, y] = pixels[step];
    context.fillStyle = styleColour(category(trail.index));
    context.strokeStyle = styleColour("--panel");
    context.lineWidth = 1.5;
    drawMark(context, MARKS[trail.index % MARKS.length], x, y, trail.index === this.shown ? 7.5 : 6);
    if (trail.stoppedAt !== null && step > trail.stoppedAt) {
      context.strokeStyle = styleColour("--bad");
      context.lineWidth = 2.5;
      context.beginPath();
      context.arc(x, y, 11, 0, 2 * Math.PI);
      context.stroke();
    }
  }

  /** @param {CanvasRenderingContext2D} context */
  drawArrows(context) {
    const trail = this.trails.find(({ index }) => index === this.shown);
    if (!trail || this.isCurve) return;
    const place = this.place();
    const point = this.pointAt(trail, this.step);
    const [x, y] = this.pixel(point);
    for (const { dx, dy, kind } of this.arrows) {
      let px = place.px(point[0] + dx) - place.px(point[0]);
      let py = place.py(point[1] + dy) - place.py(point[1]);
      const length = Math.hypot(px, py);
      if (!(length > 0) || !Number.isFinite(length)) continue;
      // The step is drawn to scale; of the others the direction counts, and which is the longer.
      const shown = kind === "step" ? Math.max(Math.min(length, 400), 8) : LONGEST_ARROW * (length / (length + 25)) + 12;
      px *= shown / length;
      py *= shown / length;
      drawArrow(context, x, y, x + px, y + py, ARROWS[kind]);
    }
  }

  /** @param {CanvasRenderingContext2D} context */
  drawStart(context) {
    if (!this.start.length) return;
    const [x, y] = this.pixel(this.start);
    context.strokeStyle = styleColour("--ink");
    context.lineWidth = 2;
    context.beginPath();
    context.arc(x, y, 8, 0, 2 * Math.PI);
    context.moveTo(x - 12, y);
    context.lineTo(x - 4, y);
    context.moveTo(x + 4, y);
    context.lineTo(x + 12, y);
    context.stroke();
  }

  /** A path below the trails, in dots. @param {number[][]} points */
  drawWay(points) {
    if (!points.length) return;
    const context = /** @type {CanvasRenderingContext2D} */ (this.canvas.getContext("2d"));
    context.save();
    context.strokeStyle = styleColour("--ink");
    context.lineWidth = 2;
    context.lineCap = "round";
    context.setLineDash([0.1, 5]);
    context.beginPath();
    for (const point of points) {
      const [x, y] = this.pixel(point);
      context.lineTo(x, y);
    }
    context.stroke();
    context.restore();
  }

  describe() {
    const title = this.surface?.title ?? "";
    const start = this.start.map((value) => show(value, 3)).join(", ");
    this.canvas.setAttribute("aria-label",
      `Map of ${title}; start at ${start}. Arrow keys move the start, with Shift in larger steps.`);
  }

  hearPointer() {
    let isDragging = false;
    const take = (/** @type {PointerEvent} */ event) => {
      const box = this.canvas.getBoundingClientRect();
      const place = this.place();
      const x = place.x(event.clientX - box.left);
      this.setStart(this.isCurve ? [x] : [x, place.y(event.clientY - box.top)]);
    };
    this.canvas.addEventListener("pointerdown", (event) => {
      if (event.button !== 0 || !this.surface) return;
      isDragging = true;
      this.canvas.setPointerCapture(event.pointerId);
      take(event);
    });
    this.canvas.addEventListener("pointermove", (event) => isDragging && take(event));
    for (const end of ["pointerup", "pointercancel"]) this.canvas.addEventListener(end, () => (isDragging = false));
  }

  /** @param {KeyboardEvent} event */
  hearKey(event) {
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowDown: [0, -1], ArrowUp: [0, 1] }[event.key];
    if (!way || !this.surface) return;
    event.preventDefault();
    const factor = event.shiftKey ? 5 : 1;
    this.setStart(this.surface.domain.map(([low, high], axis) =>
      this.start[axis] + (way[axis] * factor * (high - low)) / KEY_STEPS));
  }

  /** @param {number[]} point */
  setStart(point) {
    const surface = /** @type {Surface} */ (this.surface);
    this.options.onStart(point.map((value, axis) => {
      const [low, high] = surface.domain[axis];
      return Number(Math.min(Math.max(value, low), high).toPrecision(5));
    }));
  }
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {number} x1
 * @param {number} y1
 * @param {number} x2
 * @param {number} y2
 * @param {{colour: string, dash: number[]}} look
 */
function drawArrow(context, x1, y1, x2, y2, { colour, dash }) {
  const angle = Math.atan2(y2 - y1, x2 - x1);
  const stroke = (/** @type {string} */ ink, /** @type {number} */ width, /** @type {number[]} */ dashes) => {
    context.strokeStyle = ink;
    context.lineWidth = width;
    context.setLineDash(dashes);
    context.beginPath();
    context.moveTo(x1, y1);
    context.lineTo(x2, y2);
    context.stroke();
    context.setLineDash([]);
    context.beginPath();
    for (const turn of [2.7, -2.7]) {
      context.moveTo(x2, y2);
      context.lineTo(x2 + 10 * Math.cos(angle + turn), y2 + 10 * Math.sin(angle + turn));
    }
    context.stroke();
  };
  context.save();
  stroke(styleColour("--panel"), 5, []);
  stroke(styleColour(colour), 2.5, dash);
  context.restore();
}
