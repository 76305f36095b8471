// How frames pass through a page: one is drawn a refresh, one may wait, and the server is told when
// it may send the next.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Connection } from "../../../src/pronghorn/lab/page/js/connection.mjs";

class Socket {
  static OPEN = 1;
  readyState = Socket.OPEN;
  sent = [];
  send(text) {
    this.sent.push(JSON.parse(text));
  }
}

/** A frame of a step without numbers: version 1, kind 1, an empty JSON block of 8 bytes. @param {number} step */
function frame(step) {
  const bytes = new Uint8Array(24).fill(32);
  bytes.set([1, 1, 0, 0, step, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0], 0);
  bytes.set(new TextEncoder().encode("{}"), 16);
  return bytes.buffer;
}

function open() {
  /** @type {(() => void)[]} */
  const refreshes = [];
  Object.assign(globalThis, { WebSocket: Socket, requestAnimationFrame: (draw) => refreshes.push(draw) });
  const connection = new Connection("ws://127.0.0.1/ws");
  const drawn = [];
  connection.on("frame", ({ step }) => drawn.push(step));
  return { drawn, take: (step) => connection.takeFrame(frame(step)), refresh: () => refreshes.shift()?.(),
    told: () => connection.socket.sent.splice(0).map(({ step }) => step) };
}

test("a frame is acknowledged when it comes and drawn at the refresh", () => {
  const page = open();
  page.take(1);
  assert.deepEqual([page.told(), page.drawn], [[1], []]);
  page.refresh();
  assert.deepEqual([page.told(), page.drawn], [[], [1]]);
});

test("of two the second waits for the next refresh, and only then a third may come", () => {
  const page = open();
  page.take(1);
  page.take(2);
  assert.deepEqual(page.told(), [1]);
  page.refresh();
  assert.deepEqual([page.told(), page.drawn], [[2], [1]]);
  page.take(3);
  assert.deepEqual(page.told(), []);
  page.refresh();
  page.refresh();
  assert.deepEqual([page.told(), page.drawn], [[3], [1, 2, 3]]);
});

test("a page that is hidden asks for no more than one ahead", () => {
  const page = open();
  page.take(1);
  page.take(2);
  assert.deepEqual(page.told(), [1]);
});
