"""Configs as Keras 1, 2 and 3 write them are read, and ours are read by Keras."""

from __future__ import annotations

import json
from typing import Any

import pytest

from contract.layer_examples import EXAMPLES
from pronghorn import layers
from pronghorn.errors import ParameterError

POLICY = {"module": "keras", "class_name": "DTypePolicy", "config": {"name": "float32"}}
ZEROS = {"class_name": "Zeros", "config": {}}
GLOROT = {"class_name": "GlorotUniform", "config": {"seed": None}}
# Keras 2.2 wrote glorot_uniform as what it is.
SCALING = {
    "class_name": "VarianceScaling",
    "config": {"scale": 1.0, "mode": "fan_avg", "distribution": "uniform", "seed": None},
}

# Class, config, and what the layer made of it has. Taken from files of the versions named.
WRITTEN: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "keras_3_dense": (
        "Dense",
        {
            "name": "d", "trainable": True, "dtype": POLICY, "units": 3, "activation": "relu",
            "use_bias": True, "kernel_initializer": GLOROT, "bias_initializer": ZEROS,
            "kernel_regularizer": None, "bias_regularizer": None, "kernel_constraint": None,
            "bias_constraint": None, "quantization_config": None, "lora_rank": None,
        },
        {"name": "d", "units": 3, "use_bias": True},
    ),
    "keras_2_2_dense": (
        "Dense",
        {
            "name": "dense_1", "trainable": True, "batch_input_shape": [None, 8],
            "dtype": "float32", "units": 3, "activation": "linear", "use_bias": True,
            "kernel_initializer": SCALING, "bias_initializer": ZEROS, "kernel_regularizer": None,
            "bias_regularizer": None, "activity_regularizer": None, "kernel_constraint": None,
            "bias_constraint": None,
        },
        {"name": "dense_1", "_legacy_shape": (None, 8)},
    ),
    "keras_1_dense": (
        "Dense",
        {
            "name": "dense_1", "trainable": True, "batch_input_shape": [None, 8], "input_dim": 8,
            "output_dim": 3, "init": "glorot_uniform", "activation": "relu", "bias": True,
            "W_regularizer": None, "b_regularizer": None, "activity_regularizer": None,
            "W_constraint": None, "b_constraint": None, "input_dtype": None,
        },
        {"units": 3, "use_bias": True, "_legacy_shape": (None, 8)},
    ),
    "tf_keras_batch_norm": (
        "BatchNormalization",
        {
            "name": "bn", "trainable": True, "dtype": "float32", "axis": [1], "momentum": 0.9,
            "epsilon": 0.001, "center": True, "scale": True, "beta_initializer": ZEROS,
            "gamma_initializer": {"class_name": "Ones", "config": {}},
            "moving_mean_initializer": ZEROS,
            "moving_variance_initializer": {"class_name": "Ones", "config": {}},
            "beta_regularizer": None, "gamma_regularizer": None, "beta_constraint": None,
            "gamma_constraint": None,
        },
        {"axis": 1, "momentum": 0.9},
    ),
    "keras_3_batch_norm": (
        "BatchNormalization",
        {
            "axis": -1, "renorm": False, "renorm_clipping": None, "renorm_momentum": 0.99,
            "synchronized": False, "virtual_batch_size": None, "fused": False,
        },
        {"axis": -1, "renorm": False},
    ),
    "keras_3_layer_norm": ("LayerNormalization", {"axis": [-1], "rms_scaling": False}, {}),
    "keras_2_leaky_relu": ("LeakyReLU", {"alpha": 0.25}, {"negative_slope": 0.25}),
    "keras_1_dropout": ("Dropout", {"p": 0.25}, {"rate": 0.25}),
    "keras_2_embedding": (
        "Embedding",
        {
            "batch_input_shape": [None, 5], "input_dim": 9, "output_dim": 2, "mask_zero": False,
            "embeddings_initializer": {
                "class_name": "RandomUniform",
                "config": {"minval": -0.05, "maxval": 0.05, "seed": None},
            },
            "embeddings_regularizer": None, "activity_regularizer": None,
            "embeddings_constraint": None, "input_length": 5,
        },
        {"input_dim": 9, "_legacy_shape": (None, 5)},
    ),
    "keras_2_input": (
        "InputLayer",
        {
            "batch_input_shape": [None, 5], "dtype": "float32", "sparse": False, "ragged": False,
            "name": "in",
        },
        {"batch_shape": (None, 5)},
    ),
    "keras_2_softmax": ("Softmax", {"axis": -1, "trainable": True, "dtype": "float32"}, {}),
    "keras_3_rescaling": ("Rescaling", {"scale": 0.5, "offset": 0, "dtype": POLICY}, {}),
    "tf_keras_normalization": (
        "Normalization",
        {"axis": [-1], "invert": False, "mean": None, "variance": None, "dtype": "float32"},
        {"axis": (-1,)},
    ),
    "keras_3_encoding": (
        "CategoryEncoding",
        {"num_tokens": 4, "output_mode": "count", "sparse": False},
        {"output_mode": "count"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("version", WRITTEN)
def test_configs_of_other_versions_are_read(version: str) -> None:
    name, config, expected = WRITTEN[version]
    layer = layers.deserialize({"class_name": name, "config": config})
    assert {key: getattr(layer, key) for key in expected} == expected


@pytest.mark.parametrize(
    ("name", "config"),
    [
        ("BatchNormalization", {"renorm": True}),
        ("BatchNormalization", {"synchronized": True}),
        ("BatchNormalization", {"axis": [1, 2]}),
        ("LayerNormalization", {"rms_scaling": True}),
        ("Dense", {"units": 2, "lora_rank": 4}),
        ("CategoryEncoding", {"num_tokens": 2, "sparse": True}),
        ("Dense", {"units": 2, "dtype": {"config": {"name": "int8_from_float32"}}}),
    ],
    ids=str,
)
def test_what_cannot_be_done_is_not_read_as_something_else(
    name: str, config: dict[str, Any]
) -> None:
    with pytest.raises(ParameterError):
        layers.deserialize({"class_name": name, "config": config})


# What only Pronghorn has, or has under a name that Keras was not told.
OWN = ("Softmax", "Lambda", "Operation")
# What Keras makes where TensorFlow is installed only.
OF_TENSORFLOW = (
    *("HashedCrossing", "Hashing", "IntegerLookup", "StringLookup", "TextVectorization"),
)


def shared(config: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """What both configs say, in the words of the first; also of the layers inside."""
    common = {key: config[key] for key in config if key in other and key != "dtype"}
    if "layer" in common:
        common["layer"] = shared_layer(config["layer"], other["layer"])
    if "layers" in common:
        pairs = zip(config["layers"], other["layers"], strict=True)
        common["layers"] = [shared_layer(a, b) for a, b in pairs]
    return common


def shared_layer(layer: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    return {**shared(layer, other), "config": shared(layer["config"], other["config"])}


@pytest.mark.parametrize("name", [name for name in EXAMPLES if name not in (*OWN, *OF_TENSORFLOW)])
def test_keras_reads_our_configs_and_we_read_what_it_writes(name: str) -> None:
    keras = pytest.importorskip("keras", reason="real Keras is not installed (extra 'test')")
    layer = EXAMPLES[name].make()
    theirs = keras.layers.deserialize(json.loads(json.dumps(layers.serialize(layer))))
    written = json.loads(json.dumps(keras.layers.serialize(theirs)))
    ours = json.loads(json.dumps(layer.get_config()))
    assert shared(written["config"], ours) == shared(ours, written["config"])
    again = layers.deserialize(written)
    assert json.loads(json.dumps(again.get_config())) == ours
