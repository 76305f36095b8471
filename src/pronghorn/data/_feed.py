"""What a model is fed: one source per input, one per target, and weights of the rows."""

from __future__ import annotations

import math
import operator
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pronghorn._core.errors import DataError, ParameterError, compose, describe
from pronghorn._core.warn import warn
from pronghorn.data._checks import check_finite
from pronghorn.data._source import ArraySource, as_source

__all__ = [
    "Feed",
    "class_weight_rows",
    "split_validation",
    "unpack",
    "unpack_tuple",
    "weigh_classes",
]


@dataclass(frozen=True, eq=False)
class Feed:
    """n rows for a model: ``inputs`` and ``targets`` in the model's own order.

    ``targets`` is empty where no y was given. ``weights`` holds one entry per target: a source of
    n numbers, of (n, t, …) numbers for the values of the rows, or None.
    """

    inputs: tuple[ArraySource, ...]
    targets: tuple[ArraySource, ...] = ()
    weights: tuple[ArraySource | None, ...] = ()

    @property
    def n(self) -> int:
        """Number of rows, the same in every source."""
        return self.inputs[0].n

    def part(self, start: int, stop: int) -> Feed:
        """Rows start to stop of everything, without a copy."""
        return Feed(
            tuple(source.part(start, stop) for source in self.inputs),
            tuple(source.part(start, stop) for source in self.targets),
            tuple(None if source is None else source.part(start, stop) for source in self.weights),
        )


def unpack(
    x: Any,
    y: Any = None,
    sample_weight: Any = None,
    *,
    input_names: Sequence[str] | None = None,
    output_names: Sequence[str] | None = None,
    text_names: Collection[str] = (),
    label: str = "",
) -> Feed:
    """Make a feed of what ``fit``, ``evaluate`` or ``predict`` received.

    ``input_names`` and ``output_names`` are the model's (None: one, without a name). Several
    inputs or outputs come as a list or tuple in that order, or as a dict by name; a single one
    may also come as a list of one array or a dict of one name. One ``sample_weight`` for several
    outputs holds for each of them. The inputs of ``text_names`` may hold texts. ``label`` goes
    before names in messages ("validation").

    Raises DataError where something is missing, empty or of another length, and for weights that
    are not finite; whatever ``as_source`` raises.

    >>> feed = unpack([[0.0], [1.0]], [0, 1])
    >>> feed.n, len(feed.inputs), len(feed.targets)
    (2, 1, 1)
    """
    before = f"{label} " if label else ""
    inputs = _unpack_structure(x, input_names, f"{before}x", "input", text_names)
    targets: tuple[ArraySource, ...] = ()
    weights: tuple[ArraySource | None, ...] = ()
    if y is not None:
        targets = _unpack_structure(y, output_names, f"{before}y", "output")
        weights = _unpack_weights(sample_weight, targets, output_names, f"{before}sample_weight")
    elif sample_weight is not None:
        raise DataError(
            compose(
                f"{before}sample_weight",
                expected="targets to weigh",
                received="no y",
                remedy="Pass y, or leave sample_weight out",
            )
        )
    if targets or len(inputs) > 1:
        _check_lengths([*inputs, *targets, *(source for source in weights if source is not None)])
    return Feed(inputs, targets, weights)


def unpack_tuple(
    data: Any,
    *,
    input_names: Sequence[str] | None = None,
    output_names: Sequence[str] | None = None,
    text_names: Collection[str] = (),
    label: str = "validation",
) -> Feed:
    """Make a feed of a tuple (or list) ``(x, y)`` or ``(x, y, sample_weight)``.

    This is the form of ``validation_data``. Raises DataError for anything else.
    """
    if not isinstance(data, (tuple, list)) or len(data) not in (2, 3):
        received = describe(data)
        if isinstance(data, (tuple, list)):
            received = f"a {type(data).__name__} of {len(data)}"
        raise DataError(
            compose(
                f"{label}_data",
                expected="(x, y) or (x, y, sample_weight)",
                received=received,
                remedy="Pass the tuple (x, y)",
            )
        )
    return unpack(
        *data,
        input_names=input_names,
        output_names=output_names,
        text_names=text_names,
        label=label,
    )


def split_validation(feed: Feed, fraction: float) -> tuple[Feed, Feed]:
    """(train, validation): the last n - floor(n · (1 - fraction)) rows validate.

    Taken before any shuffling, in the order given, as in Keras (``validation_split``); no copy.

    Raises ParameterError unless 0 < fraction < 1, DataError where a side would be empty.

    >>> train, validation = split_validation(unpack(list(range(10))), 0.25)
    >>> train.n, validation.n
    (7, 3)
    """
    if isinstance(fraction, bool) or not 0.0 < float(fraction) < 1.0:
        raise ParameterError(
            compose(
                "fit: validation_split",
                expected="a share between 0 and 1",
                received=describe(fraction),
                remedy="validation_split=0.2 keeps the last fifth of the rows for validation",
            )
        )
    n = feed.n
    split_at = math.floor(n * (1.0 - float(fraction)))
    if split_at == 0 or split_at == n:
        raise DataError(
            compose(
                f"validation_split={fraction}",
                expected="at least one row on either side",
                received=f"{split_at} rows to train and {n - split_at} to validate of {n}",
                remedy="Pass more rows, another share, or validation_data",
            )
        )
    return feed.part(0, split_at), feed.part(split_at, n)


def class_weight_rows(y: ArraySource, class_weight: Mapping[Any, float]) -> NDArray[np.float32]:
    """w[i] = class_weight[class of row i], else 1; float32 (n,), as in Keras (``class_weight``).

    The class of a row is its label, rounded, from (n,) or (n, 1), or the argmax of a one-hot row
    (n, c).

    Raises ParameterError for keys that are not whole numbers and weights that are not finite,
    DataError for targets of a higher rank.

    >>> class_weight_rows(as_source([0, 2, 1], name="y"), {0: 1.0, 2: 5.0})
    array([1., 5., 1.], dtype=float32)
    """
    table = _read_class_weight(class_weight)
    if len(y.sample_shape) > 1:
        raise DataError(
            compose(
                "fit: class_weight",
                expected="one class per row",
                received=f"{y.name} of shape {y.array.shape}",
                remedy="Pass sample_weight instead",
            )
        )
    if y.sample_shape in ((), (1,)):
        labels = y.array.reshape(-1)
        if labels.dtype.kind == "f":
            labels = np.round(labels)
    else:
        labels = np.argmax(y.array, axis=-1)
    rows = np.ones(y.n, dtype=np.float32)
    for key, weight in table.items():
        rows[labels == key] = weight
    return rows


def weigh_classes(feed: Feed, class_weight: Mapping[Any, float]) -> Feed:
    """The feed with ``class_weight_rows`` as the weights of its one target.

    Raises ParameterError beside ``sample_weight`` and for models with several outputs, as Keras
    does.
    """
    if len(feed.targets) != 1:
        raise ParameterError(
            compose(
                "fit: class_weight",
                expected="a model with one output and a y",
                received=f"{len(feed.targets)} targets",
                remedy="Pass a sample_weight per output instead",
            )
        )
    if feed.weights[0] is not None:
        raise ParameterError(
            compose(
                "fit",
                expected="class_weight or sample_weight",
                received="both",
                remedy="Multiply them into one sample_weight",
            )
        )
    rows = class_weight_rows(feed.targets[0], class_weight)
    return replace(feed, weights=(ArraySource(rows, "class_weight"),))


def _unpack_structure(
    data: Any,
    names: Sequence[str] | None,
    name: str,
    role: str,
    text_names: Collection[str] = (),
) -> tuple[ArraySource, ...]:
    wanted = list(names) if names is not None else [""]
    if type(data) is np.ndarray and len(wanted) == 1:
        return (as_source(data, name=name, takes_text=wanted[0] in text_names),)
    if data is None:
        raise DataError(
            compose(name, expected="data", received="None", remedy="Pass arrays or batches")
        )
    if isinstance(data, Mapping):
        keys = list(data)
        if names is None and len(keys) == 1:
            wanted = keys
        _check_names(keys, wanted, name, role)
        return tuple(
            as_source(data[key], name=f"{name}[{key!r}]", takes_text=key in text_names)
            for key in wanted
        )
    if len(wanted) == 1:
        if isinstance(data, (list, tuple)) and data and all(_is_array(item) for item in data):
            if len(data) > 1:
                raise DataError(
                    compose(
                        name,
                        expected=f"one array, since the model has one {role}",
                        received=f"a {type(data).__name__} of {len(data)} arrays",
                        remedy=f"If they are the rows of one array, pass np.stack({name})",
                    )
                )
            data = data[0]
        return (as_source(data, name=name, takes_text=wanted[0] in text_names),)
    if not isinstance(data, (list, tuple)) or len(data) != len(wanted):
        received = describe(data)
        if isinstance(data, (list, tuple)):
            received = f"a {type(data).__name__} of {len(data)}"
        raise DataError(
            compose(
                name,
                expected=f"{len(wanted)} arrays, one per {role} ({', '.join(wanted)})",
                received=received,
                remedy="Pass a list in this order or a dict by name",
            )
        )
    return tuple(
        as_source(item, name=f"{name}[{i}]", takes_text=wanted[i] in text_names)
        for i, item in enumerate(data)
    )


def _unpack_weights(
    data: Any, targets: tuple[ArraySource, ...], names: Sequence[str] | None, name: str
) -> tuple[ArraySource | None, ...]:
    count = len(targets)
    if data is None:
        return (None,) * count
    if isinstance(data, Mapping):
        wanted = list(names) if names is not None else list(data)[:1]
        _check_names(list(data), wanted, name, "output", complete=False)
        return tuple(
            None if data.get(key) is None else _read_weights(data[key], f"{name}[{key!r}]")
            for key in wanted
        )
    is_structure = isinstance(data, (list, tuple)) and any(
        _is_array(item) or isinstance(item, (list, tuple)) for item in data
    )
    if not is_structure:
        return (_read_weights(data, name),) * count
    # A list of rows [[1.0], [2.0]] for the one output is data, not a structure.
    if count == 1 and not any(_is_array(item) for item in data):
        return (_read_weights(data, name),)
    if len(data) != count:
        raise DataError(
            compose(
                name,
                expected=f"one array per output ({count})",
                received=f"a {type(data).__name__} of {len(data)}",
                remedy="Pass None for an output whose rows all weigh 1",
            )
        )
    return tuple(
        None if item is None else _read_weights(item, f"{name}[{i}]") for i, item in enumerate(data)
    )


def _read_weights(data: Any, name: str) -> ArraySource:
    source = as_source(data, name=name)
    if source.sample_shape == (1,):
        source = source.reshape(())
    check_finite(source)
    return source


def _check_names(
    keys: list[Any], wanted: list[str], name: str, role: str, *, complete: bool = True
) -> None:
    unknown = [key for key in keys if key not in wanted]
    missing = [key for key in wanted if key not in keys] if complete else []
    if not unknown and not missing:
        return
    if role == "input" and not missing:
        # A table has more columns than a model reads. One text for all batches: it is said once.
        warn(f"The model has no input {', '.join(repr(key) for key in unknown)}; left aside.")
        return
    faults = []
    if unknown:
        faults.append(f"unknown {', '.join(repr(key) for key in unknown)}")
    if missing:
        faults.append(f"no {', '.join(repr(key) for key in missing)}")
    known = [key for key in wanted if key]
    raise DataError(
        compose(
            name,
            expected=f"a dict with the {role} names {', '.join(repr(key) for key in known)}"
            if known
            else f"an array, or a dict with one {role} name",
            received=" and ".join(faults),
            remedy=f"Use the names of the model's {role} layers",
        )
    )


def _check_lengths(sources: list[ArraySource]) -> None:
    first = sources[0]
    for source in sources[1:]:
        if source.n != first.n:
            raise DataError(
                compose(
                    f"{first.name} and {source.name}",
                    expected="the same number of rows",
                    received=f"{first.n} rows of {first.name} and {source.n} of {source.name}",
                    remedy="Pass arrays of equal length",
                )
            )


def _is_array(item: Any) -> bool:
    """True for one whole array (or frame), as opposed to a row of a nested list."""
    if isinstance(item, np.generic):
        return False
    if hasattr(item, "to_numpy"):
        return True
    return hasattr(item, "__array__") and len(getattr(item, "shape", ())) > 0


def _read_class_weight(class_weight: Any) -> dict[int, float]:
    if not isinstance(class_weight, Mapping):
        raise ParameterError(
            compose(
                "fit: class_weight",
                expected="a dict from class number to weight",
                received=describe(class_weight),
                remedy="For 'balanced': {c: n / (classes * count of c)}",
            )
        )
    table: dict[int, float] = {}
    for key, weight in class_weight.items():
        try:
            # Keras takes the key '0' for 0.
            number = int(key) if isinstance(key, str) else _to_whole(key)
            value = float(weight)
        except (TypeError, ValueError) as error:
            raise _bad_class_weight(key, weight) from error
        if not math.isfinite(value):
            raise _bad_class_weight(key, weight)
        table[number] = value
    return table


def _to_whole(key: Any) -> int:
    if isinstance(key, (float, np.floating)):
        if not float(key).is_integer():
            raise ValueError(key)
        return int(key)
    return operator.index(key)


def _bad_class_weight(key: Any, weight: Any) -> ParameterError:
    return ParameterError(
        compose(
            "fit: class_weight",
            expected="whole-number classes and finite weights",
            received=f"{key!r}: {weight!r}",
            remedy="Use the numbers that stand in y, for instance {0: 1.0, 1: 5.0}",
        )
    )
