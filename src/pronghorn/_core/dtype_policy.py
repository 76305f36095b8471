"""What numbers a layer computes with: one policy for all that do not name their own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pronghorn._core.errors import ParameterError, compose, describe

__all__ = ["DTypePolicy", "describe_policy", "dtype_policy", "read_policy", "set_dtype_policy"]

# Policy → its compute_dtype, and how exactly matrices are multiplied; weights are float32 in each.
_COMPUTE_DTYPES = {
    "float32": "float32",
    "mixed_bfloat16": "bfloat16",
    "mixed_float16": "float16",
}
_PRECISIONS = {"float32": "float32", "mixed_bfloat16": "bfloat16", "mixed_float16": "float32"}
_REMEDIES = {
    "float64": "For float64 run the model on the reference engine: "
    "pronghorn.config.set_engine('reference')",
    "float16": 'Take "mixed_bfloat16": half as many bits, and the range of float32; or '
    '"mixed_float16", which computes in float32',
}


def _read_name(owner: str, name: Any) -> str:
    if isinstance(name, str) and name in _COMPUTE_DTYPES:
        return name
    raise _refuse(owner, name)


def _refuse(owner: str, received: Any) -> ParameterError:
    found = [remedy for word, remedy in _REMEDIES.items() if word in str(received)]
    return ParameterError(
        compose(
            f"{owner} dtype",
            expected=" or ".join(map(repr, _COMPUTE_DTYPES)),
            received=describe(received),
            remedy=found[0] if found else None,
        )
    )


class DTypePolicy:
    """The numbers of a layer: ``variable_dtype`` of its weights, ``compute_dtype`` of products.

    Args:
        name: "float32" (the default policy). "mixed_bfloat16": the operands of matrix products,
            x and W forward, their gradients backward, are rounded to bfloat16; sums, weights and
            everything else stay float32. "mixed_float16": for programs that name it; everything
            is float32, so that nothing overflows and losses need no scale. Default None: that of
            ``dtype_policy()``.

    Errors: ParameterError for other names.

    Source: keras.DTypePolicy. Keras's mixed_bfloat16 also rounds what stands between products, and
    its mixed_float16 rounds everything but the weights.

    >>> policy = DTypePolicy("mixed_bfloat16")
    >>> policy.compute_dtype, policy.variable_dtype
    ('bfloat16', 'float32')
    """

    def __init__(self, name: str | None = None) -> None:
        self._name = dtype_policy().name if name is None else _read_name("DTypePolicy", name)

    @property
    def name(self) -> str:
        """ "float32", "mixed_bfloat16" or "mixed_float16"."""
        return self._name

    @property
    def compute_dtype(self) -> str:
        """What Keras computes with: "float32", "bfloat16" or "float16"."""
        return _COMPUTE_DTYPES[self._name]

    @property
    def product_precision(self) -> str:
        """What the operands of matrix products are rounded to: "float32" or "bfloat16"."""
        return _PRECISIONS[self._name]

    @property
    def variable_dtype(self) -> str:
        """What weights are: "float32"."""
        return "float32"

    def get_config(self) -> dict[str, Any]:
        """The name."""
        return {"name": self._name}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> DTypePolicy:
        """The policy that ``get_config`` described."""
        return cls(config["name"])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DTypePolicy) and other._name == self._name

    def __hash__(self) -> int:
        return hash((DTypePolicy, self._name))

    def __repr__(self) -> str:
        return f'<DTypePolicy "{self._name}">'


class _Global:
    policy = DTypePolicy("float32")


def dtype_policy() -> DTypePolicy:
    """The policy of layers that are made without a ``dtype``; at first float32.

    Source: keras.config.dtype_policy.

    >>> dtype_policy()
    <DTypePolicy "float32">
    """
    return _Global.policy


def set_dtype_policy(policy: Any) -> None:
    """Set the policy, by name or itself, of the layers that are made from here on.

    It holds for the whole process, until ``clear_session``. Raises ParameterError for policies
    that there are not.

    Source: keras.config.set_dtype_policy, keras.mixed_precision.set_global_policy.
    """
    if policy is None:
        raise _refuse("set_dtype_policy", policy)
    _Global.policy = read_policy("set_dtype_policy", policy)


def read_policy(owner: str, dtype: Any) -> DTypePolicy:
    """The policy that a ``dtype`` asks for: its name, itself or its config; None: the global one.

    Raises ParameterError for others.
    """
    if dtype is None:
        return _Global.policy
    if isinstance(dtype, DTypePolicy):
        return dtype
    name = dtype
    if isinstance(dtype, Mapping):  # the policy in a config of Keras
        inner = dtype.get("config")
        name = inner.get("name") if isinstance(inner, Mapping) else dtype
    # A type of NumPy or TensorFlow, or a policy of Keras.
    name = getattr(name, "name", None) or getattr(name, "__name__", None) or name
    return DTypePolicy(_read_name(owner, name))


def describe_policy(policy: DTypePolicy) -> dict[str, Any]:
    """What a layer's config says, in the form of Keras; ``read_policy`` takes the name too."""
    return {
        "module": "keras",
        "class_name": "DTypePolicy",
        "config": policy.get_config(),
        "registered_name": None,
    }
