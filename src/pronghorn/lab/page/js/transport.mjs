// Play, pause, step, undo, reset, speed, stop rules, the time line, and the numbers of the run.

import { el } from "./dom.mjs";
import { latest, numberField, selectField } from "./fields.mjs";
import { count, percent, show } from "./numbers.mjs";
import { part } from "./parts.mjs";
import { addShortcut, announce, icon } from "./shell.mjs";

/** @typedef {import("./lab.mjs").Lab} Lab */

/**
 * @param {HTMLElement} host
 * @param {Lab} lab
 * @param {HTMLElement} menu stands at the end
 */
export function mountTransport(host, lab, menu) {
  const button = (/** @type {any} */ sign, /** @type {string} */ text, /** @type {() => void} */ run, title = text) =>
    el("button", { type: "button", class: "icon", "aria-label": title, title, onclick: run }, icon(sign));
  const toggle = () => lab.change(lab.store.state?.is_playing ? "pause" : "play");
  const play = el("button", { type: "button", class: "primary play", onclick: toggle }, icon("play"), "Play");
  const actions = {
    reset: () => lab.change("reset", { same: true }),
    fresh: () => lab.change("reset", { same: false }),
    batch: () => lab.change("step_batch"),
    epoch: () => lab.change("step_epoch"),
    back: () => lab.change("back"),
  };
  const back = part("undo", button("back", "Undo one batch (B)", actions.back));
  const fresh = part("weights", button("seed", "New first weights (N)", actions.fresh));
  const batch = part("batch", button("step", "Step one batch (S)", actions.batch));
  const epoch = part("epoch", button("epoch", "Step one epoch (E)", actions.epoch));
  const speed = selectField("Speed", [], (value) => lab.change("speed", { batches: Number(value) }));
  speed.root.classList.add("inline");
  const numbers = el("dl", { class: "numbers" });
  const line = makeTimeLine(lab);
  host.append(
    el("div", { class: "row" },
      button("reset", "Start again from the same first weights (R)", actions.reset),
      fresh, back, play, batch, epoch, part("speed", speed.root), part("until", makeStopRule(lab))),
    numbers,
    el("div", { class: "row end" }, menu),
    part("time", line.root),
  );
  addShortcut(" ", "Play or pause", toggle);
  addShortcut("s", "Step one batch", actions.batch, batch);
  addShortcut("e", "Step one epoch", actions.epoch, epoch);
  addShortcut("b", "Undo one batch", actions.back, back);
  addShortcut("r", "Start again from the same first weights", actions.reset);
  addShortcut("n", "New first weights", actions.fresh, fresh);

  let isPlaying = false;
  lab.store.watchCalmly(["state", "frame"], () => {
    const { state, frame } = lab.store;
    if (!state) return;
    const now = { ...state, ...numbersOf(frame, state) };
    if (state.is_playing !== isPlaying || !play.dataset.drawn) {
      isPlaying = state.is_playing;
      play.dataset.drawn = "yes";
      play.replaceChildren(icon(isPlaying ? "pause" : "play"), isPlaying ? "Pause" : "Play");
      host.classList.toggle("playing", isPlaying);
    }
    speed.setOptions((lab.about?.speeds ?? [0]).map((/** @type {number} */ batches) => ({
      value: String(batches), text: batches === 0 ? "as fast as it goes" : `${batches} batch${batches === 1 ? "" : "es"} a frame`,
    })));
    speed.set(String(state.speed));
    back.disabled = now.step === 0;
    drawNumbers(numbers, now);
    line.draw(now);
    announce(summary(now));
  });
}

/**
 * The scalars of the newest frame, if it is not older than the state.
 * @param {any} frame
 * @param {any} state
 */
const numbersOf = (frame, state) => (frame && (state.is_playing || frame.step === state.step) ? frame.scalars : {});

/** Epochs that are done: one under way is not counted. @param {any} now */
const wholeEpochs = (now) => Math.floor(now.epoch ?? 0);

/** @param {any} now */
function summary(now) {
  const parts = [`Epoch ${wholeEpochs(now)}`];
  if (now.train_loss !== undefined && now.train_loss !== null) parts.push(`training loss ${show(now.train_loss, 3)}`);
  if (now.test_loss !== undefined && now.test_loss !== null) parts.push(`test loss ${show(now.test_loss, 3)}`);
  return `${now.is_playing ? "Training" : "Paused"}. ${parts.join(", ")}`;
}

/** @param {string} metric */
export const nameOfMetric = (metric) => (metric === "r2" ? "R²" : metric.replaceAll("_", " "));

/** A metric as it is read: shares in percent. @param {string} name @param {number | null | undefined} value */
export const showMetric = (name, value) =>
  value === null || value === undefined ? "–" : /accuracy/.test(name ?? "") ? percent(value) : show(value, 3);

/**
 * @param {HTMLElement} host
 * @param {any} now
 */
function drawNumbers(host, now) {
  const metric = now.metric ?? "";
  /** @type {[string, string, string][]} */
  const wanted = [
    ["Epoch", count(wholeEpochs(now)), "epoch"],
    ["Step", count(now.step ?? 0), "step"],
    ["Train loss", show(now.train_loss, 4), "train"],
    ["Test loss", show(now.test_loss, 4), "test"],
    ...(now.penalty ? /** @type {[string, string, string][]} */ ([["Penalty", show(now.penalty, 3), "penalty"]]) : []),
    ...(metric ? /** @type {[string, string, string][]} */ ([[`Test ${nameOfMetric(metric)}`, showMetric(metric, now.test_metric), "metric"]]) : []),
    ["Steps/s", now.is_playing && now.steps_per_second ? count(now.steps_per_second) : "–", "speed"],
  ];
  if (host.childElementCount !== wanted.length || host.dataset.metric !== metric) {
    host.dataset.metric = metric;
    host.replaceChildren(...wanted.map(([name, , key]) =>
      el("div", { "data-key": key }, el("dt", {}, name), el("dd", { id: `now-${key}` }))));
  }
  wanted.forEach(([, text], i) => {
    const place = /** @type {HTMLElement} */ (host.children[i].lastElementChild);
    if (place.textContent !== text) place.textContent = text;
  });
}

/** A slider over all steps since the last reset: drag it, and everything is as it was then.
 * @param {Lab} lab */
function makeTimeLine(lab) {
  const scrub = latest((/** @type {number} */ step) => lab.change("scrub", { step }));
  let newest = 0;
  const output = el("output", { class: "small soft" });
  const input = el("input", { type: "range", min: 0, max: 0, step: 1, "aria-label": "Time line: step of the training",
    oninput: () => scrub(Number(input.value)) });
  const root = el("div", { class: "timeline" }, el("span", { class: "small soft" }, "Time"), input, output);
  return { root, draw: (/** @type {any} */ now) => {
    newest = Math.max(now.step, ...(now.snapshots ?? []));
    input.max = String(newest);
    if (!input.matches(":active")) input.value = String(now.step);
    input.disabled = newest === 0;
    input.setAttribute("aria-valuetext", `step ${now.step} of ${newest}`);
    output.textContent = now.step < newest ? `${count(now.step)} of ${count(newest)}` : count(newest);
  } };
}

/** @param {Lab} lab */
function makeStopRule(lab) {
  /** @type {Record<string, any>} */
  const rule = { epochs: null, loss: null, patience: null };
  const fields = [
    numberField("After epochs", { min: 1, max: 1e6, isWhole: true, isOptional: true }, (value) => (rule.epochs = value)),
    numberField("When the test loss is below", { min: 0, max: 1e6, isOptional: true }, (value) => (rule.loss = value)),
    numberField("After epochs without a better test loss", { min: 1, max: 1e6, isWhole: true, isOptional: true },
      (value) => (rule.patience = value)),
  ];
  const menu = el("details", { class: "menu" }, el("summary", { class: "button" }, "Run until …"),
    el("div", { class: "list pad" }, ...fields.map(({ root }) => root),
      el("button", { type: "button", class: "primary", onclick: () => {
        menu.open = false;
        lab.change("run", rule);
      } }, "Run")));
  lab.connection.on("stopped", (message) => announce(message.reason ?? message.text ?? "Stopped"));
  return menu;
}
