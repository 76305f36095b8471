// Reads the binary frames of the server: header, JSON block, arrays.

/**
 * @typedef {Float32Array | Float64Array | Uint8Array | Int32Array} Numbers
 * @typedef {{shape: number[], data: Numbers}} NamedArray
 * @typedef {{kind: number, run: number, step: number, scalars: Record<string, any>,
 *   arrays: Record<string, NamedArray>}} Frame
 */

export const VERSION = 1;
const HEADER = 16;

/** @type {Record<string, {size: number, make: (buffer: ArrayBuffer, at: number, n: number) => Numbers}>} */
const TYPES = {
  f4: { size: 4, make: (buffer, at, n) => new Float32Array(buffer, at, n) },
  f8: { size: 8, make: (buffer, at, n) => new Float64Array(buffer, at, n) },
  u1: { size: 1, make: (buffer, at, n) => new Uint8Array(buffer, at, n) },
  i4: { size: 4, make: (buffer, at, n) => new Int32Array(buffer, at, n) },
};

/** @param {number} length */
const padded = (length) => (length + 7) & ~7;

/**
 * One frame. The arrays are views of `buffer`, nothing is copied.
 * @param {ArrayBuffer} buffer
 * @returns {Frame}
 * @throws {RangeError} where the frame is of another version, cut off, or not well formed
 */
export function decode(buffer) {
  if (buffer.byteLength < HEADER) throw new RangeError("a frame shorter than its header");
  const view = new DataView(buffer);
  if (view.getUint8(0) !== VERSION) {
    throw new RangeError(`a frame of version ${view.getUint8(0)}, expected ${VERSION}: reload the page`);
  }
  const length = view.getUint32(8, true);
  if (HEADER + length > buffer.byteLength) throw new RangeError("a frame cut off in its JSON block");
  const text = new TextDecoder("utf-8", { fatal: true }).decode(new Uint8Array(buffer, HEADER, length));
  const block = JSON.parse(text);
  /** @type {Record<string, NamedArray>} */
  const arrays = {};
  let at = HEADER + padded(length);
  for (const { name, dtype, shape } of block.arrays ?? []) {
    const type = TYPES[dtype];
    if (!type) throw new RangeError(`a frame with an array of the unknown type ${dtype}`);
    const n = shape.reduce((/** @type {number} */ a, /** @type {number} */ b) => a * b, 1);
    if (at + n * type.size > buffer.byteLength) throw new RangeError(`a frame cut off in ${name}`);
    arrays[name] = { shape, data: type.make(buffer, at, n) };
    at += padded(n * type.size);
  }
  return {
    kind: view.getUint8(1),
    run: view.getUint16(2, true),
    step: view.getUint32(4, true),
    scalars: block.scalars ?? {},
    arrays,
  };
}
