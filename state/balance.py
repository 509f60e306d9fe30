"""The one check of balance before an entry leaves (strategy, section 8; failure 4).

room = available - the costs of our entries that the last wallet push can't yet contain. An entry enters
that sum when it is reserved and leaves it

| when                                                     | because                                |
|----------------------------------------------------------|----------------------------------------|
| it was refused, or ended without a fill                   | it takes nothing                       |
| a push was created 1 s after its New event and last fill  | ``available`` is already less by it    |

A reopening also counts as free what left without a fill after such a push: its cost is in the figure of
that push still, and stays there until a push created after its end. So does what a close has released.

One ledger an account, so that two symbols can't spend the same money. Pure: time is an argument, the
exchange's for what it reported (``at_ms``, ``created_ms``), for the rest one that never steps
(``steady_ms``): else a clock that is read anew would make an hour shorter.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from messages.account import PositionRow, Wallet
from messages.orders import BalanceCheck, BalanceContext, PlaceOrder
from state.carried import CarriedWallet
from state.numbers import HUNDRED, ONE, ZERO

#: A push must be this much younger than what it is to contain.
SETTLE_MS = 1_000
#: An entry that waits for balance reads the wallet after this time without a push ...
READ_AFTER_MS = 60_000
#: ... at most so often an hour.
READS_AN_HOUR = 2
#: An hour at the exchange: a request may be longer on its way than the next one.
_HOUR_MS = 3_610_000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reserved:
    """An entry's cost in USDT, and when the exchange last showed something of it (None: not yet)."""

    cost: Decimal
    live_ms: int | None = None
    fill_ms: int | None = None

    def contained_in(self, wallet: Wallet) -> bool:
        """Whether a push is young enough to contain the entry; a fill proves that it was live."""
        shown = [at for at in (self.live_ms, self.fill_ms) if at is not None]
        return bool(shown) and wallet.created_ms >= max(shown) + SETTLE_MS


@dataclass(frozen=True, slots=True, kw_only=True)
class _Freed:
    """The cost (USDT) of an entry that ended without a fill while the last push contained it."""

    cost: Decimal
    at_ms: int


class BalanceLedger:
    """What of one account's money is free, and for whom it is reserved. Amounts in USDT."""

    def __init__(self) -> None:
        self._wallet: Wallet | None = None
        self._carried = CarriedWallet()
        self._reserved: dict[str, _Reserved] = {}
        self._resting: dict[str, Decimal] = {}  # costs that the last push contains, of entries without a fill
        self._freed: tuple[_Freed, ...] = ()
        self._quiet_since_ms: int | None = None
        self._waiting = False
        self.averaging_frozen = False
        """Pending entries wait for the guard, which goes by the same figures."""
        self._reads: tuple[int, ...] = ()

    def pushed(self, wallet: Wallet, steady_ms: int) -> None:
        """Take a wallet push, or a wallet read by REST; one older than the last changes no figure."""
        self._quiet_since_ms = steady_ms
        self._waiting = False
        if self._wallet is not None and wallet.created_ms < self._wallet.created_ms:
            return
        self._wallet = wallet
        self._carried.pushed(wallet)
        self._freed = tuple(freed for freed in self._freed if wallet.created_ms < freed.at_ms)
        for name, entry in list(self._reserved.items()):
            if entry.contained_in(wallet):
                del self._reserved[name]
                if entry.fill_ms is None:
                    self._resting[name] = entry.cost

    def priced(self, symbol: str, mark: Decimal, at_ms: int) -> None:
        """Carry the figures forward to a mark price."""
        self._carried.priced(symbol, mark, at_ms)

    def position(self, row: PositionRow) -> None:
        """Take the size of a leg, which the figures are carried forward with."""
        self._carried.position(row)

    def try_reserve(self, command: PlaceOrder, steady_ms: int) -> str | None:
        """Reserve an entry's cost: None, or in words why it doesn't fit.

        Orders without a check (TPs and closes) always pass and reserve nothing. A second call for the
        same order reserves nothing more.
        """
        check, name = command.check, command.order_link_id
        if check is None or name in self._reserved or name in self._resting:
            return None
        refusal = self._refusal(check)
        if refusal is None:
            self._reserved[name] = _Reserved(cost=check.cost)
            return None
        if not self._waiting:
            self._waiting = True
            self._quiet_since_ms = steady_ms if self._quiet_since_ms is None else self._quiet_since_ms
        return f"{check.context} of {command.symbol}: {refusal}"

    def seen_live(self, order_link_id: str, at_ms: int) -> None:
        """The exchange showed an order as resting; the first time counts."""
        entry = self._reserved.get(order_link_id)
        if entry is not None and entry.live_ms is None:
            self._reserved[order_link_id] = replace(entry, live_ms=at_ms)

    def filled(self, order_link_id: str, at_ms: int) -> None:
        """An execution of an order; the last one counts."""
        self._resting.pop(order_link_id, None)
        entry = self._reserved.get(order_link_id)
        if entry is not None:
            latest = max(at_ms, entry.fill_ms or 0)
            self._reserved[order_link_id] = replace(entry, fill_ms=latest)

    def ended(self, order_link_id: str, filled: bool, at_ms: int) -> None:
        """An order's proven end; one with fills stays until a push contains them.

        ``at_ms`` stands for its last fill as long as no execution has told that one.
        """
        cost = self._resting.pop(order_link_id, None)
        if cost is not None and not filled and self._wallet is not None and self._wallet.created_ms < at_ms:
            self._freed = (*self._freed, _Freed(cost=cost, at_ms=at_ms))
        entry = self._reserved.get(order_link_id)
        if entry is None:
            return
        if not filled and entry.fill_ms is None:
            del self._reserved[order_link_id]
        elif entry.fill_ms is None:
            self._reserved[order_link_id] = replace(entry, fill_ms=at_ms)

    def answered_refused(self, order_link_id: str) -> None:
        """An order that was certainly not carried out, or never left."""
        self._resting.pop(order_link_id, None)
        self._reserved.pop(order_link_id, None)

    def wallet_read_due(self, steady_ms: int) -> bool:
        """Whether to read the wallet by REST now; True claims one of the two reads of an hour.

        Due when an entry waits for balance, or pending entries for the guard to see enough of it, and
        neither a push nor a read came for 60 s.
        """
        self._reads = tuple(at for at in self._reads if at > steady_ms - _HOUR_MS)
        waiting = self._waiting or self.averaging_frozen
        if not waiting or self._quiet_since_ms is None or len(self._reads) >= READS_AN_HOUR:
            return False
        if steady_ms < self._quiet_since_ms + READ_AFTER_MS:
            return False
        self._reads = (*self._reads, steady_ms)
        self._quiet_since_ms = steady_ms
        return True

    @property
    def reserved(self) -> Decimal:
        """The sum of the costs that the last push can't yet contain."""
        return sum((entry.cost for entry in self._reserved.values()), ZERO)

    @property
    def room(self) -> Decimal:
        """What a new entry may take, apart from what a close released; zero before the first push.

        Of the pushed and the carried figure the smaller counts: carrying only makes the bot careful.
        """
        if self._wallet is None:
            return ZERO
        return min(self._wallet.free, self._carried.available) - self.reserved

    @property
    def equity_carried(self) -> Decimal:
        """Equity at the newest marks; zero before the first push."""
        return self._carried.equity

    @property
    def equity_told(self) -> Decimal:
        """Equity by the newest push; zero before the first."""
        return self._wallet.equity if self._wallet is not None else ZERO

    @property
    def paid_in(self) -> Decimal | None:
        """Deposits less withdrawals, by the newest push."""
        return self._wallet.paid_in if self._wallet is not None else None

    @property
    def available_carried(self) -> Decimal:
        """Available balance at the newest marks; zero before the first push."""
        return self._carried.available

    @property
    def initial_margin_told(self) -> Decimal:
        """Initial margin of positions and orders, by the newest push; zero before the first."""
        return self._wallet.initial_margin if self._wallet is not None else ZERO

    @property
    def maintenance_rate_carried(self) -> Decimal:
        """Maintenance rate at the newest marks, 1 is liquidation; zero before the first push."""
        return self._carried.maintenance_rate

    @property
    def maintenance_rate_told(self) -> Decimal:
        """Maintenance rate by the newest push; zero before the first."""
        return self._wallet.maintenance_rate if self._wallet is not None else ZERO

    @property
    def moved_percent(self) -> Decimal:
        """The largest move of a held symbol's mark since the newest push."""
        return self._carried.moved_percent

    def _refusal(self, check: BalanceCheck) -> str | None:
        wallet = self._wallet
        if wallet is None:
            return "the wallet's figures haven't come yet"
        released = check.released if wallet.created_ms < check.released_ms else ZERO
        if check.context is BalanceContext.REOPEN:
            released += sum((freed.cost for freed in self._freed), ZERO)
        room = self.room + released
        required = (check.cost + check.also_fits) * (ONE + check.buffer_percent / HUNDRED)
        if required <= room:
            return None
        beside = f" and {check.also_fits:.4f} for the other side" if check.also_fits else ""
        freed = f", {released:.4f} just released" if released else ""
        return (
            f"{required:.4f} USDT needed (cost {check.cost:.4f}{beside}, buffer {check.buffer_percent} %), "
            f"room is {room:.4f} (available {room + self.reserved - released:.4f}, "
            f"reserved {self.reserved:.4f}{freed})"
        )
