// Runs beside each other: pin one, compare settings, curves and maps, sweep a setting, race
// optimizers on the same network.

import { Chart } from "./chart.mjs";
import { el } from "./dom.mjs";
import { numberField, selectField, textField } from "./fields.mjs";
import { paintBytes, paintClasses } from "./heatmap.mjs";
import { parse, show, title } from "./numbers.mjs";
import { DASHES, category, signedTable, theme } from "./palette.mjs";
import { note } from "./shell.mjs";

/** @typedef {import("./lab.mjs").Lab} Lab */

/**
 * Where two configs differ, as "path: there" texts.
 * @param {any} here
 * @param {any} there
 * @param {string} [path]
 * @returns {string[]}
 */
export function differences(here, there, path = "") {
  if (JSON.stringify(here) === JSON.stringify(there)) return [];
  const isBranch = (/** @type {any} */ value) => value !== null && typeof value === "object";
  if (!isBranch(here) || !isBranch(there) || Array.isArray(here) !== Array.isArray(there)) {
    return [`${path.replaceAll("_", " ")}: ${isBranch(there) ? JSON.stringify(there) : there ?? "none"}`];
  }
  return [...new Set([...Object.keys(here), ...Object.keys(there)])].flatMap((key) =>
    differences(here[key], there[key], path ? `${path}.${key}` : key));
}

/**
 * @param {HTMLElement} host
 * @param {Lab} lab
 */
export function mountRuns(host, lab) {
  const table = el("div", { class: "scroll" });
  const maps = el("div", { class: "pictures large" });
  const chartPlace = el("div", {});
  let name = "";
  const label = textField("Name of the run", (text) => (name = text));
  const pin = el("button", { type: "button", class: "primary", onclick: async () => {
    await lab.call("pin", { name: name || `run ${(lab.store.state.runs?.length ?? 0) + 1}` });
    read();
  } }, "Pin the present run");
  host.append(el("div", { class: "row bottom" }, label.root, pin), table, chartPlace, maps, el("h3", {}, "Sweep one setting"), sweepForm(lab, read),
    el("h3", {}, "Race optimizers on this network"), raceForm(lab));
  const chart = new Chart(chartPlace, { title: "Test loss of the runs", xLabel: "step", yLabel: "loss", height: 220, series: [] });
  lab.connection.on("frame", (frame) => {
    if (frame.kind === 6) drawMap(maps, frame);
  });

  async function read() {
    if (host.hidden || !lab.store.state) return;
    const found = await lab.call("runs");
    if (!found) return;
    const runs = found.runs ?? found;
    table.replaceChildren(runs.length === 0 ? el("p", { class: "soft" }, "None pinned yet. A pinned run keeps its settings, weights and curves; what you train next stands beside it.")
      : tableOf(runs, lab, read));
    drawCurves(chart, runs);
    maps.replaceChildren();
    for (const run of runs) if (run.run !== undefined) await lab.call("compare", { run: run.run });
  }
  return read;
}

/** @param {any[]} runs @param {Lab} lab @param {() => void} read */
function tableOf(runs, lab, read) {
  return el("table", {}, el("caption", {}, "Pinned runs, and what differs from the present settings"), el("thead", {}, el("tr", {},
    ...["Run", "Epoch", "Train loss", "Test loss", "Metric", "ms an epoch", "Differs in", ""].map((text, i) =>
      el("th", { scope: "col", class: i === 6 ? "left" : null }, text)))),
  el("tbody", {}, ...runs.map((run) => el("tr", {}, el("th", { scope: "row" }, run.name), el("td", {}, show(run.epoch, 4)),
    el("td", {}, show(run.train_loss, 3)), el("td", {}, show(run.test_loss, 3)), el("td", {}, show(run.test_metric ?? run.metric, 3)),
    el("td", {}, run.seconds_per_epoch === undefined ? "–" : show(1000 * run.seconds_per_epoch, 3)),
    el("td", { class: "left small" }, run.config ? differences(lab.config, run.config).join("; ") || "nothing" : (run.differences ?? []).join("; ")),
    el("td", {}, el("button", { type: "button", class: "small quiet", "aria-label": `Unpin ${run.name}`, onclick: async () => {
      await lab.call("unpin", { run: run.run });
      read();
    } }, "Unpin"))))));
}

/** @param {Chart} chart @param {any[]} runs */
function drawCurves(chart, runs) {
  const withCurves = runs.filter((run) => run.curve?.length);
  const steps = [...new Set(withCurves.flatMap((run) => run.curve.map((/** @type {number[]} */ point) => point[0])))].sort((a, b) => a - b);
  chart.setSeries(withCurves.map((run, i) => ({ name: run.name, label: run.name, colour: category(i), dash: DASHES[i % DASHES.length], spanGaps: true })));
  chart.setData(steps, withCurves.map((run) => {
    const at = new Map(run.curve.map((/** @type {number[]} */ point) => [point[0], point[1]]));
    return steps.map((step) => at.get(step) ?? null);
  }));
  chart.root.hidden = withCurves.length === 0;
}

/** @param {HTMLElement} host @param {import("./frames.mjs").Frame} frame */
function drawMap(host, frame) {
  const { map, confidence } = frame.arrays;
  if (!map) return;
  const key = `run-${frame.kind}-${frame.run}`;
  let figure = [...host.children].find((one) => /** @type {HTMLElement} */ (one).dataset.key === key);
  if (!figure) {
    figure = /** @type {Element} */ (el("figure", { "data-key": key }, el("canvas", { role: "img", "aria-label": `Map of ${frame.scalars.name ?? frame.run}` }),
      el("figcaption", {}, String(frame.scalars.name ?? `run ${frame.run}`))));
    host.append(figure);
  }
  const canvas = /** @type {HTMLCanvasElement} */ (figure.firstElementChild);
  if (frame.scalars.map_kind === "classes") paintClasses(canvas, map.data, confidence?.data ?? null, map.shape[0], map.shape[1]);
  else paintBytes(canvas, map.data, map.shape[0], map.shape[1], signedTable(theme()));
}

/** @param {Lab} lab @param {() => void} read */
function sweepForm(lab, read) {
  let field = "learning_rate";
  let values = "0.003 0.01 0.03 0.1";
  const what = selectField("Setting", ["learning_rate", "batch_size", "seed", "regularizer_rate", "noise", "units"], (value) => (field = value));
  const list = textField("Values, spaces between", (text) => (values = text));
  list.set(values);
  return el("div", { class: "row bottom" }, what.root, list.root, el("button", { type: "button", onclick: async () => {
    const words = values.split(/\s+/).filter(Boolean);
    const numbers = words.map(parse);
    const wrong = words.filter((_, i) => numbers[i] === null);
    if (wrong.length) {
      note(`sweep: expected numbers, received ${wrong.join(", ")}.`, "bad");
      return;
    }
    if (await lab.call("sweep", { field, values: numbers })) read();
  } }, "Train them all"));
}

/** @param {Lab} lab */
function raceForm(lab) {
  /** @type {Map<string, number>} each racer with its own rate: of one for all, most tell nothing */
  const chosen = new Map();
  const names = el("div", { class: "row chips", role: "group", "aria-label": "Racers" });
  const rates = el("div", { class: "fields" });
  const place = el("div", {});
  const maps = el("div", { class: "pictures large" });
  lab.connection.on("frame", (frame) => frame.kind === 7 && drawMap(maps, frame));
  let epochs = 50;
  const length = numberField("Epochs", { min: 1, max: 1000, isWhole: true }, (value) => (epochs = value ?? 50));
  length.set(epochs);
  const chart = new Chart(place, { title: "Loss of the racers", xLabel: "epoch", yLabel: "loss", logY: true, height: 220, series: [] });
  chart.root.hidden = true;
  lab.store.watch(["state"], () => {
    if (names.childElementCount || !lab.about) return;
    names.append(...lab.about.registry.optimizers.map((/** @type {any} */ one) => {
      const button = el("button", { type: "button", class: "small", "aria-pressed": "false", onclick: () => {
        if (!chosen.delete(one.name)) chosen.set(one.name, usualRate(one, lab.config));
        button.setAttribute("aria-pressed", String(chosen.has(one.name)));
        drawRates();
        go.disabled = chosen.size === 0;
      } }, title(one.name));
      return button;
    }));
  });
  const drawRates = () => rates.replaceChildren(...[...chosen].map(([name, usual]) => {
    const field = numberField(`Rate of ${title(name)}`, { min: 0, max: 1e6, places: [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1] },
      (value) => chosen.set(name, value ?? usual));
    field.set(usual);
    return field.root;
  }));
  const go = el("button", { type: "button", disabled: true, onclick: async () => {
    const { config } = lab;
    go.disabled = true;
    maps.replaceChildren();
    const racers = [...chosen].map(([name, rate]) => ({ name, label: `${title(name)}, rate ${show(rate)}`,
      parameters: { ...(name === config.optimizer.name && config.optimizer.parameters), learning_rate: rate } }));
    const found = await lab.call("network_race", { racers, epochs });
    go.disabled = false;
    if (!found) return;
    const curves = found.racers ?? found;
    chart.root.hidden = false;
    chart.setSeries(curves.map((/** @type {any} */ one, /** @type {number} */ i) => ({ name: one.name, label: one.name, colour: category(i), dash: DASHES[i % DASHES.length] })));
    chart.setData(curves[0].losses.map((/** @type {any} */ _, /** @type {number} */ i) => i), curves.map((/** @type {any} */ one) => one.losses));
  } }, "Race");
  return el("div", { class: "stack" }, names, rates, el("div", { class: "row bottom" }, length.root, go), place, maps);
}

/** The rate an optimizer begins with: that of the settings for the one in use, else its own.
 * @param {any} entry @param {any} config */
const usualRate = (entry, config) => (entry.name === config.optimizer.name ? config.optimizer.parameters.learning_rate : undefined)
  ?? entry.parameters.find((/** @type {any} */ one) => one.name === "learning_rate")?.default;
