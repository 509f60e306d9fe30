"""The rules that guard an account (strategy section 12): thresholds and actions, one table each.

A rule without ``stop_mode`` never stops the account by default; where an action is set to ``stop``
anyway, ``hold`` is meant: positions stay and their take profits are followed.
"""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from config.fields import Choice, Number, Section


class GuardAction(StrEnum):
    """What a rule does when it fires."""

    STOP = "stop"
    FREEZE = "freeze"
    ALERT = "alert"


class StopMode(StrEnum):
    """What becomes of positions when the account stops."""

    HOLD = "hold"
    FLATTEN = "flatten"


Action = Annotated[GuardAction, Choice]
Mode = Annotated[StopMode, Choice]


class EarlyFreeze(Section):
    """Averaging pauses while what is available is small against the costliest entry still to come."""

    enabled: bool = True
    below_ratio: Number = Field(default=Decimal("1.5"), ge=Decimal("0.1"), le=100)
    lift_ratio: Number = Field(default=Decimal("2"), ge=Decimal("0.1"), le=100)
    action: Action = GuardAction.FREEZE


class Panic(Section):
    """The money is nearly gone, or a hedge has become lopsided with little left; off by default."""

    enabled: bool = False
    below_ratio: Number = Field(default=Decimal("1.0"), ge=Decimal("0.1"), le=100)
    size_ratio: Number = Field(default=Decimal("10"), ge=1, le=1000)
    available_percent: Number = Field(default=Decimal("30"), ge=0, le=100)
    pull_take_profit: bool = False
    balance_smaller_side: bool = False
    action: Action = GuardAction.FREEZE


class MaintenanceRate(Section):
    """Maintenance margin as a share of the account's equity: 100 % is liquidation."""

    enabled: bool = True
    threshold_percent: Number = Field(default=Decimal("50"), ge=1, le=99)
    action: Action = GuardAction.STOP
    stop_mode: Mode = StopMode.FLATTEN


class Loss(Section):
    """Equity below its peak, in percent of the peak."""

    enabled: bool = True
    threshold_percent: Number = Field(default=Decimal("5"), ge=Decimal("0.1"), le=99)
    action: Action = GuardAction.STOP
    stop_mode: Mode = StopMode.HOLD


class Disconnections(Section):
    """Losses of an authenticated private stream within an hour; more than ``max_per_hour`` fires."""

    enabled: bool = True
    max_per_hour: int = Field(default=5, ge=0, le=1000)
    quiet_minutes: int = Field(default=10, ge=1, le=1440)
    action: Action = GuardAction.FREEZE


class TakeProfitFailures(Section):
    """Closes that failed one after another on a symbol; the ``max_in_a_row``-th fires."""

    enabled: bool = True
    max_in_a_row: int = Field(default=3, ge=1, le=100)
    action: Action = GuardAction.STOP
    stop_mode: Mode = StopMode.HOLD


class StateFile(Section):
    """A state file that can't be read at start, and levels that don't sum to the positions."""

    corrupt_action: Action = GuardAction.ALERT
    mismatch_action: Action = GuardAction.STOP
    stop_mode: Mode = StopMode.HOLD


class Guard(Section):
    """Every rule of one account."""

    early_freeze: EarlyFreeze = EarlyFreeze()
    panic: Panic = Panic()
    maintenance_rate: MaintenanceRate = MaintenanceRate()
    loss: Loss = Loss()
    disconnections: Disconnections = Disconnections()
    take_profit_failures: TakeProfitFailures = TakeProfitFailures()
    state: StateFile = StateFile()
