"""The functions of TensorFlow that are operations of ``pronghorn.ops`` under other names."""

from __future__ import annotations

from pronghorn.runner._tensorflow._calls import Signature, define

_REDUCED = {"axis": None, "keepdims": False}

# Signature → "name of TensorFlow" or "name of TensorFlow=name here".
_FAMILIES = (
    (
        Signature(("x",)),
        """abs acos=arccos acosh=arccosh asin=arcsin asinh=arcsinh atan=arctan atanh=arctanh ceil
        cos cosh erf exp expm1 floor is_finite=isfinite is_inf=isinf is_nan=isnan log log1p
        log_sigmoid logical_not negative reciprocal rint=round round rsqrt sigmoid sign sin sinh
        sqrt square tan tanh""",
    ),
    (Signature(("features",)), "softplus"),
    (
        Signature(("x", "y")),
        """add atan2=arctan2 divide divide_no_nan equal floordiv=floor_divide floormod=mod greater
        greater_equal less less_equal logical_and logical_or logical_xor maximum minimum mod
        multiply not_equal pow=power subtract truediv=divide""",
    ),
    (
        Signature(("input_tensor",), _REDUCED, by_name=True, keeps_type=True),
        """reduce_sum=sum reduce_mean=mean reduce_max=max reduce_min=min reduce_prod=prod
        reduce_std=std reduce_variance=var""",
    ),
    (
        Signature(("input_tensor",), _REDUCED, by_name=True),
        "reduce_all=all reduce_any=any reduce_logsumexp=logsumexp",
    ),
    (Signature(("input",), {"axis": None}), "count_nonzero expand_dims squeeze"),
    (Signature(("a",), {"perm": None}), "transpose"),
    (Signature(("input",), {"multiples": 1}), "tile"),
    (Signature(("input",), {"shift": 0, "axis": None}), "roll"),
    (Signature(("input",), {"repeats": 1, "axis": None}), "repeat"),
    (Signature(("input",), {"shape": None}), "broadcast_to"),
    (Signature(("tensor",), {"axis": None}), "reverse=flip"),
    (Signature(("a", "b"), {"axes": 2}), "tensordot"),
)


for _signature, _entries in _FAMILIES:
    for _entry in _entries.split():
        _name, _, _target = _entry.partition("=")
        define(_name, _target or _name, _signature)
