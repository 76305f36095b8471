"""``keras.random``: numbers drawn at once, and inside of layers anew in every step."""

from __future__ import annotations

from typing import Any

import numpy as np

from pronghorn import layers
from pronghorn.runner._outside import outside
from pronghorn.runner._tensorflow import random as _random
from pronghorn.runner._tensorflow._calls import FUNCTIONS, as_tensor, is_symbolic
from pronghorn.runner._tensorflow._creation import read_shape
from pronghorn.runner._tensorflow._tensor import read_value
from pronghorn.runner._tensorflow.dtypes import numpy_dtype

__all__ = [
    "SeedGenerator",
    "beta",
    "binomial",
    "categorical",
    "dropout",
    "gamma",
    "normal",
    "randint",
    "shuffle",
    "truncated_normal",
    "uniform",
]


class SeedGenerator:
    """Seeds one after the other, the same ones from the same seed. Source: keras.random."""

    def __init__(self, seed: int | None = None, name: str | None = None, **_: Any) -> None:
        self.name = name
        self._source = _generator(seed)
        self.seed = seed

    def next(self, ordered: bool = True) -> Any:
        """Two whole numbers to draw with."""
        return as_tensor(self._source.integers(0, 2**32, 2, np.uint32))

    def get_config(self) -> dict[str, Any]:
        """What makes another one like it."""
        return {"seed": self.seed}


def _generator(seed: Any) -> np.random.Generator:
    """The generator of a call: a seed gives the same numbers each time, as in Keras."""
    if isinstance(seed, SeedGenerator):
        return seed._source
    if seed is None:
        return _random.choose_generator()
    words = [int(word) % 2**32 for word in np.atleast_1d(read_value(seed))]
    return np.random.Generator(np.random.Philox(np.random.SeedSequence(words)))


def normal(
    shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = None, seed: Any = None
) -> Any:
    """Numbers around a mean. Source: keras.random.normal."""
    return _draw("normal", shape, mean, stddev, dtype, seed)


def uniform(
    shape: Any, minval: Any = 0.0, maxval: Any = 1.0, dtype: Any = None, seed: Any = None
) -> Any:
    """Numbers between two. Source: keras.random.uniform."""
    return _draw("uniform", shape, minval, maxval, dtype, seed)


def _draw(law: str, shape: Any, first: Any, second: Any, dtype: Any, seed: Any) -> Any:
    """Numbers of a law with two parameters; with an axis of the batch, anew in every step."""
    lengths = read_shape(shape)
    if None in lengths:
        return _random.draw_in_graph(law, lengths, first, second)
    return _cast(getattr(_generator(seed), law)(first, second, lengths), dtype)


def truncated_normal(
    shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = None, seed: Any = None
) -> Any:
    """Numbers within two standard deviations of a mean. Source: keras.random."""
    source = _generator(seed)
    words = source.integers(0, 2**32, 2, np.uint32)
    return FUNCTIONS["random.stateless_truncated_normal"](
        shape, words, mean, stddev, dtype or "float32"
    )


def randint(shape: Any, minval: Any, maxval: Any, dtype: Any = "int32", seed: Any = None) -> Any:
    """Whole numbers from ``minval`` up to ``maxval``, which is left out. Source: keras.random."""
    return _cast(_generator(seed).integers(minval, maxval, read_shape(shape)), dtype)


def categorical(logits: Any, num_samples: Any, dtype: Any = "int32", seed: Any = None) -> Any:
    """Classes drawn by logits (n, c) → (n, num_samples). Source: keras.random.categorical."""
    scores = read_value(logits)
    noise = _generator(seed).gumbel(size=(len(scores), int(num_samples), scores.shape[-1]))
    return _cast(np.argmax(scores[:, None] + noise, axis=-1), dtype)


def gamma(shape: Any, alpha: Any, dtype: Any = None, seed: Any = None) -> Any:
    """Numbers of the gamma distribution. Source: keras.random.gamma."""
    return _cast(_generator(seed).gamma(read_value(alpha), size=read_shape(shape)), dtype)


def beta(shape: Any, alpha: Any, beta: Any, dtype: Any = None, seed: Any = None) -> Any:
    """Numbers of the beta distribution. Source: keras.random.beta."""
    drawn = _generator(seed).beta(read_value(alpha), read_value(beta), read_shape(shape))
    return _cast(drawn, dtype)


def binomial(
    shape: Any, counts: Any, probabilities: Any, dtype: Any = None, seed: Any = None
) -> Any:
    """How often something happens in ``counts`` tries. Source: keras.random.binomial."""
    trials = read_value(counts).astype(np.int64)
    drawn = _generator(seed).binomial(trials, read_value(probabilities), read_shape(shape))
    return _cast(drawn, dtype)


def dropout(inputs: Any, rate: float, noise_shape: Any = None, seed: Any = None) -> Any:
    """Values set to 0 with probability ``rate``, the others divided by 1 − rate.

    Source: keras.random.dropout.
    """
    if is_symbolic(inputs):
        return layers.Dropout(rate, noise_shape)(inputs, training=True)
    values = read_value(inputs)
    shape = values.shape if noise_shape is None else read_shape(noise_shape)
    kept = _generator(seed).random(shape) >= rate
    return as_tensor(np.where(kept, values / (1.0 - rate), 0.0).astype(values.dtype))


def shuffle(x: Any, axis: int = 0, seed: Any = None) -> Any:
    """The parts along an axis in a random order. Source: keras.random.shuffle."""
    return as_tensor(_generator(seed).permutation(read_value(x), axis=axis))


def _cast(drawn: Any, dtype: Any) -> Any:
    return as_tensor(np.asarray(drawn).astype(numpy_dtype(dtype or "float32")))


def __getattr__(name: str) -> Any:
    outside(f"keras.random.{name}", "keras")
