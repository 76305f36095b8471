"""The command ``race``: optimizers side by side on one surface, as a table and a picture."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pronghorn import errors
from pronghorn.files import write_whole
from pronghorn.lab import race as racing

__all__ = ["RaceOrder", "run"]

# Where a race on a formula begins, as shares of its ranges.
_ASIDE = (0.125, 0.25)


@dataclass(frozen=True)
class RaceOrder:
    """What the command line asks for; texts as they were typed."""

    surface: str = "beale"
    racers: tuple[str, ...] = ("SGD", "Momentum", "NAG", "Adagrad", "RMSprop", "Adam")
    mode: str = "tuned"
    rate: float = 0.01
    steps: int = 200
    start: str | None = None
    noise: float = 0.0
    seed: int = 0
    values: tuple[str, ...] = ()
    domain: str | None = None
    save: str | None = None


def run(order: RaceOrder) -> None:
    """Run the race, print who arrived when, and write the picture.

    A racer is ``Adam`` or, with a rate of its own, ``Adam:0.5``.
    """
    surface = read_surface(order)
    start = None if order.start is None else _numbers("--start", order.start, ",")
    chosen = [racing.read_racer(text) for text in order.racers]
    racers = [
        own if ":" in text else racer
        for text, own, racer in zip(
            order.racers,
            chosen,
            racing.rates_for(surface, chosen, order.mode, order.rate),
            strict=True,
        )
    ]
    if order.save is not None:
        # Refused before the work, not after it.
        format_of(order.save)
    found = racing.run_race(
        surface, racers, order.steps, start=start, noise=order.noise, seed=order.seed
    )
    print("\n".join(table_of(found)))
    if order.save is not None:
        save(found, order.save)


def read_surface(order: RaceOrder) -> racing.Surface:
    """The surface by name, or from a formula of x and y, or of x alone, where the name is none."""
    if order.surface in racing.SURFACES:
        if order.domain is not None:
            raise errors.ParameterError(
                f"--domain: expected a formula of yours, received the surface {order.surface!r}, "
                "which has ranges of its own. Leave it out."
            )
        values = {}
        for text in order.values:
            name, sign, number = text.partition("=")
            if not sign:
                raise errors.ParameterError(f"--set: expected NAME=NUMBER, received {text!r}.")
            values[name] = _numbers("--set", number, ",")[0]
        return racing.find_surface(order.surface).set(values)
    if order.surface.isidentifier() and order.surface not in ("x", "y"):
        return racing.find_surface(order.surface)
    if order.values:
        raise errors.ParameterError(
            f"--set: expected a surface by name, received the formula {order.surface!r}. Write "
            "the numbers into the formula."
        )
    ranges = (order.domain or _usual_ranges(order.surface)).split(",")
    domain = [_numbers("--domain", text, ":") for text in ranges]
    if any(len(ends) != 2 for ends in domain):
        raise errors.ParameterError(
            f"--domain: expected LOW:HIGH for x, and for y where there is one, such as "
            f"-2:2,-1:3, received {order.domain!r}."
        )
    # Off the middle, where a formula often has its minimum or its saddle.
    aside = [low + share * (high - low) for (low, high), share in zip(domain, _ASIDE, strict=False)]
    start = aside if order.start is None else _numbers("--start", order.start, ",")
    return racing.own_surface(order.surface, domain, start)


def _usual_ranges(formula: str) -> str:
    """Those of x and y, or of x alone where y is not in the formula."""
    square = racing.own_surface(formula, [(-2.0, 2.0)] * 2, (0.0, 0.0))
    return "-2:2,-2:2" if "y" in square.expression.names else "-2:2"


def table_of(found: racing.Race) -> list[str]:
    """One line a racer: its rate, when it arrived, how low it came."""
    steps = f"{found.steps} step{'s' * (found.steps != 1)}"
    lines = [f"{found.surface.title} from {_point(found.start)}, {steps}"]
    width = max(len(path.racer.label) for path in found.paths)
    heading = f"within {racing.TARGET:g} of a minimum"
    lines.append(f"{'':{width}}  {'rate':>8}  {heading:>24}  {'last height':>12}")
    for path in found.paths:
        arrived = path.arrived_at()
        words = "not in time" if arrived is None else f"from step {arrived} on"
        if not found.surface.minima:
            words = "no minimum known"
        if path.stopped_at is not None:
            words = f"diverged in step {path.stopped_at + 1}"
        name, rate, last = path.racer.label, path.racer.rate, float(path.heights[-1])
        lines.append(f"{name:{width}}  {rate:8g}  {words:>24}  {last:12.6g}")
    return lines


def format_of(name: str) -> str:
    """The ending of a file's name; raises ParameterError unless it is one of a picture's.

    Raises FileError where its folder does not exist.
    """
    ending = Path(name).suffix.lstrip(".").lower()
    if ending not in ("gif", *racing.STILLS):
        endings = ", ".join(f".{known}" for known in ("gif", *racing.STILLS))
        raise errors.ParameterError(f"--save: expected a name in {endings}, received {name!r}.")
    if not Path(name).parent.is_dir():
        raise errors.FileError(
            f"--save: expected a folder that exists, received {str(Path(name).parent)!r}. "
            "Make it, or choose another name."
        )
    return ending


def save(found: racing.Race, name: str) -> None:
    """Write the animation or the picture."""
    ending = format_of(name)
    content = racing.animate_race(found) if ending == "gif" else racing.draw_race(found, ending)
    write_whole(Path(name), lambda file: file.write(content))
    print(f"wrote {name}: {len(content):,} bytes")


def _numbers(option: str, text: str, sign: str) -> list[float]:
    try:
        return [float(part) for part in text.split(sign)]
    except ValueError:
        raise errors.ParameterError(
            f"{option}: expected numbers with {sign!r} between them, received {text!r}."
        ) from None


def _point(point: tuple[float, ...]) -> str:
    return "(" + ", ".join(f"{x:g}" for x in point) + ")"
