"""Closes of cycles, what they brought, and how late they were acted on."""

from __future__ import annotations

from decimal import Decimal

from prometheus_client import CollectorRegistry, Counter, Histogram

from actors.metrics.labels import MS_PER_SECOND, SIDE_LABELS, account_label
from messages.events import CycleClosed
from messages.reports import CloseLatency
from messages.sides import SIDES
from state.grid.model import Cause

#: Seconds. A close is acted on within milliseconds; 1 s is the target, 5 s the alert.
TP_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)


class CloseMetrics:
    """Closes of cycles, what they brought, and how late they were acted on.

    A counter never falls, so gains and losses are two of them, as is funding paid and received.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        def counter(name: str, text: str, *labels: str) -> Counter:
            return Counter(f"soltrader_{name}", text, (*SIDE_LABELS, *labels), registry=registry)

        self.acted = Histogram(
            "soltrader_tp_close_latency_seconds",
            "Take-profit closes: from the exchange's execution time to the close being acted on.",
            SIDE_LABELS,
            buckets=TP_BUCKETS,
            registry=registry,
        )
        self.reopened = Histogram(
            "soltrader_tp_reopen_latency_seconds",
            "Take-profit closes: from the arrival of the frame to the reopening order leaving.",
            SIDE_LABELS,
            buckets=TP_BUCKETS,
            registry=registry,
        )
        self.cycles = counter("cycles_closed", "Cycles closed, by cause.", "reason")
        self.gains = counter(
            "cycle_gains_usdt", "Realised by cycles that closed with a gain, after fees and funding."
        )
        self.losses = counter(
            "cycle_losses_usdt", "Lost by cycles that closed with a loss, after fees and funding."
        )
        self.fees = counter("cycle_fees_usdt", "Trading fees of closed cycles.")
        self.paid = counter(
            "cycle_funding_paid_usdt", "Funding of closed cycles that paid more than they received."
        )
        self.received = counter(
            "cycle_funding_received_usdt", "Funding of closed cycles that received more than they paid."
        )

    def begin(self, account: str, symbols: tuple[str, ...]) -> None:
        """Zero for an account that is to trade these symbols."""
        money = (self.gains, self.losses, self.fees, self.paid, self.received)
        for symbol in symbols:
            for side in SIDES:
                for family in (self.acted, self.reopened, *money):
                    family.labels(account, symbol, side.value)
                for cause in Cause:
                    self.cycles.labels(account, symbol, side.value, cause.value)

    def closed(self, message: CycleClosed) -> None:
        """A cycle ended."""
        labels = (account_label(message.account), message.symbol, message.side.value)
        self.cycles.labels(*labels, message.cause).inc()
        net = message.profit - message.fees - message.funding
        _count(self.gains if net > 0 else self.losses, labels, abs(net))
        _count(self.fees, labels, max(message.fees, Decimal(0)))  # a rebate for all of a cycle is none
        _count(self.paid if message.funding > 0 else self.received, labels, abs(message.funding))

    def latency(self, message: CloseLatency) -> None:
        """A take profit closed its side: either figure, or both."""
        labels = (account_label(message.account), message.symbol, message.side.value)
        if message.exchange_to_acted_ms is not None:
            self.acted.labels(*labels).observe(float(message.exchange_to_acted_ms / MS_PER_SECOND))
        if message.frame_to_reopen_ms is not None:
            self.reopened.labels(*labels).observe(float(message.frame_to_reopen_ms / MS_PER_SECOND))


def _count(counter: Counter, labels: tuple[str, str, str], amount: Decimal) -> None:
    counter.labels(*labels).inc(float(amount))
