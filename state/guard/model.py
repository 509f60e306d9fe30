"""What the guard of an account knows, and what it asks the world to do.

``GuardState`` is changed only inside ``state.guard.step``, on a copy.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal

from messages.events import Note
from messages.guard import AccountFigures, GuardMemory, GuardRules, StopMode, SymbolFigures


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardState:
    """One account's guard. ``kept`` is the memory that the file has.

    ``stopped`` is the reason of an emergency stop, "" while the account trades; ``losses`` are the times of
    the private stream's losses in the last hour; ``failures`` counts failed closes in a row by symbol;
    ``alerted`` names the rules that hold and were told.
    """

    account: int
    rules: GuardRules
    memory: GuardMemory = field(default_factory=GuardMemory)
    kept: GuardMemory = field(default_factory=GuardMemory)
    stopped: str = ""
    mode: StopMode = StopMode.HOLD
    figures: AccountFigures | None = None
    symbols: dict[str, SymbolFigures] = field(default_factory=dict)
    flatten_ms: int = 0  # when the newest flatten was asked for
    failures: dict[str, int] = field(default_factory=dict)
    losses: tuple[int, ...] = ()
    frozen_until_ms: int = 0
    frozen_for: str = ""
    averaging_frozen: bool = False
    panicking: bool = False
    alerted: frozenset[str] = frozenset()
    doubted_ms: int = 0
    """Since when a stop is due by carried figures that the exchange has not confirmed; 0 while none is."""
    asked_ms: int = 0
    """When the guard last had the wallet read."""

    def with_symbol(self, told: SymbolFigures) -> GuardState:
        """With newer figures of a symbol."""
        return replace(self, symbols=self.symbols | {told.symbol: told})

    @property
    def resting_cost(self) -> Decimal:
        """What all resting entries cost, in USDT."""
        return sum((s.resting_cost for s in self.symbols.values()), Decimal(0))

    @property
    def costliest_level(self) -> Decimal:
        """The largest cost (USDT) of a level that can still fill, 0 where no side can take one."""
        return max((s.costliest_level for s in self.symbols.values()), default=Decimal(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class StopDecided:
    """The account stops, or a stop that held turns into one that flattens. ``evidence``: name to text."""

    reason: str
    mode: StopMode
    evidence: dict[str, str]
    emergency: bool
    """Not by a person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FreezeDecided:
    """No entry of the account leaves until then."""

    until_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AveragingFrozen:
    """Pending entries go and stay away, or come back; openings are not touched."""

    on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PanicDecided:
    """What the panic rule does beside its freeze, on one symbol."""

    symbol: str
    pull_take_profit: bool
    balance_smaller_side: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumeDecided:
    """The stop is over and the flag goes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remember:
    """The memory has changed."""

    memory: GuardMemory


@dataclass(frozen=True, slots=True, kw_only=True)
class WalletWanted:
    """The wallet is to be read by REST."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubted:
    """To be judged again at ``again_ms``, whatever is heard until then."""

    again_ms: int


Effect = (
    StopDecided
    | FreezeDecided
    | AveragingFrozen
    | PanicDecided
    | ResumeDecided
    | Remember
    | WalletWanted
    | Doubted
    | Note
)
