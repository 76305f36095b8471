"""The lectures' listings, typed as on their slides, run by ``python -m pronghorn`` as processes.

TensorFlow, Keras and JAX cannot be imported in them. The scripts ask for the whole of MNIST or
Fashion-MNIST; here they get images that are made, and some of their large numbers are made small.
With PRONGHORN_DATA they also run as they are, on the real images. The slides set no seed: a line in
front does.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from tolerances import DECK_ACCURACY_FASHION_MNIST, DECK_ACCURACY_MNIST, Tolerance

FOLDER = Path(__file__).parent / "decks"
ABSENT = """
import sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"tensorflow", "keras", "tf_keras", "jax", "torch"}:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Absent())
"""


SEED = "import tensorflow as tf; tf.random.set_seed(1)\n"


@dataclass(frozen=True)
class Listing:
    """A script: what its report says, what is made small, and lines that it must print."""

    fits: str
    smaller: dict[str, str] = field(default_factory=dict)
    prints: tuple[str, ...] = ()


SCALED = "0.09003057 0.24472847 0.66524096"
LISTINGS = {
    "deck_1_overall": Listing("1 of 1 fit", {"epochs=5": "epochs=1"}),
    "deck_1_steps": Listing(
        "2 of 2 fits",
        {"epochs=5": "epochs=1"},
        (SCALED, r"\(60000, 28, 28\) \(60000,\) \(10000, 28, 28\) \(10000,\)", "100,480", "1,290"),
    ),
    "deck_2_mnist": Listing(
        "2 of 2 fits", {"epochs=5": "epochs=1"}, (r"Model Loss: [\d.]+%", r"Model Accuray:[\d.]+%")
    ),
    "deck_3_network": Listing(
        "1 of 1 fit",
        {"epochs=5": "epochs=1", "512": "32"},
        ("test_acc: 1.0", "cosine_proximity True"),
    ),
    "deck_5_fashion": Listing(
        "1 of 1 fit",
        {"epochs=30": "epochs=1"},
        ("266,610", r"\(784, 300\)\n\(300,\)", r"\[\d \d \d\]\n$"),
    ),
    # Two folds of four nets, and the best of them on all rows.
    "deck_5_grid_search": Listing(
        "9 of 9 fits",
        {"cv=5": "cv=2", "epochs=10": "epochs=1", "[50, 100]": "[5, 10]"},
        (r"\{'n_hidden': \d, 'n_neurons': \d+\}\n[01]\.\d+", "Total params"),
    ),
    "deck_5_regression": Listing(
        "1 of 1 fit",
        {},
        (r"explained: 0\.[3-6]", "KerasRegressor", "'GlorotNormal'", "'swish'", "'Nadam'"),
    ),
}


@pytest.fixture(scope="module")
def made_images(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as PRONGHORN_DATA names it: ten patterns with noise in place of both sets."""
    folder = tmp_path_factory.mktemp("images")
    rng = np.random.default_rng(0)
    patterns = rng.integers(0, 200, (10, 28, 28), dtype=np.uint8)
    noise = rng.integers(0, 55, (1000, 28, 28), dtype=np.uint8)
    arrays = {}
    for name, n in (("train", 60_000), ("test", 10_000)):
        labels = rng.integers(0, 10, n, dtype=np.uint8)
        arrays[f"x_{name}"] = patterns[labels] + noise[np.arange(n) % len(noise)]
        arrays[f"y_{name}"] = labels
    np.savez(folder / "mnist.npz", **arrays)
    (folder / "fashion_mnist.npz").symlink_to(folder / "mnist.npz")
    return folder


@pytest.fixture(scope="module")
def without_originals(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for PYTHONPATH that hides the libraries whose names are served."""
    folder = tmp_path_factory.mktemp("absent")
    (folder / "sitecustomize.py").write_text(ABSENT, encoding="utf-8")
    return folder


def run(script: Path, data: Path, hiding: Path) -> subprocess.CompletedProcess[str]:
    """The script under ``python -m pronghorn``, in its own folder."""
    paths = [str(hiding), *filter(None, [os.environ.get("PYTHONPATH")])]
    return subprocess.run(
        [sys.executable, "-m", "pronghorn", str(script)],
        cwd=script.parent,
        env={
            **os.environ,
            "PRONGHORN_DATA": str(data),
            "PYTHONPATH": os.pathsep.join(paths),
            "MPLBACKEND": "Agg",
            "PYTHONWARNINGS": "ignore:FigureCanvasAgg:UserWarning",
        },
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def accuracies(printed: str) -> list[float]:
    """The accuracies of the lines of ``evaluate``, in order."""
    return [float(value) for value in re.findall(r"^313/313 .* accuracy: ([\d.]+)", printed, re.M)]


def test_every_listing_is_tried() -> None:
    assert sorted(LISTINGS) == sorted(path.stem for path in FOLDER.glob("*.py"))


@pytest.mark.parametrize("name", LISTINGS)
def test_listing_runs(
    name: str, made_images: Path, without_originals: Path, tmp_path: Path
) -> None:
    pytest.importorskip("pandas", reason="the lectures draw their curves with pandas")
    listing, text = LISTINGS[name], (FOLDER / f"{name}.py").read_text(encoding="utf-8")
    for long, short in listing.smaller.items():
        assert long in text
        text = text.replace(long, short)
    script = tmp_path / f"{name}.py"
    script.write_text(SEED + text, encoding="utf-8")
    done = run(script, made_images, without_originals)
    assert done.returncode == 0, done.stderr
    assert done.stderr == f"pronghorn: {listing.fits} ran native\n"
    assert [line for line in listing.prints if not re.search(line, done.stdout)] == []
    # Ten patterns with a little noise are told apart after one epoch.
    assert all(accuracy > 0.9 for accuracy in accuracies(done.stdout))


# Test accuracies that the lectures print.
DECKS: dict[str, tuple[float, Tolerance]] = {
    "deck_1_overall": (0.8751, DECK_ACCURACY_FASHION_MNIST),
    "deck_1_steps": (0.8751, DECK_ACCURACY_FASHION_MNIST),
    "deck_3_network": (0.9785, DECK_ACCURACY_MNIST),
    "deck_5_fashion": (0.8851, DECK_ACCURACY_FASHION_MNIST),
}


@pytest.mark.data
@pytest.mark.slow
@pytest.mark.parametrize("name", DECKS)
def test_accuracy_is_the_decks(
    name: str, data_folder: Path, without_originals: Path, tmp_path: Path
) -> None:
    pytest.importorskip("pandas", reason="the lectures draw their curves with pandas")
    script = tmp_path / f"{name}.py"
    text = (FOLDER / f"{name}.py").read_text(encoding="utf-8")
    script.write_text(SEED + text, encoding="utf-8")
    done = run(script, data_folder, without_originals)
    assert done.returncode == 0, done.stderr
    expected, tolerance = DECKS[name]
    tolerance.check(accuracies(done.stdout)[-1], expected, name)
