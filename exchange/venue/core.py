"""The venue without transport: requests enter in ``request``, pushes leave through the outbox.

core = VenueCore(seed=1, now_ms=now, instruments=default_instruments(), accounts=[AccountSpec(name="a")])
core.trade(Trade(symbol="SOLUSDT", price=Decimal("150"), qty=Decimal(10), taker="Buy", market_ms=0), now)
reply = core.request("a", "order.create", {"category": "linear", ...}, now)
frames = core.advance(now + 20)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from exchange.venue import funding, interventions, prints
from exchange.venue.audit import audit
from exchange.venue.contract import Push, Reply, Trade
from exchange.venue.desk import Desk
from exchange.venue.dump import dump_floor
from exchange.venue.floor import Floor
from exchange.venue.forget import forget
from exchange.venue.instruments import Instrument
from exchange.venue.listing import Listing
from exchange.venue.quirks import Quirks
from exchange.venue.records import Account, AccountSpec
from exchange.venue.restore import NotRestorable, check_format, instruments_in, restore_floor


class VenueCore:
    """Implements ``contract.Core``. One seed and one order of calls give one run, to the byte."""

    def __init__(
        self,
        *,
        seed: int,
        now_ms: int,
        instruments: Sequence[Instrument],
        accounts: Sequence[AccountSpec],
        quirks: Quirks | None = None,
    ) -> None:
        self.quirks = Quirks.drawn(seed) if quirks is None else quirks
        self._floor = Floor(seed, now_ms, instruments, accounts, self.quirks)
        self._desk = Desk(self._floor)
        for listing in self._floor.listings.values():
            funding.schedule(self._floor, listing, now_ms)

    @classmethod
    def restored(cls, data: Any, *, instruments: Sequence[Instrument], quirks: Quirks) -> VenueCore:
        """The core that ``dump`` wrote, under the rules of ``instruments`` and, for other symbols, its own.

        Raises NotRestorable, with the reason, where ``data`` is no dump of this version.
        """
        check_format(data)
        try:
            rules = instruments_in(data, instruments)
            core = cls(seed=0, now_ms=data["now_ms"], instruments=rules, accounts=(), quirks=quirks)
            restore_floor(core._floor, data)
        except (LookupError, TypeError, ValueError, ArithmeticError, AttributeError) as error:
            raise NotRestorable(f"{type(error).__name__}: {error}") from error
        return core

    def dump(self) -> dict[str, Any]:
        """Everything, in JSON form; see ``dump.py``."""
        return dump_floor(self._floor)

    @property
    def revision(self) -> tuple[int, int]:
        """Another one after each thing that an account would notice; prints alone don't change it."""
        return self._floor.count, self._floor.outbox.count

    @property
    def books(self) -> Mapping[str, Account]:
        """Every account's records, for whoever checks them: look, never touch."""
        return self._floor.accounts

    @property
    def listings(self) -> Mapping[str, Listing]:
        """Every symbol's rules and prices: look, never touch."""
        return self._floor.listings

    def request(self, account: str, op: str, params: Mapping[str, Any], now_ms: int) -> Reply:
        """Serve one request. ``account`` "" is nobody: only public operations are served then.

        Raises KeyError for an account that the venue wasn't made with.
        """
        self._floor.run_until(now_ms)
        return self._desk.serve(account, op, params, self._floor.now_ms)

    def trade(self, trade: Trade, now_ms: int) -> None:
        """Let the market print once. Raises ValueError for a trade that makes no sense here."""
        floor = self._floor
        floor.run_until(now_ms)
        prints.take_in(floor, trade, floor.now_ms)

    def due_ms(self) -> int | None:
        """When there is next something to do or to push; never None, since funding is always ahead."""
        times = [t for t in (self._floor.due_ms(), self._floor.outbox.due_ms()) if t is not None]
        return min(times, default=None)

    def advance(self, now_ms: int) -> Sequence[Push]:
        """Carry out what is due and return the frames that have arrived, in order."""
        self._floor.run_until(now_ms)
        return self._floor.outbox.take(self._floor.now_ms)

    def set_mark(self, symbol: str, price: Decimal | None, now_ms: int) -> None:
        """Hold the mark (and index) price at ``price``, or with None let it follow the last price again."""
        self._floor.run_until(now_ms)
        listing = self._floor.listings[symbol]
        listing.mark_override = price
        prints.follow_price(self._floor, listing, self._floor.now_ms)

    def set_funding_rate(self, symbol: str, rate: Decimal) -> None:
        """The rate of the next fundings: above 0 longs pay shorts. 0.0001 unless set."""
        self._floor.listings[symbol].funding_rate = rate

    def fund(self, symbol: str, now_ms: int) -> None:
        """Book one funding now, apart from the timetable."""
        self._floor.run_until(now_ms)
        funding.fund(self._floor, self._floor.listings[symbol], self._floor.now_ms)

    def take_away(self, account: str, order_id: str, cancel_type: str, now_ms: int) -> None:
        """End an open order on the exchange's own authority, for example with CancelByPrepareLiq."""
        self._floor.run_until(now_ms)
        order = self._floor.accounts[account].orders[order_id]
        interventions.take_away(self._floor, order, cancel_type, self._floor.now_ms)

    def deleverage(self, account: str, symbol: str, idx: int, qty: Decimal, now_ms: int) -> None:
        """Reduce a leg by auto-deleveraging (AdlTrade) at the mark price."""
        self._floor.run_until(now_ms)
        books = self._floor.accounts[account]
        leg = books.holdings[symbol].legs[idx]
        interventions.deleverage(self._floor, books, leg, qty, self._floor.now_ms)

    def forget(self, before_ms: int) -> None:
        """Let go of what ended before ``before_ms``; positions and open orders keep all of theirs."""
        forget(self._floor, before_ms)

    def audit(self) -> Sequence[str]:
        """What doesn't add up in the venue's books; empty when all does."""
        return audit(self._floor)
