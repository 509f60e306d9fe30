"""Order commands, their answers, how long those took, and what was filled."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Histogram

from actors.metrics.labels import NS_PER_SECOND, SIDE_LABELS, Bounded, account_label
from messages.events import TradeBooked
from messages.orders import Action, Outcome
from messages.reports import OrdersCounted
from messages.sides import SIDES, Role

#: Seconds.
ROUND_TRIP_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)
#: The exchange has some fifty for orders.
MOST_CODES = 100
REFUSALS = (Outcome.REFUSED, Outcome.RETRYABLE, Outcome.FATAL)


class OrderMetrics:
    """Commands, their answers, how long those took, and the fills."""

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
        self.fills = Counter(
            "soltrader_fills",
            "Executions of our orders, by what the order is for; a rebuild books past ones again.",
            (*SIDE_LABELS, "role"),
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
        for symbol in symbols:
            for side in SIDES:
                for role in Role:
                    self.fills.labels(account, symbol, side.value, _word(role))

    def answered(self, message: OrdersCounted) -> None:
        """A command has its answer."""
        account = account_label(message.account)
        self.orders.labels(account, message.symbol, message.action, message.outcome).inc()
        if message.outcome in REFUSALS:
            self.rejections.labels(account, message.symbol, self._codes.of(str(message.code))).inc()
        if message.round_trip_ns is not None:
            self.round_trip.labels(account, message.action).observe(message.round_trip_ns / NS_PER_SECOND)

    def filled(self, fills: tuple[TradeBooked, ...]) -> None:
        """Executions of a symbol; those that no order of ours brought, and funding, are no fills."""
        for fill in fills:
            if fill.role and fill.execution.exec_type.changes_size:
                labels = (account_label(fill.account), fill.execution.symbol, fill.side.value)
                self.fills.labels(*labels, _word(Role(fill.role))).inc()


def _word(role: Role) -> str:
    """``take_profit`` rather than the letter of an id."""
    return role.name.lower()
