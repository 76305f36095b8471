"""Settings: defaults, environment, and that a refused value changes nothing."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import joblib
import pytest

from pronghorn._core import config
from pronghorn._core.errors import ParameterError, UnknownNameError


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Default settings and an environment without our variables."""
    monkeypatch.setattr(config, "_settings", config._Settings())
    for variable in (
        "PRONGHORN_NUM_THREADS",
        "OMP_NUM_THREADS",
        "PRONGHORN_DATA",
        "PRONGHORN_CACHE",
        "XDG_CACHE_HOME",
        "KERAS_HOME",
    ):
        monkeypatch.delenv(variable, raising=False)
    yield


def test_defaults_are_those_of_keras() -> None:
    assert config.floatx() == "float32"
    assert config.epsilon() == 1e-7


def test_setters_set() -> None:
    config.set_floatx("float32")
    config.set_epsilon(1e-5)
    config.set_engine("reference")
    config.set_thread_limit(3)
    assert (config.floatx(), config.epsilon()) == ("float32", 1e-5)
    assert (config.engine(), config.thread_limit()) == ("reference", 3)


def test_refused_values_change_nothing() -> None:
    with pytest.raises(ParameterError):
        config.set_floatx("float64")
    with pytest.raises(ParameterError):
        config.set_epsilon(-1.0)
    with pytest.raises(UnknownNameError, match="native, reference"):
        config.set_engine("steam")
    with pytest.raises(ParameterError):
        config.set_thread_limit(0)
    assert (config.floatx(), config.epsilon(), config.engine(), config.thread_limit()) == (
        "float32",
        1e-7,
        "native",
        None,
    )


def test_engine_of_a_block_ends_with_it() -> None:
    with pytest.raises(RuntimeError), config.use_engine("reference"):
        raise RuntimeError
    assert config.engine() == "native"


def test_engine_of_a_block_stays_in_its_thread() -> None:
    seen = []
    with config.use_engine("reference"):
        thread = threading.Thread(target=lambda: seen.append(config.engine()))
        thread.start()
        thread.join()
    assert seen == ["native"]


@pytest.mark.parametrize(
    ("own", "shared", "expected"),
    [
        (None, None, None),
        ("3", "5", 3),
        (None, "5", 5),
        (None, "4,2", 4),
        (None, "many", None),
        (None, "0", None),
        ("", "2", 2),
    ],
)
def test_thread_limit_comes_from_the_environment(
    monkeypatch: pytest.MonkeyPatch, own: str | None, shared: str | None, expected: int | None
) -> None:
    for variable, value in (("PRONGHORN_NUM_THREADS", own), ("OMP_NUM_THREADS", shared)):
        if value is not None:
            monkeypatch.setenv(variable, value)
    assert config.thread_limit() == expected


@pytest.mark.parametrize("value", ["two", "0", "-1", "1.5"])
def test_bad_own_thread_variable_is_named(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("PRONGHORN_NUM_THREADS", value)
    with pytest.raises(ParameterError, match="PRONGHORN_NUM_THREADS"):
        config.thread_limit()


def test_set_thread_limit_beats_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRONGHORN_NUM_THREADS", "7")
    config.set_thread_limit(2)
    assert config.thread_limit() == 2
    config.set_thread_limit(None)
    assert config.thread_limit() == 7


def test_thread_limit_of_a_block_stays_in_its_thread() -> None:
    config.set_thread_limit(5)
    with config.use_thread_limit(2), ThreadPoolExecutor(1) as pool:
        assert (config.thread_limit(), pool.submit(config.thread_limit).result()) == (2, 5)
    assert config.thread_limit() == 5


def test_thread_limit_of_a_block_is_checked() -> None:
    with pytest.raises(ParameterError, match="use_thread_limit"), config.use_thread_limit(0):
        pass


@pytest.mark.parametrize(
    ("own", "expected"), [(None, [1, 1]), ("7", [1, 1])], ids=["unset", "environment"]
)
def test_worker_threads_of_joblib_have_one_thread_each(
    monkeypatch: pytest.MonkeyPatch, own: str | None, expected: list[int]
) -> None:
    if own is not None:
        monkeypatch.setenv("PRONGHORN_NUM_THREADS", own)
    with joblib.parallel_config("threading", n_jobs=2):
        found = joblib.Parallel()(joblib.delayed(config.thread_limit)() for _ in range(2))
    assert found == expected


def test_block_beats_joblib() -> None:
    def ask() -> int | None:
        with config.use_thread_limit(3):
            return config.thread_limit()

    with joblib.parallel_config("threading", n_jobs=2):
        assert joblib.Parallel()(joblib.delayed(ask)() for _ in range(2)) == [3, 3]


def test_folders_come_from_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert config.data_folder() is None
    assert config.keras_folder() == Path.home() / ".keras"
    assert config.cache_folder().name == "pronghorn"
    monkeypatch.setenv("PRONGHORN_DATA", str(tmp_path / "d"))
    monkeypatch.setenv("PRONGHORN_CACHE", str(tmp_path / "c"))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "k"))
    assert config.data_folder() == tmp_path / "d"
    assert config.cache_folder() == tmp_path / "c"
    assert config.keras_folder() == tmp_path / "k"
