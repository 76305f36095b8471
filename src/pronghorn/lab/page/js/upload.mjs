// The user's own table: a CSV is sent, its columns get roles, what is missing is said aloud.

import { el } from "./dom.mjs";
import { checkField, segmentField } from "./fields.mjs";
import { openFile } from "./files.mjs";
import { count } from "./numbers.mjs";
import { announce, note } from "./shell.mjs";

/** @typedef {import("./lab.mjs").Lab} Lab */

const ROLES = ["input", "target", "ignore"];

/** @param {Lab} lab */
export function openUpload(lab) {
  openFile(lab, { heading: "Own table", label: "CSV file", accept: ".csv,.tsv,.txt,text/csv", command: "upload",
    words: "A table with a header line, up to 20 MB. It stays on this machine.",
    show: (place, table, close) => showRoles(place, lab, table, close) });
}

/**
 * @param {HTMLElement} host
 * @param {Lab} lab
 * @param {any} table
 * @param {() => void} close
 */
function showRoles(host, lab, table, close) {
  /** @type {Record<string, string>} */
  const roles = { ...table.roles };
  let isStandard = true;
  let missing = "drop";
  const standard = checkField("Standardise the inputs (mean 0, variance 1)", (value) => (isStandard = value));
  standard.set(true);
  const gaps = segmentField("Rows with missing values", [{ value: "drop", text: "leave out" }, { value: "mean", text: "fill with the mean" }],
    (value) => {
      missing = value;
      gaps.set(value);
    });
  gaps.set(missing);
  const rows = table.columns.map((/** @type {any} */ column) => {
    const role = el("select", { class: "small", "aria-label": `Role of ${column.name}`, onchange: () => {
      roles[column.name] = role.value;
    } }, ...ROLES.map((name) => el("option", { value: name }, name)));
    role.value = roles[column.name] ?? "input";
    return el("tr", {}, el("td", {}, column.name), el("td", {}, role), el("td", {}, column.kind),
      el("td", {}, column.missing ? el("span", { class: "badge", "data-kind": "warn" }, `${count(column.missing)} missing`) : "none"),
      el("td", {}, count(column.distinct)), el("td", { class: "left soft" }, column.examples.join(", ")));
  });
  host.replaceChildren(
    el("p", {}, `${count(table.rows)} rows, ${table.columns.length} columns. One column is the target; several targets are not possible.`),
    ...table.notes.map((/** @type {string} */ text) => el("p", { class: "banner", "data-kind": "warn" }, text)),
    el("div", { class: "scroll tall", tabindex: "0", role: "region", "aria-label": "Columns" }, el("table", {}, el("thead", {}, el("tr", {},
      ...["Column", "Role", "Kind", "Missing", "Distinct", "Examples"].map((name, i) =>
        el("th", { scope: "col", class: i === 5 ? "left" : null }, name)))), el("tbody", {}, ...rows))),
    preview(table),
    el("div", { class: "row" }, standard.root), el("div", { class: "row" }, el("span", { class: "small soft" }, "Missing values:"), gaps.root),
    el("div", { class: "row end" }, el("button", { type: "button", class: "primary", onclick: take }, "Use this table")),
  );
  host.querySelector("select")?.focus();

  async function take() {
    const done = await lab.call("roles", { roles, standardise: isStandard, missing });
    if (!done) return;
    lab.configure((config) => {
      Object.assign(config.data, { name: "upload", points: [], erased: [] });
    });
    const words = [`${count(done.rows)} rows taken`, done.dropped && `${count(done.dropped)} left out`, done.filled && `${count(done.filled)} values filled`,
      ...(done.notes ?? [])].filter(Boolean).join("; ");
    note(words, done.dropped || done.filled ? "warn" : "note");
    announce(words);
    close();
  }
}

/** The first rows as they were read. @param {any} table */
function preview(table) {
  const names = table.columns.map((/** @type {any} */ column) => column.name);
  return el("details", {}, el("summary", {}, "First rows"),
    el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "First rows" }, el("table", {},
      el("thead", {}, el("tr", {}, ...names.map((/** @type {string} */ name) => el("th", { scope: "col" }, name)))),
      el("tbody", {}, ...(table.preview ?? []).map((/** @type {any[]} */ row) => el("tr", {}, ...row.map((cell) => el("td", {}, cell ?? "–"))))))));
}
