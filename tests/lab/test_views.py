"""What a frame draws of a network over one column."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from lab.viewers import Viewer
from tolerances import OUTPUTS_ACROSS_FILES


@pytest.fixture
def viewer() -> Iterator[Viewer]:
    made = Viewer()
    yield made
    made.desk.close()


def test_neurons_of_one_input_are_curves(viewer: Viewer) -> None:
    """tanh(0.5 x + 0.25) over every eighth of the 200 points from -6 to 6."""
    config = {"data": {"name": "sine"}, "layers": [{"units": 2, "activation": "tanh"}]}
    viewer.ask("configure", config=config)
    viewer.ask("weight", layer=0, row=0, column=1, value=0.5)
    viewer.ask("weight", layer=0, row=-1, column=1, value=0.25)
    viewer.ask("watch", shown={"layer": 0, "unit": 1})
    _, arrays = viewer.frame()
    x = np.linspace(-6.0, 6.0, 200)
    expected = np.tanh(0.5 * x + 0.25)
    OUTPUTS_ACROSS_FILES.check(arrays["line"], expected)
    assert arrays["tile_lines"].shape == (3, 25)
    OUTPUTS_ACROSS_FILES.check(arrays["tile_lines"][1], expected[::8])
    OUTPUTS_ACROSS_FILES.check(arrays["input_lines"], x[None, ::8])
