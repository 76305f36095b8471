// Level lines of a grid by marching squares.

/**
 * The level line of a grid as segments in grid coordinates (column, row), with linear
 * interpolation along the cells' sides; the two cells of a saddle are cut at their mean.
 * @param {ArrayLike<number>} values row by row
 * @param {number} rows
 * @param {number} columns
 * @param {number} level
 * @returns {[number, number, number, number][]} x1, y1, x2, y2
 */
export function levelLine(values, rows, columns, level) {
  /** @type {[number, number, number, number][]} */
  const segments = [];
  for (let row = 0; row + 1 < rows; row++) {
    for (let column = 0; column + 1 < columns; column++) {
      const at = row * columns + column;
      const corners = [values[at], values[at + 1], values[at + columns + 1], values[at + columns]];
      cutCell(corners, level, column, row, segments);
    }
  }
  return segments;
}

/**
 * @param {number[]} corners clockwise from the upper left
 * @param {number} level
 * @param {number} x
 * @param {number} y
 * @param {[number, number, number, number][]} segments
 */
function cutCell(corners, level, x, y, segments) {
  const isAbove = corners.map((value) => value >= level);
  if (isAbove.every((above) => above === isAbove[0])) return;
  const share = (/** @type {number} */ a, /** @type {number} */ b) => (level - corners[a]) / (corners[b] - corners[a]);
  /** @type {(null | [number, number])[]} */
  const cuts = [
    isAbove[0] !== isAbove[1] ? [x + share(0, 1), y] : null,
    isAbove[1] !== isAbove[2] ? [x + 1, y + share(1, 2)] : null,
    isAbove[2] !== isAbove[3] ? [x + share(3, 2), y + 1] : null,
    isAbove[3] !== isAbove[0] ? [x, y + share(0, 3)] : null,
  ];
  const found = /** @type {[number, number][]} */ (cuts.filter(Boolean));
  if (found.length === 2) {
    segments.push([...found[0], ...found[1]]);
    return;
  }
  const isJoined = (corners[0] + corners[1] + corners[2] + corners[3]) / 4 >= level === isAbove[0];
  const [top, right, bottom, left] = found;
  segments.push(...(isJoined
    ? [/** @type {any} */ ([...top, ...right]), [...bottom, ...left]]
    : [/** @type {any} */ ([...top, ...left]), [...right, ...bottom]]));
}
