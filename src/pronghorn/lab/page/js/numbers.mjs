// Numbers as people read them.

/**
 * A number in about `digits` significant digits: 0.0123, 12.3, 1.2e-7; a true minus sign.
 * @param {number | null | undefined} value
 * @param {number} [digits]
 */
export function show(value, digits = 4) {
  if (value === null || value === undefined) return "–";
  if (Number.isNaN(value)) return "not a number";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  if (value === 0) return "0";
  const size = Math.abs(value);
  const text =
    size >= 10 ** 6 || size < 10 ** -4
      ? value.toExponential(digits - 2).replace(/(\.0+)?e\+?/, "e")
      : Number(value.toPrecision(digits)).toString();
  return text.replaceAll("-", "−");
}

/**
 * A whole number with thin groups of three: 12 345.
 * @param {number} value
 */
export const count = (value) =>
  Math.round(value).toString().replace(/\B(?=(\d{3})+(?!\d))/g, "\u202f");

/**
 * @param {number} value a share between 0 and 1
 */
export const percent = (value) =>
  Number.isFinite(value) ? `${(100 * value).toFixed(value === 1 || value === 0 ? 0 : 1)}\u202f%` : "–";

/**
 * Reads a number as a person types it: comma or true minus are fine; null where it is none.
 * @param {string} text
 */
export function parse(text) {
  const clean = text.trim().replace("−", "-").replace(",", ".");
  if (clean === "" || !Number.isFinite(Number(clean))) return null;
  return Number(clean);
}

/** Words that the field does not write in small letters. @type {Record<string, string>} */
const SPELLINGS = {
  sgd: "SGD", adamw: "AdamW", rmsprop: "RMSprop", adamax: "AdaMax", relu: "ReLU", relu6: "ReLU6", elu: "ELU", selu: "SELU",
  celu: "CELU", gelu: "GELU", silu: "SiLU", glu: "GLU", l1: "L1", l2: "L2", l1l2: "L1 L2", kl: "KL", nll: "NLL", he: "He", lecun: "LeCun",
  glorot: "Glorot", huber: "Huber", poisson: "Poisson", nadam: "Nadam",
};

/**
 * A name of the library as a heading: "glorot_uniform" becomes "Glorot uniform".
 * @param {string} name
 */
export function title(name) {
  const words = name.replaceAll("_", " ").trim().split(" ").map((word) => SPELLINGS[word] ?? word).join(" ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
