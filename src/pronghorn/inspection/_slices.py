"""Cuts through a loss: its values along one direction, or over a plane, around the weights."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pronghorn._core.errors import NotBuiltError, NumericsError, ParameterError, compose, describe
from pronghorn.inspection._directions import check_direction

__all__ = ["loss_line", "loss_plane"]


def loss_line(
    model: Any,
    x: Any,
    y: Any,
    direction: Sequence[Any],
    steps: Any = None,
    sample_weight: Any = None,
) -> NDArray[np.float64]:
    """L(w + α d) for each α of ``steps``: the loss on one batch along a direction, float64 (s,).

    The loss is that of ``compile`` with its penalties, with dropout and the like in their
    inference form. It is infinity where it overflows. The model is left as it was.

    Args:
        model: A compiled model.
        x, y, sample_weight: One batch, as for ``test_on_batch``.
        direction: d, one array for each trainable weight: see ``random_direction``.
        steps: The numbers α. Default: 51 from -1 to 1.

    Errors: NotBuiltError before ``compile``; ShapeError for another network's direction.

    Along d = (1,) from w = 2, with L = (w − 1)²:

    >>> import numpy as np
    >>> from pronghorn import Input, Sequential, initializers, layers
    >>> two = initializers.Constant(2.0)
    >>> dense = layers.Dense(1, use_bias=False, kernel_initializer=two)
    >>> model = Sequential([Input((1,)), dense])
    >>> model.compile(loss="mse")
    >>> one = np.ones((1, 1))
    >>> loss_line(model, one, one, [one], steps=[-1.0, 0.0, 1.0]).tolist()
    [0.0, 1.0, 4.0]
    """
    alphas = _read_steps("loss_line steps", steps)
    variables = _trainable(model, "loss_line")
    d = check_direction("loss_line direction", direction, variables)
    with _restored(variables) as origin:
        return np.array(
            [
                _loss_at(model, x, y, sample_weight, variables, _move(origin, (a,), (d,)))
                for a in alphas
            ]
        )


def loss_plane(
    model: Any,
    x: Any,
    y: Any,
    directions: tuple[Sequence[Any], Sequence[Any]],
    steps: Any = None,
    steps_2: Any = None,
    sample_weight: Any = None,
) -> NDArray[np.float64]:
    """L(w + α d + β e): the loss on one batch over a plane, float64 (s₂, s).

    Row i stands for β = ``steps_2[i]``, column j for α = ``steps[j]``.

    Args:
        model, x, y, sample_weight: Those of ``loss_line``.
        directions: d and e.
        steps: The numbers α. Default: 51 from -1 to 1.
        steps_2: The numbers β. Default: ``steps``.

    Errors: those of ``loss_line``.

    Source: Li et al., "Visualizing the loss landscape of neural nets", 2018 (arXiv:1712.09913).

    >>> import numpy as np
    >>> from pronghorn import Input, Sequential, layers
    >>> model = Sequential([Input((1,)), layers.Dense(1, kernel_initializer="zeros")])
    >>> model.compile(loss="mse")
    >>> d, e = [np.ones((1, 1)), np.zeros(1)], [np.zeros((1, 1)), np.ones(1)]
    >>> x, y = np.ones((1, 1)), np.zeros((1, 1))
    >>> loss_plane(model, x, y, (d, e), steps=[0.0, 1.0], steps_2=[0.0, 2.0]).tolist()  # (α + β)²
    [[0.0, 1.0], [4.0, 9.0]]
    """
    alphas = _read_steps("loss_plane steps", steps)
    betas = alphas if steps_2 is None else _read_steps("loss_plane steps_2", steps_2)
    variables = _trainable(model, "loss_plane")
    if len(directions) != 2:
        raise ParameterError(
            compose("loss_plane directions", expected="two of them", received=describe(directions))
        )
    d, e = (check_direction("loss_plane directions", part, variables) for part in directions)
    with _restored(variables) as origin:
        return np.array(
            [
                [
                    _loss_at(model, x, y, sample_weight, variables, _move(origin, (a, b), (d, e)))
                    for a in alphas
                ]
                for b in betas
            ]
        )


def _read_steps(where: str, steps: Any) -> NDArray[np.float64]:
    if steps is None:
        return np.linspace(-1.0, 1.0, 51)
    found = np.asarray(steps, np.float64)
    if found.ndim != 1 or not found.size or not np.isfinite(found).all():
        raise ParameterError(
            compose(where, expected="a list of finite numbers", received=describe(steps))
        )
    return found


def _trainable(model: Any, what: str) -> list[Any]:
    if not model.compiled or model.loss is None:
        raise NotBuiltError(
            compose(
                what,
                expected="a model that was compiled with a loss",
                received=f"{model.name!r}, which was not",
                remedy="Call for instance model.compile(loss='mse') first",
            )
        )
    return list(model.trainable_variables)


@contextmanager
def _restored(variables: Sequence[Any]) -> Iterator[list[NDArray[np.float64]]]:
    """The weights as they are, which they are again afterwards."""
    kept = [variable.numpy() for variable in variables]
    try:
        yield [array.astype(np.float64) for array in kept]
    finally:
        for variable, array in zip(variables, kept, strict=True):
            variable.assign(array)


def _move(
    origin: Sequence[NDArray[Any]],
    numbers: Sequence[float],
    directions: Sequence[Sequence[NDArray[Any]]],
) -> list[NDArray[Any]]:
    moved = list(origin)
    for number, direction in zip(numbers, directions, strict=True):
        moved = [w + number * d for w, d in zip(moved, direction, strict=True)]
    return moved


def _loss_at(
    model: Any,
    x: Any,
    y: Any,
    sample_weight: Any,
    variables: Sequence[Any],
    values: Sequence[NDArray[Any]],
) -> float:
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)
    try:
        found = model.test_on_batch(x, y, sample_weight=sample_weight, return_dict=True)
    except NumericsError:
        return float("inf")
    return float(found["loss"])
