"""The step of an optimizer on gradients that the caller computed, for a training loop of one's own.

The same nodes as in a model's training step, lowered once on the engine in use.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pronghorn._core import config
from pronghorn._core.errors import EngineError, ParameterError, ShapeError, compose, describe
from pronghorn.engines.base import Feed, Program, Store, engine_named
from pronghorn.ir import graph as g
from pronghorn.ir.graph import Graph
from pronghorn.optimizers._update import Trained, emit_updates

if TYPE_CHECKING:
    from pronghorn.optimizers._base import Optimizer

__all__ = ["Applied", "read_gradients"]

# A graph without data runs one step of one row.
_ONE_STEP = Feed({}, np.zeros(1, np.int64), 1)


@dataclass(frozen=True)
class _Job:
    program: Program
    stores: Mapping[str, Store]
    variables: Mapping[str, Any]
    gradients: Mapping[int, Store]


class Applied:
    """The programs of one optimizer's ``apply``, by the weights that have gradients."""

    def __init__(self) -> None:
        self._jobs: dict[tuple[Any, ...], _Job] = {}

    def __getstate__(self) -> dict[str, Any]:
        # Programs belong to a process; a copy lowers its own.
        return {"_jobs": {}}

    def run(
        self, optimizer: Optimizer, weights: Sequence[Any], gradients: Mapping[int, NDArray[Any]]
    ) -> None:
        """One step; ``gradients``: position among the weights → array."""
        engine = config.engine()
        key = (engine, tuple(map(id, weights)), tuple(gradients))
        job = self._jobs.get(key)
        if job is None or not _is_current(job, engine):
            job = self._jobs[key] = _lower(optimizer, weights, tuple(gradients), engine)
        for position, array in gradients.items():
            job.gradients[position].write(array)
        step = int(optimizer.steps_taken)
        scalars = optimizer.step_scalars(np.array([step], np.int64))
        result = job.program.run(_ONE_STEP, scalars=scalars, step=step)
        if result.status != "ok":
            raise EngineError(compose("apply", expected="a whole step", received=result.status))


def read_gradients(weights: Sequence[Any], grads: Sequence[Any]) -> dict[int, NDArray[np.float32]]:
    """Position → gradient, float32 in row-major order; None stands for no gradient.

    Raises ParameterError for another number of gradients or for weights that are no variables,
    ShapeError for a gradient that does not fit its weight.
    """
    if len(grads) != len(weights):
        raise ParameterError(
            compose(
                "apply",
                expected=f"{len(weights)} gradients, one for each weight",
                received=str(len(grads)),
            )
        )
    found: dict[int, NDArray[np.float32]] = {}
    for position, (weight, grad) in enumerate(zip(weights, grads, strict=True)):
        if not hasattr(weight, "adopt"):
            raise ParameterError(
                compose(
                    "apply",
                    expected="variables of a layer or model",
                    received=describe(weight),
                    remedy="Pass model.trainable_variables",
                )
            )
        if grad is None:
            continue
        array = np.array(grad, np.float32, order="C")
        if array.shape != weight.shape:
            raise ShapeError(
                compose(
                    f"gradient of {weight.path!r}",
                    expected=f"an array of shape {weight.shape}",
                    received=describe(array),
                )
            )
        found[position] = array
    return found


def _is_current(job: _Job, engine: str) -> bool:
    """Whether the variables still live where the program reads them."""
    made = engine_named(engine)
    return all(v.adopt(made) is job.stores[name] for name, v in job.variables.items())


def _lower(
    optimizer: Optimizer, weights: Sequence[Any], given: tuple[int, ...], engine_name: str
) -> _Job:
    engine = engine_named(engine_name)
    variables: dict[str, Any] = {}
    trained: list[Trained] = []
    for position, weight in enumerate(weights):
        name = f"w{position}"
        slots = optimizer.slot_state.slots_of(weight)
        variables[name] = weight
        variables.update({f"{name}/{slot}": v for slot, v in slots.items()})
        gradient = g.parameter(f"g{position}", weight.shape) if position in given else None
        held = {slot: g.parameter(f"{name}/{slot}", weight.shape) for slot in slots}
        trained.append(Trained(name, weight, g.parameter(name, weight.shape), gradient, held))
    graph = Graph(writes=emit_updates(optimizer, trained))
    used = {node.attrs["name"] for node in graph.nodes() if node.op == "parameter"}
    variables = {name: v for name, v in variables.items() if name in used}
    stores = {name: v.adopt(engine) for name, v in variables.items()}
    gradients = {i: engine.store(weights[i].shape) for i in given}
    everything = stores | {f"g{i}": store for i, store in gradients.items()}
    return _Job(engine.lower(graph, everything, 1), stores, variables, gradients)
