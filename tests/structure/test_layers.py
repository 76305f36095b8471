"""Imports run downwards only, and peers do not import each other. There is no exception list."""

from pathlib import Path

import pytest

from structure.tree import PACKAGE, imported_names, imports_of, python_files, show

# THE table, lowest first. A folder or module of the package stands on exactly one level and may
# import itself and lower levels only. A new one fails the tests until it is written here.
LEVELS = (
    ("_native",),
    ("_core",),
    ("ir",),
    ("engines",),
    ("ops",),
    ("activations", "constraints", "initializers", "losses", "optimizers", "regularizers"),
    ("layers",),
    ("metrics",),
    ("data", "files"),
    ("callbacks",),
    ("training",),
    ("models",),
    ("saving",),
    ("backend", "config", "errors", "inspection", "mixed_precision", "utils"),
    ("datasets", "sklearn"),
    ("wrappers",),
    ("lab", "runner"),
    ("cli",),
    ("__init__", "__main__"),
)
LEVEL_OF = {name: level for level, names in enumerate(LEVELS) for name in names}
# The first customers: what they cannot do with public names is a gap in the API.
CUSTOMERS = ("sklearn", "lab", "runner", "cli", "__main__")


def part_of(dotted: str) -> str:
    """The folder or module right under the package; the package itself is `__init__`."""
    parts = dotted.split(".")
    return parts[1] if len(parts) > 1 and parts[1] in LEVEL_OF else "__init__"


def layer_errors(here: str, imports: list[tuple[int, str]]) -> list[str]:
    """What is wrong with a file of the part `here` that imports these names."""
    errors = []
    for line, dotted in imports:
        if dotted.split(".")[0] != "pronghorn":
            continue
        there = part_of(dotted)
        # The root loads public names on use, which is how the customers see the library.
        is_public_root = there == "__init__" and here in (*CUSTOMERS, "__init__")
        if there != here and not is_public_root and LEVEL_OF[there] >= LEVEL_OF[here]:
            errors.append(f"line {line}: {here} must not import {dotted} (level of {there})")
    return errors


def private_errors(here: str, imports: list[tuple[int, str]]) -> list[str]:
    """Private names of other parts that a customer imports."""
    return [
        f"line {line}: {here} may use public names only, imports {dotted}"
        for line, dotted in imports
        if dotted.startswith("pronghorn.")
        and part_of(dotted) != here
        and any(part.startswith("_") and not part.startswith("__") for part in dotted.split("."))
    ]


def part_of_file(path: Path) -> str:
    first = path.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


def test_table_names_a_part_once() -> None:
    assert sum(len(names) for names in LEVELS) == len(LEVEL_OF)


@pytest.mark.parametrize("path", python_files(), ids=show)
def test_file_imports_downwards(path: Path) -> None:
    here = part_of_file(path)
    assert here in LEVEL_OF, f"{here} stands in no level: add it to LEVELS where it belongs"
    assert not layer_errors(here, imports_of(path))


CUSTOMER_FILES = [path for path in python_files() if part_of_file(path) in CUSTOMERS]


@pytest.mark.parametrize("path", CUSTOMER_FILES, ids=show)
def test_customer_uses_public_names(path: Path) -> None:
    assert not private_errors(part_of_file(path), imports_of(path))


@pytest.mark.parametrize(
    ("here", "source", "is_wrong"),
    [
        ("ir", "from pronghorn._core.errors import GraphError", False),
        ("ir", "from pronghorn.engines import base", True),
        ("ir", "def f():\n    import pronghorn.engines", True),
        ("ir", "from ..layers import Dense", True),
        ("ir", "from . import graph", False),
        ("losses", "from pronghorn.metrics import Mean", True),
        ("losses", "from pronghorn import optimizers", True),
        ("losses", "import pronghorn", True),
        ("models", "from importlib import import_module\nimport_module('pronghorn.cli')", True),
        ("cli", "import pronghorn as keras", False),
        ("cli", "from pronghorn import Sequential, layers", False),
    ],
)
def test_checker_tells_up_from_down(here: str, source: str, is_wrong: bool) -> None:
    imports = list(imported_names(source, f"pronghorn.{here}._file", is_package=False))
    assert bool(layer_errors(here, imports)) is is_wrong


@pytest.mark.parametrize(
    ("source", "is_wrong"),
    [
        ("from pronghorn._core import config", True),
        ("from pronghorn.models._model import Model", True),
        ("from pronghorn.layers import Dense", False),
        ("from pronghorn import __version__", False),
        ("from pronghorn.cli._train import train", False),
    ],
)
def test_checker_tells_private_from_public(source: str, is_wrong: bool) -> None:
    imports = list(imported_names(source, "pronghorn.cli._file", is_package=False))
    assert bool(private_errors("cli", imports)) is is_wrong
