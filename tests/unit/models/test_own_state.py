"""What layers of one's own keep in files through Keras's hooks of saving."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, MutableMapping
from pathlib import Path
from typing import Any

import numpy as np

from pronghorn import Input, Sequential, layers, models


class Noted(layers.Dense):
    """A Dense layer with an array, and a text, that are no weights."""

    def __init__(self, units: int, **kwargs: Any) -> None:
        super().__init__(units, **kwargs)
        self.scale, self.note = np.ones(units), ""

    def call(self, x: Any) -> Any:
        return super().call(x) * self.scale

    def save_own_variables(self, store: MutableMapping[str, Any]) -> None:
        super().save_own_variables(store)
        store["scale"] = self.scale

    def load_own_variables(self, store: Mapping[str, Any]) -> None:
        super().load_own_variables(store)
        self.scale = np.asarray(store["scale"])

    def save_assets(self, folder: str) -> None:
        Path(folder, "deep").mkdir()
        Path(folder, "deep", "note.txt").write_text(self.note)

    def load_assets(self, folder: str) -> None:
        self.note = Path(folder, "deep", "note.txt").read_text()


def make() -> Any:
    model = Sequential([Input((3,)), layers.Dense(2), Noted(2)])
    model.layers[1].scale, model.layers[1].note = np.array([2.0, 5.0]), "kept"
    return model


def test_whole_model_keeps_arrays_and_files(tmp_path: Path) -> None:
    model, path = make(), tmp_path / "model.keras"
    model.save(path)
    again = models.load_model(path, custom_objects={"Noted": Noted})
    assert (again.layers[1].scale.tolist(), again.layers[1].note) == ([2.0, 5.0], "kept")
    x = np.ones((2, 3))
    assert (again.predict(x, verbose=0) == model.predict(x, verbose=0)).all()
    with zipfile.ZipFile(path) as archive:
        # Where Keras 3 puts and looks for them.
        assert archive.read("assets/layers/noted/deep/note.txt") == b"kept"


def test_file_of_weights_keeps_arrays(tmp_path: Path) -> None:
    model, path = make(), tmp_path / "model.weights.h5"
    model.save_weights(path)
    again = Sequential([Input((3,)), layers.Dense(2), Noted(2)])
    again.load_weights(path)
    assert again.layers[1].scale.tolist() == [2.0, 5.0]
    assert all(
        (a == b).all() for a, b in zip(again.get_weights(), model.get_weights(), strict=True)
    )
