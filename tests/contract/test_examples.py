"""Every example in a docstring runs and prints what it says."""

import doctest
import importlib

import pytest

from contract.walk import MODULES


@pytest.mark.parametrize("name", MODULES)
def test_examples_run(name: str) -> None:
    module = importlib.import_module(name)
    result = doctest.testmod(module, optionflags=doctest.ELLIPSIS)
    assert result.failed == 0, f"{result.failed} of {result.attempted} examples fail"


@pytest.mark.parametrize("name", ["pronghorn.losses._base", "pronghorn.activations._relu"])
def test_examples_are_found(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).attempted > 0
