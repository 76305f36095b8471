"""ProgbarLogger: the printed text is Keras's, and a file is not flooded.

The expected lines were printed by keras 3.15.1 (JAX backend): its CallbackList and
ProgbarLogger were driven with the same logs and a clock that was set by hand; colours and
backspaces are taken out.
"""

import io
import re

import pytest

from pronghorn.callbacks import CallbackList, ProgbarLogger
from pronghorn.callbacks import _progress as progress

CELLS = "━" * 20
RUNNING = {"loss": 0.5, "accuracy": 0.25}
EPOCH = {"loss": 1.23456, "accuracy": 0.0005, "val_loss": 0.00100001, "val_accuracy": 1.0}
EPOCH_TEXT = "accuracy: 5.0000e-04 - loss: 1.2346 - val_accuracy: 1.0000 - val_loss: 0.0010"


class Clock:
    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(progress, "monotonic", clock)
    return clock


def play(
    clock, kind, verbose, steps, pace, final, epochs=1, known=True, running=RUNNING, by_hand=False
):
    """Play the loop: every step takes ``pace`` seconds and is reported.

    ``by_hand``: through the hooks of batches, as a loop of one's own does it.
    """
    hooks = CallbackList(
        [ProgbarLogger()], verbose=verbose, epochs=epochs, steps=steps if known else None
    )
    getattr(hooks, f"on_{kind}_begin")()
    for epoch in range(epochs):
        if kind == "train":
            hooks.on_epoch_begin(epoch)
        for step in range(steps):
            clock.now += pace
            if by_hand:
                outputs = {"outputs": [[1.0]]}
                at_end = getattr(hooks, f"on_{kind}_batch_end")
                at_end(step, outputs if kind == "predict" else running)
            else:
                hooks.on_progress(step + 1, None if kind == "predict" else running)
        if kind == "train":
            hooks.on_epoch_end(epoch, final)
    getattr(hooks, f"on_{kind}_end")(final)


def visible(text):
    """The lines as they were drawn, one after the other, without colours and padding."""
    plain = re.sub(r"\x1b\[\d+m", "", text)
    return [line.rstrip() for line in re.split(r"[\r\n]", plain) if line]


@pytest.mark.parametrize("by_hand", [False, True], ids=["fit", "by hand"])
def test_a_terminal_sees_every_drawing(clock, terminal, by_hand):
    play(clock, "train", 1, 3, 0.25, EPOCH, epochs=2, by_hand=by_hand)
    epoch = [
        "1/3 ━━━━━━━━━━━━━━━━━━━━ 0s 250ms/step - accuracy: 0.2500 - loss: 0.5000",
        "2/3 ━━━━━━━━━━━━━━━━━━━━ 0s 250ms/step - accuracy: 0.2500 - loss: 0.5000",
        "3/3 ━━━━━━━━━━━━━━━━━━━━ 0s 250ms/step - accuracy: 0.2500 - loss: 0.5000",
        f"3/3 ━━━━━━━━━━━━━━━━━━━━ 1s 250ms/step - {EPOCH_TEXT}",
    ]
    assert visible(terminal.getvalue()) == ["Epoch 1/2", *epoch, "Epoch 2/2", *epoch]


def test_the_colours_are_those_of_keras(clock, terminal):
    play(clock, "predict", 1, 40, 0.01, None)
    text = terminal.getvalue()
    assert "\r\x1b[1m 1/40\x1b[0m \x1b[37m━━━━━━━━━━━━━━━━━━━━\x1b[0m \x1b[1m0s\x1b[0m 10ms" in text
    # 12 of 40 steps fill 6 of 20 cells.
    assert "\x1b[1m12/40\x1b[0m \x1b[32m━━━━━━\x1b[0m\x1b[37m━━━━━━━━━━━━━━\x1b[0m " in text
    assert text.endswith(
        "\x1b[1m40/40\x1b[0m \x1b[32m" + CELLS + "\x1b[0m \x1b[1m0s\x1b[0m 10ms/step\n"
    )


@pytest.mark.parametrize(
    ("steps", "pace", "line"),
    [
        (4, 30.0, "1/4 ━━━━━━━━━━━━━━━━━━━━ 1:30 30s/step - accuracy: 0.2500 - loss: 0.5000"),
        (
            5,
            1500.0,
            "1/5 ━━━━━━━━━━━━━━━━━━━━ 1:40:00 1500s/step - accuracy: 0.2500 - loss: 0.5000",
        ),
        (5, 0.00002, "1/5 ━━━━━━━━━━━━━━━━━━━━ 0s 20us/step - accuracy: 0.2500 - loss: 0.5000"),
    ],
    ids=["minutes", "hours", "microseconds"],
)
def test_the_time_that_is_left(clock, terminal, steps, pace, line):
    play(clock, "train", 1, steps, pace, EPOCH)
    assert visible(terminal.getvalue())[0] == line


@pytest.mark.parametrize(
    ("kind", "line"),
    [
        ("train", f"3/3 {CELLS} 1s 250ms/step - loss: 2.0000"),
        ("predict", f"3/3 {CELLS} 1s 250ms/step"),
    ],
)
def test_a_loop_by_hand_of_unknown_length(clock, capsys, kind, line):
    play(clock, kind, 1, 3, 0.25, {"loss": 2.0}, known=False, running={}, by_hand=True)
    assert capsys.readouterr().out.splitlines() == [line]


@pytest.mark.parametrize(
    ("verbose", "lines"),
    [
        (1, [f"5/5 {CELLS} 0s 20us/step - loss: -0.5000 - mae: nan - mse: inf"]),
        # In this line alone Keras prints negative values as exponents.
        (2, ["5/5 - 0s - 20us/step - loss: -5.0000e-01 - mae: nan - mse: inf"]),
        (0, []),
    ],
)
def test_odd_values(clock, capsys, verbose, lines):
    odd = {"loss": -0.5, "mae": float("nan"), "mse": float("inf")}
    play(clock, "train", verbose, 5, 0.00002, odd, running=odd)
    assert capsys.readouterr().out.splitlines() == lines


def test_verbose_2(clock, capsys):
    play(clock, "train", 2, 113, 0.25, EPOCH, epochs=2)
    line = f"113/113 - 28s - 250ms/step - {EPOCH_TEXT}"
    assert capsys.readouterr().out.splitlines() == ["Epoch 1/2", line, "Epoch 2/2", line]


@pytest.mark.parametrize(
    ("kind", "verbose", "steps", "pace", "line"),
    [
        ("test", 1, 4, 0.03, f"4/4 {CELLS} 0s 30ms/step - accuracy: 0.2500 - loss: 0.5000"),
        ("test", 2, 4, 0.03, "4/4 - 0s - 30ms/step - accuracy: 0.2500 - loss: 0.5000"),
        ("predict", 1, 40, 0.003, f"40/40 {CELLS} 0s 3ms/step"),
        ("predict", 2, 40, 0.003, "40/40 - 0s - 3ms/step"),
    ],
)
def test_evaluate_and_predict(clock, capsys, kind, verbose, steps, pace, line):
    play(clock, kind, verbose, steps, pace, RUNNING if kind == "test" else None)
    assert capsys.readouterr().out == line + "\n"


def test_an_unknown_number_of_steps(clock, terminal):
    play(clock, "train", 1, 7, 0.5, EPOCH, epochs=2, known=False)
    lines = visible(terminal.getvalue())
    assert lines[0] == "Epoch 1/2"
    assert lines[1] == "      1/Unknown 0s 500ms/step - accuracy: 0.2500 - loss: 0.5000"
    assert lines[3] == "      3/Unknown 2s 500ms/step - accuracy: 0.2500 - loss: 0.5000"
    assert lines[8] == f"7/7 {CELLS} 4s 500ms/step - {EPOCH_TEXT}"
    # The second epoch knows how many there are.
    assert lines[10] == f"1/7 {CELLS} 3s 500ms/step - accuracy: 0.2500 - loss: 0.5000"


def test_a_file_gets_one_plain_line_an_epoch(clock, capsys):
    play(clock, "train", 1, 1000, 0.25, EPOCH, epochs=2)
    line = f"1000/1000 {CELLS} 250s 250ms/step - {EPOCH_TEXT}"
    assert capsys.readouterr().out == f"Epoch 1/2\n{line}\nEpoch 2/2\n{line}\n"


def test_a_terminal_is_drawn_at_most_ten_times_a_second(clock, terminal):
    # 3000 reports in three seconds: 30 drawings, give or take the edges, and the last line.
    play(clock, "train", 1, 3000, 0.001, EPOCH)
    assert 28 <= len(visible(terminal.getvalue())) <= 32


def test_a_longer_line_is_wiped_out(clock, terminal):
    bar = ProgbarLogger()
    bar.set_params({"verbose": 1, "epochs": 1, "steps": 2})
    bar.on_epoch_begin(0)
    clock.now += 5000
    bar.on_progress(1, {"loss": 1.0})
    long, _ = terminal.getvalue(), terminal.truncate(0)
    terminal.seek(0)
    clock.now += 1
    bar.on_epoch_end(0, {"loss": 1.0})
    width = len(visible(long)[0])
    drawn = re.sub(r"\x1b\[\d+m", "", terminal.getvalue()).strip("\r\n")
    assert width > len(drawn.rstrip())
    assert len(drawn) == width


def test_a_narrow_terminal_is_not_wrapped_while_running(clock, terminal, monkeypatch):
    monkeypatch.setenv("COLUMNS", "50")
    play(clock, "train", 1, 3, 0.25, EPOCH)
    *running, last = visible(terminal.getvalue())
    assert {len(line) for line in running} == {49}
    assert last.endswith("val_loss: 0.0010")


def test_the_validation_of_an_epoch_is_silent(clock, capsys):
    hooks = CallbackList([ProgbarLogger()], verbose=1, epochs=1, steps=2)
    hooks.on_train_begin()
    hooks.on_epoch_begin(0)
    clock.now += 1
    hooks.on_progress(2, {"loss": 1.0})
    hooks.on_test_begin()
    clock.now += 1
    hooks.on_progress(9, {"loss": 7.0})
    hooks.on_test_end({"loss": 7.0})
    hooks.on_epoch_end(0, {"loss": 1.0, "val_loss": 7.0})
    # The time of the validation counts, as in Keras: 2 s over 2 steps.
    line = f"2/2 {CELLS} 2s 1s/step - loss: 1.0000 - val_loss: 7.0000\n"
    assert capsys.readouterr().out == line


def test_evaluate_after_fit_prints_again(clock, capsys):
    bar = ProgbarLogger()
    hooks = CallbackList([bar], verbose=2, epochs=1, steps=2)
    hooks.on_train_begin()
    hooks.on_train_end()
    hooks.on_test_begin()
    hooks.on_test_end({"loss": 1.0})
    assert capsys.readouterr().out == "2/2 - 0s - 0s/step - loss: 1.0000\n"


def test_an_ascii_output_gets_equals_signs(clock, monkeypatch):
    raw = io.BytesIO()
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(raw, encoding="ascii"))
    play(clock, "predict", 1, 4, 0.003, None)
    assert raw.getvalue() == b"4/4 ==================== 0s 3ms/step\n"


def test_auto_is_1():
    bar = ProgbarLogger()
    bar.set_params({"verbose": "auto", "epochs": 1, "steps": 1})
    assert bar.verbose == 1
