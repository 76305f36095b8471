"""The IDX reader: every element type, and every way a file can lie."""

import gzip
import struct

import numpy as np
import pytest

from pronghorn._core.errors import FileError
from pronghorn.datasets._idx import read_idx


def make_idx(code, shape, payload):
    return struct.pack(f">BBBB{len(shape)}I", 0, 0, code, len(shape), *shape) + payload


# The format names six types, all big-endian; the payloads are spelled out with struct.
TYPES = [
    pytest.param(0x08, "B", "u1", [0, 7, 255], id="uint8"),
    pytest.param(0x09, "b", "i1", [-128, 0, 127], id="int8"),
    pytest.param(0x0B, "h", "i2", [-32768, 1, 258], id="int16"),
    pytest.param(0x0C, "i", "i4", [-1, 1, 16909060], id="int32"),
    pytest.param(0x0D, "f", "f4", [-0.5, 1.0, 3.0], id="float32"),
    pytest.param(0x0E, "d", "f8", [-0.1, 1e300, 3.0], id="float64"),
]


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
@pytest.mark.parametrize(("code", "letter", "dtype", "values"), TYPES)
def test_reads_every_type_in_native_order(tmp_path, code, letter, dtype, values, pack):
    path = tmp_path / "file"
    path.write_bytes(pack(make_idx(code, (3,), struct.pack(f">3{letter}", *values))))
    array = read_idx(path)
    assert array.dtype == np.dtype(dtype) and array.dtype.isnative
    assert array.tolist() == values
    assert array.flags.writeable


def test_several_axes_are_in_c_order(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(make_idx(0x08, (2, 3, 2), bytes(range(12))))
    array = read_idx(path, shape=(2, 3, 2))
    assert array[1, 2, 0] == 10 and array[0, 1, 1] == 3  # 1·6 + 2·2 + 0;  0 + 1·2 + 1


def test_the_name_does_not_decide_about_gzip(tmp_path):
    path = tmp_path / "unpacked-by-the-browser.gz"
    path.write_bytes(make_idx(0x08, (2,), b"\1\2"))
    assert read_idx(path).tolist() == [1, 2]


def test_no_rows(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(make_idx(0x08, (0, 28, 28), b""))
    assert read_idx(path).shape == (0, 28, 28)


GOOD = make_idx(0x08, (2, 3), bytes(6))
BAD_CHECKSUM = bytearray(gzip.compress(make_idx(0x08, (6,), b"abcdef")))
BAD_CHECKSUM[-6] ^= 1  # in the CRC-32 that stands before the length
HOSTILE = {
    "empty": (b"", "begins with 00 00"),
    "three bytes": (GOOD[:3], "begins with 00 00"),
    "wrong magic": (b"\1" + GOOD[1:], "received 01 00 08 02"),
    "a PNG": (b"\x89PNG\r\n\x1a\n", "received 89 50 4e 47"),
    "unknown type": (make_idx(0x0A, (6,), bytes(6)), "received 0x0a"),
    "no axes": (make_idx(0x08, (), b""), "between 1 and 16 axes, received 0"),
    "255 axes": (b"\0\0\x08\xff" + bytes(1020), "between 1 and 16 axes, received 255"),
    "nothing, of an endless extent": (
        make_idx(0x0D, (2**32 - 1, 0, 2**32 - 1, 4), b""),
        "values of shape (4294967295, 0, 4294967295, 4)",
    ),
    "cut in the header": (GOOD[:9], "a header of 12 bytes, received 9"),
    "truncated": (GOOD[:-1], "6 bytes of values"),
    "too long": (GOOD + b"\0", "6 bytes of values, received more"),
    "absurd sizes": (make_idx(0x0E, (2**32 - 1,) * 16, b""), "cannot hold more"),
    "one size too large": (make_idx(0x08, (2**31,), bytes(100)), "cannot hold more than 108 bytes"),
    "truncated gzip": (gzip.compress(GOOD)[:-12], "breaks off"),
    "truncated inside gzip": (gzip.compress(GOOD[:-1]), "received 5: it is truncated"),
    "too long inside gzip": (gzip.compress(GOOD + b"\0"), "received more"),
    "absurd sizes inside gzip": (gzip.compress(make_idx(8, (2**30,), b"")), "cannot hold more"),
    "damaged gzip": (gzip.compress(GOOD)[:10] + b"\xff" * 20, "breaks off"),
    "wrong checksum": (bytes(BAD_CHECKSUM), "breaks off"),
    "garbage after gzip": (gzip.compress(GOOD) + b"garbage", "breaks off"),
}


@pytest.mark.parametrize(("content", "message"), HOSTILE.values(), ids=HOSTILE)
def test_a_file_that_lies_is_refused(tmp_path, content, message):
    path = tmp_path / "hostile"
    path.write_bytes(content)
    with pytest.raises(FileError) as caught:
        read_idx(path)
    text = str(caught.value)
    assert text.startswith(f"{path}: expected ") and message in text and "received" in text


def test_a_gzip_bomb_is_not_unpacked(tmp_path):
    # 20 MB of zeros in 20 kB, behind a header that declares four values.
    path = tmp_path / "bomb.gz"
    with gzip.open(path, "wb") as file:
        file.write(make_idx(0x08, (4,), b"\0" * 4))
        for _ in range(20):
            file.write(bytes(1_000_000))
    read = []
    original = gzip.GzipFile.read

    class Counting(gzip.GzipFile):
        def read(self, size=-1):
            data = original(self, size)
            read.append(len(data))
            return data

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gzip, "GzipFile", Counting)
        with pytest.raises(FileError, match="4 bytes of values, received more"):
            read_idx(path)
    assert 0 < sum(read) < 100


def test_another_shape_is_refused_before_the_values_are_read(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(make_idx(0x08, (60_000, 28, 28), b""))  # has no values at all
    with pytest.raises(FileError, match=r"an array of shape \(10000,\), received shape \(60000,"):
        read_idx(path, shape=(10_000,))


def test_a_missing_file(tmp_path):
    with pytest.raises(FileError, match="a readable file, received No such file"):
        read_idx(tmp_path / "nowhere")


def test_a_folder(tmp_path):
    with pytest.raises(FileError, match="a readable file, received Is a directory"):
        read_idx(tmp_path)
