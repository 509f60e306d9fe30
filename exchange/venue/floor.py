"""The trading floor: all that the parts of the core share. Holds state and chance, decides nothing."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence
from random import Random

from exchange.venue.instruments import Instrument
from exchange.venue.listing import Listing
from exchange.venue.margin import block
from exchange.venue.outbox import Outbox
from exchange.venue.quirks import Quirks
from exchange.venue.records import Account, AccountSpec, Holding, Leg, Order
from exchange.venue.refusals import bad

Action = Callable[[int], None]


class Floor:
    """Accounts, symbols, what is scheduled, and the frames on their way."""

    def __init__(
        self,
        seed: int,
        now_ms: int,
        instruments: Sequence[Instrument],
        accounts: Sequence[AccountSpec],
        quirks: Quirks,
    ) -> None:
        self.quirks = quirks
        self.now_ms = now_ms
        self.started_ms = now_ms
        # One stream of chance per purpose: overriding a quirk in a test leaves ids and delays as they were.
        self.id_chance = Random(f"ids/{seed}")
        self.time_chance = Random(f"times/{seed}")
        self.push_chance = Random(f"pushes/{seed}")
        self.fill_chance = Random(f"fills/{seed}")
        self.outbox = Outbox(merge_wallet=quirks.merge_wallet_pushes)
        first_seq = self.id_chance.randrange(10**9, 10**10)
        self.listings = {i.symbol: Listing(i, first_seq + n * 1000) for n, i in enumerate(instruments)}
        self.accounts = {spec.name: _opened(spec) for spec in accounts}
        self.agenda: list[tuple[int, int, Action]] = []
        self.count = 0

    def listing(self, symbol: str) -> Listing:
        """The listing of ``symbol``; refused with 10001 where there is none."""
        found = self.listings.get(symbol)
        if found is None:
            raise bad(f"params error: symbol invalid {symbol}")
        return found

    def holding(self, account: Account, listing: Listing) -> Holding:
        """What ``account`` has of a symbol, made with its first use."""
        found = account.holdings.get(listing.symbol)
        if found is None:
            leverage = min(account.leverage, listing.instrument.max_leverage)
            found = Holding(account=account, listing=listing, hedge=account.hedge, leverage=leverage)
            open_legs(found, self.now_ms)
            account.holdings[listing.symbol] = found
            listing.holders[account.name] = found
        return found

    def number(self) -> int:
        """The next number of the floor's own count; it orders what happens in the same millisecond."""
        self.count += 1
        return self.count

    def new_id(self) -> str:
        """A fresh id that looks like Bybit's."""
        digits = f"{self.id_chance.getrandbits(128):032x}"
        return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"

    def next_seq(self, listing: Listing) -> int:
        """The next cross sequence of a symbol; what is done together shares one."""
        listing.seq += 1
        return listing.seq

    def at(self, due_ms: int, action: Action) -> None:
        """Have ``action`` called with the time once ``due_ms`` has come."""
        heapq.heappush(self.agenda, (due_ms, self.number(), action))

    def at_outcome(self, holding: Holding, now_ms: int, action: Action) -> None:
        """Schedule what a request leads to: a little later, never before what was requested earlier."""
        quirks = self.quirks
        due = now_ms + self.time_chance.randint(quirks.min_outcome_ms, quirks.max_outcome_ms)
        holding.next_outcome_ms = max(due, holding.next_outcome_ms)
        self.at(holding.next_outcome_ms, action)

    def due_ms(self) -> int | None:
        return self.agenda[0][0] if self.agenda else None

    def run_until(self, now_ms: int) -> None:
        """Do what is due by ``now_ms``, each at its own time; the clock never goes back."""
        while self.agenda and self.agenda[0][0] <= now_ms:
            due, _, action = heapq.heappop(self.agenda)
            self.now_ms = max(self.now_ms, due)
            action(self.now_ms)
        self.now_ms = max(self.now_ms, now_ms)

    def end(self, order: Order, status: str, now_ms: int) -> None:
        """Record that an order is over: out of its queue, its margin free, kept among the ended ones."""
        holding = order.holding
        holding.listing.unqueue(order)
        block(holding, -order.unit_cost * order.leaves)
        order.status = status
        order.updated_ms = now_ms
        if holding.orders.pop(order.order_id, None) is not None:
            holding.account.ended.append(order)


def open_legs(holding: Holding, now_ms: int) -> None:
    """Give a holding the legs of its mode: 1 and 2 in hedge mode, 0 in one-way mode."""
    symbol = holding.listing.symbol
    holding.legs = {
        idx: Leg(symbol=symbol, idx=idx, created_ms=now_ms, updated_ms=now_ms)
        for idx in ((1, 2) if holding.hedge else (0,))
    }


def _opened(spec: AccountSpec) -> Account:
    if not spec.balance_usdt.is_finite() or spec.balance_usdt < 0:
        raise ValueError(f"account {spec.name}: balance {spec.balance_usdt} USDT; give 0 or more")
    if spec.leverage < 1:
        raise ValueError(f"account {spec.name}: leverage {spec.leverage}; give 1 or more")
    return Account(
        name=spec.name,
        hedge=spec.hedge,
        leverage=spec.leverage,
        started_with=spec.balance_usdt,
        wallet=spec.balance_usdt,
    )
