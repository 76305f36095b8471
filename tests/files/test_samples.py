"""Files of every library and age are read back: what they predict, and how they train on.

The files are made by tools/gen_files.py with the libraries themselves: Keras 3, tf.keras with its
newer and older optimizers, and Keras 2.2.4. Predictions and losses are what those computed.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

import pronghorn as keras
from files.conftest import SAMPLES, read_records
from files.rows import inputs_of, rows
from tolerances import LOSS_VS_KERAS, OUTPUTS_VS_KERAS

RECORDS = read_records()
MODELS = [(stem, file) for stem, record in RECORDS.items() for file in record["models"]]
WEIGHTS = [(stem, file) for stem, record in RECORDS.items() for file in record["weights"]]
models = pytest.mark.parametrize(("stem", "file"), MODELS, ids=[file for _, file in MODELS])


def predict(model: Any, stem: str) -> list[Any]:
    found = model.predict(inputs_of(stem)[0], verbose=0)
    return found if isinstance(found, list) else [found]


def check_predictions(model: Any, stem: str) -> None:
    expected = RECORDS[stem]["predictions"]
    for actual, values in zip(predict(model, stem), expected, strict=True):
        OUTPUTS_VS_KERAS.check(actual, values, stem)


@models
def test_model_predicts_what_its_library_did(stem: str, file: str) -> None:
    check_predictions(keras.models.load_model(SAMPLES / file, compile=False), stem)


@models
def test_training_goes_on_as_in_its_library(stem: str, file: str) -> None:
    model = keras.models.load_model(SAMPLES / file)
    x, y = inputs_of(stem)
    history = model.fit(x, y, batch_size=4, epochs=3, shuffle=False, verbose=0).history
    LOSS_VS_KERAS.check(history["loss"], RECORDS[stem]["losses"], stem)


@models
def test_iterations_and_metrics_come_along(stem: str, file: str) -> None:
    model = keras.models.load_model(SAMPLES / file)
    x, y = inputs_of(stem)
    assert model.optimizer.iterations == 6  # 3 epochs of 2 batches
    logs = model.evaluate(x, y, return_dict=True, verbose=0)
    assert {name.split("_")[-1] for name in logs} & {"accuracy", "mae"}


@pytest.mark.parametrize(("stem", "file"), WEIGHTS, ids=[file for _, file in WEIGHTS])
def test_weights_are_read_into_a_model_of_that_form(stem: str, file: str) -> None:
    model = keras.models.load_model(SAMPLES / RECORDS[stem]["models"][0], compile=False)
    model.set_weights([np.zeros_like(w) for w in model.get_weights()])
    model.load_weights(SAMPLES / file)
    check_predictions(model, stem)


def test_the_first_format_of_our_own() -> None:
    """Losses of the epoch after saving, from the commit that wrote the file."""
    model = keras.models.load_model(SAMPLES / "pronghorn_npz_1.npz")
    x = np.linspace(-1, 1, 24, dtype="float32").reshape(8, 3)
    history = model.fit(x, np.arange(8) % 2, batch_size=4, epochs=3, verbose=0).history
    assert history["loss"] == [0.7576118782162666, 0.8790444321930408, 0.7752638906240463]


def test_every_sample_is_read_by_a_test() -> None:
    named = {file for _, file in [*MODELS, *WEIGHTS]} | {"pronghorn_npz_1.npz"}
    there = {path.name for path in SAMPLES.iterdir() if path.suffix != ".json"}
    assert there == named
    assert len(rows()["a"]) == 8


def test_a_name_that_means_other_numbers_now_is_told(tmp_path: Path) -> None:
    path = tmp_path / "model.h5"
    path.write_bytes((SAMPLES / "keras_2_chain.h5").read_bytes())
    with h5py.File(path, "a") as file:
        config = file.attrs["model_config"]
        file.attrs["model_config"] = config.replace('"tanh"', '"hard_sigmoid"')
    with pytest.warns(UserWarning, match=r"0\.2 x"):
        keras.models.load_model(path, compile=False)
