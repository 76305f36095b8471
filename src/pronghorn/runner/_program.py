"""Running a program as Python itself would: its arguments, its ``__main__``, its tracebacks."""

from __future__ import annotations

import builtins
import importlib.util
import os
import sys
from dataclasses import dataclass
from importlib.machinery import BuiltinImporter, SourceFileLoader, SourcelessFileLoader
from types import CodeType, ModuleType, TracebackType
from typing import Any

from pronghorn.runner._frames import hide_frames
from pronghorn.runner._options import Order
from pronghorn.runner._scan import Source

__all__ = ["CannotStart", "Program", "load", "run"]


class CannotStart(Exception):
    """There is no such program; ``status`` is what Python would end with."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class Program:
    """What is to run: source or code, and the attributes of its ``__main__``."""

    content: bytes | str | CodeType
    filename: str
    argv0: str
    # The first entry of sys.path; None where it stays as it is.
    folder: str | None
    attributes: dict[str, Any]

    @property
    def source(self) -> Source | None:
        """Its text, to be read before it runs; None where there is only code."""
        if isinstance(self.content, CodeType):
            return None
        text = self.content
        if isinstance(text, bytes):
            try:
                text = importlib.util.decode_source(text)
            except (SyntaxError, UnicodeDecodeError):
                return None
        return Source(text, self.filename, self.folder or os.getcwd())


def load(order: Order) -> Program:
    """Find the program; raises CannotStart, with Python's own words, where there is none."""
    if order.kind == "script":
        return _load_script(order.what)
    if order.kind == "module":
        return _load_module(order.what)
    if order.kind == "code":
        # Python encodes what stands on the command line, and a file's first line does not count.
        return Program(order.what, "<string>", "-c", "", {"__loader__": BuiltinImporter})
    text = sys.stdin.buffer.read()
    attributes = {"__file__": "<stdin>", "__loader__": BuiltinImporter}
    return Program(text, "<stdin>", order.what, "", attributes)


def _load_script(path: str) -> Program:
    full = os.path.join(os.getcwd(), path)
    if os.path.isdir(path) or _is_archive(path):
        return _load_container(path)
    try:
        with open(full, "rb") as file:
            content: bytes | CodeType = file.read()
    except OSError as error:
        text = f"can't open file {full!r}: [Errno {error.errno}] {error.strerror}"
        raise CannotStart(f"{sys.executable}: {text}", 2) from None
    loader: Any = SourceFileLoader("__main__", full)
    if path.endswith(".pyc"):
        loader = SourcelessFileLoader("__main__", full)
        content = _code_of(loader, "__main__")
    folder = os.path.dirname(os.path.realpath(full))
    return Program(content, full, path, folder, {"__file__": full, "__loader__": loader})


def _is_archive(path: str) -> bool:
    if not os.path.isfile(path) or path.endswith((".py", ".pyc")):
        return False
    with open(path, "rb") as file:
        return file.read(4) == b"PK\x03\x04"


def _load_container(path: str) -> Program:
    """A folder or archive with a ``__main__.py``."""
    full = os.path.join(os.getcwd(), path)
    finder = next((found for hook in sys.path_hooks if (found := _try(hook, full))), None)
    spec = None if finder is None else finder.find_spec("__main__")
    if spec is None or spec.loader is None:
        text = f"can't find '__main__' module in {full!r}"
        raise CannotStart(f"{sys.executable}: {text}", 1)
    attributes = {"__file__": spec.origin, "__loader__": spec.loader, "__spec__": spec}
    attributes["__package__"] = ""
    content = _content_of(spec.loader, "__main__")
    return Program(content, spec.origin or full, path, full, attributes)


def _try(hook: Any, path: str) -> Any:
    try:
        return hook(path)
    except ImportError:
        return None


def _load_module(name: str) -> Program:
    # Python looks in the current folder, and so does this process already.
    folder = None if sys.flags.safe_path else os.getcwd()
    if folder is not None and sys.path[:1] not in ([folder], [""]):
        sys.path.insert(0, folder)
    spec = _find(name)
    if spec is not None and spec.submodule_search_locations is not None:
        spec = _find(f"{name}.__main__")
        if spec is None:
            text = f"No module named {name}.__main__; {name!r} is a package"
            raise CannotStart(f"{sys.executable}: {text} and cannot be directly executed", 1)
    if spec is None or spec.loader is None:
        raise CannotStart(f"{sys.executable}: No module named {name}", 1)
    attributes = {"__file__": spec.origin, "__cached__": spec.cached, "__loader__": spec.loader}
    attributes |= {"__spec__": spec, "__package__": spec.parent}
    content = _content_of(spec.loader, spec.name)
    return Program(content, spec.origin or name, spec.origin or name, None, attributes)


def _find(name: str) -> Any:
    try:
        return importlib.util.find_spec(name)
    except (ImportError, AttributeError, TypeError, ValueError):
        return None


def _content_of(loader: Any, name: str) -> str | CodeType:
    source = loader.get_source(name) if hasattr(loader, "get_source") else None
    return _code_of(loader, name) if source is None else str(source)


def _code_of(loader: Any, name: str) -> CodeType:
    code = loader.get_code(name)
    if code is None:
        raise CannotStart(f"{sys.executable}: No code object available for {name}", 1)
    assert isinstance(code, CodeType)
    return code


def run(program: Program, arguments: tuple[str, ...]) -> None:
    """Run it as ``__main__``; what it raises leaves this process as it would leave Python's."""
    sys.argv[:] = [program.argv0, *arguments]
    if program.folder is not None and not sys.flags.safe_path:
        sys.path[:1] = [program.folder]
    main = ModuleType("__main__")
    usual = {"__builtins__": builtins, "__spec__": None, "__package__": None, "__cached__": None}
    vars(main).update({**usual, "__annotations__": {}, **program.attributes})
    if "__file__" not in program.attributes:
        del main.__dict__["__cached__"]
    sys.modules["__main__"] = main
    try:
        code = program.content
        if not isinstance(code, CodeType):
            code = compile(code, program.filename, "exec", dont_inherit=True)
        exec(code, main.__dict__)
    except SystemExit:
        raise
    except BaseException as error:
        hide_frames(error)
        sys.excepthook(type(error), error, error.__traceback__)
        # Python ends the process as it does for this error, but has nothing more to print.
        sys.excepthook = _keep_silent
        raise


def _keep_silent(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    pass
