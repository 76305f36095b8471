"""The programs of examples/ go through, and the pages of docs/decks show what they print."""

from __future__ import annotations

import re
import runpy
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "docs" / "decks"
PROGRAMS = sorted((ROOT / "examples").glob("deck_*.py"))
NUMBERS = [int(path.stem.split("_")[1]) for path in PROGRAMS]
BLOCK = re.compile(r"<!-- printed: (\S+) -->\n```text\n(.*?)\n```\n<!-- end -->", re.DOTALL)

# Parts without data, chance and clock: they print the same anywhere, up to a last digit.
WORKED = {
    1: ("softmax", "cross_entropy", "one_step"),
    2: ("decay", "losses"),
    3: ("five_points", "descent", "losses", "activations"),
    4: ("perceptron", "one_hot"),
    5: ("threshold_unit", "formulas"),
}


def page_of(number: int) -> Path:
    (path,) = PAGES.glob(f"{number}-*.md")
    return path


def blocks_of(number: int) -> dict[str, str]:
    """Name → text of the page's blocks that a program or a listing printed."""
    return dict(BLOCK.findall(page_of(number).read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    """What every program writes in a quick run, by its number."""
    pytest.importorskip("matplotlib", reason="the programs draw")
    pytest.importorskip("sklearn", reason="a quick run takes scikit-learn's digits")
    found = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(ROOT / "examples"))
        for number, path in zip(NUMBERS, PROGRAMS, strict=True):
            found[number] = tmp_path_factory.mktemp(path.stem)
            patch.setattr(sys, "argv", [str(path), "--quick", "--out", str(found[number])])
            runpy.run_path(str(path), run_name="__main__")
    return found


def test_every_lecture_has_its_program_and_its_page() -> None:
    assert NUMBERS == [1, 2, 3, 4, 5]
    assert [page_of(number).is_file() for number in NUMBERS] == [True] * 5


@pytest.mark.parametrize("number", NUMBERS)
def test_page_has_a_block_for_every_part(number: int, folders: dict[int, Path]) -> None:
    parts = {path.stem for path in folders[number].glob("*.txt")}
    blocks = {name for name in blocks_of(number) if not name.startswith("deck_")}
    assert blocks == parts


@pytest.mark.parametrize("number", NUMBERS)
def test_page_shows_every_picture(number: int, folders: dict[int, Path]) -> None:
    drawn = {f"{number}-{path.name}" for path in folders[number].glob("*.png")}
    shown = set(re.findall(r"!\[[^\]]+\]\(([^)]+\.png)\)", page_of(number).read_text("utf-8")))
    assert shown == drawn
    assert [name for name in shown if not (PAGES / name).is_file()] == []


@pytest.mark.parametrize(
    ("number", "part"), [(number, part) for number, parts in WORKED.items() for part in parts]
)
def test_page_shows_what_is_printed(number: int, part: str, folders: dict[int, Path]) -> None:
    printed = (folders[number] / f"{part}.txt").read_text(encoding="utf-8").strip("\n")
    # Differences of the size of a rounding are other ones on another machine.
    small = re.compile(r"\de-\d\d|0e\+00")
    assert small.sub("ε", blocks_of(number)[part]) == small.sub("ε", printed)


# What the lectures print of their worked examples; the columns of a line, in order.
DECKS = {
    "temperature, apple": (1, "softmax", "Apple", [1.5, 0.02, 0.09, 0.19]),
    "temperature, banana": (1, "softmax", "Banana", [2.5, 0.12, 0.24, 0.31]),
    "temperature, pear": (1, "softmax", "Pear", [3.5, 0.86, 0.67, 0.50]),
    "f(-0.5)": (3, "five_points", "-0.50", [1.8987, -2.64872]),
    "f(-0.25)": (3, "five_points", "-0.25", [1.34653, -1.78403]),
    "f(0)": (3, "five_points", "0.00", [1.0, -1.0]),
    "f(0.25)": (3, "five_points", "0.25", [0.841301, -0.278801]),
    "f(0.5)": (3, "five_points", "0.50", [0.856531, 0.393469]),
}


@pytest.mark.parametrize("case", DECKS)
def test_worked_examples_are_the_decks(case: str, folders: dict[int, Path]) -> None:
    number, part, start, expected = DECKS[case]
    lines = (folders[number] / f"{part}.txt").read_text(encoding="utf-8").splitlines()
    (line,) = (line for line in lines if line.split()[0] == start)
    found = [float(cell) for cell in line.split()[1 : 1 + len(expected)]]
    for value, wanted in zip(found, expected, strict=True):
        # Half a unit of the deck's last digit; its temperatures are cut, not rounded.
        digits = len(str(wanted).partition(".")[2])
        assert abs(value - wanted) < (1.0 if part == "softmax" else 0.5001) * 10**-digits
