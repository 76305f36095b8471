// A page's plan in the address: the part behind "#", which no server sees. Of lessons and links.

import { copyText } from "../js/shell.mjs";

/**
 * The plan as the part of an address behind "#".
 * @param {any} plan
 */
export function packPlan(plan) {
  const bytes = new TextEncoder().encode(JSON.stringify(plan));
  const text = btoa(String.fromCharCode(...bytes));
  return `#1.${text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "")}`;
}

/**
 * The plan in such a part; null where there is none or it is damaged. Its fields are checked by
 * whoever runs it.
 * @param {string} hash
 * @returns {any}
 */
export function unpackPlan(hash) {
  if (!hash.startsWith("#1.")) return null;
  try {
    const text = atob(hash.slice(3).replaceAll("-", "+").replaceAll("_", "/"));
    const plan = JSON.parse(new TextDecoder().decode(Uint8Array.from(text, (sign) => sign.charCodeAt(0))));
    return plan && typeof plan === "object" && !Array.isArray(plan) ? plan : null;
  } catch {
    return null;
  }
}

/**
 * Puts a plan into the address and copies the address.
 * @param {any} plan
 * @param {string} what the link opens, in words
 */
export async function copyPlan(plan, what) {
  history.replaceState(null, "", packPlan(plan));
  await copyText(location.href, `The link is copied. It opens this ${what} on any machine where the lab runs.`);
}
