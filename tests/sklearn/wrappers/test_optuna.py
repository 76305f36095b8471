"""The example of the page that needs Optuna: fits in its threads, pruned by a callback."""

from __future__ import annotations

from typing import Any

import optuna
import pytest

from docs.pages import ROOT, blocks_of

PAGE = ROOT / "docs" / "scikit-learn.md"


@pytest.fixture(autouse=True)
def quiet() -> Any:
    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    yield
    optuna.logging.set_verbosity(before)


@pytest.fixture(scope="module")
def names() -> dict[str, Any]:
    """What the page defines, once its blocks have run."""
    found: dict[str, Any] = {"__name__": "__main__"}
    blocks = [block for block in blocks_of(PAGE) if block.language == "python"]
    assert any(block.needs == "needs optuna" for block in blocks)
    for block in blocks:
        exec(compile(block.text, block.name, "exec"), found)
    return found


def test_example_of_the_page_ends_well(names: dict[str, Any]) -> None:
    states = {trial.state for trial in names["study"].trials}
    assert len(names["study"].trials) == 12 and names["study"].best_value > 0.8
    assert states <= {optuna.trial.TrialState.COMPLETE, optuna.trial.TrialState.PRUNED}


def test_callback_of_the_page_prunes(names: dict[str, Any]) -> None:
    study = optuna.create_study(direction="maximize", pruner=optuna.pruners.MedianPruner(2, 5))
    for rate in (0.05, 0.05, 1e-4):
        study.enqueue_trial({"units": 16, "dropout": 0.0, "learning_rate": rate})
    study.optimize(names["objective"], n_trials=3)
    assert [len(trial.intermediate_values) for trial in study.trials[:2]] == [30, 30]
    # The first five epochs are not looked at; the sixth is far behind.
    assert study.trials[2].state == optuna.trial.TrialState.PRUNED
    assert len(study.trials[2].intermediate_values) == 6
