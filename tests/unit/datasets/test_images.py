"""Where image sets are looked for, in which order, and what a set that cannot be had says."""

import functools
import gzip
import hashlib
import http.server
import re
import struct
import threading

import numpy as np
import pytest

from pronghorn._core.errors import FileError
from pronghorn._core.fetch import Download, fetch
from pronghorn.datasets import fashion_mnist, mnist
from pronghorn.datasets._images import ImageSet

NAMES = (
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
)
UNREACHABLE = "http://127.0.0.1:9/{}"  # the discard port: refused at once
TINY = ImageSet(
    name="tiny_set",
    folders=("tiny-set", "tiny_set"),
    downloads=tuple(Download(UNREACHABLE.format(name), f"{name}.gz", "0" * 64) for name in NAMES),
    rows=(6, 3),
    shape=(2, 2),
    classes=3,
)


def make_arrays(mark):
    """Four arrays of the tiny set; pixel [0, 0, 0] holds the mark, to tell copies apart."""
    x = np.arange(24, dtype="u1").reshape(6, 2, 2)
    x[0, 0, 0] = mark
    return x, np.array([0, 1, 2, 0, 1, 2], "u1"), x[:3] + 1, np.array([2, 1, 0], "u1")


def write_idx(folder, mark, *, suffix=".gz", rename=lambda name: name, leave_out=()):
    folder.mkdir(parents=True, exist_ok=True)
    for name, array in zip(NAMES, make_arrays(mark), strict=True):
        if name in leave_out:
            continue
        header = struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape)
        content = header + array.tobytes()
        content = gzip.compress(content) if suffix == ".gz" else content
        (folder / (rename(name) + suffix)).write_bytes(content)


def write_npz(path, mark, **replace):
    path.parent.mkdir(parents=True, exist_ok=True)
    keys = ("x_train", "y_train", "x_test", "y_test")
    np.savez(path, **{**dict(zip(keys, make_arrays(mark), strict=True)), **replace})


def read_mark(arrays):
    return int(arrays[0][0][0, 0, 0])


@pytest.fixture
def home(tmp_path, monkeypatch):
    """Empty places everywhere; returns the folder that holds them."""
    monkeypatch.setenv("PRONGHORN_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("PRONGHORN_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    return tmp_path


@pytest.mark.parametrize("suffix", ["", ".gz"])
@pytest.mark.parametrize("dots", [False, True], ids=["dashes", "dots"])
def test_idx_files_in_their_spellings(home, suffix, dots):
    def rename(name):
        return name.replace("-idx", ".idx") if dots else name

    write_idx(home / "data/tiny-set", 9, suffix=suffix, rename=rename)
    (x_train, y_train), (x_test, y_test) = TINY.load()
    for found, expected in zip((x_train, y_train, x_test, y_test), make_arrays(9), strict=True):
        assert found.dtype == np.uint8
        np.testing.assert_array_equal(found, expected)


def test_places_in_order(home):
    system = home / "system/tiny-set"
    tiny = ImageSet(**{**vars(TINY), "system_folders": (system,)})
    writers = [
        functools.partial(write_idx, home / "data/tiny-set", 1),
        functools.partial(write_idx, home / "data/tiny_set", 2),
        functools.partial(write_npz, home / "data/tiny_set.npz", 3),
        functools.partial(write_idx, home / "cache/datasets/tiny_set", 4),
        functools.partial(write_idx, system, 5),
        functools.partial(write_idx, home / "keras/datasets/tiny-set", 6),
        functools.partial(write_npz, home / "keras/datasets/tiny_set.npz", 7),
    ]
    # From the last place to the first: each newly written one must win over all before.
    marks = []
    for write in reversed(writers):
        write()
        marks.append(read_mark(tiny.load()))
    assert marks == [7, 6, 5, 4, 3, 2, 1]


def test_without_pronghorn_data_the_cache_is_first(home, monkeypatch):
    monkeypatch.delenv("PRONGHORN_DATA")
    write_idx(home / "data/tiny-set", 1)
    write_idx(home / "cache/datasets/tiny_set", 4)
    assert read_mark(TINY.load()) == 4


def test_idx_files_of_another_set_are_not_taken(home):
    # All sets in MNIST's form have the same file names; only the folder tells them apart.
    write_idx(home / "data", 1)
    write_idx(home / "keras/datasets/tiny-set", 6)
    assert read_mark(TINY.load()) == 6


def test_an_incomplete_folder_is_passed_over_and_named(home):
    write_idx(home / "data/tiny-set", 1, leave_out=NAMES[3:])
    with pytest.raises(FileError, match=r"data/tiny-set \(without t10k-labels-idx1\)"):
        TINY.load()


def test_a_damaged_file_is_an_error_and_not_passed_over(home):
    write_idx(home / "data/tiny-set", 1)
    path = home / "data/tiny-set" / f"{NAMES[0]}.gz"
    path.write_bytes(path.read_bytes()[:-9])
    write_idx(home / "keras/datasets/tiny-set", 6)
    with pytest.raises(FileError, match="breaks off"):
        TINY.load()


def test_labels_outside_the_classes_are_refused(home):
    write_npz(home / "data/tiny_set.npz", 1, y_test=np.array([0, 1, 3], "u1"))
    with pytest.raises(FileError, match=r"labels in \[0, 3\), received 0 to 3"):
        TINY.load()


@pytest.mark.parametrize(
    "replace",
    [
        {"x_train": np.zeros((5, 2, 2), "u1")},
        {"x_test": np.zeros((3, 4), "u1")},
        {"x_train": np.zeros((6, 2, 2), "f4")},
        {"y_train": np.zeros((6, 1), "u1")},
    ],
    ids=["rows", "shape", "floats", "column"],
)
def test_npz_arrays_of_another_shape_are_refused(home, replace):
    write_npz(home / "data/tiny_set.npz", 1, **replace)
    (key,) = replace
    with pytest.raises(FileError, match=f"{key} to be integers of shape"):
        TINY.load()


def test_nowhere_to_be_had_names_every_place_and_what_to_do(home):
    with pytest.raises(FileError) as caught:
        TINY.load()
    text = str(caught.value)
    for place in (
        *("data/tiny-set", "data/tiny_set", "cache/datasets/tiny_set"),
        *("keras/datasets/tiny-set", "keras/datasets"),
    ):
        assert str(home / place) in text
    assert UNREACHABLE.format(NAMES[0]) in text
    assert "Set PRONGHORN_DATA to a folder that holds tiny-set/" in text
    assert "\n" not in text
    assert list((home / "cache").rglob("*ubyte*")) == []


def test_an_unset_pronghorn_data_is_said(home, monkeypatch):
    monkeypatch.delenv("PRONGHORN_DATA")
    with pytest.raises(FileError, match=r"PRONGHORN_DATA \(not set\)"):
        TINY.load()


class TestDownload:
    @pytest.fixture
    def server(self, tmp_path):
        """A server on this machine for the files in tmp_path/served; yields its address."""
        write_idx(tmp_path / "served", 8)

        class Handler(http.server.SimpleHTTPRequestHandler):
            def __init__(self, *args):
                super().__init__(*args, directory=str(tmp_path / "served"))

            def log_message(self, *args):
                pass

        with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
            thread = threading.Thread(target=server.serve_forever, args=(0.02,))
            thread.start()
            yield f"http://127.0.0.1:{server.server_port}"
            server.shutdown()
            thread.join()

    def make_set(self, tmp_path, server, **wrong):
        downloads = []
        for name in NAMES:
            content = (tmp_path / "served" / f"{name}.gz").read_bytes()
            sha256 = wrong.get("sha256", hashlib.sha256(content).hexdigest())
            downloads.append(Download(f"{server}/{name}.gz", f"{name}.gz", sha256))
        return ImageSet(**{**vars(TINY), "downloads": tuple(downloads)})

    def test_goes_to_the_cache_and_is_found_there(self, home, server, capfd):
        tiny = self.make_set(home, server)
        assert read_mark(tiny.load()) == 8
        out, err = capfd.readouterr()
        assert out == "" and "Downloading train-images-idx3-ubyte.gz" in err
        assert read_mark(TINY.load()) == 8  # TINY itself cannot download

    def test_shows_a_bar_on_a_terminal(self, home, server, capfd, monkeypatch):
        monkeypatch.setenv("FORCE_COLOR", "1")  # rich then takes stderr for a terminal
        self.make_set(home, server).load()
        out, err = capfd.readouterr()
        size = (home / "served" / f"{NAMES[0]}.gz").stat().st_size
        assert out == "" and "Downloading" not in err
        assert f"{NAMES[0]}.gz" in err and f"{size}/{size} bytes" in re.sub("\x1b[^m]*m", "", err)

    def test_of_other_bytes_is_refused_and_not_kept(self, home, server):
        tiny = self.make_set(home, server, sha256="1" * 64)
        with pytest.raises(FileError, match="received other bytes"):
            tiny.load()
        assert list((home / "cache").rglob("*ubyte*")) == []

    def test_that_the_server_does_not_have(self, home, server):
        one = Download(f"{server}/absent.gz", "absent.gz", "1" * 64)
        with pytest.raises(
            FileError, match=r"absent.gz: expected a download .* received HTTPError"
        ):
            fetch([one], home / "cache")


def test_checksums_are_whole():
    for images in (mnist._IMAGES, fashion_mnist._IMAGES):
        for one in images.downloads:
            assert len(one.checksum) == 64 and int(one.checksum, 16) > 0
            assert one.url.startswith("https://") and one.url.endswith(one.file)


@pytest.mark.data
@pytest.mark.parametrize(
    ("module", "sums"),
    [
        # Sums of y_train and y_test: 6,000 and 1,000 of each of ten classes give 270,000 and
        # 45,000 for Fashion-MNIST; MNIST's classes are uneven.
        pytest.param(fashion_mnist, (270_000, 45_000), id="fashion_mnist"),
        pytest.param(mnist, None, id="mnist"),
    ],
)
def test_the_real_sets(module, sums, data_folder):
    (x_train, y_train), (x_test, y_test) = module.load_data()
    assert [a.shape for a in (x_train, y_train, x_test, y_test)] == [
        *((60_000, 28, 28), (60_000,)),
        *((10_000, 28, 28), (10_000,)),
    ]
    assert {a.dtype for a in (x_train, y_train, x_test, y_test)} == {np.dtype("u1")}
    assert x_train.max() == x_test.max() == 255
    assert set(np.unique(y_train)) == set(range(10))
    if sums is not None:
        assert (int(y_train.sum()), int(y_test.sum())) == sums


@pytest.mark.data
@pytest.mark.parametrize(
    ("module", "sha256"),
    [
        # Of the uncompressed test images, as published: MNIST's t10k-images-idx3-ubyte.
        pytest.param(
            mnist,
            "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
            id="mnist",
        ),
    ],
)
def test_the_pixels_are_those_of_the_authors(module, sha256, data_folder):
    (_, _), (x_test, _) = module.load_data()
    header = bytes.fromhex("00000803 00002710 0000001c 0000001c")
    assert hashlib.sha256(header + x_test.tobytes()).hexdigest() == sha256


def test_mnist_from_another_file(home):
    with pytest.raises(FileError, match=r"keras/datasets/other\.npz"):
        mnist.load_data(path="other.npz")
