"""Directions in the space of all trainable weights, along which a loss is cut."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pronghorn._core.errors import DataError, ParameterError, ShapeError, compose, describe
from pronghorn._core.params import Integer, OneOf, check
from pronghorn._core.rng import make_generator

__all__ = ["PathDirections", "Weights", "between", "path_directions", "random_direction"]

# One array for each trainable weight, in the order of ``trainable_variables``.
Weights = list[NDArray[np.float32]]


def random_direction(model: Any, seed: int = 0, normalize: str = "filter") -> Weights:
    """A direction d of standard normal numbers, one array for each trainable weight.

    With ``normalize`` "filter" each unit's incoming weights get the length that they have in the
    model, d_j ← d_j ‖w_j‖ / ‖d_j‖ for the columns j of a kernel (k, m), and weights with one axis
    (biases, scales) are 0: so slices of differently scaled networks compare. "weight" does the
    same with whole weights, "none" leaves d as drawn.

    Raises ParameterError for another ``normalize``.

    Source: Li et al., "Visualizing the loss landscape of neural nets", 2018 (arXiv:1712.09913).

    >>> import numpy as np
    >>> from pronghorn import Input, Sequential, layers
    >>> model = Sequential([Input((2,)), layers.Dense(1, kernel_initializer="ones")])
    >>> kernel, bias = random_direction(model)
    >>> round(float(np.linalg.norm(kernel)), 5), bias.tolist()  # as long as (1, 1)
    (1.41421, [0.0])
    """
    check("random_direction", "normalize", normalize, OneOf("filter", "weight", "none"))
    check("random_direction", "seed", seed, Integer(low=0))
    rng = make_generator(seed)
    found: Weights = []
    for variable in model.trainable_variables:
        w = variable.numpy()
        d = rng.standard_normal(w.shape)
        if normalize == "weight":
            d = d * (np.linalg.norm(w) / np.linalg.norm(d))
        elif normalize == "filter" and w.ndim < 2:
            d = np.zeros(w.shape)
        elif normalize == "filter":
            axes = tuple(range(w.ndim - 1))
            lengths = np.sqrt(np.sum(np.square(w, dtype=np.float64), axis=axes))
            d = d * (lengths / np.sqrt(np.sum(d * d, axis=axes)))
        found.append(d.astype(np.float32))
    return found


def between(first: Sequence[Any], second: Sequence[Any]) -> Weights:
    """second − first, array by array: from weights 0 it leads to weights 1.

    Raises ShapeError where the weights are of different networks.

    Source: Goodfellow, Vinyals and Saxe, "Qualitatively characterizing neural network
    optimization problems", 2014 (arXiv:1412.6544).

    >>> import numpy as np
    >>> between([np.ones(2)], [np.full(2, 4.0)])[0].tolist()
    [3.0, 3.0]
    """
    pairs = [
        (np.asarray(a, np.float64), np.asarray(b, np.float64))
        for a, b in zip(first, second, strict=False)
    ]
    if len(first) != len(second) or any(a.shape != b.shape for a, b in pairs):
        raise ShapeError(
            compose(
                "between",
                expected=f"arrays of shapes {[np.shape(a) for a in first]}",
                received=f"{[np.shape(b) for b in second]}",
                remedy="Take both from networks of the same layers",
            )
        )
    return [(b - a).astype(np.float32) for a, b in pairs]


@dataclass(frozen=True, eq=False)
class PathDirections:
    """The principal axes of a path of weights.

    ``directions`` are of length 1, all weights of one together. ``explained[i]`` is the share of
    the path's variance along direction i. ``positions`` (moments, directions) is the path itself,
    from its last moment, in units of the directions.
    """

    directions: tuple[Weights, ...]
    explained: NDArray[np.float64]
    positions: NDArray[np.float64]


def path_directions(path: Sequence[Sequence[Any]], count: int = 2) -> PathDirections:
    """The ``count`` principal axes of the weights that a training passed through.

    With rows w_t − w_T of the path's moments, the axes are the first right singular vectors: the
    plane that lies closest to the path and holds its end.

    Args:
        path: For each moment the trainable weights, the last moment last.
        count: How many axes. Default 2.

    Errors: ParameterError for fewer moments than ``count`` + 1, ShapeError for moments of
    different networks, DataError for a path that does not move in ``count`` directions.

    Source: Li et al. 2018, section 7 (arXiv:1712.09913).

    >>> import numpy as np
    >>> moments = [[np.array([t, 2.0 * t])] for t in (3.0, 2.0, 0.0)]
    >>> found = path_directions(moments, count=1)
    >>> found.explained.round(6).tolist(), abs(found.positions[:, 0]).round(4).tolist()
    ([1.0], [6.7082, 4.4721, 0.0])
    """
    check("path_directions", "count", count, Integer(low=1))
    if len(path) <= count:
        raise ParameterError(
            compose(
                "path_directions",
                expected=f"at least {count + 1} moments",
                received=f"{len(path)}",
                remedy="Keep the weights more often while training",
            )
        )
    steps = [between(path[-1], moment) for moment in path[:-1]]
    shapes = [part.shape for part in steps[0]]
    rows = np.stack([_flatten(step) for step in steps])
    # n moments span n directions at most: the small side is decomposed.
    _, sizes, axes = np.linalg.svd(rows, full_matrices=False)
    if sizes[count - 1] <= sizes[0] * 1e-7:
        raise DataError(
            compose(
                "path_directions",
                expected=f"a path that moves in {count} directions",
                received=f"one that moves in {int(np.sum(sizes > sizes[0] * 1e-7))}",
            )
        )
    power = sizes**2
    positions = np.concatenate([rows @ axes[:count].T, np.zeros((1, count))])
    return PathDirections(
        tuple(_unflatten(axis, shapes) for axis in axes[:count]),
        power[:count] / power.sum(),
        positions,
    )


def check_direction(what: str, direction: Any, variables: Sequence[Any]) -> list[NDArray[Any]]:
    """The arrays of a direction; raises ShapeError where they are not those of the weights."""
    arrays = [np.asarray(part, np.float64) for part in direction]
    expected = [tuple(v.shape) for v in variables]
    if [array.shape for array in arrays] != expected:
        raise ShapeError(
            compose(
                what,
                expected=f"one array for each trainable weight, of shapes {expected}",
                received=describe(direction)
                if not arrays
                else f"{[array.shape for array in arrays]}",
                remedy="random_direction(model) makes one",
            )
        )
    return arrays


def _flatten(arrays: Weights) -> NDArray[np.float64]:
    return np.concatenate([np.asarray(a, np.float64).reshape(-1) for a in arrays])


def _unflatten(vector: NDArray[np.float64], shapes: Sequence[tuple[int, ...]]) -> Weights:
    sizes = np.cumsum([int(np.prod(shape)) for shape in shapes])[:-1]
    parts = np.split(vector, sizes)
    return [p.reshape(s).astype(np.float32) for p, s in zip(parts, shapes, strict=True)]
