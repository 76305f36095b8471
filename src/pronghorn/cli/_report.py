"""Report: history.csv, the pictures and report.md of a run."""

from __future__ import annotations

import csv
import platform
from pathlib import Path

import numpy as np

import pronghorn as keras
from pronghorn.cli import _pictures as pictures
from pronghorn.cli._folder import RECORD, write_record
from pronghorn.cli._machine import find_processor, find_versions
from pronghorn.cli._network import describe_network
from pronghorn.cli._run import Run, tell_test

MODEL_FILE = "model.keras"
_SHOWN = 16


def write_run(folder: Path, run: Run) -> list[str]:
    """Write everything there is to say about a run; the names of the files come back."""
    run.model.save(str(folder / MODEL_FILE))
    write_history(folder / "history.csv", run.history)
    drawn = draw_pictures(folder, run)
    text = compose_report(run, list(drawn))
    (folder / "report.md").write_text(text, encoding="utf-8")
    write_record(folder, compose_record(run))
    return [MODEL_FILE, "history.csv", *drawn, "report.md", RECORD]


def write_history(path: Path, history: dict[str, list[float]]) -> None:
    """One row per epoch, counted from 1, with every digit of the values."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["epoch", *history])
        for epoch in range(max(map(len, history.values()), default=0)):
            # An epoch that was not validated has an empty cell.
            values = [repr(v[epoch]) if epoch < len(v) else "" for v in history.values()]
            writer.writerow([epoch + 1, *values])


def draw_pictures(folder: Path, run: Run) -> dict[str, str]:
    """Draw what fits the problem; file names and what they show. Empty without matplotlib."""
    if not can_draw():
        return {}
    problem = run.problem
    n = len(problem.x_test)
    rows = f"{n:,} test {problem.rows}"
    drawn = {"curves.png": "Loss and metric of every epoch"}
    pictures.draw_curves(folder / "curves.png", run.history, f"{problem.title}: training")
    if problem.task == "regression":
        title = f"{problem.title}: R² {run.test['r2']:.3f} on {rows}"
        name = problem.target_name
        pictures.draw_predicted(
            folder / "examples.png", problem.y_test, run.predictions, name, title
        )
        return drawn | {"examples.png": "Predicted against true values"}
    title = f"{problem.title}: {100 * run.test['accuracy']:.1f} % of {rows} right"
    pictures.draw_confusion(
        folder / "confusion.png",
        problem.y_test,
        run.predicted_classes,
        problem.class_names,
        title,
    )
    drawn["confusion.png"] = "How often each class was taken for each other"
    if problem.kind == "images":
        # Drawn by lot, so that the share of mistakes in the picture is an honest one.
        chosen = np.random.default_rng(run.seed).permutation(n)[:_SHOWN]
        pictures.draw_examples(
            folder / "examples.png",
            problem.x_test[chosen],
            problem.y_test[chosen],
            run.predictions[chosen],
            problem.class_names,
            f"{problem.title}: {len(chosen)} test images by lot, predicted class and probability",
        )
        return drawn | {"examples.png": "Test images drawn by lot; ✗ marks the mistakes"}
    pictures.draw_confidence(
        folder / "examples.png",
        problem.y_test,
        run.predictions,
        f"{problem.title}: how sure, how right",
    )
    return drawn | {"examples.png": "How sure the model was, and how often right"}


def can_draw() -> bool:
    """Whether matplotlib is installed."""
    try:
        import matplotlib  # noqa: F401
    except ImportError:
        return False
    return True


def compose_record(run: Run) -> dict[str, object]:
    """What ``run.json`` holds: enough to read more data as this run's was read."""
    problem = run.problem
    return {
        "pronghorn": keras.__version__,
        "data": problem.source,
        "kind": problem.kind,
        "task": problem.task,
        "target": problem.target_name,
        "delimiter": problem.delimiter,
        "class_names": list(problem.class_names),
        "feature_names": list(problem.feature_names),
        "seed": run.seed,
        "test": run.test,
    }


def compose_report(run: Run, drawn: list[str]) -> str:
    """report.md: what, data, network, results, timing, versions, how to go on."""
    problem = run.problem
    steps = run.steps_per_epoch * len(run.history["loss"])
    shape = "×".join(map(str, problem.x_train.shape[1:]))
    rows = [
        ("data", f"{problem.title} (`{problem.source}`)"),
        (problem.rows, f"{len(problem.x_train):,} for training, {len(problem.x_test):,} for test"),
        ("one row", f"{shape} values of type {problem.x_train.dtype}"),
        ("target", _describe_target(run)),
        ("held out for validation", f"{run.validation:.0%} of the training {problem.rows}"),
        ("network", describe_network(run.model)),
        ("training", _describe_training(run)),
        ("seed", str(run.seed)),
        ("time", f"{run.seconds:.2f} s for {steps:,} steps, validation included"),
        ("processor", find_processor()),
        ("versions", ", ".join(f"{name} {number}" for name, number in find_versions().items())),
        ("system", platform.platform()),
    ]
    parts = [
        f"# {problem.title}",
        f"On the {len(problem.x_test):,} test {problem.rows}: **{tell_test(run.test)}**.",
        "| | |\n|---|---|\n" + "\n".join(f"| {name} | {text} |" for name, text in rows),
    ]
    if problem.assumptions:
        parts.append("Assumed:\n\n" + "\n".join(f"- {text}" for text in problem.assumptions))
    parts.append("## Epochs\n\n" + _tabulate_history(run.history))
    if problem.task == "classification":
        parts.append("## Classes\n\n" + _tabulate_classes(run))
    if drawn:
        parts.append("## Pictures\n\n" + "\n\n".join(f"![{n[:-4]}]({n})" for n in drawn))
    parts.append(_describe_use(run))
    return "\n\n".join(parts) + "\n"


def _describe_target(run: Run) -> str:
    problem = run.problem
    if problem.task == "regression":
        return f"{problem.target_name}, a number; loss and mae of the epochs are in units of its \
standard deviation {problem.target_deviation:.6g}"
    names = ", ".join(problem.class_names[:12])
    more = ", …" if len(problem.class_names) > 12 else ""
    return f"{len(problem.class_names)} classes: {names}{more}"


def _describe_training(run: Run) -> str:
    design = run.design
    rate = float(np.asarray(run.model.optimizer.learning_rate))
    extras = f", l2 {design.l2:g}" if design.l2 else ""
    return (
        f"{type(run.model.optimizer).__name__}, learning rate {rate:g}, batch {design.batch}, "
        f"{len(run.history['loss'])} epochs{extras}"
    )


def _tabulate_history(history: dict[str, list[float]]) -> str:
    lines = [f"| epoch | {' | '.join(history)} |", "|---" * (len(history) + 1) + "|"]
    for epoch in range(len(history["loss"])):
        values = [f"{v[epoch]:.4f}" if epoch < len(v) else "" for v in history.values()]
        lines.append(f"| {epoch + 1} | {' | '.join(values)} |")
    return "\n".join(lines)


def _tabulate_classes(run: Run) -> str:
    problem = run.problem
    counts = pictures.count_confusion(
        problem.y_test, run.predicted_classes, len(problem.class_names)
    )
    lines = ["| class | test rows | found (recall) | right when said (precision) |"]
    lines.append("|---|---|---|---|")
    for index, name in enumerate(problem.class_names):
        right, rows, said = counts[index, index], counts[index].sum(), counts[:, index].sum()
        recall = f"{right / rows:.1%}" if rows else "–"
        precision = f"{right / said:.1%}" if said else "–"
        lines.append(f"| {name} | {rows:,} | {recall} | {precision} |")
    return "\n".join(lines)


def _describe_use(run: Run) -> str:
    return f"""## Going on

```python
import pronghorn as keras

model = keras.models.load_model("{MODEL_FILE}")
model.summary()
model.predict(x)    # x: (n, {", ".join(map(str, run.problem.x_train.shape[1:]))})
```

From the command line, with this folder's path for `RUN`: `pronghorn summary RUN`,
`pronghorn evaluate RUN {run.problem.source}`, `pronghorn predict RUN {run.problem.source}`."""
