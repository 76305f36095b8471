"""Every example in a docstring runs and prints what it says."""

import doctest
import importlib

import pytest

from contract.walk import MODULES


@pytest.mark.parametrize("name", MODULES)
def test_examples_run(name: str) -> None:
    module = importlib.import_module(name)
    # The names that a folder loads on first use are not in its dictionary before.
    lazy = {public: getattr(module, public) for public in getattr(module, "__all__", ())}
    result = doctest.testmod(module, extraglobs=lazy, optionflags=doctest.ELLIPSIS)
    assert result.failed == 0, f"{result.failed} of {result.attempted} examples fail"


@pytest.mark.parametrize("name", ["pronghorn.losses._base", "pronghorn.activations._relu"])
def test_examples_are_found(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).attempted > 0
