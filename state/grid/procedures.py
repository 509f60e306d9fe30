"""What runs over both sides of a symbol, as it stands in the state: a close, a restart, a flatten."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from messages.sides import Side
from state.numbers import ZERO


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """A running close: the sides that closed, and the margin that their positions set free (USDT)."""

    sides: frozenset[Side]
    started_ms: int
    alerted: bool = False
    released: Decimal = ZERO
    released_ms: int = 0


class RestartStep(StrEnum):
    """Where the restart of a locked symbol stands."""

    CANCELLING = "cancelling"
    FLATTENING = "flattening"


@dataclass(frozen=True, slots=True, kw_only=True)
class Restart:
    """A running restart of a locked symbol."""

    step: RestartStep
    started_ms: int


class FlattenStep(StrEnum):
    """Where a flatten stands."""

    CANCELLING = "cancelling"
    CLOSING = "closing"
    PROVING = "proving"
    FLAT = "flat"


@dataclass(frozen=True, slots=True, kw_only=True)
class Flatten:
    """A flatten; it stays with its last step until ``resume``. ``asked_ms``: the last read of the proof."""

    step: FlattenStep
    reason: str
    started_ms: int
    asked_ms: int = 0
