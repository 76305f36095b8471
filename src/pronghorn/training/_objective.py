"""What ``compile`` was told: losses, their weights and metrics, one list for each output."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pronghorn import data, losses, metrics
from pronghorn._core import registry
from pronghorn._core.errors import DataError, ParameterError, compose, describe
from pronghorn._core.params import Interval, check
from pronghorn.ir.graph import Shape
from pronghorn.losses import Loss
from pronghorn.losses._resolve import CHOSEN_BY_SHAPES
from pronghorn.metrics import Metric

__all__ = ["Goal", "Label", "Measure", "Objective", "Target", "list_paths"]

_CHOSEN_BY_SHAPE = ("accuracy", "acc", *CHOSEN_BY_SHAPES)


@dataclass(frozen=True)
class Measure:
    """A metric of one output: the key of its value in logs, and whether rows are weighed."""

    key: str
    metric: Metric
    is_weighted: bool


@dataclass(frozen=True)
class Goal:
    """A loss of one output, its factor, the key of its value in logs, where that is told, and
    its place among those of the model there."""

    loss: Loss
    weight: float
    key: str | None
    place: int = 0


@dataclass(frozen=True)
class Target:
    """What is asked of one output. Without goals it has no loss."""

    output: str
    goals: tuple[Goal, ...]
    measures: tuple[Measure, ...]


@dataclass(frozen=True)
class Label:
    """What an output is called in logs: as a path for its losses, and before its metrics.

    None in the path stands for the loss's own name; ``metrics`` None: nothing stands before.
    ``is_key``: the path begins with a key of a dict of outputs. ``place``: the keys and positions
    that lead to it in the structure of the outputs.
    """

    loss: tuple[str | None, ...]
    metrics: str | None
    is_key: bool = False
    place: tuple[str | int, ...] = ()


class Objective:
    """The arguments of ``compile``, checked for structure and names at once.

    Which accuracy "accuracy" means depends on the shape of the targets: ``resolve`` decides it
    when there are some. ``labels``: what the outputs are called in logs, else by their names.
    """

    def __init__(
        self,
        loss: Any,
        loss_weights: Any,
        metrics_: Any,
        weighted_metrics: Any,
        output_names: Sequence[str],
        labels: Sequence[Label] | None = None,
    ) -> None:
        self.output_names = list(output_names)
        self._labels = labels or [Label((name,), name) for name in self.output_names]
        self.is_single = len(self.output_names) == 1
        self._is_nested = any(len(label.place) > 1 for label in self._labels)
        given = [self._list_losses(part) for part in self._spread("loss", loss)]
        self._losses = [[_read_loss(part) for part in parts] for parts in given]
        self._loss_names = [
            [_name_loss(*pair) for pair in zip(*pairs, strict=True)]
            for pairs in zip(given, self._losses, strict=True)
        ]
        self._places = self._find_places(loss)
        self._count = sum(map(len, self._losses))
        self.has_loss = self._count > 0
        self._weights = self._read_weights(loss_weights)
        self._metrics = self._read_metrics("metrics", metrics_)
        self._weighted = self._read_metrics("weighted_metrics", weighted_metrics)
        self._made: dict[tuple[Shape | None, ...], tuple[Target, ...]] = {}
        #: For each output, whether something is asked of it.
        self.needs_target = [
            bool(parts) or bool(plain) or bool(weighted)
            for parts, plain, weighted in zip(
                self._losses, self._metrics, self._weighted, strict=True
            )
        ]

    def resolve(
        self, target_shapes: Sequence[Shape | None], output_shapes: Sequence[Shape]
    ) -> tuple[Target, ...]:
        """Losses and metrics for targets of these shapes (None: there is no target)."""
        key = tuple(target_shapes)
        if key not in self._made:
            self._made[key] = tuple(self._resolve(target_shapes, output_shapes))
        return self._made[key]

    def check_one_hot(self, targets: Sequence[data.ArraySource], outputs: Sequence[Shape]) -> None:
        """Refuse class numbers where a loss wants one-hot rows; the ShapeError names the loss."""
        for parts, target, output in zip(self._losses, targets, outputs, strict=False):
            wants = any(isinstance(loss, losses.CategoricalCrossentropy) for loss in parts)
            if wants and output[-1] != 1:
                between = tuple(int(size or 0) for size in output[1:-1])
                data.check_one_hot(target, int(output[-1] or 0), expected=between)

    def _resolve(
        self, target_shapes: Sequence[Shape | None], output_shapes: Sequence[Shape]
    ) -> list[Target]:
        shapes = list(zip(self.output_names, target_shapes, output_shapes, strict=True))
        measures: list[list[Measure]] = [[] for _ in shapes]
        keys: set[str] = set()
        # Keras's order: where several have one name, those without weights come first.
        for is_weighted, asked in ((False, self._metrics), (True, self._weighted)):
            for i, (name, y, p) in enumerate(shapes):
                label = None if self.is_single else self._labels[i].metrics
                prefix = "" if label is None else f"{label}_"
                for identifier in asked[i]:
                    metric = metrics.resolve(identifier, _require(name, y), p)
                    unique = _make_unique(keys, prefix, metric.name, is_weighted)
                    measures[i].append(Measure(unique, metric, is_weighted))
        return [
            Target(name, self._make_goals(i, name, y, p), tuple(measures[i]))
            for i, (name, y, p) in enumerate(shapes)
        ]

    def _make_goals(self, i: int, name: str, y: Shape | None, p: Shape) -> tuple[Goal, ...]:
        goals: list[Goal] = []
        parts = zip(self._losses[i], self._weights[i], self._loss_names[i], strict=True)
        for loss, weight, own_name in parts:
            if isinstance(loss, str):
                loss = losses.resolve_crossentropy(_require(name, y), p)
            path = [own_name if part is None else part for part in self._labels[i].loss]
            # A single one is the loss of the model.
            key = f"{'/'.join(path)}_loss" if self._count > 1 else None
            goals.append(Goal(loss, weight, key, self._places[i]))
        return tuple(goals)

    def _find_places(self, loss: Any) -> list[int]:
        """Where the losses of each output stand in logs: a dict of outputs follows that of losses,
        as in Keras."""
        if not isinstance(loss, Mapping) or not all(label.is_key for label in self._labels):
            return list(range(len(self._labels)))
        order = {path: place for place, path in enumerate(list_paths(loss))}
        return [
            next((order[path] for path in _list_beginnings(label) if path in order), len(order))
            for label in self._labels
        ]

    def _spread(self, what: str, value: Any) -> list[Any]:
        """One part an output: from a single value, a list, a dict by name, or what is nested as
        the outputs are."""
        names = self.output_names
        if self._is_laid_out(value):
            return _lay_out(f"compile: {what}", value, [label.place for label in self._labels])
        if _is_by_name(value):
            unknown = [key for key in value if key not in names]
            if unknown:
                raise ParameterError(
                    compose(
                        f"compile: {what}",
                        expected=f"a dict with the output names {', '.join(map(repr, names))}",
                        received=", ".join(map(repr, unknown)),
                        remedy="Use the names of the output layers",
                    )
                )
            return [value.get(name) for name in names]
        if isinstance(value, list | tuple):
            if len(value) != len(names):
                raise ParameterError(
                    compose(
                        f"compile: {what}",
                        expected=f"one for each output ({', '.join(names)})",
                        received=f"a list of {len(value)}",
                        remedy="Pass a list in this order or a dict by name",
                    )
                )
            return list(value)
        return [value] * len(names)

    def _is_laid_out(self, value: Any) -> bool:
        """Whether a value is nested as the outputs are, not by the names of their layers."""
        if not self._is_nested or not value:
            return False
        heads = {label.place[0] for label in self._labels}
        is_keyed = any(isinstance(head, str) for head in heads)
        if _is_by_name(value):
            return is_keyed and (set(value) <= heads or not set(value) <= set(self.output_names))
        return isinstance(value, list | tuple) and not is_keyed and len(value) == len(heads)

    def _list_losses(self, part: Any) -> list[Any]:
        """The losses of one output, which are added up."""
        parts = [leaf for leaf in _flatten(part) if leaf is not None]
        if self.is_single and len(parts) > 1:
            raise ParameterError(
                compose(
                    "compile: loss",
                    expected="one loss for the only output",
                    received=f"a list of {len(parts)}",
                    remedy="Add them up in a function of y_true and y_pred",
                )
            )
        return parts

    def _read_weights(self, value: Any) -> list[list[float]]:
        """A factor for each loss of each output."""
        counts = [len(parts) for parts in self._losses]
        if isinstance(value, list | tuple) and len(value) == self._count != len(counts):
            remaining = iter(value)
            given = [[next(remaining) for _ in range(count)] for count in counts]
        else:
            spread = self._spread("loss_weights", value)
            given = [
                list(part)
                if isinstance(part, list | tuple) and len(part) == count
                else [part] * count
                for part, count in zip(spread, counts, strict=True)
            ]
        rule = Interval(closed="neither")
        return [
            [1.0 if p is None else check("compile", "loss_weights", p, rule) for p in parts]
            for parts in given
        ]

    def _read_metrics(self, what: str, value: Any) -> list[list[Any]]:
        """The metrics of each output. A flat list holds for the one output of a model."""
        if not value:
            return [[] for _ in self.output_names]
        if self._is_laid_out(value):
            parts = [_flatten(part) for part in self._spread(what, value)]
        elif len(self.output_names) == 1:
            parts = [_flatten(list(value.values()) if _is_by_name(value) else value)]
        else:
            if not (_is_by_name(value) or isinstance(value, list | tuple)):
                raise ParameterError(
                    compose(
                        f"compile: {what}",
                        expected="a list with one entry for each output, or a dict by name",
                        received=describe(value),
                        remedy=f"For instance {what}={{{self.output_names[0]!r}: …}}",
                    )
                )
            # Names in a list of another length hold for every output, as in Keras 2.
            by_name = isinstance(value, list | tuple) and all(isinstance(m, str) for m in value)
            is_for_all = by_name and len(value) != len(self.output_names)
            spread = [value] * len(self.output_names) if is_for_all else self._spread(what, value)
            parts = [_flatten(part) for part in spread]
        for identifier in (member for part in parts for member in part):
            _check_metric(what, identifier)
        return parts


def _is_by_name(value: Any) -> bool:
    return isinstance(value, Mapping) and "class_name" not in value


def list_paths(value: Any, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """The keys that lead to each part of what is given by name, in dicts within dicts."""
    if not _is_by_name(value):
        return [path]
    return [found for key, part in value.items() for found in list_paths(part, (*path, str(key)))]


def _list_beginnings(label: Label) -> list[tuple[Any, ...]]:
    return [label.place[:count] for count in range(len(label.place), 0, -1)]


def _lay_out(owner: str, value: Any, places: Sequence[tuple[Any, ...]]) -> list[Any]:
    """What stands at each place of a value that is nested as the outputs are; None for nothing."""
    if value is None:
        return [None] * len(places)
    if not any(places):
        return [value]
    inner: dict[Any, list[tuple[Any, ...]]] = {}
    for head, *rest in places:
        inner.setdefault(head, []).append(tuple(rest))
    is_dict, is_keyed = _is_by_name(value), isinstance(next(iter(inner)), str)
    if is_dict and is_keyed and set(value) <= set(inner):
        parts = value
    elif isinstance(value, list | tuple) and not is_keyed and len(value) == len(inner):
        parts = dict(enumerate(value))
    elif len(places) == 1 and not is_dict:
        return [value]
    else:
        keys = ", ".join(map(repr, inner))
        raise ParameterError(
            compose(
                owner,
                expected=f"a dict with the keys {keys}" if is_keyed else f"a list of {len(inner)}",
                received=", ".join(map(repr, value)) if is_dict else describe(value),
                remedy="Nest it as the outputs of the model are",
            )
        )
    return [
        part
        for head, rest in inner.items()
        for part in _lay_out(f"{owner}[{head!r}]", parts.get(head), rest)
    ]


def _flatten(value: Any) -> list[Any]:
    if value is None:
        return []
    if isinstance(value, list | tuple):
        return [leaf for part in value for leaf in _flatten(part)]
    return [value]


def _name_loss(identifier: Any, loss: Any) -> str:
    """What a loss is called in logs where its output has no name: as it was given, if by name.

    The name of a class gives an object, which has a name of its own.
    """
    if isinstance(loss, str):
        return loss
    if isinstance(identifier, str) and not isinstance(losses.get(identifier), Loss):
        return identifier
    return registry.to_snake_case(str(loss.name))


def _read_loss(identifier: Any) -> Any:
    """A Loss, or a string whose meaning the shapes decide."""
    if isinstance(identifier, str) and identifier in CHOSEN_BY_SHAPES:
        return identifier
    loss = losses.resolve(identifier)
    if loss is not None and loss.reduction in ("none", None):
        raise ParameterError(
            compose(
                f"compile: loss {loss.name!r} reduction",
                expected="one number a batch ('sum_over_batch_size' or 'sum')",
                received=repr(loss.reduction),
                remedy="Leave reduction out: the mean over the rows is the default",
            )
        )
    return loss


def _check_metric(what: str, identifier: Any) -> None:
    """Refuse unknown names when the model is compiled, not when it is first fed."""
    # Nothing is made yet: a metric without a name takes the next number of its class.
    if isinstance(identifier, str):
        if identifier.lower() not in _CHOSEN_BY_SHAPE:
            registry.lookup("metric", identifier)
    elif not isinstance(identifier, type):
        metrics.get(identifier)


def _make_unique(keys: set[str], prefix: str, label: str, is_weighted: bool) -> str:
    key = prefix + label
    if key in keys and is_weighted:
        label = f"weighted_{label}"
        key = prefix + label
    number = 0
    while key in keys:
        number += 1
        key = f"{prefix}{label}_{number}"
    keys.add(key)
    return key


def _require(output: str, shape: Shape | None) -> Shape:
    if shape is None:
        raise DataError(
            compose(
                "y",
                expected=f"targets for the output {output!r}, which has a loss or metrics",
                received="None",
                remedy="Pass y",
            )
        )
    return shape
