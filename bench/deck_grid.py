"""`python -m bench.deck_grid`: the decks' grid search, as they write it, in threads or processes.

GridSearchCV(KerasClassifier(build_model), {"n_hidden": [1, 2], "n_neurons": [50, 100]}, cv=5) over
the 55,000 images of Fashion-MNIST that are not set aside, 10 epochs with EarlyStopping on the
5,000 that are: 20 fits and the last one. Keras on TensorFlow with SciKeras took 535 s on the
machine where the bar of 25 s was set (two cores). PRONGHORN_DATA names the folder of the data.
"""

import argparse
import resource
import time
from typing import Any

import joblib
from sklearn.model_selection import GridSearchCV

import pronghorn as keras
from bench.data import find_data
from bench.machine import describe_machine

VALIDATION = 5_000
SIDE = 28
GRID = {"n_hidden": [1, 2], "n_neurons": [50, 100]}
WRAPPERS: dict[str, Any] = {
    "scikeras": lambda build: keras.sklearn.KerasClassifier(build, verbose=0),
    "keras2": lambda build: keras.wrappers.scikit_learn.KerasClassifier(build, verbose=0),
}


def build_model(n_hidden: int = 1, n_neurons: int = 30, input_shape: Any = (SIDE, SIDE)) -> Any:
    model = keras.models.Sequential()
    model.add(keras.layers.Flatten(input_shape=input_shape))
    for _ in range(n_hidden):
        model.add(keras.layers.Dense(n_neurons, activation="relu"))
    model.add(keras.layers.Dense(10, activation="softmax"))
    model.compile(optimizer="SGD", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.deck_grid", description=__doc__)
    parser.add_argument("--backend", choices=("threading", "loky"), default="threading")
    parser.add_argument("--jobs", type=int, default=-1)
    parser.add_argument("--wrapper", choices=WRAPPERS, default="scikeras")
    parser.add_argument("--dtype", choices=("float64", "float32"), default="float64")
    parser.add_argument("--rows", type=int, default=None, help="fewer images, for a short run")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def main() -> None:
    arguments = parse_arguments()
    data, description = find_data()
    images = (data.x_train.reshape(-1, SIDE, SIDE) / 255.0).astype(arguments.dtype)
    x_valid, x_train = images[:VALIDATION], images[VALIDATION:][: arguments.rows]
    y_valid, y_train = data.y_train[:VALIDATION], data.y_train[VALIDATION:][: arguments.rows]
    keras.utils.set_random_seed(arguments.seed)
    search: Any = GridSearchCV(
        WRAPPERS[arguments.wrapper](build_model), GRID, cv=5, n_jobs=arguments.jobs
    )
    begin, used = time.perf_counter(), time.process_time()
    with joblib.parallel_config(arguments.backend):
        search.fit(
            x_train,
            y_train,
            epochs=10,
            validation_data=(x_valid, y_valid),
            callbacks=[keras.callbacks.EarlyStopping(patience=10)],
        )
    seconds, used = time.perf_counter() - begin, time.process_time() - used
    print(f"{describe_machine()}\n{description}, {arguments}")
    for settings, mean in zip(
        search.cv_results_["params"], search.cv_results_["mean_test_score"], strict=True
    ):
        print(f"{settings}: {mean:.4f}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    print(f"best {search.best_params_}, {search.best_score_:.4f}")
    print(f"{seconds:.1f} s, {used:.1f} s of processor time here, at most {peak:.2f} GiB")
    x_test = (data.x_test.reshape(-1, SIDE, SIDE) / 255.0).astype(arguments.dtype)
    print(f"accuracy on the test set {search.score(x_test, data.y_test):.4f}")


if __name__ == "__main__":
    main()
