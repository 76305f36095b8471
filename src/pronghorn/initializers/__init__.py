"""First values of weights: ``layer(kernel_initializer="he_normal")`` and the classes behind it."""

from typing import Any

import numpy as np

from pronghorn._core import registry
from pronghorn._core.errors import ParameterError, compose, describe
from pronghorn.initializers._base import Initializer, RandomInitializer
from pronghorn.initializers._constant import Constant
from pronghorn.initializers._glorot_normal import GlorotNormal
from pronghorn.initializers._glorot_uniform import GlorotUniform
from pronghorn.initializers._he_normal import HeNormal
from pronghorn.initializers._he_uniform import HeUniform
from pronghorn.initializers._identity import Identity
from pronghorn.initializers._lecun_normal import LecunNormal
from pronghorn.initializers._lecun_uniform import LecunUniform
from pronghorn.initializers._ones import Ones
from pronghorn.initializers._orthogonal import Orthogonal
from pronghorn.initializers._random_normal import RandomNormal
from pronghorn.initializers._random_uniform import RandomUniform
from pronghorn.initializers._truncated_normal import TruncatedNormal
from pronghorn.initializers._variance_scaling import VarianceScaling
from pronghorn.initializers._zeros import Zeros

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
    "ones",
    "orthogonal",
    "random_normal",
    "random_uniform",
    "serialize",
    "truncated_normal",
    "variance_scaling",
    "zeros",
]

# Keras also spells the classes in lower case, and two of them in full.
IdentityInitializer = Identity
OrthogonalInitializer = Orthogonal
constant = Constant
glorot_normal = GlorotNormal
glorot_uniform = GlorotUniform
he_normal = HeNormal
he_uniform = HeUniform
identity = Identity
lecun_normal = LecunNormal
lecun_uniform = LecunUniform
ones = Ones
orthogonal = Orthogonal
random_normal = RandomNormal
random_uniform = RandomUniform
truncated_normal = TruncatedNormal
variance_scaling = VarianceScaling
zeros = Zeros


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
