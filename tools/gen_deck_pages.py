"""Fill the pages of docs/decks with what the programs of examples/ print and draw.

    PRONGHORN_DATA=folder python tools/gen_deck_pages.py            every page
    PRONGHORN_DATA=folder python tools/gen_deck_pages.py 1 4        these pages only
    PRONGHORN_DATA=folder python tools/gen_deck_pages.py --listings the decks' own listings too

A page holds blocks ``<!-- printed: NAME -->`` … ``<!-- end -->``. NAME is a part of the program
``examples/deck_N_….py``, ``times``, ``machine``, or a script of ``tests/runner/decks``, which runs
under ``python -m pronghorn``. Everything is run for real: about three minutes on two cores.
"""

from __future__ import annotations

import argparse
import datetime
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGES = ROOT / "docs" / "decks"
LISTINGS = ROOT / "tests" / "runner" / "decks"
sys.path.insert(0, str(ROOT))

from bench.machine import describe_machine  # noqa: E402

BLOCK = re.compile(r"(<!-- printed: (\S+) -->\n).*?(<!-- end -->)", re.DOTALL)
# Of what a listing prints, these many lines at its beginning and at its end are shown.
HEAD, TAIL = 6, 14


def page_of(number: int) -> Path:
    """docs/decks/N-….md."""
    (path,) = PAGES.glob(f"{number}-*.md")
    return path


def program_of(number: int) -> Path:
    """examples/deck_N_….py."""
    (path,) = (ROOT / "examples").glob(f"deck_{number}_*.py")
    return path


def names_in(page: str) -> list[str]:
    """The names of a page's blocks, in order."""
    return [found[2] for found in BLOCK.finditer(page)]


def fill(page: str, printed: dict[str, str]) -> str:
    """The page with every block that was printed; others stay as they are."""

    def replace(found: re.Match[str]) -> str:
        text = printed.get(found[2])
        if text is None:
            return found[0]
        body = text.strip("\n")
        if found[2] != "machine":
            body = f"```text\n{body}\n```"
        return f"{found[1]}{body}\n{found[3]}"

    return BLOCK.sub(replace, page)


def run_program(number: int) -> dict[str, str]:
    """What each part of the program prints; its pictures are copied beside the page."""
    command = [sys.executable, str(program_of(number))]
    housing = Path(os.environ.get("PRONGHORN_DATA", "")) / "tabular" / "california_housing.csv"
    if number == 5 and housing.is_file():
        command += ["--housing", str(housing)]
    machine = describe_machine()
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([*command, "--out", folder], check=True, stdout=subprocess.DEVNULL)
        for picture in sorted(Path(folder).glob("*.png")):
            shutil.copy(picture, PAGES / f"{number}-{picture.name}")
        printed = {
            path.stem: path.read_text(encoding="utf-8") for path in Path(folder).glob("*.txt")
        }
    today = datetime.datetime.now(tz=datetime.UTC).date()
    printed["machine"] = (
        f"Run on {today} on {machine['processor']}; Python {machine['python']}. Everything below "
        "was printed and drawn by this run; times are those of a machine that was also doing "
        "other things where the load average is above 0."
    )
    return printed


def run_listing(name: str) -> str:
    """What a listing prints under ``python -m pronghorn``, and how long the process took."""
    with tempfile.TemporaryDirectory() as folder:
        begin = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-m", "pronghorn", str(LISTINGS / f"{name}.py")],
            cwd=folder,
            env={**os.environ, "MPLBACKEND": "Agg"},
            capture_output=True,
            text=True,
            check=True,
        )
        taken = time.perf_counter() - begin
    lines = [line.rstrip() for line in done.stdout.splitlines()]
    if len(lines) > HEAD + TAIL + 1:
        lines = [*lines[:HEAD], "…", *lines[-TAIL:]]
    summary = [line for line in done.stderr.splitlines() if line.startswith("pronghorn:")]
    return "\n".join([*lines, *summary, f"the whole process: {taken:.1f} s"])


def main() -> None:
    """Run the programs and rewrite the pages."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("numbers", nargs="*", type=int, help="pages; none: all of them")
    parser.add_argument("--listings", action="store_true", help="run the decks' listings too")
    parser.add_argument("--no-programs", action="store_true", help="leave the programs' blocks")
    options = parser.parse_args()
    for number in options.numbers or range(1, 6):
        path = page_of(number)
        page = path.read_text(encoding="utf-8")
        printed = {} if options.no_programs else run_program(number)
        if options.listings:
            found = [name for name in names_in(page) if (LISTINGS / f"{name}.py").exists()]
            printed |= {name: run_listing(name) for name in found}
        path.write_text(fill(page, printed), encoding="utf-8")
        print(f"written: {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
