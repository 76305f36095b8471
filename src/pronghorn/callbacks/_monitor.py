"""Monitor: what "better" means for a watched quantity; shared by callbacks that watch one."""

from __future__ import annotations

from typing import Any

from pronghorn._core.errors import ParameterError, compose, suggest
from pronghorn._core.params import OfType, check
from pronghorn._core.warn import warn
from pronghorn.callbacks._arguments import NUMBER
from pronghorn.callbacks._base import Callback

# Names that tell their direction where the model has no metric of that name, as in models with
# several outputs, whose keys carry the output's name in front: "age_loss", "kind_accuracy".
_UP_ENDINGS = ("acc", "accuracy", "auc")
_DOWN_ENDINGS = ("loss", "error", "mse", "mae", "crossentropy")


class Monitor(Callback):
    """A callback that watches one key of the logs and can tell whether it improved.

    An improvement is ``value + min_delta < best`` where less is better ("min"), and
    ``value - min_delta > best`` where more is better ("max"). NaN is never an improvement over
    a number.

    Args:
        monitor: Key of the logs.
        min_delta: Smallest change that counts; the sign is ignored.
        mode: "min", "max" or "auto": from the metric's own direction, then from its name.

    Errors: ``ParameterError`` for other types, and at the end of the first epoch where "auto"
    cannot tell.
    """

    def __init__(self, monitor: str, min_delta: float = 0, mode: str = "auto") -> None:
        super().__init__()
        owner = type(self).__name__
        if not isinstance(mode, str) or mode not in ("auto", "min", "max"):
            warn(
                compose(
                    f"{owner}: mode",
                    expected="'auto', 'min' or 'max'",
                    received=repr(mode),
                    remedy="Going on with 'auto'.",
                )
            )
            mode = "auto"
        self.monitor = check(owner, "monitor", monitor, OfType(str))
        self.min_delta = abs(check(owner, "min_delta", min_delta, NUMBER))
        self.mode = mode
        self.best: float | None = None
        self._direction: str | None = None

    def is_improvement(self, value: float, reference: float | None) -> bool:
        """Whether ``value`` is better than ``reference``; anything is better than None."""
        if reference is None:
            return True
        if self.find_direction() == "down":
            return value + self.min_delta < reference
        return value - self.min_delta > reference

    def find_direction(self) -> str:
        """ "down" where less is better, "up" where more is."""
        if self._direction is None:
            self._direction = self._infer_direction()
        return self._direction

    def _infer_direction(self) -> str:
        if self.mode != "auto":
            return "down" if self.mode == "min" else "up"
        name = self.monitor.removeprefix("val_")
        if name == "loss":
            return "down"
        for metric in getattr(self.model, "metrics", None) or ():
            direction = getattr(metric, "_direction", None)
            if getattr(metric, "name", None) == name and direction in ("up", "down"):
                return str(direction)
        if name.lower().endswith(_UP_ENDINGS):
            return "up"
        if name.lower().endswith(_DOWN_ENDINGS):
            return "down"
        metrics = getattr(self.model, "metrics", None) or ()
        nearest = suggest(name, [str(getattr(metric, "name", "")) for metric in metrics])
        raise ParameterError(
            compose(
                f"{type(self).__name__}: monitor",
                expected="a metric that says whether more or less of it is better",
                received=f"{self.monitor!r}, which does not, with mode='auto'",
                remedy=nearest or "Pass mode='min' or mode='max'",
            )
        )

    def read(self, logs: dict[str, Any] | None) -> Any:
        """The watched value, or None with a warning where the logs lack it."""
        logs = logs or {}
        value = logs.get(self.monitor)
        if value is None:
            warn(
                compose(
                    f"{type(self).__name__} monitor {self.monitor!r}",
                    expected="a name in the logs",
                    received=f"logs of {', '.join(sorted(logs)) or 'nothing'}",
                    remedy=self._say_what_to_watch(logs),
                )
            )
        return value

    def _say_what_to_watch(self, logs: dict[str, Any]) -> str:
        nearest = suggest(self.monitor, logs)
        if self.monitor.startswith("val_") and self.monitor.removeprefix("val_") in logs:
            nearest = "Give fit validation_data or validation_split"
        return f"This epoch is passed over. {nearest or 'Watch one of these'}"
