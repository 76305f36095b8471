"""scikit-learn's MLPClassifier, one `partial_fit` (a whole shuffled pass) an epoch."""

import numpy as np

from bench.data import Data
from bench.workloads import CLASSES, Workload

TITLE = "scikit-learn"
HOLDS = "float32 rows in [0, 1]"
PACKAGES = ("scikit-learn", "numpy")

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

        self.data = data
        self.x_train = data.x_train.astype(np.float32) / 255
        self.x_test = data.x_test.astype(np.float32) / 255
        # alpha 0: no weight decay, as with the others.
        self.model = MLPClassifier(
            hidden_layer_sizes=workload.hidden,
            batch_size=workload.batch,
            alpha=0.0,
            random_state=seed,
            **SETTINGS[workload.optimizer],
        )

    def train_epoch(self) -> None:
        self.model.partial_fit(self.x_train, self.data.y_train, classes=np.arange(CLASSES))

    def measure_accuracy(self) -> float:
        return float(self.model.score(self.x_test, self.data.y_test))


def start(workload: Workload, data: Data, seed: int) -> ScikitLearnSession:
    return ScikitLearnSession(workload, data, seed)
