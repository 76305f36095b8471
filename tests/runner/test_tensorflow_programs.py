"""Programs as tutorials write them, run through the runner without Keras and TensorFlow.

Each sets a seed in one of the spellings that programs use, so its result is determined; the bounds
leave room for the numbers of other seeds around what real Keras reaches with the same programs,
where they run there: accuracies of 1.0, 0.88 (save_and_load), an error of 0.41 (basic_regression).
"""

import operator
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from runner.processes import ORIGINALS, Ended, blocking, run_python

SCRIPTS = Path(__file__).parent / "scripts_tf"

# Script → how many fits it makes, what its last line must say.
PROGRAMS: dict[str, tuple[int, Callable[[Any, Any], bool], float]] = {
    "basic_classification": (1, operator.ge, 0.95),
    "basic_regression": (2, operator.le, 1.0),
    "callbacks_and_search": (5, operator.ge, 0.9),
    "custom_parts": (2, operator.le, 0.1),
    "functional": (2, operator.ge, 0.9),
    "imperative_basics": (0, operator.le, 1e-3),
    "keras_1_and_2": (2, operator.ge, 0.85),
    "legacy_spellings": (2, operator.ge, 0.9),
    "older_course": (2, operator.ge, 0.95),
    "overfit_and_underfit": (2, operator.ge, 0.65),
    "preprocessing_recipes": (3, operator.ge, 0.9),
    "quickstart": (1, operator.ge, 0.85),
    "save_and_load": (3, operator.ge, 0.75),
    "structured_data": (2, operator.ge, 0.85),
    "subclassed": (1, operator.ge, 0.9),
    "text_classification": (1, operator.ge, 0.95),
    "titanic": (1, operator.ge, 0.9),
    # The share of the rows' squares that is left: a plane holds them all but for the noise.
    "variational": (1, operator.le, 0.15),
}


def run(name: str, folder: Path) -> Ended:
    blocked = blocking(folder / "blocked", *ORIGINALS)
    return run_python("-m", "pronghorn", str(SCRIPTS / f"{name}.py"), cwd=folder, path=blocked)


def test_every_script_is_run() -> None:
    assert {path.stem for path in SCRIPTS.glob("*.py")} == {*PROGRAMS, "gradient_tape"}


def test_no_result_depends_on_luck() -> None:
    seeding = re.compile(
        r"^(tf\.|keras\.|tf\.keras\.)\S*(set_seed|set_random_seed)\(\d+\)$", re.MULTILINE
    )
    unseeded = {p.stem for p in SCRIPTS.glob("*.py") if not seeding.search(p.read_text("utf-8"))}
    # These draw nothing but their data.
    assert unseeded == {"gradient_tape", "imperative_basics"}


@pytest.mark.parametrize("name", PROGRAMS)
def test_program_runs_unchanged(name: str, tmp_path: Path) -> None:
    fits, compare, bound = PROGRAMS[name]
    ended = run(name, tmp_path)
    assert ended.status == 0, ended.err
    lines = ended.out.splitlines()
    # What the program compares with what it expects.
    assert not [line for line in lines if "False" in line.split()]
    word, value = lines[-1].split()
    assert (word, compare(float(value), bound)) == ("final", True), lines[-1]
    word = "fit" if fits == 1 else "fits"
    assert ended.told == [f"{fits} of {fits} {word} ran native" if fits else "nothing was fitted"]


def test_tape_is_one_error_before_anything_runs(tmp_path: Path) -> None:
    ended = run("gradient_tape", tmp_path)
    assert (ended.status, ended.out) == (1, "")
    assert "GradientTape (line 7 of gradient_tape.py) is not served" in ended.err
    assert "pip install tensorflow" in ended.err
    assert "model.compute_gradients(x, y)" in ended.err
    assert len(ended.err.splitlines()) == 1
