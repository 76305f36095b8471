"""The table of files that the server gives out: fixed when it starts, read from the package."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable

__all__ = ["AGAIN", "Page", "list_pages"]

# A file of another ending is not given out.
_TYPES = {
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "mjs": "text/javascript; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "json": "application/json",
    "svg": "image/svg+xml",
    "png": "image/png",
    "txt": "text/plain; charset=utf-8",
}
# The one script that needs no cookie: it opens the page again from our own origin.
AGAIN = "/js/again.mjs"


@dataclass(frozen=True)
class Page:
    """A file and its media type."""

    file: Traversable
    media_type: str

    def read(self) -> bytes:
        """Its bytes."""
        return self.file.read_bytes()


def list_pages() -> Mapping[str, Page]:
    """Path of a request → file: ``index.html`` is "/", ``race.html`` is "/race"."""
    found: dict[str, Page] = {}
    _add(files("pronghorn.lab") / "page", "/", found)
    return found


def _add(folder: Traversable, prefix: str, found: dict[str, Page]) -> None:
    for entry in folder.iterdir():
        if entry.is_dir():
            _add(entry, f"{prefix}{entry.name}/", found)
            continue
        stem, _, ending = entry.name.rpartition(".")
        if ending not in _TYPES:
            continue
        path = f"{prefix}{entry.name}"
        if ending == "html":
            path = prefix if stem == "index" else prefix + stem
        found[path] = Page(entry, _TYPES[ending])
