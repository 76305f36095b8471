"""What leaves the lab: programs that repeat a run to the last bit, links, curves, drawings."""

from __future__ import annotations

import base64
import csv
import json
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from lab.viewers import Viewer
from pronghorn.errors import ParameterError
from pronghorn.lab._experiment import pack_link, read_experiment, unpack_link


@pytest.fixture
def viewer() -> Iterator[Viewer]:
    made = Viewer()
    yield made
    made.desk.close()


def run_script(viewer: Viewer, folder: Path) -> dict[str, float]:
    """The losses that the exported program prints."""
    for what in ("script", "data"):
        file = viewer.ask("export", what=what)
        (folder / file["name"]).write_text(file["text"], encoding="utf-8")
    command = [sys.executable, "-W", "error", "lab.py"]
    ended = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    words = [line.split() for line in ended.stdout.splitlines()]
    return {part: float(value) for part, _, value in words}


def plain(viewer: Viewer) -> None:
    viewer.ask("configure", config={"data": {"name": "spiral", "noise": 10}})
    viewer.ask("step_epoch", epochs=3)


def everything(viewer: Viewer) -> None:
    config: dict[str, Any] = {
        "data": {"name": "xor", "size": 90, "points": [[1, 2, 0]], "erased": [3]},
        "features": ["x1", "x2", "sin(x1)", "x1*x2 + 1"],
        "layers": [
            {"units": 5, "norm": "batch", "dropout": 0.2},
            {"units": 3, "activation": "gelu", "norm": "layer"},
        ],
        "optimizer": {"name": "adam", "parameters": {"learning_rate": 0.02, "clipnorm": 1.0}},
        "regularizer": {"name": "l1_l2", "rate": 0.001},
        "batch_size": 8,
    }
    config = viewer.ask("configure", config=config)["config"]
    viewer.ask("step_batch", batches=9)
    config["optimizer"]["parameters"]["learning_rate"] = 0.005
    config["layers"][0]["activation"] = "relu"
    viewer.ask("configure", config=config)
    viewer.ask("step_batch", batches=4)
    viewer.ask("weight", layer=0, row=1, column=2, value=0.5, frozen=True)
    viewer.ask("kill", layer=0, unit=0)
    viewer.ask("step_batch", batches=7)
    viewer.ask("back", batches=3)
    config["batch_size"] = 11
    viewer.ask("configure", config=config)
    viewer.ask("regenerate")
    viewer.ask("step_batch", batches=6)


def scheduled(viewer: Viewer) -> None:
    schedule = {"initial_learning_rate": 0.1, "decay_steps": 100}
    config = {
        "data": {"name": "blobs", "classes": 4, "noise": 30},
        "loss": "categorical_crossentropy",
        "optimizer": {"name": "sgd", "parameters": {"momentum": 0.9, "nesterov": True}},
        "schedule": {"name": "cosine_decay", "parameters": schedule},
    }
    viewer.ask("configure", config=config)
    viewer.ask("step_epoch", epochs=2)


def uploaded(viewer: Viewer) -> None:
    lines = [f"{i / 3:.3f},{(i * 5) % 7},{'yes' if i % 4 else 'no'}" for i in range(50)]
    viewer.desk.uploads.keep("k", ("a,b,kind\n" + "\n".join(lines)).encode())
    viewer.ask("upload", upload="k", name="t.csv")
    viewer.ask("roles", roles={"a": "input", "b": "input", "kind": "target"})
    viewer.ask("configure", config={"data": {"name": "upload"}})
    viewer.ask("step_epoch", epochs=2)


def pictures(viewer: Viewer) -> None:
    config = {
        "data": {"name": "digits"},
        "layers": [{"units": 12, "activation": "silu", "dropout": 0.1}],
        "loss": "categorical_focal_crossentropy",
        "optimizer": {"name": "lion", "parameters": {"learning_rate": 0.001, "clipvalue": 0.5}},
        "initializer": "he_normal",
        "regularizer": {"name": "l1", "rate": 0.0001},
        "batch_size": 64,
    }
    viewer.ask("configure", config=config)
    viewer.ask("step_epoch", epochs=2)


def quantities(viewer: Viewer) -> None:
    config = {
        "data": {"name": "sine", "noise": 10},
        "layers": [{"units": 6, "activation": "softplus", "norm": "batch"}],
        "loss": "log_cosh",
        "optimizer": {"name": "nadam", "parameters": {"learning_rate": 0.01}},
        "schedule": {"name": "piecewise_constant_decay", "parameters": {"boundaries": [7]}},
        "initializer": "orthogonal",
    }
    viewer.ask("configure", config=config)
    viewer.ask("step_batch", batches=20)


RUNS = [plain, everything, scheduled, uploaded, pictures, quantities]


@pytest.mark.parametrize("act", RUNS, ids=[act.__name__ for act in RUNS])
def test_script_repeats_the_losses_to_the_last_bit(
    viewer: Viewer, tmp_path: Path, act: Callable[[Viewer], None]
) -> None:
    act(viewer)
    row = viewer.ask("history")["rows"][-1]
    assert run_script(viewer, tmp_path) == {"train": row[2], "test": row[3]}


def test_script_uses_public_names_only(viewer: Viewer) -> None:
    everything(viewer)
    text = viewer.ask("export", what="script")["text"]
    assert "._" not in text
    assert "import _" not in text
    compile(text, "lab.py", "exec")


def test_texts_of_the_user_are_quoted(viewer: Viewer) -> None:
    """A formula is the only free text of an experiment, and it is written by its repr."""
    viewer.ask("configure", config={"data": {"name": "curve", "function": "x"}, "features": ["x1"]})
    script = viewer.ask("export", what="script")["text"]
    assert "'function': 'x'" in script


CONFIG = read_experiment(
    {"data": {"name": "xor", "points": [[1.5, -2, 1]]}, "features": ["x1", "sin(x2)"], "seed": 7}
)


def test_link_holds_the_experiment() -> None:
    assert unpack_link("#" + pack_link(CONFIG)) == CONFIG


def test_link_opens_with_the_same_first_weights(viewer: Viewer) -> None:
    viewer.ask("configure", config=CONFIG)
    first = viewer.ask("table", layer=0)
    link = viewer.ask("link")
    viewer.ask("configure", config={})
    state = viewer.ask("open_link", hash=link["hash"])
    assert state["config"] == CONFIG
    assert viewer.ask("table", layer=0) == first
    assert link["command"] == f"pronghorn lab --experiment {link['hash']}"


def packed(text: bytes) -> str:
    return "v1." + base64.urlsafe_b64encode(zlib.compress(text)).decode().rstrip("=")


BAD_LINKS = {
    "empty": "",
    "another version": "v2.abc",
    "not base64": "v1.§§§",
    "not compressed": "v1." + base64.urlsafe_b64encode(b"{}").decode(),
    "cut off": pack_link(CONFIG)[:-9],
    "not JSON": packed(b"play"),
    "a list": packed(b"[]"),
    "a bomb": packed(b" " * 50_000_000),
    "deep": packed(b"[" * 100_000),
    "unknown field": packed(b'{"token": "abc"}'),
    "too wide": packed(json.dumps({"layers": [{"units": 10**9}]}).encode()),
    "code": packed(json.dumps({"features": ["open('x')"]}).encode()),
}


@pytest.mark.parametrize("link", BAD_LINKS.values(), ids=list(BAD_LINKS))
def test_bad_link_is_refused(link: str) -> None:
    with pytest.raises(ParameterError):
        unpack_link(link)


def test_curves_are_the_history(viewer: Viewer) -> None:
    plain(viewer)
    text = viewer.ask("export", what="curves")["text"]
    header, *rows = csv.reader(text.splitlines())
    history = viewer.ask("history")
    assert header == history["columns"]
    assert [[float(cell) for cell in row] for row in rows] == history["rows"]


def test_drawing_has_every_unit_and_weight(viewer: Viewer) -> None:
    layers = [{"units": 3}, {"units": 40}]
    viewer.ask("configure", config={"layers": layers})
    root = ElementTree.fromstring(viewer.ask("export", what="network")["text"])
    space = "{http://www.w3.org/2000/svg}"
    assert len(root.findall(f"{space}circle")) == 2 + 3 + 16 + 1  # 16 of 40 are drawn
    assert len(root.findall(f"{space}line")) == 2 * 3 + 3 * 16 + 16 * 1
    words = [text.text for text in root.findall(f"{space}text")]
    assert "40 × tanh" in words
    assert "160 parameters" in words  # 3 · 40 + 40
