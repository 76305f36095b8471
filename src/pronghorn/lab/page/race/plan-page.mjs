// What the pages that run plans share: a plan from the address, asked for again at every change,
// its answer drawn when its frame comes.

import { Connection } from "../js/connection.mjs";
import { byId } from "../js/dom.mjs";
import { latest } from "../js/fields.mjs";
import { mountShell, note, showStatus } from "../js/shell.mjs";
import { unpackPlan } from "./plan.mjs";

/** A page whose subclass has the form (with `choice` and `showStart`), `plan`, `open` and `take`. */
export class PlanPage {
  /** @type {any} the surface and its start */
  form = null;

  /**
   * @param {Connection} lab
   * @param {any} setup what `race_setup` gave
   * @param {{command: string, kind: number}} what the command that runs a plan, and the kind of its frame
   */
  constructor(lab, setup, { command, kind }) {
    this.lab = lab;
    this.setup = setup;
    this.command = command;
    /** @type {import("../js/frames.mjs").Frame | null} */
    this.frame = null;
    this.ask = latest((/** @type {any} */ plan) => this.send(plan));
    lab.on("frame", (frame) => frame.kind === kind && this.take(frame));
  }

  /** Opens the plan of the address, now and whenever the address gets another. */
  begin() {
    const read = () => {
      const plan = unpackPlan(location.hash);
      if (!plan && location.hash.length > 1) note("link: expected a whole link of the lab, received a damaged one.", "bad");
      return plan;
    };
    this.open(read() ?? {});
    window.addEventListener("hashchange", () => {
      const plan = read();
      if (plan) this.open(plan);
    });
  }

  /** Shows a plan, of a link or a lesson, and runs it. @param {any} _plan */
  open(_plan) {}

  /** Draws the answer. @param {import("../js/frames.mjs").Frame} _frame */
  take(_frame) {}

  /** What is to be run. @returns {any} null where nothing is */
  plan() {
    return null;
  }

  run() {
    const plan = this.plan();
    if (plan) this.ask(plan);
  }

  /** @param {any} plan */
  async send(plan) {
    try {
      await this.lab.call(this.command, plan);
      byId("problem").textContent = "";
    } catch (error) {
      byId("problem").textContent = /** @type {Error} */ (error).message;
    }
  }

  /** @param {number[]} point */
  setStart(point) {
    this.form.choice.start = point;
    this.form.showStart(point);
    this.run();
  }
}

/**
 * Makes the page once the server is there; when it comes back, the plan runs again.
 * @param {string} address of the page in the navigation
 * @param {new (lab: Connection, setup: any) => PlanPage} Page
 */
export function mountPlanPage(address, Page) {
  mountShell({ page: address });
  const lab = new Connection();
  showStatus(lab);
  /** @type {PlanPage | null} */
  let page = null;
  lab.on("status", async (status) => {
    if (status !== "open") return;
    if (page) page.run();
    else page = new Page(lab, await lab.call("race_setup"));
  });
}
