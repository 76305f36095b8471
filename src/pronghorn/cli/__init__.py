"""The command line: ``pronghorn train``, ``evaluate``, ``predict``, ``summary``, ``doctor``.

It stands on the public API alone, and imports nothing heavy before a command runs.
"""

from pronghorn.cli._main import main

__all__ = ["main"]
