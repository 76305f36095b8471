"""One instance of everything registered; arguments for those whose constructor asks for them."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

from contract.layer_examples import EXAMPLES
from contract.walk import ENTRIES
from pronghorn import losses
from pronghorn._core.registry import Entry

BUILTIN = [entry for entry in ENTRIES if entry.is_builtin]


def label(entry: Entry) -> str:
    return f"{entry.kind}-{entry.name}"


def halve_rate(epoch: int, rate: float) -> float:
    return rate * 0.5


STAIRS = {"initial_learning_rate": 0.05, "decay_steps": 3, "decay_rate": 0.5}

# By kind and name: the arguments without which it cannot be made.
ARGUMENTS: dict[tuple[str, str], dict[str, Any]] = {
    ("activation", "threshold"): {"threshold": 0.1, "default_value": -0.2},
    ("metric", "mean_metric_wrapper"): {"fn": losses.mean_absolute_error},
    ("metric", "precision_at_recall"): {"recall": 0.5},
    ("metric", "recall_at_precision"): {"precision": 0.5},
    ("metric", "sensitivity_at_specificity"): {"specificity": 0.5},
    ("metric", "specificity_at_sensitivity"): {"sensitivity": 0.5},
    ("schedule", "cosine_decay"): {"initial_learning_rate": 0.05, "decay_steps": 7},
    ("schedule", "cosine_decay_restarts"): {"initial_learning_rate": 0.05, "first_decay_steps": 3},
    ("schedule", "exponential_decay"): STAIRS,
    ("schedule", "inverse_time_decay"): STAIRS,
    ("schedule", "piecewise_constant_decay"): {"boundaries": [2, 5], "values": [0.05, 0.02, 0.01]},
    ("schedule", "polynomial_decay"): {"initial_learning_rate": 0.05, "decay_steps": 7},
    ("callback", "BackupAndRestore"): {"backup_dir": Path("backup")},
    ("callback", "CSVLogger"): {"filename": Path("log.csv")},
    ("callback", "LearningRateScheduler"): {"schedule": halve_rate},
    ("callback", "TensorBoard"): {"log_dir": Path("logs"), "histogram_freq": 1},
    ("callback", "ModelCheckpoint"): {"filepath": Path("best.keras"), "monitor": "loss"},
}


def needs_arguments(target: Any) -> bool:
    """Whether a class is not made, or a function of x not called, without further arguments."""
    variable = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    parameters = list(inspect.signature(target).parameters.values())
    asked = parameters if isinstance(target, type) else parameters[1:]
    return any(p.default is p.empty and p.kind not in variable for p in asked)


def make(entry: Entry, folder: Path | None = None) -> Any:
    """An object of a class; a function, and a data set's module, as they are.

    ``folder``: where callbacks that write files write them.
    """
    if entry.kind == "layer":
        return EXAMPLES[entry.name].make()
    if not isinstance(entry.target, type):
        return entry.target
    given = ARGUMENTS.get((entry.kind, entry.name), {})
    return entry.target(
        **{
            name: folder / value if folder is not None and isinstance(value, Path) else value
            for name, value in given.items()
        }
    )
