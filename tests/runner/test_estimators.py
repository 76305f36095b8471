"""scikit-learn's perceptrons under the runner are scikit-learn's to everyone but the processor."""

import pytest

from runner.processes import blocking, run_python, write_files
from tolerances import OUTPUTS_VS_SCIKIT_LEARN as CLOSE

pytest.importorskip("sklearn")

HEAD = """
import pickle, sys, warnings
warnings.simplefilter("ignore")
import numpy as np
from sklearn.datasets import load_digits
from sklearn.neural_network import MLPClassifier, MLPRegressor
x, y = load_digits(return_X_y=True)
"""
# What any scikit-learn program may look at.
LOOK = f"""{HEAD}
import sklearn.neural_network, sklearn.neural_network._multilayer_perceptron as inner
from sklearn.base import clone, is_classifier
for kind in (MLPClassifier, MLPRegressor):
    one = kind(hidden_layer_sizes=(8,), max_iter=3, random_state=0)
    print(kind, kind.__module__, kind.__name__, kind.__doc__[:40], one, is_classifier(one))
    print(sorted(one.get_params().items(), key=str), type(clone(one)) is kind)
    print(isinstance(one, getattr(inner, kind.__name__)), one._repr_html_()[:200])
    fitted = one.fit(x, y)
    print(fitted.n_iter_, fitted.t_, fitted.out_activation_, [c.shape for c in fitted.coefs_])
    print(sorted(name for name in vars(pickle.loads(pickle.dumps(fitted))) if name[-1] == "_"))
try:
    MLPClassifier(scoring="loss")
except TypeError as error:
    print(str(error).rpartition(".")[2])
"""
WRITE = f"""{HEAD}
fitted = MLPClassifier((8,), max_iter=3, random_state=0).fit(x, y)
with open("fitted.pickle", "wb") as file:
    pickle.dump([fitted, MLPRegressor()], file)
np.save("proba.npy", fitted.predict_proba(x))
"""
READ = f"""{HEAD}
with open("fitted.pickle", "rb") as file:
    fitted, fresh = pickle.load(file)
print(type(fitted) is MLPClassifier, type(fresh) is MLPRegressor, "pronghorn" in sys.modules)
print(np.allclose(fitted.predict_proba(x), np.load("proba.npy"), {CLOSE.rtol}, {CLOSE.atol}))
print(fitted.partial_fit(x, y).t_, repr(fresh))
"""
EARLY = f"""{HEAD}
import pronghorn
before, Original = MLPClassifier((8,)), MLPClassifier
pronghorn.install()
from sklearn.neural_network import MLPClassifier
after = MLPClassifier((8,))
print(MLPClassifier is Original, isinstance(before, MLPClassifier), isinstance(after, Original))
print(isinstance(after, MLPRegressor), issubclass(Original, MLPClassifier))
"""


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    files = {"look.py": LOOK, "write.py": WRITE, "read.py": READ, "early.py": EARLY}
    return write_files(tmp_path_factory.mktemp("programs"), files)


@pytest.fixture(scope="module")
def without(tmp_path_factory):
    """For PYTHONPATH: Pronghorn cannot be imported."""
    return blocking(tmp_path_factory.mktemp("blocked"), "pronghorn")


def test_looks_like_scikit_learn(here, without):
    plain = run_python("look.py", cwd=here, path=without)
    ours = run_python("-m", "pronghorn", "look.py", cwd=here)
    assert ours.out.splitlines() == plain.out.splitlines()
    assert ours.told == ["2 of 2 fits ran native"]


def test_pickles_open_without_pronghorn_and_with_it(here, without):
    assert run_python("-m", "pronghorn", "write.py", cwd=here).told == ["1 of 1 fit ran native"]
    plain = run_python("read.py", cwd=here, path=without)
    ours = run_python("-m", "pronghorn", "read.py", cwd=here)
    # Three epochs and one of partial_fit, over 1,797 rows.
    rest = ["True", "7188 MLPRegressor()"]
    assert plain.out.splitlines() == ["True True False", *rest]
    assert ours.out.splitlines() == ["True True True", *rest]


def test_pickles_of_scikit_learn_open_as_drop_ins(here, without):
    run_python("write.py", cwd=here, path=without)
    ours = run_python("-m", "pronghorn", "read.py", cwd=here)
    assert ours.out.splitlines() == ["True True True", "True", "7188 MLPRegressor()"]
    assert ours.told == ["1 of 1 fit ran native"]


def test_objects_from_before_are_instances_too(here):
    ended = run_python("early.py", cwd=here)
    assert ended.out.splitlines() == ["False True True", "False True"]
