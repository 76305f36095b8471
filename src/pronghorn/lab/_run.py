"""A run: one network on one problem, trained batch by batch, forwards and backwards.

Everything that happens follows from the experiment, the seeds and a position (epoch, batch), so
any moment can be reached again: from the nearest snapshot before it, by training on. That is how
batches are undone, how the past is looked at, and why a script can repeat a run to the last bit.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pronghorn.errors import DataError, NumericsError, ParameterError
from pronghorn.lab._experiment import Config
from pronghorn.lab._network import Pins, build_network, dense_layers
from pronghorn.lab._problem import Problem, Table, load_problem

__all__ = ["CURVE", "Divergence", "Opened", "Run", "Snapshot", "data_of", "optimizer_of"]

Array = NDArray[Any]

CURVE = (
    "step",
    "epoch",
    "train_loss",
    "test_loss",
    "penalty",
    "train_metric",
    "test_metric",
    "learning_rate",
    "seconds",
)
_MOST_CURVE = 4000
_MOST_SNAPSHOT_BYTES = 96 << 20
_MOST_SNAPSHOTS = 400
# Loss and metric of large data are taken of its first rows.
_MOST_MEASURED = 5000


@dataclass(frozen=True, eq=False)
class Snapshot:
    """A moment: where the run was, and everything that it goes on from."""

    step: int
    epoch: int
    batch: int
    config: Config
    pins: dict[tuple[int, int, int], float]
    weights: list[Array]
    state: dict[str, Array]
    rate: float | None
    #: How many entries the run's diary had.
    entries: int

    @property
    def size(self) -> int:
        """Bytes."""
        return sum(a.nbytes for a in self.weights) + sum(a.nbytes for a in self.state.values())


@dataclass(frozen=True, eq=False)
class Opened:
    """First weights that came from a file, in place of those of the seed."""

    #: The file's name.
    file: str
    #: The experiment they were opened in, which says what they fit.
    config: Config
    weights: list[Array]


@dataclass(frozen=True)
class Divergence:
    """Where a loss stopped being a number, and what was found there."""

    step: int
    epoch: int
    layer: str
    reason: str


@dataclass
class Run:
    """A network in training."""

    config: Config
    table: Table | None = None
    pins: dict[tuple[int, int, int], float] = field(default_factory=dict)
    opened: Opened | None = None
    step: int = 0
    epoch: int = 0
    batch: int = 0
    seconds: float = 0.0
    diverged: Divergence | None = None

    def __post_init__(self) -> None:
        self.problem: Problem = load_problem(self.config, self.table)
        self.model: Any = _make(self.config, self.problem, self.pins)
        if self.opened is not None:
            self.model.set_weights(self.opened.weights)
        self.curve: list[tuple[float, ...]] = []
        self.events: list[dict[str, Any]] = []
        #: What was done, for a script: ("train", batches), ("configure", config, pins), …
        self.diary: list[tuple[Any, ...]] = []
        self.snapshots: list[Snapshot] = []
        self.keep()

    # Position.

    @property
    def batch_size(self) -> int:
        return int(min(self.config["batch_size"], len(self.problem.train)))

    @property
    def batches(self) -> int:
        """Batches of an epoch."""
        return -(-len(self.problem.train) // self.batch_size)

    @property
    def exact_epoch(self) -> float:
        """The epoch with its part that is done."""
        return self.epoch + self.batch / self.batches

    def order(self, epoch: int) -> NDArray[np.int64]:
        """The rows of an epoch as they are visited: a function of seed and epoch."""
        rng = np.random.default_rng([self.config["seed"], epoch])
        return rng.permutation(len(self.problem.train))

    def next_rows(self) -> NDArray[np.int64]:
        """The rows of the batch that comes next."""
        first = self.batch * self.batch_size
        return self.order(self.epoch)[first : first + self.batch_size]

    # Training.

    def advance(self, batches: int) -> int:
        """Train so many batches; returns how many were done before a loss was no number."""
        done = 0
        while done < batches and self.diverged is None:
            left = batches - done
            if self.batch == 0 and left >= self.batches:
                done += self._fit(left // self.batches, 0, self.batches)
            else:
                last = min(self.batches, self.batch + left)
                done += self._fit(1, self.batch, last)
        if done:
            if self.diary and self.diary[-1][0] == "train":
                self.diary[-1] = ("train", self.diary[-1][1] + done)
            else:
                self.diary.append(("train", done))
        return done

    def _fit(self, epochs: int, first: int, last: int) -> int:
        """Epochs, or the batches first … last of one; returns the batches that were done."""
        size = self.batch_size
        orders = (self.order(self.epoch + i)[first * size : last * size] for i in range(epochs))
        before = int(self.model.optimizer.steps_taken)
        problem = self.problem
        failure: NumericsError | None = None
        try:
            self.model.fit(
                problem.x_train,
                problem.y_train,
                batch_size=size,
                epochs=epochs,
                shuffle=lambda n: next(orders),
                verbose=0,
            )
        except NumericsError as error:
            failure = error
        done = int(self.model.optimizer.steps_taken) - before
        self.step += done
        self.epoch, self.batch = divmod(self.epoch * self.batches + self.batch + done, self.batches)
        if failure is not None:
            self._note_divergence(str(failure))
        return done

    def _note_divergence(self, text: str) -> None:
        layer = next((d.name for d in dense_layers(self.model) if f"{d.name!r}" in text), "")
        self.diverged = Divergence(self.step + 1, self.epoch + 1, layer, text)
        self.note(f"diverged at step {self.step + 1}")

    # Numbers.

    def measure(self) -> tuple[float, ...]:
        """A row of the curve: losses, penalty and metrics as they are now."""
        problem, task = self.problem, self.problem.task
        penalty = self.penalty()
        found = []
        for part, x, y in (
            (problem.train, problem.x_train, problem.y_train),
            (problem.test, problem.x_test, problem.y_test),
        ):
            if not len(part):
                found.append((float("nan"), float("nan")))
                continue
            x, y, labels = x[:_MOST_MEASURED], y[:_MOST_MEASURED], part.labels[:_MOST_MEASURED]
            try:
                loss = float(self.model.test_on_batch(x, y)) - penalty
            except NumericsError:
                loss = float("nan")
            outputs = self.predict(x)
            found.append((loss, task.score(outputs, labels)))
        (train_loss, train_metric), (test_loss, test_metric) = found
        rate = self.learning_rate
        return (
            *(float(self.step), self.exact_epoch, train_loss, test_loss, penalty),
            *(train_metric, test_metric, rate, self.seconds),
        )

    def penalty(self) -> float:
        """What regularizers add to the loss."""
        if self.config["regularizer"]["name"] == "none":
            return 0.0
        return float(sum(self.model.losses))

    def predict(self, x: Array) -> Array:
        """The outputs for rows as the network takes them; NaN where they are not finite."""
        try:
            return np.asarray(self.model.predict_on_batch(x))
        except DataError:
            return np.full((len(x), self.problem.task.units), np.nan, np.float32)

    @property
    def learning_rate(self) -> float:
        """That of the next step."""
        return float(self.model.optimizer.learning_rate)

    def record(self) -> None:
        """Add a row to the curve, thinned out where it grows long."""
        row = self.measure()
        if self.curve and self.curve[-1][0] == row[0]:
            self.curve[-1] = row
            return
        self.curve.append(row)

    @property
    def is_curve_long(self) -> bool:
        return len(self.curve) > _MOST_CURVE

    def thin_curve(self) -> None:
        """Leave every second row of the curve out."""
        self.curve = self.curve[::2]

    def note(self, text: str) -> None:
        """Mark an event on the curve."""
        self.events.append({"step": self.step, "epoch": self.exact_epoch, "text": text})

    # The past.

    def keep(self) -> None:
        """Take a snapshot; old ones are thinned out where they take too much room."""
        rate = None if self.config["schedule"] else float(self.model.optimizer.learning_rate)
        self.snapshots.append(
            Snapshot(
                *(self.step, self.epoch, self.batch, self.config, dict(self.pins)),
                weights=self.model.get_weights(),
                state=dict(self.model.state()),
                rate=rate,
                entries=len(self.diary),
            )
        )
        while (
            len(self.snapshots) > _MOST_SNAPSHOTS
            or self.snapshots[-1].size * len(self.snapshots) > _MOST_SNAPSHOT_BYTES
        ) and len(self.snapshots) > 8:
            self._thin_snapshots()

    def _thin_snapshots(self) -> None:
        """Leave out every second one that is a mere moment: those after a change must stay."""
        kept = [
            s
            for i, s in enumerate(self.snapshots)
            if i % 2 == 0 or i >= len(self.snapshots) - 4 or self._follows_change(i)
        ]
        if len(kept) == len(self.snapshots):
            kept = [self.snapshots[0], *self.snapshots[len(self.snapshots) // 2 :]]
        self.snapshots = kept

    def _follows_change(self, i: int) -> bool:
        entries = self.snapshots[i].entries
        return entries == 0 or self.diary[entries - 1][0] != "train"

    def go_to(self, step: int) -> None:
        """Be where the run was after ``step`` batches, bit for bit; what came later is undone."""
        if not 0 <= step <= self.step:
            raise ParameterError(f"step: expected one from 0 to {self.step}, received {step}.")
        earlier = [s for s in self.snapshots if s.step <= step]
        if not earlier:
            raise ParameterError("step: expected one that is still remembered, received an older.")
        self.restore(earlier[-1])
        self.advance(step - self.step)
        self.curve = [row for row in self.curve if row[0] <= step]
        self.events = [event for event in self.events if event["step"] <= step]

    def restore(self, snapshot: Snapshot) -> None:
        """Be where a snapshot was taken."""
        if snapshot.config is not self.config or snapshot.pins != self.pins:
            self._rebuild(snapshot.config, dict(snapshot.pins))
        self.model.set_weights(snapshot.weights)
        self.model.set_state(snapshot.state)
        if snapshot.rate is not None:
            self.model.optimizer.learning_rate = snapshot.rate
        self.step, self.epoch, self.batch = snapshot.step, snapshot.epoch, snapshot.batch
        self.diary = self._diary_until(snapshot)
        self.snapshots = self.snapshots[: self.snapshots.index(snapshot) + 1]
        self.diverged = None

    def _diary_until(self, snapshot: Snapshot) -> list[tuple[Any, ...]]:
        """The entries before a snapshot, the last of which may have grown since."""
        kept = self.diary[: snapshot.entries]
        extra = sum(entry[1] for entry in kept if entry[0] == "train") - snapshot.step
        if extra > 0:
            kept[-1] = ("train", kept[-1][1] - extra)
        return kept

    # Changes.

    def _rebuild(self, config: Config, pins: dict[tuple[int, int, int], float]) -> None:
        problem = self.problem
        if data_of(config) != data_of(self.config):
            problem = load_problem(config, self.table)
        model = _make(config, problem, pins)
        self.config, self.pins, self.problem, self.model = config, pins, problem, model

    def change(self, config: Config, pins: dict[tuple[int, int, int], float] | None = None) -> None:
        """Go on with another experiment, with the same weights: its network has the same shapes.

        The optimizer's state goes on where the optimizer is the same but for its rate.
        """
        old, weights, state = self.config, self.model.get_weights(), self.model.state()
        batches, rate = self.batches, self.learning_rate
        self._rebuild(copy.deepcopy(config), dict(self.pins if pins is None else pins))
        self.model.set_weights(weights)
        if optimizer_of(old) == optimizer_of(config):
            self.model.set_state(state)
            if not config["schedule"]:
                asked = config["optimizer"]["parameters"].get("learning_rate")
                self.model.optimizer.learning_rate = rate if asked is None else asked
        if self.batch and (self.batches != batches or data_of(old) != data_of(config)):
            # The rest of an epoch has no meaning in another order.
            self.epoch, self.batch = self.epoch + 1, 0
        self.diverged = None
        self.diary.append(("configure", self.config, dict(self.pins)))
        self.keep()

    def edit(self, layer: int, row: int, column: int, value: float) -> None:
        """Set one weight (row -1: the bias)."""
        dense = dense_layers(self.model)[layer]
        variable = dense.bias if row < 0 else dense.kernel
        numbers = variable.numpy()
        place = (column,) if row < 0 else (row, column)
        numbers[place] = value
        variable.assign(numbers)
        self.diary.append(("edit", dense.name, row, column, float(numbers[place])))
        self.diverged = None
        self.keep()

    def forget(self) -> None:
        """Begin anew from the first weights."""
        self.curve, self.events = [], []
        self.restore(self.snapshots[0])


def _make(config: Config, problem: Problem, pins: Pins) -> Any:
    """A network whose optimizer has its slots already: each snapshot is of all of them."""
    model = build_network(config, problem, pins)
    model.optimizer.build(model.trainable_variables)
    return model


def data_of(config: Config) -> Any:
    """What the problem depends on."""
    return (*(config["data"], config["features"], config["loss"], config["output_activation"]),)


def optimizer_of(config: Config) -> Any:
    """What the optimizer's state depends on: all but its rate."""
    chosen = config["optimizer"]
    parameters = {k: v for k, v in chosen["parameters"].items() if k != "learning_rate"}
    return chosen["name"], parameters, config["schedule"]
