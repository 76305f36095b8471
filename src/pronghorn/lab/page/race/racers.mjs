// The table of racers: who runs, with which rate and numbers, who arrived and who diverged.

import { el, svg } from "../js/dom.mjs";
import { checkField, numberField } from "../js/fields.mjs";
import { show } from "../js/numbers.mjs";
import { DASHES, MARKS, category, markPath } from "../js/palette.mjs";

/** @typedef {{label: string, optimizer: string, rate: number, options: Record<string, any>, isOn: boolean}} Racer */

/**
 * A mark and a piece of line as they stand in the map and the charts.
 * @param {number} index
 */
export function sample(index) {
  const path = markPath(MARKS[index % MARKS.length], 5).map(([kind, a, b]) =>
    kind === "Z" ? "Z" : kind === "O" ? `M${-a} 0a${a} ${a} 0 1 0 ${2 * a} 0a${a} ${a} 0 1 0 ${-2 * a} 0` : `${kind}${a} ${b}`).join("");
  return svg("svg", { viewBox: "-18 -8 36 16", width: 36, height: 16, "aria-hidden": "true" },
    svg("path", { d: "M-17 0H17", stroke: `var(${category(index)})`, "stroke-width": 2.5,
      "stroke-dasharray": DASHES[index % DASHES.length].join(" ") }),
    svg("path", { d: path, fill: `var(${category(index)})`, stroke: "var(--panel)" }));
}

export class RacersTable {
  /**
   * @param {HTMLElement} host
   * @param {any} setup what `race_setup` gave
   * @param {{onChange: (isRate: boolean) => void, onShow: (label: string) => void}} options
   */
  constructor(host, setup, options) {
    this.setup = setup;
    this.options = options;
    /** @type {Racer[]} */
    this.racers = [];
    this.shown = "";
    /** @type {Map<string, any>} */
    this.rows = new Map();
    this.body = el("tbody");
    this.addSelect = el("select", { class: "small", "aria-label": "Add a racer",
      onchange: () => this.add(this.addSelect.value) });
    host.append(
      el("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": "Racers" },
        el("table", { class: "racers" }, el("thead", {}, el("tr", {},
          ...["Runs", "Racer", "Rate", "Arrives", "Height", "Explain"].map((text) => el("th", { scope: "col" }, text)))), this.body)),
      el("div", { class: "row" }, this.addSelect));
  }

  /** @param {Racer[]} racers */
  set(racers) {
    this.racers = racers;
    if (!racers.some(({ label }) => label === this.shown)) this.shown = racers.find(({ isOn }) => isOn)?.label ?? "";
    this.rows.clear();
    this.body.replaceChildren(...racers.flatMap((racer, index) => this.makeRows(racer, index)));
    this.addSelect.replaceChildren(el("option", { value: "" }, "Add a racer …"),
      ...this.setup.racers.map((/** @type {any} */ one) => el("option", { value: one.label }, one.label)));
    this.addSelect.disabled = racers.length >= this.setup.limits.racers;
  }

  /** @param {string} name */
  add(name) {
    const usual = this.setup.racers.find((/** @type {any} */ one) => one.label === name);
    if (!usual) return;
    let label = name;
    for (let n = 2; this.racers.some((one) => one.label === label); n++) label = `${name} ${n}`;
    this.set([...this.racers, { label, optimizer: usual.optimizer, rate: usual.rate, options: { ...usual.options }, isOn: true }]);
    this.options.onChange(false);
  }

  /** The racer's row, and below it one with its other numbers. @param {Racer} racer @param {number} index */
  makeRows(racer, index) {
    const isOn = checkField("", (value) => {
      racer.isOn = value;
      this.options.onChange(false);
    });
    isOn.set(racer.isOn);
    isOn.input.setAttribute("aria-label", `${racer.label} runs`);
    const rate = numberField(`Rate of ${racer.label}`, { min: 0, max: 1e6 }, (value) => {
      racer.rate = /** @type {number} */ (value);
      this.options.onChange(true);
    });
    rate.root.querySelector("label")?.classList.add("visually-hidden");
    rate.set(racer.rate);
    const explain = el("input", { type: "radio", name: "explained", "aria-label": `Explain ${racer.label}`,
      onchange: () => {
        this.shown = racer.label;
        this.options.onShow(racer.label);
      } });
    explain.checked = racer.label === this.shown;
    const row = { rate, explain, arrives: el("td", { class: "left" }), height: el("td") };
    this.rows.set(racer.label, row);
    const details = el("tr", { class: "details", id: `numbers-${index}`, hidden: true },
      el("td", { colspan: 6 }, el("div", { class: "fields" }, ...this.makeDetails(racer))));
    const more = el("button", { type: "button", class: "small", "aria-label": `Numbers of ${racer.label}`,
      "aria-expanded": "false", "aria-controls": details.id, onclick: () => {
        details.hidden = !details.hidden;
        more.setAttribute("aria-expanded", String(!details.hidden));
      } }, "…");
    return [el("tr", {}, el("td", { class: "left" }, isOn.root),
      el("th", { scope: "row" }, el("span", { class: "row" }, sample(index), racer.label, more)),
      el("td", { class: "rate" }, rate.root), row.arrives, row.height, el("td", {}, explain)), details];
  }

  /** The fields of the racer's other numbers, and what takes it off. @param {Racer} racer @returns {HTMLElement[]} */
  makeDetails(racer) {
    const usual = this.setup.racers.find((/** @type {any} */ one) => one.optimizer === racer.optimizer);
    const fields = usual.parameters.map((/** @type {any} */ parameter) => {
      const { name, default: value, kind } = parameter;
      const set = (/** @type {any} */ next) => {
        racer.options = { ...racer.options, [name]: next };
        this.options.onChange(false);
      };
      const field = kind === "flag" ? checkField(name, set) : numberField(name, {}, set);
      field.set(/** @type {never} */ (racer.options[name] ?? value));
      return field.root;
    });
    const remove = el("button", { type: "button", class: "small", onclick: () => {
      this.set(this.racers.filter((one) => one !== racer));
      this.options.onChange(false);
    } }, "Take off the list");
    return [...fields, remove];
  }

  /** @param {Record<string, number>} rates by label */
  showRates(rates) {
    for (const racer of this.racers) {
      if (rates[racer.label] === undefined) continue;
      racer.rate = rates[racer.label];
      this.rows.get(racer.label)?.rate.set(racer.rate);
    }
  }

  /**
   * @param {string} label
   * @param {{arrived_at: number | null, stopped_at: number | null}} result
   * @param {boolean} hasTarget
   */
  showResult(label, { arrived_at: arrived, stopped_at: stopped }, hasTarget) {
    const row = this.rows.get(label);
    if (!row) return;
    const badge = (/** @type {string} */ kind, /** @type {string} */ text) => el("span", { class: "badge", "data-kind": kind }, text);
    row.arrives.replaceChildren(stopped !== null ? badge("bad", `diverged in step ${stopped + 1}`)
      : !hasTarget ? "–"
      : arrived !== null ? badge("good", `step ${arrived}`) : "not in time");
  }

  /** @param {string} label @param {number | null} height */
  showHeight(label, height) {
    const row = this.rows.get(label);
    if (row) row.height.textContent = show(height);
  }

  clearResults() {
    for (const row of this.rows.values()) {
      row.arrives.textContent = "";
      row.height.textContent = "";
    }
  }
}
