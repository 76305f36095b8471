"""TensorBoard: the records of its files, read here by hand."""

import copy
import struct
from types import SimpleNamespace

import numpy as np
import pytest

import pronghorn as keras
from pronghorn.callbacks import TensorBoard
from pronghorn.callbacks._event_file import EventFile, _checksum
from pronghorn.errors import FileError, ParameterError
from unit.callbacks.event_fields import list_fields


def read_events(folder):
    """The values of a folder's files: (tag, step) → number, or the fields of a histogram."""
    found = {}
    for path in sorted(folder.glob("events.out.tfevents.*")):
        data, at = path.read_bytes(), 0
        while at < len(data):
            (size,) = struct.unpack_from("<Q", data, at)
            event = dict(list_fields(data[at + 12 : at + 12 + size]))
            at += size + 16
            if 5 in event:
                value = dict(list_fields(dict(list_fields(event[5]))[1]))
                fields = dict(list_fields(value.get(5, b"")))
                number = struct.unpack("<f", value[2])[0] if 2 in value else fields
                found[value[1].decode(), event[2]] = number
    return found


def fit(folder, **kwargs):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, name="out")])
    model.compile("sgd", "mse")
    x, y = np.ones((4, 2)), np.ones(4)
    board = TensorBoard(folder, **kwargs)
    history = model.fit(
        x, y, batch_size=2, epochs=2, validation_data=(x, y), verbose=0, callbacks=[board]
    )
    return model, history.history


def test_epochs_stand_under_keras_tags(tmp_path):
    _, history = fit(tmp_path)
    train, validation = read_events(tmp_path / "train"), read_events(tmp_path / "validation")
    losses = [train["epoch_loss", epoch] for epoch in (0, 1)]
    assert losses == pytest.approx(history["loss"])
    # Keras's tags; two steps an epoch.
    assert {tag for tag, _ in train} == {"epoch_loss", "epoch_learning_rate"}
    assert set(validation) == {
        ("epoch_loss", 0),
        ("epoch_loss", 1),
        ("evaluation_loss_vs_iterations", 2),
        ("evaluation_loss_vs_iterations", 4),
    }


def test_batches_stand_where_they_are_asked_for(tmp_path):
    fit(tmp_path, update_freq=2)
    steps = [step for tag, step in read_events(tmp_path / "train") if tag == "batch_loss"]
    assert steps == [2, 4]


def test_histograms_hold_the_weights(tmp_path):
    model, _ = fit(tmp_path, histogram_freq=1)
    fields = read_events(tmp_path / "train")["out/kernel/histogram", 1]
    kernel = model.layers[-1].kernel.numpy()
    numbers = [struct.unpack("<d", fields[i])[0] for i in range(1, 6)]
    assert numbers == pytest.approx(
        [kernel.min(), kernel.max(), 2, kernel.sum(), (kernel.astype(float) ** 2).sum()]
    )
    assert sum(struct.unpack("<30d", fields[7])) == 2


def test_checksum_is_crc_32c():
    # The check value of CRC-32C in the catalogue of CRCs is 0xE3069283 for the digits 1 to 9;
    # TensorFlow stores it rotated right by 15 bits, plus 0xA282EAD8.
    crc = 0xE3069283
    masked = ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF
    assert _checksum(b"123456789") == struct.pack("<I", masked)


def test_copies_write_files_of_their_own(tmp_path):
    board = TensorBoard(tmp_path, update_freq="batch")
    other = copy.deepcopy(board)
    for one in (board, other):
        one.set_model(SimpleNamespace(optimizer=None))
        one.on_train_batch_end(0, {"loss": 1.0})
        one.on_train_end()
    assert len(list((tmp_path / "train").iterdir())) == 2


def test_a_folder_that_cannot_be_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(FileError, match="folder"):
        EventFile(str(tmp_path / "file")).write_scalar("loss", 1.0, 0)


@pytest.mark.parametrize(
    "given", [{"update_freq": "never"}, {"update_freq": 0}, {"histogram_freq": -1}], ids=str
)
def test_other_frequencies_are_refused(given):
    with pytest.raises(ParameterError, match="TensorBoard"):
        TensorBoard(**given)


def test_arguments_of_keras_2_play_no_part(tmp_path):
    older = {"batch_size": 32, "write_grads": False, "embeddings_layer_names": None}
    board = TensorBoard(log_dir=tmp_path, embeddings_data=None, **older)
    assert (board.log_dir, board.histogram_freq) == (str(tmp_path), 0)
