"""Programs that were written for Keras, TensorFlow and scikit-learn, run on Pronghorn unchanged.

``python -m pronghorn script.py`` runs one; ``install()`` serves them in this process;
``%load_ext pronghorn`` does in a notebook, ``pytest -p pronghorn.runner`` in tests, and
``PRONGHORN_ACCEL=1`` in every Python process. See the page "Running programs unchanged".

PYTEST_DONT_REWRITE: there are no tests here, and it may be imported before pytest looks.
"""

from __future__ import annotations

from typing import Any

__all__ = [
    "install",
    "load_ipython_extension",
    "main",
    "pytest_load_initial_conftests",
    "pytest_terminal_summary",
    "pytest_unconfigure",
    "start",
    "uninstall",
    "unload_ipython_extension",
]

# What the functions need is imported when they are called: this module is looked at whenever a
# process starts with PRONGHORN_ACCEL.


def install(*, strict: bool = False, verbose: int = 0, report: str | None = None) -> None:
    """Serve ``keras``, ``tensorflow`` and scikit-learn's perceptrons by Pronghorn from here on.

    Args:
        strict: A fit that Pronghorn's engine cannot run is an error. Default False.
        verbose: 1 says at the end what ran where, 2 also as each fit ends. Default 0: one line.
        report: A file for the same as JSON.

    Call it before ``keras`` or ``tensorflow`` is imported: what was imported stays what it is.
    Errors: ParameterError where one of the two was imported already.
    """
    from pronghorn.runner._options import Options
    from pronghorn.runner._session import begin, require_unimported

    require_unimported()
    begin(Options(verbose=verbose, is_strict=strict, report=report))


def uninstall() -> None:
    """Undo ``install``: the next import of ``keras`` finds Keras. Objects keep working."""
    from pronghorn.runner._session import end

    end()


def start() -> None:
    """Begin, or take part in, the run of the environment: called as Python starts."""
    from pronghorn.runner._session import begin, current

    # Python reads the .pth file twice where two of its folders are the same.
    if current() is None:
        begin()


def main(arguments: Any = None) -> None:
    """Run a program: what ``python -m pronghorn`` and ``pronghorn run`` do."""
    from pronghorn.runner._main import main as run_main

    run_main(arguments)


def load_ipython_extension(shell: Any) -> None:
    """What ``%load_ext pronghorn`` calls."""
    install()


def unload_ipython_extension(shell: Any) -> None:
    """What ``%unload_ext pronghorn`` calls."""
    uninstall()


def pytest_load_initial_conftests() -> None:
    """Serve before any conftest.py is imported: ``pytest -p pronghorn.runner``."""
    install()


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say what ran where, at the end of the tests."""
    from pronghorn.runner._session import current

    session = current()
    if session is not None and not session.is_child:
        terminalreporter.section("pronghorn")
        for line in session.finish(tells=False):
            terminalreporter.write_line(line)


def pytest_unconfigure() -> None:
    """End with the tests."""
    uninstall()
