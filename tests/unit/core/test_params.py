"""Declared parameters: what fits, what does not, and what the message says."""

import math
from typing import Any

import numpy as np
import pytest

from pronghorn._core.errors import ParameterError
from pronghorn._core.params import Boolean, Integer, Interval, OfType, OneOf, Optional, check

FITS: list[tuple[Any, Any, Any]] = [
    (Interval(0.0, 1.0), 0, 0.0),
    (Interval(0.0, 1.0), 1, 1.0),
    (Interval(0.0, 1.0), np.float32(0.5), 0.5),
    (Interval(0.0, 1.0), np.int64(1), 1.0),
    (Interval(0.0, 1.0), np.array(0.25), 0.25),
    (Interval(low=0.0, closed="neither"), 1e300, 1e300),
    (Integer(low=1), 3, 3),
    (Integer(low=1), 3.0, 3),
    (Integer(low=1), np.uint8(3), 3),
    (Integer(), 2**70, 2**70),
    (Boolean(), np.bool_(True), True),
    (Boolean(), 0, False),
    (OneOf("a", "b", None), "b", "b"),
    (OneOf("a", "b", None), None, None),
    (OfType(str, bytes), b"x", b"x"),
    (Optional(Integer()), None, None),
    (Optional(Integer()), 4, 4),
]

MISFITS: list[tuple[Any, Any, str]] = [
    (Interval(0.0, 1.0), 1.5, "a number in [0, 1]"),
    (Interval(0.0, 1.0, "left"), 1.0, "a number in [0, 1)"),
    (Interval(0.0, 1.0, "right"), 0.0, "a number in (0, 1]"),
    (Interval(closed="neither"), math.inf, "a finite number"),
    (Interval(), math.nan, "a number"),
    (Interval(), True, "a number"),
    (Interval(), "0.5", "a number"),
    (Interval(), None, "a number"),
    (Interval(), [0.5], "a number"),
    (Interval(), np.array([0.5]), "a number"),
    (Interval(), 1j, "a number"),
    (Integer(low=1), 0, "a whole number of at least 1"),
    (Integer(low=1, high=3), 4, "a whole number from 1 to 3"),
    (Integer(), 2.5, "a whole number"),
    (Integer(), math.inf, "a whole number"),
    (Integer(), True, "a whole number"),
    (Integer(), "3", "a whole number"),
    (Boolean(), "yes", "True or False"),
    (Boolean(), 2, "True or False"),
    (OneOf("a", "b"), "c", "one of 'a', 'b'"),
    (OneOf(1), True, "one of 1"),
    (OfType(str), 3, "an object of type str"),
    (Optional(Integer(low=1)), 0, "None or a whole number of at least 1"),
]


@pytest.mark.parametrize(("rule", "value", "stored"), FITS, ids=str)
def test_value_that_fits_is_converted(rule: Any, value: Any, stored: Any) -> None:
    result = check("Owner", "name", value, rule)
    assert result == stored
    assert type(result) is type(stored)


@pytest.mark.parametrize(("rule", "value", "phrase"), MISFITS, ids=str)
def test_value_that_does_not_fit_is_refused(rule: Any, value: Any, phrase: str) -> None:
    with pytest.raises(ParameterError) as caught:
        check("Owner", "name", value, rule)
    assert str(caught.value).startswith(f"Owner name: expected {phrase}, received ")


def test_remedy_ends_the_message() -> None:
    with pytest.raises(ParameterError, match=r"received 'x' \(str\)\. Pass a number\.$"):
        check("Owner", "name", "x", Interval(), remedy="Pass a number")
