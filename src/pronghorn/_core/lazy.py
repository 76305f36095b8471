"""Folders whose names are loaded on first use, so that a program pays for what it names.

The imports of such a folder's ``__init__.py`` stand, as everywhere, under ``if TYPE_CHECKING:``,
where type checkers, editors and the pages of documentation read them. ``attach`` reads the same
lines and makes each of them when its name is first asked for: the shape of Scientific Python's
SPEC 1, with one list instead of two. The registry asks the folder too, so that
``optimizer="adam"`` loads one optimizer.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any

from pronghorn._core import registry

__all__ = ["Folder", "attach"]

# `from a.b import c, d as e`, on one line or in brackets, inside the `if` of the folder's file.
_IMPORT = re.compile(r"^    from (\S+) import (?:\(([^)]*)\)|(.+))$", re.MULTILINE)


class Folder:
    """The public names of a folder and the files they live in."""

    def __init__(self, package: str) -> None:
        self.package = package
        # The own name of the thing and its file, for each public name.
        self.homes: dict[str, tuple[str, str]] = {}
        source = sys.modules[package].__spec__.loader.get_source(package)  # type: ignore[union-attr]
        for home, in_brackets, on_line in _IMPORT.findall(source):
            for part in (in_brackets or on_line).split(","):
                own, _, alias = part.strip().partition(" as ")
                if own:
                    self.homes[alias or own] = (home, own)
        self._by_spelling = {
            _bare(name): home for name, (home, _) in self.homes.items() if home.startswith(package)
        }

    def get(self, name: str) -> Any:
        """The thing behind a public name, kept in the folder's module from now on.

        Raises LeftOutError for what is left out, else an AttributeError with the nearest name.
        """
        module = sys.modules[self.package]
        if name not in self.homes:
            # Only a refusal needs the table.
            from pronghorn._core.left_out import missing

            raise missing(self.package, name, self.homes)
        home, own = self.homes[name]
        if home == self.package:
            value: Any = import_module(f"{home}.{own}")
        else:
            value = getattr(import_module(home), own)
        setattr(module, name, value)
        return value

    def load(self, spelling: str) -> None:
        """Load the file that a string means; where none has such a name, all of them."""
        home = self._by_spelling.get(_bare(spelling))
        if home is None:
            self.load_all()
        else:
            import_module(home)

    def load_all(self) -> None:
        """Load every file that has a public name."""
        for home in {home for home, _ in self.homes.values()}:
            import_module(home)


def attach(package: str, *kinds: str) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """``__getattr__`` and ``__dir__`` of a folder; what it registers is of the kinds named.

    >>> get, names = attach("pronghorn.constraints")
    >>> get("NonNeg").__name__, "NonNeg" in names()
    ('NonNeg', True)
    """
    folder = Folder(package)
    for kind in kinds:
        registry.add_folder(kind, folder)

    def list_names() -> list[str]:
        own = (name for name in vars(sys.modules[package]) if name.startswith("__"))
        return sorted({*own, *sys.modules[package].__all__})

    return folder.get, list_names


def _bare(name: str) -> str:
    return name.replace("_", "").lower()
