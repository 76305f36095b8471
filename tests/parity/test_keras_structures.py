"""Inputs and outputs in lists and dicts within others, and arguments that mean "none": as Keras."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from parity.draws import draw_uniform, draw_weights
from parity.test_keras_models import check

N, SIZE = 12, 4
A, B, Y = draw_uniform(91, N, 2), draw_uniform(92, N, 3), draw_uniform(93, N, 1)
W = draw_uniform(94, N, low=0.0, high=2.0)
LOSSES = {"p": ("mse",), "r": ["mae"]}
FORMS: dict[str, Callable[[Any, Any], Any]] = {
    "list in a dict": lambda a, b: {"x": [a, b]},
    "dict in a dict": lambda a, b: {"x": {"u": a, "v": b}},
    "list in a list": lambda a, b: [a, [b]],
}


def take_apart(x: Any) -> tuple[Any, Any]:
    if isinstance(x, list | tuple):
        return x[0], x[1][0]
    inner = x["x"]
    return (inner["u"], inner["v"]) if isinstance(inner, dict) else tuple(inner)


def connect(k: ModuleType, form: str) -> Any:
    """A model of symbolic tensors."""
    a, b = k.Input((2,)), k.Input((3,))
    both = k.layers.Dense(1)(k.layers.concatenate([a, b]))
    model = k.Model(FORMS[form](a, b), {"p": (both,), "r": [k.layers.Dense(1)(b)]})
    model.set_weights(draw_weights(95, [tuple(w.shape) for w in model.get_weights()]))
    model.compile("sgd", LOSSES)
    return model


def by_call(k: ModuleType, form: str) -> Any:
    """A model that learns from its first data what they are like."""

    class Own(k.Model):  # type: ignore[name-defined,misc]
        def __init__(self) -> None:
            super().__init__()
            self.first = k.layers.Dense(1, kernel_initializer="ones")
            self.second = k.layers.Dense(1, kernel_initializer="ones")

        def call(self, x: Any) -> Any:
            a, b = take_apart(x)
            return {"p": (self.first(a),), "r": [self.second(b)]}

    model = Own()
    model.compile("sgd", LOSSES)
    return model


def draw(form: str, rows: slice = slice(None)) -> Any:
    y, w = Y[rows], W[rows]
    return FORMS[form](A[rows], B[rows]), {"p": (y,), "r": [-y]}, {"p": (w,), "r": [w[::-1]]}


def cut(form: str) -> Iterator[Any]:
    for begin in range(0, N, SIZE):
        yield draw(form, slice(begin, begin + SIZE))


def index(k: ModuleType, form: str) -> Any:
    class Batches(k.utils.PyDataset):  # type: ignore[name-defined,misc]
        def __len__(self) -> int:
            return N // SIZE

        def __getitem__(self, i: int) -> Any:
            return list(cut(form))[i]

    return Batches()


WAYS: dict[str, Callable[[ModuleType, Any, str], Any]] = {
    "fit": lambda k, m, f: m.fit(
        *draw(f)[:2], sample_weight=draw(f)[2], batch_size=SIZE, shuffle=False, verbose=0
    ).history["loss"],
    "fit a generator": lambda k, m, f: m.fit(cut(f), verbose=0).history["loss"],
    "fit a dataset": lambda k, m, f: m.fit(
        index(k, f), validation_data=index(k, f), shuffle=False, verbose=0
    ).history["val_loss"],
    "evaluate a generator": lambda k, m, f: m.evaluate(cut(f), verbose=0),
    "predict a generator": lambda k, m, f: m.predict((part[:1] for part in cut(f)), verbose=0),
    "predict a dataset": lambda k, m, f: m.predict(index(k, f), verbose=0),
    "train_on_batch": lambda k, m, f: [m.train_on_batch(*draw(f)), m.get_weights()],
    "test_on_batch": lambda k, m, f: m.test_on_batch(*draw(f)),
}


def run(case: Callable[[ModuleType], Any], k: ModuleType) -> Any:
    with warnings.catch_warnings():
        if k.__name__ == "keras":  # it warns of every generator that ends
            warnings.simplefilter("ignore")
        return case(k)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("make", [connect, by_call])
def test_structures_within_structures(
    make: Callable[..., Any], form: str, way: str, keras: ModuleType, subject: ModuleType
) -> None:
    def case(k: ModuleType) -> Any:
        return WAYS[way](k, make(k, form), form)

    check(run(case, subject), run(case, keras), "")


def test_own_steps_meet_the_structures_of_the_data(subject: ModuleType) -> None:
    seen: list[Any] = []

    class Own(subject.Model):  # type: ignore[name-defined,misc]
        def train_step(self, data: Any) -> Any:
            seen.append(data)
            return super().train_step(data)

    a, b = subject.Input((2,)), subject.Input((3,))
    outputs = {"p": (subject.layers.Dense(1)(a),), "r": [subject.layers.Dense(1)(b)]}
    model = Own({"x": [a, b]}, outputs)
    model.compile("sgd", LOSSES)
    model.fit(((x, y) for x, y, _ in cut("list in a dict")), verbose=0)
    for (x, y), (given, targets, _) in zip(seen, cut("list in a dict"), strict=True):
        check(x, given, "x")
        check(y, targets, "y")


def one_output(k: ModuleType) -> Any:
    a = k.Input((2,))
    model = k.Model({"x": [a]}, k.layers.Dense(1, kernel_initializer="ones")(a))
    model.compile("sgd", "mse")
    return model


def chain(k: ModuleType, optimizer: Any = "sgd") -> Any:
    model = k.Sequential([k.Input((2,)), k.layers.Dense(1, kernel_initializer="ones")])
    model.compile(optimizer, "mse")
    return model


def weigh(k: ModuleType, losses: Any, weights: Any) -> Any:
    a = k.Input((2,))
    outputs = [k.layers.Dense(1, kernel_initializer="ones", name=name)(a) for name in "ab"]
    model = k.Model(a, outputs)
    model.compile("sgd", losses, loss_weights=weights)
    return model.evaluate(A, [Y, -Y], verbose=0, return_dict=True)


def without_optimizer(k: ModuleType) -> Any:
    model = chain(k, None)
    return [
        model.evaluate(A, Y, verbose=0),
        model.test_on_batch(A, Y),
        model.predict(A, verbose=0),
        model.compiled,
        model.optimizer is None,
    ]


def without_targets(k: ModuleType, validation: Any) -> Any:
    """A model whose only loss is a layer's, and its history."""

    class Small(k.layers.Layer):  # type: ignore[name-defined,misc]
        def call(self, x: Any) -> Any:
            self.add_loss(k.ops.mean(k.ops.square(x)))
            return x

    model = k.Sequential([k.Input((2,)), k.layers.Dense(1, kernel_initializer="ones"), Small()])
    model.compile("sgd")
    return model.fit(A, validation_data=validation, epochs=2, shuffle=False, **OPTIONS).history


OPTIONS: dict[str, Any] = {"batch_size": SIZE, "verbose": 0}
CASES: dict[str, Callable[[ModuleType], Any]] = {
    "one output, inputs in a structure": lambda k: one_output(k).predict({"x": [A]}, verbose=0),
    "one output, trained": lambda k: one_output(k).train_on_batch({"x": [A]}, Y),
    "steps_per_epoch=0": lambda k: (
        chain(k).fit(A, Y, steps_per_epoch=0, shuffle=False, **OPTIONS).history
    ),
    "validation_steps=0": lambda k: (
        chain(k)
        .fit(A, Y, validation_data=(A, Y), validation_steps=0, shuffle=False, **OPTIONS)
        .history
    ),
    "steps_per_epoch=0, a generator": lambda k: (
        (
            chain(k).fit(
                ((A[i : i + 3], Y[i : i + 3]) for i in (0, 3)), steps_per_epoch=0, verbose=0
            )
        ).history
    ),
    "steps=0, evaluate": lambda k: chain(k).evaluate(A, Y, steps=0, **OPTIONS),
    "steps=0, predict": lambda k: chain(k).predict(A, steps=0, **OPTIONS),
    "loss weights in lists": lambda k: weigh(k, ["mse", "mae"], [[0.5], [2.0]]),
    "loss weights like the losses": lambda k: weigh(k, [["mse", "mae"], "mae"], [[0.5, 2.0], 3.0]),
    "loss weights in a dict of lists": lambda k: weigh(
        k, {"a": ["mse", "mae"], "b": "mae"}, {"a": [0.5, 2.0], "b": 3.0}
    ),
    "no optimizer": without_optimizer,
    "validation of x": lambda k: without_targets(k, A[:3]),
    "validation of x in a tuple": lambda k: without_targets(k, (A[:3],)),
    "validation of x and no y": lambda k: without_targets(k, (A[:3], None)),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_arguments(
    case: Callable[[ModuleType], Any], keras: ModuleType, subject: ModuleType
) -> None:
    check(run(case, subject), run(case, keras), "")


@pytest.mark.parametrize("method", ["fit", "train_on_batch", "trace"])
def test_nothing_trains_without_an_optimizer(method: str, subject: ModuleType) -> None:
    model = chain(subject, None)
    before = model.get_weights()
    with pytest.raises(subject.errors.NotBuiltError, match="optimizer"):
        getattr(model, method)(A, Y)
    assert all(map(np.array_equal, before, model.get_weights()))
