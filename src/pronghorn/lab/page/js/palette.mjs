// Colours: signed values from orange over grey to blue, categories after Okabe and Ito, and the
// marks, dashes and hatches that say the same without colour.

/** Of areas: Okabe and Ito's eight, in an order in which neighbours differ in lightness too. */
export const CATEGORIES = [
  "#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#f0e442", "#6b6b6b",
  // Two more for ten classes; hatches and marks tell them apart.
  "#7a4b9d", "#8c6d31",
];

/** One mark a category, drawn by `drawMark`. */
export const MARKS = [
  "circle", "square", "triangle", "diamond", "cross", "plus", "down", "star", "bar", "ring",
];

/** Line dashes, as canvas and SVG take them. */
export const DASHES = [[], [7, 4], [2, 3], [10, 3, 2, 3], [12, 5], [4, 2, 1, 2], [1, 5], [6, 2]];

/** The colour of a line or a mark, as a variable of the style sheet: each theme has its own.
 * @param {number} index */
export const category = (index) => `--category-${index % CATEGORIES.length}`;

/** @typedef {[number, number, number]} Rgb */

/** @type {Record<"light" | "dark", Rgb[]>} */
const SIGNED = {
  light: [[245, 147, 34], [232, 234, 235], [8, 119, 189]],
  dark: [[245, 147, 34], [52, 57, 62], [46, 151, 222]],
};

/**
 * The colour of a value in [-1, 1], linear between the three anchors; outside is clamped.
 * @param {number} value
 * @param {"light" | "dark"} [theme]
 * @returns {Rgb}
 */
export function signed(value, theme = "light") {
  const [low, middle, high] = SIGNED[theme];
  const size = Math.min(Math.abs(Number.isNaN(value) ? 0 : value), 1);
  const end = value < 0 ? low : high;
  return /** @type {Rgb} */ (middle.map((from, i) => Math.round(from + (end[i] - from) * size)));
}

/**
 * 256 packed colours (as a Uint32Array over RGBA bytes wants them), for bytes that stand for
 * [-1, 1]: 0 is -1, 255 is +1.
 * @param {"light" | "dark"} theme
 */
export function signedTable(theme) {
  return table((byte) => signed(byte / 127.5 - 1, theme));
}

/**
 * @param {(byte: number) => Rgb} colour
 * @returns {Uint32Array}
 */
export function table(colour) {
  const bytes = new Uint8ClampedArray(4 * 256);
  for (let i = 0; i < 256; i++) bytes.set([...colour(i), 255], 4 * i);
  return new Uint32Array(bytes.buffer);
}

/**
 * Anchors of a map for heights from low to high, for contours and loss slices (one hue, rising
 * lightness; readable without colour).
 * @type {Rgb[]}
 */
const HEIGHT = [[24, 32, 66], [33, 86, 118], [47, 140, 134], [138, 188, 122], [243, 232, 156]];

/**
 * The colour of a height in [0, 1].
 * @param {number} value
 * @returns {Rgb}
 */
export function height(value) {
  const place = Math.min(Math.max(Number.isNaN(value) ? 1 : value, 0), 1) * (HEIGHT.length - 1);
  const left = Math.min(Math.floor(place), HEIGHT.length - 2);
  return /** @type {Rgb} */ (
    HEIGHT[left].map((from, i) => Math.round(from + (HEIGHT[left + 1][i] - from) * (place - left)))
  );
}

/** 256 packed colours for doubt, from the ground to a strong violet that no class or sign has.
 * @param {"light" | "dark"} theme */
export const doubtTable = (theme) => {
  const [from, to] = /** @type {Rgb[]} */ (theme === "dark" ? [[29, 33, 37], [201, 164, 255]] : [[250, 250, 248], [90, 40, 150]]);
  return table((byte) => /** @type {Rgb} */ (from.map((part, i) => Math.round(part + ((to[i] - part) * byte) / 255))));
};

/** 256 packed colours for heights. */
export const heightTable = () => table((byte) => height(byte / 255));

/** @param {string} hex "#rrggbb" @returns {Rgb} */
export const rgb = (hex) =>
  /** @type {Rgb} */ ([1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)));

/** @param {Rgb} colour @param {number} [alpha] */
export const css = ([r, g, b], alpha = 1) => `rgb(${r} ${g} ${b} / ${alpha})`;

/** @type {MediaQueryList | null} */
let prefersDark = null;

/** The theme that is shown: the chosen one, else the system's.
 * @returns {"light" | "dark"} */
export function theme() {
  const chosen = document.documentElement.dataset.theme;
  if (chosen === "light" || chosen === "dark") return chosen;
  prefersDark ??= matchMedia("(prefers-color-scheme: dark)");
  return prefersDark.matches ? "dark" : "light";
}

/** @type {HTMLElement | null} */
let probe = null;
/** What was read, by theme and name: each reading makes the browser work out its styles at once.
 * @type {Map<string, string>} */
const colours = new Map();

/**
 * A colour of the style sheet as the canvas takes it, in the theme that is shown.
 * @param {string} name such as "--accent"
 */
export function styleColour(name) {
  const key = `${theme()} ${name}`;
  const known = colours.get(key);
  if (known) return known;
  if (!probe) {
    probe = document.createElement("span");
    probe.hidden = true;
    document.body.append(probe);
  }
  probe.style.color = `var(${name})`;
  const { color } = getComputedStyle(probe);
  colours.set(key, color);
  return color;
}

/**
 * Draws a mark around (x, y); fills it and draws its outline, so it stands off any map.
 * @param {CanvasRenderingContext2D} context
 * @param {string} mark
 * @param {number} x
 * @param {number} y
 * @param {number} r half its size
 */
export function drawMark(context, mark, x, y, r) {
  context.beginPath();
  markPath(mark, r).forEach(([kind, a, b]) => {
    if (kind === "M") context.moveTo(x + a, y + b);
    else if (kind === "L") context.lineTo(x + a, y + b);
    else if (kind === "Z") context.closePath();
    else context.arc(x, y, a, 0, 2 * Math.PI);
  });
  context.fill();
  context.stroke();
}

/**
 * The path of a mark around the origin.
 * @param {string} mark
 * @param {number} r
 * @returns {["M" | "L" | "Z" | "O", number, number][]} moves, lines, closings, circles of radius
 */
export function markPath(mark, r) {
  /** @type {Record<string, number[][]>} */
  const polygons = {
    square: [[-0.85, -0.85], [0.85, -0.85], [0.85, 0.85], [-0.85, 0.85]],
    triangle: [[0, -1.1], [1, 0.8], [-1, 0.8]],
    down: [[0, 1.1], [1, -0.8], [-1, -0.8]],
    diamond: [[0, -1.2], [1.1, 0], [0, 1.2], [-1.1, 0]],
    plus: [
      [-0.35, -1.1], [0.35, -1.1], [0.35, -0.35], [1.1, -0.35], [1.1, 0.35], [0.35, 0.35],
      [0.35, 1.1], [-0.35, 1.1], [-0.35, 0.35], [-1.1, 0.35], [-1.1, -0.35], [-0.35, -0.35],
    ],
    bar: [[-0.4, -1.2], [0.4, -1.2], [0.4, 1.2], [-0.4, 1.2]],
    star: Array.from({ length: 10 }, (_, i) => {
      const size = i % 2 ? 0.5 : 1.25;
      return [size * Math.sin((Math.PI * i) / 5), -size * Math.cos((Math.PI * i) / 5)];
    }),
  };
  polygons.cross = polygons.plus.map(([x, y]) => [(x - y) * Math.SQRT1_2, (x + y) * Math.SQRT1_2]);
  if (mark === "ring") return [["O", r, 0], ["M", 0.45 * r, 0], ["O", 0.45 * r, 0]];
  const corners = polygons[mark];
  if (!corners) return [["O", r, 0]];
  return [
    ...corners.map(([x, y], i) => /** @type {["M" | "L", number, number]} */ ([i ? "L" : "M", x * r, y * r])),
    ["Z", 0, 0],
  ];
}
