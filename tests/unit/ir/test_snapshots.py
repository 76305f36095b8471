"""Prepared steps in text form, so that a change of the passes shows as a change of lines.

    PRONGHORN_UPDATE_SNAPSHOTS=1 python -m pytest tests/unit/ir/test_snapshots.py

writes the files anew; the difference is then read like any other.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pronghorn.ir.passes import prepare
from pronghorn.ir.text import parse, show
from unit.ir.nets import NETS

FOLDER = Path(__file__).parent / "snapshots"
STEPS = (
    "logistic",
    "activation_gelu",
    "activation_relu",
    "binary",
    "dropout",
    "image",
    "penalties",
    "skip",
)


@pytest.mark.parametrize("name", STEPS)
def test_prepared_step(name: str) -> None:
    file = FOLDER / f"{name}.txt"
    found = show(prepare(NETS[name]())) + "\n"
    if os.environ.get("PRONGHORN_UPDATE_SNAPSHOTS"):
        file.write_text(found, encoding="utf-8")
    assert found == file.read_text(encoding="utf-8")


def test_folder_holds_these_steps_and_no_others() -> None:
    assert sorted(p.stem for p in FOLDER.iterdir()) == sorted(STEPS)


@pytest.mark.parametrize("name", STEPS)
def test_snapshot_is_a_graph(name: str) -> None:
    text = (FOLDER / f"{name}.txt").read_text(encoding="utf-8")
    assert show(parse(text)) + "\n" == text
