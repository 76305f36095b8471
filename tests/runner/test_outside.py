"""What Pronghorn does not have: one error, or the original library for the whole program."""

import json

import pytest

from pronghorn.runner._outside import explain
from runner.processes import ORIGINALS, blocking, original, run_python, write_files

MADE = "open('made', 'w').close()\n"
BUILD = "model = models.Sequential([layers.Dense(1), layers.Conv2D(2, 3)])\nmodel.fit()\n"
HEAD = "from keras import layers, models\n"

# Program → (what is named, its line).
NEEDING = {
    "convolution": (f"{MADE}from keras.layers import Conv2D\nConv2D(8, 3)\n", "Conv2D", 3),
    "recurrence": (f"{MADE}import keras\nkeras.layers.LSTM(8)\n", "keras.layers.LSTM", 3),
    "gradient tape": (
        f"{MADE}import tensorflow as tf\nwith tf.GradientTape() as tape:\n    pass\n",
        "tensorflow.GradientTape",
        3,
    ),
    "graph of TensorFlow 1": (
        f"{MADE}import tensorflow as tf\nx = tf.placeholder(tf.float32)\n",
        "tensorflow.placeholder",
        3,
    ),
    "in a module of it": (f"{MADE}import parts\nparts.build()\n", "keras.layers.Conv3D", 3),
}
GONE = {
    "a layer of Keras 1": ("keras.layers.Merge", "layers.Concatenate"),
    "a graph": ("tensorflow.placeholder", "Input in place of a placeholder"),
}


@pytest.mark.parametrize("case", GONE)
def test_what_is_gone_is_not_to_be_installed(case):
    name, remedy = GONE[case]
    text = explain(name, "tensorflow", "line 1 of program.py")
    assert remedy in text
    assert "pip install" not in text


# Programs that name such things and get by without them.
NOT_NEEDING = {
    "imported only": "from keras.layers import Conv2D\nimport keras.applications.vgg16\nprint(0)",
    "import tried": "try:\n    from keras.layers import GRU\nexcept ImportError:\n    print(0)",
    "module tried": "try:\n    import keras.applications\nexcept ImportError:\n    print(0)",
    "class asked for": (
        "import keras\nfrom keras.layers import GRU\n"
        "print(isinstance(keras.layers.Dense(1), GRU)"
        " + isinstance(1, (str,\n    keras.layers.LSTM)))"
    ),
    "asked for": f"{HEAD}print(int(hasattr(layers, 'GRU')))",
}
PARTS = (
    "from keras import layers\n"
    "def build():\n    return layers.Conv3D(8, 3)\n"
    "def small():\n    return layers.Dense(1)\n"
)


@pytest.fixture(scope="module")
def without(tmp_path_factory):
    """For PYTHONPATH: no original can be imported."""
    return blocking(tmp_path_factory.mktemp("blocked"), *ORIGINALS)


@pytest.fixture(scope="module")
def with_original(tmp_path_factory):
    """For PYTHONPATH: a small package in the place of Keras."""
    return original(tmp_path_factory.mktemp("original"))


@pytest.mark.parametrize("case", NEEDING)
def test_one_error_and_nothing_half_done(case, tmp_path, without):
    source, name, line = NEEDING[case]
    here = write_files(tmp_path, {"program.py": source, "parts.py": PARTS})
    ended = run_python("-m", "pronghorn", "program.py", cwd=here, path=without)
    assert (ended.status, ended.out, ended.own_err) == (1, "", "")
    file = "parts.py" if case == "in a module of it" else "program.py"
    (text,) = ended.told
    assert f"{name} (line {line} of {file}) is not served" in text
    what = "Input in place of a placeholder" if "placeholder" in name else "pip install tensorflow"
    assert what in text
    assert not (here / "made").exists()


def test_error_of_an_import_shows_the_program_only(tmp_path, without):
    here = write_files(tmp_path, {"program.py": HEAD + BUILD})
    source = "import pronghorn; pronghorn.install(); import program"
    ended = run_python("-c", source, cwd=here, path=without)
    assert (ended.status, ended.err.count("  File ")) == (1, 2)
    assert "keras.layers.Conv2D (line 2 of program.py) is not served" in ended.err


def test_prompt_goes_on_after_an_error(tmp_path, without):
    source = (
        "import io, sys\nfrom pronghorn import runner\n"
        "class Terminal(io.StringIO):\n    isatty = lambda self: True\n"
        "sys.stdin = Terminal('from keras import layers\\nlayers.Conv2D\\nlayers.Dense\\n')\n"
        "runner.main([])\n"
    )
    ended = run_python("-c", source, cwd=tmp_path, path=without)
    assert (ended.status, ended.err.count("  File ")) == (0, 1)
    assert "keras.layers.Conv2D (line 1 of <console>) is not served" in ended.err
    assert "<class 'pronghorn.layers._dense.Dense'>" in ended.out


@pytest.mark.parametrize("case", NOT_NEEDING)
def test_programs_that_do_not_use_it_run(case, tmp_path, without):
    here = write_files(tmp_path, {"program.py": NOT_NEEDING[case], "parts.py": PARTS})
    ended = run_python("-m", "pronghorn", "program.py", cwd=here, path=without)
    assert (ended.status, ended.out, ended.own_err) == (0, "0\n", "")


def test_whole_program_runs_on_the_original(tmp_path, with_original):
    here = write_files(tmp_path, {"program.py": HEAD + BUILD})
    ended = run_python(
        *("-m", "pronghorn", "--report", "report.json", "program.py"),
        cwd=here,
        path=with_original,
        KERAS_BACKEND="numpy",
    )
    assert (ended.status, ended.out) == (0, "the original fits ['Dense', 'Conv2D']\n")
    assert ended.told == [
        "keras.layers.Conv2D (line 2 of program.py) is not served: "
        "the whole program runs on the installed keras",
        "0 of 1 fit ran native; 1 fell back: Sequential (keras.layers.Conv2D)",
    ]
    report = json.loads((here / "report.json").read_text())
    assert report["fits"] == {"total": 1, "native": 0, "fell_back": 1}
    assert report["handed_over"]["dotted"] == "keras.layers.Conv2D"


def test_processes_that_it_starts_run_on_the_original_too(tmp_path, with_original):
    start = "import subprocess, sys\nsubprocess.run([sys.executable, '-c', 'import keras; "
    source = f"{start}print(keras.__version__)'])\n{HEAD}{BUILD}"
    here = write_files(tmp_path, {"program.py": source})
    ended = run_python(
        *("-m", "pronghorn", "program.py"), cwd=here, path=with_original, KERAS_BACKEND="numpy"
    )
    assert ended.out.splitlines()[0] == "9.9"


def test_keras_without_what_it_computes_on_is_not_installed(tmp_path, with_original):
    here = write_files(tmp_path, {"program.py": HEAD + BUILD, "jax/__init__.py": ""})
    ended = run_python(
        *("-m", "pronghorn", "program.py"), cwd=here, path=with_original, KERAS_BACKEND="absent"
    )
    assert (ended.status, ended.out) == (1, "")
    assert ended.told[0].endswith("Or set KERAS_BACKEND=jax: Keras is installed, and so is jax.")


def test_strict_refuses_the_original(tmp_path, with_original):
    here = write_files(tmp_path, {"program.py": HEAD + BUILD})
    ended = run_python(
        *("-m", "pronghorn", "--strict", "--report", "report.json", "program.py"),
        cwd=here,
        path=with_original,
        KERAS_BACKEND="numpy",
    )
    assert (ended.status, ended.out) == (1, "")
    assert "--strict" in ended.told[0]
    refused = json.loads((here / "report.json").read_text())["refused"]
    assert (refused["dotted"], refused["line"]) == ("keras.layers.Conv2D", 2)


# As the cells of a notebook: nothing can be read before it runs.
CELLS = """
import pronghorn
pronghorn.load_ipython_extension(None)
def cell(text):
    exec(compile(text, "cell", "exec"), globals())
cell("import keras\\nfrom keras.layers import Dense, Conv2D\\nlayers = keras.layers")
cell({before!r})
cell("try:\\n    {touch}\\nexcept AttributeError as error:\\n    print(error)")
print(Dense.__module__, keras.__version__)
"""


@pytest.mark.parametrize(
    "touch", ["layers.Conv2D(8, 3)", "Conv2D(8, 3)", "type('Own', (Conv2D,), {})"]
)
def test_original_takes_over_before_anything_was_made(touch, tmp_path, with_original):
    source = CELLS.format(before="", touch=touch)
    ended = run_python("-c", source, cwd=tmp_path, path=with_original, KERAS_BACKEND="numpy")
    assert (ended.status, ended.out) == (0, "keras.layers 9.9\n")
    assert "the original libraries take over from here on" in ended.told[0]


@pytest.mark.parametrize(
    "before",
    ["first = Dense(1)", "class Own(keras.Model):\n    pass", "how = keras.optimizers.Adam()"],
    ids=["a layer", "a class", "an optimizer"],
)
def test_original_does_not_take_over_what_was_made_here(before, tmp_path, with_original):
    source = CELLS.format(before=before, touch="layers.Conv2D(8, 3)")
    ended = run_python("-c", source, cwd=tmp_path, path=with_original, KERAS_BACKEND="numpy")
    first, second = ended.out.splitlines()
    assert "is not served, and the program has made" in first
    assert second.startswith("pronghorn.layers")


def test_looking_around_does_not_call_the_original(tmp_path, with_original):
    source = (
        "import pronghorn; pronghorn.install()\nimport keras, inspect, pickle\n"
        "getattr(keras, 'applications', None), hasattr(keras.layers, 'GRU')\n"
        "inspect.getmodule(keras.Sequential)\n"
        "print(keras.Sequential.__module__[:9])\n"
    )
    ended = run_python("-c", source, cwd=tmp_path, path=with_original, KERAS_BACKEND="numpy")
    assert (ended.out, ended.err) == ("pronghorn\n", "")


def test_libraries_may_look_up_more_than_is_used(tmp_path, without):
    library = (
        "from keras import *\n"
        "SIZES = {'rotation': layers.RandomRotation, 'net': applications.vgg16}\n"
        "def rotate():\n    return SIZES['rotation'](0.5)\n"
    )
    write_files(tmp_path / "installed", {"library.py": library})
    blocker = (without / "sitecustomize.py").read_text()
    path = write_files(tmp_path / "installed", {"sitecustomize.py": blocker})
    program = "import library\nprint(sorted(library.SIZES))\nlibrary.rotate()\n"
    here = write_files(tmp_path / "here", {"program.py": program})
    ended = run_python("-m", "pronghorn", "program.py", cwd=here, path=path)
    assert (ended.status, ended.out) == (1, "['net', 'rotation']\n")
    assert "keras.layers.RandomRotation (line 4 of library.py) is not served" in ended.err
