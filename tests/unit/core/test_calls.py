"""An argument that is not there is answered with the nearest one that is."""

import inspect

import pytest

from pronghorn import Sequential, callbacks, optimizers
from pronghorn._core.calls import suggest_arguments

MODEL = Sequential()


@suggest_arguments
def train(rows: list[int], *, epochs: int = 1) -> int:
    """Counts."""
    return len(rows[:epochs])


@pytest.mark.parametrize(
    ("call", "what", "nearest"),
    [
        pytest.param(lambda: train([], epoch=3), "train", "epochs", id="function"),
        pytest.param(lambda: MODEL.fit(None, epoch=3), "fit", "epochs", id="fit"),
        pytest.param(lambda: MODEL.compile(metric=["mae"]), "compile", "metrics", id="compile"),
        pytest.param(lambda: MODEL.evaluate(batchsize=3), "evaluate", "batch_size", id="evaluate"),
        pytest.param(lambda: MODEL.predict(None, step=3), "predict", "steps", id="predict"),
        pytest.param(
            lambda: callbacks.EarlyStopping(patiense=3), "EarlyStopping", "patience", id="callback"
        ),
        pytest.param(
            lambda: optimizers.Adam(learnng_rate=0.1), "Adam", "learning_rate", id="optimizer"
        ),
    ],
)
def test_nearest_argument_is_named(call: object, what: str, nearest: str) -> None:
    assert callable(call)
    # Python raises a TypeError for such calls, and callers may count on it.
    with pytest.raises(TypeError, match=rf"^{what}: .*Did you mean '{nearest}'\?$"):
        call()


@pytest.mark.parametrize(
    "call",
    [
        pytest.param(lambda: train(), id="one missing"),
        pytest.param(lambda: train([], 3), id="too many"),
        pytest.param(lambda: train(3), id="inside"),
    ],
)
def test_other_type_errors_stay_pythons(call: object) -> None:
    assert callable(call)
    with pytest.raises(TypeError) as caught:
        call()
    assert type(caught.value) is TypeError


def test_signature_and_docstring_stay() -> None:
    assert [*inspect.signature(train).parameters] == ["rows", "epochs"]
    assert train.__doc__ == "Counts."
