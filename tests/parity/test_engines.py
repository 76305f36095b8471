"""Engines and instruction sets agree: the float64 interpreter with every native one."""

from __future__ import annotations

import functools
import os
import platform
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tolerances

TESTS = Path(__file__).resolve().parent.parent
LOSSES = "/losses"
Arrays = dict[str, Any]
Trainer = Callable[..., Arrays]


def list_expected_isas() -> list[str]:
    """Return what this machine must offer, read from the system and not from the library.

    `make test-avx512` names the processor's flags that it stands in for.
    """
    machine = platform.machine().lower()
    if machine in ("arm64", "aarch64"):
        return ["scalar", "neon"]
    if machine not in ("x86_64", "amd64"):
        return ["scalar"]
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        pytest.skip("needs /proc/cpuinfo to tell what to expect", allow_module_level=True)
    flags = next(set(line.split(":")[1].split()) for line in lines if line.startswith("flags"))
    flags |= set(os.environ.get("PRONGHORN_EMULATED_FLAGS", "").split())
    expected = ["scalar"]
    if {"avx2", "fma"} <= flags:
        expected.append("avx2")
    if {"avx512f", "avx512bw", "avx512dq", "avx512vl"} <= flags:
        expected.append("avx512")
    return expected


def list_offered_isas() -> list[str]:
    from pronghorn import _native

    return list(_native.isas())


@pytest.fixture(scope="module")
def train(tmp_path_factory: pytest.TempPathFactory) -> Trainer:
    """Return a function that trains all cases in a process of its own, once a setting."""
    folder = tmp_path_factory.mktemp("engines")

    @functools.cache
    def run(engine: str, isa: str = "", threads: int = 1, repetition: int = 0) -> Arrays:
        out = folder / f"{engine}-{isa}-{threads}-{repetition}.npz"
        path = os.pathsep.join(filter(None, [str(TESTS), os.environ.get("PYTHONPATH", "")]))
        setting = {"PYTHONPATH": path, "PRONGHORN_NUM_THREADS": str(threads)}
        if isa:
            setting["PRONGHORN_ISA"] = isa
        done = subprocess.run(
            [sys.executable, "-m", "parity.engine_worker", engine, str(out)],
            env={**os.environ, **setting},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        with np.load(out) as arrays:
            return {name: arrays[name] for name in arrays.files}

    return run


@pytest.fixture(params=list_expected_isas())
def isa(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def list_outcomes(arrays: Arrays) -> list[str]:
    names = [name for name in arrays if "/" in name]
    assert len(names) > 200, "the worker trained too few cases"
    return names


def compare(
    actual: Arrays, expected: Arrays, losses: tolerances.Tolerance, weights: tolerances.Tolerance
) -> None:
    """Check every loss and weight, and report all cases that are apart, not only the first."""
    names = list_outcomes(expected)
    assert list_outcomes(actual) == names
    apart = []
    for name in names:
        bound = losses if name.endswith(LOSSES) else weights
        try:
            bound.check(actual[name], expected[name], name)
        except AssertionError as error:
            apart.append(str(error))
    assert not apart, f"{len(apart)} of {len(names)} are apart:\n" + "\n".join(apart[:5])


def test_every_isa_of_the_machine_is_offered(record_isa: Callable[[str], None]) -> None:
    """A missing one fails here, and below: its tests ask for it by name."""
    expected, offered = list_expected_isas(), list_offered_isas()
    record_isa(f"offered: {', '.join(offered)}")
    assert sorted(offered) == sorted(expected)


def test_native_agrees_with_reference(
    isa: str, train: Trainer, record_isa: Callable[[str], None]
) -> None:
    native = train("native", isa)
    assert str(native["isa"]) == isa
    compare(
        native,
        train("reference"),
        tolerances.LOSS_VS_REFERENCE,
        tolerances.WEIGHTS_VS_REFERENCE,
    )
    record_isa(f"ran: {isa}")


# The instruction set in use with every number of threads, the others with the largest: kernels
# differ between them, and not how steps are shared out.
THREADS = [
    (isa, threads)
    for isa in list_expected_isas()
    for threads in ([2, 4] if isa == list_offered_isas()[0] else [4])
]


@pytest.mark.parametrize(("isa", "threads"), THREADS)
def test_bits_do_not_depend_on_threads(isa: str, threads: int, train: Trainer) -> None:
    alone, together = train("native", isa, 1), train("native", isa, threads)
    assert int(together["threads"]) == threads
    if "tasks" in alone:
        assert int(together["tasks"]) - int(alone["tasks"]) == threads - 1, "too small to share"
    for name in list_outcomes(alone):
        assert alone[name].tobytes() == together[name].tobytes(), name


def test_bits_do_not_depend_on_the_run(train: Trainer) -> None:
    isa = list_offered_isas()[0]
    first, second = train("native", isa, 2), train("native", isa, 2, 1)
    for name in list_outcomes(first):
        assert first[name].tobytes() == second[name].tobytes(), name


@pytest.mark.parametrize("other", [name for name in list_expected_isas() if name != "scalar"])
def test_instruction_sets_agree(other: str, train: Trainer) -> None:
    compare(
        train("native", other),
        train("native", "scalar"),
        tolerances.LOSS_ACROSS_ISAS,
        tolerances.WEIGHTS_ACROSS_ISAS,
    )


def test_an_unknown_isa_is_refused() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from pronghorn import _native; _native.default_isa()"],
        env={**os.environ, "PRONGHORN_ISA": "mmx"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode != 0
    assert "mmx" in done.stderr and "scalar" in done.stderr
