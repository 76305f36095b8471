"""The lab: a local page on which a network of this library learns, with every number of it.

``pronghorn lab`` opens it; ``Lab`` is the same from Python. It needs the extra ``lab``.
"""

from __future__ import annotations

import typing as _typing

__all__ = ["Lab"]

if _typing.TYPE_CHECKING:
    from pronghorn.lab._server import Lab


def __getattr__(name: str) -> _typing.Any:
    """Load the server on first use: what needs no server needs no extra."""
    if name == "Lab":
        from pronghorn.lab._server import Lab

        return Lab
    raise AttributeError(f"module 'pronghorn.lab' has no attribute {name!r}")
