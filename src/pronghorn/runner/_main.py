"""The command: ``python -m pronghorn script.py``."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Sequence

from pronghorn.runner import _environment
from pronghorn.runner._frames import hide_frames
from pronghorn.runner._options import USAGE, Options, Order, UsageError, parse
from pronghorn.runner._outside import OutsideModuleError
from pronghorn.runner._program import CannotStart, load, run
from pronghorn.runner._scan import local_sources
from pronghorn.runner._session import begin, complain, say

__all__ = ["main"]

_WRONG_USAGE = 2


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a program on Pronghorn, with ``sys.argv`` in place of ``arguments`` by default.

    Ends as the program does; with exit status 2 for a wrong command line, and 1 where the program
    needs what is neither served nor installed.
    """
    try:
        order = parse(sys.argv[1:] if arguments is None else arguments)
        _apply(order.options)
    except UsageError as error:
        say(f"{error}\n{USAGE.partition('options:')[0].rstrip()}")
        raise SystemExit(_WRONG_USAGE) from None
    if order.kind in ("help", "version"):
        _tell(order.kind)
        return
    if order.kind == "input" and sys.stdin is None:
        # Closed, as by ``<&-``: no program at all, of which Python says nothing either.
        return
    if order.kind == "input" and sys.stdin.isatty():
        _converse(order)
        return
    try:
        program = load(order)
        words = (program.argv0, *order.arguments)
        session = begin(order.options, always_tells=True, program=words)
        source = program.source
        if source is not None:
            session.decide(local_sources(source))
    except CannotStart as error:
        complain(str(error))
        raise SystemExit(error.status) from None
    except OutsideModuleError as error:
        session.always_tells = False
        say(str(error))
        raise SystemExit(1) from None
    run(program, order.arguments)


def _apply(options: Options) -> None:
    if options.threads is not None:
        _environment.limit_threads(options.threads)
    if options.engine is not None:
        from pronghorn import config
        from pronghorn.errors import UnknownNameError

        try:
            config.set_engine(options.engine)
        except UnknownNameError as error:
            raise UsageError(f"--engine: {error}") from None
    if options.report is not None and not os.path.isdir(os.path.dirname(options.report) or "."):
        raise UsageError(f"--report: no such folder: {os.path.dirname(options.report)}")


def _tell(kind: str) -> None:
    text = USAGE
    if kind != "help":
        from pronghorn import __version__

        text = f"pronghorn {__version__}\n"
    try:
        print(text, end="", flush=True)
    except OSError as error:
        # What is left is not to be written at the end either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not isinstance(error, BrokenPipeError):  # whose reader has seen enough
            say(f"output: {error.strerror or error}")
            raise SystemExit(1) from None


def _converse(order: Order) -> None:
    """Python's prompt, as it is without a program."""
    import code

    class Prompt(code.InteractiveConsole):
        def showtraceback(self) -> None:
            hide_frames(sys.exc_info()[1])
            super().showtraceback()

    begin(order.options, always_tells=True)
    sys.argv[:] = [order.what]
    sys.path[:1] = [""]
    with contextlib.suppress(ImportError):
        import readline  # noqa: F401  (keys that edit the line)
    names = {"__name__": "__main__", "__builtins__": __builtins__}
    Prompt(names).interact(f"Python {sys.version} on {sys.platform}", exitmsg="")
