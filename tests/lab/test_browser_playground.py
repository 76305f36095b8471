"""The playground in a real browser: train, look into a step, edit, upload, draw, export."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import pronghorn as keras
from pronghorn.lab._experiment import unpack_link
from pronghorn.lab._parts import PARTS

pytestmark = pytest.mark.slow

OpenPage = Callable[..., Any]


def ask(page: Any, command: str, **values: Any) -> Any:
    """The reply of the server to a command of this page, through the page's own connection."""
    return page.evaluate("([name, values]) => window.lab.call(name, values)", [command, values])


def last_number(formula: str) -> float:
    """What a formula of the page ends with: "… = −1.5", "… = 2.5·10−7"."""
    found = re.search(r"=\s*(−?[\d.]+)(?:·10(−?\d+))?$", formula)
    assert found, formula
    digits, power = (group and group.replace("−", "-") for group in found.groups())
    return float(f"{digits}e{power or 0}")


def configure(page: Any, **parts: Any) -> Any:
    config = ask(page, "state")["config"]
    return ask(page, "configure", config={**config, **parts})


def choose_spiral(page: Any) -> None:
    """A network that learns the spiral: 8, 8 tanh, Adam 0.01, with the sines as inputs."""
    layer = {"units": 8, "activation": "tanh", "dropout": 0.0, "norm": "none"}
    configure(
        page,
        data={"name": "spiral"},
        features=["x1", "x2", "sin(x1)", "sin(x2)"],
        layers=[layer, layer],
        optimizer={"name": "adam", "parameters": {"learning_rate": 0.01}},
    )


def test_spiral_is_learnt(open_page: OpenPage) -> None:
    page = open_page()
    choose_spiral(page)
    page.get_by_text("Run until …").click()
    page.get_by_label("When the test loss is below").fill("0.05")
    page.get_by_role("button", name="Run", exact=True).click()
    page.wait_for_function(
        "() => Number(document.querySelector('#now-test').textContent) < 0.05", timeout=60_000
    )
    page.get_by_role("button", name="Play").wait_for()
    state = ask(page, "state")
    assert not state["is_playing"]
    assert page.locator("#now-epoch").inner_text() != "0"


def test_one_batch_shows_the_numbers_of_the_trace(open_page: OpenPage) -> None:
    """Five numbers on the page: z, a, the loss, ∂L/∂z and a new weight."""
    page = open_page()
    page.get_by_role("tab", name="Slow motion").click()
    panel = page.locator("#panel-slow")
    panel.get_by_role("button", name="The next batch").click()
    panel.get_by_text("1 of 22").wait_for()
    trace = ask(page, "trace", next_batch=True)
    hidden, output = trace["layers"][0], trace["layers"][-1]
    row = 0

    def shown(phase: str, box: str, line: int) -> float:
        panel.locator(f"button[data-value={phase}]").click()
        return last_number(panel.get_by_label(box).locator("math").nth(line).text_content())

    page.wait_for_timeout(100)
    found = [
        shown("forward", "Weighted sum", 1),
        shown("forward", "Activation", 0),
        shown("loss", "Loss of this row", 1),
        shown("backward", "Through the activation", 0),
        shown("update", "moves the weight", 1),
    ]
    expected = [
        hidden["z"][row][0],
        hidden["a"][row][0],
        trace["loss"]["terms"][row],
        output["dz"][row][0],
        hidden["kernel_step"]["after"][0][0],
    ]
    assert found == pytest.approx(expected, rel=5e-4)  # four digits are shown
    panel.get_by_role("button", name="Make this step").click()
    page.wait_for_function("() => document.querySelector('#now-step').textContent === '1'")
    table = ask(page, "table", layer=0)
    assert table["weights"] == hidden["kernel_step"]["after"]


def test_weight_is_edited_by_keyboard(open_page: OpenPage) -> None:
    page = open_page()
    neuron = page.get_by_role("button", name="Layer 1, neuron 1")
    neuron.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.locator(".card").get_by_role("heading", name="Layer 1, neuron 2").wait_for()
    page.keyboard.press("Tab")  # from the bias to its lock
    page.get_by_label("Weight from x₁").focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("1.25")
    page.keyboard.press("Enter")
    page.wait_for_function(
        "async () => (await window.lab.call('table', {layer: 0})).weights[0][1] === 1.25"
    )
    page.keyboard.press("Escape")
    assert page.locator(".card").is_hidden()


def test_keyboard_alone_trains_steps_and_resets(open_page: OpenPage) -> None:
    page = open_page()
    page.locator("#now-step").wait_for()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("[document.activeElement.id, location.hash]") == ["main", ""]
    page.keyboard.press("s")
    page.wait_for_function("() => document.querySelector('#now-step').textContent === '1'")
    page.keyboard.press("e")
    page.wait_for_function("() => document.querySelector('#now-epoch').textContent === '1'")
    page.keyboard.press("b")
    page.wait_for_function("() => document.querySelector('#now-step').textContent === '24'")
    page.keyboard.press("Space")
    page.get_by_role("button", name="Pause").wait_for()
    page.keyboard.press("Space")
    page.keyboard.press("r")
    page.wait_for_function("() => document.querySelector('#now-step').textContent === '0'")
    page.keyboard.press("?")
    assert page.get_by_role("dialog", name="Keyboard").is_visible()


def test_curves_and_slices_are_read_by_keys(open_page: OpenPage) -> None:
    page = open_page()
    page.locator("#now-step").wait_for()
    for _ in range(3):
        page.keyboard.press("e")
    page.wait_for_function("() => document.querySelector('#now-epoch').textContent === '3'")
    chart = page.locator("#panel-curves .chart").first
    chart.get_by_role("application").focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    rows, columns = ask(page, "history")["rows"], ask(page, "state")["curve_columns"]
    loss = rows[-2][columns.index("train_loss")]
    shown = chart.locator(".keys").first.inner_text()
    assert "step 50" in shown and f"training {loss:.4g}".rstrip("0") in shown
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.querySelector('#now-step').textContent === '50'")
    page.get_by_role("tab", name="Loss slice").click()
    plane = page.locator("#panel-slice").get_by_role("application")
    plane.focus()
    page.keyboard.press("ArrowUp")
    # 31 points from -1 to 1 lie 1 / 15 apart.
    page.get_by_text(re.compile(r"a 0, b 0\.0667: loss \d")).wait_for()


def test_table_is_uploaded(
    open_page: OpenPage, axe_violations: Callable[..., list[str]], tmp_path: Path
) -> None:
    rows = [f"{i},{(7 * i) % 50},{'big' if i > 25 else 'small'},x" for i in range(50)]
    rows[3] = "3,,small,x"
    table = tmp_path / "own.csv"
    table.write_text("a,b,size,note\n" + "\n".join(rows), encoding="utf-8")
    page = open_page()
    page.get_by_role("button", name="Own table (CSV)").click()
    page.get_by_label("CSV file").set_input_files(table)
    page.get_by_text("1 missing").wait_for()
    assert axe_violations(page, "dialog") == []
    # Two targets are refused where it can be seen: in the dialog.
    page.get_by_label("Role of size").select_option("target")
    page.get_by_role("button", name="Use this table").click()
    page.get_by_role("dialog").get_by_role("alert").get_by_text("one target").wait_for()
    page.get_by_label("Role of note").select_option("ignore")
    page.get_by_role("button", name="Use this table").click()
    page.get_by_text("Your own table.").wait_for()
    page.wait_for_function(
        "async () => (await window.lab.call('state')).config.data.name === 'upload'"
    )
    state = ask(page, "state")
    assert state["columns"] == ["a", "b"]
    assert state["train_rows"] + state["test_rows"] == 49
    assert sorted(state["classes"]) == ["big", "small"]


def test_points_are_drawn_and_erased(open_page: OpenPage) -> None:
    page = open_page()
    page.get_by_role("button", name="Draw", exact=True).click()
    page.locator(".mapbox .over").click(position={"x": 5, "y": 5})
    count = "async () => (await window.lab.call('state')).config.data.points.length"
    page.wait_for_function(f"async () => (await ({count})()) === 1")
    over = page.locator(".mapbox .over")
    over.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.wait_for_function(f"async () => (await ({count})()) === 2")
    page.get_by_role("button", name="Forget drawn").click()
    page.wait_for_function(f"async () => (await ({count})()) === 0")


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
        [sys.executable, script], capture_output=True, text=True, timeout=120, cwd=tmp_path
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


def test_divergence_is_said_and_undone(open_page: OpenPage) -> None:
    page = open_page()
    configure(
        page,
        data={"name": "plane"},
        layers=[{"units": 8, "activation": "linear", "dropout": 0.0, "norm": "none"}],
        optimizer={"name": "sgd", "parameters": {"learning_rate": 10.0}},
    )
    page.get_by_role("button", name="Play").click()
    page.get_by_text("Diverged.").wait_for()
    page.get_by_role("button", name="Halve the rate").click()
    rate = "config.optimizer.parameters.learning_rate"
    page.wait_for_function(f"async () => (await window.lab.call('state')).{rate} === 5")
    assert page.get_by_text("Diverged.").count() == 0


def test_map_is_painted(open_page: OpenPage) -> None:
    """After learning two clouds apart, the blue side is blue and the orange one orange."""
    page = open_page()
    configure(page, data={"name": "gauss"})
    for _ in range(5):
        ask(page, "step_epoch")
    page.wait_for_timeout(300)
    corners = page.evaluate(
        """() => {
            const map = document.querySelector('.mapbox .map');
            const w = map.width;
            const at = (x, y) => [...map.getContext('2d').getImageData(x, y, 1, 1).data];
            const [near, far] = [0.25, 0.75].map((share) => Math.round(share * w));
            return [at(far, near), at(near, far)];
        }"""
    )
    (up_red, _, up_blue, _), (low_red, _, low_blue, _) = corners
    assert up_blue > up_red
    assert low_red > low_blue


def test_reduced_motion_shows_a_picture_a_second_of_training(open_page: OpenPage) -> None:
    page = open_page()
    page.emulate_media(reduced_motion="reduce")
    page.locator("#now-step").wait_for()
    page.keyboard.press("Space")
    drawn = page.evaluate(
        """() => new Promise((done) => {
            const seen = new Set();
            const off = setInterval(() => seen.add(window.lab.store.frame.step), 20);
            setTimeout(() => { clearInterval(off); done(seen.size); }, 1500);
        })"""
    )
    # The one from before, and one each at 0 and 1 seconds; at full speed there are dozens.
    assert drawn <= 3
    page.keyboard.press("Space")
    page.get_by_role("button", name="Play").wait_for()
    step = ask(page, "state")["step"]
    page.wait_for_function("step => window.lab.store.frame.step === step", arg=step)


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


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(
    open_page: OpenPage, axe_violations: Callable[..., list[str]], scheme: str
) -> None:
    page = open_page(color_scheme=scheme)
    ask(page, "step_epoch")
    page.get_by_role("button", name="Layer 1, neuron 1").focus()
    page.keyboard.press("Enter")
    page.locator(".card").get_by_role("heading").wait_for()
    page.get_by_label("Uncertainty").check()
    page.locator("details.more > summary").click()
    page.get_by_label("Schedule of the rate").select_option("cosine_decay")
    page.get_by_role("heading", name="Learning rate by step").wait_for()
    page.get_by_text("Run until …").click()
    page.get_by_text("Export", exact=True).click()
    found = axe_violations(page)
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    found += axe_violations(page, "dialog")
    page.keyboard.press("Escape")
    for tab in page.get_by_role("tab").all()[1:]:
        tab.click()
        page.wait_for_timeout(150)
        found += [f"{tab.inner_text()}: {line}" for line in axe_violations(page, "#work")]
    assert found == []


@pytest.mark.parametrize(("width", "theme"), [(1440, "light"), (768, "dark"), (400, "light")])
def test_nothing_is_cut_off(open_page: OpenPage, width: int, theme: str) -> None:
    """The page never scrolls sideways, and no button or field leaves its panel."""
    page = open_page(width=width, color_scheme=theme)
    wide = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    assert wide <= 0
    outside = page.evaluate(
        """() => [...document.querySelectorAll('.panel button, .panel select, .panel input')]
            .filter((one) => one.offsetParent && !one.closest('.scroll, .visually-hidden') &&
                !one.classList.contains('visually-hidden'))
            .filter((one) => {
                const [a, b] = [one, one.closest('.panel')].map((x) => x.getBoundingClientRect());
                return a.left < b.left - 1 || a.right > b.right + 1;
            }).map((one) => one.outerHTML.slice(0, 120))"""
    )
    assert outside == []


def measure_frames(page: Any, seconds: float) -> tuple[float, float]:
    """Screen refreshes with a frame of the server, and training steps, a second while it plays."""
    page.get_by_role("button", name="Play").click()
    page.wait_for_timeout(700)
    frames, steps = page.evaluate(
        """(seconds) => new Promise((done) => {
            const refreshes = new Set();
            const first = window.lab.store.frame.step;
            const off = window.lab.connection.on('frame',
                () => refreshes.add(document.timeline.currentTime));
            setTimeout(() => {
                off();
                done([refreshes.size, window.lab.store.frame.step - first]);
            }, 1000 * seconds);
        })""",
        seconds,
    )
    return frames / seconds, steps / seconds


@pytest.mark.parametrize(
    ("units", "least", "epochs"),
    [(8, 5, 5.0), (256, 2, 0.5)],
    ids=["2-8-8-1", "2-256-256-1"],
)
def test_frames_a_second(open_page: OpenPage, units: int, least: float, epochs: float) -> None:
    """Far below what an idle machine gives (50 and 15), for machines that others use too."""
    page = open_page()
    layer = {"units": units, "activation": "tanh", "dropout": 0.0, "norm": "none"}
    configure(page, layers=[layer, layer])
    fps, steps = measure_frames(page, 2.0)
    print(f"{fps:.1f} frames/s, {steps:.0f} steps/s")
    assert fps > least
    # Playground trains one epoch a frame: 25 batches of 10. The ratio holds under any load.
    assert steps / fps > epochs * 25
