"""Commands that take something out of the lab: scripts, curves, drawings, data and links."""

from __future__ import annotations

import csv
import io
from typing import Any

from pronghorn.lab._experiment import UPLOAD, pack_link, unpack_link
from pronghorn.lab._own_data import write_rows
from pronghorn.lab._playground import Playground
from pronghorn.lab._run import CURVE, Run
from pronghorn.lab._schema import Choice, Text
from pronghorn.lab._script import DATA_FILE, write_script
from pronghorn.lab._session import action, change
from pronghorn.lab._svg import draw_network

__all__ = ["write_curves"]

_EXPORTS = ("script", "curves", "network", "data")


@action("export", what=Choice(_EXPORTS))
def export(playground: Playground, what: str) -> dict[str, str]:
    """A file: its name and its text."""
    run = playground.run
    if what == "script":
        return {"name": "lab.py", "text": write_script(run)}
    if what == "curves":
        return {"name": "lab-curves.csv", "text": write_curves(run)}
    if what == "network":
        return {"name": "lab-network.svg", "text": draw_network(run)}
    return {"name": DATA_FILE, "text": write_rows(run.problem)}


def write_curves(run: Run) -> str:
    """The curves as CSV, in full precision."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(CURVE)
    writer.writerows([[repr(value) for value in row] for row in run.curve])
    return out.getvalue()


@action("link")
def give_link(playground: Playground) -> dict[str, Any]:
    """The experiment as the hash of an address, and as a command; never a token, never weights."""
    config = playground.run.config
    packed = pack_link(config)
    found: dict[str, Any] = {"hash": packed, "command": f"pronghorn lab --experiment {packed}"}
    if config["data"]["name"] == UPLOAD:
        found["note"] = "The link holds the settings, not the table: upload it there again."
    return found


@change("open_link", hash=Text(65_600))
def open_link(playground: Playground, hash: str) -> None:
    """Begin the experiment of a link, in its first weights."""
    playground.pause()
    playground.configure(unpack_link(hash), keep=False)
