"""What every test shares: a quiet JAX on the CPU, and the data sets where there are any."""

import importlib.metadata
import os
import signal
from pathlib import Path

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
