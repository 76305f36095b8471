// Frames of the server, built here byte by byte.
import assert from "node:assert/strict";
import { test } from "node:test";
import { decode } from "../../../src/pronghorn/lab/page/js/frames.mjs";

/** @param {any} block @param {Uint8Array[]} bodies */
function frame(block, bodies, version = 1) {
  const text = new TextEncoder().encode(JSON.stringify(block));
  const pad = (n) => Math.ceil(n / 8) * 8;
  const bytes = new Uint8Array(16 + pad(text.length) + bodies.reduce((sum, body) => sum + pad(body.length), 0)).fill(32);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, version);
  view.setUint8(1, 3);
  view.setUint16(2, 7, true);
  view.setUint32(4, 99, true);
  view.setUint32(8, pad(text.length), true);
  view.setUint32(12, 0, true);
  bytes.set(text, 16);
  let at = 16 + pad(text.length);
  for (const body of bodies) {
    bytes.set(body, at);
    at += pad(body.length);
  }
  return bytes.buffer;
}

const floats = new Uint8Array(new Float32Array([1.5, -2]).buffer);

test("header, scalars and arrays come out", () => {
  const made = decode(frame({ scalars: { loss: null }, arrays: [
    { name: "bytes", dtype: "u1", shape: [3] }, { name: "w", dtype: "f4", shape: [2, 1] }] }, [Uint8Array.of(1, 2, 3), floats]));
  assert.deepEqual([made.kind, made.run, made.step, made.scalars.loss], [3, 7, 99, null]);
  assert.deepEqual([...made.arrays.bytes.data], [1, 2, 3]);
  assert.deepEqual([...made.arrays.w.data], [1.5, -2]);
  assert.deepEqual(made.arrays.w.shape, [2, 1]);
});

for (const [name, buffer] of [
  ["shorter than its header", new ArrayBuffer(8)],
  ["of another version", frame({}, [], 2)],
  ["cut off in an array", frame({ arrays: [{ name: "w", dtype: "f4", shape: [1000] }] }, [floats])],
  ["of an unknown type", frame({ arrays: [{ name: "w", dtype: "f2", shape: [2] }] }, [floats])],
]) {
  test(`a frame ${name} is refused`, () => assert.throws(() => decode(buffer), RangeError));
}
