// Makes elements. All text goes in as text nodes, never as markup.

const SVG = "http://www.w3.org/2000/svg";
const MATH = "http://www.w3.org/1998/Math/MathML";

/** @typedef {Node | string | number | null | undefined | false} Child */

/**
 * Sets attributes and listeners: `onclick` is a listener, `class`, `data-x`, `aria-x` attributes,
 * true and false are attributes that are there or not.
 * @param {Element} element
 * @param {Record<string, any>} attributes
 */
export function assign(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on") && typeof value === "function") {
      element.addEventListener(name.slice(2), value);
    } else if (value === false || value === null || value === undefined) {
      element.removeAttribute(name);
    } else if (name === "value") {
      /** @type {any} */ (element).value = value;
    } else {
      element.setAttribute(name, value === true ? "" : String(value));
    }
  }
}

/**
 * @param {string} space
 * @param {string} tag
 * @param {Record<string, any>} attributes
 * @param {Child[]} children
 */
function make(space, tag, attributes, children) {
  const element = space ? document.createElementNS(space, tag) : document.createElement(tag);
  // Children first: a select takes its value only once it has the option.
  for (const child of children) {
    if (child !== null && child !== undefined && child !== false) {
      element.append(child instanceof Node ? child : String(child));
    }
  }
  assign(element, attributes);
  return element;
}

/**
 * An HTML element.
 * @param {string} tag
 * @param {Record<string, any>} [attributes]
 * @param {...Child} children
 * @returns {any}
 */
export const el = (tag, attributes = {}, ...children) => make("", tag, attributes, children);

/**
 * An SVG element.
 * @param {string} tag
 * @param {Record<string, any>} [attributes]
 * @param {...Child} children
 * @returns {any}
 */
export const svg = (tag, attributes = {}, ...children) => make(SVG, tag, attributes, children);

/**
 * A MathML element.
 * @param {string} tag
 * @param {Record<string, any>} [attributes]
 * @param {...Child} children
 * @returns {any}
 */
export const mathml = (tag, attributes = {}, ...children) => make(MATH, tag, attributes, children);

/**
 * The element with this id; a page without it is a mistake of ours.
 * @param {string} id
 * @returns {any}
 */
export function byId(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no element #${id}`);
  return found;
}

/**
 * Replaces what is in `host` when `key` differs from the last time, so that a control under the
 * user's hands is not rebuilt while it shows the same thing.
 * @param {HTMLElement | SVGElement} host
 * @param {string} key
 * @param {() => Child[]} children
 * @returns {boolean} whether it was rebuilt
 */
export function rebuild(host, key, children) {
  if (host.dataset.key === key) return false;
  host.dataset.key = key;
  host.replaceChildren(.../** @type {Node[]} */ (children().filter((child) => child)));
  return true;
}

/**
 * Sets an element's text and its name where they are others: the same ones again would cost the
 * browser a new layout.
 * @param {Element} element
 * @param {{text?: string, label?: string}} words
 */
export function say(element, { text, label }) {
  if (text !== undefined && element.textContent !== text) element.textContent = text;
  if (label !== undefined && element.getAttribute("aria-label") !== label) element.setAttribute("aria-label", label);
}

/** Hides an element or shows it; what is so already is left alone.
 * @param {HTMLElement} element @param {boolean} isHidden */
export function hide(element, isHidden) {
  if (element.hidden !== isHidden) element.hidden = isHidden;
}

/** Saves bytes or text under a name, through a link that is clicked.
 * @param {string} name
 * @param {BlobPart} content
 * @param {string} type
 */
export function saveAs(name, content, type) {
  const address = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type }));
  const link = el("a", { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  // The browser reads the address after the click returns.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/** The bytes that a text of an answer stands for. @param {string} text */
export const fromBase64 = (text) => Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
