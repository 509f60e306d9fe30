"""What is counted by name: each important name has a counter of its own, the rest share one."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter

from actors.directory import KINDS
from actors.metrics.labels import OTHER, Bounded, account_label
from messages.events import Counted
from state.guard.report import RULES

#: Reasons come from the exchange: so many pairs of event and reason are told apart.
MOST_REASONS = 200
#: Why accounts stop in an emergency: the guard's rules, and what else may stop one.
STOP_REASONS = (*RULES, "exchange", "accounts", "actors")
SHARED_KINDS = ("watch", "supervisor")
DIFFERENCES = ("execution", "order", "position")


class CountMetrics:
    """Events by name."""

    def __init__(self, registry: CollectorRegistry) -> None:
        def counter(name: str, text: str, *labels: str) -> Counter:
            return Counter(f"soltrader_{name}", text, ("account", *labels), registry=registry)

        self.of_symbol = {
            "orphan": counter("orphan_orders", "Orders of ours that no grid owned.", "symbol"),
            "recovery": counter("recoveries", "Closes found by a sync, not the stream.", "symbol"),
            "late_fill": counter("late_fills", "Fills that came late.", "symbol"),
        }
        self.of_account = {
            "resync": counter("resyncs", "Syncs because the private stream came back."),
            "unreadable": counter("unreadable_frames", "Frames and records that could not be read."),
            "actor_restart": counter(
                "account_restarts", "Restarts of an account since one of its actors died."
            ),
            "state_spoilt": counter("state_files_spoilt", "State files that could not be read at a start."),
        }
        self.stops = counter("emergency_stops", "Emergency stops, by rule.", "reason")
        self.deaths = counter("actor_deaths", "Actors that failed, by kind.", "kind")
        self.wedges = counter("actor_wedges", "Actors that stood still for too long, by kind.", "kind")
        self.differences = counter(
            "sync_differences",
            "What a sync showed that the stream should have told before.",
            "symbol",
            "reason",
        )
        self.events = counter("events", "Whatever else the grids count by name.", "symbol", "event", "reason")
        self._reasons = Bounded(MOST_REASONS)

    def begin(self, account: str, symbols: tuple[str, ...]) -> None:
        """Zero for an account that is to trade these symbols."""
        for counter in self.of_account.values():
            counter.labels(account)
        for reason in STOP_REASONS:
            self.stops.labels(account, reason)
        for counter in (self.deaths, self.wedges):
            for kind in KINDS:
                counter.labels("all" if kind in SHARED_KINDS else account, kind)
            counter.labels("all", "feed")  # prices are everybody's
        for symbol in symbols:
            for counter in self.of_symbol.values():
                counter.labels(account, symbol)
            for reason in DIFFERENCES:
                self.differences.labels(account, symbol, reason)

    def counted(self, message: Counted) -> None:
        """One more of something by name."""
        account, name, reason = account_label(message.account), message.name, message.reason
        if name in self.of_symbol:
            series = self.of_symbol[name].labels(account, message.symbol)
        elif name in self.of_account:
            series = self.of_account[name].labels(account)
        elif name == "emergency_stop":
            series = self.stops.labels(account, reason if reason in STOP_REASONS else OTHER)
        elif name == "actor_died":
            series = self.deaths.labels(account, reason if reason in KINDS else OTHER)
        elif name == "actor_wedged":
            series = self.wedges.labels(account, reason if reason in KINDS else OTHER)
        elif name == "sync_difference":
            series = self.differences.labels(account, message.symbol, reason)
        else:
            series = self.events.labels(account, message.symbol, name, self._reasons.of(reason, name))
        series.inc(float(message.amount))
