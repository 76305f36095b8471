"""What a program uses of Keras and TensorFlow, read from its source before it runs."""

from __future__ import annotations

import ast
import builtins
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib.util import decode_source

from pronghorn.runner._live import Spot, live_names, live_spots
from pronghorn.runner._names import is_root_of

__all__ = ["Source", "Use", "find_uses", "local_sources", "roots_of"]


@dataclass(frozen=True)
class Source:
    """The text of a file of the program. ``folder``: where its own modules lie; None for none."""

    text: str
    file: str
    folder: str | None = None


@dataclass(frozen=True)
class Use:
    """A name of a served package at a line of the program: ``keras.layers.Conv2D``."""

    dotted: str
    line: int
    file: str

    @property
    def place(self) -> str:
        """For a message: line 12 of train.py."""
        return f"line {self.line} of {os.path.basename(self.file)}"


class _Names:
    """The names of a file that stand for something of a served package."""

    def __init__(self, tree: ast.Module) -> None:
        self.served: dict[str, str] = {}
        # Bound to something else as well, somewhere in the file: nothing is concluded from them.
        self.other: set[str] = set()
        self.starred: list[str] = []
        self.has_other_stars = False
        self._bind_imports(tree)
        self._bind_assignments(tree)

    def _bind_imports(self, tree: ast.Module) -> None:
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    top = alias.name.partition(".")[0]
                    self._bind(alias.asname or top, alias.name if alias.asname else top)
            elif isinstance(node, ast.ImportFrom):
                module = "" if node.level else node.module or ""
                for alias in node.names:
                    if alias.name != "*":
                        self._bind(alias.asname or alias.name, f"{module}.{alias.name}")
                    elif is_root_of(module):
                        self.starred.append(module)
                    else:
                        self.has_other_stars = True
            elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                self.other.add(node.name)

    def _bind_assignments(self, tree: ast.Module) -> None:
        """``layers = tf.keras.layers`` makes a name too; any other binding spoils one."""
        simple = [
            (node.targets[0], node.value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
        ]
        known = {id(target) for target, _ in simple}
        for node in ast.walk(tree):
            if not isinstance(node, ast.Name) or isinstance(node.ctx, ast.Load):
                continue
            if id(node) not in known:
                self.other.add(node.id)
        for target, value in simple:
            assert isinstance(target, ast.Name)
            self._bind(target.id, self.dotted(value) or "")

    def _bind(self, bound: str, dotted: str) -> None:
        if is_root_of(dotted) and self.served.get(bound, dotted) == dotted:
            self.served[bound] = dotted
        else:
            self.other.add(bound)

    def dotted(self, node: ast.AST, hidden: frozenset[str] = frozenset()) -> str | None:
        """``keras.layers.Dense`` for ``layers.Dense``, where layers is Keras's."""
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name) or node.id in self.other | hidden:
            return None
        base = self.served.get(node.id)
        return None if base is None else ".".join([base, *reversed(parts)])


def find_uses(sources: Iterable[Source], missing: Callable[[str], str | None]) -> Iterator[Use]:
    """What the program does with names that are missing, in the order of its files and lines.

    ``missing`` gives the part of a dotted name that is not served, or None. Functions and classes
    that nothing in the program names are left out, and so are lines that expect a name to be
    missing: in a ``try`` that catches it, below an ``if`` that asks ``hasattr`` or for a version.
    A name that is imported but not used is no use of it.
    """
    files = [(source, tree) for source in sources if (tree := _parse(source)) is not None]
    alive = live_names([tree for _, tree in files])
    for source, tree in files:
        names = _Names(tree)
        if not names.served and not names.starred:
            continue
        bound = _bound_names(tree)
        found = [
            Use(part, spot.node.lineno, source.file)
            for spot in live_spots(tree, alive)
            if not spot.is_cautious and isinstance(spot.node, ast.Attribute | ast.Name)
            if (part := _missing_at(spot, names, bound, missing)) is not None
        ]
        yield from sorted(found, key=lambda use: use.line)


def _missing_at(
    spot: Spot, names: _Names, bound: set[str], missing: Callable[[str], str | None]
) -> str | None:
    node = spot.node
    dotted = names.dotted(node, spot.hidden)
    if dotted is not None and isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
        return None  # it gives the name a value
    if dotted is not None:
        return missing(dotted)
    is_free = isinstance(node, ast.Name) and node.id not in bound | spot.hidden
    if not is_free or not names.starred or names.has_other_stars:
        return None
    # Nothing in the file binds it, so that the program expects it from ``import *``.
    assert isinstance(node, ast.Name)
    parts = [missing(f"{module}.{node.id}") for module in names.starred]
    return parts[-1] if None not in parts else None


def roots_of(sources: Iterable[Source]) -> set[str]:
    """The served packages that the program imports."""
    trees = [tree for source in sources if (tree := _parse(source)) is not None]
    found = {name.partition(".")[0] for tree in trees for name in _imported(tree)}
    return {name for name in found if name and is_root_of(name)}


def _parse(source: Source) -> ast.Module | None:
    try:
        return ast.parse(source.text)
    except (SyntaxError, ValueError):
        return None  # Python itself says it, when the file is run


def local_sources(first: Source) -> Iterator[Source]:
    """The file and the program's own modules that it imports, each once."""
    seen: set[str] = set()
    waiting = [first]
    while waiting:
        source = waiting.pop()
        if source.file in seen:
            continue
        seen.add(source.file)
        yield source
        tree = _parse(source)
        if source.folder is not None and tree is not None:
            waiting += [found for name in _imported(tree) for found in _read_local(name, source)]


def _imported(tree: ast.Module) -> Iterator[str]:
    """What a file imports, relative names with their dots."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = "." * node.level + (node.module or "")
            yield base
            joint = "" if base.endswith(".") or not base else "."
            yield from (f"{base}{joint}{alias.name}" for alias in node.names)


def _read_local(name: str, source: Source) -> Iterator[Source]:
    """The source of a module of the program; nothing for installed ones."""
    assert source.folder is not None
    level = len(name) - len(name.lstrip("."))
    folder = source.folder
    if level:
        folder = os.path.dirname(source.file)
        for _ in range(level - 1):
            folder = os.path.dirname(folder)
    path = os.path.join(folder, *name.lstrip(".").split("."))
    for file in (f"{path}.py", os.path.join(path, "__init__.py")):
        if os.path.isfile(file):
            with open(file, "rb") as stream:
                content = stream.read()
            try:
                yield Source(decode_source(content), file, source.folder)
            except (SyntaxError, UnicodeDecodeError):
                continue  # Python itself says it, when the file is imported


def _bound_names(tree: ast.Module) -> set[str]:
    """Every name that the file binds, in whatever way, and those of Python itself."""
    found = set(dir(builtins))
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            found.add(node.id)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.arg):
            found.add(node.arg)
        elif isinstance(node, ast.alias):
            found.add(node.asname or node.name.partition(".")[0])
        elif isinstance(node, ast.ExceptHandler) and node.name:
            found.add(node.name)
    return found
