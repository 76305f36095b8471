"""The exception tree and the shape of its messages."""

import copy
import pickle

import numpy as np
import pytest

from pronghorn._core import errors
from pronghorn._core.errors import PronghornError, compose, describe, suggest

BUILTIN = {
    errors.ShapeError: ValueError,
    errors.DataError: ValueError,
    errors.UnknownNameError: ValueError,
    errors.LeftOutError: AttributeError,
    errors.ParameterError: (ValueError, TypeError),
    errors.NotBuiltError: ValueError,
    errors.GraphError: ValueError,
    errors.EngineError: RuntimeError,
    errors.NumericsError: FloatingPointError,
    errors.FileError: OSError,
}


def subclasses() -> set[type]:
    # A part that has errors of its own, such as the runner, may have been imported by other tests.
    return {cls for cls in PronghornError.__subclasses__() if cls.__module__ == errors.__name__}


def test_table_of_this_test_is_complete() -> None:
    assert subclasses() == set(BUILTIN)


@pytest.mark.parametrize("cls", BUILTIN, ids=lambda cls: cls.__name__)
def test_is_also_the_builtin_that_users_catch(cls: type) -> None:
    expected = BUILTIN[cls]
    for builtin in expected if isinstance(expected, tuple) else (expected,):
        assert issubclass(cls, builtin)


@pytest.mark.parametrize("cls", BUILTIN, ids=lambda cls: cls.__name__)
def test_tree_in_the_docstring_names_every_class(cls: type) -> None:
    assert errors.__doc__ is not None
    assert cls.__name__ in errors.__doc__


@pytest.mark.parametrize("cls", BUILTIN, ids=lambda cls: cls.__name__)
def test_message_survives_pickle_and_copy(cls: type) -> None:
    error = cls("one line")
    assert str(pickle.loads(pickle.dumps(error))) == "one line"
    assert str(copy.deepcopy(error)) == "one line"


def test_compose_puts_the_five_parts_in_order() -> None:
    message = compose(
        "Dense 'h'", expected="784", received="783", origin="'flatten'", remedy="Pass 784."
    )
    assert message == "Dense 'h': expected 784, received 783 from 'flatten'. Pass 784."


def test_compose_leaves_out_what_is_missing() -> None:
    assert compose("model") == "model."
    assert compose("model", received="3") == "model: received 3."
    assert compose("model", expected="2", remedy="Ask?") == "model: expected 2. Ask?"


def test_compose_gives_one_line() -> None:
    assert "\n" not in compose("a", received=repr("x\ny") + "\n z")


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (np.zeros((2, 3), np.uint8), "a uint8 array of shape (2, 3)"),
        (np.float32(2.0), "np.float32(2.0) (float32)"),
        ([1, 2], "[1, 2] (list)"),
        (int, "the class int"),
        (None, "None"),
    ],
    ids=["array", "scalar", "list", "class", "none"],
)
def test_describe_is_short(value: object, words: str) -> None:
    assert describe(value) == words


def test_describe_cuts_long_values() -> None:
    assert len(describe("x" * 1000)) < 100


def test_suggest_names_the_nearest_or_nothing() -> None:
    known = ["hidden_1", "hidden_2", "classes"]
    assert suggest("clases", known) == "Did you mean 'classes'?"
    assert suggest("xyzzy", known) is None
