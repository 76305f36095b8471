// The network: tiles of what each neuron makes of the plane, edges for weights, all by mouse and
// by keyboard. Edges and tiles are painted on a canvas; above it lies an SVG that takes the mouse,
// the focus and the names for screen readers.

import { el, rebuild, saveAs, svg } from "./dom.mjs";
import { arrange, curve, curvePath, edgeStyle, MOST_TILES, shownUnits } from "./layout.mjs";
import { count, parse, show, title } from "./numbers.mjs";
import { signedTable, styleColour, theme } from "./palette.mjs";
import { announce, icon, onTheme } from "./shell.mjs";
import { fit } from "./heatmap.mjs";
import { paintBias, paintDead, paintLine, paintTile } from "./tiles.mjs";
import { pretty } from "./data.mjs";
import { openModel } from "./model.mjs";
import { NeuronCard } from "./neuron.mjs";
import { part } from "./parts.mjs";

/**
 * @typedef {import("./lab.mjs").Lab} Lab
 * @typedef {import("./layout.mjs").Layout} Layout
 * @typedef {import("./layout.mjs").Spot} Spot
 */

/** Above so many edges the mouse gets no path of its own for each. */
const MOST_PATHS = 1500;
/** Pixels between a tile and the name of its input. */
const NAME_GAP = 6;
/** Milliseconds between two drawings of edges and tiles while it trains: of a browser without a
 * graphics card they take more than all the rest, and at this rate they move as films do. */
const FILM = 30;

export class NetworkView {
  /**
   * @param {HTMLElement} host
   * @param {Lab} lab
   */
  constructor(host, lab) {
    this.lab = lab;
    /** @type {Layout | null} */
    this.layout = null;
    this.layoutKey = "";
    /** Which spot has the focus stop: [column, unit]. */
    this.stop = [1, 0];
    this.paint = el("canvas", { class: "paint", "aria-hidden": "true" });
    this.over = svg("svg", { class: "over", role: "group", "aria-label": "Neurons: arrow keys move, Enter opens" });
    this.heads = el("div", { class: "heads" });
    this.tip = el("div", { class: "tip", hidden: true });
    this.stage = el("div", { class: "stage" }, this.paint, this.over, this.tip);
    this.card = new NeuronCard(lab);
    this.summary = el("span", { class: "soft small" });
    const add = el("button", { type: "button", class: "small", "aria-label": "Add a layer", onclick: () => this.addLayer() }, icon("plus"), "Layer");
    const remove = el("button", { type: "button", class: "small", "aria-label": "Remove the last layer", onclick: () => lab.configure((config) => config.layers.pop()) },
      icon("minus"), "Layer");
    this.ends = { add: part("layers", add), remove: part("layers", remove) };
    host.append(el("header", {}, el("h2", { id: "network-heading" }, "Network"), this.summary, remove, add,
      part("model", el("button", { type: "button", class: "small quiet", onclick: () => openModel(lab) }, "Saved model …")),
      el("button", { type: "button", class: "small quiet", "aria-label": "Save the network drawing as SVG",
        onclick: () => this.save() }, icon("save"), "SVG")),
    el("div", { class: "scroll netscroll", tabindex: "-1" }, this.heads, this.stage), this.card.root);
    this.over.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => this.hearKey(event));
    new ResizeObserver(() => this.drawAll()).observe(host);
    onTheme(() => this.drawAll());
    lab.store.watch(["state"], () => this.drawAll());
    lab.store.watch(["view"], () => this.drawFrame());
    lab.store.watchCalmly(["frame"], () => this.drawFrame(), FILM);
  }

  async save() {
    const file = await this.lab.call("export", { what: "network" });
    if (file) saveAs(file.name, file.text, "image/svg+xml");
  }

  addLayer() {
    this.lab.configure((config) => {
      const last = config.layers.at(-1);
      config.layers.push(last ? { ...last, units: Math.min(last.units, 8) } : { units: 4, activation: "tanh", dropout: 0, norm: "none" });
    });
  }

  /** Units of the inputs, of each hidden layer, of the output. */
  sizes() {
    const { state } = this.lab.store;
    return [state.input_count, ...state.layers.map((/** @type {any} */ layer) => layer.units)];
  }

  drawAll() {
    const { state } = this.lab.store;
    if (!state) return;
    const sizes = this.sizes();
    const width = this.stage.parentElement.clientWidth;
    const key = JSON.stringify([sizes, width, state.inputs]);
    if (key !== this.layoutKey && width > 0) {
      this.layoutKey = key;
      this.layout = arrange({ sizes, width, height: matchMedia("(min-width: 1241px)").matches ? 560 : 400,
        left: this.nameWidth(sizes[0]) + 2 * NAME_GAP });
      this.drawOver();
    }
    if (!this.layout) return;
    this.drawHeads();
    this.card.follow();
    this.summary.textContent = `${count(state.parameters)} parameters${state.opened ? `, first weights of ${state.opened}` : ""}`;
    const limit = this.lab.about?.limits.layers ?? 10;
    this.ends.add.disabled = this.lab.config.layers.length >= limit;
    this.ends.remove.disabled = this.lab.config.layers.length === 0;
    this.drawFrame();
  }

  // Heads of the columns: name, units, activation.

  drawHeads() {
    const { lab, layout } = this;
    if (!layout) return;
    const { state } = lab.store;
    const hidden = state.config.layers;
    const key = JSON.stringify([this.layoutKey, hidden, state.inputs, state.output_activation]);
    rebuild(this.heads, key, () => layout.columns.map((column, at) => {
      const head = el("div", { class: "head" }, ...this.headOf(at, hidden, state));
      head.style.left = `${column.x}px`;
      return head;
    }));
    this.heads.style.width = `${layout.width}px`;
  }

  /**
   * @param {number} at column
   * @param {any[]} hidden
   * @param {any} state
   */
  headOf(at, hidden, state) {
    const { lab } = this;
    if (at === 0) return [el("strong", {}, "Inputs"), el("span", { class: "small soft" }, String(state.input_count))];
    if (at > hidden.length) {
      return [el("strong", {}, "Output"), el("span", { class: "small soft" }, title(state.output_activation))];
    }
    const name = `Layer ${at}`;
    const change = (/** @type {(layer: any) => void} */ edit) => lab.configure((config) => edit(config.layers[at - 1]));
    const most = lab.about?.limits.units ?? 512;
    const units = el("input", { class: "units small", type: "text", inputmode: "numeric", "aria-label": `${name}: neurons`,
      value: String(hidden[at - 1].units), onchange: () => {
        const value = parse(units.value);
        if (value !== null && Number.isInteger(value) && value >= 1 && value <= most) change((layer) => (layer.units = value));
        else units.value = String(hidden[at - 1].units);
      } });
    const step = (/** @type {number} */ by, /** @type {"plus" | "minus"} */ sign, /** @type {string} */ text) =>
      el("button", { type: "button", class: "icon small", "aria-label": `${name}: ${text} neuron`, onclick: () =>
        change((layer) => (layer.units = Math.min(most, Math.max(1, layer.units + by)))) }, icon(sign));
    const activation = el("select", { class: "small", "aria-label": `${name}: activation`, value: hidden[at - 1].activation,
      onchange: () => change((layer) => (layer.activation = activation.value)) },
    ...(lab.about?.registry.activations ?? []).map((/** @type {any} */ one) => el("option", { value: one.name }, title(one.name))));
    activation.value = hidden[at - 1].activation;
    return [
      el("button", { type: "button", class: "quiet small", "aria-label": `${name}: dropout and normalization`,
        onclick: () => this.card.showLayer(at - 1) }, el("strong", {}, name)),
      part("layers", el("span", { class: "row tight" }, step(-1, "minus", "remove a"), units, step(1, "plus", "add a"))), part("layers", activation),
    ];
  }

  // What takes the mouse and the focus.

  drawOver() {
    const layout = /** @type {Layout} */ (this.layout);
    for (const part of [this.over, this.paint]) {
      part.style.width = `${layout.width}px`;
      part.style.height = `${layout.height}px`;
    }
    this.stage.style.width = `${layout.width}px`;
    this.over.setAttribute("viewBox", `0 0 ${layout.width} ${layout.height}`);
    const paths = layout.edges.length > MOST_PATHS ? [] : layout.edges.map((edge) =>
      svg("path", { d: curvePath(curve(edge, layout.tile)), class: "hit",
        onpointerenter: () => this.showTip(edge), onpointerleave: () => (this.tip.hidden = true),
        onclick: () => this.card.showWeight(edge.layer - 1, edge.from.unit, edge.to.unit) }));
    const spots = layout.columns.flatMap((column) => [
      ...column.spots.map((spot) => this.spotOf(spot, layout.tile)),
      column.hidden > 0 && svg("text", { x: column.x, y: column.gapY + 4, class: "more", "text-anchor": "middle" },
        `⋮ ${column.hidden} more`),
    ]);
    this.over.replaceChildren(...paths, ...spots.filter(Boolean));
    this.stop = [Math.min(this.stop[0], layout.columns.length - 1), 0];
    this.setStop(false);
  }

  /**
   * @param {Spot} spot
   * @param {number} tile
   */
  spotOf(spot, tile) {
    const isInput = spot.layer === 0;
    const group = svg("g", { class: "spot", role: "button", tabindex: -1, "data-at": `${spot.layer},${spot.unit}`,
      transform: `translate(${spot.x - tile / 2} ${spot.y - tile / 2})`,
      onpointerenter: () => this.look(spot), onpointerleave: () => this.look(null),
      onfocus: () => {
        this.stop = [spot.layer, spot.unit];
        this.setStop(false);
        this.look(spot);
      },
      onblur: () => this.look(null),
      onclick: () => (isInput ? this.pressInput(spot) : this.card.showNeuron(spot.layer - 1, spot.unit)) },
    svg("rect", { width: tile, height: tile, rx: 4 }));
    if (isInput) {
      group.append(svg("text", { x: -NAME_GAP, y: tile / 2 + 4, "text-anchor": "end" }, this.inputName(spot.unit)));
    }
    group.setAttribute("aria-label", this.nameOf(spot));
    return group;
  }

  /** @param {number} unit */
  inputName(unit) {
    const name = pretty(this.lab.store.state.inputs[unit] ?? `p${unit + 1}`);
    return name.length > 9 ? `${name.slice(0, 8)}…` : name;
  }

  /** Pixels of the longest name of an input, in the font of the style sheet. @param {number} inputs */
  nameWidth(inputs) {
    const probe = svg("text", {});
    this.over.append(probe);
    const widths = shownUnits(inputs).map((unit) => {
      probe.textContent = this.inputName(unit);
      return probe.getComputedTextLength();
    });
    probe.remove();
    return Math.max(0, ...widths);
  }

  /** @param {Spot} spot */
  nameOf(spot) {
    const { state } = this.lab.store;
    if (spot.layer === 0) return `Input ${state.inputs[spot.unit] ?? `pixel ${spot.unit + 1}`}`;
    const where = spot.layer === state.layers.length ? "Output" : `Layer ${spot.layer}`;
    return `${where}, neuron ${spot.unit + 1}`;
  }

  /** @param {Spot} spot */
  pressInput(spot) {
    announce(this.nameOf(spot));
  }

  /** Shows a neuron on the large map, or the output again. @param {Spot | null} spot */
  look(spot) {
    const shown = spot && spot.layer > 0 ? { layer: spot.layer - 1, unit: spot.unit } : null;
    if (JSON.stringify(shown) === JSON.stringify(this.lab.store.view.shown)) return;
    this.lab.store.look({ shown });
  }

  /** @param {boolean} isMoving whether the focus goes along */
  setStop(isMoving) {
    for (const spot of this.over.querySelectorAll(".spot")) {
      const isStop = spot.dataset.at === this.stop.join(",");
      spot.setAttribute("tabindex", isStop ? "0" : "-1");
      if (isStop && isMoving) spot.focus();
    }
  }

  /** @param {KeyboardEvent} event */
  hearKey(event) {
    const layout = /** @type {Layout} */ (this.layout);
    const [column, unit] = this.stop;
    const spots = layout.columns[column].spots;
    /** @type {Record<string, [number, number]>} */
    const moves = { ArrowUp: [column, unit - 1], ArrowDown: [column, unit + 1], ArrowLeft: [column - 1, unit], ArrowRight: [column + 1, unit] };
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      if (column === 0) this.pressInput(spots[unit]);
      else this.card.showNeuron(column - 1, unit);
      return;
    }
    if (!(event.key in moves)) return;
    event.preventDefault();
    const [to, wanted] = moves[event.key];
    if (to < 0 || to >= layout.columns.length) return;
    const last = layout.columns[to].spots.length - 1;
    this.stop = [to, Math.min(Math.max(wanted, 0), last)];
    this.setStop(true);
  }

  /** @param {import("./layout.mjs").Edge} edge */
  showTip(edge) {
    const layout = /** @type {Layout} */ (this.layout);
    const c = curve(edge, layout.tile);
    this.tipEdge = edge;
    this.tip.hidden = false;
    this.tip.style.left = `${(c[0] + c[6]) / 2}px`;
    this.tip.style.top = `${(c[1] + c[7]) / 2}px`;
    this.writeTip();
  }

  writeTip() {
    if (this.tip.hidden || !this.tipEdge) return;
    const { layer, from, to } = this.tipEdge;
    this.tip.textContent = `w ${from.unit + 1}→${to.unit + 1} = ${show(this.weight(layer - 1, from.unit, to.unit), 3)}`;
  }

  /**
   * @param {number} layer
   * @param {number} row -1 is the bias
   * @param {number} column
   */
  weight(layer, row, column) {
    const arrays = this.lab.store.frame?.arrays;
    if (row < 0) return arrays?.[`bias/${layer}`]?.data[column];
    const weights = arrays?.[`weights/${layer}`];
    return weights?.data[row * weights.shape[1] + column];
  }

  // What is painted.

  drawFrame() {
    const { layout } = this;
    const { frame, state } = this.lab.store;
    if (!layout || !state || !frame) return;
    const { context } = fit(this.paint);
    this.paintEdges(context, layout);
    this.paintTiles(context, layout, frame);
    this.paintLit(context, layout);
    this.writeTip();
    this.card.drawFrame();
  }

  /**
   * What slow motion looks at: the neuron in a frame, and the edges that its numbers come from.
   * @param {CanvasRenderingContext2D} context
   * @param {Layout} layout
   */
  paintLit(context, layout) {
    const { lit } = this.lab.store.view;
    if (!lit) return;
    const column = lit.layer + 1;
    const spots = layout.columns[column]?.spots.filter(({ unit }) => lit.unit === null || unit === lit.unit) ?? [];
    const size = layout.tile + 8;
    context.strokeStyle = styleColour("--accent");
    context.lineWidth = 3;
    for (const { x, y } of spots) context.strokeRect(x - size / 2, y - size / 2, size, size);
    context.lineWidth = 2;
    context.globalAlpha = 0.8;
    for (const edge of layout.edges) {
      const isFrom = edge.layer === column + 1 && edge.from.unit === lit.unit && lit.phase === "backward";
      const isTo = edge.layer === column && edge.to.unit === lit.unit && lit.phase !== "backward";
      if (!isFrom && !isTo) continue;
      const c = curve(edge, layout.tile);
      context.beginPath();
      context.moveTo(c[0], c[1]);
      context.bezierCurveTo(c[2], c[3], c[4], c[5], c[6], c[7]);
      context.stroke();
    }
    context.globalAlpha = 1;
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {Layout} layout
   */
  paintEdges(context, layout) {
    const colours = { low: styleColour("--negative"), high: styleColour("--positive") };
    context.lineCap = "butt";
    for (const edge of layout.edges) {
      const weight = this.weight(edge.layer - 1, edge.from.unit, edge.to.unit);
      if (weight === undefined) continue;
      const style = edgeStyle(weight, layout.tile);
      const c = curve(edge, layout.tile);
      context.globalAlpha = style.alpha;
      context.lineWidth = style.width;
      context.setLineDash(style.dash);
      context.strokeStyle = weight < 0 ? colours.low : colours.high;
      context.beginPath();
      context.moveTo(c[0], c[1]);
      context.bezierCurveTo(c[2], c[3], c[4], c[5], c[6], c[7]);
      context.stroke();
    }
    context.globalAlpha = 1;
    context.setLineDash([]);
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {Layout} layout
   * @param {import("./frames.mjs").Frame} frame
   */
  paintTiles(context, layout, frame) {
    const table = signedTable(theme());
    const { tiles, input_tiles: inputs, dead_units: dead } = frame.arrays;
    let first = 0;
    let firstOfAll = 0;
    layout.columns.forEach((column, at) => {
      const source = at === 0 ? inputs : tiles;
      for (const { unit, x, y } of column.spots) {
        const index = at === 0 ? unit : first + unit;
        if (source && index < source.shape[0]) paintTile(context, source, index, table, x, y, layout.tile);
        const lines = frame.arrays[at === 0 ? "input_lines" : "tile_lines"];
        if (lines && index < lines.shape[0]) paintLine(context, lines, index, x, y, layout.tile);
        const bias = at > 0 ? this.weight(at - 1, -1, unit) : undefined;
        if (bias !== undefined) paintBias(context, bias, x, y, layout.tile);
        if (at > 0 && dead?.data[firstOfAll + unit]) paintDead(context, x, y, layout.tile);
      }
      if (at > 0) {
        first += Math.min(column.size, MOST_TILES);
        firstOfAll += column.size;
      }
    });
  }
}
