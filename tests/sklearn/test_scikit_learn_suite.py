"""scikit-learn's own tests of its multilayer perceptrons, run on the drop-ins.

The file is taken from the installed scikit-learn; only the line that imports the estimators is
another. It runs twice: as users run the drop-ins, and with the engine for fits of every size.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import sklearn

SOURCE = Path(sklearn.__file__).parent
ORIGINAL = "from sklearn.neural_network import MLPClassifier, MLPRegressor\n"
OURS = "from pronghorn.sklearn import MLPClassifier, MLPRegressor\n"
FORCE = "\n\nfrom pronghorn.sklearn import _base\n\n_base._WORTH = 0\n"

# Tests that are expected to fail, and why.
EXPECTED = {
    "as it is": {},
    "engine": {
        "test_gradient": "takes differences of the float32 loss over 1e-5, which leave two digits"
    },
}


@pytest.mark.slow
@pytest.mark.parametrize("way", EXPECTED)
def test_suite(way: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tests = (SOURCE / "neural_network/tests/test_mlp.py").read_text(encoding="utf-8")
    assert tests.count(ORIGINAL) == 1
    (tmp_path / "test_mlp.py").write_text(tests.replace(ORIGINAL, OURS), encoding="utf-8")
    fixtures = (SOURCE / "conftest.py").read_text(encoding="utf-8")
    force = FORCE if way == "engine" else ""
    (tmp_path / "conftest.py").write_text(fixtures + force, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-rf", "-p", "no:cacheprovider", "--tb=short"]
    run = subprocess.run(
        [*command, "-c", "/dev/null", "--rootdir", str(tmp_path), str(tmp_path / "test_mlp.py")],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
        cwd=tmp_path,
    )
    summary = run.stdout.strip().splitlines()[-1]
    passed = int(found.group(1)) if (found := re.search(r"(\d+) passed", summary)) else 0
    failed = set(re.findall(r"^FAILED \S+::(\w+)", run.stdout, re.MULTILINE))
    with capsys.disabled():
        print(f"\nscikit-learn's test_mlp.py, {way}: {summary}")
    assert failed == set(EXPECTED[way]), run.stdout
    assert passed >= 55 and "error" not in summary
