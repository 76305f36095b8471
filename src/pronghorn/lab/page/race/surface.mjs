// The choice of a surface: its name, its numbers, a formula of one's own, the start.

import { el, mathml, rebuild } from "../js/dom.mjs";
import { numberField, rangeField, selectField, textField } from "../js/fields.mjs";
import { equation, row, termMath } from "../js/formula.mjs";
import { show } from "../js/numbers.mjs";
import { experimentIn } from "../js/parts.mjs";

/** @typedef {{name: string, values: Record<string, number>, formula: string | null,
 *   domain: number[][] | null, start: number[] | null, experiment?: string | null, epochs?: number | null}} Choice
 *   `experiment`, `epochs`: of a network, what stands behind the # of the playground's link, and how long it trains */

const OWN = "own";
const NETWORK = "network";
const USUAL_EPOCHS = 40;
/** What one's own surface begins as, by its number of axes. @type {Record<number, {text: string, label: string, choice: Choice}>} */
const OWN_OF = {
  2: { text: "Your own f(x, y) …", label: "f(x, y), such as (x − 1)^2 + 3y^2 + sin(4x)",
    choice: { name: OWN, values: {}, formula: "sin(2x) + x^2/4 + y^2", domain: [[-4, 4], [-3, 3]], start: [3, 2] } },
  1: { text: "Your own f(x) …", label: "f(x), such as x^4 − 3x^2 + e^-x",
    choice: { name: OWN, values: {}, formula: "x^4/4 - x^2 + x/3", domain: [[-2.5, 2.5]], start: [2] } },
};

export class SurfaceForm {
  /**
   * @param {HTMLElement} host
   * @param {any} setup what `race_setup` gave
   * @param {(choice: Choice, isOther: boolean) => void} onChange `isOther`: another surface, not
   *   only other numbers of it
   */
  constructor(host, setup, onChange) {
    this.setup = setup;
    this.onChange = onChange;
    /** @type {Choice} */
    this.choice = { name: "", values: {}, formula: null, domain: null, start: null };
    this.select = selectField("Surface", [...setup.surfaces.map((/** @type {any} */ s) => ({ value: s.name, text: s.title })),
      ...Object.entries(OWN_OF).map(([axes, { text }]) => ({ value: OWN + axes, text })),
      { value: NETWORK, text: "A network's loss …" }], (name) => this.choose(name));
    this.more = el("div", { class: "surface-more" });
    this.formula = el("p", { class: "surface-formula", tabindex: "0", role: "group", "aria-label": "Formula of the surface" });
    this.lesson = el("p", { class: "soft small" });
    /** @type {any[]} */
    this.starts = [];
    host.append(this.select.root, this.more, this.formula, this.lesson);
  }

  /** The surface as the server described it; null for one's own. */
  get known() {
    return this.setup.surfaces.find((/** @type {any} */ s) => s.name === this.choice.name) ?? null;
  }

  /** @param {string} name */
  choose(name) {
    const own = name.startsWith(OWN) ? OWN_OF[Number(name.slice(OWN.length))] : null;
    this.set(own ? own.choice : { name, values: {}, formula: null, domain: null, start: null });
    this.onChange(this.choice, true);
  }

  /** Rates that do well on it, by racer; of other surfaces they have to be looked for. @returns {Record<string, number>} */
  get tuned() {
    const { name, experiment, epochs } = this.choice;
    const isUsual = name === NETWORK && !experiment && (epochs ?? USUAL_EPOCHS) === USUAL_EPOCHS;
    return this.known?.tuned ?? (isUsual ? this.setup.network.tuned : {});
  }

  /** Shows the surface of a plan, or the usual one where it names none that there is. @param {any} given @param {string} usual */
  open(given, usual) {
    const names = [OWN, NETWORK, ...this.setup.surfaces.map((/** @type {any} */ s) => s.name)];
    const { values = {}, formula = null, domain = null, start = null, experiment = null, epochs = null } = given;
    this.set({ name: names.includes(given.name) ? given.name : usual, values, formula, domain, start, experiment, epochs });
  }

  /** Shows a choice without telling. @param {Choice} choice */
  set(choice) {
    this.choice = { ...choice, values: { ...choice.values } };
    const axes = this.known?.domain.length ?? choice.domain?.length ?? 2;
    this.select.set(choice.name === OWN ? OWN + axes : choice.name);
    rebuild(this.more, `${choice.name}/${axes}`, () => [
      ...(choice.name === OWN ? this.ownFields() : choice.name === NETWORK ? this.networkFields() : this.sliders()),
      ...this.startFields(axes)]);
    this.showStart(choice.start ?? this.known?.start ?? []);
    this.lesson.textContent = this.known?.lesson ?? "";
    this.formula.replaceChildren();
  }

  /** @param {any} surface the surface of a frame, with its formula read */
  describe(surface) {
    this.lesson.textContent = surface.lesson;
    if (!surface.formula) return;
    const name = surface.domain.length === 1 ? "f(x)" : "f(x, y)";
    const [[, first], ...others] = summands(surface.formula);
    // A line may end before each summand.
    this.formula.replaceChildren(equation(mathml("mi", {}, name), first), ...others.flatMap(([sign, one]) =>
      [el("wbr"), mathml("math", { displaystyle: "true" }, row(mathml("mo", { form: "infix" }, sign), one))]));
  }

  /** Float32 has about seven digits. @param {ArrayLike<number>} point */
  showStart(point) {
    Array.from(point).forEach((value, axis) => this.starts[axis]?.set(Number(value.toPrecision(6))));
  }

  sliders() {
    return Object.entries(this.known?.sliders ?? {}).map(([name, slider]) => {
      const { low, high, usual, title, is_log: isLog } = /** @type {any} */ (slider);
      const [from, to] = isLog ? [Math.log10(low), Math.log10(high)] : [low, high];
      const outer = (/** @type {number} */ value) => (isLog ? 10 ** value : value);
      const field = rangeField(title, { min: from, max: to, step: (to - from) / 200, say: (value) => show(outer(value), 3) }, (value) => {
        // Rounding must not leave the range that the server allows.
        this.choice.values[name] = Math.min(Math.max(Number(outer(value).toPrecision(4)), low), high);
        this.onChange(this.choice, false);
      });
      const value = this.choice.values[name] ?? usual;
      field.set(isLog ? Math.log10(value) : value);
      return field.root;
    });
  }

  ownFields() {
    const formula = textField(OWN_OF[this.choice.domain?.length ?? 2].label, (text) => {
      this.choice.formula = text;
      this.onChange(this.choice, false);
    });
    formula.set(this.choice.formula ?? "");
    formula.root.classList.add("wide");
    const domain = this.choice.domain ?? [];
    const ends = domain.flatMap((range, axis) => ["from", "to"].map((word, end) => {
      const field = numberField(`${"xy"[axis]} ${word}`, { min: -1e6, max: 1e6 }, (value) => {
        const ranges = (this.choice.domain ?? []).map((one) => [...one]);
        ranges[axis][end] = /** @type {number} */ (value);
        this.choice.domain = ranges;
        this.onChange(this.choice, false);
      });
      field.set(range[end]);
      return field.root;
    }));
    return [formula.root, ...ends];
  }

  networkFields() {
    // Another network lies elsewhere: it begins at its own start.
    const change = (/** @type {Partial<Choice>} */ part) => {
      Object.assign(this.choice, part, { start: null });
      this.onChange(this.choice, true);
    };
    const link = textField("Link of the playground, or nothing for a small network on the circle",
      (text) => change({ experiment: experimentIn(text.trim().split("#").pop() ?? "") || null }));
    link.set(this.choice.experiment ?? "");
    link.root.classList.add("wide");
    const epochs = numberField("Epochs of training", { min: 2, max: 200, isWhole: true }, (value) => change({ epochs: value }));
    epochs.set(this.choice.epochs ?? USUAL_EPOCHS);
    return [link.root, epochs.root];
  }

  /** @param {number} axes */
  startFields(axes) {
    this.starts = Array.from({ length: axes }, (_, axis) =>
      numberField(`start ${"xy"[axis]}`, { min: -1e6, max: 1e6 }, (value) => {
        const start = [...(this.choice.start ?? this.known?.start ?? [])];
        start[axis] = /** @type {number} */ (value);
        this.choice.start = start;
        this.onChange(this.choice, false);
      }));
    return this.starts.map((field) => field.root);
  }
}

/**
 * The summands of a formula, one after the other, each with its sign.
 * @param {any[]} term
 * @returns {[string, any][]}
 */
function summands(term) {
  const [kind, left, right] = term;
  if (kind === "add") return [...summands(left), ["+", termMath(right)]];
  if (kind === "sub" && !["add", "sub", "neg"].includes(right[0])) return [...summands(left), ["−", termMath(right)]];
  return [["+", termMath(term)]];
}
