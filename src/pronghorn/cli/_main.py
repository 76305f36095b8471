"""The process: from arguments to an exit status, with one line where a command is refused."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from pronghorn.cli._streams import complain, finished_output, fit_streams, is_of_output

_INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command of ``pronghorn``; ends the process with its exit status.

    0: done. 1: refused, with one line on standard error. 2: wrong usage. 130: Ctrl-C.
    """
    given = sys.argv[1:] if arguments is None else list(arguments)
    if given[:1] == ["run"]:
        # A program's own options and errors pass through untouched.
        from pronghorn import runner

        runner.main(given[1:])
        raise SystemExit(0)
    fit_streams()
    # Commands report their own refusals; what is left is Ctrl-C before one of them runs.
    with finished_output(), reported(debug=True):
        from pronghorn.cli._commands import app

        app(args=None if arguments is None else list(arguments), prog_name="pronghorn")


@contextmanager
def reported(debug: bool) -> Iterator[None]:
    """End the process with one line where the block fails for a reason the user can mend.

    With ``debug`` the traceback is shown instead.
    """
    from pronghorn import errors

    try:
        yield
    except KeyboardInterrupt:
        complain("interrupted; files that were not finished are gone")
        raise SystemExit(_INTERRUPTED) from None
    except (errors.PronghornError, OSError, ImportError) as error:
        # Of the output itself `finished_output` tells.
        if debug or is_of_output(error):
            raise
        complain(" ".join(str(error).split()))
        raise SystemExit(1) from None
