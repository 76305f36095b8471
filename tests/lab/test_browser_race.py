"""The pages of race, descent and lessons in a real browser."""

from __future__ import annotations

import base64
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pronghorn.lab._lessons import lessons

OpenPage = Callable[..., Any]
PAGES = ("/race", "/descent", "/lessons")


def badge(page: Any, racer: str) -> str:
    """What the table says of a racer's arrival."""
    row = page.locator("tr", has=page.get_by_role("rowheader", name=racer))
    return str(row.locator("td").nth(2).inner_text())


def drawn_colours(page: Any) -> int:
    """How many colours the map has: a blank one has a handful."""
    return int(
        page.evaluate(
            """() => {
              const canvas = document.querySelector("canvas.surface-map");
              const { width, height } = canvas;
              const image = canvas.getContext("2d").getImageData(0, 0, width, height);
              return new Set(new Uint32Array(image.data.buffer)).size;
            }"""
        )
    )


def wait_for_result(page: Any, text: str) -> None:
    page.locator("#result", has_text=text).wait_for()


def test_a_race_is_run_and_explained(open_page: OpenPage) -> None:
    """Beale with the surface's own rates: the measured steps, and Adam's first step with numbers.

    At (1, 1.5) the gradient is (34.5, 92.5): with a, b, c = 2, 3.5, 5 its first part is
    2 (2 · 0.5 + 3.5 · 1.25 + 5 · 2.375). Adam's first step has the size of its rate, 0.5.
    """
    page = open_page("/race")
    wait_for_result(page, "Adam arrives first, in step 56")
    assert badge(page, "Momentum") == "step 185"
    assert badge(page, "SGD") == "not in time"
    assert drawn_colours(page) > 50
    page.get_by_label("Explain Adam").check()
    page.get_by_role("button", name="Back to the start").click()
    page.locator("#why", has_text="Adam, step 1.").wait_for()
    told = page.locator("#why").inner_text()
    assert "34.5" in told and "92.5" in told
    x, y = page.locator("#why .numbers-of").all_inner_texts()[-2:]
    assert x.rstrip().endswith("0.5")
    assert y.rstrip().endswith("1")


def test_one_rate_for_all_blows_some_up(open_page: OpenPage) -> None:
    page = open_page("/race")
    wait_for_result(page, "Beale")
    page.get_by_label("Surface", exact=True).select_option("rosenbrock")
    wait_for_result(page, "Rosenbrock")
    page.get_by_role("button", name="Same rate").click()
    wait_for_result(page, "diverged: SGD, Momentum, NAG")
    assert badge(page, "SGD").startswith("diverged in step")


def test_the_start_is_moved_by_keys_and_by_pointer(open_page: OpenPage) -> None:
    """Of the width of 9 an arrow key moves a sixtieth: 1 + 0.15."""
    page = open_page("/race")
    wait_for_result(page, "Beale")
    surface = page.locator("canvas.surface-map")
    surface.focus()
    page.keyboard.press("ArrowRight")
    start = page.get_by_label("start x")
    page.wait_for_function("input => Number(input.value) === 1.15", arg=start.element_handle())
    box = surface.bounding_box()
    # The middle of the map is the middle of the domain.
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_function(
        "input => Math.abs(Number(input.value)) < 0.05", arg=start.element_handle()
    )


def test_keys_play_and_step(open_page: OpenPage) -> None:
    page = open_page("/race")
    wait_for_result(page, "Beale")
    counter = page.locator(".player .counter")
    page.keyboard.press("r")
    assert counter.inner_text() == "step 0 of 200"
    page.keyboard.press("s")
    page.keyboard.press("s")
    page.keyboard.press("b")
    assert counter.inner_text() == "step 1 of 200"
    page.keyboard.press(" ")
    page.get_by_role("button", name="Pause").wait_for()
    page.wait_for_function(
        "counter => counter.textContent !== 'step 1 of 200'", arg=counter.element_handle()
    )
    page.keyboard.press(" ")
    page.get_by_role("button", name="Play").wait_for()


@pytest.mark.parametrize(("path", "surface"), [("/race", "Beale"), ("/descent", "Lecture")])
def test_reduced_motion_shows_a_picture_a_second(
    path: str, surface: str, open_page: OpenPage
) -> None:
    """At 30 steps a second nothing changes before step 30."""
    page = open_page(path)
    page.emulate_media(reduced_motion="reduce")
    wait_for_result(page, surface)
    page.keyboard.press("r")
    page.keyboard.press(" ")
    page.wait_for_function(
        "() => !document.querySelector('.player .counter').textContent.startsWith('step 0 ')"
    )
    first = page.locator(".player .counter").inner_text()
    assert int(first.split()[1]) >= 30


def test_a_formula_of_ones_own(open_page: OpenPage) -> None:
    page = open_page("/race")
    wait_for_result(page, "Beale")
    page.get_by_label("Surface", exact=True).select_option(label="Your own f(x, y) …")
    wait_for_result(page, "Your own")
    field = page.get_by_label("f(x, y), such as")
    field.fill("x^2 + frog(y)")
    field.press("Enter")
    page.locator("#problem", has_text="frog").wait_for()
    field.fill("x^2 + 3y^2")
    field.press("Enter")
    page.locator("#problem", has_text="frog").wait_for(state="detached")
    assert "no number" not in page.locator("#result").inner_text()


def rates(page: Any) -> list[str]:
    """What stands in the table, racer by racer."""
    return [field.input_value() for field in page.get_by_label("Rate of").all()]


def unpacked(link: str) -> Any:
    packed = link.split("#1.")[1]
    return json.loads(base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4)))


def test_rates_of_a_surface_that_was_left_are_dropped(open_page: OpenPage) -> None:
    page = open_page("/race")
    wait_for_result(page, "Beale")
    surface = page.get_by_label("Surface", exact=True)
    surface.select_option("bowl")
    wait_for_result(page, "Bowl")
    expected = rates(page)
    answers = []

    def hear(text: str | bytes) -> None:
        if isinstance(text, str) and '"rates"' in text:
            answers.append(text)

    page.on("websocket", lambda socket: socket.on("framereceived", hear))
    page.reload()
    wait_for_result(page, "Beale")
    surface.select_option("own2")
    wait_for_result(page, "Looking for good rates")
    surface.select_option("bowl")
    wait_for_result(page, "Bowl")
    for _ in range(600):
        if answers:
            break
        page.wait_for_timeout(50)
    assert answers
    page.wait_for_timeout(100)
    assert rates(page) == expected
    wait_for_result(page, "Bowl")


def test_without_racers_nothing_of_the_last_race_stays(open_page: OpenPage) -> None:
    page = open_page("/race")
    wait_for_result(page, "Beale: 6 racers")
    for box in page.get_by_role("checkbox", name=re.compile(" runs$")).all():
        box.uncheck()
    wait_for_result(page, "No racer runs: tick one")
    page.get_by_label("Surface", exact=True).select_option("saddle")
    page.get_by_role("button", name="Copy link").click()
    page.wait_for_function("() => location.hash.startsWith('#1.')")
    plan = unpacked(page.url)
    assert (plan["surface"]["name"], plan["racers"]) == ("saddle", [])
    wait_for_result(page, "No racer runs: tick one")
    assert drawn_colours(page) == 1
    assert page.locator("#heights .key").count() == 0
    assert page.locator("#why").inner_text() == ""
    assert page.locator("#gif").is_disabled()
    page.get_by_label("SGD runs").check()
    wait_for_result(page, ": 1 racer;")
    assert page.locator("#gif").is_enabled()
    assert drawn_colours(page) > 50


def test_a_good_value_put_back_is_no_longer_marked(open_page: OpenPage) -> None:
    page = open_page("/race")
    wait_for_result(page, "Beale")
    start = page.get_by_label("start x")
    start.fill("left")
    start.press("Enter")
    assert start.get_attribute("aria-invalid") == "true"
    page.locator("canvas.surface-map").click()
    page.wait_for_function("input => !isNaN(input.value)", arg=start.element_handle())
    assert start.get_attribute("aria-invalid") == "false"
    assert start.evaluate("input => input.validity.valid")


@pytest.mark.parametrize("path", ["/race", "/descent"])
def test_a_damaged_link_is_named(path: str, open_page: OpenPage) -> None:
    page = open_page(path)
    page.goto(page.url.split("#")[0] + "#1.eyJzdXJm")
    refusal = page.locator("#notes", has_text="a whole link of the lab, received a damaged one")
    refusal.wait_for()
    page.reload()
    refusal.wait_for()


def test_a_race_on_the_loss_of_a_network(open_page: OpenPage) -> None:
    page = open_page("/race")
    wait_for_result(page, "Beale")
    page.get_by_label("Surface", exact=True).select_option(label="A network's loss …")
    wait_for_result(page, "A network's loss: 6 racers")
    assert drawn_colours(page) > 50
    assert "250 rows" in page.locator("#surface").inner_text()
    link = page.get_by_label("Link of the playground")
    link.fill("http://127.0.0.1/#v1.nothing")
    link.press("Enter")
    page.locator("#problem", has_text="link").wait_for()


def test_a_racer_is_added_with_numbers_of_its_own(open_page: OpenPage) -> None:
    page = open_page("/race")
    wait_for_result(page, "Beale: 6 racers")
    page.get_by_label("Add a racer").select_option("Adam")
    wait_for_result(page, "Beale: 7 racers")
    page.get_by_label("Numbers of Adam 2", exact=True).click()
    page.get_by_label("beta_1").last.fill("0.5")
    page.get_by_label("beta_1").last.press("Enter")
    first = badge(page, "Adam")
    page.wait_for_function(
        """() => {
          const rows = [...document.querySelectorAll("table.racers tbody tr:not(.details)")];
          const [adam, other] = rows.slice(5).map((row) => row.cells[3].textContent);
          return adam !== other && other !== "";
        }"""
    )
    assert first == "step 56"


def test_the_animation_is_saved_as_gif(open_page: OpenPage, tmp_path: Path) -> None:
    image = pytest.importorskip("PIL.Image", reason="needs Pillow, which Matplotlib brings")
    page = open_page("/race")
    wait_for_result(page, "Beale")
    steps = page.get_by_label("Steps", exact=True)
    steps.fill("20")
    steps.press("Enter")
    page.locator(".player .counter", has_text="of 20").wait_for()
    with page.expect_download(timeout=300_000) as download:
        page.locator("#gif").click()
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    with image.open(io.BytesIO(path.read_bytes())) as picture:
        # One frame a step, and the start.
        assert (picture.format, picture.n_frames) == ("GIF", 21)


def test_a_link_opens_the_same_race(open_page: OpenPage) -> None:
    page = open_page("/race")
    wait_for_result(page, "Beale")
    page.get_by_label("Surface", exact=True).select_option("saddle")
    wait_for_result(page, "Saddle")
    page.get_by_role("button", name="Copy link").click()
    page.wait_for_function("() => location.hash.startsWith('#1.')")
    packed = page.evaluate("() => location.hash.slice(3)")
    text = base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4)).decode()
    assert '"saddle"' in text and "token" not in text
    page.reload()
    wait_for_result(page, "Saddle")


def test_descent_below_and_above_the_limit(open_page: OpenPage) -> None:
    """On the bowl with k = 50 the limit is 2 / 50 = 0.04 and the best step 2 / 51."""
    page = open_page("/descent")
    wait_for_result(page, "Lecture")
    assert "0.73979" in page.locator("#theory").inner_text()
    assert drawn_colours(page) > 20
    page.get_by_label("Surface", exact=True).select_option("bowl")
    wait_for_result(page, "Bowl")
    theory = page.locator("#theory")
    theory.get_by_text("0.039216").wait_for()
    page.get_by_label("Steps", exact=True).fill("200")
    page.get_by_label("Steps", exact=True).press("Enter")
    theory.get_by_role("button", name="Set 5 % above").click()
    wait_for_result(page, "diverged")
    theory.get_by_role("button", name="Set with its step").click()
    wait_for_result(page, "ends at height")


def test_descent_shows_the_step_with_numbers(open_page: OpenPage) -> None:
    """At x = 1 the slope of e^-x + x² is 2 − 1/e = 1.632; with α = 0.1 the next x is 0.8368."""
    page = open_page("/descent")
    wait_for_result(page, "Lecture")
    start = page.get_by_label("start x")
    start.fill("1")
    start.press("Enter")
    page.get_by_role("button", name="Back to the start").click()
    numbers = page.locator("#why .numbers-of")
    page.locator("#why", has_text="0.8368").wait_for()
    assert "1.632" in numbers.first.inner_text()


def test_the_lecture_s_points_and_a_start_at_one(open_page: OpenPage) -> None:
    """f(0.25) = 0.841301 with slope −0.278801, as the lecture prints them."""
    page = open_page("/descent")
    wait_for_result(page, "Lecture")
    row = page.locator("#points-table tr", has_text="0.841301")
    assert "−0.278801" in row.inner_text()
    assert page.locator("#points-table tbody tr").count() == 5
    row.get_by_role("button", name="Start at 0.25").click()
    start = page.get_by_label("start x")
    page.wait_for_function("input => input.value === '0.25'", arg=start.element_handle())
    page.get_by_label("Surface", exact=True).select_option("bowl")
    page.locator("#points").wait_for(state="hidden")


def test_every_rule_of_the_step(open_page: OpenPage) -> None:
    page = open_page("/descent")
    wait_for_result(page, "Lecture")
    for name in ("Decreasing", "Backtracking", "Exact", "Fixed"):
        button = page.get_by_role("button", name=name, exact=True)
        button.click()
        assert button.get_attribute("aria-pressed") == "true"
        wait_for_result(page, "ends at height 0.82")
        assert page.get_by_label("Decay").is_visible() is (name == "Decreasing")


def test_a_lesson_asks_first_and_opens_its_preset(open_page: OpenPage) -> None:
    page = open_page("/lessons")
    page.locator("#lesson .steps").wait_for()
    assert page.locator("#list a").count() == len(lessons())
    page.get_by_role("link", name="Momentum", exact=False).first.click()
    page.get_by_role("heading", name="Momentum", exact=True).wait_for()
    answer = page.get_by_role("button", name="Show the answer")
    assert answer.is_disabled()
    page.locator(".choice input").nth(0).check()
    answer.click()
    page.locator(".verdict", has_text="Not so").wait_for()
    page.locator(".choice input").nth(2).check()
    answer.click()
    page.locator(".verdict", has_text="Yes").wait_for()
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Open the race").first.click()
    race = opened.value
    race.locator("#status[data-state=open]").wait_for()
    race.locator("#result", has_text="Long valley: 3 racers").wait_for()
    assert badge(race, "Momentum") == "step 942"


def test_a_lesson_opens_the_playground_with_its_network(open_page: OpenPage) -> None:
    page = open_page("/lessons")
    page.get_by_role("link", name="Over-fitting").click()
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Open in the playground").first.click()
    playground = opened.value
    playground.locator("#status[data-state=open]").wait_for()
    units = playground.locator("input.units").first
    units.wait_for()
    assert units.input_value() == "64"


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_page_is_accessible(
    path: str, theme: str, open_page: OpenPage, axe_violations: Callable[[Any], list[str]]
) -> None:
    page = open_page(path, color_scheme=theme)
    page.locator("#why .formula, #lesson .steps, #why .numbers-of").first.wait_for()
    if path == "/race":
        page.get_by_label("Numbers of Adam", exact=True).click()
        page.get_by_label("beta_1").last.wait_for()
    if path == "/lessons":
        page.locator(".choice input").first.check()
        page.get_by_role("button", name="Show the answer").click()
        page.locator(".verdict p").wait_for()
    assert axe_violations(page) == []


@pytest.mark.parametrize("path", ["/", *PAGES])
def test_reduced_motion_leaves_nothing_that_glides(path: str, open_page: OpenPage) -> None:
    page = open_page(path, reduced_motion="reduce")
    page.locator("#why .numbers-of, #lesson .steps, #now-step").first.wait_for()
    moving = page.evaluate(
        """() => [...document.querySelectorAll("*")].filter((one) => {
            const { transitionDuration, animationName, scrollBehavior } = getComputedStyle(one);
            const glides = transitionDuration.split(",").some((time) => parseFloat(time) > 0);
            return glides || animationName !== "none" || scrollBehavior === "smooth";
        }).length"""
    )
    assert moving == 0


@pytest.mark.parametrize("width", [768, 320])
@pytest.mark.parametrize("path", PAGES)
def test_page_fits_a_narrow_screen(path: str, width: int, open_page: OpenPage) -> None:
    page = open_page(path, width=width)
    page.locator("#why .numbers-of, #lesson .steps").first.wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize(
    ("formula", "what"),
    [
        pytest.param("+".join(["x^2 y"] * 40), "math", id="long"),
        pytest.param("1/(" + "+".join(["x^2 y^2"] * 30) + "+3)", "mfrac", id="a fraction"),
        pytest.param("x + " + "frog" * 50 + "(y)", "problem", id="a name"),
        pytest.param("x+" * 300 + "y", "problem", id="refused"),
    ],
)
@pytest.mark.parametrize("path", ["/race", "/descent"])
def test_a_formula_of_any_length_fits_a_phone(
    path: str, formula: str, what: str, open_page: OpenPage
) -> None:
    page = open_page(path, width=360)
    page.locator("#why .numbers-of").first.wait_for()
    page.get_by_label("Surface", exact=True).select_option(label="Your own f(x, y) …")
    field = page.get_by_label("f(x, y), such as")
    field.fill(formula)
    field.press("Enter")
    shown = {
        "math": ".surface-formula math >> nth=20",
        "mfrac": ".surface-formula mfrac",
        "problem": "#problem:not(:empty)",
    }
    page.locator(shown[what]).wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") == 360


@pytest.mark.parametrize("width", [400, 360, 320])
def test_descent_of_the_lecture_fits_a_phone(open_page: OpenPage, width: int) -> None:
    page = open_page("/descent", width=width)
    page.locator("#points-table").get_by_role("button").first.wait_for()
    page.locator("#why .numbers-of").first.wait_for()
    cut_off = page.evaluate(
        """() => [...document.querySelectorAll("#main *")]
            .filter((one) => getComputedStyle(one).overflowX !== "visible" &&
                !one.matches(".visually-hidden, svg, svg *") && one.scrollWidth > one.clientWidth)
            .map((one) => `${one.id || one.className}: ${one.textContent.slice(0, 60)}`)"""
    )
    assert cut_off == []
