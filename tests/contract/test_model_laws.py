"""Laws that hold for everything that a model can hold: trained, saved, copied, on every engine."""

from __future__ import annotations

import copy
import functools
import json
import operator
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tolerances
from contract.examples import BUILTIN, label
from contract.small_models import BUILDERS, HELD, ROWS, Small, build
from gradient.differences import differentiate, evaluate
from pronghorn import models, ops
from pronghorn._core import registry
from pronghorn._core.registry import Entry
from pronghorn.ir.graph import Node
from pronghorn.layers._host import run_host_calls
from pronghorn.training._step import LOSS, Step, Task, build_forward, differentiate_loss

held = pytest.mark.parametrize("entry", HELD, ids=label)
ENDINGS = [e.name for e in registry.entries("file_format") if e.target().keeps_models]


def test_every_kind_has_its_model() -> None:
    """Callbacks, file formats and data sets stand beside models: they have laws of their own."""
    beside = {"callback", "dataset", "file_format"}
    assert {entry.kind for entry in BUILTIN} == {*BUILDERS, *beside}


def check_same(small: Small, again: Any) -> None:
    """Configs, weights, predictions, scores, and a further epoch are equal to the last bit."""
    model = small.model
    assert json.dumps(again.get_config()) == json.dumps(model.get_config())
    assert json.dumps(again.get_compile_config()) == json.dumps(model.get_compile_config())
    for _ in range(2):
        assert [w.path for w in again.weights] == [w.path for w in model.weights]
        for own, other in zip(model.get_weights(), again.get_weights(), strict=True):
            assert own.tobytes() == other.tobytes()
        assert (
            again.predict(small.x, verbose=0).tobytes()
            == model.predict(small.x, verbose=0).tobytes()
        )
        # A score may be an array, one number for each class.
        own, other = (
            {name: np.asarray(score).tobytes() for name, score in scores.items()}
            for scores in (small.evaluate(), small.evaluate(again))
        )
        assert own == other
        assert small.train(3, initial_epoch=2) == small.train(3, again, initial_epoch=2)


@held
def test_training_changes_weights_and_its_loss_is_finite(entry: Entry) -> None:
    small = build(entry)
    before = small.model.get_weights()
    assert np.isfinite(small.train(2)).all()
    after = small.model.get_weights()
    assert all(np.isfinite(w).all() for w in after)
    assert any((a != b).any() for a, b in zip(after, before, strict=True))


@pytest.mark.parametrize("ending", ENDINGS)
@held
def test_file_goes_there_and_back(entry: Entry, ending: str, tmp_path: Path) -> None:
    small = build(entry)
    small.train(2)
    small.model.save(tmp_path / f"model{ending}")
    check_same(small, models.load_model(tmp_path / f"model{ending}"))


@pytest.mark.parametrize(
    "duplicate",
    [copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))],
    ids=["deepcopy", "pickle"],
)
@held
def test_copy_goes_on_as_the_original(entry: Entry, duplicate: Callable[[Any], Any]) -> None:
    small = build(entry)
    small.train(2)
    check_same(small, duplicate(small.model))


@held
def test_gradient_is_that_of_differences(entry: Entry) -> None:
    """The derivative of a training step's loss, along a direction drawn for all its weights."""
    small = build(entry)
    step, values = trace_gradients(small)
    names = [name.removeprefix("gradient of ") for name in values if name != "loss"]
    rng = np.random.default_rng(2)
    arrays = {
        f"x:{n}": x
        for n, x in zip(small.model._known_network.input_names, small.inputs, strict=True)
    }
    run_host_calls(small.model._known_network.host_calls, arrays)
    arrays[f"y:{small.model._known_network.output_names[0]}"] = np.asarray(small.y)
    arrays |= {name: variable.numpy() for name, variable in step.variables.items()}
    for name in names:
        # Of both signs and away from 0, where penalties and activations may have a kink.
        sizes = rng.uniform(0.2, 0.9, arrays[name].shape)
        arrays[name] = sizes * rng.choice([-1.0, 1.0], sizes.shape)
    along = {name: rng.normal(size=arrays[name].shape) for name in names}

    def loss(distance: Any) -> float:
        # The shorter the way, the fewer functions have a kink on it.
        moved = {name: arrays[name] + 0.01 * distance * along[name] for name in names}
        return float(evaluate({"loss": values["loss"]}, {**arrays, **moved}, ROWS)["loss"])

    found = evaluate(values, arrays, ROWS)
    actual = sum((found[f"gradient of {name}"] * along[name]).sum() for name in names)
    tolerances.GRADIENT_OF_DRAWN.check(actual, 100 * differentiate(loss, np.array(0.0)))


def trace_gradients(small: Small) -> tuple[Step, dict[str, Node]]:
    """A training step's loss, and "gradient of …" for each weight, as nodes of one graph."""
    model = small.model
    shapes = ((None, *np.shape(small.y)[1:]),)
    targets = model._trainer.objective.resolve(shapes, model.output_shapes)
    task = Task(targets, shapes, (None,), frozenset(model.trainable_variables))
    forward, emission = build_forward(model._trainer.model, task, training=True)
    terms = [ops.mean(term) if term.has_batch else term for term in forward.totals[LOSS]]
    values = {"loss": functools.reduce(operator.add, terms)}
    found = differentiate_loss(forward, emission.variables, task, "the test")
    for name, (_, gradient) in found.items():
        if gradient is not None:
            values[f"gradient of {name}"] = gradient
    return Step(forward, emission.variables), values
