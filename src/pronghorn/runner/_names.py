"""Which module of Pronghorn stands for a module of Keras or TensorFlow."""

from __future__ import annotations

import importlib.util
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any

__all__ = [
    "ROOTS",
    "find",
    "install_for",
    "instead_of",
    "is_on_the_way",
    "is_root_of",
    "missing_part",
    "module_for",
]

# The packages that are served, and what brings each where it is missing.
ROOTS = {
    "keras": "tensorflow",
    "keras_core": "keras_core",
    "tensorflow": "tensorflow",
    "tf_keras": "tf_keras",
}

_TENSORFLOW = "pronghorn.runner._tensorflow"
# Parts of Keras that only programs written for it ask for.
_FOR_PROGRAMS = {
    # Keras 2 had its functions of tensors there; pronghorn.backend is what Keras 3 left of it.
    "backend": f"{_TENSORFLOW}._keras_backend",
    "preprocessing": f"{_TENSORFLOW}._keras_preprocessing",
    "random": f"{_TENSORFLOW}._keras_random",
    "utils.legacy": f"{_TENSORFLOW}._keras_legacy",
}

# Functions of files that are here for programs only: module of Pronghorn, name → their module.
_OF_FILES = {
    ("pronghorn.layers", "RandomFourierFeatures"): f"{_TENSORFLOW}._keras_fourier",
    ("pronghorn.mixed_precision", "LossScaleOptimizer"): f"{_TENSORFLOW}._keras_loss_scale",
    ("pronghorn.optimizers", "LossScaleOptimizer"): f"{_TENSORFLOW}._keras_loss_scale",
    ("pronghorn.utils", "text_dataset_from_directory"): f"{_TENSORFLOW}._keras_text_folder",
    ("pronghorn.utils", "timeseries_dataset_from_array"): f"{_TENSORFLOW}._keras_series",
    ("pronghorn.utils", "array_to_img"): f"{_TENSORFLOW}._keras_pictures",
    ("pronghorn.utils", "img_to_array"): f"{_TENSORFLOW}._keras_pictures",
    ("pronghorn.utils", "load_img"): f"{_TENSORFLOW}._keras_pictures",
    ("pronghorn.utils", "save_img"): f"{_TENSORFLOW}._keras_pictures",
}

# Names of Keras 1 and 2 for what has another one now: module of Pronghorn, old → present.
_OLDER = {
    "pronghorn.constraints": {
        "maxnorm": "max_norm",
        "nonneg": "non_neg",
        "unitnorm": "unit_norm",
    },
    "pronghorn.models": {"model_from_yaml": "model_from_json"},
    "pronghorn.optimizers": {
        "adadelta": "Adadelta",
        "adagrad": "Adagrad",
        "adam": "Adam",
        "adamax": "Adamax",
        "nadam": "Nadam",
        "rmsprop": "RMSprop",
        "sgd": "SGD",
    },
    "pronghorn.regularizers": {
        "activity_l1": "l1",
        "activity_l1l2": "l1_l2",
        "activity_l2": "l2",
        "l1l2": "l1_l2",
    },
}

# Where Keras lies inside of other packages; the longest that fits counts.
_KERAS = (
    "keras",
    "keras_core",
    "tf_keras",
    "keras.api",
    "tensorflow.keras",
    "tensorflow.python.keras",
    "tensorflow.compat.v1.keras",
    "tensorflow.compat.v2.keras",
    "tensorflow.contrib.keras",
)

# Folders on the way to them that hold nothing else which is served.
_ON_THE_WAY = frozenset(name.rpartition(".")[0] for name in _KERAS)

# Modules of Keras, old and new, whose contents are elsewhere here.
_MOVED = {
    "engine": "models",
    "engine.base_layer": "layers",
    "engine.input_layer": "layers",
    "engine.sequential": "models",
    "engine.topology": "layers",
    "engine.training": "models",
    "initializers.initializers_v2": "initializers",
    "layers.advanced_activations": "layers",
    "layers.embeddings": "layers",
    "layers.experimental": "layers",
    "layers.experimental.preprocessing": "layers",
    "layers.merge": "layers",
    "layers.noise": "layers",
    "layers.normalization": "layers",
    "layers.preprocessing": "layers",
    "objectives": "losses",
    "optimizer_v1": "optimizers",
    "optimizer_v2": "optimizers",
    "optimizer_v2.gradient_descent": "optimizers",
    "optimizers.experimental": "optimizers",
    "optimizers.legacy": "optimizers",
    "saving.save": "models",
    "utils.data_utils": "utils",
    "utils.generic_utils": "utils",
    "utils.layer_utils": "utils",
    "utils.vis_utils": "utils",
}
# What ``from keras import *`` gives as stand-ins, since libraries look it up as they start.
_NOT_SERVED = ("applications",)
# Folders with one module an optimizer: keras.optimizers.adam_v2, keras.optimizer_v2.adam.
_OPTIMIZERS = ("optimizers", "optimizer_v2", "optimizer_v1")

# Of the package's own public names, what Keras does not have.
_OWN = frozenset({"errors", "install", "register", "uninstall"})


def is_root_of(dotted: str) -> bool:
    """Whether the name begins with a package that is served."""
    return dotted.partition(".")[0] in ROOTS


def is_on_the_way(dotted: str) -> bool:
    """Whether the name is a package with nothing served but Keras below it: tensorflow.python."""
    return dotted in _ON_THE_WAY


def install_for(dotted: str) -> str:
    """The package to install for a name that is not served."""
    return ROOTS.get(dotted.partition(".")[0], "tensorflow")


@cache
def module_for(dotted: str) -> str | None:
    """The module of Pronghorn for a module of a served package; None where there is none.

    >>> module_for("tensorflow.keras.layers"), module_for("keras.layers.advanced_activations")
    ('pronghorn.layers', 'pronghorn.layers')
    >>> module_for("keras.applications") is None
    True
    """
    rest = _below_keras(dotted)
    if rest is None:
        return _existing(_TENSORFLOW, dotted.partition(".")[2])
    if rest == "":
        return "pronghorn"
    if rest in _FOR_PROGRAMS:
        return _FOR_PROGRAMS[rest]
    first, _, below = rest.partition(".")
    if first in _FOR_PROGRAMS:
        return _existing(_FOR_PROGRAMS[first], below)
    if first in _public() and all(part[:1] != "_" for part in rest.split(".")):
        found = _existing("pronghorn", rest)
        if found is not None:
            return found
    folder, _, last = rest.rpartition(".")
    if folder in _OPTIMIZERS and _existing("pronghorn.optimizers", f"_{last.removesuffix('_v2')}"):
        return "pronghorn.optimizers"
    moved = _MOVED.get(rest)
    return None if moved is None else f"pronghorn.{moved}"


def _below_keras(dotted: str) -> str | None:
    """What follows Keras in a name: "layers" of "tensorflow.keras.layers"; None if not Keras."""
    fitting = [top for top in _KERAS if dotted == top or dotted.startswith(top + ".")]
    return dotted[len(max(fitting, key=len)) + 1 :] if fitting else None


@cache
def _public() -> frozenset[str]:
    return frozenset({*import_module("pronghorn").__all__, "wrappers"}) - _OWN


def _existing(package: str, rest: str) -> str | None:
    name = f"{package}.{rest}" if rest else package
    try:
        return name if importlib.util.find_spec(name) is not None else None
    except ModuleNotFoundError:
        return None


def find(module: str, name: str) -> Any:
    """The value of a name in a module of a served package, or AttributeError."""
    target = module_for(module)
    if target is None:
        raise AttributeError(name)
    if target == "pronghorn":
        return _find_at_top(name)
    if name.startswith("_") and not (name.startswith("__") and name.endswith("__")):
        raise AttributeError(name)
    present = _OLDER.get(target, {}).get(name, name)
    return getattr(import_module(_OF_FILES.get((target, name), target)), present)


def instead_of(dotted: str) -> str | None:
    """What Pronghorn has in the place of a name that is not served; None where it has nothing."""
    module, _, name = dotted.rpartition(".")
    try:
        find(module, name)
    except AttributeError as error:
        found: str | None = getattr(error, "instead", None)
        return found
    return None


def _find_at_top(name: str) -> Any:
    if name == "__version__":
        return import_module("pronghorn.files").KERAS_VERSION
    if name == "version":
        return _keras_version
    if name != "__all__" and name not in _public():
        raise AttributeError(name)
    if name == "__all__":
        return sorted({*_public(), *_NOT_SERVED, *(n for n in _FOR_PROGRAMS if "." not in n)})
    return getattr(import_module("pronghorn"), name)


def _keras_version() -> str:
    """The Keras whose names and files these are; ``keras.version()``."""
    version: str = _find_at_top("__version__")
    return version


def missing_part(dotted: str) -> str | None:
    """The part of a name that is not served, or None where all of it is.

    >>> missing_part("keras.layers.Conv2D"), missing_part("tf_keras.layers.Dense.from_config")
    ('keras.layers.Conv2D', None)
    >>> missing_part("tensorflow.python.keras.models.Sequential") is None
    True
    >>> find("keras", "version")() == find("keras", "__version__")
    True
    """
    module, *rest = dotted.split(".")
    # Every module has a __name__ and the like.
    while rest and not rest[0].startswith("__"):
        part = f"{module}.{rest[0]}"
        if module_for(part) is None and not is_on_the_way(part):
            try:
                value = find(module, rest[0])
            except AttributeError:
                return part
            return _missing_in(value, part, rest[1:])
        module, rest = part, rest[1:]
    return None


def _missing_in(value: Any, name: str, rest: list[str]) -> str | None:
    for part in rest:
        # What an instance has is known only when it is there.
        if not isinstance(value, type | ModuleType):
            return None
        name = f"{name}.{part}"
        try:
            value = getattr(value, part)
        except AttributeError:
            return name
    return None
