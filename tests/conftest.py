"""What every test shares: a quiet JAX on the CPU, one seed, and the data sets there are."""

import gc
import importlib.metadata
import os
import signal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

# Before any test imports them: the peers run on JAX, on the CPU, with one platform.
os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("JAX_PLATFORMS", "cpu")
# The peers compile hundreds of small programs and run each a few times: quick compiling is what
# matters. XLA stops at a flag it does not know, hence only where the flags were seen to work.
os.environ.setdefault("JAX_DISABLE_MOST_OPTIMIZATIONS", "1")
QUICK_XLA = "--xla_cpu_use_fusion_emitters=false --xla_cpu_parallel_codegen_split_count=1"
if importlib.metadata.version("jaxlib").startswith("0.10."):
    os.environ.setdefault("XLA_FLAGS", QUICK_XLA)
# Pictures are drawn to files; a display is never opened.
os.environ.setdefault("MPLBACKEND", "Agg")
# A shell that starts the tests in the background has them ignore Ctrl-C; programs that a test
# starts and interrupts would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_finish(session: pytest.Session) -> None:
    """The tests are no garbage, and take long to look through: most of a million objects."""
    gc.freeze()


# The generators of a module of tests, each with its state after the module's import.
GENERATORS = pytest.StashKey[list[tuple[np.random.BitGenerator, Any]]]()


def generators_of(module: pytest.Module) -> list[tuple[np.random.BitGenerator, Any]]:
    if GENERATORS not in module.stash:
        found = [v for v in vars(module.obj).values() if isinstance(v, np.random.Generator)]
        module.stash[GENERATORS] = [(v.bit_generator, v.bit_generator.state) for v in found]
    return module.stash[GENERATORS]


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Every test, and its fixtures, draw the same numbers, whatever ran before in the process.

    The seed is that of Python's, NumPy's and Pronghorn's numbers; Keras and scikit-learn draw
    theirs from the first two.
    """
    import pronghorn

    pronghorn.utils.set_random_seed(20)
    if module := item.getparent(pytest.Module):
        for generator, state in generators_of(module):
            generator.state = state


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """The folder PRONGHORN_DATA names; the test is skipped where there is none."""
    folder = os.environ.get("PRONGHORN_DATA")
    if not folder:
        pytest.skip("needs data sets: set PRONGHORN_DATA to a folder with mnist and fashion-mnist")
    path = Path(folder)
    if not path.is_dir():
        pytest.fail(f"PRONGHORN_DATA: expected a folder, received {folder!r}")
    return path
