"""Standard streams that are narrow or closed: results are printed all the same, or one line says
why not.
"""

import os
import subprocess
import sys

import pytest

TABLE = "a,b,kind\n" + "1,2,Grün\n2,3,ok\n3,4,Grün\n4,6,ok\n" * 5
FITS = """
import numpy as np
from sklearn.neural_network import MLPClassifier
mlp = MLPClassifier(2, batch_size=4, max_iter=1)
mlp.partial_fit(np.eye(4), [0, 1, 0, 1], classes=[0, 1])
"""
TRAIN = ("train", "kinds.csv", "--target", "kind", "--epochs", "1", "--layers", "2", "--out", "run")


def pronghorn(here, *arguments, closing="", **variables):
    """A process whose standard streams are those of a terminal with these variables."""
    command = [sys.executable, "-m", "pronghorn", *arguments]
    if closing:
        command = ["/bin/sh", "-c", f'exec "$@" {closing}', "sh", *command]
    own = ("PYTHONIO", "PYTHONUNBUFFERED")
    usual = {key: value for key, value in os.environ.items() if not key.startswith(own)}
    return subprocess.run(
        command,
        cwd=here,
        env={**usual, "PYTHONWARNINGS": "ignore", **variables},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=300,
        check=False,
    )


@pytest.fixture
def there(here):
    (here / "kinds.csv").write_text(TABLE, encoding="utf-8")
    return here


ASCII = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}


@pytest.mark.parametrize(
    ("variables", "umlaut"),
    [
        pytest.param({"PYTHONIOENCODING": "ascii"}, rb"\xfc", id="ascii"),
        pytest.param({"PYTHONIOENCODING": "latin-1"}, b"\xfc", id="latin-1"),
        pytest.param({"PYTHONIOENCODING": "utf-8"}, "ü".encode(), id="utf-8"),
        pytest.param(
            ASCII,
            rb"\xfc",
            id="locale",
            marks=pytest.mark.skipif(sys.platform != "linux", reason="a locale of Linux"),
        ),
    ],
)
def test_an_encoding_without_our_signs(there, variables, umlaut):
    trained = pronghorn(there, *TRAIN, **variables)
    assert (trained.returncode, trained.stderr) == (0, b"")
    is_narrow = umlaut != "ü".encode()
    arrow, bar = ("->", "====") if is_narrow else ("→", "━━━━")
    assert f"network: 2 {arrow} 2 relu {arrow} 2 softmax".encode() in trained.stdout
    assert bar.encode() in trained.stdout
    for command in (("summary", "run"), ("evaluate", "run", "kinds.csv")):
        done = pronghorn(there, *command, **variables)
        assert (done.returncode, done.stderr) == (0, b"")
    predicted = pronghorn(there, "predict", "run", "kinds.csv", **variables)
    assert predicted.returncode == 0
    assert predicted.stdout.startswith(b"row,predicted,probability of Gr" + umlaut + b"n,")


def test_r_squared_is_said_in_ascii(here):
    (here / "line.csv").write_text("x,y\n" + "".join(f"{i},{i / 2}\n" for i in range(20)))
    options = ("--target", "y", "--epochs", "1", "--verbose", "0", "--out", "run")
    trained = pronghorn(here, "train", "line.csv", *options, PYTHONIOENCODING="ascii")
    assert (trained.returncode, trained.stderr) == (0, b"")
    for command in (("evaluate", "run", "line.csv"), ("summary", "run")):
        done = pronghorn(here, *command, PYTHONIOENCODING="ascii")
        assert (done.returncode, done.stderr) == (0, b"")
        assert b", R^2 " in done.stdout


@pytest.mark.skipif(os.name == "nt", reason="streams are closed by a shell of POSIX")
def test_closed_output(there):
    trained = pronghorn(there, *TRAIN, closing=">&-")
    assert (trained.returncode, trained.stderr) == (0, b"")
    assert (there / "run" / "model.keras").is_file()
    predicted = pronghorn(there, "predict", "run", "kinds.csv", closing=">&-")
    assert predicted.returncode == 1
    assert predicted.stderr.startswith(b"pronghorn: predict: expected standard output")
    assert predicted.stderr.count(b"\n") == 1
    written = pronghorn(there, "predict", "run", "kinds.csv", "--out", "p.csv", closing=">&-")
    assert written.returncode == 0
    assert (there / "p.csv").is_file()


@pytest.mark.skipif(os.name == "nt", reason="streams are closed by a shell of POSIX")
def test_closed_error_stream(there):
    """What belongs there is not written among the results."""
    assert pronghorn(there, *TRAIN, closing="2>&-").returncode == 0
    predict = ("predict", "run", "kinds.csv")
    there_is = pronghorn(there, *predict)
    silent = pronghorn(there, *predict, closing="2>&-")
    assert (silent.returncode, silent.stdout) == (0, there_is.stdout)
    (there / "fits.py").write_text(FITS, encoding="utf-8")
    for command, code in [
        ((*predict, "--out", "p.csv"), 0),
        (("predict", "run", "missing.csv"), 1),
        (("predict",), 2),
        (("missing.py",), 2),
        (("--no-such-option",), 2),
        (("fits.py",), 0),
    ]:
        done = pronghorn(there, *command, closing="2>&-")
        assert (command, done.returncode, done.stdout, done.stderr) == (command, code, b"", b"")


@pytest.mark.skipif(os.name == "nt", reason="streams are closed by a shell of POSIX")
@pytest.mark.parametrize("closing", [">&-", "2>&-", ">&- 2>&-"])
def test_the_lab_with_closed_streams(here, closing):
    pytest.importorskip("uvicorn")
    options = ("--no-browser", "--port", "0", "--idle", "0.01")
    ended = pronghorn(here, "lab", *options, closing=closing)
    assert (ended.returncode, ended.stderr) == (0, b"")


@pytest.mark.skipif(os.name == "nt", reason="streams are closed by a shell of POSIX")
def test_closed_input_is_no_program(here):
    done = pronghorn(here, closing="<&-")
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


@pytest.mark.skipif(os.name == "nt", reason="pipes of POSIX")
@pytest.mark.parametrize("word", ["--help", "--version"])
def test_a_reader_that_has_gone(here, word):
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "pronghorn", word]
    try:
        done = subprocess.run(
            command, cwd=here, stdout=writing, stderr=subprocess.PIPE, timeout=300, check=False
        )
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="a device of Linux")
@pytest.mark.parametrize("is_buffered", [True, False], ids=["buffered", "unbuffered"])
@pytest.mark.parametrize(
    "command",
    [
        ("--help",),
        ("--version",),
        ("train", "--help"),
        ("doctor",),
        ("doctor", "--debug"),
        ("race", "bowl", "--steps", "3"),
        TRAIN,
        (*TRAIN, "--verbose", "0"),
    ],
    ids=" ".join,
)
def test_a_full_disk_is_told_in_one_line(there, command, is_buffered):
    unbuffered = {} if is_buffered else {"PYTHONUNBUFFERED": "1"}
    done = pronghorn(there, *command, closing=">/dev/full", **unbuffered)
    assert done.returncode == 1
    assert done.stderr.startswith(b"pronghorn: output: ")
    assert b"No space left on device" in done.stderr
    assert done.stderr.count(b"\n") == 1
