"""Makes the model files of tests/files/samples with the libraries that wrote such files.

Run it once for every library, with an interpreter that has it:

    KERAS_BACKEND=jax python tools/gen_files.py keras        # Keras 3
    python tools/gen_files.py tf_keras                       # tf.keras 2, tensorflow-cpu + tf_keras
    KERAS_BACKEND=theano THEANO_FLAGS=cxx=,optimizer=None python3.7 tools/gen_files.py keras_2

The last one is Keras 2.2.4 itself, on Theano 1.0.5 (Python 3.7, h5py 2). Beside the files stands
``<library>.json``: versions, what each model predicts for the rows of ``rows()``, and the losses
of three more epochs, as that library computed them.
"""

import importlib
import json
import os
import platform
import sys

import numpy as np

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tests/files/samples")
EPOCHS, BATCH = 3, 4


def rows(n=8):
    """Inputs a (n, 4), b (n, 3) and targets: classes (n,), numbers (n, 3), yes or no (n, 1)."""
    wave = np.sin(np.arange(n * 7, dtype="float32") * 1.7).reshape(n, 7)
    numbers = np.cos(np.arange(n * 3, dtype="float32")).reshape(n, 3)
    return {
        "a": wave[:, :4],
        "b": wave[:, 4:],
        "classes": np.arange(n) % 3,
        "numbers": numbers,
        "yes": (np.arange(n) % 2).astype("float32").reshape(n, 1),
    }


def make_chain(keras, adam):
    """One input, one output, a weight of every kind: kernels, biases, moving statistics."""
    layers = keras.layers
    model = keras.models.Sequential(
        [
            layers.Dense(
                5,
                activation="tanh",
                input_shape=(4,),
                kernel_regularizer=keras.regularizers.L1L2(0.01, 0.02),
            ),
            layers.BatchNormalization(),
            layers.LeakyReLU(0.2),
            layers.Dense(3, activation="softmax"),
        ]
    )
    model.compile(adam, "sparse_categorical_crossentropy", metrics=["accuracy"])
    data = rows()
    return model, data["a"], data["classes"]


def make_branches(keras, sgd):
    """Two inputs and outputs, nested models, a layer that is called twice."""
    layers = keras.layers
    a, b = layers.Input((4,), name="a"), layers.Input((3,), name="b")
    inner = keras.models.Sequential(
        [layers.Dense(5, activation="relu", input_shape=(4,)), layers.Dense(5)], name="inner"
    )
    x = layers.Input((5,), name="x")
    deeper = keras.models.Model(x, layers.Dense(5, activation="elu", name="deep")(x), name="deeper")
    left = deeper(inner(a))
    right = layers.Dense(5, activation="relu", name="right")(b)
    shared = layers.Dense(3, name="shared")
    total = layers.Add(name="total")([shared(left), shared(right)])
    yes = layers.Dense(1, activation="sigmoid", name="yes")(left)
    model = keras.models.Model([a, b], [total, yes])
    model.compile(
        sgd,
        loss=["mse", "binary_crossentropy"],
        loss_weights=[1.0, 0.5],
        metrics={"total": ["mae"]},
    )
    data = rows()
    return model, [data["a"], data["b"]], [data["numbers"], data["yes"]]


def fit(model, x, y):
    history = model.fit(x, y, batch_size=BATCH, epochs=EPOCHS, shuffle=False, verbose=0)
    return [float(loss) for loss in history.history["loss"]]


def predict(model, x):
    found = model.predict(x, verbose=0)
    return [np.asarray(part).tolist() for part in (found if isinstance(found, list) else [found])]


def optimizers(keras, library):
    """Name of a file → optimizer: tf.keras has two kinds of them."""
    if library == "tf_keras":
        old = keras.optimizers.legacy
        return {
            "chain": keras.optimizers.Adam(0.002),
            "chain_legacy": old.Adam(0.002),
            "branches": keras.optimizers.SGD(0.05, momentum=0.9),
            "branches_legacy": old.SGD(0.05, momentum=0.9, nesterov=True),
        }
    return {
        "chain": keras.optimizers.Adam(0.002),
        "branches": keras.optimizers.SGD(0.05, momentum=0.9, nesterov=library == "keras_2"),
    }


def main(library):
    keras = importlib.import_module("tf_keras" if library == "tf_keras" else "keras")
    # In this order: saving .h5 makes Keras 3 forget the optimizer in what it saves next.
    whole = [".h5"] if library == "keras_2" else [".keras", ".h5"]
    weights = {"keras": [".weights.h5"], "tf_keras": [".weights.h5", "_weights.h5"]}
    expected = {}
    for name, optimizer in optimizers(keras, library).items():
        make = make_chain if name.startswith("chain") else make_branches
        model, x, y = make(keras, optimizer)
        fit(model, x, y)
        stem = f"{library}_{name}"
        endings = whole if "legacy" not in name else [".h5"]
        for ending in endings:
            model.save(os.path.join(FOLDER, stem + ending))
        kinds = weights.get(library, ["_weights.h5"]) if "legacy" not in name else []
        for ending in kinds:
            model.save_weights(os.path.join(FOLDER, stem + ending))
        predicted = predict(model, x)
        expected[stem] = {
            "models": [stem + ending for ending in endings],
            "weights": [stem + ending for ending in kinds],
            "predictions": predicted,
            "losses": fit(model, x, y),
        }
    record = {
        "made_by": f"tools/gen_files.py {library}",
        "versions": {
            "library": keras.__version__,
            "python": platform.python_version(),
            "numpy": np.__version__,
        },
        "samples": expected,
    }
    with open(os.path.join(FOLDER, library + ".json"), "w") as file:
        json.dump(record, file, indent=1)
        file.write("\n")


if __name__ == "__main__":
    main(sys.argv[1])
