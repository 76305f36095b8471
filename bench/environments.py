"""`python -m bench.environments`: the environments of peers that stay out of the tests'.

Each peer names the environment it lives in; what one holds stands in pyproject.toml, in the
dependency group `peer-NAME`. They are made below build/peers, one folder each, and kept.
"""

import argparse
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "build" / "peers"
GROUP = "peer-"


def interpreter_of(environment: str) -> str | None:
    """The Python that runs peers of this environment; `None` where it has not been made."""
    if not environment:
        return sys.executable
    python = FOLDER / environment / "bin" / "python"
    return str(python) if python.exists() else None


def requirements() -> dict[str, list[str]]:
    """Environment → what is installed in it."""
    document: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    groups = document["dependency-groups"]
    return {
        name.removeprefix(GROUP): list(packages)
        for name, packages in groups.items()
        if name.startswith(GROUP)
    }


def make_environment(name: str, packages: list[str]) -> None:
    subprocess.run([sys.executable, "-m", "venv", str(FOLDER / name)], check=True)
    install = ["-m", "pip", "--disable-pip-version-check", "--quiet", "install", *packages]
    subprocess.run([str(interpreter_of(name)), *install], check=True)


def main() -> None:
    known = requirements()
    parser = argparse.ArgumentParser(prog="python -m bench.environments", description=__doc__)
    parser.add_argument("name", nargs="*", help=f"of {', '.join(known)}; all where none is given")
    for name in parser.parse_args().name or known:
        if name not in known:
            parser.error(f"expected names of {', '.join(known)}, received {name!r}")
        print(f"{FOLDER / name}: {', '.join(known[name])}", flush=True)
        make_environment(name, known[name])


if __name__ == "__main__":
    main()
