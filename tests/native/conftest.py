"""A test that asks for `isa` runs under each instruction set of the machine."""

from collections.abc import Iterator

import pytest

from pronghorn import _native


@pytest.fixture(params=_native.isas())
def isa(request: pytest.FixtureRequest) -> Iterator[str]:
    name: str = request.param
    _native.set_isa(name)
    yield name
    _native.set_isa(_native.default_isa())
