"""Order commands, their answers, and how long those took."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Histogram

from actors.metrics.labels import NS_PER_SECOND, Bounded, account_label
from messages.orders import Action, Outcome
from messages.reports import OrdersCounted

#: Seconds.
ROUND_TRIP_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)
#: The exchange has some fifty for orders.
MOST_CODES = 100
REFUSALS = (Outcome.REFUSED, Outcome.RETRYABLE, Outcome.FATAL)


class OrderMetrics:
    """Commands, their answers and how long those took."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.round_trip = Histogram(
            "soltrader_order_round_trip_seconds",
            "From a request leaving to its answer.",
            ("account", "action"),
            buckets=ROUND_TRIP_BUCKETS,
            registry=registry,
        )
        self.orders = Counter(
            "soltrader_orders",
            "Order commands by what is known after them (withheld ones never left).",
            ("account", "symbol", "action", "outcome"),
            registry=registry,
        )
        self.rejections = Counter(
            "soltrader_order_rejections",
            "Order commands that the exchange refused, by its code.",
            ("account", "symbol", "code"),
            registry=registry,
        )

        self._codes = Bounded(MOST_CODES)

    def begin(self, account: str, symbols: tuple[str, ...]) -> None:
        """Zero for an account that is to trade these symbols; codes appear with their first refusal."""
        for action in Action:
            self.round_trip.labels(account, action.value)
            for symbol in symbols:
                for outcome in Outcome:
                    self.orders.labels(account, symbol, action.value, outcome.value)

    def answered(self, message: OrdersCounted) -> None:
        """A command has its answer."""
        account = account_label(message.account)
        self.orders.labels(account, message.symbol, message.action, message.outcome).inc()
        if message.outcome in REFUSALS:
            self.rejections.labels(account, message.symbol, self._codes.of(str(message.code))).inc()
        if message.round_trip_ns is not None:
            self.round_trip.labels(account, message.action).observe(message.round_trip_ns / NS_PER_SECOND)
