// Pictures: a few of the data with what they are taken for, the first layer's weights as images,
// and a field to draw a digit in.

import { el, rebuild } from "./dom.mjs";
import { layerName } from "./diagnostics.mjs";
import { paintBytes } from "./heatmap.mjs";
import { percent } from "./numbers.mjs";
import { signedTable, table, theme } from "./palette.mjs";
import { onTheme } from "./shell.mjs";

/** @typedef {import("./lab.mjs").Lab} Lab */

const EVERY = 400;
const GREYS = table((byte) => [byte, byte, byte]);

/**
 * @param {HTMLElement} host
 * @param {Lab} lab
 */
export function mountImages(host, lab) {
  const words = el("p", { class: "soft" });
  const samples = el("div", { class: "pictures" });
  const filters = el("div", { class: "pictures" });
  const draw = makeDrawing(lab);
  const shown = el("div", { class: "stack" }, el("h3", {}, "Some of the pictures"), samples,
    el("h3", {}, `Weights of ${layerName(0, 2)} as images: orange below, blue above zero`), filters, el("h3", {}, "Draw one"), draw.root);
  host.append(words, shown);
  let readAt = 0;
  lab.connection.on("frame", (frame) => frame.kind === 5 && drawFilters(filters, frame));
  onTheme(() => lab.store.set("state", lab.store.state));

  function show() {
    const { state } = lab.store;
    if (!state || host.hidden) return;
    const shape = state.picture;
    const isImage = Boolean(lab.about?.datasets.find((/** @type {any} */ one) => one.name === state.config.data.name)?.is_image);
    shown.hidden = !isImage;
    words.hidden = isImage;
    words.textContent = "These data are no pictures. Choose digits or Fashion-MNIST in the panel Data.";
    if (!isImage) return;
    drawSamples(samples, lab.data, state);
    if (shape) draw.setShape(shape);
    if (performance.now() - readAt > EVERY) {
      readAt = performance.now();
      lab.call("filters");
    }
  }
  lab.store.watch(["state", "frame"], show);
  return show;
}

/** @param {HTMLElement} host @param {any} data @param {any} state */
function drawSamples(host, data, state) {
  const pictures = data?.images;
  if (!pictures) return;
  const [rows, columns] = state.picture;
  rebuild(host, JSON.stringify([state.config.data, pictures.labels]), () => pictures.samples.map((/** @type {number[]} */ pixels, /** @type {number} */ i) => {
    const name = String(state.classes[pictures.labels[i]]);
    const canvas = el("canvas", { role: "img", "aria-label": `a picture of ${name}` });
    paintBytes(canvas, pixels.map((value) => Math.round((255 * value) / pictures.highest)), rows, columns, GREYS);
    return el("figure", {}, canvas, el("figcaption", {}, name));
  }));
}

/** @param {HTMLElement} host @param {import("./frames.mjs").Frame} frame */
function drawFilters(host, frame) {
  const array = Object.values(frame.arrays)[0];
  if (!array) return;
  const [count, rows, columns] = array.shape;
  rebuild(host, String(count), () => Array.from({ length: count }, (_, i) => el("figure", {},
    el("canvas", { role: "img", "aria-label": `weights of neuron ${i + 1}` }), el("figcaption", {}, String(i + 1)))));
  const colours = signedTable(theme());
  [...host.children].forEach((figure, i) =>
    paintBytes(/** @type {any} */ (figure.firstElementChild), array.data.subarray(i * rows * columns, (i + 1) * rows * columns), rows, columns, colours));
}

/** A field of pixels to draw in; what it is taken for follows the pen. @param {Lab} lab */
function makeDrawing(lab) {
  let [rows, columns] = [8, 8];
  let pixels = new Float32Array(rows * columns);
  let pen = { row: 4, column: 4 };
  let isDown = false;
  let isAsking = false;
  let isStale = false;
  const canvas = el("canvas", { class: "drawing", tabindex: "0", role: "img",
    "aria-label": "Drawing field: arrow keys move the pen, Space draws, Delete clears" });
  const answer = el("div", { class: "bars", role: "status" });
  const clear = () => {
    pixels.fill(0);
    paint();
  };
  const root = el("div", { class: "row top" }, el("div", { class: "stack" }, canvas, el("button", { type: "button", class: "small", onclick: clear }, "Clear")), answer);

  function paint() {
    const bytes = Uint8Array.from(pixels, (value) => Math.round(255 * value));
    if (document.activeElement === canvas) bytes[pen.row * columns + pen.column] = Math.max(90, bytes[pen.row * columns + pen.column]);
    paintBytes(canvas, bytes, rows, columns, GREYS);
    ask();
  }

  async function ask() {
    isStale = true;
    if (isAsking || pixels.every((value) => value === 0)) return;
    isAsking = true;
    isStale = false;
    const found = await lab.call("predict", { values: [...pixels].map((value) => value * (lab.data?.images?.highest ?? 255)) });
    isAsking = false;
    if (found) showAnswer(answer, found, lab.store.state.classes);
    if (isStale) ask();
  }

  /** A soft dot around a place, in pixels. @param {number} x @param {number} y */
  function dot(x, y) {
    const reach = Math.max(0.75, columns / 18);
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const far = Math.hypot(column + 0.5 - x, row + 0.5 - y) / reach;
        const ink = Math.max(0, Math.min(1, 1.6 - far));
        pixels[row * columns + column] = Math.max(pixels[row * columns + column], ink);
      }
    }
    paint();
  }
  const at = (/** @type {PointerEvent} */ event) => dot((event.offsetX / canvas.clientWidth) * columns, (event.offsetY / canvas.clientHeight) * rows);
  canvas.addEventListener("pointerdown", (/** @type {PointerEvent} */ event) => {
    isDown = true;
    canvas.setPointerCapture(event.pointerId);
    at(event);
  });
  canvas.addEventListener("pointermove", (/** @type {PointerEvent} */ event) => isDown && at(event));
  canvas.addEventListener("pointerup", () => (isDown = false));
  canvas.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    /** @type {Record<string, [number, number]>} */
    const moves = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
    if (event.key in moves) {
      pen = { row: Math.min(rows - 1, Math.max(0, pen.row + moves[event.key][0])), column: Math.min(columns - 1, Math.max(0, pen.column + moves[event.key][1])) };
      paint();
    } else if (event.key === " ") dot(pen.column + 0.5, pen.row + 0.5);
    else if (event.key === "Delete") clear();
    else return;
    event.preventDefault();
  });
  return { root, setShape: (/** @type {number[]} */ shape) => {
    if (shape[0] === rows && shape[1] === columns && canvas.dataset.ready) return;
    canvas.dataset.ready = "yes";
    [rows, columns] = shape;
    pixels = new Float32Array(rows * columns);
    pen = { row: Math.floor(rows / 2), column: Math.floor(columns / 2) };
    paint();
  } };
}

/** @param {HTMLElement} host @param {any} found @param {any[]} labels */
function showAnswer(host, found, labels) {
  const outputs = Array.isArray(found.outputs[0]) ? found.outputs[0] : found.outputs;
  const best = outputs.indexOf(Math.max(...outputs));
  host.replaceChildren(...outputs.map((/** @type {number} */ value, /** @type {number} */ i) => {
    const bar = el("span", { class: "bar" });
    bar.style.width = `${Math.max(0, Math.min(1, value)) * 100}%`;
    return el("div", { class: i === best ? "best" : "" }, el("span", {}, String(labels[i] ?? i)), el("span", { class: "track" }, bar), el("span", {}, percent(value)));
  }));
}
