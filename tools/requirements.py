"""Print what pyproject.toml asks for, one requirement a word: `build`, `core`, or an extra's name.

The Makefile installs from this, so that pyproject.toml stays the only list.
"""

import sys
import tomllib
from pathlib import Path
from typing import Any

PYPROJECT = Path(__file__).resolve().parents[1] / "pyproject.toml"


def requirements(group: str, document: dict[str, Any]) -> list[str]:
    """The requirements of one group, with `pronghorn[a,b]` replaced by what those extras hold."""
    if group == "build":
        return document["build-system"]["requires"] + document["dependency-groups"]["build"]
    project = document["project"]
    if group == "core":
        return project["dependencies"]
    extras = project["optional-dependencies"]
    if group not in extras:
        known = ", ".join(["build", "core", *extras])
        raise SystemExit(f"requirements: expected one of {known}, received {group!r}")
    found: list[str] = []
    own = project["name"] + "["
    for requirement in extras[group]:
        if requirement.startswith(own):
            for inner in requirement.removeprefix(own).removesuffix("]").split(","):
                found += requirements(inner.strip(), document)
        else:
            found.append(requirement)
    return found


if __name__ == "__main__":
    document = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))
    print("\n".join(line for group in sys.argv[1:] for line in requirements(group, document)))
