"""Progbar: the values of Keras's line, averaged as Keras averages them."""

from __future__ import annotations

import re
from typing import Any

import pytest

from pronghorn.errors import ParameterError
from pronghorn.utils import Progbar


def last_line(capsys: pytest.CaptureFixture[str]) -> str:
    text = capsys.readouterr().out
    return re.sub(r"\d+[um]?s", "T", text.rstrip("\n").split("\n")[-1])


# What keras.utils.Progbar of Keras 3.15.1 prints for the same calls, times replaced by T.
@pytest.mark.parametrize(
    ("kwargs", "calls", "expected"),
    [
        ({}, [(2, 1.0), (4, 3.0)], "4/4 - T - T/step - loss: 3.0000"),
        ({"unit_name": "sample"}, [(4, 0.5)], "4/4 - T - T/sample - loss: 0.5000"),
        (
            {"stateful_metrics": ["loss"]},
            [(2, 1.0), (4, 2e-4)],
            "4/4 - T - T/step - loss: 2.0000e-04",
        ),
    ],
    ids=["last", "unit", "stateful"],
)
def test_the_line_of_verbose_2(
    kwargs: dict[str, Any], calls: Any, expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    bar = Progbar(4, verbose=2, **kwargs)
    for current, loss in calls:
        bar.update(current, [("loss", loss)])
    assert last_line(capsys) == expected


def test_values_are_averaged_by_the_units_they_stand_for(
    capsys: pytest.CaptureFixture[str],
) -> None:
    bar = Progbar(None, stateless_metrics=["loss"])
    bar.update(1, [("loss", 4.0), ("lr", 1.0)])
    bar.update(4, [("loss", 0.0), ("lr", 0.5)])
    bar.update(4, finalize=True)
    # (1 · 4 + 3 · 0) / 4, and lr as it is
    assert last_line(capsys).endswith("T/step - loss: 1.0000 - lr: 0.5000")


def test_add_counts_on(capsys: pytest.CaptureFixture[str]) -> None:
    bar = Progbar(3, width=6)
    bar.add(1)
    assert capsys.readouterr().out == ""  # no terminal: nothing is drawn over
    bar.add(2)
    assert last_line(capsys) == "3/3 ━━━━━━ T T/step"


# Lines of Keras 3.15.1, times replaced by T.
@pytest.mark.parametrize(
    ("target", "verbose", "expected"),
    [
        (None, 1, "      3/Unknown T T/step - loss: 2.0000"),
        (4, 1, "3/4 ━━━━━━━━━━━━━━━━━━━━ T T/step - loss: 2.0000"),
        (4, 2, "3/4 - T - T/step - loss: 2.0000"),
    ],
    ids=str,
)
def test_a_line_that_ends_before_its_target(
    target: int | None, verbose: int, expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Progbar(target, verbose=verbose).update(3, [("loss", 2.0)], finalize=True)
    assert last_line(capsys) == expected


def test_silence(capsys: pytest.CaptureFixture[str]) -> None:
    Progbar(1, verbose=0).update(1)
    assert capsys.readouterr().out == ""


def test_both_kinds_of_names_are_refused() -> None:
    with pytest.raises(ParameterError, match="received both"):
        Progbar(1, stateful_metrics=["a"], stateless_metrics=["b"])
