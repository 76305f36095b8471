"""Operators of things that stand for a value: a symbolic one in a call, numbers elsewhere."""

from __future__ import annotations

from typing import Any

__all__ = ["Arithmetic"]


class Arithmetic:
    """``a + b`` and the like for a class whose ``value`` is a symbolic value or an array."""

    @property
    def value(self) -> Any:
        """What is computed with."""
        raise NotImplementedError

    def __add__(self, other: Any) -> Any:
        return self.value + value_of(other)

    def __radd__(self, other: Any) -> Any:
        return other + self.value

    def __sub__(self, other: Any) -> Any:
        return self.value - value_of(other)

    def __rsub__(self, other: Any) -> Any:
        return other - self.value

    def __mul__(self, other: Any) -> Any:
        return self.value * value_of(other)

    def __rmul__(self, other: Any) -> Any:
        return other * self.value

    def __truediv__(self, other: Any) -> Any:
        return self.value / value_of(other)

    def __rtruediv__(self, other: Any) -> Any:
        return other / self.value

    def __matmul__(self, other: Any) -> Any:
        return self.value @ value_of(other)

    def __rmatmul__(self, other: Any) -> Any:
        return other @ self.value

    def __pow__(self, other: Any) -> Any:
        return self.value ** value_of(other)

    def __neg__(self) -> Any:
        return -self.value

    def __abs__(self) -> Any:
        return abs(self.value)

    def __gt__(self, other: Any) -> Any:
        return self.value > value_of(other)

    def __ge__(self, other: Any) -> Any:
        return self.value >= value_of(other)

    def __lt__(self, other: Any) -> Any:
        return self.value < value_of(other)

    def __le__(self, other: Any) -> Any:
        return self.value <= value_of(other)


def value_of(operand: Any) -> Any:
    """The value of what stands for one, anything else as it is."""
    return operand.value if isinstance(operand, Arithmetic) else operand
