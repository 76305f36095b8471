"""Laws that hold for everything registered: a new thing is tested by being registered."""

import copy
import importlib
import inspect
import json
import pickle
from pathlib import Path
from typing import Any

import pytest

from contract.examples import ARGUMENTS, BUILTIN, label, make, needs_arguments
from golden.kinds.cases import read_cases
from pronghorn._core import registry
from pronghorn._core.errors import ParameterError, UnknownNameError
from pronghorn._core.registry import Entry

PUBLIC = [entry for entry in BUILTIN if entry.kind != "dataset"]  # data sets are modules
CONFIGURED = [entry for entry in BUILTIN if hasattr(entry.target, "get_config")]
# Those whose config is the arguments of the constructor, and nothing else.
OF_ARGUMENTS = [entry for entry in CONFIGURED if entry.kind != "layer"]
public = pytest.mark.parametrize("entry", PUBLIC, ids=label)
everything = pytest.mark.parametrize("entry", BUILTIN, ids=label)
configured = pytest.mark.parametrize("entry", CONFIGURED, ids=label)
of_arguments = pytest.mark.parametrize("entry", OF_ARGUMENTS, ids=label)


def test_every_kind_is_walked() -> None:
    """A kind that is not known here has laws to be written."""
    assert {entry.kind for entry in BUILTIN} == {
        "activation", "callback", "constraint", "dataset", "file_format", "initializer", "layer",
        "loss", "metric", "optimizer", "regularizer", "schedule",
    }  # fmt: skip


def test_what_needs_arguments_has_them_and_nothing_else_does() -> None:
    named = [e for e in BUILTIN if e.kind not in ("layer", "dataset")]
    needed = {(e.kind, e.name) for e in named if needs_arguments(e.target)}
    # A folder by default is that of the tests, too: what is written goes where they say.
    writing = {
        k for k, given in ARGUMENTS.items() if any(isinstance(v, Path) for v in given.values())
    }
    assert needed == set(ARGUMENTS) - (writing - needed)


@everything
def test_every_spelling_leads_to_it(entry: Entry) -> None:
    for spelling in entry.spellings:
        assert registry.lookup(entry.kind, spelling) is entry.target


@everything
def test_canonical_name_is_listed_once(entry: Entry) -> None:
    assert registry.names(entry.kind).count(entry.name) == 1


@everything
def test_it_is_found_by_itself(entry: Entry) -> None:
    assert registry.find_entry(entry.target, entry.kind) is entry


@public
def test_its_folder_exports_it(entry: Entry) -> None:
    package = importlib.import_module(entry.target.__module__.split("._")[0])
    assert getattr(package, entry.target.__name__) is entry.target


@everything
def test_a_misspelt_name_suggests_it(entry: Entry) -> None:
    misspelt = entry.name + "q"
    with pytest.raises(UnknownNameError) as caught:
        registry.lookup(entry.kind, misspelt)
    assert "Did you mean" in str(caught.value)
    assert "\n" not in str(caught.value)


@public
def test_docstring_has_a_formula_a_source_and_an_example(entry: Entry) -> None:
    text = inspect.getdoc(entry.target) or ""
    assert ">>>" in text
    assert "Source: " in text


@of_arguments
def test_string_to_object_to_string(entry: Entry) -> None:
    made = make(entry)
    again = registry.resolve(entry.kind, made if needs_arguments(entry.target) else entry.name)
    assert type(again) is entry.target
    found = registry.find_entry(again)
    assert found is not None
    assert found.name == entry.name


@configured
def test_config_goes_there_and_back(entry: Entry) -> None:
    made = make(entry)
    config = made.get_config()
    assert entry.target.from_config(config).get_config() == config


@configured
def test_config_is_json(entry: Entry) -> None:
    serialized = registry.serialize(make(entry))
    again = registry.deserialize(entry.kind, json.loads(json.dumps(serialized)))
    assert type(again) is entry.target
    assert json.dumps(registry.serialize(again)) == json.dumps(serialized)


@of_arguments
def test_config_holds_all_arguments(entry: Entry) -> None:
    parameters = inspect.signature(entry.target).parameters.values()
    named = {p.name for p in parameters if p.kind is not p.VAR_KEYWORD}
    assert named - {"dtype"} <= set(make(entry).get_config())


@of_arguments
def test_no_config_key_is_dropped_in_silence(entry: Entry) -> None:
    """It is refused by name, or kept for the function that is wrapped."""
    config = {**make(entry).get_config(), "no_such_argument": 1}
    try:
        made = entry.target.from_config(config)
    except ParameterError as error:
        assert "no_such_argument" in str(error)
    else:
        assert made.get_config()["no_such_argument"] == 1


@configured
@pytest.mark.parametrize(
    "duplicate",
    [copy.copy, copy.deepcopy, lambda made: pickle.loads(pickle.dumps(made))],
    ids=["copy", "deepcopy", "pickle"],
)
def test_copies_have_the_same_config(entry: Entry, duplicate: Any) -> None:
    made = make(entry)
    again = duplicate(made)
    assert type(again) is entry.target
    assert again.get_config() == made.get_config()


@of_arguments
def test_repr_says_class_and_arguments(entry: Entry) -> None:
    text = repr(make(entry))
    assert text.startswith(f"{entry.target.__name__}(")
    assert "\n" not in text


@pytest.mark.parametrize("case", read_cases("configs"))
def test_serialized_form_is_that_of_keras(case: dict[str, Any]) -> None:
    package = importlib.import_module(f"pronghorn.{case['kind']}")
    ours = package.serialize(getattr(package, case["name"])(**case["kwargs"]))
    theirs = case["serialized"]
    # Ours may say more: Keras forgets the axis of SparseCategoricalCrossentropy.
    assert {key: ours["config"][key] for key in theirs["config"]} == theirs["config"]
    assert {**ours, "config": None} == {**theirs, "config": None}


@pytest.mark.parametrize("case", read_cases("configs"))
def test_serialized_form_of_keras_is_read(case: dict[str, Any]) -> None:
    package = importlib.import_module(f"pronghorn.{case['kind']}")
    made = getattr(package, case["name"])(**case["kwargs"])
    assert package.deserialize(case["serialized"]).get_config() == made.get_config()
