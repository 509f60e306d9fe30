"""The settings of one symbol's grid, as the pure core takes them.

config/ reads them from a file, checks their ranges (config/schema.py) and builds a
:class:`GridSettings`; state/ decides by it and never sees the file.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class ReopenSize(StrEnum):
    """How deep a side opens again after its take profit."""

    INITIAL = "initial"
    MINUS_TWO = "minus_two"
    MARGIN_RATIO = "margin_ratio"


class ReopenSide(StrEnum):
    """Which flat sides open again after a take profit."""

    CLOSED = "closed"
    OPPOSITE = "opposite"
    BOTH = "both"


class WhenLocked(StrEnum):
    """What happens once both sides hold every level."""

    HOLD = "hold"
    RESTART = "restart"


class OnStop(StrEnum):
    """What an orderly stop does with resting pending entries."""

    CANCEL_ENTRIES = "cancel_entries"
    KEEP = "keep"


@dataclass(frozen=True, slots=True, kw_only=True)
class GridSettings:
    """One symbol's grid. Percentages are in percent as a person writes them: 1.0 means 1 %.

    Ranges are checked where the file is read, and against the instrument before trading;
    nothing is checked here.
    """

    symbol: str
    initial_margin: Decimal  # USDT of initial margin of level 0, before leverage
    leverage: Decimal = Decimal("10")
    grid_step_percent: Decimal = Decimal("1.0")
    multiplier: Decimal = Decimal("1.5")
    take_profit_percent: Decimal = Decimal("0.5")
    max_levels: int = 7
    pending_depth: int = 1
    recalculate_percent: Decimal = Decimal("5")
    balance_buffer_percent: Decimal = Decimal("15")
    reopen_size: ReopenSize = ReopenSize.INITIAL
    reopen_side: ReopenSide = ReopenSide.CLOSED
    when_locked: WhenLocked = WhenLocked.HOLD
    protective_stop_percent: Decimal | None = None  # None: no protective stop
    safety_take_profit: bool = False
    on_stop: OnStop = OnStop.CANCEL_ENTRIES
    wind_down: bool = False
