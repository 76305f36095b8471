// All weights of a layer as a table that is read and edited by keyboard.

import { el, rebuild } from "./dom.mjs";
import { selectField } from "./fields.mjs";
import { parse, show } from "./numbers.mjs";
import { css, signed, theme } from "./palette.mjs";
import { inputNames } from "./neuron.mjs";
import { layerName } from "./diagnostics.mjs";

/** @typedef {import("./lab.mjs").Lab} Lab */

const PAGE = 64;
const MOST_COLUMNS = 64;

/**
 * @param {HTMLElement} host
 * @param {Lab} lab
 */
export function mountWeights(host, lab) {
  let layer = 0;
  let first = 0;
  const place = el("div", { class: "scroll tall", role: "region", "aria-label": "Table of weights", tabindex: "0" });
  const choice = selectField("Layer", [], (value) => {
    layer = Number(value);
    first = 0;
    draw();
  });
  const range = el("span", { class: "small soft" });
  const back = el("button", { type: "button", class: "small", onclick: () => turn(-PAGE) }, "Rows before");
  const next = el("button", { type: "button", class: "small", onclick: () => turn(PAGE) }, "Rows after");
  host.append(el("div", { class: "row bottom" }, choice.root, el("button", { type: "button", class: "small", onclick: draw }, "Read again"), back, next, range), place);

  /** @param {number} by */
  function turn(by) {
    first = Math.max(0, first + by);
    draw();
  }

  async function draw() {
    const { state } = lab.store;
    if (!state || host.hidden) return;
    layer = Math.min(layer, state.layers.length - 1);
    choice.setOptions(state.layers.map((/** @type {any} */ _, /** @type {number} */ i) => ({ value: String(i), text: layerName(i, state.layers.length) })));
    choice.set(String(layer));
    const table = await lab.call("table", { layer, first, count: PAGE });
    if (!table) return;
    const names = layer === 0 ? inputNames(state) : Array.from({ length: table.rows }, (_, i) => `a${i + 1}`);
    const columns = Math.min(table.columns, MOST_COLUMNS);
    const shown = table.weights.length;
    range.textContent = `rows ${first + 1} to ${first + shown} of ${table.rows}${columns < table.columns ? `; the first ${columns} of ${table.columns} columns` : ""}`;
    back.disabled = first === 0;
    next.disabled = first + shown >= table.rows;
    place.dataset.key = "";
    rebuild(place, "now", () => [el("table", { class: "grid" }, el("caption", {}, "One column a neuron; arrow keys move, type a number and press Enter; F freezes"),
      el("thead", {}, el("tr", {}, el("td", {}), ...Array.from({ length: columns }, (_, i) => el("th", { scope: "col" }, String(i + 1))))),
      el("tbody", {}, rowOf("bias", -1, table.bias, table.frozen), ...table.weights.map((/** @type {number[]} */ values, /** @type {number} */ i) =>
        rowOf(names[first + i], first + i, values, table.frozen)))) ]);

    function rowOf(/** @type {string} */ name, /** @type {number} */ row, /** @type {number[]} */ values, /** @type {number[][]} */ frozen) {
      return el("tr", {}, el("th", { scope: "row" }, name), ...values.slice(0, columns).map((value, column) =>
        cellOf(value, `${name}, neuron ${column + 1}`, frozen.some(([r, c]) => r === row && c === column), row, column)));
    }
  }

  /**
   * @param {number} value
   * @param {string} name
   * @param {boolean} isFrozen
   * @param {number} row
   * @param {number} column
   */
  function cellOf(value, name, isFrozen, row, column) {
    const input = el("input", { type: "text", inputmode: "decimal", class: "cell", "aria-label": isFrozen ? `${name}, frozen` : name,
      value: show(value, 4).replace("−", "-"), onfocus: () => input.select(),
      onchange: async () => {
        const typed = parse(input.value);
        input.setAttribute("aria-invalid", String(typed === null));
        if (typed !== null) await lab.change("weight", { layer, row, column, value: typed });
      },
      onkeydown: (/** @type {KeyboardEvent} */ event) => move(event, input, row, column) });
    const cell = el("td", { class: isFrozen ? "frozen" : null }, input);
    cell.style.background = css(signed(value / 3, theme()), 0.45);
    return cell;
  }

  /** @param {KeyboardEvent} event @param {HTMLInputElement} input @param {number} row @param {number} column */
  async function move(event, input, row, column) {
    const cell = /** @type {HTMLTableCellElement} */ (input.closest("td"));
    const line = /** @type {HTMLTableRowElement} */ (cell.parentElement);
    if (event.key.toLowerCase() === "f" && row >= 0) {
      event.preventDefault();
      const isFrozen = !cell.classList.contains("frozen");
      if (await lab.change("weight", { layer, row, column, frozen: isFrozen })) cell.classList.toggle("frozen", isFrozen);
      return;
    }
    const to = event.key === "ArrowDown" || event.key === "Enter" ? line.nextElementSibling : event.key === "ArrowUp" ? line.previousElementSibling : null;
    if (to) {
      event.preventDefault();
      if (event.key === "Enter") input.blur();
      /** @type {any} */ (to.children[cell.cellIndex])?.querySelector("input")?.focus();
    } else if (event.key === "Enter") input.blur();
  }

  lab.store.watch(["state"], () => {
    // While it runs the table stands still: what is read must not run away.
    if (!lab.store.state?.is_playing && !host.contains(document.activeElement)) draw();
  });
  return draw;
}
