"""Python's operators on something symbolic: each is a row of the scalar table."""

from __future__ import annotations

from typing import Any, NoReturn, Self

from pronghorn._core.errors import GraphError, compose

__all__ = ["Operators"]


class Operators:
    """The operators of scalar expressions and of tensor nodes, in terms of ``_combine``."""

    __slots__ = ()

    def _combine(self, op: str, *operands: Any) -> Self:
        """``op`` of the scalar table, applied to the operands."""
        raise NotImplementedError

    def __add__(self, other: Any) -> Self:
        return self._combine("add", self, other)

    def __radd__(self, other: Any) -> Self:
        return self._combine("add", other, self)

    def __sub__(self, other: Any) -> Self:
        return self._combine("sub", self, other)

    def __rsub__(self, other: Any) -> Self:
        return self._combine("sub", other, self)

    def __mul__(self, other: Any) -> Self:
        return self._combine("mul", self, other)

    def __rmul__(self, other: Any) -> Self:
        return self._combine("mul", other, self)

    def __truediv__(self, other: Any) -> Self:
        return self._combine("div", self, other)

    def __rtruediv__(self, other: Any) -> Self:
        return self._combine("div", other, self)

    def __pow__(self, other: Any) -> Self:
        return self._combine("pow", self, other)

    def __rpow__(self, other: Any) -> Self:
        return self._combine("pow", other, self)

    def __floordiv__(self, other: Any) -> Self:
        return self._combine("floor", self._combine("div", self, other))

    def __rfloordiv__(self, other: Any) -> Self:
        return self._combine("floor", self._combine("div", other, self))

    # The remainder has the sign of the divisor, as Python's.

    def __mod__(self, other: Any) -> Self:
        return self._combine("sub", self, self._combine("mul", other, self // other))

    def __rmod__(self, other: Any) -> Self:
        return self._combine("sub", other, self._combine("mul", self, other // self))

    def __round__(self, digits: int | None = None) -> Self:
        if not digits:
            return self._combine("round", self)
        scale = 10.0**digits
        return self._combine("div", self._combine("round", self * scale), scale)

    def __neg__(self) -> Self:
        return self._combine("neg", self)

    def __pos__(self) -> Self:
        return self

    def __abs__(self) -> Self:
        return self._combine("abs", self)

    def __gt__(self, other: Any) -> Self:
        return self._combine("gt", self, other)

    def __ge__(self, other: Any) -> Self:
        return self._combine("ge", self, other)

    def __lt__(self, other: Any) -> Self:
        return self._combine("lt", self, other)

    def __le__(self, other: Any) -> Self:
        return self._combine("le", self, other)

    # Truth is 1 and falsehood 0.

    def __and__(self, other: Any) -> Self:
        return self._combine("mul", self._truth(self), self._truth(other))

    __rand__ = __and__

    def __or__(self, other: Any) -> Self:
        return self._combine("maximum", self._truth(self), self._truth(other))

    __ror__ = __or__

    def __xor__(self, other: Any) -> Self:
        return self._combine("ne", self._truth(self), self._truth(other))

    __rxor__ = __xor__

    def __invert__(self) -> Self:
        return self._combine("eq", self, 0.0)

    def _truth(self, value: Any) -> Self:
        return self._combine("ne", value, 0.0)

    def __bool__(self) -> NoReturn:
        raise TypeError(
            f"a {self._kind} value has no truth value: it stands for every {self._member} of every "
            "batch. Use pronghorn.ops.where(condition, a, b) in place of `if`."
        )

    def __float__(self) -> NoReturn:
        self._refuse_number()

    def __int__(self) -> NoReturn:
        self._refuse_number()

    def __index__(self) -> NoReturn:
        self._refuse_number()

    def _refuse_number(self) -> NoReturn:
        raise GraphError(
            compose(
                f"a {self._kind} value",
                expected="a use in a computation",
                received="a use as one number of Python",
                remedy="Compute with pronghorn.ops; the numbers come when the model runs",
            )
        )

    # How messages call the value, and what it is one of.
    _kind = "symbolic"
    _member = "sample"
