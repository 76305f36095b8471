"""Modules called ``keras`` and ``tensorflow`` that hand out what Pronghorn has."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.machinery import ModuleSpec
from types import FrameType, ModuleType
from typing import Any

from pronghorn.runner import _names
from pronghorn.runner._absent import Switch, absent, find_original
from pronghorn.runner._frames import (
    asks_by_attribute,
    asks_by_import,
    is_cautious,
    is_library_starting,
    is_type_test,
    program_frame,
    tell_place,
)
from pronghorn.runner._outside import (
    OutsideError,
    OutsideImportError,
    OutsideModuleError,
    explain,
)

__all__ = ["Finder", "ServedModule", "drop_served", "original_spec"]

# What to do with a module right after its own code has run.
Hook = Callable[[ModuleType], None]
# Asked before a served package is imported for the first time, with the line that imports it:
# False where the original package is to be imported.
Gate = Callable[[FrameType | None], bool]


class ServedModule(ModuleType):
    """A module of Keras or TensorFlow whose names come from a module of Pronghorn.

    A name that is not there is an AttributeError that says what to install. In ``from … import
    name`` it is a stand-in that raises this when it is used, since many programs import more than
    they use.
    """

    def __getattr__(self, name: str) -> Any:
        module = self.__name__
        child = f"{module}.{name}"
        finder = _finder_of(self)
        if finder.is_serving is False:
            return getattr(import_module(module), name)
        try:
            value = _names.find(module, name)
        except AttributeError as error:
            if name == "__all__":
                return []
            if name.startswith("__"):
                raise AttributeError(f"module {module!r} has no attribute {name!r}") from None
            if _names.module_for(child) is None and not _names.is_on_the_way(child):
                return _refuse(child, error, finder)
            value = finder.open(child)
        if isinstance(value, ModuleType) and not isinstance(value, ServedModule):
            value = finder.open(child)
        self.__dict__[name] = value
        finder.handed[id(value)] = (value, child)
        return value

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *self.__all__})


def _finder_of(module: ServedModule) -> Finder:
    loader: Any = module.__spec__ and module.__spec__.loader
    finder: Finder = loader.finder
    return finder


def _refuse(full: str, error: AttributeError, finder: Finder) -> Any:
    """Tell the program that the name is outside, or give a stand-in, or the original."""
    frame = program_frame()
    install = error.install if isinstance(error, OutsideError) else _names.install_for(full)
    instead = error.instead if isinstance(error, OutsideError) else None
    by_attribute = asks_by_attribute(frame)
    if by_attribute and is_type_test(frame):
        return _stand_in(full, install, instead, finder)
    is_spared = by_attribute and is_library_starting(frame) and not is_cautious(frame)
    if by_attribute and not is_spared and finder.switch(full, frame):
        return find_original(full)
    message = explain(full, install, tell_place(frame), instead)
    if not asks_by_import(frame) and not is_spared:
        raise OutsideError(message, full, install, instead) from None
    if is_cautious(frame):
        raise OutsideImportError(message, name=full) from None
    return _stand_in(full, install, instead, finder)


def _stand_in(full: str, install: str, instead: str | None, finder: Finder) -> Any:
    value = absent(full, install, instead, finder.switch)
    finder.handed[id(value)] = (value, full)
    return value


# The abstract classes of importlib.abc would double the time that the runner takes to start.
class _ServedLoader:
    def __init__(self, finder: Finder) -> None:
        self.finder = finder

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return ServedModule(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Nothing runs: the module of Pronghorn is imported with its first name."""
        config = import_module("pronghorn.config")
        config.set_result_wrapper(_make_tensor, _make_shape)
        config.set_nan_ends_training(True)
        import_module("pronghorn.files").take_any_name(True)


def _make_tensor(array: Any) -> Any:
    """A result as the tensor that programs for Keras and TensorFlow expect, with ``numpy()``."""
    return import_module("pronghorn.runner._tensorflow").make_tensor(array)


def _make_shape(lengths: Any) -> Any:
    """A shape as the tuple that such programs expect, with ``as_list()``."""
    return import_module("pronghorn.runner._tensorflow").TensorShape(lengths)


class Finder:
    """Finds the served packages, and runs hooks after certain other modules were imported."""

    def __init__(self, hooks: dict[str, Hook], gate: Gate, switch: Switch) -> None:
        self.hooks, self.gate, self.switch = hooks, gate, switch
        self.is_serving: bool | None = None
        # What served modules have given to the program, by id, and the name it has there.
        self.handed: dict[int, tuple[Any, str]] = {}

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The spec of a served module, or of one with a hook; None for all others."""
        if _names.is_root_of(fullname):
            if self.is_serving is None:
                self.is_serving = self.gate(program_frame())
            if self.is_serving:
                return self._find_served(fullname)
        hook = self.hooks.get(fullname)
        spec = None if hook is None else original_spec(fullname, path, target)
        if hook is None or spec is None or spec.loader is None:
            return None
        hooked: Any = _HookedLoader(spec.loader, hook)
        spec.loader = hooked
        return spec

    def open(self, fullname: str) -> ModuleType:
        """A served module; also where the run has ended, for those who still hold its parent."""
        if self in sys.meta_path:
            return import_module(fullname)
        spec = self._find_served(fullname)
        assert spec is not None
        module = ServedModule(fullname)
        module.__spec__ = spec
        return module

    def _find_served(self, fullname: str) -> ModuleSpec | None:
        if _names.module_for(fullname) is None:
            if _is_from_import():
                return None  # the served module is asked for the name next
            frame = program_frame()
            if is_cautious(frame):
                install = _names.install_for(fullname)
                message = explain(fullname, install, tell_place(frame))
                raise OutsideModuleError(message, name=fullname)
        loader: Any = _ServedLoader(self)
        return ModuleSpec(fullname, loader, origin="pronghorn", is_package=True)


def _is_from_import() -> bool:
    """Whether Python looks for a submodule because of ``from package import name``."""
    program = program_frame()
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and frame is not program:
        if frame.f_code.co_name == "_handle_fromlist":
            return True
        frame = frame.f_back
    return False


def original_spec(
    fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
) -> ModuleSpec | None:
    """The spec of a module as it would be found without Pronghorn."""
    for finder in sys.meta_path:
        if not isinstance(finder, Finder):
            spec = finder.find_spec(fullname, path, target)
            if spec is not None:
                return spec
    return None


class _HookedLoader:
    """A module's own loader, and something more once it has run."""

    def __init__(self, loader: Any, hook: Hook) -> None:
        self._loader, self._hook = loader, hook

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loader, name)

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        found: ModuleType | None = self._loader.create_module(spec)
        return found

    def exec_module(self, module: ModuleType) -> None:
        """Run the module as its own loader does, put that in its place, and run the hook."""
        assert module.__spec__ is not None
        module.__spec__.loader = module.__loader__ = self._loader
        self._loader.exec_module(module)
        self._hook(module)


def drop_served() -> None:
    """Forget the served modules, so that the next import finds others."""
    served = [name for name, module in sys.modules.items() if isinstance(module, ServedModule)]
    for name in served:
        del sys.modules[name]
    if served:  # else there is nothing to undo, and these imports cost more than a start
        config = import_module("pronghorn.config")
        config.set_result_wrapper(None)
        config.set_nan_ends_training(False)
        import_module("pronghorn.files").take_any_name(False)
