"""Which line of the program is at work, and how it asks for a name."""

from __future__ import annotations

import ast
import linecache
import os
import sys
from collections.abc import Callable, Iterator
from itertools import islice
from opcode import opmap
from types import FrameType, TracebackType
from typing import Any

__all__ = [
    "asked_kinds",
    "asks_by_attribute",
    "asks_by_import",
    "hide_frames",
    "is_cautious",
    "is_library_starting",
    "is_type_test",
    "program_frame",
    "show_without_runner",
    "tell_place",
]

_RUNNER = os.path.dirname(os.path.abspath(__file__))
_PACKAGE = os.path.dirname(_RUNNER)
# From Python 3.12 on the second one does what IMPORT_STAR did.
_IMPORTS = {
    opmap[name] for name in ("IMPORT_FROM", "IMPORT_STAR", "CALL_INTRINSIC_1") if name in opmap
}
_ATTRIBUTES = {opmap[name] for name in ("LOAD_ATTR", "LOAD_METHOD") if name in opmap}
# What a program catches when a name may be missing.
_CAUGHT = {"ImportError", "ModuleNotFoundError", "AttributeError", "Exception", "BaseException"}


def program_frame() -> FrameType | None:
    """The nearest frame that is neither of this package nor of Python's import system."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        name = frame.f_code.co_filename
        is_ours = name.startswith((_PACKAGE + os.sep, "<frozen importlib"))
        if not is_ours and not name.endswith(os.path.join("importlib", "__init__.py")):
            return frame
        frame = frame.f_back
    return None


def tell_place(frame: FrameType | None) -> str | None:
    """The line of a frame for a message: "line 12 of train.py"."""
    if frame is None:
        return None
    return f"line {frame.f_lineno} of {os.path.basename(frame.f_code.co_filename)}"


def asks_by_import(frame: FrameType | None) -> bool:
    """Whether the frame carries out ``from … import name`` or ``import *`` now."""
    return frame is not None and frame.f_code.co_code[frame.f_lasti] in _IMPORTS


def asks_by_attribute(frame: FrameType | None) -> bool:
    """Whether the frame reads an attribute now, as no function that looks around does."""
    return frame is not None and frame.f_code.co_code[frame.f_lasti] in _ATTRIBUTES


def is_library_starting(frame: FrameType | None) -> bool:
    """Whether a module that the program imports is at work, outside of its functions.

    The program's own modules are read before it starts, so it is one of a library, which looks up
    more than the program will use.
    """
    return (
        frame is not None
        and frame.f_code.co_name == "<module>"
        and frame.f_globals.get("__name__") != "__main__"
        and "__file__" in frame.f_globals
    )


def is_cautious(frame: FrameType | None) -> bool:
    """Whether the line stands in a ``try`` that goes on where an import fails."""
    return frame is not None and any(
        isinstance(node, ast.Try) and catches_missing(node) and _spans(node.body, frame.f_lineno)
        for node in _nodes_of(frame)
    )


def is_type_test(frame: FrameType | None) -> bool:
    """Whether the frame reads a name to ask ``isinstance`` with it."""
    if frame is None:
        return False
    # An instruction takes two bytes.
    line, _, column, _ = next(islice(frame.f_code.co_positions(), frame.f_lasti // 2, None))
    if line is None or column is None:
        return False
    return any(
        (kinds.lineno, kinds.col_offset) <= (line, column)
        and (line, column) < (kinds.end_lineno or line, kinds.end_col_offset or column)
        for node in _nodes_of(frame)
        if (kinds := asked_kinds(node)) is not None
    )


def _nodes_of(frame: FrameType) -> Iterator[ast.AST]:
    """The syntax of the frame's file; nothing where that cannot be had."""
    # A notebook's cells are in the cache too.
    source = "".join(linecache.getlines(frame.f_code.co_filename, frame.f_globals))
    try:
        return ast.walk(ast.parse(source))
    except SyntaxError:
        return iter(())


def asked_kinds(node: ast.AST) -> ast.expr | None:
    """The classes that ``isinstance`` or ``issubclass`` is asked for; None for other nodes.

    >>> ast.unparse(asked_kinds(ast.parse("isinstance(x, (A, B))", mode="eval").body))
    '(A, B)'
    """
    is_asking = (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in ("isinstance", "issubclass")
        and len(node.args) == 2
    )
    return node.args[1] if is_asking and isinstance(node, ast.Call) else None


def catches_missing(node: ast.Try) -> bool:
    """Whether a ``try`` has a clause for a name or module that is not there.

    >>> catches_missing(ast.parse("try: import keras\\nexcept ImportError: pass").body[0])
    True
    >>> catches_missing(ast.parse("try: import keras\\nexcept KeyError: pass").body[0])
    False
    """
    return any(
        handler.type is None
        or any(
            isinstance(part, ast.Name | ast.Attribute)
            and (part.id if isinstance(part, ast.Name) else part.attr) in _CAUGHT
            for part in ast.walk(handler.type)
        )
        for handler in node.handlers
    )


def _spans(body: list[ast.stmt], line: int) -> bool:
    return body[0].lineno <= line <= (body[-1].end_lineno or body[-1].lineno)


def hide_frames(error: BaseException | None) -> None:
    """Take the runner's own frames out of the traceback, and out of those it came from."""
    while error is not None:
        error.__traceback__ = _without_runner(error.__traceback__)
        cause = error.__cause__
        error = error.__context__ if cause is None else cause


def _without_runner(trace: TracebackType | None) -> TracebackType | None:
    kept: list[TracebackType] = []
    while trace is not None:
        if os.path.dirname(trace.tb_frame.f_code.co_filename) != _RUNNER:
            kept.append(trace)
        trace = trace.tb_next
    following: TracebackType | None = None
    for part in reversed(kept):
        part.tb_next = following
        following = part
    return following


def show_without_runner() -> Callable[[], None]:
    """Let ``sys.excepthook`` leave the runner's own frames out; returns what undoes it."""
    before = sys.excepthook

    def show(kind: Any, error: BaseException, _: TracebackType | None) -> None:
        hide_frames(error)
        before(kind, error, error.__traceback__)

    def restore() -> None:
        if sys.excepthook is show:
            sys.excepthook = before

    sys.excepthook = show
    return restore
