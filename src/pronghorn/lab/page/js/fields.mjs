// Fields with their labels. Each is made once and told its value by `set`, so that a field under
// the user's hands is never replaced.

import { el } from "./dom.mjs";
import { parse, show, title } from "./numbers.mjs";

let made = 0;
const nextId = () => `field-${++made}`;

/**
 * @template T
 * @typedef {{root: HTMLElement, input: any, set: (value: T) => void}} Field
 */

/** Whether the user is at this input now: then the server's value must not overwrite it.
 * @param {Element} input */
const isBusy = (input) => document.activeElement === input;

/**
 * A choice of names.
 * @param {string} label
 * @param {(string | {value: string, text: string})[]} options
 * @param {(value: string) => void} onChange
 * @returns {Field<string> & {setOptions: (options: (string | {value: string, text: string})[]) => void}}
 */
export function selectField(label, options, onChange) {
  const id = nextId();
  const input = el("select", { id, onchange: () => onChange(input.value) });
  let key = "";
  const setOptions = (/** @type {(string | {value: string, text: string})[]} */ list) => {
    if (JSON.stringify(list) === key) return;
    key = JSON.stringify(list);
    const value = input.value;
    input.replaceChildren(...list.map((one) =>
      typeof one === "string" ? el("option", { value: one }, title(one)) : el("option", { value: one.value }, one.text)));
    input.value = value;
    if (input.selectedIndex < 0) input.selectedIndex = 0;
  };
  setOptions(options);
  return {
    root: el("div", { class: "field" }, el("label", { for: id }, label), input), input, setOptions,
    set: (value) => {
      if (input.value !== value) input.value = value;
    },
  };
}

/**
 * A slider that shows its value.
 * @param {string} label
 * @param {{min: number, max: number, step: number, say?: (value: number) => string}} range
 * @param {(value: number) => void} onInput
 * @returns {Field<number>}
 */
export function rangeField(label, { min, max, step, say = (value) => show(value) }, onInput) {
  const id = nextId();
  const output = el("output", { for: id });
  const input = el("input", { id, type: "range", min, max, step, oninput: () => {
    output.textContent = say(Number(input.value));
    input.setAttribute("aria-valuetext", output.textContent);
    onInput(Number(input.value));
  } });
  return {
    root: el("div", { class: "field" }, el("span", { class: "label" }, el("label", { for: id }, label), output), input),
    input,
    set: (value) => {
      if (isBusy(input) && input.matches(":active")) return;
      input.value = String(value);
      output.textContent = say(value);
      input.setAttribute("aria-valuetext", output.textContent);
    },
  };
}

/**
 * A number that is typed; `places` are offered as suggestions.
 * @param {string} label
 * @param {{min?: number, max?: number, places?: number[], isWhole?: boolean, isOptional?: boolean}} bounds
 * @param {(value: number | null) => void} onChange null where an optional field is empty
 * @returns {Field<number | null>}
 */
export function numberField(label, { min = -Infinity, max = Infinity, places, isWhole = false, isOptional = false }, onChange) {
  const id = nextId();
  const list = places && el("datalist", { id: `${id}-list` }, ...places.map((value) => el("option", { value: String(value) })));
  let last = "";
  const judge = (/** @type {string} */ trouble) => {
    input.setCustomValidity(trouble);
    input.setAttribute("aria-invalid", String(trouble !== ""));
  };
  const input = el("input", { id, type: "text", inputmode: "decimal", autocomplete: "off", spellcheck: "false",
    list: places ? `${id}-list` : null, onchange: () => {
      const value = parse(input.value);
      const isEmpty = isOptional && input.value.trim() === "";
      const isGood = isEmpty || (value !== null && value >= min && value <= max && (!isWhole || Number.isInteger(value)));
      judge(isGood ? "" : `a ${isWhole ? "whole " : ""}number from ${min} to ${max}`);
      if (isGood) onChange(isEmpty ? null : value);
      else input.reportValidity();
    } });
  return {
    root: el("div", { class: "field" }, el("label", { for: id }, label), input, list),
    input,
    set: (value) => {
      const text = value === null || value === undefined ? "" : String(value);
      if (text === last && input.value !== "" && isBusy(input)) return;
      last = text;
      if (isBusy(input)) return;
      input.value = text;
      judge("");
    },
  };
}

/**
 * @param {string} label
 * @param {(value: boolean) => void} onChange
 * @returns {Field<boolean>}
 */
export function checkField(label, onChange) {
  const input = el("input", { type: "checkbox", onchange: () => onChange(input.checked) });
  return { root: el("label", { class: "check" }, input, label), input, set: (value) => {
    input.checked = Boolean(value);
  } };
}

/**
 * A text that is taken when the field is left or Enter is pressed.
 * @param {string} label
 * @param {(value: string) => void} onChange
 * @returns {Field<string>}
 */
export function textField(label, onChange) {
  const id = nextId();
  const input = el("input", { id, type: "text", autocomplete: "off", spellcheck: "false", onchange: () => onChange(input.value) });
  return { root: el("div", { class: "field" }, el("label", { for: id }, label), input), input, set: (value) => {
    if (!isBusy(input)) input.value = value ?? "";
  } };
}

/**
 * Numbers with spaces or semicolons between them.
 * @param {string} label
 * @param {(value: number[]) => void} onChange
 * @returns {Field<number[] | null>}
 */
export function listField(label, onChange) {
  const field = textField(`${label} (numbers, spaces between)`, (text) => {
    const numbers = text.split(/[\s;]+/).filter(Boolean).map(parse);
    const isGood = numbers.every((number) => number !== null);
    field.input.setAttribute("aria-invalid", String(!isGood));
    if (isGood) onChange(/** @type {number[]} */ (numbers));
  });
  return { ...field, set: (value) => {
    field.set((value ?? []).join(" "));
    if (!isBusy(field.input)) field.input.setAttribute("aria-invalid", "false");
  } };
}

/**
 * A row of buttons of which one is on.
 * @param {string} label
 * @param {{value: string, text: string}[]} options
 * @param {(value: string) => void} onChange
 * @returns {Field<string>}
 */
export function segmentField(label, options, onChange) {
  const buttons = options.map(({ value, text }) =>
    el("button", { type: "button", class: "small", "data-value": value, onclick: () => onChange(value) }, text));
  return {
    root: el("div", { class: "segments", role: "group", "aria-label": label }, ...buttons),
    input: buttons[0],
    set: (value) => {
      for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.value === value));
    },
  };
}

/**
 * Calls `send` with the newest value, one call at a time: while one is under way, only the last of
 * the later ones is kept.
 * @template T
 * @param {(value: T) => Promise<any>} send
 * @returns {(value: T) => void}
 */
export function latest(send) {
  let isBusySending = false;
  /** @type {{value: T} | null} */
  let next = null;
  const run = async (/** @type {T} */ value) => {
    isBusySending = true;
    try {
      await send(value);
    } finally {
      isBusySending = false;
      const waiting = next;
      next = null;
      if (waiting) run(waiting.value);
    }
  };
  return (value) => {
    if (isBusySending) next = { value };
    else run(value);
  };
}
