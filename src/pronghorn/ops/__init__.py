"""Mathematics for layers, losses and your own functions: the names of ``keras.ops``.

Every function takes arrays (computed at once with NumPy), symbolic values inside a layer or loss
(recorded in the graph, differentiated and run by the engine), weights, and, for pointwise
functions, traced scalars. Formulas written with them therefore exist once and serve all engines.
On the symbolic tensors between layers they are layers themselves. The activations are here too,
by the defaults that ``keras.ops`` gives them: ``ops.gelu`` is the approximation by tanh.

>>> import numpy as np
>>> from pronghorn import ops
>>> ops.relu(np.array([-1.0, 2.0]))
array([0., 2.])
"""

from typing import Any as _Any

from pronghorn._core.left_out import missing as _missing
from pronghorn.ops import (
    _arrays,
    _composed,
    _creation,
    _elementwise,
    _joining,
    _linear,
    _logic,
    _matrices,
    _nan,
    _nn,
    _normalizations,
    _reductions,
    _running,
    _shapes,
)
from pronghorn.ops._activations import activation_names as _activation_names
from pronghorn.ops._activations import find_activation as _find_activation
from pronghorn.ops._arrays import *
from pronghorn.ops._composed import *
from pronghorn.ops._connect import connect_functions as _connect_functions
from pronghorn.ops._creation import *
from pronghorn.ops._elementwise import *
from pronghorn.ops._joining import *
from pronghorn.ops._linear import *
from pronghorn.ops._logic import *
from pronghorn.ops._matrices import *
from pronghorn.ops._nan import *
from pronghorn.ops._nn import *
from pronghorn.ops._normalizations import *
from pronghorn.ops._reductions import *
from pronghorn.ops._running import *
from pronghorn.ops._shapes import *
from pronghorn.ops._values import pointwise

# A name stands in one list: the `__all__` of the file that defines it.
__all__ = [
    *_arrays.__all__,
    *_composed.__all__,
    *_creation.__all__,
    *_elementwise.__all__,
    *_joining.__all__,
    *_linear.__all__,
    *_logic.__all__,
    *_matrices.__all__,
    *_nan.__all__,
    *_nn.__all__,
    *_normalizations.__all__,
    *_reductions.__all__,
    *_running.__all__,
    *_shapes.__all__,
]
_connect_functions(globals(), __all__)
__all__ += ["pointwise"]


def __getattr__(name: str) -> _Any:
    """The activation of this name; the error says what is left out, or which name is near."""
    if not name.startswith("_") and name in _activation_names():
        return _find_activation(name)
    raise _missing(__name__, name, __dir__())


def __dir__() -> list[str]:
    return sorted({*__all__, *_activation_names()})
