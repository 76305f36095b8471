// The playground: puts the parts together.

import { Connection } from "./connection.mjs";
import { mountData, mountFeatures, mountPencil } from "./data.mjs";
import { mountActivations } from "./activations.mjs";
import { mountConfusion } from "./confusion.mjs";
import { mountDiagnostics } from "./diagnostics.mjs";
import { byId, el, rebuild } from "./dom.mjs";
import { mountHidden } from "./hidden.mjs";
import { mountHistory, mountSmallHistory } from "./history.mjs";
import { mountImages } from "./images.mjs";
import { Lab } from "./lab.mjs";
import { NetworkView } from "./network.mjs";
import { OutputView } from "./output.mjs";
import { part } from "./parts.mjs";
import { mountRuns } from "./runs.mjs";
import { mountSettings } from "./settings.mjs";
import { makeShareMenu } from "./share.mjs";
import { mountShell, mountTabs, showStatus } from "./shell.mjs";
import { mountSlice } from "./slice.mjs";
import { mountSlow } from "./slow.mjs";
import { Store } from "./store.mjs";
import { mountTransport } from "./transport.mjs";
import { mountWeights } from "./weights.mjs";

mountShell({ page: "/" });
const store = new Store({ showTrain: true, showTest: false, discrete: false, levels: false, errors: false, doubt: false, shown: null,
  tool: "look", drawLabel: 1 });
const connection = new Connection();
const lab = new Lab(connection, store);
// For the browser's console, and for tests: what the page itself uses.
Object.assign(window, { lab });
showStatus(connection);

mountTransport(byId("transport"), lab, makeShareMenu(lab));
mountSettings(byId("settings"), lab);
mountData(byId("data"), lab);
const features = part("inputs", el("div", { class: "features" }));
new NetworkView(byId("network"), lab);
byId("network").querySelector("header").after(features);
mountFeatures(features, lab);
const output = new OutputView(byId("output"), lab);
mountPencil(output, lab);
const small = part("small_loss", el("div", { class: "small-chart" }));
byId("output").append(small);
mountSmallHistory(small, lab);
mountBanners(byId("banners"));

/** @type {[string, string, (host: HTMLElement, lab: Lab) => (() => void) | void][]} */
const INSTRUMENTS = [
  ["curves", "Curves", mountHistory],
  ["slow", "Slow motion", mountSlow],
  ["flow", "Gradient flow", mountDiagnostics],
  ["weights", "Weights", mountWeights],
  ["activations", "Activations", mountActivations],
  ["confusion", "Errors", mountConfusion],
  ["slice", "Loss slice", mountSlice],
  ["hidden", "Hidden space", mountHidden],
  ["images", "Images", mountImages],
  ["runs", "Runs", mountRuns],
];
const tabs = mountTabs(byId("work"), "Instruments", INSTRUMENTS.map(([id, name, mount]) => {
  const panel = el("div", { class: "stack" });
  const draw = mount(panel, lab);
  return { id, name, panel, onShow: () => {
    if (draw) draw();
    watchFor(id);
  } };
}));

/** Asks the server for what the shown instrument needs and no more. @param {string} id */
function watchFor(id) {
  if (connection.status !== "open" || !store.state) return;
  lab.change("watch", { histograms: id === "flow" || id === "activations" });
}

// What a neuron's map needs: the server paints it.
let watched = "null";
let areErrorsWatched = false;
store.watch(["view"], () => {
  const { shown, errors } = store.view;
  if (connection.status !== "open" || !store.state) return;
  if (JSON.stringify(shown) !== watched) {
    watched = JSON.stringify(shown);
    lab.change("watch", shown ? { shown } : { output: true });
  }
  if (errors !== areErrorsWatched) {
    areErrorsWatched = errors;
    lab.change("watch", { points: errors });
  }
});

/** What must not be overlooked: a divergence, with the way out. @param {HTMLElement} host */
function mountBanners(host) {
  store.watch(["state"], () => {
    const diverged = store.state?.diverged;
    rebuild(host, JSON.stringify(diverged ?? null), () => diverged ? [el("div", { class: "banner", "data-kind": "bad" },
      el("p", {}, el("strong", {}, "Diverged. "), diverged.reason ?? "",
        ` Step ${diverged.step}, epoch ${diverged.epoch}${diverged.layer ? `, first in ${diverged.layer}` : ""}. The weights are those of the last good step.`),
      el("button", { type: "button", class: "primary", onclick: () => lab.change("halve_rate") }, "Halve the rate, go on from the last good step"),
      el("button", { type: "button", onclick: () => lab.change("reset", { same: true }) }, "Start again"))] : []);
  });
}

async function begin() {
  await lab.begin();
  watchFor(tabs.shown());
}
connection.on("status", (status) => status === "open" && begin());
// A link that is put into the address of the open page loads nothing by itself.
window.addEventListener("hashchange", () => connection.status === "open" && lab.openAddress());
connection.on("error", (error) => console.error(error.message));
if (connection.status === "open") begin();
