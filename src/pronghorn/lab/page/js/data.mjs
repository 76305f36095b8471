// The data: which set, its noise and split, points drawn and erased by hand, the user's own table,
// and the inputs made of it.

import { el, rebuild, saveAs } from "./dom.mjs";
import { numberField, rangeField, segmentField } from "./fields.mjs";
import { drawPoints, pictureOf } from "./heatmap.mjs";
import { count, title } from "./numbers.mjs";
import { part } from "./parts.mjs";
import { icon, onTheme } from "./shell.mjs";
import { openUpload } from "./upload.mjs";
import { pointsOf } from "./output.mjs";

/** @typedef {import("./lab.mjs").Lab} Lab */

const TASKS = { binary: "Two classes", multiclass: "Several classes", regression: "Values" };

/**
 * @param {HTMLElement} host
 * @param {Lab} lab
 */
export function mountData(host, lab) {
  const sets = el("div", { class: "stack" });
  const change = (/** @type {(data: any) => void} */ edit) => lab.configure((config) => edit(config.data));
  const noise = rangeField("Noise", { min: 0, max: 50, step: 5, say: (value) => `${value}\u202f%` }, (value) => change((data) => (data.noise = value)));
  const split = rangeField("Training", { min: 10, max: 90, step: 10, say: (value) => `${value}\u202f%` },
    (value) => change((data) => (data.split = value)));
  const classes = rangeField("Classes", { min: 2, max: 10, step: 1, say: String }, (value) => change((data) => (data.classes = value)));
  const size = numberField("Points (or usual)", { min: 10, max: lab.about?.limits?.points ?? 5000, isWhole: true, isOptional: true },
    (value) => change((data) => (data.size = value)));
  const formula = el("input", { type: "text", spellcheck: "false", autocomplete: "off", "aria-label": "f(x)",
    onchange: () => change((data) => (data.function = formula.value)) });
  const formulaField = el("div", { class: "field" }, el("span", { class: "label" }, "f(x), a formula in x"), formula);
  const words = el("p", { class: "small soft", role: "status" });
  host.append(
    el("header", {}, el("h2", { id: "data-heading" }, "Data"),
      part("regenerate", el("button", { type: "button", class: "small", onclick: () => lab.change("regenerate") }, icon("seed"), "Other points"))),
    part("sets", sets),
    el("div", { class: "pair" }, part("noise", noise.root), part("split", split.root), part("sets", classes.root), part("size", size.root)),
    part("sets", formulaField), words, part("draw", makePencil(lab)),
    el("div", { class: "row" },
      part("table", el("button", { type: "button", class: "small", onclick: () => openUpload(lab) }, "Own table (CSV) …")),
      part("download", el("button", { type: "button", class: "small quiet", onclick: () => download(lab) }, icon("save"), "Download"))),
  );
  onTheme(() => {
    sets.dataset.key = "";
    drawSets(sets, lab);
  });
  lab.store.watch(["state"], () => {
    const { state } = lab.store;
    if (!state || !lab.about) return;
    const { data } = lab.config;
    drawSets(sets, lab);
    const entry = lab.about.datasets.find((/** @type {any} */ one) => one.name === data.name) ?? {};
    const needs = entry.needs ?? [];
    noise.input.max = String(Math.max(50, data.noise));
    noise.set(data.noise);
    split.set(data.split);
    size.set(data.size);
    classes.set(data.classes);
    classes.root.hidden = !needs.includes("classes");
    formulaField.hidden = !needs.includes("function");
    noise.root.hidden = size.root.hidden = isTable(entry);
    split.root.hidden = Boolean(entry.is_image);
    if (document.activeElement !== formula) formula.value = data.function ?? "";
    const notes = (state.notes ?? []).join(" ");
    const own = data.name === "upload" ? "Your own table. " : "";
    words.textContent = `${own}${count(state.train_rows)} rows train, ${count(state.test_rows)} test. ${notes}`;
  });
}

/** Whether the rows come from a file or the library, not from a formula. @param {any} entry */
const isTable = (entry) => Boolean(entry.is_image) || entry.name === "upload";

/** @param {Lab} lab */
async function download(lab) {
  const file = await lab.call("download", { part: "all" });
  if (file) saveAs(file.name, file.text, "text/csv");
}

/**
 * The sets by their task, as a radio group of tiles.
 * @param {HTMLElement} host
 * @param {Lab} lab
 */
function drawSets(host, lab) {
  const chosen = lab.config.data.name;
  const sets = lab.about.datasets;
  const key = sets.map((/** @type {any} */ one) => one.name).join();
  rebuild(host, key, () => Object.entries(TASKS).map(([task, heading]) => el("fieldset", { class: "sets" }, el("legend", {}, heading),
    el("div", { class: "tiles" }, ...sets.filter((/** @type {any} */ one) => one.task === task).map((/** @type {any} */ one) => {
      const input = el("input", { type: "radio", name: "dataset", value: one.name, class: "visually-hidden", onchange: () =>
        lab.configure((config) => {
          Object.assign(config.data, { name: one.name, points: [], erased: [], function: null });
          // Other coordinates: the inputs begin with all of them.
          if (one.columns !== lab.store.state.columns.length) config.features = [];
        }) });
      return el("label", { class: "set", title: one.title }, input, thumbnail(one), el("span", {}, one.title ?? title(one.name)));
    })))));
  for (const input of host.querySelectorAll("input")) input.checked = input.value === chosen;
}

/** A picture of a set, of the few rows that come with its name. @param {any} entry */
function thumbnail(entry) {
  if (!entry.sample) return entry.picture ? el("span", { class: "size", "aria-hidden": "true" }, entry.picture.slice(0, 2).join("×")) : null;
  const canvas = el("canvas", { width: 80, height: 80 });
  const context = canvas.getContext("2d");
  const classes = entry.task === "binary" ? 2 : entry.task === "multiclass" ? 10 : 0;
  const points = pointsOf(entry.sample, entry.columns === 1 ? 0 : classes, false);
  drawPoints(context, points, { domain: { x: [-6, 6], y: entry.columns === 1 ? [-1.6, 1.6] : [-6, 6] }, width: 80, height: 80, classes, size: 3 });
  return pictureOf(canvas);
}

/** Drawing and erasing points on the large map. @param {Lab} lab */
function makePencil(lab) {
  const tools = segmentField("Pointer on the map", [
    { value: "look", text: "Look" }, { value: "draw", text: "Draw" }, { value: "erase", text: "Erase" },
  ], (tool) => lab.store.look({ tool }));
  const labels = el("select", { class: "small", "aria-label": "Class of drawn points", onchange: () =>
    lab.store.look({ drawLabel: Number(labels.value) }) });
  const clear = el("button", { type: "button", class: "small quiet", onclick: () => lab.change("points", { clear: true }) }, "Forget drawn");
  const root = el("div", { class: "row pencil" }, el("span", { class: "small soft" }, "Points"), tools.root, labels, clear);
  lab.store.watch(["view", "state"], () => {
    const { view, state } = lab.store;
    if (!state) return;
    const entry = lab.about?.datasets.find((/** @type {any} */ one) => one.name === state.config.data.name) ?? {};
    root.hidden = isTable(entry) || (state.columns ?? []).length !== 2;
    tools.set(view.tool);
    const names = state.classes.length ? state.classes : [0, 1];
    const isClass = state.task !== "regression";
    rebuild(labels, JSON.stringify([names, isClass]), () => (isClass ? names.map((/** @type {any} */ name, /** @type {number} */ i) =>
      el("option", { value: String(i) }, `class ${name}`)) : [1, 0.5, 0, -0.5, -1].map((value) => el("option", { value: String(value) }, `value ${value}`))));
    labels.hidden = view.tool !== "draw";
    clear.hidden = !(state.config.data.points.length || state.config.data.erased.length);
    if (labels.value !== String(view.drawLabel)) labels.value = String(view.drawLabel);
  });
  return root;
}

/**
 * Lets the pointer and the keyboard draw and erase on the map: a cross moves by arrow keys, Enter
 * draws, Delete erases.
 * @param {import("./output.mjs").OutputView} output
 * @param {Lab} lab
 */
export function mountPencil(output, lab) {
  const { over, frameBox } = output;
  const cross = el("div", { class: "cross", hidden: true, "aria-hidden": "true" });
  frameBox.append(cross);
  let at = { x: 0, y: 0 };
  let isDown = false;
  /** @type {number[][]} */
  let fresh = [];
  let isSending = false;
  const send = async () => {
    if (isSending || fresh.length === 0) return;
    isSending = true;
    const add = fresh;
    fresh = [];
    await lab.change("points", { add });
    isSending = false;
    send();
  };
  const act = (/** @type {number} */ x, /** @type {number} */ y, /** @type {string} */ tool) => {
    if (tool === "draw") {
      fresh.push([x, y, lab.store.view.drawLabel]);
      send();
    } else if (tool === "erase") {
      lab.change("points", { erase: { x1: x, x2: y, radius: 0.4 } });
    }
  };
  const place = (/** @type {PointerEvent} */ event) => {
    const domain = output.domain();
    if (!domain) return null;
    return {
      x: domain.x[0] + (event.offsetX / over.clientWidth) * (domain.x[1] - domain.x[0]),
      y: domain.y[1] - (event.offsetY / over.clientHeight) * (domain.y[1] - domain.y[0]),
    };
  };
  let last = { x: Infinity, y: Infinity };
  const usePointer = (/** @type {PointerEvent} */ event) => {
    const here = place(event);
    if (!here || Math.hypot(here.x - last.x, here.y - last.y) < 0.25) return;
    last = here;
    act(here.x, here.y, lab.store.view.tool);
  };
  over.addEventListener("pointerdown", (/** @type {PointerEvent} */ event) => {
    if (lab.store.view.tool === "look") return;
    isDown = true;
    over.setPointerCapture(event.pointerId);
    last = { x: Infinity, y: Infinity };
    usePointer(event);
  });
  over.addEventListener("pointermove", (/** @type {PointerEvent} */ event) => isDown && usePointer(event));
  over.addEventListener("pointerup", () => (isDown = false));
  const showCross = () => {
    const domain = output.domain();
    if (!domain) return;
    cross.style.left = `${((at.x - domain.x[0]) / (domain.x[1] - domain.x[0])) * 100}%`;
    cross.style.top = `${((domain.y[1] - at.y) / (domain.y[1] - domain.y[0])) * 100}%`;
    output.readAt((parseFloat(cross.style.left) / 100) * over.clientWidth, (parseFloat(cross.style.top) / 100) * over.clientHeight);
  };
  over.addEventListener("focus", () => {
    cross.hidden = !over.matches(":focus-visible");
    showCross();
  });
  over.addEventListener("blur", () => (cross.hidden = true));
  over.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    const domain = output.domain();
    if (!domain) return;
    const step = (event.shiftKey ? 0.1 : 0.02) * (domain.x[1] - domain.x[0]);
    /** @type {Record<string, [number, number]>} */
    const moves = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, step], ArrowDown: [0, -step] };
    if (event.key in moves) {
      const [dx, dy] = moves[event.key];
      at = { x: Math.min(domain.x[1], Math.max(domain.x[0], at.x + dx)), y: Math.min(domain.y[1], Math.max(domain.y[0], at.y + dy)) };
    } else if (event.key === "Enter") act(at.x, at.y, "draw");
    else if (event.key === "Delete" || event.key === "Backspace") act(at.x, at.y, "erase");
    else return;
    event.preventDefault();
    cross.hidden = false;
    showCross();
  });
  lab.store.watch(["view"], () => {
    over.classList.toggle("pencil", lab.store.view.tool !== "look");
  });
}

/**
 * The inputs of the network as toggles, and a field for a formula of the user's.
 * @param {HTMLElement} host
 * @param {Lab} lab
 */
export function mountFeatures(host, lab) {
  const toggles = el("div", { class: "row chips", role: "group", "aria-label": "Inputs of the network" });
  const formula = el("input", { type: "text", class: "small", placeholder: "own: exp(-x1^2)", "aria-label": "Further input: a formula in x1 and x2",
    spellcheck: "false", autocomplete: "off", onchange: () => {
      const text = formula.value.trim();
      if (text) lab.configure((config) => config.features.push(text));
      formula.value = "";
    } });
  host.append(toggles, formula);
  lab.store.watch(["state"], () => {
    const { state } = lab.store;
    if (!state || !lab.about) return;
    const entry = lab.about.datasets.find((/** @type {any} */ one) => one.name === state.config.data.name) ?? {};
    host.hidden = isTable(entry);
    const { features } = lab.config;
    const all = [...new Set([...lab.about.features, ...features])];
    const usable = state.columns?.length === 1 ? all.filter((text) => !text.includes("x2")) : all;
    rebuild(toggles, JSON.stringify([usable, features]), () => usable.map((text) => el("button", { type: "button", class: "small chip",
      "aria-pressed": String(features.includes(text)), onclick: () => lab.configure((config) => {
        const isOn = config.features.includes(text);
        if (isOn && config.features.length === 1) return;
        config.features = isOn ? config.features.filter((/** @type {string} */ one) => one !== text)
          : all.filter((one) => one === text || config.features.includes(one));
      }) }, pretty(text))));
  });
}

/** x1^2 as x₁². @param {string} text */
export const pretty = (text) =>
  text.replaceAll("x1", "x₁").replaceAll("x2", "x₂").replaceAll("^2", "²").replaceAll("*", "·");
