"""Programs as people write them for Keras: another import, the same lines printed.

The programs of ``scripts/`` import Keras. Here they import Pronghorn, and what they print is
compared with what they printed under Keras (``tools/gen_scripts.py``): text as it is, numbers
within the tolerance.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest

from tolerances import SCRIPTS_VS_KERAS

FOLDER = Path(__file__).parent / "scripts"
GOLDEN = Path(__file__).parent.parent / "golden" / "scripts.json"
PRINTED: dict[str, list[str]] = json.loads(GOLDEN.read_text(encoding="utf-8"))["printed"]

_NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?")


def turn(program: str) -> str:
    """The program with its import lines changed, and nothing else."""
    program = re.sub(r"^import keras$", "import pronghorn as keras", program, flags=re.M)
    return re.sub(r"^from keras\b", "from pronghorn", program, flags=re.M)


def test_every_program_has_its_lines() -> None:
    assert sorted(PRINTED) == sorted(p.stem for p in FOLDER.glob("*.py") if p.stem != "settled")


@pytest.mark.parametrize("name", sorted(PRINTED))
def test_prints_what_keras_prints(
    name: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    import pronghorn

    monkeypatch.syspath_prepend(FOLDER)
    monkeypatch.chdir(tmp_path)
    pronghorn.utils.clear_session()
    pronghorn.utils.set_random_seed(1)
    program = turn((FOLDER / f"{name}.py").read_text(encoding="utf-8"))
    exec(compile(program, f"{name}.py", "exec"), {"__name__": "__main__"})
    lines = capsys.readouterr().out.splitlines()
    expected = PRINTED[name]
    assert [_NUMBER.sub("#", line) for line in lines] == [
        _NUMBER.sub("#", line) for line in expected
    ]
    for line, wanted in zip(lines, expected, strict=True):
        found, given = (
            np.array([float(number) for number in _NUMBER.findall(text)]) for text in (line, wanted)
        )
        SCRIPTS_VS_KERAS.check(found, given, wanted)
