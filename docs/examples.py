"""Examples of docstrings as code blocks.

In a docstring an example is a paragraph that begins with `>>>`; Markdown would read that as a
quotation. This extension of Griffe, which reads the docstrings, puts a fence around it.
"""

from __future__ import annotations

from typing import Any

import griffe


def fence(text: str) -> str:
    """The text with ```pycon around every paragraph that begins with `>>>`."""
    made: list[str] = []
    is_open = False
    for line in text.split("\n"):
        if not is_open and line.startswith(">>>"):
            made.append("```pycon")
            is_open = True
        elif is_open and not line.strip():
            made.append("```")
            is_open = False
        made.append(line)
    return "\n".join([*made, "```"] if is_open else made)


class Examples(griffe.Extension):
    """Fence the examples of everything that is read."""

    def on_instance(self, *, obj: Any, **kwargs: Any) -> None:
        if obj.docstring is not None:
            obj.docstring.value = fence(obj.docstring.value)
