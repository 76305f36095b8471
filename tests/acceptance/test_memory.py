"""How much memory training takes: that of its data, and no more with more data on disk."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from acceptance.conftest import Runner

# Linux's ru_maxrss starts from what the parent held at the fork: a suite that ran long before holds
# more than the workload may take.
FIRST_WORKLOAD = """
import pathlib
import resource
import sys
import pronghorn as keras

(x, y), (x_test, y_test) = keras.datasets.fashion_mnist.load_data()
layers = keras.layers
model = keras.Sequential([
    layers.Input((28, 28)),
    layers.Rescaling(1 / 255),
    layers.Flatten(),
    layers.Dense(128, activation="relu"),
    layers.Dense(10, activation="softmax"),
])
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x, y, epochs=1, verbose=0)
model.evaluate(x_test, y_test, verbose=0)
model.predict(x_test, verbose=0)
if sys.platform == "linux":
    status = pathlib.Path("/proc/self/status").read_text().splitlines()
    peak = next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM"))
else:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # bytes on macOS
print(peak)
"""

# What the process itself may still allocate (not: map from a file) is limited to 100 MB more
# than it has after loading the library; the file holds 471 MB of bytes, which as floats would
# be 1.9 GB.
MAPPED = """
import resource
import numpy as np
import pronghorn as keras

n, k = 600_000, 784
x = np.memmap("x.bin", np.uint8, "r", shape=(n, k))
y = np.zeros(n, np.uint8)
layers = keras.layers
model = keras.Sequential([
    layers.Input((k,)),
    layers.Rescaling(1 / 255),
    layers.Dense(8, activation="relu"),
    layers.Dense(2, activation="softmax"),
])
model.compile(optimizer="sgd", loss="sparse_categorical_crossentropy")
model.fit(x[:1024], y[:1024], batch_size=512, verbose=0)

status = open("/proc/self/status", encoding="utf-8").read().splitlines()
used = next(int(line.split()[1]) for line in status if line.startswith("VmData")) * 1024
limit = used + 100 * 2**20
resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
try:
    np.ones(n * k, np.uint8)
    raise SystemExit("the limit does not hold: a copy of the data fits")
except MemoryError:
    pass
history = model.fit(x, y, batch_size=512, verbose=0, validation_split=0.1)
loss = model.evaluate(x, y, batch_size=512, verbose=0)
assert np.isfinite([loss, *history.history["loss"]]).all()
print(model.predict(x[-600:], verbose=0).shape)
"""


@pytest.mark.data
@pytest.mark.slow
def test_first_workload_stays_under_450_megabytes(data_folder: Path, run_python: Runner) -> None:
    """Fashion-MNIST, 784-128-10, Adam, batch 32: the whole process, at its peak."""
    peak = int(run_python(FIRST_WORKLOAD).stdout)
    assert 20e6 < peak <= 450e6


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="needs RLIMIT_DATA as Linux counts it")
def test_a_file_larger_than_the_memory_allowed(tmp_path: Path, run_python: Runner) -> None:
    n, k = 600_000, 784
    with open(tmp_path / "x.bin", "wb") as file:
        file.write(np.arange(1024 * k, dtype=np.uint32).astype(np.uint8).tobytes())
        file.truncate(n * k)  # the rest is a hole: zeros that take no disk
    assert run_python(MAPPED).stdout.strip() == "(600, 2)"
