"""What a file may ask of the machine that reads it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pronghorn._core.errors import FileError, MissingFileError, PronghornError, compose

__all__ = ["DamagedError", "UnreadError", "check_size", "reading"]

# Weights hardly compress, but a layer of zeros does: below this size anything may.
_FLOOR = 1 << 26
_EXPANSION = 100
# Keras's own bound of what one array or member may take, and what larger ones may expand to.
_CEILING = 1 << 32
_LARGE_EXPANSION = 4


class DamagedError(Exception):
    """What is wrong with the bytes of a file, in words; ``reading`` adds the name of the file."""


class UnreadError(DamagedError):
    """What a file in good order has and is not read here; ``remedy`` is what to do about it."""

    def __init__(self, text: str, remedy: str) -> None:
        super().__init__(text)
        self.remedy = remedy


def check_size(what: str, declared: int, stored: int) -> None:
    """Refuse what is far larger than the bytes that stand for it; raises DamagedError."""
    if declared > _FLOOR and declared > _EXPANSION * stored:
        raise DamagedError(f"{what} of {declared} bytes that takes {stored} bytes of the file")
    if declared > _CEILING and declared > _LARGE_EXPANSION * stored:
        raise DamagedError(f"{what} of {declared} bytes")


@contextmanager
def reading(path: Path, expected: str) -> Iterator[None]:
    """Turn whatever goes wrong with a file in the block into a FileError that names the file.

    The libraries that read HDF5 and zip raise every kind of exception for bytes that are not what
    they should be, so all kinds mean the same here; errors of Pronghorn itself pass as they are.
    """
    try:
        if not path.exists():
            raise MissingFileError(
                compose(
                    f"load {str(path)!r}",
                    expected="a file",
                    received="none of that name",
                    remedy=_find_near(path),
                )
            )
        yield
    except PronghornError:
        raise
    except UnreadError as error:
        raise _refuse(path, expected, str(error), error.remedy) from None
    except DamagedError as error:
        raise _refuse(path, expected, str(error)) from None
    except Exception as error:
        raise _refuse(path, expected, f"{type(error).__name__}: {error}") from error


def _find_near(path: Path) -> str:
    """The file of a name that is nearly this one, or where it was looked for."""
    from difflib import get_close_matches  # only a refusal needs it

    folder = path.parent.absolute()
    if not folder.is_dir():
        return f"There is no folder {str(folder)!r}"
    # By their stems: endings are alike without the rest being so.
    stems = {found.stem: found.name for found in folder.glob(f"*{path.suffix}")}
    near = get_close_matches(path.stem, stems, n=1)
    if near:
        return f"Did you mean {stems[near[0]]!r}?"
    return f"It was looked for in {str(folder)!r}"


def _refuse(
    path: Path,
    expected: str,
    received: str,
    remedy: str = "The file is damaged or not what its name says; save the model again",
) -> FileError:
    return FileError(
        compose(
            f"load {str(path)!r}",
            expected=expected,
            received=received[:500],
            remedy=remedy,
        )
    )
