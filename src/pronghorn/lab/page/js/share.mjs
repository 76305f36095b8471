// Out of the lab: the script, the link, the command, the drawing, the data, the curves.

import { el, fromBase64, saveAs } from "./dom.mjs";
import { copy as copyLink, openParts, part } from "./parts.mjs";
import { addShortcut, copyText, icon } from "./shell.mjs";

/** @typedef {import("./lab.mjs").Lab} Lab */

/** @type {[string, string, string][]} what the server exports, the button's text, media type */
const FILES = [
  ["script", "Python script", "text/x-python"],
  ["network", "Network drawing (SVG)", "image/svg+xml"],
  ["curves", "Curves (CSV)", "text/csv"],
  ["data", "Data (CSV)", "text/csv"],
];

/** @param {Lab} lab */
export function makeShareMenu(lab) {
  const save = async (/** @type {string} */ what, /** @type {string} */ type) => {
    const file = await lab.call("export", { what });
    if (file) saveAs(file.name, file.text, type);
  };
  const item = (/** @type {string} */ text, /** @type {() => void} */ run, /** @type {any} */ sign = "save") =>
    el("button", { type: "button", onclick: () => {
      menu.open = false;
      run();
    } }, icon(sign), text);
  const saveModel = async (/** @type {boolean} */ isFirst) => {
    const file = await lab.call("save_model", { first: isFirst });
    if (file) saveAs(file.name, fromBase64(file.content), "application/octet-stream");
  };
  // The script of a network whose first weights came from a file begins with this one.
  const first = item("First weights (.keras), for the script", () => saveModel(true));
  first.hidden = true;
  lab.store.watch(["state"], () => (first.hidden = !lab.store.state?.opened));
  const menu = el("details", { class: "menu" }, el("summary", { class: "button" }, icon("save"), "Export"),
    el("div", { class: "list" }, ...FILES.map(([what, text, type]) => item(text, () => save(what, type))),
      item("Model (.keras)", () => saveModel(false)), first,
      item("Map (PNG)", () => saveMap(), "save"),
      item("Copy link", () => copyLink(lab), "pin"),
      item("Copy command", () => copyCommand(), "pin"),
      item("Controls for a class …", () => openParts(lab), "pencil")));
  const copyCommand = async () => {
    const link = await lab.call("link");
    if (link) await copyText(link.command, `In the clipboard: ${link.command}`);
  };
  document.addEventListener("click", (event) => {
    for (const open of document.querySelectorAll("details.menu[open]")) {
      if (!open.contains(/** @type {Node} */ (event.target))) /** @type {HTMLDetailsElement} */ (open).open = false;
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const open of document.querySelectorAll("details.menu[open]")) {
      /** @type {HTMLDetailsElement} */ (open).open = false;
      open.querySelector("summary")?.focus();
    }
  });
  addShortcut("x", "Export as Python script", () => save("script", "text/x-python"), menu);
  return part("export", menu);
}

/** The large map with its points, as one picture. */
function saveMap() {
  const [map, over] = [".mapbox .map", ".mapbox .over"].map((where) => /** @type {HTMLCanvasElement} */ (document.querySelector(where)));
  const canvas = document.createElement("canvas");
  canvas.width = over.width;
  canvas.height = over.height;
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.drawImage(map, 0, 0, canvas.width, canvas.height);
  context.drawImage(over, 0, 0);
  canvas.toBlob((blob) => blob && saveAs("map.png", blob, "image/png"));
}
