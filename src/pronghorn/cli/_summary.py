"""The command ``summary``: the layers of a model, and where it came from."""

from __future__ import annotations

import pronghorn as keras
from pronghorn.cli._folder import find_model
from pronghorn.cli._run import tell_test


def summarise(model: str) -> None:
    """Print the model's layers, and the data and test result of its run where they are known."""
    path, record = find_model(model)
    keras.models.load_model(str(path)).summary()
    if record:
        print(f"trained on {record.get('data')}; test: {tell_test(record.get('test', {}))}")
