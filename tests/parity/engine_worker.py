"""Train a fixed set of nets on one engine and write the outcome: run as a process of its own.

    PRONGHORN_ISA=avx2 PRONGHORN_NUM_THREADS=2 python -m parity.engine_worker native out.npz

A process of its own, because an instruction set and a thread limit are chosen by environment
variables, once. The file holds "case/losses" and "case/<position>" arrays.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

import pronghorn
from contract.small_models import HELD_BY_LABEL, build
from parity import large_graphs, large_nets, nets, steps
from parity.draws import draw_integers, draw_uniform, draw_weights
from pronghorn._core.registry import Entry
from pronghorn.engines.base import engine_named
from pronghorn.ir.graph import Graph
from unit.ir.general_nets import GENERAL
from unit.ir.nets import run_epoch

TASKS = Path("/proc/self/task")  # one entry for each thread that lives, where there is such a list

Outcome = tuple[list[float], list[Any]]


def run_head(loss: str, optimizer: str) -> Outcome:
    head = steps.HEADS[loss]
    model = steps.build_net(pronghorn, head, steps.OPTIMIZERS[optimizer])
    trained = steps.run_steps(model, steps.draw_batches(head))
    return trained.losses, trained.weights


def run_net(case: nets.Case) -> Outcome:
    model = case.build(pronghorn)
    fit = {"batch_size": 8, "epochs": 2, **case.fit}
    history = model.fit(case.x, case.y, shuffle=False, verbose=0, **fit)
    values = [v for name in sorted(history.history) for v in history.history[name]]
    return values, [*model.get_weights(), *as_list(model.predict(case.x, verbose=0))]


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def run_large(net: large_nets.LargeNet) -> Outcome:
    model = net.build(pronghorn)
    model.set_weights(draw_weights(net.seed, [w.shape for w in model.get_weights()]))
    losses: list[float] = []
    for step in range(large_nets.STEPS):
        x, y = net.draw_inputs(net.seed + 100 + step), net.draw_targets(net.seed + 200 + step)
        history = model.fit(x, y, batch_size=net.batch, shuffle=False, verbose=0)
        losses += history.history["loss"]
    return losses, model.get_weights()


def run_seeded() -> Outcome:
    """First weights, shuffling and dropout masks all come from the one seed."""
    pronghorn.utils.set_random_seed(20)
    layers = pronghorn.layers
    model = pronghorn.Sequential(
        [
            layers.Input((90,)),
            layers.Dense(130, activation="relu", kernel_initializer="he_normal"),
            layers.Dropout(0.3),
            layers.Dense(70, activation="tanh"),
            layers.Dropout(0.5),
            layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(optimizer="rmsprop", loss="sparse_categorical_crossentropy")
    x, y = draw_uniform(1, 300, 90), draw_integers(2, 10, 300)
    history = model.fit(x, y, batch_size=64, epochs=2, verbose=0)
    return history.history["loss"], model.get_weights()


def run_registered(entry: Entry) -> Outcome:
    """The small model around one entry of the registry."""
    small = build(entry)
    losses = small.train(2, shuffle=False)
    return losses, [*small.model.get_weights(), small.model.predict(small.x, verbose=0)]


def run_graph(build: Callable[[], Graph], rows: int, batch: int) -> Outcome:
    """A step with any axes, straight from the operations of the graph."""
    engine = engine_named(pronghorn.config.engine())
    ran = run_epoch(build(), engine, range(rows), batch)
    totals = [ran.totals[key] for key in sorted(ran.totals)]
    tallies = [ran.tallies[key] for key in sorted(ran.tallies)]
    return totals, [*ran.weights.values(), *ran.outputs.values(), *tallies]


CASES: dict[str, Callable[[], Outcome]] = {
    **{
        f"{optimizer}-{loss}": partial(run_head, loss, optimizer)
        for optimizer in steps.OPTIMIZERS
        for loss in steps.HEADS
    },
    **{name: partial(run_net, case) for name, case in nets.CASES.items()},
    **{name: partial(run_large, net) for name, net in large_nets.LARGE_NETS.items()},
    **{f"graph_{name}": partial(run_graph, build, 11, 4) for name, build in GENERAL.items()},
    **{
        f"graph_large_{name}": partial(run_graph, build, large_graphs.ROWS, large_graphs.BATCH)
        for name, build in large_graphs.LARGE_GRAPHS.items()
    },
    "seeded": run_seeded,
    **{f"registered-{name}": partial(run_registered, e) for name, e in HELD_BY_LABEL.items()},
}


def main(engine: str, out: str) -> None:
    pronghorn.config.set_engine(engine)
    arrays: dict[str, Any] = {}
    for name, run in CASES.items():
        losses, weights = run()
        arrays[f"{name}/losses"] = np.array(losses)
        arrays.update({f"{name}/{position}": w for position, w in enumerate(weights)})
    if engine == "native":
        from pronghorn import _native

        arrays["isa"] = np.array(_native.default_isa())
        arrays["threads"] = np.array(pronghorn.config.thread_limit())
        if TASKS.is_dir():
            arrays["tasks"] = np.array(len(list(TASKS.iterdir())))
    np.savez(out, **arrays)


if __name__ == "__main__":
    main(*sys.argv[1:])
