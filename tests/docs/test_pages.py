"""Every Python block of the pages runs and prints what the page says, from top to bottom.

A block that wants more than a moment and the disk says so in its page, ``title="needs …"``; it is
compiled, not run, and listed here by name.
"""

import doctest
import re
import warnings
from pathlib import Path
from typing import Any

import pytest

import pronghorn
from docs.pages import GUIDES, ROOT, Block, blocks_of, with_code
from pronghorn import backend
from structure.tree import listed_files, show

NEEDING = [block for path in GUIDES for block in blocks_of(path) if block.needs]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in, with names and seeds as in a new process."""
    monkeypatch.chdir(tmp_path)
    backend.clear_session()
    pronghorn.utils.set_random_seed(0)
    return tmp_path


def run(block: Block, names: dict[str, Any]) -> None:
    """Carry out one block among the names of those before it."""
    if block.language == "python":
        code = "\n" * (block.line - 1) + block.text
        exec(compile(code, str(block.path), "exec"), names)
        return
    example = doctest.DocTestParser().get_doctest(
        block.text, names, block.name, str(block.path), block.line - 1
    )
    report: list[str] = []
    runner = doctest.DocTestRunner(verbose=False, optionflags=doctest.ELLIPSIS)
    runner.run(example, out=report.append, clear_globs=False)
    names.update(example.globs)
    assert runner.failures == 0, "".join(report)


@pytest.mark.parametrize("path", with_code(), ids=lambda path: path.name)
@pytest.mark.usefixtures("folder")
def test_page_runs(path: Path) -> None:
    names: dict[str, Any] = {"__name__": "__main__"}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for block in blocks_of(path):
            if not block.needs:
                run(block, names)


@pytest.mark.parametrize("block", NEEDING, ids=lambda block: block.name)
def test_block_that_is_not_run_compiles(block: Block) -> None:
    assert compile(block.text, block.name, "exec").co_names


@pytest.mark.parametrize("path", GUIDES, ids=lambda path: path.name)
def test_fences_are_closed(path: Path) -> None:
    fences = re.findall(r"^ *```", path.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(fences) % 2 == 0


LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)")


@pytest.mark.parametrize("path", GUIDES[:3], ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path) -> None:
    found = LINK.findall(path.read_text(encoding="utf-8"))
    assert [link for link in found if not (path.parent / link).exists()] == []


# `training/_loop.py`, `exec/crowd.h`, `native/kernels`: files, and folders from the root.
PLACE = re.compile(
    r"`([\w./-]+\.(?:py|h|cpp|inl|md)|(?:src|native|tests|bench|tools|docs)(?:/[\w.-]+)*)/?`"
)
# What is yet to be written (`layers/_x.py`), or is made by a command.
PATTERN = re.compile(r"(?:^|_|/)x\.\w+$|^bench/results$")


@pytest.mark.parametrize("name", ["ARCHITECTURE.md", "CONTRIBUTING.md", "README.md"])
def test_places_that_are_named_exist(name: str) -> None:
    found = set(PLACE.findall((ROOT / name).read_text(encoding="utf-8")))
    named = {place for place in found if not PATTERN.search(place)}
    assert named
    there = [f"/{show(path)}/" for path in listed_files()]
    assert [place for place in named if not any(f"/{place}/" in path for path in there)] == []
