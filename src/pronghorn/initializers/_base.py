"""What every initializer is: a function of a shape."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from pronghorn._core import config, rng
from pronghorn._core.configurable import Configurable
from pronghorn._core.errors import ParameterError, compose, describe
from pronghorn._core.params import Integer, MismatchError, Optional, check
from pronghorn._core.results import as_result

Shape = tuple[int, ...]


class Initializer(Configurable):
    """The first values of a weight: ``initializer(shape, dtype) -> array`` of that shape.

    Subclasses define ``fill(shape)`` in float64; the call checks the shape and casts. Any
    callable ``f(shape, dtype)`` and any array of the right shape serve as an initializer too.

    Source: keras.initializers.Initializer.

    >>> class Sevens(Initializer):
    ...     def fill(self, shape):
    ...         return np.full(shape, 7.0)
    >>> Sevens()((2,)).tolist()
    [7.0, 7.0]
    """

    def __call__(self, shape: Any, dtype: DTypeLike | None = None) -> NDArray[Any]:
        """An array of ``shape``, in ``dtype`` or else in floatx().

        Raises ParameterError unless the shape is a sequence of whole numbers >= 0.
        """
        values = self.fill(self._check_shape(shape))
        made: NDArray[Any] = as_result(values.astype(config.floatx() if dtype is None else dtype))
        return made

    def fill(self, shape: Shape) -> NDArray[np.float64]:
        """The values in float64; defined by each initializer."""
        raise NotImplementedError(f"{type(self).__name__} must define fill(shape)")

    def clone(self) -> Initializer:
        """A new initializer of the same configuration (and, if unseeded, another seed)."""
        return type(self).from_config(self.get_config())

    def _check_shape(self, shape: Any) -> Shape:
        try:
            checked = tuple(Integer(low=0).convert(size) for size in shape)
        except (TypeError, MismatchError):
            raise ParameterError(
                compose(
                    f"{type(self).__name__} shape",
                    expected="a tuple of whole numbers of at least 0",
                    received=describe(shape),
                )
            ) from None
        return checked


class RandomInitializer(Initializer):
    """An initializer with a seed.

    The same seed gives the same values for the same shape, call after call. An object made
    without one draws a seed when it is made, so it too repeats itself (as in Keras); its config
    keeps ``seed=None``.

    >>> from pronghorn.initializers import RandomNormal
    >>> normal = RandomNormal()
    >>> bool((normal((3,)) == normal((3,))).all())
    True
    """

    def __init__(self, seed: int | None = None) -> None:
        self.seed = check(
            type(self).__name__, "seed", seed, Optional(Integer(low=0, high=2**64 - 1))
        )
        self._drawn_seed = rng.next_seed() if self.seed is None else self.seed

    def _generator(self) -> np.random.Generator:
        return rng.make_generator(self._drawn_seed)

    def _fill_truncated_normal(self, shape: Shape, stddev: float) -> NDArray[np.float64]:
        """Normal values of deviation ``stddev``, those beyond two deviations drawn again."""
        generator = self._generator()
        values = generator.standard_normal(shape)
        outside = np.abs(values) > 2.0
        while count := int(np.count_nonzero(outside)):
            values[outside] = generator.standard_normal(count)
            outside = np.abs(values) > 2.0
        return values * stddev
