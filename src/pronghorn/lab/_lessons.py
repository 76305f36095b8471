"""Lessons: short texts with something to open, and a question to answer before it runs.

Each is one file of the folder ``lessons``, known by its name::

    order = 3                          where it stands in the list
    title = "Momentum"
    about = "One sentence."

    [question]                         asked first, answered after
    text = "Which …?"
    choices = ["…", "…"]
    answer = 1                         counted from 0
    why = "…"

    [[steps]]                          three to six of them
    text = "…"
    open = { page = "race", plan = { surface = { name = "valley" }, racers = ["SGD:0.01"] } }
    claims = [{ does = "stays_out", racer = "SGD" }]

``page`` is "playground" (the plan is an experiment, see ``_experiment``), "race" or "descent"
(see ``_race_track``); beside the plan of the playground, ``hide`` names parts that are put away
(``_parts``). Claims are what the text says will happen, for the tests to hold it to.
Files in a folder of a teacher's look the same.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from pronghorn import datasets
from pronghorn.errors import ParameterError, PronghornError, UnknownNameError
from pronghorn.lab._desk import Desk
from pronghorn.lab._experiment import UPLOAD, pack_link, read_experiment, unpack_link
from pronghorn.lab._network import build_network, make_optimizer, make_regularizer
from pronghorn.lab._parts import PARTS, write_hidden
from pronghorn.lab._problem import load_problem
from pronghorn.lab._protocol import command
from pronghorn.lab._race import MOST_RACERS, read_racer
from pronghorn.lab._race_track import DescentPlan, RacePlan, read_racers, read_surface
from pronghorn.lab._schema import Choice, Fields, Free, Items, Maybe, Number, Rule, Text, Whole

__all__ = ["CLAIMS", "Lesson", "Preset", "Question", "Step", "find_lesson", "lessons", "lessons_of"]

_MOST_WORDS = 1200
_MOST_FILES, _LARGEST_FILE = 100, 200_000

# What claims about the playground measure; "tiny_weights": the share of the kernels' weights below
# 0.001 in size; "gradient_share": the norm of the first kernel's gradient over that of the last's.
MEASURES = (
    *("train_loss", "test_loss", "train_metric", "test_metric"),
    *("tiny_weights", "gradient_share"),
)

#: Page → what a claim about it consists of.
CLAIMS: dict[str, Fields] = {
    "playground": Fields(
        {
            "does": Choice(("falls_below", "stays_above", "diverges")),
            "epochs": Number(0.0, 1000.0),
            "measure": Maybe(Choice(MEASURES)),
            "value": Maybe(Number()),
        }
    ),
    "race": Fields(
        {
            "does": Choice(("arrives", "diverges", "stays_out")),
            "racer": Text(40),
            "by": Maybe(Whole(0, 5000)),
        }
    ),
    "descent": Fields(
        {
            "does": Choice(
                (
                    "comes_near",
                    "stays_away",
                    "needs",
                    "settles",
                    "wanders",
                    "diverges",
                    "has_height",
                )
            ),
            "within": Maybe(Number(0.0)),
            "steps": Maybe(Whole(0, 2000)),
            "at": Maybe(Number()),
            "height": Maybe(Number()),
        }
    ),
}
_OPEN = Fields(
    {
        "page": Choice(tuple(CLAIMS)),
        "plan": Free(24),
        "hide": Maybe(Items(Text(40), most=len(PARTS)), ()),
    }
)
_STEP = Fields(
    {"text": Text(_MOST_WORDS), "open": Maybe(_OPEN), "claims": Maybe(Items(Free(6), 8), ())}
)
_QUESTION = Fields(
    {
        "text": Text(_MOST_WORDS),
        "choices": Items(Text(300), most=5, fewest=2),
        "answer": Whole(0, 4),
        "why": Text(_MOST_WORDS),
    }
)
_LESSON = Fields(
    {
        "order": Whole(1, 999),
        "title": Text(80),
        "about": Text(300),
        "question": _QUESTION,
        "steps": Items(_STEP, most=6, fewest=3),
    }
)


@dataclass(frozen=True)
class Preset:
    """What a step opens: a page, its complete plan, and for the playground the link's hash."""

    page: str
    plan: Mapping[str, Any]
    hash: str | None = None


@dataclass(frozen=True)
class Step:
    """A piece of text, with something to open or without; ``claims``: what it says will happen."""

    text: str
    open: Preset | None
    claims: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class Question:
    """What to predict before running; ``answer`` counts the choices from 0."""

    text: str
    choices: tuple[str, ...]
    answer: int
    why: str


@dataclass(frozen=True)
class Lesson:
    """A lesson of the lab."""

    name: str
    order: int
    title: str
    about: str
    question: Question
    steps: tuple[Step, ...]


@cache
def lessons() -> Mapping[str, Lesson]:
    """All lessons by name, in their order; raises ParameterError for a file that is wrong."""
    found = []
    for file in (files("pronghorn.lab") / "lessons").iterdir():
        stem, _, ending = file.name.rpartition(".")
        if ending == "toml":
            found.append(read_lesson(stem, tomllib.loads(file.read_text(encoding="utf-8"))))
    return {lesson.name: lesson for lesson in sorted(found, key=lambda lesson: lesson.order)}


def lessons_of(folder: Path | None) -> Mapping[str, Lesson]:
    """The lessons with those of a folder: they follow in their own order, or, where a file has
    the name of one of ours, take its place.

    Raises ParameterError where there is no such folder, and for a file that is wrong.
    """
    if folder is None:
        return lessons()
    if not folder.is_dir():
        raise ParameterError(f"lessons: expected a folder, received {str(folder)!r}.")
    paths = sorted(folder.glob("*.toml"))
    if not 1 <= len(paths) <= _MOST_FILES:
        raise ParameterError(
            f"lessons: expected 1 to {_MOST_FILES} files *.toml in {str(folder)!r}, "
            f"received {len(paths)}."
        )
    own = sorted((_read_file(path) for path in paths), key=lambda lesson: lesson.order)
    return {**lessons(), **{lesson.name: lesson for lesson in own}}


def _read_file(path: Path) -> Lesson:
    size = path.stat().st_size
    if size > _LARGEST_FILE:
        raise ParameterError(
            f"lesson {path.stem}: expected at most {_LARGEST_FILE} bytes, received {size}."
        )
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ParameterError(
            f"lesson {path.stem}: expected a TOML file, received one with a mistake: {error}."
        ) from None
    lesson = read_lesson(path.stem, content)
    for i, step in enumerate(lesson.steps):
        if step.open is not None:
            with _told_of(f"lesson {lesson.name} step {i + 1}"):
                _try_preset(step.open)
    return lesson


@contextmanager
def _told_of(where: str) -> Iterator[None]:
    """Errors of the block as a ParameterError that begins with ``where``."""
    try:
        yield
    except (PronghornError, TypeError, ValueError) as error:
        text = str(error)
        raise ParameterError(text if text.startswith(where) else f"{where}: {text}") from None


def _try_preset(preset: Preset) -> None:
    """Make all that the page would run, without a step of it: ours are run by the tests."""
    plan = preset.plan
    if preset.page == "playground":
        _try_experiment(plan)
        return
    given = plan["surface"]
    if given["name"] != "network":
        surface, start = read_surface(given)
        surface.read_start(start)
    elif given["experiment"] is not None:
        # The surface itself takes a whole training.
        _try_experiment(unpack_link(given["experiment"]))
    for racer in read_racers(plan.get("racers", ())):
        racer.make()


def _try_experiment(config: Mapping[str, Any]) -> None:
    rate = config["optimizer"]["parameters"].get("learning_rate", 0.0)
    if isinstance(rate, int | float) and rate < 0.0:
        raise ParameterError(f"learning_rate: expected a number of at least 0, received {rate}.")
    if config["data"]["name"] in (UPLOAD, *datasets.names()):
        # Its rows need not be here yet when the lab starts.
        make_optimizer(dict(config))
        make_regularizer(dict(config))
        return
    build_network(dict(config), load_problem(dict(config)))


def find_lesson(name: str) -> Lesson:
    """The lesson of this name; raises UnknownNameError, which lists them."""
    known = lessons()
    if name not in known:
        raise UnknownNameError(f"lesson: expected one of {', '.join(known)}, received {name!r}.")
    return known[name]


def read_lesson(name: str, content: Mapping[str, Any]) -> Lesson:
    """The lesson in the content of a file; raises ParameterError that names the field."""
    where = f"lesson {name}"
    read = _LESSON.read(dict(content), where)
    question = Question(**{**read["question"], "choices": tuple(read["question"]["choices"])})
    if question.answer >= len(question.choices):
        raise ParameterError(
            f"{where} answer: expected one of {len(question.choices)} choices, "
            f"received {question.answer}."
        )
    steps = tuple(_read_step(f"{where} step {i + 1}", step) for i, step in enumerate(read["steps"]))
    return Lesson(name, read["order"], read["title"], read["about"], question, steps)


def _read_step(where: str, step: Mapping[str, Any]) -> Step:
    opened, claims = step["open"], step["claims"]
    if opened is None:
        if claims:
            raise ParameterError(f"{where}: expected something to open, received claims alone.")
        return Step(step["text"], None, ())
    rules: Rule = CLAIMS[opened["page"]]
    held = tuple(rules.read(claim, f"{where} claim") for claim in claims)
    with _told_of(where):
        return Step(step["text"], _read_preset(where, **opened), held)


def _read_preset(where: str, page: str, plan: Mapping[str, Any], hide: Sequence[str]) -> Preset:
    if page == "playground":
        config = read_experiment(plan)
        return Preset(page, config, pack_link(config) + write_hidden(hide))
    if hide:
        raise ParameterError(f"{where} hide: expected the page playground, received {page!r}.")
    if page == "descent":
        return Preset(page, DescentPlan.read(dict(plan), where))
    racers = []
    for text in Items(Text(60), MOST_RACERS, 1).read(plan.get("racers"), f"{where} racers"):
        racer = read_racer(text)
        racers.append({**asdict(racer), "options": dict(racer.options)})
    return Preset(page, RacePlan.read({**plan, "racers": racers}, where))


@command("lessons")
def list_lessons(desk: Desk) -> list[dict[str, Any]]:
    """Everything that the page shows; the claims stay here.

    A folder is read anew each time, so that who writes a lesson sees it by loading the page again.
    """
    return [
        {
            **{key: getattr(lesson, key) for key in ("name", "title", "about")},
            "question": asdict(lesson.question),
            "steps": [
                {"text": step.text, "open": None if step.open is None else asdict(step.open)}
                for step in lesson.steps
            ],
        }
        for lesson in lessons_of(desk.lessons).values()
    ]
