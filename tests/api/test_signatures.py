"""Names, order and defaults of every parameter of the slice are Keras's."""

from __future__ import annotations

import inspect
from types import ModuleType
from typing import Any

import pytest

from api.surface import (
    ADDED,
    LAYER_KEYWORDS,
    LEFT_OUT,
    OTHER_DEFAULTS,
    SHARED_FOLDERS,
    STRINGS,
    SURFACE,
)

NO_DEFAULT = inspect.Parameter.empty


def find(k: ModuleType, dotted: str) -> Any:
    found: Any = k
    for name in dotted.split("."):
        found = getattr(found, name)
    return found


def list_parameters(thing: Any) -> tuple[dict[str, Any], bool]:
    """Return names and defaults in order, and whether any keyword is taken besides.

    Keyword-only parameters have no order that a caller sees: they come last, by name.
    """
    signature = inspect.signature(thing.__init__ if inspect.isclass(thing) else thing)
    parameters = [p for p in signature.parameters.values() if p.name != "self"]
    keyword_only = inspect.Parameter.KEYWORD_ONLY
    parameters.sort(key=lambda p: p.name if p.kind is keyword_only else "")
    variable = (inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL)
    named = {p.name: p.default for p in parameters if p.kind not in variable}
    return named, any(p.kind is inspect.Parameter.VAR_KEYWORD for p in parameters)


def is_layer(dotted: str) -> bool:
    return dotted.startswith("layers.") and dotted.count(".") == 1


def list_shared(folder: str, keras: ModuleType, subject: ModuleType) -> list[str]:
    """Return the public functions and classes of a folder that both have and Keras declares."""
    ours, theirs = find(subject, folder), find(keras, folder)
    both = [name for name in getattr(ours, "__all__", dir(ours)) if hasattr(theirs, name)]
    things = {f"{folder}.{name}": getattr(theirs, name) for name in both if name[0] != "_"}
    # Model's __init__ in Keras takes *args and **kwargs, which says nothing.
    silent = ({}, True)
    return sorted(n for n, t in things.items() if callable(t) and list_parameters(t) != silent)


@pytest.mark.parametrize("dotted", SURFACE)
def test_parameters_are_those_of_keras(dotted: str, keras: ModuleType, subject: ModuleType) -> None:
    check_parameters(dotted, keras, subject)


@pytest.mark.parametrize("folder", SHARED_FOLDERS)
def test_whatever_both_have_has_the_parameters_of_keras(
    folder: str, keras: ModuleType, subject: ModuleType
) -> None:
    """Names beyond the slice as well: whoever adds one adds it as Keras has it."""
    names = list_shared(folder, keras, subject)
    assert names
    for dotted in names:
        check_parameters(dotted, keras, subject)


def check_parameters(dotted: str, keras: ModuleType, subject: ModuleType) -> None:
    expected, takes_more = list_parameters(find(keras, dotted))
    actual, _ = list_parameters(find(subject, dotted))
    for name in LEFT_OUT.get(dotted, {}):
        assert name in expected, f"{dotted} of Keras has no {name}: remove the entry"
        assert name not in actual, f"{dotted} has {name} now: remove the entry"
        del expected[name]
    for name in ADDED.get(dotted, {}):
        assert name in actual, f"{dotted} has no {name} any more: remove the entry"
        del actual[name]
    if takes_more and is_layer(dotted):
        for name in LAYER_KEYWORDS - set(expected):
            actual.pop(name, None)

    assert list(actual) == list(expected), dotted
    for name in OTHER_DEFAULTS.get(dotted, {}):
        assert actual[name] is not expected.pop(name), f"{dotted}({name}=…): remove the entry"
    for name, default in expected.items():
        assert actual[name] == default, f"{dotted}({name}=…)"
        assert (actual[name] is NO_DEFAULT) == (default is NO_DEFAULT)


@pytest.mark.parametrize("dotted", [*LEFT_OUT, *ADDED, *OTHER_DEFAULTS])
def test_every_reason_is_about_the_surface(dotted: str) -> None:
    assert dotted in SURFACE or dotted.split(".")[0] in SHARED_FOLDERS
    tables = (LEFT_OUT, ADDED, OTHER_DEFAULTS)
    assert all(reason for table in tables for reason in table.get(dotted, {}).values())


@pytest.mark.parametrize("name", ["name", "trainable", "dtype"])
def test_every_layer_takes_the_common_keywords(name: str, subject: ModuleType) -> None:
    value = {"name": "first", "trainable": False, "dtype": "float32"}[name]
    layer = subject.layers.Dense(3, **{name: value})
    if name != "dtype":
        assert getattr(layer, name) == value


@pytest.mark.parametrize(
    ("kind", "string"), [(kind, string) for kind, strings in STRINGS.items() for string in strings]
)
def test_every_string_of_keras_is_known(
    kind: str, string: str, keras: ModuleType, subject: ModuleType
) -> None:
    expected, actual = (find(k, kind).get(string) for k in (keras, subject))
    assert expected is not None
    if kind in ("constraints", "optimizers", "initializers", "regularizers"):
        assert type(actual).__name__ == type(expected).__name__
    else:
        assert actual is not None


def test_unknown_keyword_of_a_layer_is_refused(subject: ModuleType) -> None:
    with pytest.raises((TypeError, ValueError), match="colour"):
        subject.layers.Dense(3, colour="red")
