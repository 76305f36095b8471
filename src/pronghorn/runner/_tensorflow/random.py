"""``tf.random``: numbers drawn at once, in an order that ``tf.random.set_seed`` fixes."""

from __future__ import annotations

import random as _python
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pronghorn import layers, ops, utils
from pronghorn.errors import GraphError, compose
from pronghorn.runner._tensorflow._calls import FUNCTIONS, as_tensor, serve, served
from pronghorn.runner._tensorflow._creation import read_shape
from pronghorn.runner._tensorflow._tensor import read_value
from pronghorn.runner._tensorflow.dtypes import numpy_dtype

__all__ = ["Generator", "choose_generator", "draw_in_graph", "draw_words", "set_seed"]


class _Global:
    """The seed that ``set_seed`` was given, and the generators of calls with seeds of their own."""

    def __init__(self) -> None:
        self.seed = 0
        self.by_seed: dict[int, np.random.Generator] = {}


_global = _Global()


def set_seed(seed: Any) -> None:
    """Seed the weights, masks, orders of rows and random tensors that follow.

    Python's and NumPy's own generators stay as they are. Source: tf.random.set_seed.
    """
    number = int(seed) % 2**32
    python, legacy = _python.getstate(), np.random.get_state()  # noqa: NPY002 - as they were
    utils.set_random_seed(number)
    _python.setstate(python)
    np.random.set_state(legacy)  # noqa: NPY002 - as they were
    _global.seed, _global.by_seed = number, {}


def draw_words(seed: Any = None) -> tuple[int, ...]:
    """What a generator begins with: from a seed and the global one, else from the next seed."""
    return (utils.next_seed(),) if seed is None else (_global.seed, int(seed) % 2**32, 1)


def choose_generator(seed: Any = None) -> np.random.Generator:
    """The generator of a call: with a seed of its own its numbers follow from both seeds.

    As in TensorFlow the second call with the same seed goes on where the first stopped.
    """
    if seed is None:
        return _make(*draw_words())
    key = int(seed) % 2**32
    if key not in _global.by_seed:
        _global.by_seed[key] = _make(*draw_words(key))
    return _global.by_seed[key]


def _make(*words: int) -> np.random.Generator:
    return np.random.Generator(np.random.Philox(np.random.SeedSequence(words)))


def _lengths(shape: Any) -> tuple[int, ...]:
    lengths = read_shape(shape)
    if None in lengths:
        raise GraphError(
            compose(
                "tf.random",
                expected="a shape of whole numbers",
                received=f"{lengths}, inside a layer, where the batch has no length yet",
                remedy="Use keras.layers.GaussianNoise or keras.layers.Dropout",
            )
        )
    return lengths


# The distributions, from a generator.


def _normal(
    source: np.random.Generator, shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = None
) -> NDArray[Any]:
    drawn = source.standard_normal(_lengths(shape))
    return _scale(drawn, stddev, mean, dtype)


def _truncated_normal(
    source: np.random.Generator, shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = None
) -> NDArray[Any]:
    drawn = source.standard_normal(_lengths(shape))
    # What lies beyond two standard deviations is drawn again.
    while (outside := np.abs(drawn) > 2.0).any():
        drawn[outside] = source.standard_normal(int(outside.sum()))
    return _scale(drawn, stddev, mean, dtype)


def _uniform(
    source: np.random.Generator, shape: Any, minval: Any = 0, maxval: Any = None, dtype: Any = None
) -> NDArray[Any]:
    kind = numpy_dtype(dtype or "float32")
    if kind.kind in "iu":
        return source.integers(int(minval), int(maxval), _lengths(shape), np.int64).astype(kind)
    low, high = read_value(minval), read_value(1 if maxval is None else maxval)
    return _scale(source.random(_lengths(shape)), high - low, low, dtype)


def _scale(drawn: NDArray[Any], by: Any, plus: Any, dtype: Any) -> NDArray[Any]:
    scaled = drawn * read_value(by) + read_value(plus)
    return np.asarray(scaled).astype(numpy_dtype(dtype or "float32"))


_DISTRIBUTIONS = {"normal": _normal, "truncated_normal": _truncated_normal, "uniform": _uniform}


def draw_in_graph(
    name: str, shape: Any, first: Any = 0.0, second: Any = 1.0, *_: Any, **options: Any
) -> Any:
    """Numbers of every row of a batch, drawn anew in every step: a value of the graph.

    Only inside of layers, where the length of the batch is None. Raises GraphError for another
    distribution than "normal" (mean, stddev) and "uniform" (minval, maxval).
    """
    lengths = read_shape(shape)
    if lengths.index(None) > 0 or name not in ("normal", "uniform"):
        _lengths(shape)  # which says what is wrong
    normal = layers.GaussianNoise(1.0)(ops.zeros(lengths), training=True)
    if name == "normal":
        return normal * options.get("stddev", second) + options.get("mean", first)
    low, high = options.get("minval", first), options.get("maxval", second)
    # The distribution function of a number makes a uniform one of it.
    uniform = (ops.erf(normal / 2**0.5) + 1.0) / 2.0
    return uniform * ((1.0 if high is None else high) - low) + low


def _serve_distribution(name: str) -> None:
    draw = _DISTRIBUTIONS[name]

    @served(f"random.{name}", f"random.random_{name}")
    def call(shape: Any, *args: Any, seed: Any = None, **kwargs: Any) -> Any:
        if None in read_shape(shape):
            return draw_in_graph(name, shape, *args, **kwargs)
        return draw(choose_generator(seed), shape, *args, **kwargs)

    @served(f"random.stateless_{name}")
    def stateless(shape: Any, seed: Any, *args: Any, **kwargs: Any) -> Any:
        words = (int(word) % 2**32 for word in np.atleast_1d(read_value(seed)))
        return draw(_make(*words), shape, *args, **kwargs)


for _name in _DISTRIBUTIONS:
    _serve_distribution(_name)


@served("random.shuffle")
def shuffle(value: Any, seed: Any = None) -> Any:
    """The parts along the first axis in a random order. Source: tf.random.shuffle."""
    return choose_generator(seed).permutation(read_value(value), axis=0)


@served("random.categorical")
def categorical(logits: Any, num_samples: Any, dtype: Any = None, seed: Any = None) -> Any:
    """Classes drawn by logits (n, c) → (n, num_samples). Source: tf.random.categorical."""
    scores = read_value(logits)
    rows, classes = scores.shape
    # The largest of logits + Gumbel noise has the distribution of their softmax.
    noise = choose_generator(seed).gumbel(size=(rows, int(num_samples), classes))
    return np.argmax(scores[:, None] + noise, axis=-1).astype(numpy_dtype(dtype or "int64"))


class Generator:
    """Random tensors from a seed of one's own. Source: tf.random.Generator."""

    def __init__(self, source: np.random.Generator) -> None:
        self._source = source

    @classmethod
    def from_seed(cls, seed: Any, alg: Any = None) -> Generator:
        """The generator of a seed."""
        return cls(_make(int(seed) % 2**32))

    @classmethod
    def from_non_deterministic_state(cls, alg: Any = None) -> Generator:
        """A generator that repeats nothing."""
        return cls(np.random.default_rng())

    def __getattr__(self, name: str) -> Any:
        if name not in _DISTRIBUTIONS:
            raise AttributeError(f"tf.random.Generator has no {name!r} here")
        return lambda *args, **kwargs: as_tensor(
            _DISTRIBUTIONS[name](self._source, *args, **kwargs)
        )


FUNCTIONS["random.set_random_seed"] = set_seed

__getattr__, __dir__ = serve("tf.random", "random.")
