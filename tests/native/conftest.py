"""A test that asks for `isa` runs under each instruction set of the machine, one that asks for
`unit` on each unit for rounded products beside each of them; one with a number of `threads` runs
with batches cut evenly and in pieces."""

from collections.abc import Iterator

import pytest

from pronghorn import _native


@pytest.fixture(params=_native.isas())
def isa(request: pytest.FixtureRequest) -> Iterator[str]:
    name: str = request.param
    _native.set_isa(name)
    yield name
    _native.set_isa(_native.default_isa())


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "threads" in metafunc.fixturenames:
        metafunc.fixturenames.append("pieces")
        metafunc.parametrize("pieces", ["never", "always"], indirect=True)


@pytest.fixture
def pieces(request: pytest.FixtureRequest) -> Iterator[None]:
    _native.set_pieces(request.param)
    yield
    _native.set_pieces("auto")


def list_units() -> list[tuple[str, str]]:
    found = []
    for isa in _native.isas():
        _native.set_isa(isa)
        found += [(isa, unit) for unit in _native.units()]
    _native.set_isa(_native.default_isa())
    return found


@pytest.fixture(params=list_units(), ids="-".join)
def unit(request: pytest.FixtureRequest) -> Iterator[str]:
    isa, name = request.param
    _native.set_isa(isa)
    yield name
    _native.set_isa(_native.default_isa())
