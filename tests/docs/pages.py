"""The pages of docs/, the README and their code blocks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
GUIDES = [
    ROOT / "README.md",
    ROOT / "ARCHITECTURE.md",
    ROOT / "CONTRIBUTING.md",
    *sorted((ROOT / "docs").rglob("*.md")),
]

# ```python and ```pycon, with what stands behind the language.
_FENCE = re.compile(r"^(?P<indent> *)```(?P<language>python|pycon)(?P<title>[^\n]*)$")
_NEEDS = re.compile(r'title="(needs [^"]+)"')


@dataclass(frozen=True)
class Block:
    """A code block: ``needs`` says why it is not run, None where it is."""

    path: Path
    line: int
    language: str
    needs: str | None
    text: str

    @property
    def name(self) -> str:
        return f"{self.path.name}:{self.line}"


def blocks_of(path: Path) -> list[Block]:
    """The Python blocks of a page, in order; ``line`` is that of their first line."""
    found: list[Block] = []
    lines = path.read_text(encoding="utf-8").splitlines()
    at = 0
    while at < len(lines):
        fence = _FENCE.match(lines[at])
        at += 1
        if fence is None:
            continue
        begin, indent = at, fence["indent"]
        while lines[at] != f"{indent}```":
            at += 1
        needs = _NEEDS.search(fence["title"])
        text = "".join(line.removeprefix(indent) + "\n" for line in lines[begin:at])
        found.append(Block(path, begin + 1, fence["language"], needs and needs[1], text))
        at += 1
    return found


def with_code() -> list[Path]:
    """The pages that have Python blocks."""
    return [path for path in GUIDES if blocks_of(path)]
