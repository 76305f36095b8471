// The WebSocket of every page: commands with replies, events, and frames drawn one at a time.

import { decode } from "./frames.mjs";

/** @typedef {import("./frames.mjs").Frame} Frame */

const SLOWEST_RETRY = 8000;

/** An error reply of the server: its message is one line for people. */
export class Refused extends Error {}

/**
 * Speaks to the server. `status` is "opening", "open" or "closed"; after a loss it tries again,
 * ever more slowly, and tells `on("status")`.
 *
 *     const lab = new Connection();
 *     lab.on("state", (message) => …);      // a text push {"event": "state", …}
 *     lab.on("frame", (frame) => …);        // every frame, at a screen refresh
 *     const result = await lab.call("trace", { rows: [3] });
 *
 * One frame is drawn a refresh, and one may wait for the next refresh: so the screen has one also
 * where the server's came late. A frame is acknowledged when it came to an empty queue, else when
 * it is drawn. A hidden page has no refresh, draws nothing and so is sent next to nothing.
 */
export class Connection {
  /** @param {string} [address] of the WebSocket; by default /ws of the page's own server */
  constructor(address = `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws`) {
    this.address = address;
    /** @type {"opening" | "open" | "closed"} */
    this.status = "closed";
    /** @type {Map<string, Set<(value: any) => void>>} */
    this.handlers = new Map();
    /** @type {Map<number, {resolve: (value: any) => void, reject: (error: Error) => void}>} */
    this.waiting = new Map();
    this.nextId = 1;
    this.retry = 250;
    /** @type {WebSocket | null} */
    this.socket = null;
    /** Frames that wait for the next screen refresh. @type {Frame[]} */
    this.undrawn = [];
    this.open();
  }

  /**
   * @param {string} name "status", "frame", "error", or the name of a push
   * @param {(value: any) => void} handler
   * @returns {() => void} takes the handler off
   */
  on(name, handler) {
    const set = this.handlers.get(name) ?? new Set();
    this.handlers.set(name, set);
    set.add(handler);
    return () => set.delete(handler);
  }

  /**
   * Sends a command.
   * @param {string} command
   * @param {Record<string, any>} [values] its arguments
   * @returns {Promise<any>} the result
   * @throws {Refused} with the server's one-line message
   */
  call(command, values = {}) {
    const socket = this.socket;
    if (!socket || socket.readyState !== WebSocket.OPEN) {
      return Promise.reject(new Refused("the lab's server does not answer; is it still running?"));
    }
    const id = this.nextId++;
    socket.send(JSON.stringify({ id, do: command, ...values }));
    return new Promise((resolve, reject) => this.waiting.set(id, { resolve, reject }));
  }

  open() {
    this.setStatus("opening");
    const socket = new WebSocket(this.address);
    socket.binaryType = "arraybuffer";
    this.socket = socket;
    socket.onopen = () => {
      this.retry = 250;
      this.setStatus("open");
    };
    socket.onmessage = ({ data }) => (typeof data === "string" ? this.takeText(data) : this.takeFrame(data));
    socket.onclose = () => {
      for (const { reject } of this.waiting.values()) reject(new Refused("the connection was lost"));
      this.waiting.clear();
      this.setStatus("closed");
      setTimeout(() => this.open(), this.retry);
      this.retry = Math.min(2 * this.retry, SLOWEST_RETRY);
    };
  }

  /** @param {"opening" | "open" | "closed"} status */
  setStatus(status) {
    this.status = status;
    this.emit("status", status);
  }

  /**
   * @param {string} name
   * @param {any} value
   */
  emit(name, value) {
    for (const handler of this.handlers.get(name) ?? []) handler(value);
  }

  /** @param {string} text */
  takeText(text) {
    const message = JSON.parse(text);
    if (typeof message.event === "string") {
      this.emit(message.event, message);
      return;
    }
    const waiter = this.waiting.get(message.id);
    this.waiting.delete(message.id);
    if (!waiter) {
      if (message.ok === false) this.emit("error", new Refused(message.error));
    } else if (message.ok) {
      waiter.resolve(message.result);
    } else {
      waiter.reject(new Refused(message.error));
    }
  }

  /** @param {ArrayBuffer} data */
  takeFrame(data) {
    const frame = decode(data);
    this.undrawn.push(frame);
    if (this.undrawn.length > 1) return;
    this.acknowledge(frame.step);
    requestAnimationFrame(() => this.draw());
  }

  draw() {
    const frame = /** @type {Frame} */ (this.undrawn.shift());
    if (this.undrawn.length > 0) {
      this.acknowledge(this.undrawn[0].step);
      requestAnimationFrame(() => this.draw());
    }
    this.emit("frame", frame);
  }

  /** @param {number} step */
  acknowledge(step) {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify({ do: "ack", step }));
  }
}
