"""What the machine allows: its rates, measured, and the least time of a step by them.

    least time = operations of the bare matrix products / best sgemm rate
               + bytes of the rows / bandwidth of memory
               + bytes of weights and slots, read and written once / bandwidth of L2 or memory

`python -m bench.limit` measures in a process of its own and prints the rates as JSON: threads of a
BLAS that go on spinning must not meet those of a peer.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from functools import partial
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from bench.machine import cache_bytes, usable_cores
from bench.workloads import Workload

ROOT = Path(__file__).resolve().parents[1]
FLOAT_BYTES = 4
# State that an optimizer keeps for each weight (Keras's defaults).
SLOTS = {"sgd": 0, "rmsprop": 1, "adam": 2}
# Edges of the square products among which the best rate is looked for.
EDGES = (512, 1024, 2048)
SECONDS = 0.5


def best_seconds(call: Callable[[], Any], seconds: float = SECONDS) -> float:
    """The shortest of as many calls as fit into a while, after one to warm up."""
    call()
    best, end = float("inf"), time.perf_counter() + seconds
    while time.perf_counter() < end:
        begin = time.perf_counter()
        call()
        best = min(best, time.perf_counter() - begin)
    return best


def measure_sgemm() -> dict[str, float]:
    """Library → its best rate in GFLOP/s over square float32 products, on all cores."""
    rng = np.random.default_rng(0)
    rates: dict[str, float] = {}
    for edge in EDGES:
        a, b = (rng.standard_normal((edge, edge), np.float32) for _ in range(2))
        products: dict[str, Callable[[], Any]] = {
            "numpy": partial(np.matmul, a, b, np.empty_like(a))
        }
        try:
            import jax

            dot = jax.jit(lambda x, y: x @ y)
            operands = jax.numpy.asarray(a), jax.numpy.asarray(b)
            products["jax"] = partial(lambda d, o: d(*o).block_until_ready(), dot, operands)
        except ModuleNotFoundError:
            pass
        for library, product in products.items():
            rate = 2.0 * edge**3 / best_seconds(product) / 1e9
            rates[library] = max(rates.get(library, 0.0), rate)
    return rates


def pair_of_arrays(elements: int) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Two arrays half a page apart in their pages.

    Where one lies a few bytes behind the other in that sense, loads wait for stores that only look
    like theirs, and the copy takes ten times as long.
    """
    page = 4096 // FLOAT_BYTES
    target = -(-elements // page) * page + page // 2
    both = np.ones(target + elements, np.float32)
    return both[:elements], both[target:]


def copy_on_one(megabytes: float, together: Barrier, rates: Queue[float]) -> None:
    """GB/s read and written by one core within such a footprint, while the others do the same."""
    source, target = pair_of_arrays(int(megabytes * 1e6 / 2 / FLOAT_BYTES))
    repeats = max(1, int(64e6 / source.nbytes))

    def copy() -> None:
        for _ in range(repeats):
            np.copyto(target, source)

    together.wait()
    rates.put(2.0 * source.nbytes * repeats / best_seconds(copy) / 1e9)


def measure_bandwidth(megabytes_a_core: float) -> float:
    """GB/s read and written when every core copies an array of its own within such a footprint.

    A process for each: threads would wait for the interpreter's lock as often as they copy.
    """
    cores, context = usable_cores(), multiprocessing.get_context("spawn")
    together, rates = context.Barrier(cores), context.Queue()
    arguments = (megabytes_a_core, together, rates)
    copiers = [context.Process(target=copy_on_one, args=arguments) for _ in range(cores)]
    for copier in copiers:
        copier.start()
    total: float = sum(rates.get() for _ in copiers)
    for copier in copiers:
        copier.join()
    return total


def measure_rates() -> dict[str, Any]:
    """The rates of this machine that a limit is made of."""
    l2 = cache_bytes(2)
    return {
        "sgemm_gflops": measure_sgemm(),
        "l2_bytes": l2 * usable_cores(),
        "l2_gbps": measure_bandwidth(l2 / 2 / 1e6),
        "memory_gbps": measure_bandwidth(128.0),
    }


def rates_of_this_machine() -> dict[str, Any]:
    """``measure_rates`` in a process of its own."""
    environment = {**os.environ, "JAX_PLATFORMS": "cpu"}
    done = subprocess.run(
        [sys.executable, "-m", "bench.limit"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    rates: dict[str, Any] = json.loads(done.stdout)
    return rates


def product_flops(workload: Workload, rows: int) -> int:
    """Operations of the products of one step: forward, dW, and dX of all layers but the first."""
    pairs = list(zip(workload.widths, workload.widths[1:], strict=False))
    return sum(2 * rows * k * m * (2 if i == 0 else 3) for i, (k, m) in enumerate(pairs))


def weight_bytes(workload: Workload) -> int:
    """Weights, biases and their slots, read once and written once."""
    pairs = zip(workload.widths, workload.widths[1:], strict=False)
    weights = sum((k + 1) * m for k, m in pairs)
    return 2 * FLOAT_BYTES * weights * (1 + SLOTS[workload.optimizer])


def least_microseconds(workload: Workload, rates: Mapping[str, Any]) -> float:
    """The least time of one step of a full batch, whose rows come from memory."""
    compute = product_flops(workload, workload.batch) / (max(rates["sgemm_gflops"].values()) * 1e3)
    rows = workload.batch * workload.row_bytes / (rates["memory_gbps"] * 1e3)
    moved = weight_bytes(workload)
    is_in_l2 = moved / 2 <= rates["l2_bytes"]
    bandwidth = rates["l2_gbps"] if is_in_l2 else rates["memory_gbps"]
    return float(compute + rows + moved / (bandwidth * 1e3))


if __name__ == "__main__":
    print(json.dumps(measure_rates()))
