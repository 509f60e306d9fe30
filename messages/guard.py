"""What guards an account: its rules as the config gives them, what it hears, what people ask of it.

The rules themselves are in state/guard; strategy, section 12 says them in words.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from messages.sides import Side


class GuardAction(StrEnum):
    """What a rule does when it fires."""

    STOP = "stop"
    FREEZE = "freeze"
    ALERT = "alert"


class StopMode(StrEnum):
    """What becomes of positions when the account stops."""

    HOLD = "hold"
    FLATTEN = "flatten"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One threshold: percent of equity or a count, as its name says; ``mode`` is a stop's."""

    threshold: Decimal
    action: GuardAction
    mode: StopMode = StopMode.HOLD


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlyFreezeRule:
    """Fires below ``below`` times the costliest unfilled level; a freeze lifts at ``lift`` times it."""

    below: Decimal
    lift: Decimal
    action: GuardAction


@dataclass(frozen=True, slots=True, kw_only=True)
class PanicRule:
    """Fires below ``below`` times the costliest unfilled level, or where of a symbol's two quantities one is
    over ``size_ratio`` times the other with less than ``available_percent`` of the equity available."""

    below: Decimal
    size_ratio: Decimal
    available_percent: Decimal
    pull_take_profit: bool
    balance_smaller_side: bool
    action: GuardAction


@dataclass(frozen=True, slots=True, kw_only=True)
class DisconnectionsRule:
    """More than ``max_per_hour`` losses in an hour; a freeze lasts until ``quiet_ms`` without one."""

    max_per_hour: int
    quiet_ms: int
    action: GuardAction


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardRules:
    """The rules of one account; None where one is switched off."""

    early_freeze: EarlyFreezeRule | None
    panic: PanicRule | None
    maintenance_percent: Rule | None
    loss_percent: Rule | None
    disconnections: DisconnectionsRule | None
    take_profit_failures: Rule | None
    corrupt_state: GuardAction
    mismatch: Rule
    """Levels that don't sum to the positions after a rebuild; its threshold means nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardMemory:
    """What the guard keeps over restarts. ``peak`` and ``paid_in`` are USDT, None before the first figures.

    ``paid_in`` is what deposits less withdrawals have made of the wallet; a change of it moves the peak.
    """

    peak: Decimal | None = None
    paid_in: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountFigures:
    """An account's money at the newest marks, in USDT; ``maintenance_percent`` 100 is liquidation.

    ``told_equity`` and ``told_maintenance_percent`` are as the exchange last told them: of a gain that the
    marks promise, or a loss that they threaten, a close that is not known yet may have taken a part away.
    ``moved_percent`` is the largest move of a held symbol's mark since then.
    """

    equity: Decimal
    told_equity: Decimal
    available: Decimal
    maintenance_percent: Decimal
    told_maintenance_percent: Decimal
    moved_percent: Decimal
    paid_in: Decimal | None

    def as_told(self) -> AccountFigures:
        """The same without what the marks have moved."""
        return replace(self, equity=self.told_equity, maintenance_percent=self.told_maintenance_percent)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadForGuard:
    """The guard must see the wallet as the exchange has it now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeAgain:
    """A timer of the guard: what was in doubt then may have to be acted on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SymbolFigures:
    """What the guard must know of a symbol's grid. Costs are margin and fees of entries, in USDT.

    ``resting_cost``: of the entries that rest; ``costliest_level``: of a level that can still fill, 0 where
    both sides are full. ``unexplained``: levels and positions disagree.
    """

    symbol: str
    long_qty: Decimal
    short_qty: Decimal
    resting_cost: Decimal
    costliest_level: Decimal
    unexplained: bool
    flat_ms: int
    """When the read was asked for that has proven a flatten; 0 while there is none."""
    flattens: bool = False
    """Whether a flatten runs, or has ended and waits for ``resume``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivateStreamLost:
    """An authenticated private stream has ended; a redial that fails is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseFailed:
    """A side was 10 s without a right take profit, or its reopening was given up."""

    symbol: str
    side: Side
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseSucceeded:
    """A take profit has closed a side."""

    symbol: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mismatched:
    """After a rebuild the levels of a symbol don't sum to its positions."""

    symbol: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StateUnreadable:
    """At the start the state file was corrupt; it is kept aside and the grids are rebuilt."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StopAll:
    """Too many accounts of the process have stopped: every account stops."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AskStop:
    """A person stops an account."""

    flatten: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AskFlatten:
    """A person closes an account's positions (its account stops), or those of one symbol (it pauses)."""

    symbol: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AskResume:
    """A person lets an account go on, or what of it is paused: a symbol, one side of it."""

    symbol: str | None = None
    side: Side | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AskStanding:
    """A person asks how an account stands; changes nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How an account stands. ``refused`` says why what was asked is not done, "" if it is.

    ``open_symbols`` are those whose positions are not proven flat since a flatten was asked for.
    """

    account: int
    refused: str
    stopped: str
    mode: StopMode
    frozen: str
    open_symbols: tuple[str, ...]
