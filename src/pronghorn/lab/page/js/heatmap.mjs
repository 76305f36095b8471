// Maps of the plane: bytes through a table of colours into the canvas, regions of classes with
// hatches, level lines, axes and the points of the data.

import { levelLine } from "./contours.mjs";
import { ticks } from "./curves.mjs";
import { el } from "./dom.mjs";
import { CATEGORIES, MARKS, css, drawMark, rgb, signed, styleColour, theme } from "./palette.mjs";

/**
 * @typedef {{x: [number, number], y: [number, number]}} Domain
 * @typedef {{x: ArrayLike<number>, y: ArrayLike<number>, value: ArrayLike<number>,
 *   isTest?: ArrayLike<number>, wrong?: ArrayLike<number>}} Points
 */

/**
 * Paints bytes, first row on top. The canvas gets as many pixels as there are bytes; the style
 * sheet says how large it is shown.
 * @param {HTMLCanvasElement} canvas
 * @param {ArrayLike<number>} bytes
 * @param {number} rows
 * @param {number} columns
 * @param {Uint32Array} table 256 packed colours
 */
export function paintBytes(canvas, bytes, rows, columns, table) {
  if (canvas.width !== columns || canvas.height !== rows) {
    canvas.width = columns;
    canvas.height = rows;
  }
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const image = context.createImageData(columns, rows);
  const pixels = new Uint32Array(image.data.buffer);
  for (let i = 0; i < pixels.length; i++) pixels[i] = table[bytes[i]];
  context.putImageData(image, 0, 0);
}

/**
 * What a canvas shows, as a picture: a browser copies every canvas of a page at each of its frames,
 * changed or not, and a picture never.
 * @param {HTMLCanvasElement} canvas
 * @param {Record<string, any>} [attributes]
 */
export const pictureOf = (canvas, attributes = {}) => el("img", { src: canvas.toDataURL(), alt: "", ...attributes });

/**
 * A bar from the lowest to the highest colour of a table, for legends.
 * @param {Uint32Array} table
 */
export function barOf(table) {
  const canvas = document.createElement("canvas");
  paintBytes(canvas, Uint8Array.from({ length: 256 }, (_, i) => i), 1, 256, table);
  return pictureOf(canvas, { class: "bar" });
}

/**
 * The bytes of a map with two colours only: below and at or above the middle.
 * @param {Uint32Array} table
 */
export const discrete = (table) => table.map((_, i) => table[i < 128 ? 64 : 192]);

/**
 * How undecided a network is, as bytes: 0 where it is sure, 255 where it is at the border. Of two
 * classes the border is the middle of the map; of several it is a confidence of one part in all.
 * @param {ArrayLike<number>} map
 * @param {ArrayLike<number> | null | undefined} confidence bytes, where there are several classes
 * @param {number} classes
 */
export function doubtBytes(map, confidence, classes) {
  if (!confidence) return Uint8Array.from(map, (byte) => Math.round(255 - 2 * Math.abs(byte - 127.5)));
  return Uint8Array.from(confidence, (byte) => Math.min(255, Math.round((255 - byte) / (1 - 1 / classes))));
}

/**
 * Packed colours of classes, as pale as the class is unsure.
 * @param {ArrayLike<number>} classes
 * @param {ArrayLike<number> | null} sureness bytes; null paints all alike
 * @param {[number, number, number]} ground colour of no sureness at all
 * @param {[number, number, number] | null} [ink] a fifth of it lies over the colours
 * @returns {Uint32Array}
 */
export function classPixels(classes, sureness, ground, ink = null) {
  const colours = CATEGORIES.map(rgb);
  const bytes = new Uint8ClampedArray(4 * classes.length);
  for (let i = 0; i < classes.length; i++) {
    const colour = colours[classes[i] % colours.length];
    const share = 0.15 + 0.6 * (sureness ? sureness[i] / 255 : 1);
    for (let k = 0; k < 3; k++) {
      const plain = ground[k] + (colour[k] - ground[k]) * share;
      bytes[4 * i + k] = ink ? 0.8 * plain + 0.2 * ink[k] : plain;
    }
    bytes[4 * i + 3] = 255;
  }
  return new Uint32Array(bytes.buffer);
}

/**
 * Paints regions of classes, with a hatch of its own for each class.
 * @param {HTMLCanvasElement} canvas
 * @param {ArrayLike<number>} classes
 * @param {ArrayLike<number> | null} sureness
 * @param {number} rows
 * @param {number} columns
 */
export function paintClasses(canvas, classes, sureness, rows, columns) {
  const [width, height] = [columns * CELL, rows * CELL];
  const isDark = theme() === "dark";
  const plain = classPixels(classes, sureness, isDark ? [40, 44, 49] : [248, 248, 246]);
  // Each cell has two colours: of its ground and of the lines of its hatch.
  const lines = classPixels(classes, sureness, isDark ? [40, 44, 49] : [248, 248, 246], isDark ? [255, 255, 255] : [0, 0, 0]);
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const image = context.createImageData(width, height);
  const pixels = new Uint32Array(image.data.buffer);
  for (let y = 0; y < height; y += LINE) {
    for (let x = 0; x < width; x += LINE) {
      const at = Math.floor(y / CELL) * columns + Math.floor(x / CELL);
      const colour = (HATCHES[classes[at] % HATCHES.length](x, y, EVERY) ? lines : plain)[at];
      for (let row = y; row < y + LINE; row++) pixels.fill(colour, row * width + x, row * width + x + LINE);
    }
  }
  context.putImageData(image, 0, 0);
}

/** Pixels of a value's side, of a hatch's line, and from line to line. */
const [CELL, LINE, EVERY] = [4, 2, 14];

/** @type {((x: number, y: number, every: number) => boolean)[]} */
const HATCHES = [
  () => false,
  (x, y, every) => (x + y) % every < 2,
  (x, y, every) => (x - y + 100 * every) % every < 2,
  (_x, y, every) => y % every < 2,
  (x, _y, every) => x % every < 2,
  (x, y, every) => x % every < 2 && y % every < 2,
  (x, y, every) => x % every < 2 || y % every < 2,
  (x, y, every) => (x + y) % every < 2 || (x - y + 100 * every) % every < 2,
  (x, y, every) => (x + y) % (2 * every) < 2,
  (x, y, every) => x % (every / 2) < 2 && y % (every / 2) < 2,
];

/** Fits a canvas to its shown size at the screen's resolution; gives its context in CSS pixels.
 * @param {HTMLCanvasElement} canvas */
export function fit(canvas) {
  const ratio = window.devicePixelRatio || 1;
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
  }
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return { context, width, height };
}

/**
 * From values to pixels of a box and back; y grows upwards.
 * @param {Domain} domain
 * @param {number} width
 * @param {number} height
 */
export function projection({ x, y }, width, height) {
  return {
    px: (/** @type {number} */ value) => ((value - x[0]) / (x[1] - x[0])) * width,
    py: (/** @type {number} */ value) => height - ((value - y[0]) / (y[1] - y[0])) * height,
    x: (/** @type {number} */ pixel) => x[0] + (pixel / width) * (x[1] - x[0]),
    y: (/** @type {number} */ pixel) => y[0] + ((height - pixel) / height) * (y[1] - y[0]),
  };
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Domain} domain
 * @param {number} width
 * @param {number} height
 */
export function drawAxes(context, domain, width, height) {
  const place = projection(domain, width, height);
  context.save();
  context.font = "11px system-ui, sans-serif";
  context.lineWidth = 1;
  context.strokeStyle = styleColour("--ink-soft");
  context.globalAlpha = 0.5;
  context.beginPath();
  for (const at of ticks(...domain.x, 6)) {
    const px = Math.round(place.px(at)) + 0.5;
    context.moveTo(px, height);
    context.lineTo(px, height - 5);
  }
  for (const at of ticks(...domain.y, 6)) {
    const py = Math.round(place.py(at)) + 0.5;
    context.moveTo(0, py);
    context.lineTo(5, py);
  }
  context.stroke();
  context.globalAlpha = 1;
  context.lineWidth = 3;
  context.strokeStyle = styleColour("--panel");
  context.fillStyle = styleColour("--ink");
  const label = (/** @type {number} */ at, /** @type {number} */ x, /** @type {number} */ y) => {
    const text = String(at).replace("-", "−");
    context.strokeText(text, x, y);
    context.fillText(text, x, y);
  };
  context.textAlign = "center";
  for (const at of ticks(...domain.x, 6)) {
    const px = place.px(at);
    if (px > 14 && px < width - 14) label(at, px, height - 8);
  }
  context.textAlign = "left";
  for (const at of ticks(...domain.y, 6)) {
    const py = place.py(at);
    if (py > 14 && py < height - 20) label(at, 8, py + 4);
  }
  context.restore();
}

/**
 * Draws the points of the data: circles and squares for the two classes (marks of their own for
 * more), coloured by value; test points have a dark outline, wrong ones a ring.
 * @param {CanvasRenderingContext2D} context
 * @param {Points} points
 * @param {{domain: Domain, width: number, height: number, classes: number, size?: number}} options
 *   `classes`: 0 for values to regress on, 2 for signs, more for categories
 */
export function drawPoints(context, points, { domain, width, height, classes, size = 3.4 }) {
  const place = projection(domain, width, height);
  const shown = theme();
  const [light, dark] = [styleColour("--panel"), styleColour("--ink")];
  for (let i = 0; i < points.x.length; i++) {
    const value = points.value[i];
    const [x, y] = [place.px(points.x[i]), place.py(points.y[i])];
    if (x < -size || y < -size || x > width + size || y > height + size) continue;
    const isTest = Boolean(points.isTest?.[i]);
    context.lineWidth = isTest ? 1.6 : 1;
    context.strokeStyle = isTest ? dark : light;
    if (classes > 2) {
      context.fillStyle = CATEGORIES[value % CATEGORIES.length];
      drawMark(context, MARKS[value % MARKS.length], x, y, size);
    } else {
      context.fillStyle = css(signed(value, shown));
      drawMark(context, classes === 2 && value < 0 ? "square" : "circle", x, y, size);
    }
    if (points.wrong?.[i]) {
      context.strokeStyle = styleColour("--bad");
      context.lineWidth = 1.5;
      context.beginPath();
      context.arc(x, y, size + 3, 0, 2 * Math.PI);
      context.stroke();
    }
  }
}

/**
 * Draws level lines of a map of bytes over a box.
 * @param {CanvasRenderingContext2D} context
 * @param {ArrayLike<number>} bytes
 * @param {number} rows
 * @param {number} columns
 * @param {number[]} levels
 * @param {number} width
 * @param {number} height
 */
export function drawLevels(context, bytes, rows, columns, levels, width, height) {
  context.save();
  context.strokeStyle = styleColour("--ink");
  const [sx, sy] = [width / columns, height / rows];
  for (const level of levels) {
    context.lineWidth = level === 127.5 ? 1.8 : 0.7;
    context.globalAlpha = level === 127.5 ? 0.9 : 0.5;
    context.beginPath();
    for (const [x1, y1, x2, y2] of levelLine(bytes, rows, columns, level)) {
      context.moveTo((x1 + 0.5) * sx, (y1 + 0.5) * sy);
      context.lineTo((x2 + 0.5) * sx, (y2 + 0.5) * sy);
    }
    context.stroke();
  }
  context.restore();
}
