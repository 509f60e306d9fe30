"""One symbol at the venue: its prices, its resting orders, its triggers, and who holds it."""

from __future__ import annotations

from collections import deque
from decimal import Decimal

from exchange.venue.book import OrderQueue
from exchange.venue.candles import Candles
from exchange.venue.contract import Trade
from exchange.venue.instruments import Instrument
from exchange.venue.money import ZERO, ceil_to, floor_to
from exchange.venue.records import Holding, Order

RECENT_TRADES = 1000


class Listing:
    """Mutable state of one symbol. Mark and index follow the last price unless a mark is set."""

    __slots__ = (
        "asks",
        "bids",
        "candles",
        "funding_ms",
        "funding_rate",
        "holders",
        "instrument",
        "last",
        "last_taker",
        "mark_override",
        "prints",
        "recent",
        "seq",
        "triggers",
    )

    def __init__(self, instrument: Instrument, seq: int) -> None:
        self.instrument = instrument
        self.last = ZERO
        self.last_taker = "Buy"
        self.mark_override: Decimal | None = None
        self.seq = seq
        self.prints = 0
        self.funding_rate = Decimal("0.0001")
        self.funding_ms = 0
        self.bids = OrderQueue(rising=False)
        self.asks = OrderQueue(rising=True)
        self.triggers = {
            (by, direction): OrderQueue(rising=direction == 1)
            for by in ("LastPrice", "MarkPrice", "IndexPrice")
            for direction in (1, 2)
        }
        self.candles = Candles()
        self.recent: deque[tuple[Trade, int, int, int]] = deque(maxlen=RECENT_TRADES)
        self.holders: dict[str, Holding] = {}

    @property
    def symbol(self) -> str:
        return self.instrument.symbol

    @property
    def mark(self) -> Decimal:
        return self.last if self.mark_override is None else self.mark_override

    def price_by(self, trigger_by: str) -> Decimal:
        """The price that a trigger of kind ``trigger_by`` watches."""
        return self.last if trigger_by == "LastPrice" else self.mark

    def queue(self, side: str) -> OrderQueue:
        """The resting orders of ``side``."""
        return self.bids if side == "Buy" else self.asks

    def enqueue(self, order: Order, arrival: int) -> None:
        """Let an order rest: by its trigger while it waits for it, else by its limit price."""
        if order.status == "Untriggered":
            queue = self.triggers[order.trigger_by, order.trigger_direction]
            queue.add(order, order.trigger_price, arrival)
        else:
            self.queue(order.side).add(order, order.price, arrival)

    def unqueue(self, order: Order) -> None:
        """Take an order out of where it rests, if it does; call it before its status changes."""
        if order.rank is None:
            return
        if order.status == "Untriggered":
            self.triggers[order.trigger_by, order.trigger_direction].remove(order)
        else:
            self.queue(order.side).remove(order)

    def band(self) -> tuple[Decimal, Decimal]:
        """Lowest limit of a Sell and highest of a Buy; with index = mark and no lasting premium."""
        rules, mark = self.instrument, self.mark
        lowest = max(mark * (1 - rules.band_y), mark * (1 - rules.band_x))
        highest = min(mark * (1 + rules.band_y), mark * (1 + rules.band_x))
        return max(rules.min_price, ceil_to(lowest, rules.tick)), floor_to(highest, rules.tick)

    def print(self, trade: Trade, now_ms: int) -> None:
        """Take in one print of the market: last price, candles, recent trades."""
        self.last = trade.price
        self.last_taker = trade.taker
        self.candles.add(trade.price, trade.qty, now_ms)
        self.prints += 1
        self.recent.append((trade, now_ms, self.seq, self.prints))
