// What all pages share: header, navigation, theme, messages, the live region, shortcuts and tabs.

import { el, svg } from "./dom.mjs";

/** @type {[string, string][]} address and name of each page */
const PAGES = [["/", "Playground"], ["/race", "Race"], ["/descent", "Descent"], ["/lessons", "Lessons"]];
const THEMES = ["system", "light", "dark"];
const THEME_KEY = "pronghorn-lab-theme";

/**
 * A drawn sign for a button.
 * @param {keyof typeof ICONS} name
 */
export const icon = (name) =>
  svg("svg", { viewBox: "0 0 16 16", "aria-hidden": "true" }, svg("path", { d: ICONS[name] }));

const ICONS = {
  play: "M4 2.5v11l9-5.5z",
  pause: "M3.5 2.5h3v11h-3zM9.5 2.5h3v11h-3z",
  step: "M3 2.5v11l7-5.5zM11 2.5h2.2v11H11z",
  back: "M13 2.5v11L6 8zM2.8 2.5H5v11H2.8z",
  epoch: "M1.5 2.5v11L7 8zM7 2.5v11L12.5 8zM13 2.5h2v11h-2z",
  reset: "M8 2a6 6 0 1 1-5.7 4.1l1.9.6A4 4 0 1 0 8 4v2.6L3.8 3.3 8 0z",
  seed: "M2 2h12v12H2zm2 2v2h2V4zm6 0v2h2V4zM7 7v2h2V7zm-3 3v2h2v-2zm6 0v2h2v-2z",
  plus: "M7 2h2v5h5v2H9v5H7V9H2V7h5z",
  minus: "M2 7h12v2H2z",
  close: "M3.4 2 8 6.6 12.6 2 14 3.4 9.4 8l4.6 4.6-1.4 1.4L8 9.4 3.4 14 2 12.6 6.6 8 2 3.4z",
  save: "M7 1h2v7l2.5-2.5L13 7l-5 5-5-5 1.5-1.5L7 8zM2 13h12v2H2z",
  theme: "M8 1a7 7 0 1 0 0 14zM8 1a7 7 0 0 1 0 14v-1.4A5.6 5.6 0 0 0 8 2.4z",
  help: "M8 1.5c-2.6 0-4.3 1.6-4.3 3.9h2.2c0-1.2.8-1.9 2-1.9s2 .7 2 1.7c0 1-.6 1.4-1.5 2C7.2 8 6.8 8.7 6.8 10.3H9c0-1 .3-1.4 1.3-2.1 1.1-.8 1.9-1.6 1.9-3C12.2 3 10.5 1.5 8 1.5zM6.7 12h2.5v2.5H6.7z",
  pin: "M5 1h6v1.5l-1 .7V7l2 2v1.5H8.8V15H7.2v-4.5H4V9l2-2V3.2l-1-.7z",
  pencil: "M11.5 1.3 14.7 4.5 5.5 13.7 1.5 14.5 2.3 10.5z",
  eraser: "M9.5 2 14 6.5 7.5 13H14v1.5H4.5L1.5 11.5 1.5 10z",
};

/** Whether the user asked for little motion: what plays then shows one picture a second. */
export const wantsStill = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

/** The stored theme, where storage is allowed. */
function storedTheme() {
  try {
    return localStorage.getItem(THEME_KEY) ?? "system";
  } catch {
    return "system";
  }
}

/** @type {Set<() => void>} */
const themeWatchers = new Set();

/** Calls back when the shown theme changes: canvases are drawn anew.
 * @param {() => void} watcher */
export function onTheme(watcher) {
  themeWatchers.add(watcher);
}

/** @param {string} name "system", "light" or "dark" */
export function setTheme(name) {
  if (name === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = name;
  try {
    localStorage.setItem(THEME_KEY, name);
  } catch {
    // Private windows may forbid storage; the theme then lasts as long as the page.
  }
  for (const watcher of themeWatchers) watcher();
}

/**
 * Builds the header into `<header id="shell">`, the skip link, the live region and the place of
 * messages.
 * @param {{page: string, extras?: HTMLElement[]}} options `page`: its address in the navigation;
 *   `extras`: buttons of the page, at the end of the header
 */
export function mountShell({ page, extras = [] }) {
  const header = /** @type {HTMLElement} */ (document.getElementById("shell"));
  header.className = "shell";
  const choice = el(
    "select",
    { class: "small", "aria-label": "Theme", onchange: () => setTheme(choice.value) },
    ...THEMES.map((name) => el("option", { value: name }, `${name[0].toUpperCase()}${name.slice(1)} theme`)),
  );
  const chosen = storedTheme();
  choice.value = THEMES.includes(chosen) ? chosen : "system";
  setTheme(choice.value);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    for (const watcher of themeWatchers) watcher();
  });
  header.append(
    el("a", { class: "brand", href: "/" }, "pronghorn ", el("span", {}, "lab")),
    el("nav", { "aria-label": "Pages", "data-part": "pages" }, el("ul", {}, ...PAGES.map(([address, name]) =>
      el("li", {}, el("a", { href: address, "aria-current": address === page ? "page" : null }, name))))),
    el("div", { class: "end" },
      el("span", { class: "status", id: "status", "data-state": "opening" }, "Connecting"),
      ...extras,
      choice,
      el("button", { class: "icon quiet", "aria-label": "Keyboard shortcuts", onclick: showShortcuts },
        icon("help"))),
  );
  // What stands behind the # is the experiment's place: the jump leaves it alone.
  document.body.prepend(el("a", { class: "skip", href: "#main", onclick: (/** @type {Event} */ event) => {
    event.preventDefault();
    document.getElementById("main")?.focus();
  } }, "Skip to the content"));
  document.body.append(
    el("div", { id: "live", class: "visually-hidden", role: "status", "aria-live": "polite" }),
    el("div", { id: "notes", class: "notes", role: "alert" }),
  );
  addShortcut("?", "This list", showShortcuts);
}

/**
 * Shows the state of a connection in the header.
 * @param {import("./connection.mjs").Connection} connection
 */
export function showStatus(connection) {
  const words = { opening: "Connecting", open: "Connected", closed: "No server" };
  const place = /** @type {HTMLElement} */ (document.getElementById("status"));
  const draw = () => {
    place.dataset.state = connection.status;
    place.textContent = words[connection.status];
  };
  connection.on("status", draw);
  draw();
}

let announced = 0;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let announcing;

/**
 * Says a line to screen readers, at most once a second; of several the last is said.
 * @param {string} text
 */
export function announce(text) {
  clearTimeout(announcing);
  announcing = setTimeout(() => {
    announced = performance.now();
    const live = document.getElementById("live");
    if (live && live.textContent !== text) live.textContent = text;
  }, Math.max(0, 1000 - (performance.now() - announced)));
}

/**
 * Shows a message in the corner that can be closed; it goes by itself after a while. Behind an open
 * dialog nobody would see it: there it stands in the dialog.
 * @param {string} text
 * @param {"note" | "warn" | "bad"} [kind]
 */
export function note(text, kind = "note") {
  const dialog = document.querySelector("dialog[open]");
  const place = dialog?.querySelector(".notes-inside") ?? document.getElementById("notes");
  if (!place) return;
  // The same message twice is one message.
  for (const old of place.children) if (old.textContent === text) old.remove();
  const box = el("div", { class: "banner", "data-kind": kind }, el("p", {}, text),
    el("button", { class: "icon quiet small", "aria-label": "Close the message", onclick: () => box.remove() },
      icon("close")));
  place.append(box);
  if (dialog) dialog.scrollTop = 0;
  setTimeout(() => box.remove(), kind === "bad" ? 15_000 : 7_000);
}

/**
 * Puts a text into the clipboard and says so; where a browser forbids it, the text itself is shown.
 * @param {string} text
 * @param {string} said
 * @param {"note" | "warn"} [kind]
 */
export async function copyText(text, said, kind = "note") {
  try {
    await navigator.clipboard.writeText(text);
    note(said, kind);
  } catch {
    note(text);
  }
}

/** @type {{key: string, text: string, run: (event: KeyboardEvent) => void, control?: HTMLElement}[]} */
const shortcuts = [];

/** Those whose button is there. */
const usable = () => shortcuts.filter(({ control }) => !control || control.getClientRects().length > 0);

/**
 * A key for an action, listed in the help. It is heard unless the user types in a field, and
 * Space and Enter stay with the button that has the focus.
 * @param {string} key as KeyboardEvent.key names it ("Space" is " ")
 * @param {string} text
 * @param {(event: KeyboardEvent) => void} run
 * @param {HTMLElement} [control] what does the same; where it is put away, the key is too
 */
export function addShortcut(key, text, run, control) {
  shortcuts.push({ key, text, run, control });
  if (shortcuts.length === 1) document.addEventListener("keydown", hearKey);
}

/** @param {KeyboardEvent} event */
function hearKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  const at = /** @type {HTMLElement} */ (event.target);
  if (document.querySelector("dialog[open]")) return;
  if (at.closest("input:not([type=checkbox], [type=radio], [type=range]), textarea, select")) return;
  if (event.key === " " && at.closest("button, summary, a, input, [role=button], [tabindex='0']")) return;
  const found = usable().find(({ key }) => key.toLowerCase() === event.key.toLowerCase());
  if (!found) return;
  event.preventDefault();
  found.run(event);
}

function showShortcuts() {
  openDialog("Keyboard", el("table", {}, el("tbody", {}, ...usable().map(({ key, text }) =>
    el("tr", {}, el("td", {}, el("kbd", {}, key === " " ? "Space" : key.length === 1 ? key.toUpperCase() : key)),
      el("td", { class: "left" }, text))))));
}

/**
 * Opens a modal dialog and gives it the focus; Escape closes it.
 * @param {string} heading
 * @param {...Node} content
 * @returns {HTMLDialogElement}
 */
export function openDialog(heading, ...content) {
  /** @type {HTMLDialogElement} */
  const dialog = el("dialog", { "aria-label": heading, onclose: () => dialog.remove() },
    el("header", {}, el("h2", {}, heading),
      el("button", { class: "icon quiet", "aria-label": "Close", onclick: () => dialog.close() }, icon("close"))),
    el("div", { class: "notes-inside", role: "alert" }),
    ...content);
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/**
 * Makes tabs: arrow keys move between them, the panel follows.
 * @param {HTMLElement} host gets the tab list and the panels
 * @param {string} label what the tabs are of
 * @param {{id: string, name: string, panel: HTMLElement, onShow?: () => void}[]} tabs
 * @returns {{show: (id: string) => void, shown: () => string}}
 */
export function mountTabs(host, label, tabs) {
  let current = "";
  const buttons = tabs.map(({ id, name, panel }) => {
    Object.assign(panel, { id: `panel-${id}` });
    panel.setAttribute("role", "tabpanel");
    panel.setAttribute("aria-labelledby", `tab-${id}`);
    return el("button", { id: `tab-${id}`, role: "tab", type: "button", "aria-controls": `panel-${id}`, "data-part": `panel-${id}`,
      onclick: () => show(id) }, name);
  });
  /** @param {string} id */
  function show(id) {
    current = id;
    tabs.forEach((tab, i) => {
      const isOn = tab.id === id;
      buttons[i].setAttribute("aria-selected", String(isOn));
      buttons[i].tabIndex = isOn ? 0 : -1;
      tab.panel.hidden = !isOn;
    });
    tabs.find((tab) => tab.id === id)?.onShow?.();
  }
  const list = el("div", { class: "tabs", role: "tablist", "aria-label": label,
    onkeydown: (/** @type {KeyboardEvent} */ event) => {
      // Tabs that are put away are passed over.
      const there = tabs.filter((_, i) => buttons[i].getClientRects().length > 0);
      const at = there.findIndex((tab) => tab.id === current);
      const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: there.length - 1 }[event.key];
      if (to === undefined) return;
      event.preventDefault();
      const next = there[(to + there.length) % there.length];
      show(next.id);
      buttons[tabs.indexOf(next)].focus();
    } }, ...buttons);
  host.append(list, ...tabs.map(({ panel }) => panel));
  show(tabs[0].id);
  return { show, shown: () => current };
}
