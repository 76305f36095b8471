"""Ten steps of real Keras: formulas on arrays, nodes of a step, ``apply`` on each engine."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from golden.kinds.cases import read_cases
from pronghorn import config
from pronghorn.engines.base import Feed
from pronghorn.engines.reference import ENGINE, ReferenceStore
from pronghorn.ir import graph as g
from pronghorn.ir.formula import Formula
from pronghorn.ir.graph import Graph
from pronghorn.ir.scalar import input_expr, lift, step_scalar
from pronghorn.optimizers._update import Trained, emit_updates
from tolerances import KINDS_VS_KERAS, OPTIMIZERS_VS_KERAS
from unit.optimizers.cases import NAMES, make_optimizer, make_weights

CASES = read_cases("optimizers")
# Arguments and settings that a step takes beyond the optimizer's own formula.
AROUND = {
    "clipnorm", "global_clipnorm", "use_ema", "gradient_accumulation_steps", "loss_scale_factor",
}  # fmt: skip
PLAIN = [
    pytest.param(case, id=parameter.id)
    for parameter in CASES
    for case in parameter.values
    if not AROUND & set(case["kwargs"]) and not case["setting"]
]


def slots_of(case: dict[str, Any], position: int) -> dict[str, Any]:
    """Slot name → value of one weight after the last step, as Keras has it."""
    prefix = f"{NAMES[position]}_"
    return {
        name.removeprefix(prefix): value
        for name, value in case["variables"]
        if name.startswith(prefix)
    }


@pytest.mark.parametrize("case", PLAIN)
@pytest.mark.parametrize("position", [0, 1], ids=NAMES)
def test_formula_on_arrays(case: dict[str, Any], position: int) -> None:
    optimizer = make_optimizer(case)
    w = np.asarray(case["start"][position])
    slots = {name: np.full(w.shape, optimizer.initial_slot(name)) for name in optimizer.slots()}
    scalars = optimizer.step_scalars(np.arange(10))
    for step, gradients in enumerate(case["gradients"]):
        now = {name: values[step] for name, values in scalars.items()}
        w, slots = optimizer.update(w, np.asarray(gradients[position]), slots, now)
        KINDS_VS_KERAS.check(w, case["weights"][step][position], f"step {step}")
    expected = slots_of(case, position)
    assert set(slots) == set(expected)
    for name, value in expected.items():
        KINDS_VS_KERAS.check(slots[name], value, name)


@pytest.mark.parametrize("case", PLAIN)
def test_traced_formula(case: dict[str, Any]) -> None:
    optimizer = make_optimizer(case)
    names = optimizer.slots()
    scalars = optimizer.step_scalars(np.arange(10))
    new, new_slots = optimizer.update(
        input_expr(0),
        input_expr(1),
        {name: input_expr(2 + i) for i, name in enumerate(names)},
        {name: step_scalar(name) for name in scalars},
    )
    formula = Formula(2 + len(names), (lift(new), *(lift(new_slots[name]) for name in names)))
    w = np.asarray(case["start"][0])
    arrays = [w, *(np.full(w.shape, optimizer.initial_slot(name)) for name in names)]
    for step, gradients in enumerate(case["gradients"]):
        now = {name: float(values[step]) for name, values in scalars.items()}
        operands = [arrays[0], np.asarray(gradients[0]), *arrays[1:]]
        arrays = list(formula.evaluate(operands, now, 1.0))
        KINDS_VS_KERAS.check(arrays[0], case["weights"][step][0], f"step {step}")


@pytest.mark.parametrize("case", CASES)
def test_nodes_of_a_step_in_float64(case: dict[str, Any]) -> None:
    """Norms, averages, accumulation and constraints too, on the engine that is the definition."""
    optimizer, weights = make_optimizer(case), make_weights(case)
    held = optimizer.slot_state.prepare(weights)
    stores: dict[str, ReferenceStore] = {}

    def hold(name: str, value: Any) -> g.Node:
        stores[name] = ReferenceStore(np.shape(value))
        stores[name].value = np.asarray(value, np.float64)
        return g.parameter(name, np.shape(value))

    trained = [
        Trained(
            weight.name,
            weight,
            hold(weight.name, start),
            hold(f"gradient/{weight.name}", start),
            # The average starts from the weight in float32 and is not read by the first step.
            {
                slot: hold(f"{weight.name}/{slot}", np.full(v.shape, optimizer.initial_slot(slot)))
                for slot, v in held[weight].items()
            },
        )
        for weight, start in zip(weights, case["start"], strict=True)
    ]
    program = ENGINE.lower(Graph(writes=emit_updates(optimizer, trained)), stores, 1)
    for step, gradients in enumerate(case["gradients"]):
        for name, gradient in zip(NAMES, gradients, strict=True):
            stores[f"gradient/{name}"].value = np.asarray(gradient)
        scalars = optimizer.step_scalars(np.array([step]))
        program.run(Feed({}, np.zeros(1, np.int64), 1), scalars=scalars, step=step)
        for name, expected in zip(NAMES, case["weights"][step], strict=True):
            KINDS_VS_KERAS.check(stores[name].value, expected, f"{name}, step {step}")
    for position, name in enumerate(NAMES):
        for slot, value in slots_of(case, position).items():
            KINDS_VS_KERAS.check(stores[f"{name}/{slot}"].value, value, f"{name}/{slot}")


@pytest.fixture(params=["native", "reference"])
def engine(request: pytest.FixtureRequest) -> Iterator[str]:
    with config.use_engine(request.param):
        yield request.param


@pytest.mark.parametrize("case", CASES)
def test_apply(case: dict[str, Any], engine: str) -> None:
    optimizer, weights = make_optimizer(case), make_weights(case)
    for step, gradients in enumerate(case["gradients"]):
        optimizer.apply(gradients, weights)
        for weight, expected in zip(weights, case["weights"][step], strict=True):
            OPTIMIZERS_VS_KERAS.check(weight.numpy(), expected, f"{weight.name}, step {step}")
    assert optimizer.steps_taken == len(case["gradients"])

    # Names and order are those of Keras, but for the product that it leaves without a name.
    named = [(name, array) for name, array in optimizer.slot_state.arrays() if name != "u_product"]
    expected_names = [name for name, _ in case["variables"] if not name.startswith("variable")]
    assert [name for name, _ in named] == expected_names
    for variable, (name, value) in zip(optimizer.variables, case["variables"], strict=True):
        OPTIMIZERS_VS_KERAS.check(np.asarray(variable.numpy()), value, name)

    optimizer.finalize_variable_values(weights)
    for weight, expected in zip(weights, case["finalized"], strict=bool(case["finalized"])):
        OPTIMIZERS_VS_KERAS.check(weight.numpy(), expected, "written averages")
