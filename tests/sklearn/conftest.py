"""The engine is made to run fits of any size, where a test asks for it."""

from __future__ import annotations

import pytest

from pronghorn.sklearn import _base


@pytest.fixture
def every_fit_on_the_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small fits as well, which scikit-learn's own code would run otherwise."""
    monkeypatch.setattr(_base, "_WORTH", 0)
