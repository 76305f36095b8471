"""`python -m bench.page`: measure for the documentation, and write what was measured into it.

Runs the training steps, the calls, the scaling, a whole process and a program written for Keras,
each shorter than its own command does, half an hour in all on two cores; fills the blocks of
docs/performance.md, draws its pictures, and renews the table of README.md. `--part` renews a part
and leaves the others.
"""

import argparse
import json
import os
import re
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from bench import latency, scaling, whole_programs
from bench.__main__ import measure_steps
from bench.data import write_data
from bench.machine import describe_machine
from bench.measure import measure_whole
from bench.peers import PEERS, callers, load_peer, trainers
from bench.pictures import draw_steps, draw_sweep
from bench.report import RESULTS, say, write_whole
from bench.stages import stages_table
from bench.table import WHOLE_HEAD, limit_lines, peer_lines, whole_rows
from bench.workloads import WHOLE, WORKLOADS

ROOT = Path(__file__).resolve().parents[1]
PAGE, README = ROOT / "docs" / "performance.md", ROOT / "README.md"
PICTURES = ROOT / "docs" / "performance"
# What keeps the whole within half an hour.
REPETITIONS, SETTLE_SECONDS, MOST_STEPS = 3, 0.3, 900
TURNS, SECONDS_A_CALL = 2, 0.15
LONGEST_EPOCH = 6.0
EPOCHS = 3
# What keeps each library to AVX2, as a processor without AVX-512 would.
ONLY_AVX2 = {
    "PRONGHORN_ISA": "avx2",
    "ATEN_CPU_CAPABILITY": "avx2",
    "ONEDNN_MAX_CPU_ISA": "AVX2",
    "XLA_FLAGS": "--xla_cpu_max_isa=AVX2",
    "OPENBLAS_CORETYPE": "Haswell",
}
BESIDE_AVX2 = ["pronghorn", "jax_scan", "keras_jax", "torch_eager", "scikit_learn"]


def fill(path: Path, name: str, text: str) -> None:
    """Put the text between `<!-- bench: NAME -->` and the next `<!-- bench: end -->`."""
    page = path.read_text(encoding="utf-8")
    pattern = rf"(<!-- bench: {name} -->\n).*?(<!-- bench: end -->)"
    found = re.search(pattern, page, re.DOTALL)
    if found is None:
        raise SystemExit(f"{path}: expected the block <!-- bench: {name} --> … <!-- bench: end -->")
    filled = f"{found[1]}\n{text.strip()}\n\n{found[2]}"
    write_whole(path, page[: found.start()] + filled + page[found.end() :])


def measured_line(date: str, machine: Mapping[str, str]) -> str:
    return (
        f"Measured {date} on {machine['processor']}; Python {machine['python']}, "
        f"{machine['system']}. Settings: {machine['settings']}."
    )


def cell(result: Mapping[str, Any] | None, is_first: bool) -> str:
    """`87`, or `339 (3.9×)` of a peer."""
    if result is None or "us_per_step" not in result:
        return "–"
    us = result["us_per_step"]["median"]
    shown = f"{us:,.1f}" if us < 100 else f"{us:,.0f}"
    return f"**{shown}**" if is_first else f"{shown} ({result['ratio']:.1f}×)"


def steps_table(report: Mapping[str, Any]) -> str:
    """A row a peer, a column a net; above them the limit, and our share of it."""
    steps = report["steps"]
    first = PEERS[0]
    lines = [
        "| µs a step (× Pronghorn) | " + " | ".join(steps) + " |",
        "|---|" + "--:|" * len(steps),
        "| limit of the machine | "
        + " | ".join(f"{report['limits'][name]:,.1f}" for name in steps)
        + " |",
    ]
    for peer in trainers():
        if not any(peer in results for results in steps.values()):
            continue
        cells = [cell(results.get(peer), peer == first) for results in steps.values()]
        lines.append(f"| {load_peer(peer).TITLE} | " + " | ".join(cells) + " |")
        if peer == first:
            shares = [f"{results[first]['share']:.2f}" for results in steps.values()]
            lines.append("| … share of the limit | " + " | ".join(shares) + " |")
    absent = {
        f"{result['title']}: {result['absent']}"
        for results in steps.values()
        for result in results.values()
        if "absent" in result
    }
    return "\n".join(
        [*lines, *([f"\nNot in the table: {'; '.join(sorted(absent))}."] * bool(absent))]
    )


def steps_report(name: str, peers: list[str]) -> tuple[dict[str, Any], list[str]]:
    """The times of training steps, kept under a name, and the lines that say how they were made."""
    report = measure_steps(WORKLOADS, peers, REPETITIONS, 1, SETTLE_SECONDS, MOST_STEPS)
    keep(name, report)
    about = [
        measured_line(report["date"], report["machine"]),
        f"Data: {report['data']}; for 2-8-8-1, 10,000 points of two moons. Medians of "
        f"{REPETITIONS} turns, each half a second of epochs of at most {MOST_STEPS} steps or one "
        "epoch, the peers in turn, each in a process of its own.",
    ]
    return report, about


def write_steps() -> None:
    report, about = steps_report("steps", trainers())
    table = steps_table(report)
    fill(README, "steps", "\n".join([*about, "", table]))
    peers = peer_lines(list(report["steps"].values()))
    limits = limit_lines(report["rates"], {})
    fill(PAGE, "steps", "\n".join([*about, "", table, "", *limits, "", *peers]))
    fill(PAGE, "stages", f"{about[0]}\n\n{stages_table(report['stages'])}")
    draw_steps(report["steps"], PICTURES / "steps.svg")


def write_steps_avx2() -> None:
    """The same with no library above AVX2; each peer's process takes over the environment."""
    before = dict(os.environ)
    os.environ.update(ONLY_AVX2)
    try:
        report, about = steps_report("steps_avx2", BESIDE_AVX2)
    finally:
        os.environ.clear()
        os.environ.update(before)
    limits = limit_lines(report["rates"], {})
    fill(PAGE, "avx2", "\n".join([*about, "", steps_table(report), "", *limits]))


def write_calls() -> None:
    machine, date = describe_machine(), now()
    found = latency.measure(callers(), TURNS, SECONDS_A_CALL, say)
    keep("calls", {"date": date, "machine": machine, "calls": found})
    table = latency.table(found)
    about = "Rows are pictures, half zeros. Microseconds: quickest (median)."
    fill(PAGE, "calls", f"{measured_line(date, machine)} {about}\n\n{table}")


def write_scaling() -> None:
    report = scaling.measure(list(scaling.SWEEPS), list(scaling.BESIDE), LONGEST_EPOCH)
    keep("scaling", report)
    for sweep in scaling.SWEEPS:
        draw_sweep(sweep, report["sweeps"][sweep.name], PICTURES / f"{sweep.name}.svg")
    lines = [measured_line(report["date"], report["machine"])]
    lines += [f"{load_peer(peer).TITLE}: {why}." for peer, why in report["absent"].items()]
    for sweep in scaling.SWEEPS:
        lines += ["", *sweep_table(sweep, report["sweeps"][sweep.name])]
    fill(PAGE, "scaling", "\n".join(lines))


def sweep_table(sweep: scaling.Sweep, found: Mapping[str, Mapping[str, Any]]) -> list[str]:
    values = list(next(iter(found.values())))
    lines = [
        f"| µs a {sweep.per}; {sweep.axis} | "
        + " | ".join(f"{int(value):,}" for value in values)
        + " |",
        "|---|" + "--:|" * len(values),
    ]
    for peer, points in found.items():
        cells = [three_digits(points[v]["us"]) if "us" in points[v] else "–" for v in values]
        lines.append(f"| {load_peer(peer).TITLE} | " + " | ".join(cells) + " |")
    return lines


def three_digits(value: float) -> str:
    """At least three digits, never a power of ten: 0.441, 95.4, 1,150."""
    return f"{value:,.0f}" if value >= 100.0 else f"{value:.3g}"


def write_wholes() -> None:
    machine, date = describe_machine(), now()
    with tempfile.TemporaryDirectory(prefix="pronghorn-bench-") as name:
        write_data(Path(name))
        workload = WHOLE[1]
        results = measure_whole(workload, trainers(), Path(name), EPOCHS, say)
    keep("whole", {"date": date, "machine": machine, workload.name: results})
    table = "\n".join([WHOLE_HEAD, *whole_rows(workload, results)])
    text = f"{measured_line(date, machine)} {EPOCHS} epochs.\n\n{table}"
    fill(PAGE, "whole", text)


def write_programs() -> None:
    machine, date = describe_machine(), now()
    results = whole_programs.measure()
    keep("programs", {"date": date, "machine": machine, "programs": results})
    text = f"{measured_line(date, machine)} Medians of {whole_programs.TURNS} processes each."
    fill(PAGE, "programs", f"{text}\n\n{whole_programs.table(results)}")


def now() -> str:
    return time.strftime("%Y-%m-%d %H:%M")


def keep(name: str, report: Mapping[str, Any]) -> None:
    RESULTS.mkdir(parents=True, exist_ok=True)
    write_whole(RESULTS / f"page_{name}.json", json.dumps(report, ensure_ascii=False))


PARTS: dict[str, Callable[[], None]] = {
    "steps": write_steps,
    "avx2": write_steps_avx2,
    "calls": write_calls,
    "scaling": write_scaling,
    "whole": write_wholes,
    "programs": write_programs,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.page", description=__doc__)
    parser.add_argument("--part", action="append", choices=PARTS, help="only this part")
    # Stopped from outside, the workers end and the temporary folders go, as with Ctrl-C.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    PICTURES.mkdir(exist_ok=True)
    for name in parser.parse_args().part or PARTS:
        begin = time.monotonic()
        PARTS[name]()
        say(f"{name}: {time.monotonic() - begin:.0f} s\n")


if __name__ == "__main__":
    main()
