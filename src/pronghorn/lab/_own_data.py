"""Commands of the user's own data: tables, drawn points, download."""

from __future__ import annotations

import copy
import csv
import io
from typing import Any

import numpy as np

from pronghorn.errors import ParameterError
from pronghorn.lab._desk import Desk
from pronghorn.lab._experiment import LIMITS, read_experiment
from pronghorn.lab._playground import Playground
from pronghorn.lab._problem import Problem
from pronghorn.lab._protocol import command
from pronghorn.lab._schema import Choice, Fields, Flag, Free, Items, Maybe, Number, Text
from pronghorn.lab._session import action, change
from pronghorn.lab._sheet import ROLES, Sheet, make_table, read_sheet
from pronghorn.lab._toys import make_points

__all__ = ["write_rows"]

_COORDINATE = Number(-1e6, 1e6)


@command("upload", upload=Text(64), name=Maybe(Text(200), "table.csv"))
def upload(desk: Desk, upload: str, name: str) -> dict[str, Any]:
    """Read a file that was sent to POST /upload."""
    content = desk.uploads.take(upload)
    if content is None:
        raise ParameterError("upload: expected the name that POST /upload gave, received another.")
    sheet = read_sheet(content, name)
    playground = desk.part(Playground)
    playground.worker.call(lambda: _keep_sheet(playground, sheet))
    return sheet.describe()


def _keep_sheet(playground: Playground, sheet: Sheet) -> None:
    playground.sheet = sheet


@action(
    "roles",
    roles=Free(500),
    standardise=Maybe(Flag(), True),
    missing=Maybe(Choice(("drop", "mean")), "drop"),
)
def give_roles(
    playground: Playground, roles: dict[str, Any], standardise: bool, missing: str
) -> dict[str, Any]:
    """Say what the columns are for; then the data set "upload" is there."""
    if playground.sheet is None:
        raise ParameterError("roles: expected a table that was uploaded before, received none.")
    read = {name: Choice(ROLES).read(role, f"roles {name[:60]}") for name, role in roles.items()}
    data = playground.run.config["data"]
    table, said = make_table(
        playground.sheet,
        read,
        standardise=standardise,
        missing=missing,
        split=data["split"],
        seed=data["seed"],
    )
    playground.table = table
    return said


@change(
    "points",
    add=Maybe(Items(Items(_COORDINATE, 3, fewest=2), LIMITS["drawn"])),
    erase=Maybe(Fields({"x1": _COORDINATE, "x2": Maybe(_COORDINATE), "radius": Number(0.0, 12.0)})),
    clear=Maybe(Flag(), False),
)
def edit_points(
    playground: Playground,
    add: list[list[float]] | None,
    erase: dict[str, Any] | None,
    clear: bool,
) -> None:
    """Draw points, erase those near a place, or forget what was drawn and erased."""
    config = copy.deepcopy(playground.run.config)
    data = config["data"]
    if playground.run.problem.features is None:
        raise ParameterError("points: expected generated data, received a table or pictures.")
    if clear:
        data["points"], data["erased"] = [], []
    data["points"] = [*data["points"], *(add or [])]
    if erase is not None:
        _erase(data, erase, playground.run.problem)
    playground.configure(read_experiment(config), keep=True)


def _erase(data: dict[str, Any], erase: dict[str, Any], problem: Problem) -> None:
    count = len(problem.columns)
    centre = np.array([erase["x1"], erase["x2"] or 0.0])[:count]

    def is_near(place: Any) -> bool:
        # On a line only the first coordinate says where a point is.
        return bool(np.linalg.norm(np.asarray(place, np.float64) - centre) <= erase["radius"])

    data["points"] = [point for point in data["points"] if not is_near(point[:count])]
    made, _ = make_points(**data)
    near = [i for i, place in enumerate(made) if is_near(place)]
    data["erased"] = sorted({*data["erased"], *near})


@action("download", part=Maybe(Choice(("all", "train", "test")), "all"))
def download(playground: Playground, part: str) -> dict[str, str]:
    """The rows as CSV."""
    problem = playground.run.problem
    name = playground.run.config["data"]["name"]
    return {"name": f"{name}.csv", "text": write_rows(problem, part)}


def write_rows(problem: Problem, part: str = "all") -> str:
    """Columns, target and part of every row; numbers so that they read back the same."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*(_safe(name) for name in problem.columns), "target", "part"])
    for name, rows in (("train", problem.train), ("test", problem.test)):
        if part not in ("all", name):
            continue
        for columns, label in zip(rows.columns.tolist(), rows.labels.tolist(), strict=True):
            writer.writerow([*map(_write, columns), _write(label), name])
    return out.getvalue()


def _write(value: float) -> str:
    # Nine digits name a float32.
    return f"{value:.9g}" if isinstance(value, float) else str(value)


def _safe(name: str) -> str:
    """A name that no spreadsheet takes for a formula."""
    return f"'{name}" if name[:1] in "=+-@" else name
