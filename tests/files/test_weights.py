"""Weights alone: what fits, what does not, and names that other frameworks read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

import pronghorn as keras
from pronghorn import layers
from pronghorn.errors import FileError, ParameterError

ENDINGS = (".weights.h5", ".h5", ".npz", ".safetensors")
endings = pytest.mark.parametrize("ending", ENDINGS)


def make_model(hidden: int = 4, name: str = "out", **kwargs: Any) -> Any:
    return keras.Sequential(
        [
            keras.Input((3,)),
            layers.Dense(hidden, name="hidden"),
            layers.BatchNormalization(name="norm"),
            layers.Dense(2, name=name, **kwargs),
        ]
    )


def same_weights(a: Any, b: Any) -> list[bool]:
    return [
        p.shape == q.shape and bool((p == q).all())
        for p, q in zip(a.get_weights(), b.get_weights(), strict=True)
    ]


@endings
def test_there_and_back(ending: str, tmp_path: Path) -> None:
    model, again = make_model(), make_model()
    model.save_weights(tmp_path / f"w{ending}")
    again.load_weights(tmp_path / f"w{ending}")
    assert all(same_weights(model, again))


@pytest.mark.parametrize("ending", [".keras", ".h5", ".npz"])
def test_weights_of_a_whole_model(ending: str, tmp_path: Path) -> None:
    model, again = make_model(), make_model()
    model.save(tmp_path / f"m{ending}")
    again.load_weights(tmp_path / f"m{ending}")
    assert all(same_weights(model, again))


@endings
@pytest.mark.parametrize(
    "other",
    [make_model(hidden=5), make_model(use_bias=False)],
    ids=["another_width", "a_weight_less"],
)
def test_misfits_change_nothing(other: Any, ending: str, tmp_path: Path) -> None:
    model = make_model()
    before = model.get_weights()
    other.save_weights(tmp_path / f"w{ending}")
    with pytest.raises(FileError, match="skip_mismatch"):
        model.load_weights(tmp_path / f"w{ending}")
    assert all((a == b).all() for a, b in zip(before, model.get_weights(), strict=True))


@endings
def test_what_fits_is_taken_on_request(ending: str, tmp_path: Path) -> None:
    model, other = make_model(), make_model(kernel_initializer="ones")
    wide = keras.models.clone_model(other)
    wide.save_weights(tmp_path / f"w{ending}")
    target = make_model(hidden=5)
    with pytest.warns(UserWarning, match=r"\(3, 4\)"):
        target.load_weights(tmp_path / f"w{ending}", skip_mismatch=True)
    assert (target.layers[-1].bias.numpy() == wide.layers[-1].bias.numpy()).all()
    assert model.count_params() == wide.count_params()


@pytest.mark.parametrize("ending", [".h5", ".safetensors"])
def test_layers_by_name(ending: str, tmp_path: Path) -> None:
    model, other = make_model(), make_model(name="another")
    other.save_weights(tmp_path / f"w{ending}")
    before = model.layers[-1].get_weights()
    model.load_weights(tmp_path / f"w{ending}", by_name=True)
    assert (model.layers[0].kernel.numpy() == other.layers[0].kernel.numpy()).all()
    assert (model.layers[-1].get_weights()[0] == before[0]).all()


@pytest.mark.parametrize("ending", [".weights.h5", ".npz"])
def test_names_that_a_file_does_not_have(ending: str, tmp_path: Path) -> None:
    model = make_model()
    model.save_weights(tmp_path / f"w{ending}")
    with pytest.raises(FileError, match="by_name"):
        model.load_weights(tmp_path / f"w{ending}", by_name=True)


def test_h5_takes_layers_in_order_where_names_differ(tmp_path: Path) -> None:
    model, other = make_model(), make_model(name="another")
    other.save_weights(tmp_path / "w.h5")
    model.load_weights(tmp_path / "w.h5")
    assert all(same_weights(model, other))


def test_safetensors_by_the_letter_of_its_specification(tmp_path: Path) -> None:
    """https://github.com/huggingface/safetensors: length, header, numbers without gaps."""
    model = make_model()
    model.save_weights(tmp_path / "w.safetensors")
    raw = (tmp_path / "w.safetensors").read_bytes()
    length = int.from_bytes(raw[:8], "little")
    assert length % 8 == 0
    header = json.loads(raw[8 : 8 + length])
    assert header.pop("__metadata__") == {"format": "pronghorn"}
    assert list(header) == [
        "hidden/kernel", "hidden/bias", "norm/gamma", "norm/beta", "norm/moving_mean",
        "norm/moving_variance", "out/kernel", "out/bias",
    ]  # fmt: skip
    entry = header["hidden/kernel"]
    assert entry == {"dtype": "F32", "shape": [3, 4], "data_offsets": [0, 48]}
    kernel = np.frombuffer(raw[8 + length :][:48], "<f4").reshape(3, 4)
    assert (kernel == model.layers[0].kernel.numpy()).all()


@pytest.mark.parametrize(("kind", "dtype"), [("F16", "<f2"), ("F64", "<f8"), ("I8", "|i1")])
def test_safetensors_of_other_types_become_float32(kind: str, dtype: str, tmp_path: Path) -> None:
    model = keras.Sequential([keras.Input((2,)), layers.Dense(1, use_bias=False, name="d")])
    data = np.array([[3], [-2]], dtype).tobytes()
    entry = {"dtype": kind, "shape": [2, 1], "data_offsets": [0, len(data)]}
    header = json.dumps({"d/kernel": entry}).encode()
    (tmp_path / "w.safetensors").write_bytes(len(header).to_bytes(8, "little") + header + data)
    model.load_weights(tmp_path / "w.safetensors")
    assert model.get_weights()[0].tolist() == [[3.0], [-2.0]]


def test_names_of_many_layers_are_split_over_attributes(tmp_path: Path) -> None:
    """HDF5 keeps at most 64512 bytes of attributes in a header; Keras splits what is longer."""
    names = [f"layer_{i}_" + "x" * 400 for i in range(200)]
    chain = [layers.Dense(1, name=name) for name in names]
    model = keras.Sequential([keras.Input((1,)), *chain])
    model.save_weights(tmp_path / "w.h5")
    with h5py.File(tmp_path / "w.h5") as file:
        assert "layer_names" not in file.attrs
        parts = [file.attrs[f"layer_names{i}"] for i in range(2)]
        assert [name.decode() for part in parts for name in part] == names
        assert all(part.nbytes <= 64512 for part in parts)
    again = keras.models.clone_model(model)
    again.load_weights(tmp_path / "w.h5")
    assert all(same_weights(model, again))


def test_unknown_arguments_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match="strict"):
        make_model().load_weights(tmp_path / "w.h5", strict=True)
    with pytest.raises(ParameterError, match="max_shard_size"):
        make_model().save_weights(tmp_path / "w.weights.h5", max_shard_size=1)
