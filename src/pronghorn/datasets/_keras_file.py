"""Where a file of Keras's data sets may lie, and how it comes here."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pronghorn._core import config
from pronghorn._core.errors import FileError, compose
from pronghorn._core.fetch import Download, fetch

__all__ = ["KerasFile"]


@dataclass(frozen=True)
class KerasFile:
    """A file of the set ``name``, found on disk or downloaded.

    Looked for, in this order, in the folder PRONGHORN_DATA (and in its folder of the set's name),
    in Pronghorn's cache and in Keras's; then it is downloaded into Pronghorn's.
    """

    name: str
    download: Download

    def places(self) -> list[Path]:
        """The files looked for, in order."""
        data = config.data_folder()
        file = self.download.file
        places = [] if data is None else [data / self.name / file, data / file]
        return [*places, self._cache() / file, config.keras_folder() / "datasets" / file]

    def find(self, path: str) -> Path:
        """The file; another ``path`` than its name is one below Keras's folder, or absolute.

        Raises FileError where it is nowhere to be had.
        """
        if path != self.download.file:
            return config.keras_folder() / "datasets" / Path(path)
        for place in self.places():
            if place.is_file():
                return place
        try:
            fetch([self.download], self._cache())
        except FileError as error:
            raise FileError(
                compose(
                    self.name,
                    expected=f"its file as one of {', '.join(map(str, self.places()))}",
                    received=f"none, and the download failed ({str(error).rstrip('.')})",
                    remedy=f"Set PRONGHORN_DATA to a folder that holds {self.download.file}",
                )
            ) from error
        return self._cache() / self.download.file

    def _cache(self) -> Path:
        return config.cache_folder() / "datasets" / self.name
