"""Closes of cycles, their latency, and what must stay at zero."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Histogram

from actors.metrics.labels import MS_PER_SECOND, SIDE_LABELS, account_label
from messages.events import Counted, CycleClosed
from messages.reports import CloseLatency
from messages.sides import SIDES
from state.grid.model import Cause

#: Seconds. A close is acted on within milliseconds; 1 s is the target, 5 s the alert.
TP_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)


class CloseMetrics:
    """Closes of cycles, their latency, and what must stay at zero."""

    def __init__(self, registry: CollectorRegistry) -> None:
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
        self.cycles = Counter(
            "soltrader_cycles_closed", "Cycles closed, by cause.", (*SIDE_LABELS, "reason"), registry=registry
        )
        by_symbol = ("account", "symbol")
        self.named = {
            "orphan": Counter(
                "soltrader_orphan_orders", "Orders of ours that no grid owned.", by_symbol, registry=registry
            ),
            "recovery": Counter(
                "soltrader_recoveries",
                "Closes found by a sync, not the stream.",
                by_symbol,
                registry=registry,
            ),
            "late_fill": Counter(
                "soltrader_late_fills",
                "Fills that came late.",
                by_symbol,
                registry=registry,
            ),
        }
        self.resyncs = Counter(
            "soltrader_resyncs",
            "Syncs because the private stream came back.",
            ("account",),
            registry=registry,
        )
        self.events = Counter(
            "soltrader_events",
            "Whatever else the grids count by name.",
            (*by_symbol, "event", "reason"),
            registry=registry,
        )

    def begin(self, account: str, symbols: tuple[str, ...]) -> None:
        """Zero for an account that is to trade these symbols."""
        self.resyncs.labels(account)
        for symbol in symbols:
            for counter in self.named.values():
                counter.labels(account, symbol)
            for side in SIDES:
                self.acted.labels(account, symbol, side.value)
                self.reopened.labels(account, symbol, side.value)
                for cause in Cause:
                    self.cycles.labels(account, symbol, side.value, cause.value)

    def closed(self, message: CycleClosed) -> None:
        """A cycle ended."""
        account = account_label(message.account)
        self.cycles.labels(account, message.symbol, message.side.value, message.cause).inc()

    def latency(self, message: CloseLatency) -> None:
        """A take profit closed its side: either figure, or both."""
        labels = (account_label(message.account), message.symbol, message.side.value)
        if message.exchange_to_acted_ms is not None:
            self.acted.labels(*labels).observe(float(message.exchange_to_acted_ms / MS_PER_SECOND))
        if message.frame_to_reopen_ms is not None:
            self.reopened.labels(*labels).observe(float(message.frame_to_reopen_ms / MS_PER_SECOND))

    def counted(self, message: Counted) -> None:
        """One more of something by name."""
        account, amount = account_label(message.account), float(message.amount)
        if message.name in self.named:
            self.named[message.name].labels(account, message.symbol).inc(amount)
        elif message.name == "resync":
            self.resyncs.labels(account).inc(amount)
        else:
            self.events.labels(account, message.symbol, message.name, message.reason).inc(amount)
