"""The playground: a run that plays, the frames it sends, and what steers it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pronghorn.errors import ParameterError, PronghornError
from pronghorn.lab._desk import Desk
from pronghorn.lab._diagnostics import diagnose
from pronghorn.lab._experiment import UPLOAD, Config, read_experiment
from pronghorn.lab._network import dense_layers
from pronghorn.lab._problem import Table
from pronghorn.lab._run import CURVE, Run
from pronghorn.lab._saved import Saved
from pronghorn.lab._sheet import Sheet
from pronghorn.lab._views import PLAYGROUND, Views, Watch
from pronghorn.lab._worker import Worker

__all__ = ["Goal", "Playground"]

# Seconds of training between two looks at the page, and of drawing before the map gets coarse.
_CHUNK = 0.006
_LONGEST_CHUNK = 0.03
_SLOW_FRAME = 0.012
_SNAPSHOT_EVERY = 0.25
_RECORD_EVERY = 0.1
_DIAGNOSE_EVERY = 0.25
_MOST_BATCHES = 1 << 20


@dataclass(frozen=True)
class Goal:
    """When to stop by itself: whichever comes first."""

    step: int | None = None
    loss: float | None = None
    patience: int | None = None


class Playground:
    """One viewer's experiment. Its public methods may be called by any thread."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.watch = Watch()
        self.table: Table | None = None
        #: The table that was uploaded last, from which ``table`` is made by roles.
        self.sheet: Sheet | None = None
        #: The model that was uploaded last.
        self.saved: Saved | None = None
        self.pinned: dict[int, Any] = {}
        self.is_playing = False
        self.speed = 0
        self._goal = Goal()
        self._chunk = 16
        self._resolution = 100
        self._frame_seconds = 0.0
        self._recorded_at = self._kept_at = self._diagnosed_at = 0.0
        self._pace: list[tuple[float, int]] = []
        self._best = (float("inf"), 0.0)
        self._told = 0
        self.begin(Run(read_experiment({})))
        self.worker = Worker(self._work)

    def close(self) -> None:
        """End the training and its thread."""
        self.is_playing = False
        self.worker.close()

    # Runs.

    def begin(self, run: Run) -> None:
        """Take another run."""
        self.run = run
        self.views = Views(run, self.watch)
        self._confirmed = self._built = 0
        self._pace = []
        self._resolution = 100
        run.record()

    def configure(self, config: Config, keep: bool) -> None:
        """Change the experiment: on the fly where the network stays, else with new weights."""
        old = self.run
        if old.table is not self.table and config["data"]["name"] == UPLOAD:
            keep = False
        if not keep or old.step == 0 or not _can_go_on(old.config, config):
            self.begin(self.make_run(config))
            return
        text = describe_change(old.config, config)
        try:
            old.change(config)
        except PronghornError:
            # Of another task, for instance: nothing was changed.
            self.begin(self.make_run(config))
            return
        if text:
            old.note(text)

    def make_run(self, config: Config) -> Run:
        """A run of an experiment, with the first weights of a file where they came from one."""
        opened = self.run.opened
        if opened is not None and not _can_go_on(opened.config, config):
            opened = None
        return Run(config, self.table, opened=opened)

    # Playing.

    def play(self, goal: Goal | None = None) -> None:
        """Train until somebody says otherwise, or a goal is reached."""
        if self.run.diverged is not None:
            raise ParameterError(
                "play: expected a network with finite losses, received one that diverged. "
                "Halve the rate, or reset."
            )
        self._goal = goal or Goal()
        self._best = (float("inf"), self.run.exact_epoch)
        self.is_playing = True
        self._pace = [(time.perf_counter(), self.run.step)]

    def pause(self) -> None:
        """Stop training; the last moment is remembered and drawn in full."""
        if self.is_playing:
            self.is_playing = False
            self.run.record()
            self.run.keep()

    def train(self, batches: int) -> None:
        """Train so many batches at once, while not playing."""
        self.pause()
        started = time.perf_counter()
        self.run.advance(batches)
        self.run.seconds += time.perf_counter() - started
        self.run.record()
        self.run.keep()

    def _work(self) -> bool:
        if not self.is_playing:
            return False
        try:
            return self._play_on()
        except Exception as error:
            # The thread must go on: the viewer gets the reason, and may change something.
            self.is_playing = False
            self.desk.push("note", text=f"Training stopped: {error}")
            self.desk.push("state", state=self.state())
            return False

    def _play_on(self) -> bool:
        if self.speed and not self.desk.wants_frame:
            time.sleep(0.002)
            return True
        now = self._train_chunk()
        wants = self.desk.wants_frame
        if wants or now - self._recorded_at > _RECORD_EVERY:
            self.run.record()
            self._recorded_at = now
            self._check_goal()
        if now - self._kept_at > _SNAPSHOT_EVERY:
            self.run.keep()
            self._kept_at = now
        if self.is_playing and wants:
            self.show()
        return self.is_playing

    def _train_chunk(self) -> float:
        run = self.run
        batches = self.speed or self._chunk
        if self._goal.step is not None:
            batches = min(batches, self._goal.step - run.step)
        started = time.perf_counter()
        if batches > 0:
            run.advance(batches)
        now = time.perf_counter()
        seconds = now - started
        run.seconds += seconds
        if not self.speed and batches == self._chunk:
            # At least half of the time trains, also where drawing takes long.
            wanted = min(max(_CHUNK, self._frame_seconds), _LONGEST_CHUNK)
            factor = min(2.0, max(0.5, wanted / max(seconds, 1e-6)))
            self._chunk = int(min(max(1, self._chunk * factor), _MOST_BATCHES))
        self._pace.append((now, run.step))
        while len(self._pace) > 2 and now - self._pace[0][0] > 1.0:
            self._pace.pop(0)
        if run.diverged is not None:
            self._stop("diverged", run.diverged.reason)
        return now

    def _check_goal(self) -> None:
        goal, run = self._goal, self.run
        row = dict(zip(CURVE, run.curve[-1], strict=True))
        loss = row["test_loss"] if np.isfinite(row["test_loss"]) else row["train_loss"]
        if loss < self._best[0]:
            self._best = (loss, run.exact_epoch)
        if goal.step is not None and run.step >= goal.step:
            self._stop("stopped", f"{run.exact_epoch:g} epochs are done")
        elif goal.loss is not None and loss <= goal.loss:
            self._stop("stopped", f"the test loss is {loss:.4g}")
        elif goal.patience is not None and run.exact_epoch - self._best[1] >= goal.patience:
            self._stop("stopped", f"the test loss has not improved for {goal.patience} epochs")

    def _stop(self, event: str, reason: str) -> None:
        self.is_playing = False
        self.run.record()
        if event == "stopped":
            self.run.keep()
            self.run.note(reason)
        self.desk.push(event, reason=reason, step=self.run.step, epoch=self.run.exact_epoch)
        self.desk.push("state", state=self.state())
        self.show()

    # Showing.

    @property
    def steps_per_second(self) -> float:
        """Over the last second of playing."""
        if not self.is_playing or len(self._pace) < 2:
            return 0.0
        (before, first), (after, last) = self._pace[0], self._pace[-1]
        return (last - first) / max(after - before, 1e-9)

    def show(self) -> None:
        """Send a frame of this moment."""
        run = self.run
        if run.is_curve_long:
            run.thin_curve()
            self._confirmed = self._built = 0
        if not self.desk.holds(PLAYGROUND):
            # What was built last has been sent. Its last row may have changed since.
            self._confirmed = min(self._built, len(run.curve))
        started = time.perf_counter()
        # In full when it stands still; coarser while training where drawing takes long.
        resolution = self.watch.resolution
        if self.is_playing:
            resolution = min(resolution, self._resolution)
        scalars = {
            "is_playing": self.is_playing,
            "steps_per_second": self.steps_per_second,
            "diverged": None if run.diverged is None else vars(run.diverged),
        }
        self.desk.show(
            self.views.frame(resolution, self._confirmed, scalars, self._diagnose(started))
        )
        self._built = max(len(run.curve) - 1, 0)
        if self.is_playing:
            self._frame_seconds = time.perf_counter() - started
            # Coarse from then on: a map that changed its grain to and fro would flicker.
            if self._frame_seconds > _SLOW_FRAME:
                self._resolution = 50

    def _diagnose(self, now: float) -> dict[str, NDArray[Any]]:
        is_due = not self.is_playing or now - self._diagnosed_at > _DIAGNOSE_EVERY
        if not (self.watch.diagnostics or self.watch.histograms) or not is_due:
            return {}
        self._diagnosed_at = now
        return diagnose(self.run, self.watch.histograms)

    def rewind(self) -> None:
        """The curve was cut: send it from its beginning."""
        self._confirmed = self._built = 0

    def state(self) -> dict[str, Any]:
        """Everything about the experiment but its numbers."""
        self._told += 1
        run, problem = self.run, self.run.problem
        layers = []
        plan = [*run.config["layers"], {"dropout": 0.0, "norm": "none"}]
        for i, (dense, layer) in enumerate(zip(dense_layers(run.model), plan, strict=True)):
            is_last = i == len(plan) - 1
            layers.append(
                {
                    "name": dense.name,
                    "units": dense.units,
                    "activation": problem.task.output_activation
                    if is_last
                    else layer["activation"],
                    "parameters": int(dense.count_params()),
                    "norm": layer["norm"],
                    "dropout": layer["dropout"],
                    "frozen": [[r, c] for (of, r, c) in run.pins if of == i],
                }
            )
        return {
            "number": self._told,
            "config": run.config,
            "task": problem.task.kind,
            "columns": list(problem.columns) if problem.picture is None else [],
            "inputs": list(problem.inputs) if problem.picture is None else [],
            "input_count": len(problem.inputs),
            "picture": problem.picture,
            "classes": list(problem.class_names),
            "is_playing": self.is_playing,
            "step": run.step,
            "epoch": run.exact_epoch,
            "batch": run.batch,
            "batches": run.batches,
            "speed": self.speed,
            "layers": layers,
            "parameters": int(run.model.count_params()),
            "opened": None if run.opened is None else run.opened.file,
            "loss_name": problem.task.loss,
            "metric": problem.task.metric,
            "output_activation": problem.task.output_activation,
            "learning_rate": run.learning_rate,
            "train_rows": len(problem.train),
            "test_rows": len(problem.test),
            "notes": list(problem.notes),
            "diverged": None if run.diverged is None else vars(run.diverged),
            "watch": vars(self.watch),
            "curve_columns": list(CURVE),
            "events": run.events[-200:],
            "snapshots": [s.step for s in run.snapshots],
            "runs": [pinned.describe() for pinned in self.pinned.values()],
        }


def _can_go_on(old: Config, new: Config) -> bool:
    """Whether the weights of one experiment have the shapes of the other's, and a meaning there."""
    names = ("initializer", "seed")
    shape = [(layer["units"], layer["norm"]) for layer in old["layers"]]
    return (
        all(old[name] == new[name] for name in names)
        and shape == [(layer["units"], layer["norm"]) for layer in new["layers"]]
        and old["features"] == new["features"]
        and (old["data"]["name"] == new["data"]["name"] or bool(old["features"]))
    )


def describe_change(old: Config, new: Config) -> str:
    """What differs between two experiments, in a few words."""
    found: list[str] = []
    for name, before, after in _differences("", old, new):
        if isinstance(after, list):
            found.append(f"{name} changed")
        else:
            found.append(f"{name} {_say(before)} → {_say(after)}")
    return ", ".join(found[:4])


def _differences(prefix: str, old: Any, new: Any) -> list[tuple[str, Any, Any]]:
    if old == new:
        return []
    if isinstance(old, dict) and isinstance(new, dict):
        found = []
        for key in {**old, **new}:
            name = key.replace("_", " ")
            is_plain = prefix in ("", "optimizer") or prefix.endswith("parameters")
            inner = name if is_plain else f"{prefix} {name}"
            found += _differences(inner, old.get(key), new.get(key))
        return found
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new) <= 16:
        pairs = enumerate(zip(old, new, strict=True))
        return [d for i, (a, b) in pairs for d in _differences(f"{prefix} {i + 1}", a, b)]
    return [(prefix, old, new)]


def _say(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else "none" if value is None else str(value)
