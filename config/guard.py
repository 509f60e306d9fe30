"""The rules that guard an account (strategy section 12): thresholds and actions, one table each.

A rule without ``stop_mode`` never stops the account by default; where an action is set to ``stop``
anyway, ``hold`` is meant: positions stay and their take profits are followed.
"""

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from config.fields import Choice, Number, Section
from messages.guard import (
    DisconnectionsRule,
    EarlyFreezeRule,
    GuardAction,
    GuardRules,
    PanicRule,
    Rule,
    StopMode,
)

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

    def to_rules(self) -> GuardRules:
        """The same rules as the pure core takes them."""
        early, panic, lost = self.early_freeze, self.panic, self.disconnections
        return GuardRules(
            early_freeze=EarlyFreezeRule(below=early.below_ratio, lift=early.lift_ratio, action=early.action)
            if early.enabled
            else None,
            panic=PanicRule(
                below=panic.below_ratio,
                size_ratio=panic.size_ratio,
                available_percent=panic.available_percent,
                pull_take_profit=panic.pull_take_profit,
                balance_smaller_side=panic.balance_smaller_side,
                action=panic.action,
            )
            if panic.enabled
            else None,
            maintenance_percent=_rule(self.maintenance_rate),
            loss_percent=_rule(self.loss),
            disconnections=DisconnectionsRule(
                max_per_hour=lost.max_per_hour, quiet_ms=lost.quiet_minutes * 60_000, action=lost.action
            )
            if lost.enabled
            else None,
            take_profit_failures=Rule(
                threshold=Decimal(self.take_profit_failures.max_in_a_row),
                action=self.take_profit_failures.action,
                mode=self.take_profit_failures.stop_mode,
            )
            if self.take_profit_failures.enabled
            else None,
            corrupt_state=self.state.corrupt_action,
            mismatch=Rule(threshold=Decimal(0), action=self.state.mismatch_action, mode=self.state.stop_mode),
        )


def _rule(section: MaintenanceRate | Loss) -> Rule | None:
    if not section.enabled:
        return None
    return Rule(threshold=section.threshold_percent, action=section.action, mode=section.stop_mode)
