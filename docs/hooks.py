"""Pages that follow from the code: one for each public module, and the names of the registry.

MkDocs calls the functions below while it builds (`hooks` in mkdocs.yml). What a page lists is the
`__all__` of its module and the registry, so that nothing here has to be kept up to date.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from types import ModuleType
from typing import Any

from mkdocs.structure.files import File

import pronghorn
from pronghorn._core import registry

NAMES_PAGE = "api/names.md"


def public_modules() -> list[str]:
    """The public modules of the package, each followed by those in it."""
    found: list[str] = []
    for name in pronghorn._MODULES:
        value = getattr(pronghorn, name)
        found.append(value.__name__)
        for inner in pkgutil.iter_modules(getattr(value, "__path__", [])):
            if not inner.name.startswith("_"):
                found.append(f"{value.__name__}.{inner.name}")
    return found


def module_page(name: str) -> str:
    """Every name in the module's `__all__` (else what it defines), with its docstring."""
    module = importlib.import_module(name)
    options = ["    options:", "      members: false", "      show_root_heading: false"]
    lines = [f"# {name}", "", f"::: {name}", *options, ""]
    for member in sorted(public_names(module), key=lambda n: (n.islower(), n.lower())):
        value = getattr(module, member)
        if isinstance(value, ModuleType) or not callable(value):
            continue
        home, own = getattr(value, "__module__", name), getattr(value, "__qualname__", member)
        if not home.startswith("pronghorn"):
            continue
        if own != member:
            lines += [f"## {member}", "", f"The same as `{own}`.", ""]
        else:
            lines += [f"::: {home}.{own}", *_choose_members(value), ""]
    return "\n".join(lines)


def _choose_members(value: Any) -> list[str]:
    """What a class adds to the public classes above it, as options of mkdocstrings.

    So "call" and "get_config" are described once, where they are defined, and what a class has
    from a base that is private stands with the class itself.
    """
    if not isinstance(value, type):
        return []
    above = [base for base in value.__mro__[1:] if base in public_classes()]
    known = {name for base in above for name in dir(base)}
    own = [base for base in value.__mro__ if base.__module__.startswith("pronghorn")]
    found = [name for base in own for name in vars(base) if name[0] != "_" and name not in known]
    names = ", ".join(dict.fromkeys(found))
    return ["    options:", f"      members: [{names}]", f"      inherited_members: [{names}]"]


@cache
def public_classes() -> frozenset[type]:
    """The classes that have a name in a public module."""
    modules = [pronghorn, *map(importlib.import_module, public_modules())]
    values = [getattr(module, name) for module in modules for name in public_names(module)]
    return frozenset(value for value in values if isinstance(value, type))


def public_names(module: ModuleType) -> list[str]:
    names = getattr(module, "__all__", None)
    if names is not None:
        return list(names)
    return [
        name
        for name, value in vars(module).items()
        if not name.startswith("_") and getattr(value, "__module__", "") == module.__name__
    ]


def names_page() -> str:
    """Every string that stands for something, by kind."""
    lines = ["# Names", "", "Wherever an object is expected, one of these strings will do.", ""]
    for module in public_modules():
        importlib.import_module(module)
    for kind in registry.kinds():
        lines += [f"## {kind}", "", "| object | strings |", "|---|---|"]
        for name in registry.names(kind):
            entry = registry.find_entry(registry.lookup(kind, name), kind)
            if entry is not None and entry.is_builtin:
                spellings = ", ".join(f"`{s}`" for s in entry.spellings)
                lines.append(f"| `{getattr(entry.target, '__name__', name)}` | {spellings} |")
        lines.append("")
    return "\n".join(lines)


def pages() -> dict[str, str]:
    """Path → text of every generated page."""
    made = {
        f"api/{name.removeprefix('pronghorn.')}.md": module_page(name) for name in public_modules()
    }
    return {**made, NAMES_PAGE: names_page()}


def on_config(config: Any) -> Any:
    """Put the generated pages into the navigation."""
    modules = [f"api/{name.removeprefix('pronghorn.')}.md" for name in public_modules()]
    config.nav.append({"API": [NAMES_PAGE, *modules]})
    return config


def on_files(files: Any, config: Any) -> Any:
    """Add the generated pages to those on the disk."""
    for path, text in pages().items():
        files.append(File.generated(config, path, content=text))
    return files
