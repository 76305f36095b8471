"""Which lines of a program can run: what the top of its files reaches, by names."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pronghorn.runner._frames import asked_kinds, catches_missing

__all__ = ["Spot", "live_names", "live_spots"]

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True)
class Spot:
    """A node of a program, and how it stands there.

    ``is_cautious``: the program expects that a name may be missing here. ``hidden``: parameters
    of the functions around it.
    """

    node: ast.AST
    is_cautious: bool = False
    hidden: frozenset[str] = frozenset()

    def at(
        self,
        nodes: Iterable[ast.AST],
        is_cautious: bool | None = None,
        hidden: frozenset[str] | None = None,
    ) -> Iterator[Spot]:
        """Other nodes that stand in the same way, but for the changes."""
        careful = self.is_cautious if is_cautious is None else is_cautious
        names = self.hidden if hidden is None else hidden
        return (Spot(node, careful, names) for node in nodes)


def live_names(trees: list[ast.Module]) -> set[str]:
    """The names that code which can run mentions, in names, attributes and strings.

    A function's body can run where its name is among them; so they are looked for until no more
    are found.
    """
    alive: set[str] = set()
    while True:
        found = {
            name
            for tree in trees
            for spot in live_spots(tree, alive)
            for name in _mentions(spot.node)
        }
        if found <= alive:
            return alive
        alive |= found


def _mentions(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Name):
        yield node.id
    elif isinstance(node, ast.Attribute):
        yield node.attr
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.alias) and node.asname is not None:
        yield node.name


def live_spots(tree: ast.Module, alive: set[str]) -> Iterator[Spot]:
    """The nodes of a file that can run, given the names that are mentioned in the program."""
    has_lazy_annotations = any(
        isinstance(node, ast.ImportFrom) and node.module == "__future__" for node in tree.body
    )
    waiting = [Spot(tree)]
    while waiting:
        spot = waiting.pop()
        yield spot
        waiting += _below(spot, alive, has_lazy_annotations)


def _below(spot: Spot, alive: set[str], has_lazy_annotations: bool) -> Iterator[Spot]:
    node = spot.node
    if isinstance(node, _FUNCTIONS):
        yield from _below_function(spot, node, node.name in alive, has_lazy_annotations)
    elif isinstance(node, ast.ClassDef):
        yield from spot.at([*node.decorator_list, *node.bases, *node.keywords])
        if node.decorator_list or node.name in alive:
            for part in node.body:
                if isinstance(part, _FUNCTIONS):  # frameworks call methods
                    yield from _below_function(spot, part, True, has_lazy_annotations)
                else:
                    yield from spot.at([part])
    elif isinstance(node, ast.Lambda):
        yield from spot.at([node.body], hidden=spot.hidden | _parameters(node.args))
        yield from spot.at([node.args])
    elif isinstance(node, ast.Try):
        careful = spot.is_cautious or catches_missing(node)
        yield from spot.at([*node.body, *node.handlers], is_cautious=careful)
        yield from spot.at([*node.orelse, *node.finalbody])
    elif isinstance(node, ast.If | ast.IfExp):
        yield from spot.at([node.test])
        careful = spot.is_cautious or _asks_what_is_there(node.test)
        below = [part for part in ast.iter_child_nodes(node) if part is not node.test]
        yield from spot.at(below, is_cautious=careful)
    elif (kinds := asked_kinds(node)) is not None:
        # No object is one of a class that is not there: the answer is False.
        yield from spot.at([kinds], is_cautious=True)
        yield from spot.at(part for part in ast.iter_child_nodes(node) if part is not kinds)
    elif isinstance(node, ast.BoolOp):
        careful = spot.is_cautious or _asks_what_is_there(node)
        yield from spot.at(node.values, is_cautious=careful)
    elif isinstance(node, ast.AnnAssign) and has_lazy_annotations:
        yield from spot.at([node.target] if node.value is None else [node.target, node.value])
    else:
        yield from spot.at(ast.iter_child_nodes(node))


def _below_function(
    spot: Spot,
    node: ast.FunctionDef | ast.AsyncFunctionDef,
    is_alive: bool,
    has_lazy_annotations: bool,
) -> Iterator[Spot]:
    defaults = [default for default in node.args.kw_defaults if default is not None]
    yield from spot.at([*node.decorator_list, *node.args.defaults, *defaults])
    if not has_lazy_annotations:
        every = [part.annotation for part in _arguments(node.args)]
        yield from spot.at(part for part in (*every, node.returns) if part is not None)
    if is_alive or node.decorator_list:
        yield from spot.at(node.body, hidden=spot.hidden | _parameters(node.args))


def _arguments(args: ast.arguments) -> list[ast.arg]:
    rest = [part for part in (args.vararg, args.kwarg) if part is not None]
    return [*args.posonlyargs, *args.args, *args.kwonlyargs, *rest]


def _parameters(args: ast.arguments) -> frozenset[str]:
    return frozenset(part.arg for part in _arguments(args))


def _asks_what_is_there(test: ast.AST) -> bool:
    """Whether a condition asks ``hasattr`` or compares a version."""
    return any(
        (isinstance(part, ast.Name) and part.id == "hasattr")
        or (isinstance(part, ast.Attribute) and part.attr in ("__version__", "VERSION"))
        for part in ast.walk(test)
    )
