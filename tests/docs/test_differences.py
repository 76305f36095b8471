"""The page about Keras names everything that is left out, and nothing that is there."""

import importlib
import re
from fnmatch import fnmatchcase
from typing import Any

import pytest

from api.surface import LEFT_OUT
from docs.pages import ROOT

TEXT = (ROOT / "docs" / "differences.md").read_text(encoding="utf-8")
SECTION = TEXT.partition("## Left out")[2]
TOP = "(the top)"
FOLDERS = [
    TOP, "activations", "backend", "callbacks", "config", "constraints", "datasets",
    "initializers", "layers", "losses", "metrics", "models", "ops", "optimizers",
    "optimizers.schedules", "regularizers", "saving", "utils", "wrappers",
]  # fmt: skip


def patterns_of(folder: str) -> list[str]:
    """What stands between backticks in the rows of a module."""
    rows = re.findall(rf"^\| {re.escape(folder)}(?::[^|]*)? \|(.*)\|$", SECTION, re.MULTILINE)
    return re.findall(r"`([^`]+)`", "".join(rows))


def module(library: str, folder: str) -> Any:
    return importlib.import_module(library if folder == TOP else f"{library}.{folder}")


def is_named(name: str, patterns: list[str]) -> bool:
    """Whether a pattern fits the name, or the class that a function of snake_case belongs to."""
    camel = "".join(part.capitalize() for part in name.split("_"))
    found = any(fnmatchcase(name, pattern) for pattern in patterns)
    return found or camel.lower() in {pattern.lower() for pattern in patterns}


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_name_that_is_left_out_is_on_the_page(folder: str) -> None:
    theirs = [name for name in dir(module("keras", folder)) if not name.startswith("_")]
    ours, patterns = module("pronghorn", folder), patterns_of(folder)
    missing = [name for name in theirs if not hasattr(ours, name)]
    assert [name for name in missing if not is_named(name, patterns)] == []


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_name_that_is_there_is_called_left_out(folder: str) -> None:
    ours = module("pronghorn", folder)
    shared = set(dir(module("keras", folder))) & set(getattr(ours, "__all__", ()))
    elsewhere = {"huber", "binary_focal_crossentropy", "categorical_focal_crossentropy"}
    named = [p for p in patterns_of(folder) if p not in ("losses", *elsewhere)]
    assert sorted(name for name in shared if any(fnmatchcase(name, p) for p in named)) == []


@pytest.mark.parametrize("owner", LEFT_OUT)
def test_every_parameter_that_is_left_out_is_on_the_page(owner: str) -> None:
    row = next(
        line for line in SECTION.splitlines() if f"`{owner.removeprefix('layers.')}`" in line
    )
    assert [name for name in LEFT_OUT[owner] if f"`{name}`" not in row] == []
