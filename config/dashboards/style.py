"""Colours, units and thresholds, so that the same thing looks the same on every dashboard."""

from __future__ import annotations

from collections.abc import Mapping

from grafana_foundation_sdk.builders.dashboard import ThresholdsConfig
from grafana_foundation_sdk.models.dashboard import (
    DynamicConfigValue,
    Threshold,
    ThresholdsMode,
    ValueMap,
    ValueMapping,
    ValueMappingResult,
)

GOOD, WARN, BAD = "green", "orange", "red"
#: What is neither good nor bad.
PLAIN = "blue"
#: Sides, apart from the colours of good and bad.
LONG_COLOUR, SHORT_COLOUR = "#5794F2", "#B877D9"

USDT = "suffix: USDT"
COINS = "suffix: coins"
PERCENT = "percent"
SECONDS = "s"
MILLISECONDS = "ms"
COUNT = "short"
STATE = "none"

#: From each value on, its colour; None is minus infinity. Values are whole numbers of the panel's unit.
Steps = tuple[tuple[int | None, str], ...]
#: A figure on which no line can be drawn.
NEUTRAL: Steps = ((None, PLAIN),)
#: Money: lost or earned.
GAIN: Steps = ((None, BAD), (0, GOOD))
#: What must stay at 0.
ZERO: Steps = ((None, GOOD), (1, BAD))
#: What should stay at 0, and hurts nobody at once.
FEW: Steps = ((None, GOOD), (1, WARN))

#: For a value its text and colour.
Words = Mapping[int, tuple[str, str]]
NO_YES_BAD: Words = {0: ("no", GOOD), 1: ("yes", BAD)}
NO_YES_WARN: Words = {0: ("no", GOOD), 1: ("yes", WARN)}
DOWN_UP: Words = {0: ("down", BAD), 1: ("up", GOOD)}


def up_to(warn: int, bad: int) -> Steps:
    """Good below ``warn``, bad from ``bad`` on."""
    return ((None, GOOD), (warn, WARN), (bad, BAD))


def from_at_least(warn: int, good: int) -> Steps:
    """Bad below ``warn``, good from ``good`` on."""
    return ((None, BAD), (warn, WARN), (good, GOOD))


def thresholds(steps: Steps) -> ThresholdsConfig:
    """As Grafana takes them."""
    given = [Threshold(value=value, color=colour) for value, colour in steps]
    return ThresholdsConfig().mode(ThresholdsMode.ABSOLUTE).steps(given)


def mappings(words: Words) -> list[ValueMapping]:
    """Words and colours in place of values."""
    results = {
        str(value): ValueMappingResult(text=text, color=colour, index=index)
        for index, (value, (text, colour)) in enumerate(words.items())
    }
    return [ValueMap(options=results)] if results else []


def colour(name: str) -> DynamicConfigValue:
    """An override that gives a series one colour."""
    return DynamicConfigValue(id_val="color", value={"mode": "fixed", "fixedColor": name})
