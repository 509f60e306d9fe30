"""What Prometheus scrapes: every figure of the bot in one registry, fed by the same messages as the view.

It is served beside the bot's page (actors/page).

Names are ``soltrader_<noun>_<unit>[_total]``. Accounts are labelled as in their files (001), connections
that all accounts share as ``all``. Money turns into binary floats here, at the border, and nowhere else.
"""

from __future__ import annotations

import platform
from collections.abc import Callable, Collection, Mapping
from configparser import ConfigParser
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from prometheus_client import (
    CollectorRegistry,
    Gauge,
    Info,
    disable_created_metrics,
)

from actors.metrics.closes import CloseMetrics
from actors.metrics.counts import CountMetrics
from actors.metrics.figures import FigureMetrics
from actors.metrics.guard import GuardMetrics
from actors.metrics.labels import MS_PER_SECOND, account_label
from actors.metrics.latencies import LatencyMetrics
from actors.metrics.orders import OrderMetrics
from actors.metrics.plumbing import (
    LostRecordsCollector,
    MailboxCollector,
    PlumbingMetrics,
    ProcessFigures,
)
from exchange.clock import Clock, SystemClock
from messages.events import Counted, CycleClosed
from messages.reports import (
    AccountChanged,
    AccountReport,
    BalanceRead,
    CloseLatency,
    GuardReport,
    OrdersCounted,
    StateWritten,
    StreamChanged,
    StreamHeard,
    SymbolReport,
    SyncFinished,
)


class Metrics:
    """The bot's metrics. The registry is its own, so that several may live in one process.

    ``apply`` belongs to one thread; scrapes may come from any. ``clock`` is the bot's own.
    """

    def __init__(self, registry: CollectorRegistry | None = None, clock: Clock | None = None) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # a second series for each counter, which nobody looks at
        self.registry = registry if registry is not None else CollectorRegistry()
        clock = clock or SystemClock()
        self._now_ms = clock.now_ms
        self._streams_up: set[tuple[int, str]] = set()
        self._counts = CountMetrics(self.registry)
        self._closes = CloseMetrics(self.registry)
        self._orders = OrderMetrics(self.registry)
        self._plumbing = PlumbingMetrics(self.registry)
        self._figures = FigureMetrics(self.registry, clock.now_ms)
        self._guard = GuardMetrics(self.registry, clock.now_ms)
        self.latencies = LatencyMetrics(self.registry, clock.monotonic_ns)
        self._offset = Gauge(
            "soltrader_clock_offset_seconds",
            "Exchange's clock less this machine's.",
            registry=self.registry,
        )
        ProcessFigures(registry=self.registry)
        Info("soltrader_build", "The version that runs.", registry=self.registry).info(
            {"version": _version(), "python": platform.python_version()}
        )

    @classmethod
    def for_config(
        cls,
        symbols: Mapping[int, tuple[str, ...]],
        registry: CollectorRegistry | None = None,
        clock: Clock | None = None,
        dry: Collection[int] = (),
    ) -> Metrics:
        """With every counter of these accounts and their symbols at zero; ``dry`` are dry runs."""
        metrics = cls(registry, clock)
        for account, traded in symbols.items():
            label = account_label(account)
            for family in (
                metrics._counts,
                metrics._closes,
                metrics._orders,
                metrics._figures,
                metrics._guard,
            ):
                family.begin(label, traded)
            metrics._plumbing.begin(label)
            metrics._figures.begin_dry(label, dry=account in dry)
        return metrics

    def watch_mailboxes(self, depths: Callable[[], list[tuple[str, int]]]) -> None:
        """Show how many messages wait at each address, looked up at each scrape."""
        self.registry.register(MailboxCollector(depths))

    def watch_log(self, lost: Callable[[], Mapping[str, int]]) -> None:
        """Show how many records of the log were lost, by reason, looked up at each scrape."""
        self.registry.register(LostRecordsCollector(lost))

    def watch_clock(self, offset_ms: Callable[[], int]) -> None:
        """Show how far the exchange's clock is ahead of this machine's, looked up at each scrape."""
        self._offset.set_function(lambda: offset_ms() / MS_PER_SECOND)

    def apply(self, message: object) -> None:
        """Count or show what a message tells; those that tell nothing here are let pass."""
        match message:
            case SymbolReport():
                self._figures.symbol(message)
                self._orders.filled(message.fills)
            case AccountReport():
                self._figures.account(message)
            case OrdersCounted():
                self._orders.answered(message)
            case CycleClosed():
                self._closes.closed(message)
            case CloseLatency():
                self._closes.latency(message)
            case Counted():
                self._counts.counted(message)
            case StreamChanged():
                self._plumbing.stream(message, lost=self._lost(message))
            case StreamHeard():
                self._plumbing.stream_heard(message)
            case GuardReport():
                self._guard.report(message)
            case AccountChanged():
                self._changed(message)
            case SyncFinished():
                self._plumbing.sync(message)
            case StateWritten():
                self._plumbing.write(message)
            case BalanceRead():
                self._plumbing.balance_read(message)

    def _changed(self, changed: AccountChanged) -> None:
        """Ages of what has not come yet count from an account's beginning; connections end with it."""
        self._guard.changed(changed)
        account, now_ms = account_label(changed.account), self._now_ms()
        if changed.running:
            self._plumbing.began(account, now_ms)
            self._figures.began(account, now_ms)
        else:
            self._plumbing.ended(account)
            self._streams_up = {
                (number, name) for number, name in self._streams_up if number != changed.account
            }

    def _lost(self, changed: StreamChanged) -> bool:
        """Whether a connection that stood is gone; one that never stood, or was told twice, isn't lost."""
        key = (changed.account, changed.stream)
        stood = key in self._streams_up
        if changed.up:
            self._streams_up.add(key)
        else:
            self._streams_up.discard(key)
        return stood and not changed.up


def _version() -> str:
    """Of the package, or of the checkout that runs, where nothing is installed."""
    try:
        return version("sol-trader")
    except PackageNotFoundError:
        checkout = ConfigParser()
        checkout.read(Path(__file__).parents[1] / "setup.cfg", encoding="utf-8")
        return checkout.get("metadata", "version", fallback="unknown")
