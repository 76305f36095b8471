"""Ten steps of nets of real size against golden files made by real Keras (tools/gen_golden.py)."""

from __future__ import annotations

import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import tolerances
from parity import peers
from parity.large_nets import LARGE_NETS, STEPS, train

FOLDER = Path(__file__).parent / "steps"


@pytest.fixture(scope="module")
def subject() -> ModuleType:
    return peers.import_subject()


@pytest.fixture(scope="module", params=LARGE_NETS)
def pair(request: pytest.FixtureRequest, subject: ModuleType) -> tuple[Any, Any]:
    """The golden file of a net, and the same net trained here."""
    golden = json.loads((FOLDER / f"{request.param}.json").read_text(encoding="utf-8"))
    return golden, train(subject, LARGE_NETS[request.param])


def test_every_golden_file_has_a_net() -> None:
    assert {path.stem for path in FOLDER.glob("*.json")} == set(LARGE_NETS)


def test_losses(pair: tuple[Any, Any]) -> None:
    golden, trained = pair
    assert len(golden["losses"]) == golden["provenance"]["steps"] == STEPS
    tolerances.LOSS_VS_GOLDEN.check(trained["losses"], golden["losses"])


@pytest.mark.parametrize("measure", ["mean", "root_mean_square", "values"])
def test_weights(measure: str, pair: tuple[Any, Any]) -> None:
    golden, trained = pair
    assert len(trained["weights"]) == len(golden["weights"])
    for position, (a, e) in enumerate(zip(trained["weights"], golden["weights"], strict=True)):
        assert a["shape"] == e["shape"] and a["places"] == e["places"]
        tolerances.WEIGHTS_VS_GOLDEN.check(a[measure], e[measure], f"{measure} {position}")
