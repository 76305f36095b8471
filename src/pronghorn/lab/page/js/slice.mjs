// The loss around the present weights, along one or two directions.

import { Chart } from "./chart.mjs";
import { el } from "./dom.mjs";
import { numberField, selectField } from "./fields.mjs";
import { barOf, drawAxes, drawLevels, fit, paintBytes, projection } from "./heatmap.mjs";
import { percent, show } from "./numbers.mjs";
import { heightTable, styleColour } from "./palette.mjs";
import { note, onTheme } from "./shell.mjs";
import { packPlan } from "../race/plan.mjs";

/** @typedef {import("./lab.mjs").Lab} Lab */

const KINDS = [
  { value: "random", text: "Random, filter-normalized" }, { value: "path", text: "Main directions of the path" },
  { value: "gradient", text: "Gradient and random" }, { value: "runs", text: "To a pinned run" },
];
const LEVELS = [16, 32, 48, 64, 96, 128, 160, 192, 224];

/**
 * Losses as bytes, on a logarithmic scale: the low parts show.
 * @param {ArrayLike<number | null>} losses
 */
export function heightBytes(losses) {
  const finite = Array.from(losses).filter((value) => value !== null && Number.isFinite(value)).map(Number);
  const low = Math.min(...finite);
  const high = Math.max(...finite);
  const reach = Math.log1p(Math.max(high - low, 1e-12) / Math.max(low, 1e-3));
  return Uint8Array.from(losses, (value) => value === null || !Number.isFinite(value) ? 255
    : Math.round((255 * Math.log1p((Number(value) - low) / Math.max(low, 1e-3))) / reach));
}

/**
 * @param {HTMLElement} host
 * @param {Lab} lab
 */
export function mountSlice(host, lab) {
  const wish = { kind: "random", dimensions: 2, reach: 1, points: 31, seed: 0, run: null };
  const kind = selectField("Directions", KINDS, (value) => (wish.kind = value));
  const dimensions = selectField("Dimensions", [{ value: "2", text: "Two" }, { value: "1", text: "One" }], (value) => (wish.dimensions = Number(value)));
  const reach = numberField("Reach", { min: 0.001, max: 100, places: [0.25, 0.5, 1, 2, 5] }, (value) => (wish.reach = value ?? 1));
  const points = numberField("Points a side", { min: 5, max: 101, isWhole: true, places: [21, 31, 51] }, (value) => (wish.points = value ?? 31));
  const seed = numberField("Seed", { min: 0, max: 2 ** 31 - 1, isWhole: true }, (value) => (wish.seed = value ?? 0));
  const run = selectField("Pinned run", [], (value) => (wish.run = /** @type {any} */ (value === "" ? null : Number(value))));
  kind.set(wish.kind);
  dimensions.set("2");
  reach.set(1);
  points.set(31);
  seed.set(0);
  const place = el("div", { class: "grow" });
  const words = el("p", { class: "small soft", role: "status" }, "The loss of the training rows at the weights w + a·d1 + b·d2.");
  const go = el("button", { type: "button", class: "primary", onclick: compute }, "Compute");
  const race = el("button", { type: "button", onclick: () => raceHere(lab) }, "Race optimizers on this network's loss",
    el("span", { class: "visually-hidden" }, " (in a new tab)"), el("span", { "aria-hidden": "true" }, " ↗"));
  host.append(el("div", { class: "fields" }, kind.root, dimensions.root, reach.root, points.root, seed.root, run.root),
    el("div", { class: "row" }, go, race, words), place);
  /** @type {any} */
  let found = null;
  /** @type {import("./frames.mjs").Frame | null} */
  let frame = null;
  lab.connection.on("frame", (one) => {
    if (one.kind === 4) {
      frame = one;
      draw();
    }
  });
  onTheme(draw);

  async function compute() {
    go.disabled = true;
    words.textContent = "Computing …";
    const wanted = { ...wish };
    if (wanted.kind !== "runs") wanted.run = null;
    found = await lab.call("slice", wanted);
    go.disabled = false;
    words.textContent = found ? describe(found) : "";
    draw();
  }

  function draw() {
    if (host.hidden) return;
    // Something is to be seen at once; from then on the button says when.
    if (!found && !go.disabled && lab.store.state && !lab.store.state.is_playing) compute();
    if (!found) return;
    if (found.dimensions === 1 || wish.dimensions === 1) drawLine(place, found);
    else drawPlane(place, found, frame);
  }

  lab.store.watch(["state"], () => {
    const runs = lab.store.state?.runs ?? [];
    run.setOptions([{ value: "", text: runs.length ? "Choose" : "None pinned yet" }, ...runs.map((/** @type {any} */ one) => ({ value: String(one.run ?? one.id), text: one.name }))]);
  });
  return draw;
}

/**
 * Opens the race on the plane that lies closest to the way of this network's weights: its training
 * is run again there, from the same first weights.
 * @param {Lab} lab
 */
async function raceHere(lab) {
  if (lab.config.data.name === "upload") {
    note("The race page trains the network again, and a table of your own cannot be sent to it. The panel Runs races on it.", "warn");
    return;
  }
  const link = await lab.call("link");
  if (!link) return;
  const epochs = Math.round(lab.store.state.epoch);
  const surface = { name: "network", experiment: link.hash, epochs: epochs >= 2 ? Math.min(epochs, MOST_EPOCHS) : null };
  window.open(`/race${packPlan({ surface, mode: "tuned", steps: 60 })}`, "_blank", "noopener");
}

/** Of the race page's training. */
const MOST_EPOCHS = 200;

/** @param {any} found */
function describe(found) {
  const parts = [`Loss over ${found.rows ?? found.sampled ?? "all"} rows`];
  if (found.explained) parts.push(`the directions hold ${found.explained.map((/** @type {number} */ share) => percent(share)).join(" and ")} of the path's variance`);
  if (found.lowest !== undefined) parts.push(`lowest ${show(found.lowest, 4)}`);
  return `${parts.join("; ")}.`;
}

/** @param {HTMLElement} host @param {any} found */
function drawLine(host, found) {
  const place = el("div", {});
  host.replaceChildren(place);
  const chart = new Chart(place, { title: "Loss along the direction", xLabel: "a", yLabel: "loss", smoothing: false, height: 280, series: [
    { name: "loss", label: "loss", colour: "--train", dash: [] }] });
  chart.setData(found.x ?? found.alphas, [found.losses]);
  chart.setMarks([{ step: 0, label: "the weights now" }]);
}

/**
 * @param {HTMLElement} host
 * @param {any} found
 * @param {import("./frames.mjs").Frame | null} frame
 */
function drawPlane(host, found, frame) {
  const array = frame?.arrays.losses ?? frame?.arrays.loss;
  const rows = array ? array.shape[0] : found.losses?.length;
  if (!rows) return;
  const columns = array ? array.shape[1] : found.losses[0].length;
  const losses = array ? array.data : found.losses.flat();
  const a = found.x ?? found.alphas;
  const b = found.y ?? found.betas ?? a;
  // Row 0 of the answer is the smallest b; a map has the largest on top.
  const flipped = Array.from({ length: rows * columns }, (_, i) => losses[(rows - 1 - Math.floor(i / columns)) * columns + (i % columns)]);
  const bytes = heightBytes(flipped);
  const path = found.path ?? [];
  const map = el("canvas", { class: "map" });
  const over = el("canvas", { class: "over", role: "application", tabindex: "0",
    "aria-label": "Map of the loss around the present weights, with level lines. Arrow keys read it" });
  const readout = el("output", { class: "readout small" });
  const finite = Array.from(losses).filter((value) => value !== null && Number.isFinite(value)).map(Number);
  host.replaceChildren(el("div", { class: "row top" }, el("div", { class: "mapbox wide" }, map, over), el("div", { class: "stack" },
    el("div", { class: "legend small" }, el("span", {}, show(Math.min(...finite), 3)), barOf(heightTable()), el("span", {}, show(Math.max(...finite), 3))),
    el("p", { class: "small soft" }, "The ring is the network now", path.length > 1 && ", the red line the way it came", ". Colours and level lines are on a logarithmic scale."),
    readout)));
  paintBytes(map, bytes, rows, columns, heightTable());
  const { context, width, height } = fit(over);
  drawLevels(context, bytes, rows, columns, LEVELS, width, height);
  /** @type {import("./heatmap.mjs").Domain} */
  const domain = { x: [a[0], a.at(-1)], y: [b[0], b.at(-1)] };
  const place = projection(domain, width, height);
  drawAxes(context, domain, width, height);
  for (const [colour, size] of [["--panel", 4], ["--bad", 2]]) {
    context.strokeStyle = styleColour(String(colour));
    context.lineWidth = Number(size);
    context.beginPath();
    path.forEach((/** @type {number[]} */ [x, y]) => context.lineTo(place.px(x), place.py(y)));
    context.stroke();
  }
  context.fillStyle = styleColour("--panel");
  context.strokeStyle = styleColour("--ink");
  context.lineWidth = 2;
  context.beginPath();
  context.arc(place.px(0), place.py(0), 5, 0, 2 * Math.PI);
  context.fill();
  context.stroke();
  const read = (/** @type {number} */ row, /** @type {number} */ column) => {
    readout.textContent = `a ${show(a[column], 3)}, b ${show(b[rows - 1 - row], 3)}: loss ${show(flipped[row * columns + column], 4)}`;
  };
  over.addEventListener("pointermove", (/** @type {PointerEvent} */ event) =>
    read(Math.min(rows - 1, Math.floor((event.offsetY / height) * rows)), Math.min(columns - 1, Math.floor((event.offsetX / width) * columns))));
  // By keys: a cross that begins where the network is.
  const cross = el("div", { class: "cross", hidden: true, "aria-hidden": "true" });
  over.after(cross);
  let at = [Math.floor(rows / 2), Math.floor(columns / 2)];
  over.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    const by = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (!by) return;
    event.preventDefault();
    at = [Math.min(Math.max(at[0] + by[0], 0), rows - 1), Math.min(Math.max(at[1] + by[1], 0), columns - 1)];
    cross.hidden = false;
    cross.style.left = `${(100 * (at[1] + 0.5)) / columns}%`;
    cross.style.top = `${(100 * (at[0] + 0.5)) / rows}%`;
    read(at[0], at[1]);
  });
  over.addEventListener("blur", () => (cross.hidden = true));
}
