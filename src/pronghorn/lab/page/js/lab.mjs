// The experiment as the page's parts use it: commands, the config and its changes, the history.

import { latest } from "./fields.mjs";
import { experimentIn, hiddenIn, hiddenSuffix, putAway } from "./parts.mjs";
import { note, wantsStill } from "./shell.mjs";

/**
 * @typedef {import("./connection.mjs").Connection} Connection
 * @typedef {import("./store.mjs").Store} Store
 */

export class Lab {
  /**
   * @param {Connection} connection
   * @param {Store} store
   */
  constructor(connection, store) {
    this.connection = connection;
    this.store = store;
    /** What "hello" told: registry, data sets, features, limits. @type {any} */
    this.about = null;
    /** The config the user wants, while the server has not answered. @type {any} */
    this.wanted = null;
    /** That of the newest state. */
    this.number = 0;
    /** The data as points; null until it came. @type {any} */
    this.data = null;
    this.dataKey = "";
    /** The newest frame; what is drawn may be an older one. @type {import("./frames.mjs").Frame | null} */
    this.newest = null;
    this.shownAt = 0;
    /** How often the points were read: drawings of them know by it whether they are old. */
    this.dataCount = 0;
    /** The data and settings that the address of the page holds. */
    this.linkKey = "";
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.linking = undefined;
    this.sendConfig = latest(async (config) => {
      const state = await this.call("configure", { config });
      if (this.wanted === config || !state) this.wanted = null;
      if (state) this.takeState(state);
      else this.store.set("state", this.store.state);
    });
    connection.on("state", (message) => this.takeState(message.state ?? message));
    connection.on("frame", (frame) => this.takeFrame(frame));
  }

  /**
   * Runs a command; a refusal is shown to the user and gives undefined.
   * @param {string} command
   * @param {Record<string, any>} [values]
   */
  async call(command, values = {}) {
    try {
      return await this.connection.call(command, values);
    } catch (error) {
      note(/** @type {Error} */ (error).message, "bad");
      return undefined;
    }
  }

  /**
   * Runs a command whose result is the state.
   * @param {string} command
   * @param {Record<string, any>} [values]
   */
  async change(command, values = {}) {
    const state = await this.call(command, values);
    if (state) this.takeState(state);
    return state;
  }

  /** The config as the user wants it. */
  get config() {
    return this.wanted ?? this.store.state.config;
  }

  /**
   * Changes the config: `edit` gets a copy to write into.
   * @param {(config: any) => void} edit
   */
  configure(edit) {
    const config = structuredClone(this.config);
    edit(config);
    this.wanted = config;
    this.sendConfig(config);
  }

  /** @param {any} state */
  takeState(state) {
    const { event, ...known } = state;
    // The reply to a command may come behind the event of what the command led to.
    if (known.number < this.number) return;
    this.number = known.number;
    this.store.set("state", known);
    const key = JSON.stringify([known.config.data, known.watch?.pair, known.train_rows]);
    if (key !== this.dataKey) {
      this.dataKey = key;
      this.loadData();
    }
    this.keepLink(known.config);
  }

  /**
   * Writes the experiment into the address of the page: a reload, a bookmark or a shared address
   * begins with it. A table of the user's own cannot be in a link.
   * @param {any} config
   */
  keepLink(config) {
    const key = JSON.stringify(config);
    if (key === this.linkKey) return;
    const isFirst = this.linkKey === "";
    this.linkKey = key;
    clearTimeout(this.linking);
    if (isFirst || config.data.name === "upload") return;
    this.linking = setTimeout(async () => {
      const link = await this.call("link");
      if (link) history.replaceState(null, "", `${location.pathname}#${link.hash.replace(/^#/, "")}${hiddenSuffix()}`);
    }, LINK_AFTER);
  }

  async loadData() {
    const data = await this.call("data");
    if (data) {
      this.data = data;
      this.dataCount++;
      this.store.set("state", this.store.state);
    }
  }

  /** Everything a page needs first; again after the connection was lost. */
  async begin() {
    this.number = 0;
    this.about = this.about ?? (await this.call("hello"));
    await this.openAddress();
  }

  /** Opens what the address of the page holds: an experiment, and parts that are put away. */
  async openAddress() {
    this.store.set("run", null);
    putAway(hiddenIn(location.hash));
    const hash = experimentIn(location.hash);
    if (!hash || !(await this.change("open_link", { hash }))) await this.change("state");
    const past = await this.call("history");
    if (past) this.takeCurve(past.first ?? 0, past.rows);
  }

  /** @param {import("./frames.mjs").Frame} frame */
  takeFrame(frame) {
    if (frame.kind !== 1) return;
    const { curve } = frame.arrays;
    if (curve) {
      const [rows, columns] = curve.shape;
      this.takeCurve(frame.scalars.curve_first,
        Array.from({ length: rows }, (_, i) => [...curve.data.subarray(i * columns, (i + 1) * columns)]));
    }
    frame.scalars.is_diagnosed = Boolean(frame.arrays.grad_norms);
    // What comes only now and then stays until it comes again.
    const kept = this.newest?.arrays ?? {};
    for (const name of NOW_AND_THEN) if (!frame.arrays[name] && kept[name]) frame.arrays[name] = kept[name];
    this.newest = frame;
    const now = performance.now();
    if (wantsStill() && frame.scalars.is_playing && now - this.shownAt < STILL_FOR) return;
    this.shownAt = now;
    this.store.set("frame", frame);
  }

  /**
   * Puts rows of the curve in their place; what stood behind them is gone (a reset, an undo).
   * @param {number} first
   * @param {(number | null)[][]} rows
   */
  takeCurve(first, rows) {
    const run = this.store.run ?? { rows: [] };
    run.rows.length = Math.min(run.rows.length, first);
    for (const row of rows) run.rows.push(row);
    this.store.set("run", run);
  }

  /** A column of the curve by its name. @param {string} name @returns {(number | null)[]} */
  column(name) {
    const at = this.store.state?.curve_columns.indexOf(name) ?? -1;
    return (this.store.run?.rows ?? []).map((/** @type {any[]} */ row) => (at < 0 ? null : row[at]));
  }
}

/** Milliseconds without a change until the address follows: a slider that moves is not written. */
const LINK_AFTER = 400;
/** Milliseconds between two pictures of a training for who wants little motion. */
const STILL_FOR = 1000;

const NOW_AND_THEN = ["grad_norms", "weight_norms", "ratios", "dead", "saturated", "dead_units", "histograms",
  "histogram_ranges", "train_outputs", "test_outputs"];
