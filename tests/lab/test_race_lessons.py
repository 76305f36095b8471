"""Lessons: every file is read, every preset runs, and what the texts claim happens."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from docs.pages import ROOT
from lab.conftest import needed
from pronghorn.cli import main
from pronghorn.errors import ParameterError, PronghornError
from pronghorn.lab._desk import Desk
from pronghorn.lab._experiment import unpack_link
from pronghorn.lab._lessons import (
    Lesson,
    Step,
    find_lesson,
    lessons,
    lessons_of,
    list_lessons,
    read_lesson,
)
from pronghorn.lab._race import Path
from pronghorn.lab._race_track import plan_descent, plan_race
from pronghorn.lab._run import CURVE, Run

# What the courses teach, each by one lesson.
TAUGHT = {
    *("gradient_descent", "learning_rate", "momentum", "mini_batches", "activations", "softmax"),
    *("cross_entropy", "over_fitting", "regularization", "dropout", "initialization"),
    *("vanishing_gradients", "optimizers"),
}
STEPS = [
    pytest.param(step, id=f"{lesson.name}-{i + 1}")
    for lesson in lessons().values()
    for i, step in enumerate(lesson.steps)
    if step.open is not None
]


def test_every_subject_has_its_lesson() -> None:
    assert set(lessons()) == TAUGHT


def test_lessons_come_in_their_order() -> None:
    orders = [lesson.order for lesson in lessons().values()]
    assert orders == list(range(1, len(TAUGHT) + 1))


@pytest.mark.parametrize("lesson", lessons().values(), ids=lambda lesson: lesson.name)
def test_lesson_has_something_to_run_and_claims(lesson: Lesson) -> None:
    opened = [step for step in lesson.steps if step.open is not None]
    assert len(opened) >= 2
    assert all(step.claims for step in opened)


@pytest.mark.parametrize("step", STEPS)
def test_what_a_step_claims_comes_true(step: Step) -> None:
    assert step.open is not None
    CHECKS[step.open.page](step.open.plan, step.claims)


def tiny_weights(run: Run) -> float:
    """The share of the kernels' weights that are smaller than 0.001."""
    kernels = [np.asarray(w) for w in run.model.get_weights() if np.ndim(w) == 2]
    return float(np.mean(np.concatenate([np.abs(kernel).ravel() for kernel in kernels]) < 0.001))


def gradient_share(run: Run) -> float:
    """The norm of the first kernel's gradient as a share of the last one's."""
    weights = run.model.trace(run.problem.x_train, run.problem.y_train).weights
    norms = [weight.gradient_norm for name, weight in weights.items() if name.endswith("kernel")]
    return float(norms[0] / norms[-1])


MEASURES: Any = {"tiny_weights": tiny_weights, "gradient_share": gradient_share}


def measure(run: Run, name: str) -> float:
    return float(MEASURES[name](run) if name in MEASURES else run.measure()[CURVE.index(name)])


def check_playground(plan: Mapping[str, Any], claims: tuple[Mapping[str, Any], ...]) -> None:
    run = Run(dict(plan))
    for claim in sorted(claims, key=lambda claim: claim["epochs"]):
        run.advance(int(claim["epochs"] * run.batches) - run.step)
        if claim["does"] == "diverges":
            assert run.diverged is not None
            continue
        assert run.diverged is None
        value = measure(run, claim["measure"])
        is_below = value < claim["value"]
        assert is_below == (claim["does"] == "falls_below"), f"{claim}: {value}"


def check_race(plan: Mapping[str, Any], claims: tuple[Mapping[str, Any], ...]) -> None:
    paths = {path.racer.label: path for path in plan_race(plan).paths}
    for claim in claims:
        assert RACE_CLAIMS[claim["does"]](paths[claim["racer"]], claim), claim


def _arrives(path: Path, claim: Mapping[str, Any]) -> bool:
    arrived = path.arrived_at()
    return arrived is not None and arrived <= claim["by"]


RACE_CLAIMS: Any = {
    "arrives": _arrives,
    "diverges": lambda path, _: path.stopped_at is not None,
    "stays_out": lambda path, _: path.stopped_at is None and path.arrived_at() is None,
}


def check_descent(plan: Mapping[str, Any], claims: tuple[Mapping[str, Any], ...]) -> None:
    descent = plan_descent(plan)
    for claim in claims:
        does = claim["does"]
        if does == "has_height":
            height = descent.surface.heights([claim["at"]])
            # Stated with six digits behind the point.
            assert abs(float(height) - claim["height"]) <= 0.6e-6, claim
        elif does == "diverges":
            assert descent.stopped_at is not None
        elif does == "needs":
            outside = np.flatnonzero(descent.distances > claim["within"])
            assert outside[-1] + 1 == claim["steps"]
        else:
            assert descent.stopped_at is None
            # Where a walk settles or wanders, a hundred steps tell and not the last.
            last = 100 if does in ("settles", "wanders") else 1
            distance = float(descent.distances[-last:].mean())
            is_near = distance <= claim["within"]
            assert is_near == (does in ("comes_near", "settles")), f"{claim}: {distance}"


CHECKS: Any = {"playground": check_playground, "race": check_race, "descent": check_descent}


def test_the_worked_numbers_of_the_questions() -> None:
    """Answers that are arithmetic: softmax, cross-entropy, the limit of the step, slopes."""
    for temperature, share in ((1.0, 0.665), (4.0, 0.419)):
        scores = np.exp(np.array([2.0, 1.0, 0.0]) / temperature)
        assert round(float(scores[0] / scores.sum()), 3) == share
    assert [round(-float(np.log(p)), 3) for p in (0.9, 0.1, 0.01, 0.5)] == [
        *(0.105, 2.303, 4.605, 0.693)
    ]
    assert round(1 - 0.8 * 2.7035, 2) == -1.16
    assert 4**8 == 65536
    k = 50.0
    assert round((k - 1) / (k + 1), 3) == 0.961
    assert round((k**0.5 - 1) / (k**0.5 + 1), 3) == 0.752
    assert round(((k**0.5 - 1) / (k**0.5 + 1)) ** 2, 4) == 0.5658


def test_page_gets_all_but_the_claims() -> None:
    told = list_lessons(Desk())
    assert [lesson["name"] for lesson in told] == list(lessons())
    assert all("claims" not in step for lesson in told for step in lesson["steps"])
    opened = [s["open"] for lesson in told for s in lesson["steps"] if s["open"] is not None]
    links = [one for one in opened if one["page"] == "playground"]
    assert all(unpack_link(one["hash"]) == one["plan"] for one in links)


OWN = """
order = 1
title = "Our own"
about = "Of a teacher."
[question]
text = "Which?"
choices = ["this", "that"]
answer = 1
why = "That."
[[steps]]
text = "One."
[[steps]]
text = "Two."
[[steps]]
text = "Three."
open = { page = "race", plan = { surface = { name = "bowl" }, racers = ["Adam:0.1"] } }
"""


def with_plan(further: str) -> bytes:
    """The lesson with more in the surface of its plan."""
    return OWN.replace('name = "bowl"', f'name = "bowl", {further}').encode()


def own_formula(text: str) -> bytes:
    return OWN.replace('"bowl"', f'"own", formula = "{text}", domain = [[-1, 1]]').encode()


def with_racers(racers: str) -> bytes:
    return OWN.replace('["Adam:0.1"]', racers).encode()


def with_experiment(plan: str) -> bytes:
    begin = OWN.partition("open = ")[0]
    return f'{begin}open = {{ page = "playground", plan = {{ {plan} }} }}'.encode()


def test_plans_that_a_page_can_run_are_taken(tmp_path: Any) -> None:
    contents = {
        "slider": with_plan("values = { k = 200.0 }, start = [1.0, 1.0]"),
        "formula": own_formula("x^2"),
        "table": with_experiment("data = { name = 'upload' }"),
        "schedule": with_experiment("schedule = { name = 'exponential_decay' }"),
        "network": OWN.replace('"bowl"', '"network"').encode(),
    }
    for name, content in contents.items():
        (tmp_path / f"{name}.toml").write_bytes(content)
    assert set(lessons_of(tmp_path)) >= set(contents)


def test_lessons_of_a_folder_follow_or_take_the_place_of_ours(tmp_path: Any) -> None:
    (tmp_path / "ours.toml").write_text(OWN)
    (tmp_path / "momentum.toml").write_text(OWN)
    (tmp_path / "notes.txt").write_text("not a lesson")
    told = {lesson["name"]: lesson["title"] for lesson in list_lessons(Desk(lessons=tmp_path))}
    assert list(told) == [*lessons(), "ours"]
    assert told["momentum"] == told["ours"] == "Our own"
    (tmp_path / "ours.toml").write_text(OWN.replace("Our own", "Better"))
    again = {lesson["name"]: lesson["title"] for lesson in list_lessons(Desk(lessons=tmp_path))}
    assert again["ours"] == "Better"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        pytest.param(None, "expected 1 to 100 files", id="empty folder"),
        pytest.param(b"order = ", "expected a TOML file", id="no TOML"),
        pytest.param(b"\xff\xfe", "expected a TOML file", id="no text"),
        pytest.param(OWN.replace("answer = 1", "answer = 2").encode(), "answer", id="answer"),
        pytest.param(OWN.replace('"bowl"', '"moon"').encode(), "surface", id="surface"),
        pytest.param(with_plan("values = { kk = 200.0 }"), "step 3: .* received 'kk'", id="slider"),
        pytest.param(
            with_plan("values = { k = 1e9 }"), "step 3: .* k from 1 to", id="slider value"
        ),
        pytest.param(with_plan("start = [1.0]"), "step 3: start", id="start"),
        pytest.param(own_formula("x+("), "step 3: formula", id="formula"),
        pytest.param(with_racers('["Walker"]'), "step 3: racer.* received 'Walker'", id="racer"),
        pytest.param(with_racers("[1]"), "step 3 racers", id="no name of a racer"),
        pytest.param(
            with_experiment("optimizer = { name = 'sgd', parameters = { learning_rate = -1 } }"),
            "step 3: learning_rate",
            id="learning rate",
        ),
        pytest.param(with_experiment("features = ['log(']"), "step 3: formula", id="feature"),
        pytest.param(with_experiment("loss = 'hinges'"), "step 3: .*loss", id="loss"),
        pytest.param(b"#" * 200_001, "at most 200000 bytes", id="too large"),
    ],
)
def test_wrong_folder_is_refused(tmp_path: Any, content: bytes | None, says: str) -> None:
    if content is not None:
        (tmp_path / "ours.toml").write_bytes(content)
    with pytest.raises(ParameterError, match=says):
        lessons_of(tmp_path)


def test_missing_folder_is_refused(tmp_path: Any) -> None:
    with pytest.raises(ParameterError, match="expected a folder, received"):
        lessons_of(tmp_path / "nowhere")


def test_the_command_refuses_a_wrong_folder_in_one_line(
    tmp_path: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    needed("starlette", "pronghorn[lab]")
    with pytest.raises(SystemExit) as end:
        main(["lab", "--lessons", str(tmp_path)])
    told = capsys.readouterr().err
    assert end.value.code == 1
    assert told.startswith("pronghorn: lessons: expected 1 to 100 files")
    assert told.count("\n") == 1


def test_the_example_of_the_page_is_a_lesson() -> None:
    page = (ROOT / "docs" / "lessons.md").read_text(encoding="utf-8")
    whole, step = re.findall(r"^```toml\n(.*?)^```$", page, re.S | re.M)
    lesson = read_lesson("example", tomllib.loads(whole))
    below, above, _ = (one.open.plan for one in lesson.steps if one.open is not None)
    # Below the limit of 2 / 200 the steep axis shrinks by 0.98 a step, above it grows by 1.02.
    assert plan_descent(below).distances[-1] < 0.1
    assert plan_descent(above).stopped_at is not None
    read_lesson(
        "example", {**GOOD, "steps": [*GOOD["steps"], {"text": "4", **tomllib.loads(step)}]}
    )


GOOD: dict[str, Any] = {
    "order": 1,
    "title": "T",
    "about": "A",
    "question": {"text": "Q", "choices": ["a", "b"], "answer": 0, "why": "W"},
    "steps": [{"text": "1"}, {"text": "2"}, {"text": "3"}],
}
DESCENT = {"page": "descent", "plan": {"surface": {"name": "lecture"}}}


def with_step(page: str, **further: Any) -> dict[str, Any]:
    """The steps of a lesson, of which the last opens a page."""
    opened = {"page": page, "plan": {}, **further}
    return {"steps": [*GOOD["steps"], {"text": "x", "open": opened}]}


def test_lesson_puts_controls_away() -> None:
    steps = with_step("playground", hide=["noise", "panel-slow"])
    preset = read_lesson("class", {**GOOD, **steps}).steps[-1].open
    assert preset is not None and preset.hash is not None
    assert preset.hash.endswith("&hide=noise,panel-slow")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (with_step("playground", hide=["moon"]), "hide: expected one of"),
        (with_step("descent", hide=["noise"]), "hide: expected the page playground"),
        ({"title": 3}, "title"),
        ({"colour": "red"}, "colour"),
        ({"steps": [{"text": "1"}]}, "steps"),
        ({"question": {**GOOD["question"], "answer": 2}}, "answer"),
        ({"steps": [*GOOD["steps"], {"text": "x", "claims": [{"does": "diverges"}]}]}, "claims"),
        ({"steps": [*GOOD["steps"], {"text": "x", "open": {"page": "moon", "plan": {}}}]}, "page"),
        (
            {
                "steps": [
                    *GOOD["steps"],
                    {"text": "x", "open": DESCENT, "claims": [{"does": "sings"}]},
                ]
            },
            "does",
        ),
        (
            {
                "steps": [
                    *GOOD["steps"],
                    {"text": "x", "open": {**DESCENT, "plan": {"surface": {"name": "moon"}}}},
                ]
            },
            "surface",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_wrong_file_is_refused(change: dict[str, Any], says: str) -> None:
    read_lesson("good", GOOD)
    with pytest.raises(ParameterError, match=says):
        read_lesson("bad", {**GOOD, **change})


def test_unknown_lesson_is_refused() -> None:
    assert find_lesson("momentum").title == "Momentum"
    with pytest.raises(PronghornError, match="momentum"):
        find_lesson("momentun")
