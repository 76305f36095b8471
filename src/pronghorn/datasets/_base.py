"""What a data set by name is, and the four arrays that each of them loads."""

from __future__ import annotations

from typing import Any, ClassVar

from numpy.typing import NDArray

__all__ = ["Arrays", "Dataset"]

Arrays = tuple[tuple[NDArray[Any], NDArray[Any]], tuple[NDArray[Any], NDArray[Any]]]


class Dataset:
    """A data set that has a name: ``@register("dataset", name)`` on a subclass in its own file."""

    title: ClassVar[str]
    """The name as its authors write it."""
    class_names: ClassVar[tuple[str, ...]]
    """What label i means."""
    sample_shape: ClassVar[tuple[int, ...]]
    """The shape of one row of x."""
    largest: ClassVar[float]
    """The largest value of x: x / largest lies in [0, 1]."""

    @classmethod
    def load_data(cls) -> Arrays:
        """((x_train, y_train), (x_test, y_test)), in this order for every data set."""
        raise NotImplementedError(f"{cls.__name__} must define load_data")
