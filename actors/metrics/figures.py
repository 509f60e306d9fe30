"""Money, positions and take profits as they stand."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from prometheus_client import CollectorRegistry, Gauge

from actors.metrics.ages import Ages
from actors.metrics.labels import MS_PER_SECOND, SIDE_LABELS, account_label
from messages.reports import AccountReport, SideReport, SymbolReport
from messages.sides import SIDES


class FigureMetrics:
    """Money, positions and take profits as they stand."""

    def __init__(self, registry: CollectorRegistry, now_ms: Callable[[], int]) -> None:
        def of_account(name: str, text: str) -> Gauge:
            return Gauge(f"soltrader_{name}", text, ("account",), registry=registry)

        def of_symbol(name: str, text: str) -> Gauge:
            return Gauge(f"soltrader_{name}", text, ("account", "symbol"), registry=registry)

        def of_side(name: str, text: str) -> Gauge:
            return Gauge(f"soltrader_{name}", text, SIDE_LABELS, registry=registry)

        self._symbols: dict[str, tuple[str, ...]] = {}
        self._series: dict[tuple[Gauge, tuple[str, ...]], Gauge] = {}
        self.equity = of_account("equity_usdt", "Equity, open losses included.")
        self.start_equity = of_account("start_equity_usdt", "Equity at the start of the process.")
        self.change = of_account(
            "equity_change_usdt",
            "Equity less that at the start of the process, whatever was paid in or out.",
        )
        self.available = of_account("available_usdt", "Balance that is free for new orders.")
        self.maintenance = of_account("maintenance_rate_ratio", "Maintenance rate: at 1 comes liquidation.")
        self.dry_run = of_account("dry_run", "1 when no order leaves.")
        self.unknown = of_account("unknown_orders", "Orders without a proven outcome.")
        self.queued = of_account("queued_orders", "Commands that wait to be sent.")
        self.waiting = of_account("budget_wait_seconds", "How long the oldest of them has waited.")
        self.reported = of_account(
            "last_report_timestamp_seconds", "When it last reported, or began: its pulse."
        )
        self.budget = Gauge(
            "soltrader_rate_budget_left_requests",
            "Least that was left of a second's requests since the last report.",
            ("account", "action"),
            registry=registry,
        )
        self.size = of_side("position_qty", "Size of the position in base coin.")
        self.average = of_side("position_average_price_usdt", "Average entry; absent while flat.")
        self.unrealised = of_side("unrealised_usdt", "Unrealised profit.")
        self.levels = of_side("filled_levels", "Levels that are filled.")
        self.ladder = of_side("ladder_levels", "Levels of the whole ladder.")
        self.full = of_side("side_full", "1 when every level is filled.")
        self.paused = of_side("side_paused", "1 while the side waits for a person.")
        self.waiting_side = of_side("side_waiting", "1 while an opening waits for balance.")
        self.unprotected = Ages(
            registry,
            "unprotected_seconds",
            "How long the side has held a position without one right take profit; 0 while it has one.",
            SIDE_LABELS,
            now_ms,
        )
        self.entries = of_side("pending_entries", "Resting entries.")
        self.entry_price = of_side(
            "pending_price_usdt", "Price of the resting entry nearest to the market; absent without one."
        )
        self.distance = of_side(
            "pending_distance_ratio",
            "How far the market is from the nearest resting entry (0.05 is 5 %); absent without one.",
        )
        self.tp_price = of_side("take_profit_price_usdt", "Price of the resting TP; absent without one.")
        self.tp_qty = of_side("take_profit_qty", "Quantity of the resting TP in base coin.")
        self.tp_gap = of_side(
            "take_profit_gap_qty",
            "Size of the position less the quantity of its resting TP, in base coin.",
        )
        self.tp_withdrawn = of_side(
            "take_profit_withdrawn", "1 while the guard keeps the take profit away on purpose."
        )
        self.realised = of_side("realised_usdt", "Realised profit after fees and funding.")
        self.fees = of_side("fees_paid_usdt", "Trading fees paid in closed cycles.")
        self.funding = of_side("funding_paid_usdt", "Funding paid in closed cycles.")
        self.mark = of_symbol("mark_price_usdt", "Mark price of the symbol.")
        self.priced = of_symbol(
            "last_price_timestamp_seconds",
            "When the exchange made the newest price that the grid has, or the account began.",
        )
        self.locked = of_symbol(
            "symbol_locked", "1 while both sides are full: gains and losses cancel out, fees run on."
        )
        self.unknown_age = Ages(
            registry,
            "oldest_unknown_order_seconds",
            "How long the oldest order without a proven outcome has been so; 0 without one.",
            ("account", "symbol"),
            now_ms,
        )

    def begin(self, account: str, symbols: tuple[str, ...]) -> None:
        """Nothing is unprotected or unknown yet."""
        self._symbols[account] = symbols
        for symbol in symbols:
            self.unknown_age.set_since((account, symbol), 0)
            for side in SIDES:
                self.unprotected.set_since((account, symbol, side.value), 0)

    def begin_dry(self, account: str, *, dry: bool) -> None:
        """Whether the account is a dry run, which alerts ask also of one that never runs."""
        self._of(self.dry_run, (account,)).set(dry)

    def began(self, account: str, now_ms: int) -> None:
        """The account's actors run from now on: that no price or report ever comes has an age, too."""
        self._of(self.reported, (account,)).set(now_ms / MS_PER_SECOND)
        for symbol in self._symbols.get(account, ()):
            self._of(self.priced, (account, symbol)).set(now_ms / MS_PER_SECOND)

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
        self._of(self.change, (account,)).set(float(message.equity - message.start_equity))
        self._of(self.available, (account,)).set(float(message.available))
        self._of(self.maintenance, (account,)).set(float(message.maintenance_rate))
        self._of(self.dry_run, (account,)).set(message.dry_run)
        self._of(self.unknown, (account,)).set(message.unknown_orders)
        self._of(self.queued, (account,)).set(message.queued_orders)
        self._of(self.waiting, (account,)).set(message.longest_wait_ms / MS_PER_SECOND)
        self._of(self.reported, (account,)).set(message.at_ms / MS_PER_SECOND)
        for action, left in message.budget_left:
            self._of(self.budget, (account, action)).set(left)

    def symbol(self, message: SymbolReport) -> None:
        """Both sides of a symbol."""
        account = account_label(message.account)
        symbol = (account, message.symbol)
        _set_or_remove(self.mark, symbol, message.mark)
        if message.price_ms:
            self._of(self.priced, symbol).set(message.price_ms / MS_PER_SECOND)
        self._of(self.locked, symbol).set(message.long.full and message.short.full)
        self.unknown_age.set_since(symbol, message.unknown_since_ms)
        for side in (message.long, message.short):
            labels = (account, message.symbol, side.side.value)
            self._side(labels, side)
            self.unprotected.set(labels, message.at_ms, holds=side.unprotected)
            nearest = _nearest(side, message.last)
            _set_or_remove(self.entry_price, labels, nearest)
            distance = None if nearest is None or not message.last else abs(nearest / message.last - 1)
            _set_or_remove(self.distance, labels, distance)

    def _side(self, labels: tuple[str, str, str], side: SideReport) -> None:
        self._of(self.size, labels).set(float(side.size))
        _set_or_remove(self.average, labels, side.average_entry if side.size else None)
        self._of(self.unrealised, labels).set(float(side.unrealised))
        self._of(self.levels, labels).set(side.deepest_level + 1)
        self._of(self.ladder, labels).set(side.max_levels)
        self._of(self.full, labels).set(side.full)
        self._of(self.paused, labels).set(side.status == "paused")
        self._of(self.waiting_side, labels).set(side.waiting)
        self._of(self.entries, labels).set(len(side.pending))
        _set_or_remove(self.tp_price, labels, side.take_profit_price)
        self._of(self.tp_qty, labels).set(float(side.take_profit_qty or 0))
        self._of(self.tp_gap, labels).set(float(side.size - (side.take_profit_qty or 0)))
        self._of(self.tp_withdrawn, labels).set(side.withdrawn)
        self._of(self.realised, labels).set(float(side.realised))
        self._of(self.fees, labels).set(float(side.fees))
        self._of(self.funding, labels).set(float(side.funding))


def _nearest(side: SideReport, last: Decimal | None) -> Decimal | None:
    """The price of the resting entry that the market reaches first."""
    if not side.pending or last is None:
        return None
    return min((entry.price for entry in side.pending), key=lambda price: abs(price - last))


def _set_or_remove(gauge: Gauge, labels: tuple[str, ...], value: Decimal | None) -> None:
    """A price that doesn't exist has no series: zero would be a lie."""
    if value is not None:
        gauge.labels(*labels).set(float(value))
    else:
        gauge.remove(*labels)
