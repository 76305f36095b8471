"""A folder exports what it holds: `__all__` is complete, and every name in it is there."""

import ast
import importlib
from pathlib import Path

import pytest

from structure.tree import PACKAGE, imports_of, module_name, python_files, show

# Folders that re-export something; the others hold internal modules, imported by their own names.
PACKAGES = [path for path in python_files() if path.name == "__init__.py" and imports_of(path)]
PRIVATE_FILES = [
    path for path in python_files() if path.name.startswith("_") and "__" not in path.name
]


def registered_names(source: str) -> list[str]:
    """The classes and functions of a file that stand under `@register(...)`."""
    return [
        node.name
        for node in ast.parse(source).body
        if isinstance(node, ast.ClassDef | ast.FunctionDef)
        and any(
            isinstance(decorator, ast.Call) and ast.unparse(decorator.func).endswith("register")
            for decorator in node.decorator_list
        )
    ]


HOLDERS = [
    (path, name)
    for path in PRIVATE_FILES
    for name in registered_names(path.read_text(encoding="utf-8"))
]


@pytest.mark.parametrize("path", PACKAGES, ids=show)
def test_all_is_there(path: Path) -> None:
    module = importlib.import_module(module_name(path))
    names = list(module.__all__)
    assert len(names) == len(set(names))  # their order is ruff's to check (RUF022)
    assert [name for name in names if not hasattr(module, name)] == []


@pytest.mark.parametrize(("path", "name"), HOLDERS, ids=lambda value: getattr(value, "stem", value))
def test_registered_thing_is_exported(path: Path, name: str) -> None:
    # A private folder groups the files of a public one, which exports what they hold.
    public = next(folder for folder in path.parents if not folder.name.startswith("_"))
    folder = importlib.import_module(module_name(public / "__init__.py"))
    assert name in folder.__all__, f"{show(path)}: add {name} to the {show(public)}/__init__.py"


def test_registered_things_were_found() -> None:
    kinds = {path.parent.relative_to(PACKAGE).as_posix() for path, _ in HOLDERS}
    assert {"activations", "initializers", "layers", "losses", "optimizers"} <= kinds


def test_checker_reads_decorators() -> None:
    source = "@register('loss', 'mse')\nclass Mse: ...\n@cache\ndef helper(): ...\n"
    assert registered_names(source) == ["Mse"]
