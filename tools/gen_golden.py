"""Write tests/golden/steps/*.json: ten training steps of real Keras on JAX.

    python tools/gen_golden.py            write the files
    python tools/gen_golden.py --check    compare what is there with what would be written

Every file says which versions made it. A check compares numbers, not bytes, because another
JAX may round the last bit of a float32 differently.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "tests" / "golden" / "steps"
os.environ["KERAS_BACKEND"] = "jax"
os.environ["JAX_PLATFORMS"] = "cpu"
sys.path.insert(0, str(ROOT / "tests"))

import jax  # noqa: E402
import keras  # noqa: E402
import numpy as np  # noqa: E402

import tolerances  # noqa: E402
from parity.large_nets import LARGE_NETS, STEPS, LargeNet, train  # noqa: E402


def make_golden(net: LargeNet) -> dict[str, Any]:
    provenance = {
        "script": "tools/gen_golden.py",
        "keras": keras.__version__,
        "backend": f"jax {jax.__version__} on the CPU, float32",
        "numpy": np.__version__,
        "seed": net.seed,
        "steps": STEPS,
        "data": "tests/parity/draws.py and tests/parity/large_nets.py",
    }
    return {"about": net.about, "provenance": provenance, **train(keras, net)}


def write_whole(path: Path, content: dict[str, Any]) -> None:
    """Write beside the target and rename, so that no half-written file is ever there."""
    draft = path.with_suffix(".part")
    text = json.dumps(content, indent=1)
    # A list of numbers on one line each, to be read and compared line by line.
    text = re.sub(r"\[[^\[\]{}]*\]", join_lines, text)
    draft.write_text(text + "\n", encoding="utf-8")
    os.replace(draft, path)


def join_lines(found: re.Match[str]) -> str:
    return "[" + " ".join(found.group()[1:-1].split()) + "]"


def check_golden(path: Path, content: dict[str, Any]) -> None:
    kept = json.loads(path.read_text(encoding="utf-8"))
    tolerances.LOSS_VS_GOLDEN.check(content["losses"], kept["losses"], path.name)
    for made, old in zip(content["weights"], kept["weights"], strict=True):
        assert made["places"] == old["places"], path.name
        tolerances.WEIGHTS_VS_GOLDEN.check(made["values"], old["values"], path.name)


def main() -> None:
    parser = argparse.ArgumentParser(description="golden files of ten training steps")
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    check = parser.parse_args().check
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, net in LARGE_NETS.items():
        path = FOLDER / f"{name}.json"
        content = make_golden(net)
        if check:
            check_golden(path, content)
        else:
            write_whole(path, content)
        print(f"{'checked' if check else 'wrote'} {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
