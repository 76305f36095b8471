// The page of the lessons: a list, and one lesson with its question, its steps and what they open.

import { Connection } from "../js/connection.mjs";
import { byId, el } from "../js/dom.mjs";
import { announce, mountShell, note, showStatus } from "../js/shell.mjs";
import { packPlan } from "../race/plan.mjs";

/** @type {Record<string, [string, string]>} page → its address and what opens it */
const PAGES = { playground: ["/", "Open in the playground"], race: ["/race", "Open the race"], descent: ["/descent", "Open the descent"] };

/** @param {any} opened */
function addressOf({ page, plan, hash }) {
  return `${PAGES[page][0]}${hash ? `#${hash}` : packPlan(plan)}`;
}

/** @param {any} lesson */
const linkTo = ({ name }) => `#${encodeURIComponent(name)}`;

/** @param {any[]} lessons @param {string} name */
function show(lessons, name) {
  const at = Math.max(lessons.findIndex((lesson) => lesson.name === name), 0);
  const lesson = lessons[at];
  document.title = `${lesson.title} · pronghorn lab`;
  byId("list").replaceChildren(...lessons.map((one, i) => el("li", {},
    el("a", { href: linkTo(one), "aria-current": i === at ? "true" : null },
      el("span", { class: "order" }, i + 1), el("span", {}, one.title)))));
  const next = lessons[at + 1];
  byId("lesson").replaceChildren(
    el("header", {}, el("p", { class: "soft small" }, `Lesson ${at + 1} of ${lessons.length}`),
      el("h2", { id: "lesson-heading", tabindex: "-1" }, lesson.title), el("p", { class: "lead" }, lesson.about)),
    question(lesson),
    el("ol", { class: "steps" }, ...lesson.steps.map((/** @type {any} */ { text, open }) =>
      el("li", {}, el("p", {}, text), open && el("a", { class: "button", href: addressOf(open), target: "_blank", rel: "noopener" },
        PAGES[open.page][1], el("span", { class: "visually-hidden" }, " (in a new tab)"), el("span", { "aria-hidden": "true" }, " ↗"))))),
    el("p", { class: "row apart" }, at > 0 ? el("a", { href: linkTo(lessons[at - 1]) }, `← ${lessons[at - 1].title}`) : el("span"),
      next && el("a", { href: linkTo(next) }, `${next.title} →`)));
}

/** What to predict before running. @param {any} lesson */
function question({ name, question: { text, choices, answer, why } }) {
  const verdict = el("div", { class: "verdict", role: "status" });
  const inputs = choices.map((/** @type {string} */ choice, /** @type {number} */ i) => {
    const input = el("input", { type: "radio", name: `predict-${name}`, value: String(i), onchange: () => (button.disabled = false) });
    return el("label", { class: "check choice" }, input, el("span", {}, choice));
  });
  const button = el("button", { type: "button", disabled: true, onclick: () => {
    const chosen = inputs.findIndex((/** @type {HTMLElement} */ label) => /** @type {any} */ (label.firstChild).checked);
    const isRight = chosen === answer;
    inputs.forEach((/** @type {HTMLElement} */ label, /** @type {number} */ i) => (label.dataset.kind = i === answer ? "right" : i === chosen ? "wrong" : ""));
    verdict.replaceChildren(el("p", {}, el("strong", {}, isRight ? "✓ Yes. " : `✗ Not so: ${choices[answer]}. `), why));
    announce(isRight ? "Right" : "Not so");
  } }, "Show the answer");
  return el("section", { class: "question", "aria-label": "Predict before you run" },
    el("h3", {}, "Predict before you run"), el("fieldset", {}, el("legend", {}, text), ...inputs), button, verdict);
}

mountShell({ page: "/lessons" });
const lab = new Connection();
showStatus(lab);
/** @type {any[] | null} */
let lessons = null;
const showChosen = () => lessons && show(lessons, decodeURIComponent(location.hash.slice(1)));
window.addEventListener("hashchange", () => {
  showChosen();
  document.getElementById("lesson-heading")?.focus();
});
lab.on("status", async (status) => {
  if (status !== "open" || lessons) return;
  try {
    lessons = await lab.call("lessons");
    showChosen();
  } catch (error) {
    // A lesson of someone's own that has a mistake in it.
    note(/** @type {Error} */ (error).message, "bad");
  }
});
