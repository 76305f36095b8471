"""Fits are counted, in every process of a run, and told on one line and as JSON."""

import json
import re

import pytest

from runner.processes import ORIGINALS, blocking, original, run_python, write_files
from tolerances import SCORE_VS_SCIKIT_LEARN

# y = 2 x: a net of one unit, which is easy.
TRAIN = """
import sys
import numpy as np
import keras
from keras.models import Sequential
from keras.layers import Dense

def train(epochs=1):
    keras.utils.set_random_seed(1)
    x = np.arange(-8.0, 8.0).reshape(16, 1) / 8
    model = Sequential([keras.Input((1,)), Dense(1)])
    model.compile(keras.optimizers.SGD(0.5), "mse")
    return model.fit(x, 2 * x, epochs=epochs, batch_size=16, verbose=0).history["loss"]
"""
ONE = f"{TRAIN}\nlosses = train(3)\nprint(losses[0] > losses[-1], len(losses))\n"
SPAWN = f"""{TRAIN}
import multiprocessing

if __name__ == "__main__":
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        pool.map(train, [1, 1])
    train()
"""
FORK = f"""{TRAIN}
import os
train()
child = os.fork()
if child == 0:
    train()
    os._exit(0)
os.waitpid(child, 0)
"""
EXEC = f"""{TRAIN}
import os
if sys.argv[1:]:
    train()
else:
    os.execv(sys.executable, [sys.executable, __file__, "again"])
"""
SUBPROCESS = "import subprocess, sys\nsubprocess.run([sys.executable, 'one.py'])\n"
SEARCH = """
from sklearn.datasets import load_digits
from sklearn.model_selection import cross_val_score
from sklearn.neural_network import MLPClassifier

if __name__ == "__main__":
    x, y = load_digits(return_X_y=True)
    print(len(cross_val_score(MLPClassifier((8,), max_iter=2), x, y, cv=2, n_jobs=2)))
"""
MIXED = f"""{TRAIN}
from sklearn.neural_network import MLPRegressor
train(2)
train()
MLPRegressor(hidden_layer_sizes=(2,), max_iter=2).fit([[0.0], [1.0]], [0.0, 1.0])
"""
FILES = {
    "one.py": ONE,
    "spawn.py": SPAWN,
    "fork.py": FORK,
    "exec.py": EXEC,
    "sub.py": SUBPROCESS,
    "search.py": SEARCH,
    "mixed.py": MIXED,
    "test_it.py": f"{TRAIN}\ndef test_it():\n    assert train()[0] > 0\n",
}
SMALL = "MLPRegressor (so small that scikit-learn's own loop runs)"


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    return write_files(tmp_path_factory.mktemp("programs"), FILES)


@pytest.fixture(scope="module")
def without(tmp_path_factory):
    """For PYTHONPATH: no original can be imported."""
    return blocking(tmp_path_factory.mktemp("blocked"), *ORIGINALS)


def test_fit_is_counted_and_nothing_is_added_to_the_output(here, without):
    ended = run_python("-m", "pronghorn", "one.py", cwd=here, path=without)
    assert (ended.status, ended.out) == (0, "True 3\n")
    assert ended.err == "pronghorn: 1 of 1 fit ran native\n"


@pytest.mark.parametrize(
    ("program", "count"),
    [("spawn.py", 3), ("fork.py", 2), ("exec.py", 1), ("sub.py", 1), ("search.py", 2)],
    ids=["multiprocessing", "fork", "exec", "subprocess", "joblib"],
)
def test_fits_of_other_processes_count(program, count, here, without):
    if program == "search.py":
        pytest.importorskip("sklearn")
    ended = run_python("-m", "pronghorn", program, cwd=here, path=without)
    assert ended.own_err == ""
    plural = "fit" if count == 1 else "fits"
    assert ended.told == [f"{count} of {count} {plural} ran native"]


def test_report_and_details_say_what_fell_back(here, tmp_path, without):
    pytest.importorskip("sklearn")
    report = tmp_path / "report.json"
    options = ("-vv", "--report", str(report), "--threads", "1")
    ended = run_python("-m", "pronghorn", *options, "mixed.py", cwd=here, path=without)
    told = [re.sub(r"\d+\.\d+ s", "T s", line) for line in ended.told]
    assert told == [
        "Sequential: native, T s",
        "Sequential: native, T s",
        f"MLPRegressor: fell back: {SMALL[14:-1]}, T s",
        f"2 of 3 fits ran native; 1 fell back: {SMALL}",
        "  2 fits of Sequential, T s: native",
        f"  1 fit of MLPRegressor, T s: fell back: {SMALL[14:-1]}",
    ]
    found = json.loads(report.read_text())
    assert found["fits"] == {"total": 3, "native": 2, "fell_back": 1}
    assert [(g["model"], g["engine"], g["fits"]) for g in found["groups"]] == [
        ("Sequential", "native", 2),
        ("MLPRegressor", None, 1),
    ]


def test_strict_makes_a_fallback_an_error(here, without):
    pytest.importorskip("sklearn")
    ended = run_python("-m", "pronghorn", "--strict", "mixed.py", cwd=here, path=without)
    assert ended.status == 1
    assert f"EngineError: --strict: {SMALL} did not run on Pronghorn's engine." in ended.err


def test_chosen_engine_is_told(here, without):
    ended = run_python("-m", "pronghorn", "--engine=reference", "one.py", cwd=here, path=without)
    assert ended.told == [
        "0 of 1 fit ran native; 1 fell back: Sequential (engine reference)",
    ]


def test_variable_serves_every_process(here, without):
    ended = run_python("one.py", cwd=here, path=without, PRONGHORN_ACCEL="1")
    assert (ended.out, ended.told) == ("True 3\n", ["1 of 1 fit ran native"])


@pytest.mark.parametrize("value", ["", "0"])
def test_variable_that_says_no_serves_nothing(value, here, without):
    ended = run_python("one.py", cwd=here, path=without, PRONGHORN_ACCEL=value)
    assert (ended.status, "No module named 'keras'" in ended.err) == (1, True)


def test_nothing_is_said_where_nothing_was_fitted_unasked(here):
    ended = run_python("-c", "print(1)", cwd=here, PRONGHORN_ACCEL="1")
    assert (ended.out, ended.err) == ("1\n", "")


def test_tests_run_under_the_plugin(here, without):
    arguments = ("-m", "pytest", "-q", "-p", "pronghorn.runner", "-p", "no:cacheprovider")
    ended = run_python(*arguments, "test_it.py", cwd=here, path=without)
    assert ended.status == 0
    assert "1 of 1 fit ran native" in ended.out


def test_sample_is_fitted_again_by_both(here, without):
    pytest.importorskip("sklearn")
    source = (
        "import os, sys\n"
        "from sklearn.datasets import load_digits\n"
        "from sklearn.neural_network import MLPClassifier\n"
        "MLPClassifier((8,), max_iter=9, random_state=0).fit(*load_digits(return_X_y=True))\n"
        "os.chdir('/')\n"
        "sys.argv[:] = ['another']\n"
    )
    options = ("--verify", "--report", "verified.json")
    ended = run_python("-m", "pronghorn", *options, "-c", source, "a", cwd=here, path=without)
    report = json.loads((here / "verified.json").read_text())
    # The program's own fit, not those of the sample; what was called, not what it became.
    assert (report["fits"]["total"], report["program"]) == (1, ["-c", "a"])
    _, head, ours, theirs = ended.told
    assert head == "  verified on 1,797 rows: MLPClassifier"
    scores = [float(re.search(r"score (0\.\d+)", line)[1]) for line in (ours, theirs)]
    assert (ours.split()[0], theirs.split()[0]) == ("Pronghorn:", "original:")
    # The same first weights and orders of rows.
    assert scores[0] == pytest.approx(scores[1], abs=SCORE_VS_SCIKIT_LEARN.atol)


def test_sample_of_the_program_s_own_parts_is_left_out(here, tmp_path):
    source = TRAIN.replace('"mse")', "lambda y, p: keras.ops.square(y - p))") + "train()\n"
    ended = run_python(
        *("-m", "pronghorn", "--verify", "-c", source),
        cwd=here,
        path=original(tmp_path),
        KERAS_BACKEND="numpy",
    )
    assert ended.told == [
        "1 of 1 fit ran native",
        "  not verified: Sequential: classes and functions of the program's own are not known to "
        "the original",
    ]


@pytest.mark.slow
def test_sample_is_fitted_again_by_keras(here):
    pytest.importorskip("keras")
    ended = run_python("-m", "pronghorn", "--verify", "one.py", cwd=here, KERAS_BACKEND="jax")
    _, head, ours, theirs = ended.told
    assert head == "  verified on 16 rows: Sequential"
    # The same weights to begin with, whole batches, three steps: the same loss to the last digit.
    assert ours.split(",")[0].split()[-1] == theirs.split(",")[0].split()[-1]


def test_uninstall_gives_everything_back(here, without):
    pytest.importorskip("sklearn")
    source = (
        "import sys, pronghorn\n"
        "from sklearn.neural_network import MLPClassifier as plain\n"
        "pronghorn.install()\nimport keras, sklearn.neural_network as n\n"
        "print(keras.Input.__module__[:9], n.MLPClassifier is plain)\n"
        "pronghorn.uninstall()\n"
        "print('keras' in sys.modules, n.MLPClassifier is plain)\n"
        "print(keras.layers.Dense.__module__[:9])\n"
        "import keras\n"
    )
    ended = run_python("-c", source, cwd=here, path=without)
    # A module that the program holds goes on as it was; the next import finds another.
    assert ended.out == "pronghorn False\nFalse True\npronghorn\n"
    assert "No module named 'keras'" in ended.err


def test_models_are_saved_as_python_ends(tmp_path, without):
    """Exit functions run late: what HDF5 needs of Python is gone soon after."""
    saves = "".join(f"    model.save('{n}{end}')\n" for end in (".keras", ".h5") for n in "ab")
    source = (
        "import atexit, keras\n"
        "model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])\n"
        f"def save():\n{saves}\natexit.register(save)\n"
    )
    ended = run_python("-m", "pronghorn", "-c", source, cwd=tmp_path, path=without)
    assert (ended.status, ended.own_err) == (0, "")
    assert len([*tmp_path.iterdir()]) == 4


def test_install_is_refused_where_keras_is_in_use(here):
    source = "import sys, types\nsys.modules['keras'] = types.ModuleType('keras')\n"
    ended = run_python("-c", f"{source}import pronghorn; pronghorn.install()", cwd=here)
    assert "ParameterError: pronghorn.install: expected a process that has not" in ended.err
