// Play, step, scrub and speed over steps that are computed already.

import { el } from "../js/dom.mjs";
import { count } from "../js/numbers.mjs";
import { addShortcut, icon, wantsStill } from "../js/shell.mjs";

/** @type {[string, number][]} steps a second */
const SPEEDS = [["¼", 2.5], ["1", 10], ["3", 30], ["10", 100], ["30", 300]];

export class Player {
  /**
   * @param {HTMLElement} host
   * @param {(step: number) => void} onStep
   */
  constructor(host, onStep) {
    this.onStep = onStep;
    this.steps = 0;
    this.step = 0;
    this.speed = 30;
    this.isPlaying = false;
    this.playButton = el("button", { type: "button", class: "primary", onclick: () => this.toggle() });
    this.slider = el("input", { type: "range", min: 0, max: 0, step: 1, value: "0", "aria-label": "Step",
      oninput: () => this.to(Number(this.slider.value)) });
    this.counter = el("output", { class: "counter" }, "step 0 of 0");
    const speed = el("select", { class: "small", "aria-label": "Speed",
      onchange: () => (this.speed = Number(speed.value)) },
    ...SPEEDS.map(([text, value]) => el("option", { value: String(value) }, `speed ${text}×`)));
    speed.value = String(this.speed);
    const button = (/** @type {any} */ name, /** @type {string} */ label, /** @type {() => void} */ run) =>
      el("button", { type: "button", class: "icon", "aria-label": label, title: label, onclick: run }, icon(name));
    host.classList.add("player");
    host.append(this.playButton,
      button("reset", "Back to the start", () => this.to(0)),
      button("back", "One step back", () => this.to(this.step - 1)),
      button("step", "One step on", () => this.to(this.step + 1)),
      button("epoch", "To the end", () => this.to(this.steps)),
      speed, el("span", { class: "grow" }, this.slider), this.counter);
    addShortcut(" ", "Play or pause", () => this.toggle());
    addShortcut("s", "One step on", () => this.to(this.step + 1));
    addShortcut("b", "One step back", () => this.to(this.step - 1));
    addShortcut("r", "Back to the start", () => this.to(0));
    addShortcut("e", "To the end", () => this.to(this.steps));
    this.showState();
  }

  /** Other steps; the present one stays where there is one. @param {number} steps */
  setSteps(steps) {
    const wasAtEnd = this.step === this.steps;
    this.steps = steps;
    this.slider.max = String(steps);
    this.place(wasAtEnd ? steps : Math.min(this.step, steps));
  }

  toggle() {
    if (this.isPlaying) this.pause();
    else this.play();
  }

  play() {
    if (this.step >= this.steps) this.place(0);
    this.isPlaying = true;
    this.showState();
    let last = performance.now();
    let owed = 0;
    const tick = (/** @type {number} */ now) => {
      if (!this.isPlaying) return;
      owed += (this.speed * Math.max(now - last, 0)) / 1000;
      last = now;
      // Who wants little motion gets one picture a second.
      const whole = owed < (wantsStill() ? this.speed : 1) ? 0 : Math.floor(owed);
      owed -= whole;
      if (whole) this.place(this.step + whole);
      if (this.step >= this.steps) this.pause();
      else requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
  }

  pause() {
    this.isPlaying = false;
    this.showState();
  }

  /** Goes to a step and stays there. @param {number} step */
  to(step) {
    this.pause();
    this.place(step);
  }

  /** @param {number} step */
  place(step) {
    this.step = Math.min(Math.max(Math.round(step), 0), this.steps);
    this.slider.value = String(this.step);
    this.counter.textContent = `step ${count(this.step)} of ${count(this.steps)}`;
    this.slider.setAttribute("aria-valuetext", this.counter.textContent);
    this.onStep(this.step);
  }

  showState() {
    this.playButton.replaceChildren(icon(this.isPlaying ? "pause" : "play"), this.isPlaying ? "Pause" : "Play");
  }
}
