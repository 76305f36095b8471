"""Products of bfloat16 numbers with weights and sums of float32, under Keras's names.

Programs that name "mixed_float16" run too; their numbers are float32.

>>> from pronghorn import layers, mixed_precision
>>> mixed_precision.set_global_policy("mixed_bfloat16")
>>> layers.Dense(3).compute_dtype
'bfloat16'
>>> mixed_precision.set_global_policy("float32")
"""

from pronghorn._core import left_out
from pronghorn._core.dtype_policy import DTypePolicy, dtype_policy, set_dtype_policy

__all__ = [
    "DTypePolicy",
    "Policy",
    "dtype_policy",
    "global_policy",
    "set_dtype_policy",
    "set_global_policy",
]

Policy, global_policy, set_global_policy = DTypePolicy, dtype_policy, set_dtype_policy

left_out.attach(__name__)
