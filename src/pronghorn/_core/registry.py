"""THE registry: one decorator from which names, configs, files, tests and pages derive.

``@register(kind, *names)`` is the only thing that makes a class or function known by a string.
No other list of layers, losses or optimizers exists.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from types import FunctionType
from typing import Any, Protocol, TypeVar, cast

from pronghorn._core import custom
from pronghorn._core.errors import ParameterError, UnknownNameError, compose, describe

__all__ = [
    "Entry",
    "add_folder",
    "deserialize",
    "entries",
    "find_entry",
    "has",
    "kind_of",
    "kinds",
    "load",
    "lookup",
    "names",
    "register",
    "resolve",
    "serialize",
    "to_snake_case",
]

T = TypeVar("T")

# Keras accepts 'adam', 'Adam' and 'ADAM' for an optimizer, but only exact spellings elsewhere.
_IGNORE_CASE = frozenset({"optimizer"})


@dataclass(frozen=True)
class Entry:
    """What one ``@register`` said: the object, its canonical name and every other spelling."""

    kind: str
    name: str
    aliases: tuple[str, ...]
    target: Any

    @property
    def spellings(self) -> tuple[str, ...]:
        """The canonical name followed by all aliases."""
        return (self.name, *self.aliases)

    @property
    def function(self) -> Any:
        """The function form of a class, where it names one as its ``fn`` (losses, metrics)."""
        form = vars(self.target).get("fn") if isinstance(self.target, type) else None
        return form.__func__ if isinstance(form, staticmethod) else None

    @property
    def is_builtin(self) -> bool:
        """True for what Pronghorn itself defines, false for what its user registered."""
        return str(self.target.__module__).split(".")[0] == "pronghorn"

    @property
    def module(self) -> str:
        """The module written in configs: ``keras.losses`` and the like for built-ins.

        Configs are in Keras's own form, so that a file of either library opens in the other.
        """
        own = str(self.target.__module__)
        if not self.is_builtin or "." not in own:
            return own
        # Folders are public, the files in them are not: pronghorn.losses._huber.
        return "keras." + own.split(".", 1)[1].split("._")[0]


class Folder(Protocol):
    """Where more of a kind may lie that no import has registered yet (``_core/lazy.py``)."""

    def load(self, spelling: str) -> None: ...
    def load_all(self) -> None: ...


_by_kind: dict[str, dict[str, Entry]] = {}
_folders: dict[str, list[Folder]] = {}
_by_target: dict[tuple[str, str], dict[str, Entry]] = {}


def register(kind: str, *spellings: str) -> Callable[[T], T]:
    """Make a class or function known by name: canonical string first, aliases after it.

    Without a name, the canonical one is the snake_case of the class's (or function's) own name.
    The own name and its snake_case are always accepted too.

    Raises ParameterError where a name already belongs to something else of that kind.

    >>> @register("demonstration", "twice")
    ... def twice(x): return 2 * x
    >>> resolve("demonstration", "twice")(21)
    42
    """

    def add(target: T) -> T:
        own = str(cast(Any, target).__name__)
        ordered = list(
            dict.fromkeys([*(spellings or (to_snake_case(own),)), own, to_snake_case(own)])
        )
        entry = Entry(kind, ordered[0], tuple(ordered[1:]), target)
        if not entry.is_builtin:
            _load(kind)
        table = _by_kind.setdefault(kind, {})
        for spelling in ordered:
            holder = table.get(_fold(kind, spelling))
            if holder is not None and _identity(holder.target) != _identity(target):
                owner = f"{holder.target.__module__}.{holder.target.__qualname__}"
                raise ParameterError(
                    compose(
                        f"register({kind!r}, {spelling!r})",
                        expected="a name that is still free",
                        received=f"one that {owner} has",
                        remedy="Choose another name",
                    )
                )
        for spelling in ordered:
            table[_fold(kind, spelling)] = entry
        _by_target.setdefault(_identity(target), {})[kind] = entry
        if entry.function is not None:
            # A loss's function is the metric's too: one function, one entry for each kind.
            _by_target.setdefault(_identity(entry.function), {})[kind] = entry
        return target

    return add


def add_folder(kind: str, folder: Folder) -> None:
    """Let the registry look in a folder for what is not registered yet."""
    _folders.setdefault(kind, []).append(folder)


def kinds() -> list[str]:
    """The kinds of which something is registered, sorted."""
    return sorted({*_by_kind, *_folders})


def entries(kind: str) -> list[Entry]:
    """All entries of a kind, each once, sorted by canonical name."""
    unique = {id(entry): entry for entry in _table(kind).values()}
    return sorted(unique.values(), key=lambda entry: entry.name)


def load(folder: str) -> None:
    """Have everything registered that a folder of the package defines: ``load("activations")``.

    For those below that folder: they may look a name up before anybody imported it.
    """
    import_module(f"pronghorn.{folder}")


def names(kind: str) -> list[str]:
    """The canonical names of a kind, sorted."""
    return [entry.name for entry in entries(kind)]


def find_entry(target: object, kind: str | None = None) -> Entry | None:
    """The entry of a registered class or function, or of the class of a registered instance.

    A function that serves several kinds is found for the kind named, else for its first.
    """
    for candidate in (target, type(target)):
        if hasattr(candidate, "__qualname__"):
            found = _by_target.get(_identity(candidate), {})
            if found and (kind is None or kind in found):
                return found[kind] if kind is not None else next(iter(found.values()))
    return None


def has(kind: str, name: Any) -> bool:
    """Whether something of the kind is registered under a name.

    >>> has("nothing of this kind", "twice")
    False
    """
    return isinstance(name, str) and kind in kinds() and _find(kind, name) is not None


def lookup(kind: str, name: str) -> Any:
    """The class or function registered under a name.

    What the user gave that name (see ``custom_object_scope``) comes first. Raises
    UnknownNameError, with the nearest name and all canonical ones.
    """
    own = custom.find_custom(name)
    if own is not None:
        return own
    entry = _find(kind, name)
    if entry is None:
        message = compose(
            kind,
            expected=f"one of {', '.join(names(kind))}",
            received=repr(name),
            remedy=_advise(kind, name),
        )
        raise UnknownNameError(message, kind, name)
    return entry.target


def resolve(kind: str, identifier: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """The object that an argument such as ``optimizer="adam"`` means.

    None stays None; a string is looked up (a class is made with its defaults); a dict
    ``{"class_name": …, "config": …}`` is deserialized; a class is made with its defaults; an
    instance or any other callable is itself.

    Raises UnknownNameError for unknown strings, ParameterError for anything else.
    """
    if identifier is None:
        return None
    if isinstance(identifier, str):
        custom = (custom_objects or {}).get(identifier)
        return _instantiate(lookup(kind, identifier) if custom is None else custom)
    if isinstance(identifier, dict):
        return deserialize(kind, identifier, custom_objects)
    if isinstance(identifier, type):
        return identifier()
    if callable(identifier) or hasattr(identifier, "get_config"):
        return identifier
    raise ParameterError(
        compose(
            kind,
            expected="a name, a config dict, an object or a callable",
            received=describe(identifier),
            remedy=f"The names are {', '.join(names(kind))}",
        )
    )


def serialize(obj: Any) -> Any:
    """The config of an object, in Keras's form.

    An object of class C becomes ``{"module", "class_name", "config", "registered_name"}``, a
    registered function its canonical name, any other function its own name, which takes
    ``custom_objects`` to read. None and strings stay as they are.

    Raises ParameterError for lambdas and other callables without a name.
    """
    if obj is None or isinstance(obj, str):
        return obj
    if hasattr(obj, "get_config") and not isinstance(obj, type):
        cls = type(obj)
        entry = find_entry(cls)
        known = entry is not None and entry.is_builtin
        return {
            "module": entry.module if entry is not None else cls.__module__,
            "class_name": cls.__name__,
            "config": obj.get_config(),
            "registered_name": None if known else custom.get_registered_name(cls),
        }
    entry = find_entry(obj)
    if entry is not None:
        return entry.name
    if isinstance(obj, FunctionType) and obj.__name__ != "<lambda>":
        # Keras's form: whoever reads it says what the name means.
        return {
            "module": "builtins",
            "class_name": "function",
            "config": obj.__name__,
            "registered_name": custom.get_registered_name(obj),
        }
    raise ParameterError(
        compose(
            "serialize",
            expected="a registered object or function",
            received=describe(obj),
            remedy="Define it with `def` and register it: @pronghorn.register(kind, 'name')"
            if isinstance(obj, FunctionType)
            else "Give it get_config() and from_config()",
        )
    )


def deserialize(kind: str, config: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """The object that a config describes; the inverse of ``serialize``.

    Only registered things, and those in ``custom_objects``, are ever made: the ``module`` of a
    config is not imported.

    Raises UnknownNameError for unknown class names, ParameterError for a malformed config.
    """
    if config is None or isinstance(config, str):
        return resolve(kind, config, custom_objects)
    class_name = config.get("class_name") if isinstance(config, Mapping) else None
    if not isinstance(class_name, str):
        raise ParameterError(
            compose(
                f"{kind} config",
                expected="a name or a dict with 'class_name' and 'config'",
                received=describe(config),
            )
        )
    inner = config.get("config")
    if class_name == "function" and isinstance(inner, str):
        own = custom.find_custom(inner, config.get("registered_name"))
        return resolve(kind, inner, custom_objects) if own is None else own
    # Keras 2 wrote some class names with their package: 'Custom>Adam'.
    bare = class_name.rsplit(">", 1)[-1]
    target = (custom_objects or {}).get(bare)
    if target is None:
        registered = config.get("registered_name") or class_name
        target = custom.find_custom(bare, registered) or lookup(kind, bare)
    if not isinstance(target, type):
        return target
    if inner is None:
        inner = {}
    if not isinstance(inner, Mapping):
        raise ParameterError(
            compose(f"{kind} config of {bare}", expected="a dict", received=describe(inner))
        )
    from_config = getattr(target, "from_config", None)
    return from_config(dict(inner)) if from_config is not None else target(**inner)


def kind_of(config: Mapping[str, Any]) -> str:
    """The kind of what a config describes: of registered things of its name, one of its module.

    A name that nobody registered is taken for a layer's, the kind with the most to make.
    """
    is_function = config.get("class_name") == "function"
    name = str(config.get("config" if is_function else "class_name")).rsplit(">", 1)[-1]
    modules = {e.kind: e.module for k in kinds() for e in entries(k) if name in e.spellings}
    fitting = [kind for kind, module in modules.items() if module == config.get("module")]
    return (fitting or list(modules) or ["layer"])[0]


def to_snake_case(name: str) -> str:
    """The snake_case that Keras makes of a class name.

    >>> to_snake_case("SparseCategoricalCrossentropy"), to_snake_case("ReLU"), to_snake_case("L1L2")
    ('sparse_categorical_crossentropy', 're_lu', 'l1l2')
    """
    name = re.sub(r"\W+", "", name)
    name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()


def _find(kind: str, name: str) -> Entry | None:
    """The entry of a spelling; of the files not loaded yet, first the one that is named so."""
    key = _fold(kind, name)
    if key not in _by_kind.get(kind, {}):
        for folder in _folders.get(kind, ()):
            folder.load(name)
    entry = _by_kind.get(kind, {}).get(key)
    return _table(kind).get(key) if entry is None else entry


def _load(kind: str) -> None:
    for folder in _folders.get(kind, ()):
        folder.load_all()


def _table(kind: str) -> dict[str, Entry]:
    """Everything of a kind by its spellings, loaded first where it is not yet."""
    _load(kind)
    if kind not in _by_kind:
        raise UnknownNameError(
            compose(f"kind {kind!r}", expected=f"one of {', '.join(kinds())}", received=repr(kind))
        )
    return _by_kind[kind]


def _fold(kind: str, name: str) -> str:
    return name.lower() if kind in _IGNORE_CASE else name


def _identity(target: Any) -> tuple[str, str]:
    # By name, so that a cell run twice in a notebook replaces its own earlier definition.
    return (str(getattr(target, "__module__", "")), str(target.__qualname__))


def _instantiate(target: Any) -> Any:
    return target() if isinstance(target, type) else target


def _advise(kind: str, name: str) -> str:
    # Only a refusal needs the table.
    from pronghorn._core.left_out import reason_for_kind

    reason = reason_for_kind(kind, name)
    if reason is not None:
        return f"Left out: {reason}"
    folded: dict[str, str] = {}
    for spelling, entry in _table(kind).items():
        # Offer the spelling as its owner writes it, not its case-folded key.
        folded.setdefault(spelling.lower(), spelling if spelling in entry.spellings else entry.name)
    near = difflib.get_close_matches(name.lower(), folded, n=1, cutoff=0.6)
    return f"Did you mean {folded[near[0]]!r}?" if near else "Use one of these names or an object"
