"""What the command line tests share: running a command in this process."""

from dataclasses import dataclass

import pytest

from pronghorn.cli import main


@dataclass(frozen=True)
class Outcome:
    status: int
    out: str
    err: str


@pytest.fixture
def run(capsys):
    """Run ``pronghorn`` with these arguments: its exit status and what it printed."""

    def run_command(*arguments):
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        printed = capsys.readouterr()
        return Outcome(ended.value.code or 0, printed.out, printed.err)

    return run_command


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty current folder, and no data sets but those a test puts into ``data``."""
    (tmp_path / "data").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PRONGHORN_DATA", str(tmp_path / "data"))
    return tmp_path
