"""Money, positions and take profits as they stand."""

from __future__ import annotations

from decimal import Decimal

from prometheus_client import CollectorRegistry, Gauge

from actors.metrics.labels import MS_PER_SECOND, SIDE_LABELS, account_label
from messages.reports import AccountReport, SideReport, SymbolReport


class FigureMetrics:
    """Money, positions and take profits as they stand."""

    def __init__(self, registry: CollectorRegistry) -> None:
        def of_account(name: str, text: str) -> Gauge:
            return Gauge(f"soltrader_{name}", text, ("account",), registry=registry)

        def of_side(name: str, text: str) -> Gauge:
            return Gauge(f"soltrader_{name}", text, SIDE_LABELS, registry=registry)

        self._series: dict[tuple[Gauge, tuple[str, ...]], Gauge] = {}
        self.equity = of_account("equity_usdt", "Equity, open losses included.")
        self.start_equity = of_account("start_equity_usdt", "Equity at the start of the process.")
        self.available = of_account("available_usdt", "Balance that is free for new orders.")
        self.maintenance = of_account("maintenance_rate_ratio", "Maintenance rate: at 1 comes liquidation.")
        self.stopped = of_account("stopped", "1 during an emergency stop.")
        self.dry_run = of_account("dry_run", "1 when no order leaves.")
        self.unknown = of_account("unknown_orders", "Orders without a proven outcome.")
        self.queued = of_account("queued_orders", "Commands that wait to be sent.")
        self.waiting = of_account("budget_wait_seconds", "How long the oldest of them has waited.")
        self.reported = of_account("last_report_timestamp_seconds", "When it last reported: its pulse.")
        self.size = of_side("position_qty", "Size of the position in base coin.")
        self.average = of_side("position_average_price_usdt", "Average entry; absent while flat.")
        self.unrealised = of_side("unrealised_usdt", "Unrealised profit.")
        self.levels = of_side("filled_levels", "Levels that are filled.")
        self.full = of_side("side_full", "1 when every level is filled.")
        self.paused = of_side("side_paused", "1 while the side waits for a person.")
        self.entries = of_side("pending_entries", "Resting entries.")
        self.tp_price = of_side("take_profit_price_usdt", "Price of the resting TP; absent without one.")
        self.tp_qty = of_side("take_profit_qty", "Quantity of the resting TP in base coin.")
        self.realised = of_side("realised_usdt", "Realised profit after fees and funding.")
        self.fees = of_side("fees_paid_usdt", "Trading fees paid in closed cycles.")
        self.funding = of_side("funding_paid_usdt", "Funding paid in closed cycles.")
        self.mark = Gauge(
            "soltrader_mark_price_usdt", "Mark price of the symbol.", ("account", "symbol"), registry=registry
        )

    def _of(self, gauge: Gauge, labels: tuple[str, ...]) -> Gauge:
        """A gauge's series for these labels, looked up once: figures come several times a second."""
        series = self._series.get((gauge, labels))
        if series is None:
            series = self._series[gauge, labels] = gauge.labels(*labels)
        return series

    def account(self, message: AccountReport) -> None:
        """An account's figures."""
        account = account_label(message.account)
        self._of(self.equity, (account,)).set(float(message.equity))
        self._of(self.start_equity, (account,)).set(float(message.start_equity))
        self._of(self.available, (account,)).set(float(message.available))
        self._of(self.maintenance, (account,)).set(float(message.maintenance_rate))
        self._of(self.stopped, (account,)).set(bool(message.stopped))
        self._of(self.dry_run, (account,)).set(message.dry_run)
        self._of(self.unknown, (account,)).set(message.unknown_orders)
        self._of(self.queued, (account,)).set(message.queued_orders)
        self._of(self.waiting, (account,)).set(message.longest_wait_ms / MS_PER_SECOND)
        self._of(self.reported, (account,)).set(message.at_ms / MS_PER_SECOND)

    def symbol(self, message: SymbolReport) -> None:
        """Both sides of a symbol."""
        account = account_label(message.account)
        _set_or_remove(self.mark, (account, message.symbol), message.mark)
        for side in (message.long, message.short):
            self._side((account, message.symbol, side.side.value), side)

    def _side(self, labels: tuple[str, str, str], side: SideReport) -> None:
        self._of(self.size, labels).set(float(side.size))
        _set_or_remove(self.average, labels, side.average_entry if side.size else None)
        self._of(self.unrealised, labels).set(float(side.unrealised))
        self._of(self.levels, labels).set(side.deepest_level + 1)
        self._of(self.full, labels).set(side.status == "full")
        self._of(self.paused, labels).set(side.status == "paused")
        self._of(self.entries, labels).set(len(side.pending))
        _set_or_remove(self.tp_price, labels, side.take_profit_price)
        self._of(self.tp_qty, labels).set(float(side.take_profit_qty or 0))
        self._of(self.realised, labels).set(float(side.realised))
        self._of(self.fees, labels).set(float(side.fees))
        self._of(self.funding, labels).set(float(side.funding))


def _set_or_remove(gauge: Gauge, labels: tuple[str, ...], value: Decimal | None) -> None:
    """A price that doesn't exist has no series: zero would be a lie."""
    if value is not None:
        gauge.labels(*labels).set(float(value))
    else:
        gauge.remove(*labels)
