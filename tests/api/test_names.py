"""The package exports what it says, and says what it exports."""

from __future__ import annotations

import importlib
import inspect
import sys
from types import ModuleType

import pytest

from api.surface import SURFACE
from parity import peers

FOLDERS = sorted({name.split(".")[0] for name in SURFACE if name.split(".")[0].islower()})


@pytest.fixture(scope="module")
def package() -> ModuleType:
    """The library's own list of names: Keras has none, so nothing stands in for it here."""
    return importlib.import_module("pronghorn")


def test_all_is_sorted_and_without_repeats(package: ModuleType) -> None:
    assert list(package.__all__) == sorted(set(package.__all__))


def test_every_name_in_all_is_there(package: ModuleType) -> None:
    missing = [name for name in package.__all__ if not hasattr(package, name)]
    assert missing == []


def test_dir_shows_all(package: ModuleType) -> None:
    """What is loaded on first use is listed before its first use."""
    assert set(package.__all__) <= set(dir(package))


def test_nothing_public_is_left_out_of_all(package: ModuleType) -> None:
    """Python hangs every folder that was imported onto the package; those are not names of it."""
    public = {
        name
        for name, value in vars(package).items()
        if not name.startswith("_") and sys.modules.get(f"pronghorn.{name}") is not value
    }
    # `from __future__ import annotations` leaves its own mark in every module.
    assert public - {"annotations"} <= set(package.__all__)


def test_the_slice_is_in_all(package: ModuleType) -> None:
    roots = {name.split(".")[0] for name in SURFACE}
    assert roots <= set(package.__all__)


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_folder_lists_the_names_of_the_slice(folder: str, package: ModuleType) -> None:
    module = getattr(package, folder)
    wanted = {name.split(".")[1] for name in SURFACE if name.startswith(f"{folder}.")}
    assert wanted <= set(module.__all__)


@pytest.mark.parametrize("name", SURFACE)
def test_every_name_of_the_slice_has_a_docstring(name: str) -> None:
    found = peers.import_subject()
    for part in name.split("."):
        found = getattr(found, part)
    assert (inspect.getdoc(found) or "").strip()


def test_version_is_that_of_the_installed_package(package: ModuleType) -> None:
    from importlib.metadata import version

    assert package.__version__ == version("pronghorn")


def test_unknown_attribute_names_itself(package: ModuleType) -> None:
    with pytest.raises(AttributeError, match="convolution"):
        package.convolution  # noqa: B018


@pytest.mark.parametrize("path", ["utils.np_utils", "layers.core"])
def test_paths_of_keras_2_lead_to_the_same_things(path: str, package: ModuleType) -> None:
    module = importlib.import_module(f"pronghorn.{path}")
    folder = getattr(package, path.split(".")[0])
    assert module.__all__
    for name in module.__all__:
        assert getattr(module, name) is getattr(folder, name)
