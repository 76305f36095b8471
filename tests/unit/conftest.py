from __future__ import annotations

from collections.abc import Iterator

import pytest

from pronghorn import config


@pytest.fixture(params=["reference", "native"])
def engine(request: pytest.FixtureRequest) -> Iterator[str]:
    """Run the test on each engine."""
    with config.use_engine(request.param):
        yield request.param
