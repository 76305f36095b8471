"""`python -m bench.latency`: what one call costs, beside the work in it.

A trained 784-128-10 net is asked, with pictures that are half zeros, for single rows and single
steps, in a process of each library; the libraries take turns, and of all turns the quickest and the
median call count. Start-up is a process of its own: from its start to the end of the first training
step, and the part of it that the import takes. Prints a table.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from bench.data import float_rows, invent_data
from bench.machine import describe_machine
from bench.peers import Caller, TrainingNet, callers, load_peer
from bench.process import missing, python_of

ROOT = Path(__file__).resolve().parents[1]
AT_ONCE = "predict, 1 row, two threads at once"
# What a call is, in the order of the table; a library may have no such call.
CALLS = (
    "predict function, 1 row",
    "model(x), 1 row",
    "predict, 1 row",
    AT_ONCE,
    "predict, 32 rows",
    "predict, 10,000 rows",
    "train_on_batch, 32 rows",
    "fit, 32 rows, one step",
)
START = ("import", "first training step")
# Seconds that a call is repeated for in each turn, in blocks of about a millisecond.
TURN_SECONDS, BLOCK_SECONDS = 0.5, 0.001
ROWS, MANY_ROWS = 32, 10_000
# At once: of threads, and of calls in each, as many as take a while but not more.
THREADS, MOST_CALLS, THREAD_SECONDS = 2, 50, 0.005

Calls = dict[str, Callable[[], Any]]


def make_calls(peer: Caller) -> Calls:
    """What is timed, of a net that has made its first step."""
    data = invent_data(MANY_ROWS, 1)
    many = float_rows(data.x_train)
    x, y = many[:ROWS], data.y_train[:ROWS]
    net = peer.make_net()
    if isinstance(net, TrainingNet):
        net.train_on_batch(x, y)
    return net.calls(x, y, many)


def call_at_once(call: Callable[[], Any], count: int) -> None:
    """The call from several threads, many times in each; an error in one of them is raised."""

    def many() -> None:
        for _ in range(count):
            call()

    with ThreadPoolExecutor(THREADS) as pool:
        for done in [pool.submit(many) for _ in range(THREADS)]:
            done.result()


def time_call(call: Callable[[], Any], seconds: float) -> list[float]:
    """Microseconds a call, block by block."""
    call()
    begin = time.perf_counter()
    call()
    count = max(1, round(BLOCK_SECONDS / max(time.perf_counter() - begin, 1e-7)))
    found: list[float] = []
    end = time.perf_counter() + seconds
    while not found or time.perf_counter() < end:
        begin = time.perf_counter()
        for _ in range(count):
            call()
        found.append((time.perf_counter() - begin) / count * 1e6)
    return found


def time_calls(calls: Calls, seconds: float) -> dict[str, list[float]]:
    found = {name: time_call(calls[name], seconds) for name in CALLS if name in calls}
    if "predict, 1 row" in calls:
        one = calls["predict, 1 row"]
        seconds_a_call = min(found["predict, 1 row"]) / 1e6
        count = max(1, min(MOST_CALLS, round(THREAD_SECONDS / seconds_a_call)))
        try:
            blocks = time_call(lambda: call_at_once(one, count), seconds)
        except Exception:  # not safe in threads: whatever it raises, that is the result
            blocks = []
        found[AT_ONCE] = [us / (THREADS * count) for us in blocks]
    return {name: found[name] for name in CALLS if name in found}


def serve(name: str, seconds: float) -> None:
    """Measure in this process: one line with what a call of each kind took."""
    peer = load_peer(name)
    assert isinstance(peer, Caller)
    try:
        calls = make_calls(peer)
    except ModuleNotFoundError as error:
        print(json.dumps({"absent": f"not installed ({error.name})"}))
        return
    print(json.dumps(time_calls(calls, seconds)))


def time_start(peer: str) -> dict[str, list[float]]:
    """Microseconds of the import, and from a process's start to the end of its first step."""
    begin = time.monotonic()
    answer = run_python(peer, "-m", "bench.first_step", peer, load_peer(peer).IMPORTS)
    imported, *end = (float(word) for word in answer.split()[-2:] if word[0].isdigit())
    found = {"import": [imported * 1e6]}
    if end:
        found["first training step"] = [(end[0] - begin) * 1e6]
    return found


def run_python(peer: str, *arguments: str) -> str:
    done = subprocess.run(
        [python_of(peer), *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{peer}, {' '.join(arguments)}: {done.stderr[-2000:]}")
    return done.stdout


def measure(
    peers: list[str], turns: int, seconds: float, say: Callable[[str], None] = lambda text: None
) -> dict[str, dict[str, Any]]:
    """Per peer: the name of each call → microseconds, or why it is absent."""
    found: dict[str, dict[str, Any]] = {peer: dict(missing(peer) or {}) for peer in peers}
    for _ in range(turns):
        for peer, times in found.items():
            if "absent" in times:
                continue
            say(f"calls: {peer}")
            lines = run_python(
                peer, "-m", "bench.latency", "--serve", peer, "--seconds", f"{seconds}"
            )
            answer = json.loads(lines.splitlines()[-1])
            if "absent" in answer:
                times.update(answer)
                continue
            for name, values in {**answer, **time_start(peer)}.items():
                times.setdefault(name, []).extend(values)
    return found


def table(found: dict[str, dict[str, Any]]) -> str:
    """A row a call: the quickest and the median of each peer, in microseconds."""
    peers = [name for name, times in found.items() if "absent" not in times]
    lines = [
        "| call | " + " | ".join(load_peer(name).TITLE for name in peers) + " |",
        "|---|" + "--:|" * len(peers),
    ]
    for call in (*CALLS, *START):
        cells = []
        for peer in peers:
            cells.append(show(found[peer][call]) if call in found[peer] else "–")
        lines.append(f"| {call} | " + " | ".join(cells) + " |")
    for name, times in found.items():
        if "absent" in times:
            lines.append(f"\n{load_peer(name).TITLE}: {times['absent']}")
    return "\n".join(lines)


def show(values: list[float]) -> str:
    """The quickest and the median, without decimals that say nothing."""
    if not values:
        return "raises"
    digits = 1 if min(values) < 1000 else 0
    return f"{min(values):,.{digits}f} ({statistics.median(values):,.{digits}f})"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.latency", description=__doc__)
    parser.add_argument("--peer", action="append", choices=callers(), help="only this one")
    parser.add_argument("--turns", type=int, default=3, help="processes a library")
    parser.add_argument("--seconds", type=float, default=TURN_SECONDS, help="for each call a turn")
    parser.add_argument("--serve", choices=callers(), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve:
        serve(arguments.serve, arguments.seconds)
        return
    found = measure(arguments.peer or callers(), arguments.turns, arguments.seconds)
    print("Microseconds a call of 784-128-10: quickest (median)\n")
    print(table(found))
    machine = describe_machine()
    print("\n" + ", ".join(f"{name}: {value}" for name, value in machine.items()))


if __name__ == "__main__":
    main()
