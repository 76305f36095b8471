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


def test_a_file_of_this_machine(server: Any, keras_home: Path) -> None:
    """As in Keras, whose urlretrieve reads such addresses too."""
    _, folder = server
    (folder / "two words.csv").write_bytes(CONTENT)
    address = (folder / "two words.csv").as_uri()
    path = get_file(origin=address, file_hash=SHA256)
    # keras 3.15.1 gives ".../datasets/two%20words.csv" for the same address.
    assert path == str(keras_home / "datasets" / "two%20words.csv")
    assert Path(path).read_bytes() == CONTENT
    with pytest.raises(FileError, match="No such file"):
        get_file(origin=(folder / "none.csv").as_uri())


def test_an_archive_is_unpacked_each_time(server: Any) -> None:
    """As in Keras: what a newer archive lacks stays, what it has is replaced."""
    address, served = server
    make_zip(served / "a.zip")
    path = Path(get_file("a.zip", f"{address}/a.zip", extract=True))
    (path / "inner" / "data.csv").write_bytes(b"changed")
    (path / "inner" / "own.csv").write_bytes(b"kept")
    get_file("a.zip", f"{address}/a.zip", extract=True)
    assert (path / "inner" / "data.csv").read_bytes() == CONTENT
    assert (path / "inner" / "own.csv").read_bytes() == b"kept"


@pytest.mark.parametrize(
    ("form", "is_unpacked"),
    [
        (["tar", "zip"], True),
        (["zip"], True),
        (("tar", "zip"), True),
        ("zip", True),
        ("tar", False),
        (["tar"], False),
        ([], False),
        (None, False),
    ],
    ids=str,
)
def test_forms_of_archives(server: Any, form: Any, is_unpacked: bool) -> None:
    """The answers of keras 3.15.1, which warns "Could not extract archive."."""
    address, served = server
    make_zip(served / "a.zip")

    def get() -> Path:
        return Path(get_file("a.zip", f"{address}/a.zip", extract=True, archive_format=form))

    if is_unpacked:
        path = get()
    else:
        with pytest.warns(UserWarning, match="it was not unpacked"):
            path = get()
    assert path.name == "a_extracted"
    assert path.exists() == is_unpacked


def test_untar_unpacks_tar_alone(server: Any) -> None:
    address, served = server
    make_zip(served / "a.zip")
    with pytest.warns(UserWarning, match=r"no archive \(tar\)"):
        get_file("a.zip", f"{address}/a.zip", untar=True)


def test_a_damaged_archive_is_refused(server: Any, keras_home: Path) -> None:
    address, served = server
    make_zip(served / "a.zip")
    data = bytearray((served / "a.zip").read_bytes())
    data[data.index(CONTENT)] ^= 1
    (served / "a.zip").write_bytes(data)
    with pytest.raises(FileError, match="an undamaged"):
        get_file("a.zip", f"{address}/a.zip", extract=True)
    assert not (keras_home / "datasets" / "a_extracted").exists()


def test_a_file_that_is_no_archive_stays_packed(server: Any, keras_home: Path) -> None:
    """As in Keras, which warns alike."""
    address, _ = server
    with pytest.warns(UserWarning, match="it was not unpacked"):
        path = get_file("data.csv", f"{address}/data.csv", extract=True)
    assert path == str(keras_home / "datasets" / "data_extracted")
    assert (keras_home / "datasets" / "data.csv").read_bytes() == CONTENT


@pytest.mark.parametrize(
    "kwargs",
    [
        {"origin": None},
        {"origin": "ftp://host/file"},
        {"origin": "http://127.0.0.1:9/"},
        {"fname": "../up", "origin": "http://127.0.0.1:9/x"},
        {"fname": "..", "origin": "http://127.0.0.1:9/x"},
        {"origin": "http://127.0.0.1:9/x", "file_hash": "0", "hash_algorithm": "crc"},
        {"origin": "http://127.0.0.1:9/x", "archive_format": "rar"},
        {"origin": "http://127.0.0.1:9/x", "archive_format": ["tar", "rar"]},
    ],
    ids=str,
)
def test_what_cannot_be_meant_is_refused(kwargs: dict[str, Any], keras_home: Path) -> None:
    with pytest.raises(ParameterError, match="get_file"):
        get_file(**kwargs)
    assert not keras_home.exists()
