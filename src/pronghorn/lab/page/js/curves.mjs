// Curves as data: smoothing, CSV and SVG of a chart. Nothing here knows the page.

import { CATEGORIES, DASHES } from "./palette.mjs";

/**
 * @typedef {{name: string, label: string, values: (number | null)[], colour?: string,
 *   dash?: number[]}} Curve
 * @typedef {{step: number, label: string}} Mark an event, drawn as an upright line
 */

/**
 * Exponential moving average, freed of the bias towards its start:
 * m_t = f m_{t-1} + (1 - f) v_t, given out as m_t / (1 - f^t). Gaps stay gaps.
 * @param {(number | null)[]} values
 * @param {number} factor f in [0, 1); 0 gives the values themselves
 * @returns {(number | null)[]}
 */
export function smooth(values, factor) {
  if (factor <= 0) return values;
  let mean = 0;
  let weight = 0;
  return values.map((value) => {
    if (value === null || !Number.isFinite(value)) return null;
    mean = factor * mean + (1 - factor) * value;
    weight = factor * weight + (1 - factor);
    return mean / weight;
  });
}

// Below it uPlot finds no tick of a logarithmic axis and never ends its search.
const LOWEST_ON_LOG = 1e-15;

/**
 * Values for an axis: null where they are missing, not finite, or cannot stand on a log axis.
 * @param {(number | null | undefined)[]} values
 * @param {boolean} isLog
 */
export const drawable = (values, isLog) =>
  values.map((value) =>
    value === null || value === undefined || !Number.isFinite(value) || (isLog && value < LOWEST_ON_LOG) ? null : value);

/** @param {string | number | null} cell */
function csvCell(cell) {
  const text = cell === null ? "" : String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * A table as CSV after RFC 4180.
 * @param {string[]} names
 * @param {(string | number | null)[][]} rows
 */
export const csv = (names, rows) =>
  [names, ...rows].map((row) => row.map(csvCell).join(",")).join("\r\n") + "\r\n";

/**
 * The curves as CSV: one column for x, one a curve.
 * @param {string} xName
 * @param {number[]} x
 * @param {Curve[]} curves
 */
export const curvesCsv = (xName, x, curves) =>
  csv([xName, ...curves.map(({ name }) => name)], x.map((at, i) => [at, ...curves.map(({ values }) => values[i] ?? null)]));

/**
 * About `wanted` round places in [low, high]: multiples of 1, 2 or 5 times a power of ten; on a log
 * axis the powers of ten (and their 2 and 5 where few of them are inside).
 * @param {number} low
 * @param {number} high
 * @param {number} wanted
 * @param {boolean} [isLog]
 */
export function ticks(low, high, wanted, isLog = false) {
  if (!(high > low)) return [low];
  if (isLog) {
    const all = [];
    for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power++) {
      for (const digit of [1, 2, 5]) all.push({ digit, value: digit * 10 ** power });
    }
    const inside = all.filter(({ value }) => value >= low && value <= high);
    const tens = inside.filter(({ digit }) => digit === 1);
    const chosen = tens.length >= 2 ? tens : inside;
    const every = Math.ceil(chosen.length / Math.max(wanted, 1));
    return chosen.filter((_, i) => i % every === 0).map(({ value }) => value);
  }
  const rough = (high - low) / Math.max(wanted, 1);
  const power = 10 ** Math.floor(Math.log10(rough));
  const unit = [1, 2, 5, 10].map((digit) => digit * power).find((size) => size >= rough) ?? rough;
  const first = Math.ceil(low / unit - 1e-9);
  const last = Math.floor(high / unit + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * unit).toPrecision(12)));
}

/** @param {string} text */
export const escapeXml = (text) =>
  text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

/**
 * The chart as a self-contained SVG text, for reports.
 * @param {{title: string, xLabel: string, yLabel: string, x: number[], curves: Curve[],
 *   marks?: Mark[], logX?: boolean, logY?: boolean, width?: number, height?: number}} chart
 */
export function curvesSvg({ title, xLabel, yLabel, x, curves, marks = [], logX = false, logY = false,
  width = 720, height = 400 }) {
  const box = { left: 70, top: 40, right: width - 20, bottom: height - 80 };
  const xs = drawable(x, logX);
  const columns = curves.map(({ values }) => drawable(values, logY));
  const xScale = scale(xs, logX, box.left, box.right);
  const yScale = scale(columns.flat(), logY, box.bottom, box.top);
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="13">`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    `<text x="${box.left}" y="24" font-size="16" font-weight="bold">${escapeXml(title)}</text>`,
  ];
  for (const at of ticks(xScale.low, xScale.high, 8, logX)) {
    const px = xScale.place(at).toFixed(1);
    parts.push(`<path d="M${px} ${box.top}V${box.bottom}" stroke="#ddd"/>`,
      `<text x="${px}" y="${box.bottom + 18}" text-anchor="middle">${at}</text>`);
  }
  for (const at of ticks(yScale.low, yScale.high, 6, logY)) {
    const py = yScale.place(at).toFixed(1);
    parts.push(`<path d="M${box.left} ${py}H${box.right}" stroke="#ddd"/>`,
      `<text x="${box.left - 8}" y="${Number(py) + 4}" text-anchor="end">${at}</text>`);
  }
  for (const { step, label } of marks) {
    const px = xScale.place(step);
    if (px >= box.left && px <= box.right) {
      parts.push(`<path d="M${px.toFixed(1)} ${box.top}V${box.bottom}" stroke="#777" stroke-dasharray="2 3"><title>${escapeXml(label)}</title></path>`);
    }
  }
  columns.forEach((values, i) => {
    const { label, colour = CATEGORIES[i % CATEGORIES.length], dash = DASHES[i % DASHES.length] } = curves[i];
    const path = linePath(values.map((y, row) => {
      const at = xs[row];
      return y === null || at === null ? null : [xScale.place(at), yScale.place(y)];
    }));
    const stroke = `stroke="${escapeXml(colour)}" stroke-width="2" stroke-dasharray="${dash.join(" ")}"`;
    const left = box.left + (i % 4) * 160;
    const top = height - 30 + 16 * Math.floor(i / 4);
    parts.push(`<path d="${path}" fill="none" ${stroke}/>`,
      `<path d="M${left} ${top}h26" ${stroke}/><text x="${left + 32}" y="${top + 4}">${escapeXml(label)}</text>`);
  });
  parts.push(
    `<text x="${(box.left + box.right) / 2}" y="${box.bottom + 38}" text-anchor="middle">${escapeXml(xLabel)}</text>`,
    `<text transform="translate(16 ${(box.top + box.bottom) / 2}) rotate(-90)" text-anchor="middle">${escapeXml(yLabel)}</text>`,
    "</svg>",
  );
  return parts.join("\n");
}

/**
 * @param {(number | null)[]} values
 * @param {boolean} isLog
 * @param {number} from
 * @param {number} to
 */
function scale(values, isLog, from, to) {
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    if (value !== null) {
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  if (low === Infinity) [low, high] = [isLog ? 1 : 0, isLog ? 10 : 1];
  if (low === high) [low, high] = isLog ? [low / 2, high * 2] : [low - 0.5, high + 0.5];
  const by = isLog ? Math.log10 : (/** @type {number} */ value) => value;
  const place = (/** @type {number} */ value) =>
    from + ((to - from) * (by(value) - by(low))) / (by(high) - by(low));
  return { low, high, place };
}

/**
 * SVG path of points, broken at null.
 * @param {(number[] | null)[]} points
 */
export function linePath(points) {
  let isOpen = false;
  return points.map((point) => {
    if (!point) {
      isOpen = false;
      return "";
    }
    const text = `${isOpen ? "L" : "M"}${point[0].toFixed(1)} ${point[1].toFixed(1)}`;
    isOpen = true;
    return text;
  }).join("");
}
