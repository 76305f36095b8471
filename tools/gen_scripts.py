"""Write tests/golden/scripts.json: what the programs of tests/acceptance/scripts print under Keras.

Run it where Keras and JAX are installed:

    KERAS_BACKEND=jax python tools/gen_scripts.py
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

os.environ["KERAS_BACKEND"] = "jax"
os.environ["JAX_PLATFORMS"] = "cpu"

import jax
import keras
import numpy as np

TESTS = Path(__file__).resolve().parent.parent / "tests"
SCRIPTS = TESTS / "acceptance" / "scripts"


def run(path: Path) -> list[str]:
    """The lines that a program prints."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, "-W", "ignore", str(path)],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        raise SystemExit(f"{path.name}:\n{done.stderr}")
    return done.stdout.splitlines()


def main() -> None:
    """Run every program and write the file."""
    versions = f"keras {keras.__version__}, jax {jax.__version__}, numpy {np.__version__}"
    paths = sorted(path for path in SCRIPTS.glob("*.py") if path.stem != "settled")
    golden = {
        "provenance": {"versions": versions, "script": "tools/gen_scripts.py"},
        "printed": {path.stem: run(path) for path in paths},
    }
    text = json.dumps(golden, indent=1, ensure_ascii=False)
    (TESTS / "golden" / "scripts.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
