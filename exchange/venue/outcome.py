"""One outcome: what happens at once at the venue, and the frames that tell it, in any allowed order."""

from __future__ import annotations

from exchange.venue.account_rows import position_row, wallet_row
from exchange.venue.floor import Floor
from exchange.venue.listing import Listing
from exchange.venue.margin import revalue
from exchange.venue.records import Account, Execution, Holding, Leg, Order
from exchange.venue.rows import Row, execution_row, order_row


class Outcome:
    """Collects records while an outcome is worked out. Its executions of a symbol share one seq."""

    __slots__ = ("_floor", "_legs", "_rows", "_seqs", "_wallets", "now_ms", "shrunk", "told_in_full")

    def __init__(self, floor: Floor, now_ms: int) -> None:
        self._floor = floor
        self.now_ms = now_ms
        self._seqs: dict[str, int] = {}
        self._rows: dict[str, dict[str, list[Row]]] = {}
        self._legs: dict[Leg, Holding] = {}
        self._wallets: dict[str, Account] = {}
        self.shrunk: dict[Leg, Holding] = {}
        """Legs that an execution reduced; their closing orders may have become too many."""
        self.told_in_full = floor.push_chance.random() < 0.5
        """Whether every step of an order is pushed, or only where it ends up."""

    def seq(self, listing: Listing) -> int:
        """The cross sequence of this outcome for a symbol."""
        found = self._seqs.get(listing.symbol)
        if found is None:
            found = self._seqs[listing.symbol] = self._floor.next_seq(listing)
        return found

    def order(self, order: Order) -> None:
        """Tell an order as it stands now, and its leg, which is pushed even if nothing changed."""
        self._topic(order.holding.account, "order").append(order_row(order))
        self._legs[order.leg] = order.holding

    def execution(self, account: Account, execution: Execution) -> None:
        self._topic(account, "execution").append(execution_row(execution))
        self._wallets[account.name] = account

    def leg(self, holding: Holding, leg: Leg) -> None:
        """Tell a leg as it stands when the outcome is complete."""
        self._legs[leg] = holding

    @property
    def accounts(self) -> list[Account]:
        """The accounts whose balance this outcome has changed."""
        return list(self._wallets.values())

    def legs(self) -> list[Leg]:
        """The legs that this outcome tells."""
        return list(self._legs)

    def _topic(self, account: Account, topic: str) -> list[Row]:
        return self._rows.setdefault(account.name, {}).setdefault(topic, [])

    def send(self) -> None:
        """Value what has changed and put the frames into the outbox."""
        for holding in self._legs.values():
            revalue(holding)
        for leg, holding in self._legs.items():
            self._topic(holding.account, "position").append(position_row(holding, leg))
        for account in self._wallets.values():
            self._topic(account, "wallet").append(wallet_row(account))
        for name, topics in self._rows.items():
            self._post(name, topics)
        self._rows.clear()
        self._legs.clear()
        self._wallets.clear()

    def _post(self, account: str, topics: dict[str, list[Row]]) -> None:
        """Cut each topic into frames and let the topics interleave by chance; within one, order stays."""
        chance, outbox = self._floor.push_chance, self._floor.outbox
        waiting = []
        for topic, rows in topics.items():
            whole = chance.random() < 0.5
            waiting.append((topic, [rows] if whole else [[row] for row in rows]))
        while waiting:
            at = chance.randrange(len(waiting))
            topic, frames = waiting[at]
            due = self.now_ms + chance.randint(0, self._floor.quirks.max_push_ms)
            outbox.private(account, topic, frames.pop(0), due)
            if not frames:
                del waiting[at]
