"""Prints, after the run, the files and functions that have grown past their smell."""

import pytest

from structure.sizes import FILE_SMELL, FUNCTION_SMELL, smells


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    found = smells()
    if found:
        terminalreporter.section(f"over {FILE_SMELL} lines a file, {FUNCTION_SMELL} a function")
        for line in found:
            terminalreporter.write_line(line)
