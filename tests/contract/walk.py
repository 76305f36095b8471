"""What the contract tests walk over: every entry of the registry, every module of the package."""

import importlib
from pathlib import Path

import pronghorn
from pronghorn._core import registry

ROOT = Path(pronghorn.__path__[0])

# `__main__` would start the command line.
FILES = sorted(path for path in ROOT.rglob("*.py") if path.name != "__main__.py")


def module_name(path: Path) -> str:
    """The dotted name under which a file is imported."""
    parts = path.relative_to(ROOT.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def registering_packages() -> set[str]:
    """The packages in which something stands under `@register`."""
    holders = (path for path in FILES if "\n@register(" in path.read_text(encoding="utf-8"))
    return {module_name(path.parent / "__init__.py") for path in holders}


for package in sorted(registering_packages()):
    importlib.import_module(package)

MODULES = [module_name(path) for path in FILES]
# A FeatureSpace is known only where it was used before, and has tests of its own.
KINDS = [kind for kind in registry.kinds() if kind != "space"]
ENTRIES = [entry for kind in KINDS for entry in registry.entries(kind)]
