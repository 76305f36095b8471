"""The documentation's pictures, as SVG: small, text as text, changing only with the numbers."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench.peers import PEERS, load_peer
from bench.scaling import Sweep

# Colours that differ for the colour-blind too (Okabe and Ito), one a library, and the marks that
# tell apart what shares one.
STYLES: dict[str, tuple[str, str]] = {
    "pronghorn": ("#000000", "o"),
    "pronghorn_no_zeros": ("#000000", "."),
    "pronghorn_bfloat16": ("#999999", "o"),
    "pronghorn_high": ("#999999", "."),
    "jax_scan": ("#0072B2", "s"),
    "keras_jax": ("#56B4E9", "D"),
    "keras_jax_tuned": ("#56B4E9", "d"),
    "torch_eager": ("#D55E00", "^"),
    "torch_compiled": ("#D55E00", "v"),
    "keras_tensorflow": ("#E69F00", "P"),
    "keras_tensorflow_tuned": ("#E69F00", "X"),
    "scikit_learn": ("#009E73", "*"),
    "onnx_runtime": ("#CC79A7", "h"),
}


def prepare() -> Any:
    from matplotlib import pyplot

    pyplot.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "pronghorn", "font.size": 10})
    return pyplot


def save(pyplot: Any, figure: Any, path: Path) -> None:
    figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None)
    pyplot.close(figure)


def draw_sweep(sweep: Sweep, found: Mapping[str, Mapping[str, Any]], path: Path) -> None:
    """Time over the changing number, both on logarithmic scales, a line a peer."""
    pyplot = prepare()
    figure, axes = pyplot.subplots(figsize=(6.4, 3.4), layout="constrained")
    for peer, points in found.items():
        there = [(int(value), point["us"]) for value, point in points.items() if "us" in point]
        if there:
            colour, mark = STYLES[peer]
            width = 2.2 if peer == PEERS[0] else 1.2
            axes.plot(
                *zip(*there, strict=True), color=colour, marker=mark, linewidth=width,
                label=load_peer(peer).TITLE,
            )  # fmt: skip
    axes.set(xscale="log", yscale="log", xlabel=sweep.axis, ylabel=f"µs a {sweep.per}")
    axes.set_title(sweep.net, fontsize=10, loc="left")
    values = sorted({int(value) for points in found.values() for value in points})
    axes.set_xticks(values, [f"{value:,}" for value in values], minor=False)
    axes.yaxis.set_major_formatter("{x:,g}")
    axes.minorticks_off()
    axes.grid(True, which="major", alpha=0.25)
    axes.spines[["top", "right"]].set_visible(False)
    figure.legend(loc="outside right upper", frameon=False, fontsize=8)
    save(pyplot, figure, path)


# A limit this far below says nothing of the step: all of it is around the arithmetic.
_LEAST_SHARE = 0.05


def draw_steps(steps: Mapping[str, Mapping[str, Any]], path: Path) -> None:
    """One row a workload: the step of each peer, and the limit, over the time of Pronghorn's."""
    pyplot = prepare()
    figure, axes = pyplot.subplots(figsize=(8.2, 0.5 * len(steps) + 1.9), layout="constrained")
    shown: set[str] = set()
    for row, results in enumerate(steps.values()):
        own = results[PEERS[0]]
        for peer, result in results.items():
            if "us_per_step" not in result:
                continue
            colour, mark = STYLES[peer]
            label = None if peer in shown else result["title"]
            shown.add(peer)
            times = result["us_per_step"]["median"] / own["us_per_step"]["median"]
            axes.plot(times, row, mark, color=colour, label=label, markersize=7, linestyle="none")
        if own["share"] >= _LEAST_SHARE:
            label = None if row else "limit of the machine"
            axes.plot(own["share"], row, "|", color="grey", markersize=16, label=label)
    ticks = [0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200]
    axes.set_yticks(range(len(steps)), list(steps))
    axes.set(xscale="log", xlabel="time of a training step, Pronghorn's = 1")
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.minorticks_off()
    axes.invert_yaxis()
    axes.grid(True, axis="x", which="major", alpha=0.25)
    axes.spines[["top", "right"]].set_visible(False)
    figure.legend(loc="outside lower center", ncols=3, frameon=False, fontsize=8)
    save(pyplot, figure, path)
