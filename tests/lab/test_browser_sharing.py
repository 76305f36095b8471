"""What goes in and out of the playground, in a real browser: scripts, links, models, a class."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import pronghorn as keras
from lab.test_browser_playground import ask, configure
from pronghorn.lab._experiment import unpack_link
from pronghorn.lab._parts import PARTS

pytestmark = pytest.mark.slow

OpenPage = Callable[..., Any]


def test_script_is_exported_and_runs(open_page: OpenPage, tmp_path: Path) -> None:
    page = open_page()
    page.locator("#now-step").wait_for()
    page.keyboard.press("e")
    page.wait_for_function("() => document.querySelector('#now-epoch').textContent === '1'")
    page.get_by_text("Export", exact=True).click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Python script").click()
    script = tmp_path / "run.py"
    download.value.save_as(script)
    done = subprocess.run(
        [sys.executable, script], capture_output=True, text=True, timeout=300, cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    row = ask(page, "history")["rows"][-1]
    columns = ask(page, "state")["curve_columns"]
    numbers = [float(text) for text in re.findall(r"[-+]?\d+\.\d+(?:e[-+]?\d+)?", done.stdout)]
    assert row[columns.index("train_loss")] in numbers


def test_link_brings_the_experiment_back(open_page: OpenPage) -> None:
    page = open_page()
    configure(page, data={"name": "moons", "noise": 10}, batch_size=7)
    hash_text = ask(page, "link")["hash"].removeprefix("#")
    other = open_page()
    # Without a reload: only what stands behind the # is another.
    other.goto(other.url.split("#")[0] + f"#{hash_text}")
    other.wait_for_function("async () => (await window.lab.call('state')).config.batch_size === 7")
    assert ask(other, "state")["config"]["data"]["name"] == "moons"


def test_reload_keeps_the_experiment(open_page: OpenPage) -> None:
    """The address holds what was chosen, and never the key of the server."""
    page = open_page()
    page.locator("#now-step").wait_for()
    page.get_by_label("Batch size").fill("17")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/#v1\."))
    assert "token" not in page.url
    page.reload()
    page.wait_for_function("async () => (await window.lab.call('state')).config.batch_size === 17")


def save_classifier(folder: Path) -> Path:
    """A network of which the sign of x1 is the class: tanh(w x1), then a sigmoid."""
    keras.utils.set_random_seed(1)
    model = keras.Sequential(
        [
            keras.Input((2,)),
            keras.layers.Dense(3, "tanh"),
            keras.layers.Dense(1, "sigmoid"),
        ]
    )
    model.set_weights([[[2.0] * 3, [0.0] * 3], [0.0] * 3, [[2.0]] * 3, [0.0]])
    model.compile("adam", "binary_crossentropy")
    path = folder / "sign.keras"
    model.save(path)
    return path


def test_saved_model_is_opened_and_looked_at(
    open_page: OpenPage, axe_violations: Callable[..., list[str]], tmp_path: Path
) -> None:
    page = open_page()
    page.locator("#now-step").wait_for()
    page.get_by_role("button", name="Saved model").click()
    broken = tmp_path / "broken.keras"
    broken.write_bytes(b"no model")
    page.get_by_label("Model file").set_input_files(broken)
    page.get_by_role("alert").get_by_text("broken.keras").wait_for()
    page.get_by_label("Model file").set_input_files(save_classifier(tmp_path))
    layers = page.get_by_role("region", name="Layers")
    layers.get_by_role("rowheader").first.wait_for()
    assert layers.locator("tbody tr").count() == 2
    assert axe_violations(page, "dialog") == []
    page.get_by_label("Look at it with").select_option("gauss")
    page.get_by_role("button", name="Open in the playground").click()
    page.get_by_text("first weights of sign.keras").wait_for()
    state = ask(page, "state")
    assert state["config"]["data"]["name"] == "gauss"
    # Clouds around (2, 2) and (-2, -2): the sign of x1 tells nearly all.
    page.wait_for_function(
        "() => parseFloat(document.querySelector('#now-metric').textContent) > 99"
    )
    assert ask(page, "table", layer=0)["weights"] == [[2.0] * 3, [0.0] * 3]


def test_teacher_puts_controls_away(
    open_page: OpenPage, axe_violations: Callable[..., list[str]]
) -> None:
    page = open_page()
    page.locator("#now-step").wait_for()
    marked = page.evaluate("[...document.querySelectorAll('[data-part]')].map(x => x.dataset.part)")
    assert set(marked) == set(PARTS)
    page.get_by_text("Export", exact=True).click()
    page.get_by_role("button", name="Controls for a class").click()
    assert axe_violations(page, "dialog") == []
    for title in ("Learning rate", "Step one epoch", "Instrument: curves", "Noise"):
        page.get_by_role("dialog").get_by_label(title, exact=True).uncheck()
    page.get_by_role("dialog").get_by_role("button", name="Copy link").click()
    page.get_by_text("The link is in the clipboard").wait_for()
    link = page.evaluate("navigator.clipboard.readText()")
    assert link.endswith("&hide=rate,epoch,panel-curves,noise")
    page.goto("about:blank")
    page.goto(link)
    page.locator("#now-step").wait_for()
    assert not page.get_by_label("Learning rate", exact=True).is_visible()
    assert not page.get_by_label("Noise").is_visible()
    assert page.get_by_label("Batch size").is_visible()
    # The first instrument that is left is shown; the key of a button that is away does nothing.
    assert page.get_by_role("tab", name="Slow motion").get_attribute("aria-selected") == "true"
    page.locator("#main").focus()
    page.keyboard.press("e")
    page.keyboard.press("s")
    page.wait_for_function("() => document.querySelector('#now-step').textContent === '1'")
    # What is changed stays without them.
    page.get_by_label("Batch size").fill("17")
    page.keyboard.press("Enter")
    page.wait_for_function("link => location.href !== link", arg=link)
    assert page.url.endswith("&hide=rate,epoch,panel-curves,noise")


def test_race_on_the_loss_of_this_network(open_page: OpenPage) -> None:
    page = open_page()
    configure(page, layers=[{"units": 3, "activation": "tanh", "dropout": 0.0, "norm": "none"}])
    ask(page, "step_epoch", epochs=4)
    page.wait_for_function("async () => window.lab.store.state.epoch === 4")
    page.get_by_role("tab", name="Loss slice").click()
    with page.context.expect_page() as opened:
        page.get_by_role("button", name="Race optimizers on this network's loss").click()
    race = opened.value
    race.locator("#result", has_text="A network's loss").wait_for()
    assert race.get_by_label("Epochs of training").input_value() == "4"
    link = race.get_by_label("Link of the playground").input_value()
    assert unpack_link(link)["layers"][0]["units"] == 3
