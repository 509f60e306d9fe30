"""The guard as it stands, and whether its account lives."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal

from prometheus_client import CollectorRegistry, Gauge
from prometheus_client.core import GaugeMetricFamily

from actors.metrics.labels import account_label
from messages.reports import AccountChanged, GuardReport
from state.guard.report import RULES

MODES = ("trading", "frozen", "hold", "flatten")


class GuardMetrics:
    """Modes, rules and thresholds by account.

    A freeze ends by time alone, so the mode is worked out at each scrape. That an account is stopped and
    that a person wanted it come from one report there: a gap between them would be an emergency to an alert.
    """

    def __init__(self, registry: CollectorRegistry, now_ms: Callable[[], int]) -> None:
        def gauge(name: str, text: str, *labels: str) -> Gauge:
            return Gauge(f"soltrader_{name}", text, ("account", *labels), registry=registry)

        self._now_ms = now_ms
        self._reports: dict[str, GuardReport | None] = {}
        self.rules = gauge("guard_rule_holds", "1 while a rule of the guard fires, whatever it does.", "rule")
        self.averaging = gauge("averaging_frozen", "1 while the early freeze keeps pending entries away.")
        self.failures = gauge("failed_closes_in_a_row", "Closes that failed one after another.", "symbol")
        self.peak = gauge(
            "equity_peak_usdt", "Highest equity that the loss rule knows, moved by what is paid in or out."
        )
        self.maintenance = gauge(
            "maintenance_rate_threshold_ratio",
            "Maintenance rate at which its rule acts; absent while that is off.",
        )
        self.loss = gauge(
            "loss_threshold_ratio", "Loss below the peak at which its rule acts; absent while that is off."
        )
        self.running = gauge("account_running", "1 while the account's actors run.")
        registry.register(self)

    def begin(self, account: str, symbols: tuple[str, ...]) -> None:
        """Zero for an account that is to trade these symbols."""
        self._reports[account] = None
        self.running.labels(account).set(0)
        self.averaging.labels(account).set(0)
        for rule in RULES:
            self.rules.labels(account, rule).set(0)
        for symbol in symbols:
            self.failures.labels(account, symbol).set(0)

    def changed(self, message: AccountChanged) -> None:
        """An account's actors have begun or ended."""
        self.running.labels(account_label(message.account)).set(message.running)

    def report(self, message: GuardReport) -> None:
        """A guard's newest word."""
        account = account_label(message.account)
        self._reports[account] = message
        self.averaging.labels(account).set(message.averaging_frozen)
        for rule in RULES:
            self.rules.labels(account, rule).set(rule in message.holding)
        for symbol, count in message.failures:
            self.failures.labels(account, symbol).set(count)
        _set_or_remove(self.peak, account, message.peak)
        _set_or_remove(self.maintenance, account, message.maintenance_threshold)
        _set_or_remove(self.loss, account, message.loss_threshold)

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """The registry's question, from any thread."""
        modes = _family("guard_mode", "1 for the mode in force: trading, frozen, hold, flatten.", "mode")
        stopped = _family("stopped", "1 while the account is stopped, by a rule or a person.")
        told = "1 while the account is stopped because a person asked for it."
        by_person = _family("stopped_by_person", told)
        now_ms = self._now_ms()
        for account, report in list(self._reports.items()):
            in_force = _mode(report, now_ms)
            for mode in MODES:
                modes.add_metric((account, mode), mode == in_force)
            stopped.add_metric((account,), report is not None and bool(report.mode))
            by_person.add_metric((account,), report is not None and report.by_person)
        yield from (modes, stopped, by_person)


def _family(name: str, text: str, *labels: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"soltrader_{name}", text, labels=("account", *labels))


def _mode(report: GuardReport | None, now_ms: int) -> str:
    if report is None:
        return "trading"
    return report.mode or ("frozen" if now_ms < report.frozen_until_ms else "trading")


def _set_or_remove(gauge: Gauge, account: str, value: Decimal | None) -> None:
    if value is not None:
        gauge.labels(account).set(float(value))
    else:
        gauge.remove(account)
