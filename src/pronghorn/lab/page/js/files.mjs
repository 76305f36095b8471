// The dialog in which a file of the user's is sent to the lab: chosen, or dropped on it.

import { el } from "./dom.mjs";
import { openDialog } from "./shell.mjs";

/**
 * Opens it. What the server makes of the file is shown below the field by `show`.
 * @param {import("./lab.mjs").Lab} lab
 * @param {{heading: string, words: string, label: string, accept: string, command: string,
 *   show: (place: HTMLElement, answer: any, close: () => void) => void}} options `command`: reads the
 *   file by the name that the upload gave
 */
export function openFile(lab, { heading, words, label, accept, command, show }) {
  const place = el("div", { class: "stack" });
  const field = el("input", { type: "file", accept, "aria-label": label, onchange: () => field.files[0] && send(field.files[0]) });
  const drop = el("label", { class: "drop" }, el("span", {}, words), field);
  drop.addEventListener("dragover", (/** @type {DragEvent} */ event) => event.preventDefault());
  drop.addEventListener("drop", (/** @type {DragEvent} */ event) => {
    event.preventDefault();
    const dropped = event.dataTransfer?.files[0];
    if (dropped) send(dropped);
  });
  const dialog = openDialog(heading, drop, place);

  /** @param {string} text */
  const refuse = (text) => place.replaceChildren(el("p", { class: "banner", "data-kind": "bad", role: "alert" }, text));

  async function send(/** @type {File} */ chosen) {
    place.replaceChildren(el("p", { role: "status" }, `Reading ${chosen.name} …`));
    const limit = lab.about?.limits.upload_bytes ?? Infinity;
    if (chosen.size > limit) {
      refuse(`${chosen.name} has ${(chosen.size / 2 ** 20).toFixed(1)} MB; at most ${limit >> 20} are read.`);
      return;
    }
    try {
      const answer = await fetch("upload", { method: "POST", body: chosen });
      if (!answer.ok) throw new Error(await answer.text());
      const { upload } = await answer.json();
      const found = await lab.connection.call(command, { upload, name: chosen.name });
      show(place, found, () => dialog.close());
    } catch (error) {
      refuse(/** @type {Error} */ (error).message);
    } finally {
      // The same file may be chosen again, when it was changed.
      field.value = "";
    }
  }
}
