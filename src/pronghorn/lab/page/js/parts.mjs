// Parts of the playground that a teacher's link puts away: `&hide=noise,split` behind the experiment.

import { el } from "./dom.mjs";
import { checkField } from "./fields.mjs";
import { copyText, openDialog } from "./shell.mjs";

/** @typedef {import("./lab.mjs").Lab} Lab */

/**
 * Gives an element the name by which a link can put it away.
 * @template {HTMLElement} E
 * @param {string} name one of the server's list
 * @param {E} element
 * @returns {E}
 */
export function part(name, element) {
  element.dataset.part = name;
  return element;
}

/** The names in a hash. @param {string} hash @returns {string[]} */
export const hiddenIn = (hash) => (/&hide=([\w,-]*)/.exec(hash)?.[1] ?? "").split(",").filter(Boolean);

/** The experiment in a hash, without what stands behind it. @param {string} hash */
export const experimentIn = (hash) => hash.replace(/^#/, "").split("&")[0];

/** What stands behind the experiment in the page's own address. */
export function hiddenSuffix() {
  const names = hiddenIn(location.hash);
  return names.length ? `&hide=${names.join(",")}` : "";
}

const sheet = new CSSStyleSheet();

/** Puts parts away and shows all others, also those that are drawn later. @param {string[]} names */
export function putAway(names) {
  if (!document.adoptedStyleSheets.includes(sheet)) document.adoptedStyleSheets.push(sheet);
  const left = (/** @type {string} */ place) => /** @type {HTMLElement[]} */ ([...document.querySelectorAll(`${place} [data-part]`)])
    .filter((element) => !names.includes(element.dataset.part ?? ""));
  // Of a panel without anything in it nothing is left but a frame.
  const places = [...names.map((name) => `[data-part="${name}"]`), ...["#work", "#settings"].filter((place) => left(place).length === 0)];
  sheet.replaceSync(places.length ? `${places.join()} { display: none !important; }` : "");
  const tabs = left("#work");
  if (tabs.length && !tabs.some((tab) => tab.getAttribute("aria-selected") === "true")) tabs[0].click();
}

/** Lets a teacher choose what a class gets to see. @param {Lab} lab */
export function openParts(lab) {
  const hidden = new Set(hiddenIn(location.hash));
  const boxes = Object.entries(lab.about?.parts ?? {}).map(([name, title]) => {
    const field = checkField(String(title), (isShown) => {
      hidden[isShown ? "delete" : "add"](name);
      apply();
    });
    field.set(!hidden.has(name));
    return field;
  });
  const apply = () => {
    const names = [...hidden];
    putAway(names);
    const suffix = names.length ? `&hide=${names.join(",")}` : "";
    history.replaceState(null, "", `${location.pathname}#${experimentIn(location.hash)}${suffix}`);
  };
  const all = (/** @type {boolean} */ isShown) => {
    hidden.clear();
    if (!isShown) for (const name of Object.keys(lab.about.parts)) hidden.add(name);
    for (const field of boxes) field.set(isShown);
    apply();
  };
  openDialog("Controls for a class",
    el("p", {}, "What is not ticked is put away, here and for who opens the link. The keys of buttons that are away do nothing."),
    el("div", { class: "columns" }, ...boxes.map(({ root }) => root)),
    el("div", { class: "row end" }, el("button", { type: "button", onclick: () => all(true) }, "Show all"),
      el("button", { type: "button", onclick: () => all(false) }, "Put all away"),
      el("button", { type: "button", class: "primary", onclick: () => copy(lab) }, "Copy link")));
}

/** Copies the link of the page as it is. @param {Lab} lab */
export async function copy(lab) {
  const link = await lab.call("link");
  if (!link) return;
  const text = `${location.origin}${location.pathname}#${link.hash.replace(/^#/, "")}${hiddenSuffix()}`;
  await copyText(text, link.note ?? "The link is in the clipboard. It holds the experiment, not the key of this server.", link.note ? "warn" : "note");
}
