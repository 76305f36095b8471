"""Where a fit stands, and all that it takes to go on from there, to the last bit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from pronghorn._core.errors import FileError, compose
from pronghorn.callbacks import CallbackList
from pronghorn.training._loop import Pass

if TYPE_CHECKING:
    from pronghorn.training._trainer import Trainer

__all__ = ["Course"]


class Course:
    """The fit in progress, as ``BackupAndRestore`` captures it and puts it back.

    Everything random follows from the seed and from counters (the steps taken, and their number
    when the epoch began), so a captured state is: weights, the optimizer's arrays, seed and
    counters, the sums of the epoch so far, and what the callbacks remember.
    """

    def __init__(self, trainer: Trainer, owner: Any, callbacks: CallbackList, epoch: int) -> None:
        self._trainer, self._owner, self._callbacks = trainer, owner, callbacks
        #: The epoch that comes next, or that is running, and how many of its batches are done.
        self.epoch, self.batch = epoch, 0
        #: Steps taken before the fit, and before the running epoch: they choose its order.
        self.began_at = self.drawn = self._iterations()
        self.logs: dict[str, Any] = {}
        #: Whether the fit that is resumed had been stopped.
        self.is_over = False
        self._running: Pass | None = None
        self._sums: Mapping[str, Any] = {}
        self._variables: Mapping[str, Any] = {}

    def enter(self, run: Pass) -> int:
        """Let ``run`` be the running epoch; returns the batches of it that are done already."""
        self._running = run
        done, self.batch = self.batch, 0
        if done:
            run.go_on(done, self._sums, self._variables)
        else:
            self.drawn = self._iterations()
        return done

    def leave(self, logs: dict[str, Any]) -> None:
        """The running epoch is over."""
        self._running, self.logs = None, logs

    def capture(self, epoch: int, batch: int) -> dict[str, Any]:
        """Plain values and arrays, nested; ``batch`` of the batches of ``epoch`` are done."""
        trainer, owner = self._trainer, self._owner
        optimizer = trainer.optimizer
        assert optimizer is not None
        is_within = batch > 0 and self._running is not None
        sums, variables = self._running.fold() if is_within and self._running else ({}, {})
        return {
            "epoch": epoch,
            "batch": batch,
            "began_at": self.began_at,
            "drawn": self.drawn,
            "steps": self._callbacks.params.get("steps"),
            "stop_training": bool(owner.stop_training),
            "seed": trainer.seed,
            "learning_rate": None if optimizer.is_scheduled else float(optimizer.learning_rate),
            "logs": self.logs,
            "weights": owner.get_weights(),
            "optimizer": [array for _, array in trainer.optimizer_arrays()],
            "sums": sums,
            "variables": variables,
            "callbacks": self._callbacks.get_states(),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from what ``capture`` gave; raises FileError where it is of another fit."""
        trainer, owner = self._trainer, self._owner
        self._check(state)
        owner.set_weights([np.asarray(array) for array in state["weights"]])
        trainer.set_optimizer_arrays(state["optimizer"])
        if state["learning_rate"] is not None:
            # The optimizer's arrays hold it in float32.
            assert trainer.optimizer is not None
            trainer.optimizer.learning_rate = state["learning_rate"]
        trainer.seed = state["seed"]
        owner.stop_training = self.is_over = state["stop_training"]
        self.epoch, self.batch = state["epoch"], state["batch"]
        self.began_at, self.drawn, self.logs = state["began_at"], state["drawn"], state["logs"]
        self._sums, self._variables = state["sums"], state["variables"]
        self._callbacks.set_states(state["callbacks"])

    def _check(self, state: Mapping[str, Any]) -> None:
        own, steps = self._owner.get_weights(), self._callbacks.params.get("steps")
        shapes = [np.shape(array) for array in state["weights"]]
        if shapes != [array.shape for array in own] or steps != state["steps"]:
            raise FileError(
                compose(
                    "BackupAndRestore",
                    expected="a backup of this model and of this data",
                    received=f"one of {len(shapes)} weights of shapes {shapes} and of "
                    f"{state['steps']} batches an epoch",
                    remedy=f"This fit has {len(own)} weights and {steps} batches: go on with the "
                    "same model and data, or name another backup_dir",
                )
            )

    def _iterations(self) -> int:
        optimizer = self._trainer.optimizer
        return 0 if optimizer is None else int(optimizer.steps_taken)
