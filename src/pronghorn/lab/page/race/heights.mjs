// Heights as the charts show them: above the lowest point known.

/**
 * The height that curves are drawn above: of the lowest minimum, else a little below all that was
 * reached, so that the lowest of it still stands on a logarithmic axis.
 * @param {number | null | undefined} lowest of the minima
 * @param {ArrayLike<number>} heights
 */
export function floorOf(lowest, heights) {
  if (lowest !== null && lowest !== undefined) return lowest;
  let [low, high] = [Infinity, -Infinity];
  for (let i = 0; i < heights.length; i++) {
    if (!Number.isFinite(heights[i])) continue;
    low = Math.min(low, heights[i]);
    high = Math.max(high, heights[i]);
  }
  return low <= high ? low - 1e-3 * (high - low) - 1e-12 : 0;
}
