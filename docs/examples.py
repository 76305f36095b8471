"""Docstrings as Markdown: examples as code blocks, brackets as brackets.

In a docstring an example is a paragraph that begins with `>>>`; Markdown would read that as a
quotation, and `[y = 1] [p > t]` as a link. This extension of Griffe, which reads the docstrings,
puts a fence around the one and backslashes before the other.
"""

from __future__ import annotations

import re
from typing import Any

import griffe

# What stands between backticks, or a bracket outside of them.
_CODE_OR_BRACKET = re.compile(r"(`+)(?:.*?)\1|[\[\]]", re.DOTALL)


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


def escape(text: str) -> str:
    """The text with a backslash before every bracket that is not code."""
    return _CODE_OR_BRACKET.sub(
        lambda found: found[0] if found[0][0] == "`" else "\\" + found[0], text
    )


class Examples(griffe.Extension):
    """Fence the examples of everything that is read, and escape its brackets."""

    def on_instance(self, *, obj: Any, **kwargs: Any) -> None:
        if obj.docstring is not None:
            obj.docstring.value = escape(fence(obj.docstring.value))
