"""Margin is never spent twice: the bot commits no more than it can know to be free (strategy, section 8).

At each entry that reaches the venue: of some wallet that the bot had when it decided,

    available + freed since >= entries that reached the venue since + this one with its buffer

Entries count as "since" only if they came after the wallet was created, and what was freed counts from a
second before that: a wallet's figures may be a little older than its stamp, and the bot is given the doubt.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from actors.mail import Called, Decided
from actors.simulation.checks.truth import SIDE, ZERO, AccountTruth, Arrival, Truth
from actors.simulation.checks.watching import Checker, Served, Turn
from exchange.venue.records import Execution, Order
from messages.account import Wallet
from messages.orders import PlaceOrder
from messages.sides import Role

#: The figures of a wallet may be that much older than its stamp.
_OLDER_MS = 1_000
#: A market order was priced when it was decided: the price may have moved since by a share of this.
_SLIPPED = Decimal("0.9")
_KEPT = 400
_TOO_LITTLE = 110007


@dataclass(slots=True, eq=False)
class _Known:
    """A wallet that the bot took: free USDT, created and (by the next one) replaced at."""

    available: Decimal
    created_ms: int
    replaced_ms: int | None = None


@dataclass(slots=True, eq=False)
class _Account:
    """What an account's margin has done of late: moments and USDT."""

    wallets: list[_Known] = field(default_factory=list)
    spent: list[tuple[int, Decimal]] = field(default_factory=list)
    freed: list[tuple[int, Decimal]] = field(default_factory=list)
    queued: dict[str, int] = field(default_factory=dict)
    """When the order actor got each entry: it looks at the balance from then on, not before."""


class MarginIsSpentOnce(Checker):
    """Each entry that reaches the venue fits into what the bot could know to be free."""

    messages = frozenset({Wallet, Called, Decided})

    def __init__(self, truth: Truth) -> None:
        self._truth = truth
        self._accounts = {name: _Account() for name in truth.accounts}

    def killed(self, at_ms: int, account: int) -> Iterable[str]:
        """The next actors read the wallet anew."""
        self._accounts[f"{account:03d}"].wallets.clear()
        self._accounts[f"{account:03d}"].queued.clear()
        return ()

    def turned(self, turn: Turn) -> Iterable[str]:
        """Note the wallets that the order actor takes, and the entries that it is to send."""
        name, _, actor = turn.address.partition("/")
        if actor != "orders":
            return ()
        account, message = self._accounts[name], turn.message
        if isinstance(message, Decided):
            for command in message.commands:
                if isinstance(command, PlaceOrder) and command.check is not None:
                    account.queued[command.order_link_id] = turn.at_ms
            return ()
        wallet = message.answer if isinstance(message, Called) else message
        if isinstance(wallet, Wallet):
            self._takes(account, wallet.available, wallet.created_ms, turn.at_ms)
        return ()

    def served(self, served: Served) -> Iterable[str]:
        """Judge entries; note what the venue says of a wallet at a start, and what was freed."""
        truth = self._truth
        if truth.executions or truth.ends:
            self._note()
        if served.op == "account.wallet-balance" and served.by_bot:
            account = self._accounts[served.account]
            if not account.wallets:
                row = served.reply.result["list"][0]
                available = Decimal(row["totalAvailableBalance"])
                self._takes(account, available, served.at_ms, served.at_ms)
        return [f for arrival in truth.arrivals for f in self._judge(arrival, served.at_ms)]

    def moved(self, at_ms: int) -> Iterable[str]:
        """Note what was freed."""
        if self._truth.executions or self._truth.ends:
            self._note()
        return ()

    def _takes(self, account: _Account, available: Decimal, created_ms: int, at_ms: int) -> None:
        wallets = account.wallets
        if wallets:
            if created_ms < wallets[-1].created_ms:
                return
            wallets[-1].replaced_ms = at_ms
        wallets.append(_Known(available, created_ms))
        while len(wallets) > 2 and (wallets[0].replaced_ms or at_ms) < at_ms - 60_000:
            wallets.pop(0)

    def _note(self) -> None:
        for owner, order in self._truth.ends:
            ours = owner.sent.get(order.order_id)
            if ours is not None and ours.name.role.opens and order.qty > order.cum_qty:
                self._free(owner, order.updated_ms, _cost(order, order.qty - order.cum_qty))
        for owner, e in self._truth.executions:
            if e.closed_qty and e.leg.idx in SIDE:
                self._free(owner, e.time_ms, _released(owner, e))

    def _free(self, owner: AccountTruth, at_ms: int, usdt: Decimal) -> None:
        freed = self._accounts[owner.name].freed
        freed.append((at_ms, usdt))
        del freed[:-_KEPT]

    def _judge(self, arrival: Arrival, now_ms: int) -> Iterator[str]:
        name = arrival.name
        if (
            name is None
            or name.role not in (Role.ENTRY, Role.OPENING)
            or arrival.life != arrival.account.life
        ):
            return
        if arrival.code not in (0, _TOO_LITTLE):
            return
        state = self._truth.plant.grid(arrival.account.number, name.symbol)
        decided = state.orders.get(arrival.link_id) if state is not None else None
        account = self._accounts[arrival.account.name]
        queued_ms = account.queued.pop(arrival.link_id, None)
        if state is None or decided is None or queued_ms is None:
            return
        side = state.of(name.side)
        settings = side.settings or state.settings
        holding = arrival.account.records.holdings[name.symbol]
        qty = decided.qty if decided.price is None else Decimal(arrival.params["qty"])
        price = holding.listing.last * _SLIPPED if decided.price is None else decided.price
        leverage = max(settings.leverage, holding.leverage)
        cost = qty * price / leverage + 2 * qty * price * state.fees.taker
        required = cost * (1 + settings.balance_buffer_percent / 100)
        room = _room(account, queued_ms)
        if room is not None and required > room:
            yield f"{arrival.link_id} takes {required:.4f} USDT with its buffer, at most {room:.4f} is free"
        if arrival.code == 0:
            account.spent.append((now_ms, cost))
            del account.spent[:-_KEPT]


def _room(account: _Account, queued_ms: int) -> Decimal | None:
    """The most that the bot may have believed to be free; None where no wallet of its is known."""
    rooms = [
        wallet.available
        + sum((usdt for ms, usdt in account.freed if ms >= wallet.created_ms - _OLDER_MS), ZERO)
        - sum((usdt for ms, usdt in account.spent if ms > wallet.created_ms), ZERO)
        for wallet in account.wallets
        if wallet.replaced_ms is None or wallet.replaced_ms >= queued_ms
    ]
    return max(rooms, default=None)


def _cost(order: Order, qty: Decimal) -> Decimal:
    """What an order's quantity blocked, never less (USDT)."""
    holding, price = order.holding, max(order.price, order.holding.listing.last)
    return qty * price / holding.leverage + 2 * qty * price * holding.listing.instrument.taker_fee


def _released(owner: AccountTruth, e: Execution) -> Decimal:
    """What a reduction set free, never less: the margin of its entry or of its exit, and what it gained."""
    holding = owner.records.holdings[e.leg.symbol]
    sign = SIDE[e.leg.idx].sign
    entered = e.value - sign * e.pnl
    taker = 2 * holding.listing.instrument.taker_fee
    return max(entered, e.value) * (1 / holding.leverage + taker) + max(e.pnl, ZERO)
