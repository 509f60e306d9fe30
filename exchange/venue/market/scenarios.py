"""Kinds of weather: how a scenario bends the fitted model."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import NamedTuple

from exchange.venue.market.errors import PriceError


class Legs(NamedTuple):
    """Moves one after another: each lasts ``minutes`` and goes ``move`` (log); the next may ``reverse``."""

    minutes: tuple[int, int]
    move: tuple[float, float]
    reverse: float  # chance that the next leg goes the other way


class Crashes(NamedTuple):
    """When crashes begin: after ``first`` minutes, then ``wait`` minutes after the end of each."""

    first: tuple[int, int]
    wait: tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """``volatility`` scales the fitted one, ``clustering`` the spread of its logarithm."""

    name: str
    about: str
    volatility: float = 1.0
    clustering: float = 1.0
    legs: Legs | None = None
    crashes: Crashes | None = None
    jumps: bool = True  # at the measured rate
    rare_crashes: bool = False  # at the measured rate


DEFAULT = "mixed"
SCENARIOS = {
    scenario.name: scenario
    for scenario in (
        Scenario(name=DEFAULT, about="as measured, crashes as rare as measured", rare_crashes=True),
        Scenario(
            name="calm",
            about="half the volatility, hardly clustered, no jumps",
            volatility=0.5,
            clustering=0.4,
            jumps=False,
        ),
        Scenario(
            name="trend",
            about="hours of 2-6 % in one direction, then perhaps the other",
            volatility=0.8,
            legs=Legs(minutes=(240, 720), move=(0.02, 0.06), reverse=0.35),
        ),
        Scenario(
            name="whipsaw",
            about="swings of 0.8-2 % up and down within minutes",
            volatility=0.8,
            legs=Legs(minutes=(5, 20), move=(0.008, 0.02), reverse=1.0),
        ),
        Scenario(
            name="crash",
            about="a crash of a measured shape within the first hour, then every 12-24 hours",
            crashes=Crashes(first=(15, 45), wait=(720, 1440)),
        ),
    )
}


def find_scenario(name: str | None) -> Scenario:
    """The scenario called ``name`` (None: the default); raises PriceError for an unknown one."""
    wanted = DEFAULT if name is None else name.strip().lower()
    if wanted in SCENARIOS:
        return SCENARIOS[wanted]
    close = get_close_matches(wanted, SCENARIOS, n=1)
    hint = f"did you mean {close[0]}? " if close else ""
    raise PriceError(f"unknown scenario {name!r}; {hint}there are {', '.join(SCENARIOS)}")
