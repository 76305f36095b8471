"""Reads the golden values of this folder, written by tools/gen_golden_kinds.py."""

import json
from pathlib import Path
from typing import Any

import pytest


def read_cases(name: str) -> list[Any]:
    """The cases of one file, as pytest parameters with readable ids."""
    text = (Path(__file__).parent / f"{name}.json").read_text(encoding="utf-8")
    content = json.loads(text)
    assert content["provenance"]["keras"].startswith("3."), "written by another Keras"
    return [pytest.param(case, id=_label(case)) for case in content["cases"]]


def _label(case: dict[str, Any]) -> str:
    kwargs = "-".join(f"{key}={value}" for key, value in case["kwargs"].items())
    kind = f"{case['kind']}-" if "kind" in case else ""
    return f"{kind}{case['name']}{'-' if kwargs else ''}{kwargs}"
