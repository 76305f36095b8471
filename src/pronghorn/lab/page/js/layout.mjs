// Where the network drawing puts its neurons, and the paths between them. Nothing here draws.

/**
 * @typedef {{layer: number, unit: number, x: number, y: number}} Spot centre of a tile
 * @typedef {{layer: number, from: Spot, to: Spot}} Edge `layer` is that of `to`
 * @typedef {{size: number, x: number, spots: Spot[], hidden: number, gapY: number}} Column
 * @typedef {{columns: Column[], edges: Edge[], width: number, height: number, tile: number}} Layout
 */

/** As many units of a layer get a tile; the others are counted below them. */
export const MOST_TILES = 16;

/** The units of a layer that are drawn.
 * @param {number} size */
export const shownUnits = (size) => Array.from({ length: Math.min(size, MOST_TILES) }, (_, unit) => unit);

/**
 * @param {{sizes: number[], width: number, height: number, pitch?: number, left?: number}} wanted `sizes`: units
 *   of the inputs, the hidden layers and the output; `pitch`: the least distance of columns;
 *   `left`: what the names of the inputs need beside their tiles
 * @returns {Layout}
 */
export function arrange({ sizes, width, height, pitch = 108, left = 0 }) {
  const most = Math.max(...sizes.map((size) => Math.min(size, MOST_TILES) + (size > MOST_TILES ? 1 : 0)));
  const row = Math.min(84, Math.max(24, height / most));
  const tile = Math.round(row * 0.76);
  const room = Math.max(width, pitch * sizes.length);
  // Half a step stays free at both ends; at the left one more where the names need more.
  const first = Math.max(room / sizes.length / 2, left + tile / 2);
  const step = Math.max((room - first) / (sizes.length - 0.5), pitch);
  const full = first + step * (sizes.length - 0.5);
  const tall = Math.max(height, row * most);
  const columns = sizes.map((size, layer) => {
    const units = shownUnits(size);
    const hidden = size - units.length;
    const rows = units.length + (hidden ? 1 : 0);
    const top = (tall - row * rows) / 2 + row / 2;
    const x = first + step * layer;
    const spots = units.map((unit, i) => ({
      layer, unit, x, y: top + row * i,
    }));
    return { size, x, spots, hidden, gapY: top + row * units.length };
  });
  const edges = columns.slice(1).flatMap((column, i) =>
    column.spots.flatMap((to) => columns[i].spots.map((from) => ({ layer: i + 1, from, to }))));
  return { columns, edges, width: full, height: tall, tile };
}

/**
 * The four points of the curve of an edge, from the right side of a tile to the left of the next.
 * @param {Edge} edge
 * @param {number} tile
 */
export function curve({ from, to }, tile) {
  const [x1, x2] = [from.x + tile / 2, to.x - tile / 2];
  const bend = (x2 - x1) / 2;
  return [x1, from.y, x1 + bend, from.y, x2 - bend, to.y, x2, to.y];
}

/** @param {number[]} c */
export const curvePath = (c) =>
  `M${c[0]} ${c[1].toFixed(1)}C${c[2]} ${c[3].toFixed(1)} ${c[4]} ${c[5].toFixed(1)} ${c[6]} ${c[7].toFixed(1)}`;

/**
 * How an edge looks: the wider the larger |w| up to 5 is, at most a sixth of a tile; negative
 * weights are dashed too.
 * @param {number} weight
 * @param {number} tile
 */
export function edgeStyle(weight, tile) {
  const size = Math.min(Math.abs(weight) / 5, 1);
  return { width: 0.6 + (tile / 6) * size, alpha: 0.25 + 0.75 * Math.min(2.5 * size, 1), dash: weight < 0 ? [5, 4] : [] };
}
