"""scikit-learn's MLPClassifier, one `partial_fit` (a whole shuffled pass) an epoch."""

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from bench.data import Data, float_rows
from bench.workloads import Workload

TITLE = "scikit-learn"
HOLDS = "float32 rows in [0, 1]"
PACKAGES = ("scikit-learn", "numpy")
ENVIRONMENT = ""
IMPORTS = "sklearn.neural_network"

SETTINGS = {
    "adam": {"solver": "adam", "learning_rate_init": 0.001},
    "sgd": {"solver": "sgd", "learning_rate_init": 0.01, "momentum": 0.0},
}


def refuses(workload: Workload) -> str | None:
    if workload.dropout:
        return "has no dropout"
    if workload.optimizer not in SETTINGS:
        return f"has no {workload.optimizer}"
    return None


class ScikitLearnSession:
    def __init__(self, workload: Workload, data: Data, seed: int) -> None:
        from sklearn.neural_network import MLPClassifier

        self.y_train, self.y_test = data.y_train, data.y_test
        self.x_train, self.x_test = float_rows(data.x_train), float_rows(data.x_test)
        self.classes = np.arange(2 if workload.is_binary else workload.outputs)
        # alpha 0: no weight decay, as with the others.
        self.model = MLPClassifier(
            hidden_layer_sizes=workload.hidden,
            batch_size=workload.batch,
            alpha=0.0,
            random_state=seed,
            **SETTINGS[workload.optimizer],
        )

    def train_epoch(self) -> None:
        self.model.partial_fit(self.x_train, self.y_train, classes=self.classes)

    def measure_accuracy(self) -> float:
        return float(self.model.score(self.x_test, self.y_test))


def start(workload: Workload, data: Data, seed: int) -> ScikitLearnSession:
    return ScikitLearnSession(workload, data, seed)


class ScikitLearnNet:
    def __init__(self) -> None:
        from sklearn.neural_network import MLPClassifier

        warnings.simplefilter("ignore")  # one epoch does not converge
        self.model = MLPClassifier((128,), batch_size=32, max_iter=1)

    def train_on_batch(self, x: Any, y: Any) -> Any:
        return self.model.partial_fit(x, y, classes=np.arange(10))

    def calls(self, x: Any, y: Any, many: Any) -> dict[str, Callable[[], Any]]:
        model, row = self.model, x[:1]
        return {
            "predict, 1 row": lambda: model.predict_proba(row),
            "predict, 32 rows": lambda: model.predict_proba(x),
            "predict, 10,000 rows": lambda: model.predict_proba(many),
            "train_on_batch, 32 rows": lambda: model.partial_fit(x, y),
            "fit, 32 rows, one step": lambda: model.fit(x, y),
        }


def make_net() -> ScikitLearnNet:
    return ScikitLearnNet()
