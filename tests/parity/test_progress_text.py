"""The lines that fit, evaluate and predict print are Keras's, timings aside."""

from __future__ import annotations

import re
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from parity import nets

ESCAPE = re.compile(r"\x1b\[[0-9;]*m")
# "0s", "1:21", "1:00:05", "3ms/step", "12us/step", "2s/step"
TIMINGS = re.compile(r"\b\d+s \d+(?:us|ms|s)/step|\b\d+s - \d+(?:us|ms|s)/step")


def render(text: str) -> list[str]:
    """Return the lines a terminal shows in the end, with every timing written as T.

    A carriage return starts the line over; a backspace goes one cell back and erases nothing.
    """
    lines = []
    for line in ESCAPE.sub("", text).split("\n"):
        cells: list[str] = []
        cursor = 0
        for cell in line:
            if cell == "\r":
                cursor = 0
            elif cell == "\b":
                cursor = max(cursor - 1, 0)
            else:
                cells[cursor : cursor + 1] = cell
                cursor += 1
        lines.append(TIMINGS.sub("T", "".join(cells)).rstrip())
    return [line for line in lines if line]


RUNS: dict[str, Any] = {
    "fit_one_epoch": lambda m, x, y: m.fit(x, y, batch_size=8, shuffle=False, verbose=1),
    "fit_auto": lambda m, x, y: m.fit(x, y, batch_size=8, shuffle=False),
    "fit_two_epochs_validated": lambda m, x, y: m.fit(
        x, y, batch_size=8, epochs=2, shuffle=False, validation_data=(x, y), verbose=1
    ),
    "fit_line_an_epoch": lambda m, x, y: m.fit(
        x, y, batch_size=8, epochs=2, shuffle=False, validation_data=(x, y), verbose=2
    ),
    "fit_epochs_alone": lambda m, x, y: m.fit(x, y, batch_size=8, epochs=2, verbose=3),
    "fit_from_a_later_epoch": lambda m, x, y: m.fit(
        x, y, batch_size=8, epochs=3, initial_epoch=1, shuffle=False, verbose=1
    ),
    "evaluate": lambda m, x, y: m.evaluate(x, y, batch_size=8),
    "evaluate_line": lambda m, x, y: m.evaluate(x, y, batch_size=8, verbose=2),
    "predict": lambda m, x, y: m.predict(x, batch_size=8),
    "predict_line": lambda m, x, y: m.predict(x, batch_size=8, verbose=2),
    "nothing": lambda m, x, y: m.fit(x, y, verbose=0) and m.evaluate(x, y, verbose=0),
}


@pytest.mark.parametrize("run", RUNS)
def test_printed_lines_are_those_of_keras(
    run: str, keras: ModuleType, subject: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    printed = {}
    for side, k in (("expected", keras), ("actual", subject)):
        model = nets.classify(k)
        capsys.readouterr()
        RUNS[run](model, nets.X, nets.LABELS)
        printed[side] = render(capsys.readouterr().out)
    assert printed["actual"] == printed["expected"]
    assert bool(printed["expected"]) == (run != "nothing")


def test_small_values_are_printed_with_an_exponent(
    keras: ModuleType, subject: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    """A value of at most 1e-3 is printed as 4.0000e-06, not as 0.0000."""
    printed = []
    for k in (keras, subject):
        model = k.Sequential([k.layers.Input((1,)), k.layers.Dense(1, use_bias=False)])
        model.set_weights([np.array([[0.002]], "float32")])
        model.compile(optimizer=k.optimizers.SGD(0.0), loss="mse")
        capsys.readouterr()
        model.fit(np.ones((4, 1), "float32"), np.zeros((4, 1), "float32"), verbose=1)
        printed.append(render(capsys.readouterr().out))
    assert printed[1] == printed[0]
    assert "loss: 4.0000e-06" in printed[0][-1]


def test_a_log_file_holds_no_terminal_codes(
    subject: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where the output is not a terminal, a line is printed once and never rewound."""
    model = nets.classify(subject)
    model.fit(nets.X, nets.LABELS, batch_size=1, epochs=2, verbose=1)
    text = capsys.readouterr().out
    assert not set("\b\r\x1b") & set(text)
    assert len(text.splitlines()) == 4  # two "Epoch" lines, two result lines
