"""What was fitted where, in this process and in those that it started."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

__all__ = ["Tally", "Trained", "leave"]

_SHOWN_REASONS = 2


@dataclass(frozen=True)
class Trained:
    """One fit. ``engine``: None where the original library trained, for the ``reason``."""

    model: str
    engine: str | None
    reason: str | None
    seconds: float

    @property
    def is_native(self) -> bool:
        """Whether the fast engine trained it."""
        return self.engine == "native"

    @property
    def why(self) -> str:
        """Why it did not run native, with what it was: "MLPClassifier (lbfgs on sparse rows)"."""
        return f"{self.model} ({self.reason or f'engine {self.engine}'})"


class Tally:
    """The fits of a run, added up by model, engine and reason."""

    def __init__(self) -> None:
        self._sums: dict[tuple[str, str | None, str | None], list[float]] = {}

    def add(self, fit: Trained) -> None:
        """Count one fit."""
        sums = self._sums.setdefault((fit.model, fit.engine, fit.reason), [0, 0.0])
        sums[0] += 1
        sums[1] += fit.seconds

    @property
    def groups(self) -> Iterator[tuple[Trained, int]]:
        """Fits that are alike, with the sum of their seconds, and how many there were."""
        for (model, engine, reason), (count, seconds) in self._sums.items():
            yield Trained(model, engine, reason, seconds), int(count)

    @property
    def total(self) -> int:
        """How many fits there were."""
        return sum(count for _, count in self.groups)

    @property
    def native(self) -> int:
        """How many of them ran on the fast engine."""
        return sum(count for fit, count in self.groups if fit.is_native)

    def merge(self, folder: str) -> None:
        """Add what other processes left in the folder; a line that was cut off is left out."""
        for name in sorted(os.listdir(folder)):
            if not name.endswith(".jsonl"):
                continue
            with open(os.path.join(folder, name), encoding="utf-8") as file:
                for line in file:
                    try:
                        self.add(Trained(**json.loads(line)))
                    except (ValueError, TypeError):
                        continue

    def tell(self) -> str:
        """One line: "12 of 13 fits ran native; 1 fell back: MLPClassifier (…)".

        >>> tally = Tally()
        >>> tally.tell()
        'nothing was fitted'
        >>> tally.add(Trained("Sequential", "native", None, 0.5))
        >>> tally.tell()
        '1 of 1 fit ran native'
        """
        if not self.total:
            return "nothing was fitted"
        text = f"{self.native} of {self.total} {_plural(self.total)} ran native"
        others = [(fit, count) for fit, count in self.groups if not fit.is_native]
        if others:
            others.sort(key=lambda pair: -pair[1])
            reasons = "; ".join(
                fit.why + (f" ×{count}" if count > 1 else "")
                for fit, count in others[:_SHOWN_REASONS]
            )
            more = len(others) - _SHOWN_REASONS
            rest = f"; and {more} more, see -v" if more > 0 else ""
            text += f"; {self.total - self.native} fell back: {reasons}{rest}"
        return text

    def details(self) -> Iterator[str]:
        """A line for each group of fits."""
        for fit, count in self.groups:
            where = fit.engine or f"fell back: {fit.reason}"
            yield f"{count} {_plural(count)} of {fit.model}, {fit.seconds:.2f} s: {where}"

    def as_json(self) -> dict[str, Any]:
        """For machines: totals, and the groups."""
        return {
            "fits": {
                "total": self.total,
                "native": self.native,
                "fell_back": self.total - self.native,
            },
            "groups": [{**asdict(fit), "fits": count} for fit, count in self.groups],
        }


def _plural(count: int) -> str:
    return "fit" if count == 1 else "fits"


def leave(folder: str, fit: Trained) -> None:
    """Leave one fit of this process for the one that began the run."""
    path = os.path.join(folder, f"{os.getpid()}.jsonl")
    try:
        with open(path, "a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(fit)) + "\n")
    except OSError:
        pass  # the run has ended, and nobody is left to read it
