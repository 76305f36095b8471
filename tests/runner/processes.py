"""Python processes for the tests: programs by the runner or plainly, with Keras or without."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

# Modules that a process is not to find, though they are installed here.
BLOCKER = """
import sys

class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {blocked!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(-1, Blocker())
"""
ORIGINALS = ("keras", "tensorflow", "tf_keras", "jax", "torch")

# A package in the place of the original, small enough to be imported in no time.
KERAS = """
from . import layers, models
__version__ = "9.9"
from .models import Model, Sequential
"""
MODELS = """
class Model:
    def __init__(self, layers=()):
        self.layers = list(layers)
    def compile(self, *args, **kwargs):
        pass
    def fit(self, *args, **kwargs):
        print("the original fits", [layer.name for layer in self.layers])
        return self
class Sequential(Model):
    pass
"""
LAYERS = """
class Layer:
    def __init__(self, *args, **kwargs):
        self.name = type(self).__name__
class Dense(Layer):
    pass
class Conv2D(Layer):
    pass
"""


@dataclass(frozen=True)
class Ended:
    """How a process ended, and what it wrote."""

    status: int
    out: str
    err: str

    @property
    def told(self) -> list[str]:
        """What the runner said, without its name."""
        lines = [line for line in self.err.splitlines() if line.startswith("pronghorn: ")]
        return [line.removeprefix("pronghorn: ") for line in lines]

    @property
    def own_err(self) -> str:
        """What the program itself wrote on standard error."""
        lines = self.err.splitlines(keepends=True)
        return "".join(line for line in lines if not line.startswith("pronghorn: "))


def write_files(folder: Path, files: dict[str, str]) -> Path:
    """Write texts below the folder; gives the folder."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def blocking(folder: Path, *names: str) -> Path:
    """A folder for PYTHONPATH with which these modules cannot be imported."""
    return write_files(folder, {"sitecustomize.py": BLOCKER.format(blocked=names)})


def original(folder: Path) -> Path:
    """A folder for PYTHONPATH with a small package keras, and one tensorflow that it asks for."""
    files = {"keras/__init__.py": KERAS, "keras/layers.py": LAYERS, "keras/models.py": MODELS}
    return write_files(folder, {**files, "tensorflow/__init__.py": "import keras\n"})


def run_python(
    *arguments: str, cwd: Path, path: Path | None = None, stdin: str = "", **variables: str
) -> Ended:
    """A process of this Python; ``path`` comes before all others."""
    env = {k: v for k, v in os.environ.items() if not k.startswith(("PRONGHORN_", "KERAS_"))}
    paths = [str(part) for part in (path, env.get("PYTHONPATH")) if part]
    env = {**env, "PYTHONPATH": os.pathsep.join(paths), "PYTHONWARNINGS": "ignore", **variables}
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        env=env,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    return Ended(done.returncode, done.stdout, done.stderr)
