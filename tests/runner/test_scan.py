"""What a program uses is read from its source: names, lines, and what it can do without."""

import pytest

from pronghorn.runner._names import ROOTS, find, missing_part, module_for
from pronghorn.runner._scan import Source, find_uses, local_sources, roots_of
from runner.processes import write_files

# Program → what it needs that is not served, with the lines.
PROGRAMS = {
    "nothing": ("import keras\nkeras.layers.Dense(1)\n", []),
    "nothing of ours": ("import numpy as keras\nkeras.layers.Conv2D\n", []),
    "attribute": ("import keras\nkeras.layers.GRU(1)\n", [("keras.layers.GRU", 2)]),
    "alias": ("import keras.layers as L\nL.GRU(1)\n", [("keras.layers.GRU", 2)]),
    "from": ("from keras.layers import GRU as G\n\nG(1)\n", [("keras.layers.GRU", 3)]),
    "assigned": ("import keras\nL = keras.layers\nL.GRU(1)\n", [("keras.layers.GRU", 3)]),
    "star": ("from keras.layers import *\nDense(1), GRU(1)\n", [("keras.layers.GRU", 2)]),
    "star beside others": ("from numpy import *\nfrom keras.layers import *\nGRU(1)\n", []),
    "star and own name": ("from keras.layers import *\ndef GRU(n): ...\nGRU(1)\n", []),
    "base class": (
        "import keras\nclass A(keras.layers.RNN): ...\n",
        [("keras.layers.RNN", 2)],
    ),
    "of a class": ("import keras\nkeras.Model.fly\n", [("keras.Model.fly", 2)]),
    "whole module": (
        "from keras import applications as a\na.VGG16()\n",
        [("keras.applications", 2)],
    ),
    "tf.keras": (
        "import tensorflow as tf\ntf.keras.layers.GRU(1)\n",
        [("tensorflow.keras.layers.GRU", 2)],
    ),
    "two": (
        "import keras\nkeras.layers.GRU(1)\nkeras.layers.LSTM(1)\n",
        [("keras.layers.GRU", 2), ("keras.layers.LSTM", 3)],
    ),
    "imported only": ("from keras.layers import GRU, Dense\nDense(1)\n", []),
    "called function": (
        "import keras\ndef f():\n    keras.layers.GRU(1)\nf()\n",
        [("keras.layers.GRU", 3)],
    ),
    "called through another": (
        "import keras\ndef f():\n    keras.layers.GRU(1)\ndef g():\n    f()\ng()\n",
        [("keras.layers.GRU", 3)],
    ),
    "function named in a string": (
        "import keras\ndef f():\n    keras.layers.GRU(1)\nglobals()['f']()\n",
        [("keras.layers.GRU", 3)],
    ),
    "function that is not called": ("import keras\ndef f():\n    keras.layers.GRU(1)\n", []),
    "parameter of that name": (
        "from keras import layers\ndef f(layers):\n    layers.GRU\nf(0)\n",
        [],
    ),
    "method": (
        "import keras\nclass A:\n    def f(self):\n        keras.layers.GRU(1)\nA()\n",
        [("keras.layers.GRU", 4)],
    ),
    "bound to something else too": ("from keras import layers\nlayers = [1]\nlayers.GRU\n", []),
    "tried": ("import keras\ntry:\n    keras.layers.GRU\nexcept AttributeError: ...\n", []),
    "tried for another reason": (
        "import keras\ntry:\n    keras.layers.GRU\nexcept KeyError: ...\n",
        [("keras.layers.GRU", 3)],
    ),
    "asked for a class": ("import keras\nisinstance(keras.x, (int, keras.y))\n", [("keras.x", 2)]),
    "asked in an expression": (
        "import keras\na = keras.x if hasattr(keras, 'x') else 1\n"
        "b = hasattr(keras, 'x') and keras.x\n",
        [],
    ),
    "asked hasattr": ("import keras\nif hasattr(keras, 'x'):\n    keras.x()\n", []),
    "asked the version": ("import keras\nif keras.__version__ < '2':\n    keras.x()\n", []),
    "annotation": ("import keras\ndef f(x: keras.x): ...\n", [("keras.x", 2)]),
    "lazy annotation": (
        "from __future__ import annotations\nimport keras\ndef f(x: keras.x): ...\n",
        [],
    ),
    "broken": ("import keras\nkeras.layers.GRU(\n", []),
}


@pytest.mark.parametrize("case", PROGRAMS)
def test_uses_are_found_with_their_lines(case):
    source, expected = PROGRAMS[case]
    uses = find_uses([Source(source, "program.py")], missing_part)
    assert sorted({(use.dotted, use.line) for use in uses}) == expected


def test_modules_of_the_program_are_read(tmp_path):
    files = {
        "main.py": "import a\nfrom package import b\nimport json\n",
        "a.py": "import main\n",
        "package/__init__.py": "",
        "package/b.py": "from . import c\nfrom .d import e\n",
        "package/c.py": "import tensorflow\n",
        "package/d.py": "",
        "other.py": "import keras\n",
    }
    here = write_files(tmp_path, files)
    first = Source(files["main.py"], str(here / "main.py"), str(here))
    sources = list(local_sources(first))
    found = sorted(source.file.removeprefix(f"{here}/") for source in sources)
    assert found == ["a.py", "main.py", *(f"package/{n}.py" for n in ("__init__", "b", "c", "d"))]
    assert roots_of(sources) == {"tensorflow"}


# Where Keras 1, 2 and 3 keep, or kept, what Pronghorn has.
MODULES = {
    "keras": "pronghorn",
    "keras.layers": "pronghorn.layers",
    "keras.layers.core": "pronghorn.layers.core",
    "keras.layers.advanced_activations": "pronghorn.layers",
    "keras.layers.normalization": "pronghorn.layers",
    "keras.optimizers.legacy": "pronghorn.optimizers",
    "keras.optimizers.schedules": "pronghorn.optimizers.schedules",
    "keras.optimizer_v2.adam": "pronghorn.optimizers",
    "keras.utils.np_utils": "pronghorn.utils.np_utils",
    "keras.utils.vis_utils": "pronghorn.utils",
    "keras.objectives": "pronghorn.losses",
    "keras.wrappers.scikit_learn": "pronghorn.wrappers.scikit_learn",
    "keras.datasets.mnist": "pronghorn.datasets.mnist",
    "tf_keras.models": "pronghorn.models",
    "tensorflow.keras.callbacks": "pronghorn.callbacks",
    "tensorflow.python.keras.layers": "pronghorn.layers",
    "tensorflow.keras.layers.experimental.preprocessing": "pronghorn.layers",
    "keras.applications": None,
    "keras.applications.resnet50": None,
    "keras.datasets.cifar10": "pronghorn.datasets.cifar10",
    "keras.src.layers": None,
    # The package's own parts are no modules of Keras.
    "keras.ir": None,
    "keras.engines": None,
    "keras.errors": None,
    "keras.layers._dense": None,
}


@pytest.mark.parametrize("name", MODULES)
def test_module_of_keras_is_one_of_ours(name):
    assert module_for(name) == MODULES[name]


@pytest.mark.parametrize("root", ["keras", "tf_keras", "tensorflow.keras"])
def test_every_top_name_of_keras_that_is_here_is_served(root):
    import pronghorn

    own = {"errors", "install", "register", "uninstall"}
    served = {name for name in pronghorn.__all__ if missing_part(f"{root}.{name}") is None}
    assert served == set(pronghorn.__all__) - own
    assert root.partition(".")[0] in ROOTS


def test_version_is_that_of_the_keras_whose_files_are_written():
    assert find("keras", "__version__").split(".")[0] == "3"
