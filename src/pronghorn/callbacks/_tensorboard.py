"""TensorBoard: the course of a training in files that the program TensorBoard shows."""

from __future__ import annotations

import os
import time
from typing import Any

from pronghorn._core.params import Boolean, Integer, OneOf, PathName, check
from pronghorn._core.registry import register
from pronghorn.callbacks._base import Callback, Logs
from pronghorn.callbacks._event_file import EventFile
from pronghorn.layers._arguments import ignored


@register("callback", "TensorBoard")
class TensorBoard(Callback):
    """Write every epoch's values, learning rate and weights to files of events.

    Below ``log_dir`` the folder ``train`` gets ``epoch_loss``, ``epoch_learning_rate`` and the
    other values of an epoch, the folder ``validation`` the same of the validation, and
    ``evaluation_…_vs_iterations`` of every evaluation. ``tensorboard --logdir logs`` shows them.

    Args:
        log_dir: Path of the folder. Default "logs".
        histogram_freq: Every so many epochs also histograms of the weights. Default 0: never.
        write_steps_per_second: Also ``epoch_steps_per_second``. Default False.
        update_freq: "epoch" (default), or every so many batches, of which "batch" means 1, also
            the means of the epoch so far; then the loop comes back to Python for each of them.
        write_graph, write_images, profile_batch, embeddings_freq, embeddings_metadata: As Keras
            has them; nothing is written for them, since they show what TensorFlow runs inside.
            ``utils.plot_model`` draws a model, ``config.profile`` says where its time goes.

    Errors: ``ParameterError`` for other frequencies, ``FileError`` where the folder cannot be
    written.

    Source: ``keras.callbacks.TensorBoard``.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     board = TensorBoard(folder)
    ...     board.on_epoch_end(0, {"loss": 0.5, "val_loss": 0.75})
    ...     board.on_train_end()
    ...     print(sorted(os.listdir(folder)))
    ['train', 'validation']
    """

    @ignored("batch_size", "embeddings_data", "embeddings_layer_names", "write_grads")
    def __init__(
        self,
        log_dir: str | os.PathLike[str] = "logs",
        histogram_freq: int = 0,
        write_graph: bool = True,
        write_images: bool = False,
        write_steps_per_second: bool = False,
        update_freq: str | int = "epoch",
        profile_batch: Any = 0,
        embeddings_freq: int = 0,
        embeddings_metadata: Any = None,
    ) -> None:
        super().__init__()
        self.log_dir = check("TensorBoard", "log_dir", log_dir, PathName())
        frequency = 0 if histogram_freq is None else histogram_freq
        self.histogram_freq = check("TensorBoard", "histogram_freq", frequency, Integer(low=0))
        self.write_graph = write_graph
        self.write_images = write_images
        self.write_steps_per_second = check(
            "TensorBoard", "write_steps_per_second", write_steps_per_second, Boolean()
        )
        self.update_freq = _read_frequency(update_freq)
        self.embeddings_freq = embeddings_freq
        self.embeddings_metadata = embeddings_metadata
        self._batch = 0
        self._files = _make_files(self.log_dir)
        # The clock and the steps at the beginning of the epoch.
        self._began = (0.0, 0)
        if self.update_freq != "epoch":
            self.on_train_batch_end = self._write_batch  # type: ignore[method-assign]

    def get_state(self) -> dict[str, Any]:
        return {"batch": self._batch}

    def set_state(self, state: dict[str, Any]) -> None:
        self._batch = state["batch"]

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self._batch = 0

    def on_train_end(self, logs: Logs | None = None) -> None:
        self._close()

    def on_test_end(self, logs: Logs | None = None) -> None:
        step = _count_steps(self.model)
        if step is not None:
            for name, value in _numbers(logs):
                tag = f"evaluation_{name}_vs_iterations"
                self._files["validation"].write_scalar(tag, value, step)

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        self._began = (time.perf_counter(), _count_steps(self.model) or 0)

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        for name, value in _numbers(logs):
            kind = "validation" if name.startswith("val_") else "train"
            tag = f"epoch_{name.removeprefix('val_')}"
            self._files[kind].write_scalar(tag, value, epoch)
        for name, value in self._rates():
            self._files["train"].write_scalar(f"epoch_{name}", value, epoch)
        if self.histogram_freq and epoch % self.histogram_freq == 0:
            for layer in self.model.layers:
                for weight in layer.weights:
                    tag = f"{layer.name}/{weight.name}/histogram"
                    self._files["train"].write_histogram(tag, weight.numpy(), epoch)

    def _rates(self) -> list[tuple[str, float]]:
        """The learning rate, and the steps a second where they are asked for."""
        optimizer = getattr(self.model, "optimizer", None)
        if optimizer is None:
            return []
        rates = [("learning_rate", float(optimizer.learning_rate))]
        if self.write_steps_per_second:
            clock, steps = self._began
            done = (_count_steps(self.model) or 0) - steps
            rates.append(("steps_per_second", done / (time.perf_counter() - clock)))
        return rates

    def _write_batch(self, batch: int, logs: Logs | None = None) -> None:
        self._batch += 1
        if self._batch % int(self.update_freq) == 0:
            for name, value in _numbers(logs):
                self._files["train"].write_scalar(f"batch_{name}", value, self._batch)

    def _close(self) -> None:
        for file in self._files.values():
            file.close()

    def __getstate__(self) -> dict[str, Any]:
        # A copy has files and a batch hook of its own.
        left_out = {"_files", "on_train_batch_end"}
        return {k: v for k, v in super().__getstate__().items() if k not in left_out}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._files = _make_files(self.log_dir)
        if self.update_freq != "epoch":
            self.on_train_batch_end = self._write_batch  # type: ignore[method-assign]


def _read_frequency(update_freq: Any) -> str | int:
    if isinstance(update_freq, str):
        found = check("TensorBoard", "update_freq", update_freq, OneOf("epoch", "batch"))
        return 1 if found == "batch" else found
    return check("TensorBoard", "update_freq", update_freq, Integer(low=1))


def _make_files(folder: str) -> dict[str, EventFile]:
    return {kind: EventFile(os.path.join(folder, kind)) for kind in ("train", "validation")}


def _count_steps(model: Any) -> int | None:
    """The steps that the model's optimizer has taken; None without one."""
    optimizer = getattr(model, "optimizer", None)
    return None if optimizer is None else int(optimizer.iterations)


def _numbers(logs: Logs | None) -> list[tuple[str, float]]:
    """The logs that are single numbers."""
    found = []
    for name, value in (logs or {}).items():
        try:
            found.append((name, float(value)))
        except (TypeError, ValueError):
            continue
    return found
