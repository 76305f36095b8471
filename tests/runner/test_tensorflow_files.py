"""Files and configs as programs and libraries around TensorFlow ask for them."""

import os
from pathlib import Path

import pytest

from pronghorn.errors import FileError, ParameterError
from pronghorn.runner import _tensorflow as tf
from pronghorn.runner._tensorflow import _keras_legacy as legacy


def test_files_of_the_machine(tmp_path: Path) -> None:
    folder, files = str(tmp_path / "a" / "b"), tf.io.gfile
    files.makedirs(folder)
    files.makedirs(folder)
    with files.GFile(files.join(folder, "one.txt"), "w") as file:
        file.write("1")
    files.copy(f"{folder}/one.txt", f"{folder}/two.txt")
    with pytest.raises(FileError, match="overwrite"):
        files.copy(f"{folder}/one.txt", f"{folder}/two.txt")
    files.rename(f"{folder}/one.txt", f"{folder}/two.txt", overwrite=True)
    assert files.glob([f"{folder}/*.txt"]) == [f"{folder}/two.txt"]
    files.rmtree(str(tmp_path / "a"))
    assert not files.exists(folder)


def test_latest_checkpoint_is_the_newest_file(tmp_path: Path) -> None:
    assert tf.train.latest_checkpoint(tmp_path / "none") is None
    for age, name in enumerate(("cp-2", "cp-1")):
        (tmp_path / name).write_text("")
        os.utime(tmp_path / name, (100 - age, 100 - age))
    assert tf.train.latest_checkpoint(tmp_path) == str(tmp_path / "cp-2")


class Bounds:
    def __init__(self, low: int) -> None:
        self.low = low

    def get_config(self) -> dict[str, int]:
        return {"low": self.low}

    @classmethod
    def from_config(cls, config: dict[str, int]) -> "Bounds":
        return cls(**config)


def test_objects_of_a_table_of_ones_own() -> None:
    config = legacy.serialize_keras_object(Bounds(3))
    assert config == {"class_name": "Bounds", "config": {"low": 3}}
    assert legacy.deserialize_keras_object(config, {"Bounds": Bounds}).low == 3
    assert legacy.deserialize_keras_object("f", {"f": len}) is len
    with pytest.raises(ParameterError, match="Bounds"):
        legacy.deserialize_keras_object("other", {"Bounds": Bounds})
