"""What a constructor is given is taken, or refused as every error of Pronghorn is."""

from __future__ import annotations

import inspect
from contextlib import suppress
from typing import Any

import numpy as np
import pytest

from contract.examples import ARGUMENTS, BUILTIN, label
from contract.layer_examples import EXAMPLES
from pronghorn._core.registry import Entry
from pronghorn.errors import PronghornError

# Connected layers are made of tensors, and operations of keras.ops of whatever they are given.
CLASSES = [
    entry
    for entry in BUILTIN
    if isinstance(entry.target, type) and entry.target.__name__ not in ("Model", "Operation")
]
NAMED = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
# No argument is any of these everywhere; some take one of them: a function, a name, a config.
STRANGE = [object(), np.ones((2, 2)), b"bytes", "no such thing", (True,), {}, -7, 2.5, float("nan")]


def usual(entry: Entry) -> dict[str, Any]:
    """The arguments without which it cannot be made."""
    if entry.kind != "layer":
        return ARGUMENTS.get((entry.kind, entry.name), {})
    config = EXAMPLES[entry.name].make().get_config()
    parameters = inspect.signature(entry.target).parameters
    return {n: v for n, v in config.items() if n in parameters}


@pytest.mark.filterwarnings("ignore:.*mode")  # an unknown mode is a warning, as in Keras
@pytest.mark.parametrize("value", STRANGE, ids=lambda v: type(v).__name__)
@pytest.mark.parametrize("entry", CLASSES, ids=label)
def test_only_own_errors_come_of_strange_arguments(entry: Entry, value: Any) -> None:
    given = usual(entry)
    for name, parameter in inspect.signature(entry.target).parameters.items():
        if parameter.kind in NAMED:
            with suppress(PronghornError):
                entry.target(**{**given, name: value})
