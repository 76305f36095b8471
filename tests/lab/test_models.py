"""Saved models: what is told of a file, the network that is drawn of it, and the way back."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import pronghorn as keras
from lab.test_export import run_script
from lab.viewers import Viewer
from pronghorn.errors import PronghornError
from tolerances import OUTPUTS_ACROSS_FILES

Dense, Dropout = keras.layers.Dense, keras.layers.Dropout


@pytest.fixture
def viewer() -> Iterator[Viewer]:
    made = Viewer()
    yield made
    made.desk.close()


def build(*layers: Any, shape: tuple[int, ...] = (2,), loss: Any = "binary_crossentropy") -> Any:
    """A network whose weights are all drawn, so that none is 0 or 1 by chance."""
    keras.utils.set_random_seed(3)
    model = keras.Sequential([keras.Input(shape), *layers])
    model.compile(keras.optimizers.Adam(0.02, beta_1=0.8), loss=loss)
    rng = np.random.default_rng(5)
    model.set_weights([rng.uniform(0.2, 1.5, w.shape) for w in model.get_weights()])
    return model


def classifier() -> Any:
    return build(Dense(6, "relu"), Dense(3, "tanh"), Dense(1, "sigmoid"))


def open_file(viewer: Viewer, path: Path) -> Any:
    viewer.desk.uploads.keep("file", path.read_bytes())
    return viewer.ask("open_model", upload="file", name=path.name)


def open_saved(viewer: Viewer, folder: Path, model: Any, ending: str = ".keras") -> Any:
    model.save(folder / f"own{ending}")
    return open_file(viewer, folder / f"own{ending}")


def drawn_outputs(viewer: Viewer, rows: np.ndarray) -> np.ndarray:
    return np.array([viewer.ask("predict", values=row.tolist())["outputs"] for row in rows])


ROWS = np.random.default_rng(1).uniform(-5, 5, (6, 2)).astype("float32")


@pytest.mark.parametrize("ending", [".keras", ".h5", ".npz"])
def test_opened_network_gives_the_outputs_of_its_file(
    viewer: Viewer, tmp_path: Path, ending: str
) -> None:
    model = classifier()
    told = open_saved(viewer, tmp_path, model, ending)
    assert told["obstacle"] is None
    state = viewer.ask("take_model")
    assert state["opened"] == f"own{ending}"
    assert [(layer["units"], layer["activation"]) for layer in state["layers"]] == [
        (6, "relu"),
        (3, "tanh"),
        (1, "sigmoid"),
    ]
    assert state["config"]["optimizer"]["name"] == "adam"
    assert state["config"]["optimizer"]["parameters"]["beta_1"] == 0.8
    OUTPUTS_ACROSS_FILES.check(drawn_outputs(viewer, ROWS), model.predict(ROWS, verbose=0))


def test_weights_are_told_in_short(viewer: Viewer, tmp_path: Path) -> None:
    """Kernel 0, 1, 2, 3: mean 1.5, variance (2.25 + 0.25 + 0.25 + 2.25) / 4 = 1.25, a quarter 0."""
    model = build(Dense(2, "relu", name="first"), Dense(1, "sigmoid"))
    model.layers[0].kernel.assign([[0.0, 1.0], [2.0, 3.0]])
    model.layers[0].bias.assign([np.nan, 1.0])
    told = open_saved(viewer, tmp_path, model)
    kernel, bias = told["weights"][:2]
    assert (kernel["name"], kernel["shape"]) == ("first/kernel", [2, 2])
    assert (kernel["mean"], kernel["low"], kernel["high"], kernel["zeros"]) == (1.5, 0, 3, 0.25)
    assert kernel["std"] == 1.25**0.5
    assert sum(kernel["counts"]) == 4
    assert bias["odd"] == 1
    # 2·2 + 2 and 2·1 + 1.
    assert [layer["parameters"] for layer in told["layers"]] == [6, 3]
    assert (told["inputs"], told["outputs"]) == ("rows × 2", "rows × 1")
    assert (told["loss"], told["optimizer"]) == ("binary_crossentropy", "adam")


def stacked() -> Any:
    return build(
        Dense(4, use_bias=False),
        keras.layers.BatchNormalization(),
        Dropout(0.3),
        Dense(3),
        keras.layers.Activation("gelu"),
        keras.layers.LayerNormalization(),
        Dense(1, "sigmoid"),
    )


def branched() -> Any:
    inputs = keras.Input((2,))
    return keras.Model(
        inputs, Dense(1)(keras.layers.Add()([Dense(2)(inputs), Dense(2, "relu")(inputs)]))
    )


def test_norms_dropout_and_activations_of_their_own_are_drawn(
    viewer: Viewer, tmp_path: Path
) -> None:
    model = stacked()
    open_saved(viewer, tmp_path, model)
    config = viewer.ask("take_model")["config"]
    assert [(one["activation"], one["norm"], one["dropout"]) for one in config["layers"]] == [
        ("linear", "batch", 0.3),
        ("gelu", "layer", 0.0),
    ]
    OUTPUTS_ACROSS_FILES.check(drawn_outputs(viewer, ROWS), model.predict(ROWS, verbose=0))


def test_logits_become_probabilities(viewer: Viewer, tmp_path: Path) -> None:
    """A loss of logits z is one of softmax(z): 1 / (1 + Σ_{j≠i} exp(z_j − z_i))."""
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model = build(Dense(4, "tanh"), Dense(3), loss=loss)
    told = open_saved(viewer, tmp_path, model)
    assert {"blobs", "rings"} <= {entry["name"] for entry in told["data"]}
    state = viewer.ask("take_model", data="blobs")
    assert (state["task"], len(state["classes"])) == ("multiclass", 3)
    assert state["output_activation"] == "softmax"
    z = model.predict(ROWS, verbose=0).astype("float64")
    expected = 1 / np.exp(z[:, None, :] - z[:, :, None]).sum(axis=2)
    OUTPUTS_ACROSS_FILES.check(drawn_outputs(viewer, ROWS), expected)


@pytest.mark.parametrize("has_rescaling", [True, False], ids=["Rescaling", "divided outside"])
def test_network_of_pictures(viewer: Viewer, tmp_path: Path, has_rescaling: bool) -> None:
    """The digits have 64 pixels of 0 to 16; without a layer for it, x / 16 goes in."""
    first = [keras.layers.Rescaling(1 / 16)] if has_rescaling else []
    model = build(
        *first,
        keras.layers.Flatten(),
        Dense(12, "relu"),
        Dense(10, "softmax"),
        shape=(8, 8),
        loss="sparse_categorical_crossentropy",
    )
    model.layers[-1].kernel.assign(np.random.default_rng(2).normal(size=(12, 10)))
    told = open_saved(viewer, tmp_path, model)
    assert [entry["name"] for entry in told["data"]] == ["digits"]
    viewer.ask("take_model", data="digits")
    pictures = np.random.default_rng(4).integers(0, 17, (3, 8, 8)).astype("float32")
    expected = model.predict(pictures if has_rescaling else pictures / 16, verbose=0)
    OUTPUTS_ACROSS_FILES.check(drawn_outputs(viewer, pictures.reshape(3, 64)), expected)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (branched, "received Add"),
        (lambda: build(Dense(4), Dropout(0.1), keras.layers.ReLU(), Dense(1)), "ReLU"),
        (lambda: build(Dense(3), Dense(1), shape=(5,)), "5 inputs and 1 outputs"),
        (lambda: build(keras.layers.Rescaling(2.0)), "at least one Dense"),
        (lambda: build(Dense(4, keras.layers.LeakyReLU()), Dense(1)), "activations"),
        (lambda: build(Dense(513, name="wide"), Dense(1)), "512 units in a hidden layer, received"),
        (lambda: build(*[Dense(2) for _ in range(12)]), "10 hidden layers, received 11"),
        (lambda: build(Dense(4), Dropout(0.95), Dense(1)), "at most 0.9 dropout"),
    ],
    ids=["branches", "order", "width", "no Dense", "activation", "units", "depth", "dropout"],
)
def test_other_networks_are_told_but_not_drawn(
    viewer: Viewer, tmp_path: Path, make: Any, says: str
) -> None:
    before = viewer.ask("state")["config"]
    model = make()
    told = open_saved(viewer, tmp_path, model)
    assert says in told["obstacle"]
    assert told["parameters"] == model.count_params()
    with pytest.raises(PronghornError):
        viewer.ask("take_model")
    assert viewer.ask("state")["config"] == before


def test_other_numbers_of_a_layer_are_noticed(viewer: Viewer, tmp_path: Path) -> None:
    """What the playground builds has the usual epsilon: it would give other outputs."""
    norm = keras.layers.BatchNormalization(epsilon=0.5)
    open_saved(viewer, tmp_path, build(Dense(3), norm, Dense(1, "sigmoid")))
    with pytest.raises(PronghornError, match="other outputs"):
        viewer.ask("take_model")


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("model.keras", b"PK\x03\x04 no archive", "model.keras"),
        ("model.h5", b"\x89HDF\r\n\x1a\n" + bytes(64), "model.h5"),
        ("model.pkl", b"\x80\x04cos\nsystem\n", "model.pkl"),
        ("../../etc/passwd.keras", b"", "passwd.keras"),
    ],
    ids=["archive", "HDF5", "pickle", "path"],
)
def test_hostile_file_is_refused(viewer: Viewer, name: str, content: bytes, says: str) -> None:
    viewer.desk.uploads.keep("file", content)
    with pytest.raises(PronghornError, match=says) as caught:
        viewer.ask("open_model", upload="file", name=name)
    assert "pronghorn-lab-" not in str(caught.value)


def test_start_again_gives_the_weights_of_the_file(viewer: Viewer, tmp_path: Path) -> None:
    open_saved(viewer, tmp_path, classifier())
    viewer.ask("take_model")
    first = viewer.ask("table", layer=0)["weights"]
    viewer.ask("step_epoch")
    assert viewer.ask("table", layer=0)["weights"] != first
    viewer.ask("reset", same=True)
    assert viewer.ask("table", layer=0)["weights"] == first
    assert viewer.ask("reset", same=False)["opened"] is None
    assert viewer.ask("table", layer=0)["weights"] != first


def test_race_begins_with_the_weights_of_the_file(viewer: Viewer, tmp_path: Path) -> None:
    open_saved(viewer, tmp_path, classifier())
    viewer.ask("take_model")
    row = viewer.ask("history")["rows"][0]
    racers = [{"name": "sgd", "parameters": {"learning_rate": 0.1}}]
    found = viewer.ask("network_race", racers=racers, epochs=1)
    assert found["racers"][0]["losses"][0] == row[2]


def test_script_of_an_opened_network_repeats_it(viewer: Viewer, tmp_path: Path) -> None:
    open_saved(viewer, tmp_path, classifier())
    viewer.ask("take_model")
    viewer.ask("step_epoch", epochs=2)
    first = viewer.ask("save_model", first=True)
    (tmp_path / first["name"]).write_bytes(base64.b64decode(first["content"]))
    row = viewer.ask("history")["rows"][-1]
    assert run_script(viewer, tmp_path) == {"train": row[2], "test": row[3]}


def test_saved_network_is_opened_again(viewer: Viewer, tmp_path: Path) -> None:
    """By the library, and by the lab; a frozen weight is not in its way."""
    config = {"layers": [{"units": 5, "norm": "batch", "dropout": 0.2}], "batch_size": 20}
    viewer.ask("configure", config=config)
    viewer.ask("weight", layer=0, row=0, column=0, value=0.5, frozen=True)
    viewer.ask("step_epoch")
    outputs = drawn_outputs(viewer, ROWS)
    file = viewer.ask("save_model")
    path = tmp_path / file["name"]
    path.write_bytes(base64.b64decode(file["content"]))
    OUTPUTS_ACROSS_FILES.check(keras.saving.load_model(path).predict(ROWS, verbose=0), outputs)
    assert open_file(viewer, path)["obstacle"] is None
    viewer.ask("take_model")
    OUTPUTS_ACROSS_FILES.check(drawn_outputs(viewer, ROWS), outputs)
