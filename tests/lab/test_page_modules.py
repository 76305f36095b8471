"""The pages' pure modules, under Node.js, and what the folder of the pages holds."""

from __future__ import annotations

import hashlib
import re
import subprocess
from pathlib import Path

import pytest

PAGE = Path(__file__).resolve().parents[2] / "src" / "pronghorn" / "lab" / "page"
TESTS = sorted((Path(__file__).parent / "page").glob("*.test.mjs"))
MODULES = sorted(PAGE.rglob("*.mjs"))


@pytest.mark.parametrize("path", TESTS, ids=lambda path: path.name)
def test_module_under_node(node: str, path: Path) -> None:
    done = subprocess.run([node, "--test", path], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr


def test_scripts_are_small() -> None:
    """What the playground loads of ours, without comments and indentation, below 180 kB."""
    sources = [path.read_text(encoding="utf-8") for path in (PAGE / "js").glob("*.mjs")]
    code = [re.sub(r"/\*\*.*?\*/|^\s*//.*$|^\s+", "", s, flags=re.S | re.M) for s in sources]
    assert sum(len(text.encode()) for text in code) < 180_000


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_text_goes_in_as_text(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(", source)


@pytest.mark.parametrize("path", sorted(PAGE.rglob("*.html")), ids=lambda path: path.name)
def test_page_has_no_inline_script_or_style(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script>|https?://", source)


def test_vendored_files_are_the_ones_in_the_table() -> None:
    table = (PAGE / "vendor" / "README.md").read_text(encoding="utf-8")
    listed = dict(re.findall(r"\| `(\S+)` \|.*`([0-9a-f]{64})` \|", table))
    found = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (PAGE / "vendor").iterdir()
        if path.suffix in (".js", ".css")
    }
    assert listed == found


def luminance(colour: str) -> float:
    """WCAG 2.2's relative luminance of "#rrggbb"."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_lines_stand_off_the_panel(theme: int) -> None:
    """WCAG 1.4.11: what is drawn has three times the luminance of its ground, or a third."""
    style = (PAGE / "style.css").read_text(encoding="utf-8")
    colours = {
        name: pair[theme]
        for name, *pair in re.findall(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)", style)
    }
    ground = luminance(colours["panel"])
    ratios = {}
    for name, colour in colours.items():
        if name.startswith("category-"):
            low, high = sorted((luminance(colour), ground))
            ratios[name] = (high + 0.05) / (low + 0.05)
    assert len(ratios) == 10
    assert min(ratios.values()) >= 3.0
