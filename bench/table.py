"""From raw seconds to the table: medians, ranges, ratios, as Markdown."""

import statistics
from collections.abc import Mapping
from typing import Any

from bench.stages import stages_table
from bench.workloads import Workload

Results = Mapping[str, Mapping[str, Any]]

HEAD = """\
| net, optimizer, batch | peer | µs per step: median [min–max] | share of the limit | ratio \
| accuracy | peak memory |
|---|---|--:|--:|--:|--:|--:|"""

WHOLE_HEAD = """\
| net, optimizer, batch | peer | wall time | accuracy | peak memory |
|---|---|--:|--:|--:|"""


def step_microseconds(result: Mapping[str, Any], steps: int) -> list[float]:
    return [seconds / steps * 1e6 for seconds in result["seconds"]]


def add_figures(
    results: dict[str, dict[str, Any]], workload: Workload, rows: int, limit: float
) -> None:
    """Write `us_per_step` (median, min, max), `ratio` to the first peer and `share` of the limit.

    `limit`: the least time of a step on this machine in microseconds.
    """
    base = None
    for result in results.values():
        if "absent" in result:
            continue
        times = step_microseconds(result, workload.steps(rows))
        median = statistics.median(times)
        result["us_per_step"] = {"median": median, "min": min(times), "max": max(times)}
        if result is next(iter(results.values())):
            base = median
        result["ratio"] = median / base if base else None
        result["share"] = limit / median


def step_rows(workload: Workload, results: Results) -> list[str]:
    lines = []
    for result in results.values():
        if "absent" in result:
            lines.append(
                f"| {workload.name} | {result['title']} | – {result['absent']} | – | – | – | – |"
            )
            continue
        us = result["us_per_step"]
        digits = 1 if us["median"] < 100 else 0
        spread = f"[{us['min']:,.{digits}f}–{us['max']:,.{digits}f}]"
        ratio = f"{result['ratio']:.2f}" if result["ratio"] else "–"
        step = f"{us['median']:,.{digits}f} {spread}"
        lines.append(
            f"| {workload.name} | {result['title']} | {step} | {result['share']:.2f} | {ratio} "
            f"| {result['accuracy']:.4f} | {result['peak_mb']:,.0f} MB |"
        )
    return lines


def whole_rows(workload: Workload, results: Results) -> list[str]:
    lines = []
    for result in results.values():
        if "absent" in result:
            lines.append(f"| {workload.name} | {result['title']} | – {result['absent']} | – | – |")
            continue
        lines.append(
            f"| {workload.name} | {result['title']} | {result['wall_seconds']:.2f} s "
            f"| {result['accuracy']:.4f} | {result['peak_mb']:,.0f} MB |"
        )
    return lines


def peer_lines(all_results: list[Results]) -> list[str]:
    """What each peer is: its versions and how it holds the images."""
    peers = {
        result["title"]: result
        for results in all_results
        for result in results.values()
        if "absent" not in result
    }
    return [
        f"- {title}: {', '.join(f'{n} {v}' for n, v in peer['versions'].items())}; {peer['holds']}"
        for title, peer in peers.items()
    ]


def limit_lines(rates: Mapping[str, Any], limits: Mapping[str, float]) -> list[str]:
    """The machine's rates, and the least time of a step that follows for each net."""
    sgemm = ", ".join(f"{library} {rate:,.0f}" for library, rate in rates["sgemm_gflops"].items())
    least = "; ".join(f"{name} {us:,.1f} µs" for name, us in limits.items())
    least = f": {least}" if least else ""
    return [
        f"The machine: best sgemm {sgemm} GFLOP/s; copies {rates['l2_gbps']:,.0f} GB/s within L2, "
        f"{rates['memory_gbps']:,.0f} GB/s in memory, all cores. The limit of a step is its bare "
        "matrix products at the best sgemm rate, plus its rows from memory, plus its weights and "
        f"slots read and written once{least}.",
    ]


def write_markdown(report: Mapping[str, Any], workloads: Mapping[str, Workload]) -> str:
    """The whole report; `report` is what the JSON file holds."""
    machine = report["machine"]
    lines = [
        f"Measured {report['date']} on {machine['processor']}; Python {machine['python']}, "
        f"{machine['system']}. Settings: {machine['settings']}.",
        f"Data: {report['data']}. Relu, softmax, sparse categorical crossentropy, shuffled each "
        f"epoch. Medians of {report['repetitions']} turns of the peers, each half a second of "
        "epochs or one epoch, after one to warm up; ratio = time of the peer / time of the first "
        "row; accuracy = share of the test images that are right.",
        "",
        *peer_lines([*report["steps"].values(), *report["whole"].values()]),
        "",
        *limit_lines(report["rates"], report["limits"]),
        "",
        HEAD,
    ]
    for name, results in report["steps"].items():
        lines += step_rows(workloads[name], results)
    lines += ["", "Where the time of Pronghorn's step goes, in the mean of its threads:", ""]
    lines.append(stages_table(report["stages"]))
    if report["whole"]:
        lines += [
            "",
            f"A whole process: start Python, import, read the arrays, train {report['epochs']} "
            "epochs, test, end.",
            "",
            WHOLE_HEAD,
        ]
        for name, results in report["whole"].items():
            lines += whole_rows(workloads[name], results)
    return "\n".join(lines) + "\n"
