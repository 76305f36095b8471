"""ReduceLROnPlateau, ModelCheckpoint and CSVLogger on given logs: what real Keras does on them."""

from pathlib import Path

import pytest

from golden.kinds.cases import read_cases
from pronghorn import callbacks
from pronghorn.callbacks import CallbackList

CASES = read_cases("callbacks")
BATCHES = 2


def of(name):
    return pytest.mark.parametrize("case", [c for c in CASES if c.values[0]["name"] == name])


@of("ReduceLROnPlateau")
def test_plateaus_reduce_the_rate_as_in_keras(case, model, capsys):
    reduce = callbacks.ReduceLROnPlateau(verbose=1, **case["kwargs"])
    reduce.set_model(model)
    reduce.on_train_begin()
    for epoch, value in enumerate(case["curve"]):
        logs = {"val_loss": value}
        reduce.on_epoch_end(epoch, logs)
        assert logs["learning_rate"] == case["logged"][epoch]
        assert model.optimizer.learning_rate == case["rates"][epoch]
    assert capsys.readouterr().out == case["text"]


@of("ModelCheckpoint")
def test_checkpoints_are_those_of_keras(case, model, capsys):
    saved = []
    model.save = lambda path, overwrite: saved.append(path)
    name = "{epoch:02d}-{val_loss:.2f}.keras"
    hooks = CallbackList(
        [callbacks.ModelCheckpoint(name, verbose=1, **case["kwargs"])], model=model
    )
    hooks.on_train_begin()
    for epoch, value in enumerate(case["curve"]):
        hooks.on_epoch_begin(epoch)
        for batch in range(BATCHES):
            hooks.on_train_batch_end(batch, {"val_loss": value})
        hooks.on_epoch_end(epoch, {"val_loss": value})
    assert saved == case["saved"]
    assert capsys.readouterr().out == case["text"]


@of("CSVLogger")
def test_tables_are_those_of_keras(case, tmp_path):
    path = tmp_path / "log.csv"
    for append, text in zip((False, True), case["texts"], strict=True):
        logger = callbacks.CSVLogger(path, append=append, **case["kwargs"])
        logger.on_train_begin()
        for epoch, logs in enumerate(case["logs"]):
            logger.on_epoch_end(epoch, logs)
            # Every line is in the file when its epoch is over.
            assert Path(path).read_bytes().endswith(b"\r\n")
        logger.on_train_end()
        assert path.read_bytes().decode() == text
