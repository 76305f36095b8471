from __future__ import annotations

import json
from pathlib import Path
from typing import Any

SAMPLES = Path(__file__).parent / "samples"


def read_records() -> dict[str, dict[str, Any]]:
    """Stem of a sample → what its library said about it; see tools/gen_files.py."""
    found: dict[str, dict[str, Any]] = {}
    for path in sorted(SAMPLES.glob("*.json")):
        found |= json.loads(path.read_text())["samples"]
    return found
