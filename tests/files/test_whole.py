"""Files that are written whole, whatever their names lead to."""

from __future__ import annotations

import os
import stat
import threading
from pathlib import Path

import pytest

from pronghorn.errors import FileError
from pronghorn.files import write_whole


def test_a_link_stays_and_leads_to_the_file(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    place, link = tmp_path / "kept" / "net.bin", tmp_path / "latest"
    place.write_bytes(b"older")
    link.symlink_to(place)
    write_whole(link, lambda file: file.write(b"newer"))
    assert link.is_symlink() and not place.is_symlink()
    assert place.read_bytes() == b"newer"
    assert os.listdir(tmp_path / "kept") == ["net.bin"]


def test_what_fails_half_way_leaves_the_older_file(tmp_path: Path) -> None:
    place = tmp_path / "net.bin"
    place.write_bytes(b"older")

    def write(file: object) -> None:
        file.write(b"half")  # type: ignore[attr-defined]
        raise OSError(28, "No space left on device")

    with pytest.raises(FileError, match="No space left on device"):
        write_whole(place, write)
    assert place.read_bytes() == b"older"
    assert os.listdir(tmp_path) == ["net.bin"]


def test_a_folder_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"expected the name of a file, received a folder"):
        write_whole(tmp_path, lambda file: file.write(b""))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes on this system")
def test_a_pipe_takes_the_bytes_and_stays(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()))
    reader.start()

    def write(file: object) -> None:
        # As the writers of archives do: back to where a length belongs.
        file.write(b"....tail")  # type: ignore[attr-defined]
        file.seek(0)  # type: ignore[attr-defined]
        file.write(b"head")  # type: ignore[attr-defined]

    write_whole(pipe, write)
    reader.join(30)
    assert read == [b"headtail"]
    assert stat.S_ISFIFO(pipe.stat().st_mode)
