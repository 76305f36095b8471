"""get_file: kept, checked, unpacked; a server of this machine stands for the network."""

from __future__ import annotations

import functools
import hashlib
import http.server
import io
import tarfile
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pronghorn.errors import FileError, ParameterError
from pronghorn.utils import get_file

CONTENT = b"1,2\n3,4\n"
SHA256 = hashlib.sha256(CONTENT).hexdigest()
MD5 = hashlib.md5(CONTENT).hexdigest()


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments: Any) -> None:
        """Nothing."""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    folder = tmp_path / "served"
    folder.mkdir()
    (folder / "data.csv").write_bytes(CONTENT)
    handler = functools.partial(Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}", folder
        running.shutdown()


@pytest.fixture(autouse=True)
def keras_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    return tmp_path / "keras"


def test_a_file_is_kept_below_the_cache_of_keras(server: Any, keras_home: Path) -> None:
    address, folder = server
    path = get_file(origin=f"{address}/data.csv?version=2")
    assert path == str(keras_home / "datasets" / "data.csv")
    assert Path(path).read_bytes() == CONTENT
    (folder / "data.csv").write_bytes(b"changed")
    assert Path(get_file("data.csv", f"{address}/data.csv")).read_bytes() == CONTENT
    get_file("data.csv", f"{address}/data.csv", force_download=True)
    assert Path(path).read_bytes() == b"changed"


@pytest.mark.parametrize(
    "kwargs",
    [
        {"file_hash": SHA256},
        {"file_hash": MD5},
        {"file_hash": SHA256, "hash_algorithm": "sha256"},
        {"md5_hash": MD5},
    ],
    ids=["sha256", "md5 by its length", "said", "old argument"],
)
def test_checksums_are_checked(server: Any, tmp_path: Path, kwargs: dict[str, Any]) -> None:
    address, folder = server
    path = get_file("a.csv", f"{address}/data.csv", cache_dir=tmp_path / "own", **kwargs)
    assert Path(path).read_bytes() == CONTENT
    (folder / "data.csv").write_bytes(b"other bytes")
    with pytest.raises(FileError, match="other bytes"):
        get_file("b.csv", f"{address}/data.csv", cache_dir=tmp_path / "own", **kwargs)
    assert not (tmp_path / "own" / "datasets" / "b.csv").exists()


def make_zip(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("inner/data.csv", CONTENT)


def make_tar(path: Path, member: str = "inner/data.csv") -> None:
    with tarfile.open(path, "w:gz") as archive:
        info = tarfile.TarInfo(member)
        info.size = len(CONTENT)
        archive.addfile(info, io.BytesIO(CONTENT))


@pytest.mark.parametrize(
    ("name", "fname", "folder", "make"),
    [
        ("a.zip", "a.zip", "a_extracted", make_zip),
        ("a.tar.gz", "a.tar.gz", "a_extracted", make_tar),
        ("a.tar.gz", None, "a.tar.gz", make_tar),
        ("a.zip", "plain", "plain", make_zip),
    ],
)
def test_archives_are_unpacked_where_keras_does(
    server: Any, keras_home: Path, name: str, fname: str | None, folder: str, make: Any
) -> None:
    address, served = server
    make(served / name)
    for _ in range(2):  # the second time it is there
        path = Path(get_file(fname, f"{address}/{name}", extract=True))
        assert path == keras_home / "datasets" / folder
        assert (path / "inner" / "data.csv").read_bytes() == CONTENT


def test_members_that_leave_the_folder_are_refused(server: Any, keras_home: Path) -> None:
    address, served = server
    make_tar(served / "a.tar.gz", member="../../escaped.csv")
    with pytest.raises(FileError, match="members stay inside"):
        get_file("a.tar.gz", f"{address}/a.tar.gz", extract=True)
    assert not (keras_home / "escaped.csv").exists()
    assert not (keras_home / "datasets" / "a_extracted").exists()


def test_a_file_that_is_no_archive_is_refused(server: Any) -> None:
    address, _ = server
    with pytest.raises(FileError, match="an undamaged"):
        get_file("data.csv", f"{address}/data.csv", extract=True)


@pytest.mark.parametrize(
    "kwargs",
    [
        {"origin": None},
        {"origin": "ftp://host/file"},
        {"origin": "file:///etc/passwd"},
        {"origin": "http://127.0.0.1:9/"},
        {"fname": "../up", "origin": "http://127.0.0.1:9/x"},
        {"fname": "..", "origin": "http://127.0.0.1:9/x"},
        {"origin": "http://127.0.0.1:9/x", "file_hash": "0", "hash_algorithm": "crc"},
        {"origin": "http://127.0.0.1:9/x", "archive_format": "rar"},
    ],
    ids=str,
)
def test_what_cannot_be_meant_is_refused(kwargs: dict[str, Any], keras_home: Path) -> None:
    with pytest.raises(ParameterError, match="get_file"):
        get_file(**kwargs)
    assert not keras_home.exists()
