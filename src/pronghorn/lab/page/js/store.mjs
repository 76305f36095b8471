// What the page knows: the server's state, the curves of the run, the newest frame, and the view
// (choices that live in this page only). Whoever draws a part watches it.

/**
 * @typedef {{state: any, run: any, frame: import("./frames.mjs").Frame | null, view: Record<string, any>}} Known
 */

/** How often numbers and curves are drawn while the network trains. */
const CALM = 100;

export class Store {
  /** @param {Record<string, any>} [view] */
  constructor(view = {}) {
    /** @type {Known} */
    this.known = { state: null, run: null, frame: null, view };
    /** @type {{parts: (keyof Known)[], draw: () => void}[]} */
    this.watchers = [];
    /** @type {Set<keyof Known>} */
    this.changed = new Set();
  }

  get state() {
    return this.known.state;
  }

  get run() {
    return this.known.run;
  }

  get frame() {
    return this.known.frame;
  }

  get view() {
    return this.known.view;
  }

  /**
   * Replaces a part; those who watch it are called once, after the present task.
   * @param {keyof Known} part
   * @param {any} value
   */
  set(part, value) {
    this.known[part] = value;
    if (this.changed.size === 0) queueMicrotask(() => this.flush());
    this.changed.add(part);
  }

  /** Changes some choices of the view.
   * @param {Record<string, any>} choices */
  look(choices) {
    this.set("view", { ...this.known.view, ...choices });
  }

  /**
   * @param {(keyof Known)[]} parts
   * @param {() => void} draw
   */
  watch(parts, draw) {
    this.watchers.push({ parts, draw });
  }

  /**
   * As `watch`, but while the network trains only so often as people read: text that changes at
   * every frame costs the browser a new layout each time.
   * @param {(keyof Known)[]} parts
   * @param {() => void} draw
   * @param {number} [every] milliseconds from one drawing to the next
   */
  watchCalmly(parts, draw, every = CALM) {
    let drawnAt = 0;
    this.watch(parts, () => {
      const now = performance.now();
      if (this.frame?.scalars.is_playing && now - drawnAt < every) return;
      drawnAt = now;
      draw();
    });
  }

  flush() {
    const changed = this.changed;
    this.changed = new Set();
    for (const { parts, draw } of this.watchers) {
      if (parts.some((part) => changed.has(part))) draw();
    }
  }
}
