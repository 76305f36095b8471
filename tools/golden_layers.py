"""The table of tools/gen_golden_kinds.py for layers.

Imported by that script, which sets Keras to float64 before. Inputs and weights are numbers that
float32 holds exactly.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import keras
import numpy as np
from keras.src import backend
from keras.src.backend.common import dtypes as keras_dtypes

SEED = 20240607
Shapes = list[tuple[int, ...]]

# Layers with numbers of their own or with options that change them: name, arguments, shapes of
# the inputs. The inputs of an Embedding or CategoryEncoding are whole numbers below 4.
CASES: list[tuple[str, dict[str, Any], Shapes]] = [
    ("Dense", {"units": 3, "activation": "tanh"}, [(4, 5)]),
    ("Dense", {"units": 3}, [(4, 2, 5)]),
    ("Dense", {"units": 2, "use_bias": False}, [(4, 2, 3, 5)]),
    ("BatchNormalization", {}, [(6, 3)]),
    ("BatchNormalization", {"momentum": 0.5, "epsilon": 0.01, "scale": False}, [(6, 3)]),
    ("BatchNormalization", {"center": False}, [(6, 2, 3)]),
    ("BatchNormalization", {"axis": 1}, [(6, 2, 3)]),
    ("LayerNormalization", {}, [(4, 5)]),
    ("LayerNormalization", {"axis": [1, 2], "epsilon": 0.1}, [(4, 2, 3)]),
    ("LayerNormalization", {"axis": 1, "center": False}, [(4, 2, 3)]),
    ("LayerNormalization", {"scale": False, "center": False}, [(4, 5)]),
    ("RMSNormalization", {}, [(4, 5)]),
    ("RMSNormalization", {"axis": [1, 2], "epsilon": 0.1}, [(4, 2, 3)]),
    ("UnitNormalization", {}, [(4, 5)]),
    ("UnitNormalization", {"axis": [1, 2]}, [(4, 2, 3)]),
    ("ReLU", {"max_value": 1.0, "negative_slope": 0.25, "threshold": 0.5}, [(4, 5)]),
    ("LeakyReLU", {}, [(4, 5)]),
    ("LeakyReLU", {"negative_slope": 0.1}, [(4, 5)]),
    ("ELU", {}, [(4, 5)]),
    ("ELU", {"alpha": 0.5}, [(4, 5)]),
    ("PReLU", {}, [(4, 5)]),
    ("PReLU", {"shared_axes": [1]}, [(4, 2, 3)]),
    ("PReLU", {"shared_axes": 2}, [(4, 2, 3)]),
    ("Softmax", {}, [(4, 5)]),
    ("Softmax", {"axis": 1}, [(4, 2, 3)]),
    ("Softmax", {"axis": [1, 2]}, [(4, 2, 3)]),
    ("Activation", {"activation": "softplus"}, [(4, 5)]),
    ("Identity", {}, [(4, 5)]),
    ("Flatten", {}, [(4, 2, 3)]),
    ("Reshape", {"target_shape": (3, -1)}, [(4, 2, 3)]),
    ("Permute", {"dims": (3, 1, 2)}, [(4, 2, 3, 5)]),
    ("RepeatVector", {"n": 3}, [(4, 5)]),
    ("Rescaling", {"scale": [0.5, 2.0, -1.0], "offset": 0.25}, [(4, 3)]),
    ("Normalization", {}, [(4, 3)]),
    ("Normalization", {"axis": None, "invert": True}, [(4, 3)]),
    ("Normalization", {"axis": 1}, [(4, 2, 3)]),
    ("Normalization", {"axis": (1, 2)}, [(4, 2, 3)]),
    ("Normalization", {"mean": [1.0, 2.0, 3.0], "variance": [4.0, 0.25, 1.0]}, [(4, 3)]),
    ("Normalization", {"mean": 2.0, "variance": 0.25, "invert": True}, [(4, 3)]),
    ("Normalization", {"axis": (1, 2), "mean": [1.0], "variance": [4.0]}, [(4, 2, 3)]),
    ("Embedding", {"input_dim": 4, "output_dim": 3}, [(5,)]),
    ("Embedding", {"input_dim": 4, "output_dim": 3}, [(5, 2)]),
    ("GlobalAveragePooling1D", {}, [(4, 3, 2)]),
    ("GlobalAveragePooling1D", {"data_format": "channels_first", "keepdims": True}, [(4, 3, 2)]),
    ("GlobalMaxPooling1D", {}, [(4, 3, 2)]),
    ("GlobalMaxPooling1D", {"keepdims": True}, [(4, 3, 2)]),
    ("CategoryEncoding", {"num_tokens": 4, "output_mode": "one_hot"}, [(5, 1)]),
    ("CategoryEncoding", {"num_tokens": 4, "output_mode": "one_hot"}, [(5, 3)]),
    ("CategoryEncoding", {"num_tokens": 4}, [(5, 3)]),
    ("CategoryEncoding", {"num_tokens": 4, "output_mode": "count"}, [(5, 3)]),
    ("Add", {}, [(4, 3), (4, 3), (4, 1)]),
    ("Add", {}, [(4, 2, 3), (4, 3)]),
    ("Subtract", {}, [(4, 3), (4, 3)]),
    ("Multiply", {}, [(4, 3), (4, 3), (4, 3)]),
    ("Average", {}, [(4, 3), (4, 3), (4, 3)]),
    ("Maximum", {}, [(4, 3), (4, 3), (4, 3)]),
    ("Minimum", {}, [(4, 3), (4, 3), (4, 3)]),
    ("Concatenate", {}, [(4, 3), (4, 2)]),
    ("Concatenate", {"axis": 1}, [(4, 2, 3), (4, 1, 3)]),
    ("Dot", {"axes": 1}, [(4, 3), (4, 3)]),
    ("Dot", {"axes": -1, "normalize": True}, [(4, 3), (4, 3)]),
    ("Dot", {"axes": (2, 1)}, [(4, 2, 3), (4, 3, 5)]),
    ("Dot", {"axes": (1, 2)}, [(4, 3), (4, 2, 3)]),
]
WHOLE = ("Embedding", "CategoryEncoding")


def listed(array: Any) -> Any:
    """Nested lists of numbers."""
    return np.asarray(array).tolist()


def exact(array: np.ndarray) -> np.ndarray:
    """The nearest numbers that float32 holds, in float64."""
    return array.astype(np.float32).astype(np.float64)


def make_layers() -> list[dict[str, Any]]:
    """Output and gradients of every case, in inference and in training."""
    # The normalizing layers ask by this name which precision to compute in.
    backend.result_type = keras_dtypes.result_type
    cases = []
    for name, kwargs, shapes in CASES:
        rng = np.random.default_rng(SEED)
        whole = name in WHOLE
        inputs = [
            rng.integers(0, 4, shape) if whole else exact(rng.normal(size=shape))
            for shape in shapes
        ]
        layer = getattr(keras.layers, name)(**kwargs)
        given = inputs if len(inputs) > 1 or name in ("Add",) else inputs[0]
        layer(given)
        # Spread out, and positive: some of them are variances.
        weights = [exact(rng.uniform(0.5, 1.5, w.shape)) for w in layer.weights]
        if name == "Normalization" and weights:
            weights[-1] = np.array(1.0)  # the count, a whole number
        for variable, value in zip(layer.weights, weights, strict=True):
            variable.assign(value)
        if hasattr(layer, "finalize_state"):
            layer.finalize_state()
        case = {
            "name": name,
            "kwargs": kwargs,
            "inputs": [listed(x) for x in inputs],
            "weights": [listed(w) for w in weights],
            "names": [w.name for w in layer.weights],
            "trainable": [bool(w.trainable) for w in layer.weights],
        }
        for form, training in (("inference", False), ("training", True)):
            case[form] = run(layer, inputs, len(inputs) == 1, whole, training)
        cases.append(case)
    return cases


def run(layer: Any, inputs: list[Any], single: bool, whole: bool, training: bool) -> dict[str, Any]:
    """The output, the gradients of Σ output · cotangent, and the weights after the call."""
    trained = [jnp.asarray(v.numpy()) for v in layer.trainable_variables]
    kept = [jnp.asarray(v.numpy()) for v in layer.non_trainable_variables]
    takes_training = "training" in layer._call_signature.parameters
    options = {"training": training} if takes_training else {}

    def call(trained: Any, inputs: Any) -> Any:
        return layer.stateless_call(trained, kept, inputs[0] if single else inputs, **options)

    output, after = call(trained, [jnp.asarray(x) for x in inputs])
    cotangent = exact(np.random.default_rng(SEED + 1).normal(size=output.shape))

    def total(trained: Any, inputs: Any) -> Any:
        return jnp.sum(call(trained, inputs)[0] * cotangent)

    if whole:
        of_weights, of_inputs = jax.grad(lambda t: total(t, inputs))(trained), []
    else:
        of_weights, of_inputs = jax.grad(total, argnums=(0, 1))(
            trained, [jnp.asarray(x) for x in inputs]
        )
    return {
        "output": listed(output),
        "cotangent": listed(cotangent),
        "of_weights": [listed(g) for g in of_weights],
        "of_inputs": [listed(g) for g in of_inputs],
        "kept_after": [listed(w) for w in after],
    }
