"""The same fit here and by the original library: metrics and times of both, on a sample."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from pronghorn.errors import PronghornError
from pronghorn.runner import _environment
from pronghorn.runner._originals import is_installed

__all__ = ["Comparison", "Sample"]

_ROWS = 2000
_EPOCHS = 5
_SECONDS = 600
_OWN_PARTS = "classes and functions of the program's own are not known to the original"

# Run by a Python without Pronghorn in it.
_ORIGINAL = """
import json, sys, time
import numpy as np, keras
folder, epochs, batch = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
model = keras.models.load_model(folder + "/model.keras")
with np.load(folder + "/rows.npz") as rows:
    x, y = rows["x"], rows["y"]
begin = time.perf_counter()
model.fit(x, y, epochs=epochs, batch_size=batch, verbose=0)
seconds = time.perf_counter() - begin
found = model.evaluate(x, y, verbose=0, return_dict=True)
print(json.dumps([{name: float(value) for name, value in found.items()}, seconds]))
"""


@dataclass(frozen=True)
class Comparison:
    """Metrics and seconds of both; ``problem`` in place of them where there is nothing to say."""

    model: str
    rows: int
    ours: tuple[dict[str, float], float] | None = None
    theirs: tuple[dict[str, float], float] | None = None
    problem: str | None = None

    def lines(self) -> Iterator[str]:
        """For people."""
        if self.ours is None or self.theirs is None:
            yield f"not verified: {self.model}: {self.problem}"
            return
        yield f"verified on {self.rows:,} rows: {self.model}"
        for name, (values, seconds) in (("Pronghorn", self.ours), ("original", self.theirs)):
            shown = ", ".join(f"{metric} {value:.4f}" for metric, value in values.items())
            yield f"  {name}: {shown}, {seconds:.2f} s"

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        both = {"pronghorn": self.ours, "original": self.theirs}
        return {
            "model": self.model,
            "rows": self.rows,
            "problem": self.problem,
            **{
                name: None if found is None else {"metrics": found[0], "seconds": found[1]}
                for name, found in both.items()
            },
        }


@dataclass(frozen=True)
class Sample:
    """A model or estimator as it was fitted, and some of the rows it saw."""

    subject: Any
    x: Any
    y: Any
    arguments: dict[str, Any]

    @classmethod
    def of(cls, fit: Any) -> Sample:
        """The first rows of a fit; none where the data are no plain arrays."""
        x, y = fit.data
        is_plain = isinstance(x, np.ndarray) and isinstance(y, np.ndarray)
        rows = slice(0, _ROWS)
        x, y = (x[rows].copy(), y[rows].copy()) if is_plain else (None, None)
        return cls(fit.subject, x, y, fit.arguments)

    def compare(self) -> Comparison:
        """Fit the sample from the start, with both."""
        name = type(self.subject).__name__
        if self.x is None:
            return Comparison(name, 0, problem="its data are no arrays")
        is_estimator = hasattr(self.subject, "get_params")
        try:
            ours, theirs = self._fit_estimators() if is_estimator else self._fit_models()
        except Exception as error:  # whatever it is, the program itself has ended well
            return Comparison(name, len(self.x), problem=" ".join(str(error).split()))
        return Comparison(name, len(self.x), ours, theirs)

    def _fit_estimators(self) -> Any:
        from sklearn.base import clone

        mine = clone(self.subject)
        if mine.random_state is None:
            mine.set_params(random_state=0)  # the same first weights for both
        plain = mine.to_sklearn()
        return self._score(mine), self._score(plain)

    def _score(self, estimator: Any) -> tuple[dict[str, float], float]:
        begin = time.perf_counter()
        estimator.fit(self.x, self.y)
        seconds = time.perf_counter() - begin
        return {"score": float(estimator.score(self.x, self.y))}, seconds

    def _fit_models(self) -> Any:
        if not is_installed("keras"):
            backend = _environment.keras_backend()
            raise RuntimeError(f"Keras is not installed with what it computes on ({backend})")
        from pronghorn import models

        try:
            model = models.clone_model(self.subject)
            model.compile_from_config(self.subject.get_compile_config())
        except PronghornError:
            raise RuntimeError(_OWN_PARTS) from None
        epochs = min(self.arguments["epochs"], _EPOCHS)
        batch = self.arguments["batch_size"]
        with tempfile.TemporaryDirectory(prefix="pronghorn-verify-") as folder:
            # Both begin with the same weights.
            model.save(Path(folder) / "model.keras")
            np.savez(Path(folder) / "rows.npz", x=self.x, y=self.y)
            code = [sys.executable, "-c", _ORIGINAL, folder, str(epochs), str(batch)]
            done = subprocess.run(
                code,
                capture_output=True,
                text=True,
                timeout=_SECONDS,
                env=_environment.without_run(),
                check=False,
            )
        if done.returncode:
            said = done.stderr.strip().splitlines()[-1]
            raise RuntimeError(_OWN_PARTS if "Could not locate" in said else f"Keras: {said}")
        begin = time.perf_counter()
        model.fit(self.x, self.y, epochs=epochs, batch_size=batch, verbose=0)
        seconds = time.perf_counter() - begin
        found = model.evaluate(self.x, self.y, verbose=0, return_dict=True)
        ours = {name: float(value) for name, value in found.items()}, seconds
        theirs, their_seconds = json.loads(done.stdout.splitlines()[-1])
        return ours, (theirs, their_seconds)
