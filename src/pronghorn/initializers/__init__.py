"""First values of weights: ``layer(kernel_initializer="he_normal")`` and the classes behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pronghorn._core import lazy, registry
from pronghorn._core.errors import ParameterError, compose, describe
from pronghorn.initializers._constant import Constant

if TYPE_CHECKING:
    from pronghorn.initializers._base import Initializer, RandomInitializer
    from pronghorn.initializers._constant import Constant as constant
    from pronghorn.initializers._glorot_normal import GlorotNormal
    from pronghorn.initializers._glorot_normal import GlorotNormal as glorot_normal
    from pronghorn.initializers._glorot_uniform import GlorotUniform
    from pronghorn.initializers._glorot_uniform import GlorotUniform as glorot_uniform
    from pronghorn.initializers._he_normal import HeNormal
    from pronghorn.initializers._he_normal import HeNormal as he_normal
    from pronghorn.initializers._he_uniform import HeUniform
    from pronghorn.initializers._he_uniform import HeUniform as he_uniform
    from pronghorn.initializers._identity import Identity
    from pronghorn.initializers._identity import Identity as IdentityInitializer
    from pronghorn.initializers._identity import Identity as identity
    from pronghorn.initializers._lecun_normal import LecunNormal
    from pronghorn.initializers._lecun_normal import LecunNormal as lecun_normal
    from pronghorn.initializers._lecun_uniform import LecunUniform
    from pronghorn.initializers._lecun_uniform import LecunUniform as lecun_uniform
    from pronghorn.initializers._ones import Ones
    from pronghorn.initializers._ones import Ones as one
    from pronghorn.initializers._ones import Ones as ones
    from pronghorn.initializers._orthogonal import Orthogonal
    from pronghorn.initializers._orthogonal import Orthogonal as OrthogonalInitializer
    from pronghorn.initializers._orthogonal import Orthogonal as orthogonal
    from pronghorn.initializers._random_normal import RandomNormal
    from pronghorn.initializers._random_normal import RandomNormal as normal
    from pronghorn.initializers._random_normal import RandomNormal as random_normal
    from pronghorn.initializers._random_uniform import RandomUniform
    from pronghorn.initializers._random_uniform import RandomUniform as random_uniform
    from pronghorn.initializers._random_uniform import RandomUniform as uniform
    from pronghorn.initializers._truncated_normal import TruncatedNormal
    from pronghorn.initializers._truncated_normal import TruncatedNormal as truncated_normal
    from pronghorn.initializers._variance_scaling import VarianceScaling
    from pronghorn.initializers._variance_scaling import VarianceScaling as variance_scaling
    from pronghorn.initializers._zeros import Zeros
    from pronghorn.initializers._zeros import Zeros as zero
    from pronghorn.initializers._zeros import Zeros as zeros
else:
    __getattr__, __dir__ = lazy.attach(__name__, "initializer")

__all__ = [
    "Constant",
    "GlorotNormal",
    "GlorotUniform",
    "HeNormal",
    "HeUniform",
    "Identity",
    "IdentityInitializer",
    "Initializer",
    "LecunNormal",
    "LecunUniform",
    "Ones",
    "Orthogonal",
    "OrthogonalInitializer",
    "RandomInitializer",
    "RandomNormal",
    "RandomUniform",
    "TruncatedNormal",
    "VarianceScaling",
    "Zeros",
    "constant",
    "deserialize",
    "get",
    "glorot_normal",
    "glorot_uniform",
    "he_normal",
    "he_uniform",
    "identity",
    "lecun_normal",
    "lecun_uniform",
    "normal",
    "one",
    "ones",
    "orthogonal",
    "random_normal",
    "random_uniform",
    "serialize",
    "truncated_normal",
    "uniform",
    "variance_scaling",
    "zero",
    "zeros",
]


def get(identifier: Any) -> Any:
    """The initializer that a name, class, config, array or callable means; None stays None.

    Raises UnknownNameError for unknown names, ParameterError for what cannot be called.

    >>> get("he_normal")
    HeNormal(seed=None, input_axes=None, output_axes=None)
    >>> get(np.eye(2))((2, 2)).tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """
    if isinstance(identifier, np.ndarray | np.generic):
        return Constant(identifier)
    found = registry.resolve("initializer", identifier)
    if found is not None and not callable(found):
        raise ParameterError(
            compose(
                "initializer",
                expected="a name, an array or a callable of (shape, dtype)",
                received=describe(identifier),
            )
        )
    return found


def serialize(initializer: Any) -> Any:
    """The config of an initializer, in Keras's form.

    >>> serialize(Zeros())["class_name"]
    'Zeros'
    """
    return registry.serialize(initializer)


def deserialize(config: Any, custom_objects: dict[str, Any] | None = None) -> Any:
    """The initializer that ``serialize`` described; ``custom_objects`` adds names.

    >>> deserialize({"class_name": "Constant", "config": {"value": 2.0}})
    Constant(value=2.0)
    """
    return registry.deserialize("initializer", config, custom_objects)
