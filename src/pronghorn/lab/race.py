"""The race of optimizers from Python: run one, look at its paths, draw it.

>>> from pronghorn.lab import race
>>> surface = race.find_surface("bowl")
>>> found = race.run_race(surface, [race.find_racer("SGD"), race.find_racer("Adam")], steps=100)
>>> found.paths[0].points.shape
(101, 2)
"""

from pronghorn.lab._race import (
    MODES,
    TARGET,
    Path,
    Race,
    Racer,
    find_racer,
    list_racers,
    rates_for,
    read_racer,
    run_race,
    tune_rates,
)
from pronghorn.lab._race_picture import STILLS, animate_race, draw_race
from pronghorn.lab._surfaces import SURFACES, Surface, find_surface, own_surface

__all__ = [
    "MODES",
    "STILLS",
    "SURFACES",
    "TARGET",
    "Path",
    "Race",
    "Racer",
    "Surface",
    "animate_race",
    "draw_race",
    "find_racer",
    "find_surface",
    "list_racers",
    "own_surface",
    "rates_for",
    "read_racer",
    "run_race",
    "tune_rates",
]
