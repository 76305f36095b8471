"""What ``fit``, ``evaluate`` and ``predict`` are given, read into a feed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np

from pronghorn._core.errors import DataError, compose, describe
from pronghorn._core.warn import warn
from pronghorn.data._checks import check_finite
from pronghorn.data._feed import Feed
from pronghorn.data._source import ArraySource, as_source

__all__ = ["is_nested", "unpack", "unpack_tuple"]


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
    """Make a feed of ``x``, ``(x,)``, ``(x, y)`` or ``(x, y, sample_weight)``; a list is a tuple.

    This is the form of ``validation_data``: x alone is for models that need no targets. Raises
    DataError for anything else.
    """
    parts = data if isinstance(data, (tuple, list)) else (data,)
    if data is None or len(parts) not in (1, 2, 3):
        raise DataError(
            compose(
                f"{label}_data",
                expected="(x, y) or (x, y, sample_weight)",
                received=_describe_structure(data),
                remedy="Pass the tuple (x, y)",
            )
        )
    return unpack(
        *parts,
        input_names=input_names,
        output_names=output_names,
        text_names=text_names,
        label=label,
    )


def is_nested(x: Any) -> bool:
    """True for lists or dicts of whole arrays within others; lists of numbers are one array.

    >>> a = np.ones((2, 3))
    >>> is_nested({"x": [a, a]}), is_nested([a, a]), is_nested({"x": [[1.0], [2.0]]})
    (True, False, False)
    """
    parts = _list_parts(x)
    return any(map(_is_container, parts)) and _holds_arrays(x)


def _is_container(x: Any) -> bool:
    return isinstance(x, (list, tuple, Mapping))


def _list_parts(x: Any) -> Collection[Any]:
    if not _is_container(x):
        return ()
    return x.values() if isinstance(x, Mapping) else x


def _holds_arrays(x: Any) -> bool:
    return all(map(_holds_arrays, _list_parts(x))) if _is_container(x) else _is_array(x)


def _unpack_structure(
    data: Any,
    names: Sequence[str] | None,
    name: str,
    role: str,
    text_names: Collection[str] = (),
) -> tuple[ArraySource, ...]:
    wanted = list(names) if names is not None else [""]
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
        sole = _find_sole_array(data, name, role)
        return (as_source(sole, name=name, takes_text=wanted[0] in text_names),)
    if not isinstance(data, (list, tuple)) or len(data) != len(wanted):
        raise DataError(
            compose(
                name,
                expected=f"{len(wanted)} arrays, one per {role} ({', '.join(wanted)})",
                received=_describe_structure(data),
                remedy="Pass a list in this order or a dict by name",
            )
        )
    return tuple(
        as_source(item, name=f"{name}[{i}]", takes_text=wanted[i] in text_names)
        for i, item in enumerate(data)
    )


def _find_sole_array(data: Any, name: str, role: str) -> Any:
    """The data of the one input or output, out of the list of one array in which it may stand."""
    if not isinstance(data, (list, tuple)) or not data or not all(map(_is_array, data)):
        return data
    if len(data) > 1:
        raise DataError(
            compose(
                name,
                expected=f"one array, since the model has one {role}",
                received=f"a {type(data).__name__} of {len(data)} arrays",
                remedy=f"If they are the rows of one array, pass np.stack({name})",
            )
        )
    return data[0]


def _describe_structure(data: Any) -> str:
    if isinstance(data, (list, tuple)):
        return f"a {type(data).__name__} of {len(data)}"
    return describe(data)


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
