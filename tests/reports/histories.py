"""Trades and minutes for tests, written by the bot's own writers into the files that users know.

history = History(tmp_path).cycle(Side.LONG, fills=[("100", "1"), ("99", "1.5")], exits=[("101", "2.5")])
history.minute(equity="10001")
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

from messages.account import ExecType, Execution
from messages.events import TradeBooked
from messages.sides import OrderSide, Side
from state.store.disk import RealDisk
from state.store.performance import PerformanceFile
from state.store.trades import TradesFile
from tests.store.reports import a_symbol, an_account

START_MS = 1_767_225_600_000
D = Decimal


class QuickDisk(RealDisk):
    """A disk whose files need survive no power failure."""

    def fsync(self, descriptor: int) -> None:
        """Nothing."""

    def flush_folder(self, folder: Path) -> None:
        """Nothing."""


class History:
    """One account's files; ``now_ms`` goes on by a second with each execution."""

    def __init__(self, folder: Path, account: int = 1, symbols: Sequence[str] = ("SOLUSDT",)) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.account, self.symbols, self.now_ms = account, symbols, START_MS
        self.trades_path = folder / f"{account:03d}_trades_history.csv"
        self.performance_path = folder / f"{account:03d}_performance_metrics.csv"
        self._trades = TradesFile(QuickDisk(), self.trades_path)
        self._performance = PerformanceFile(QuickDisk(), self.performance_path)
        self._count = 0
        self._cycles: dict[tuple[str, Side], int] = {}
        self.written: list[TradeBooked] = []

    def cycle(
        self,
        side: Side,
        fills: Sequence[tuple[str, str]],
        exits: Sequence[tuple[str, str]],
        *,
        symbol: str = "SOLUSDT",
        fee: str = "0.01",
        role: str = "T",
        funding: str = "",
        lasts_ms: int = 1_000,
    ) -> History:
        """A cycle: level by level its fills, then its exits, each a price and a quantity."""
        number = self._cycles[symbol, side] = self._cycles.get((symbol, side), 0) + 1
        rows = [
            self.trade(side, number, "O" if level == 0 else "E", level, price, qty, symbol=symbol, fee=fee)
            for level, (price, qty) in enumerate(fills)
        ]
        if funding:
            rows.append(self.trade(side, number, "", -1, *fills[0], symbol=symbol, fee=funding, funding=True))
        self.now_ms += lasts_ms
        rows += [
            self.trade(side, number, role, 0, price, qty, symbol=symbol, fee=fee, closes=True)
            for price, qty in exits
        ]
        return self.write(rows)

    def trade(
        self,
        side: Side,
        cycle: int,
        role: str,
        level: int,
        price: str,
        qty: str,
        *,
        symbol: str = "SOLUSDT",
        fee: str = "0.01",
        closes: bool = False,
        funding: bool = False,
    ) -> TradeBooked:
        """One execution, not yet written."""
        self._count += 1
        self.now_ms += 1_000
        order_side = side.closes_with if closes else side.opens_with
        execution = Execution(
            symbol=symbol,
            leg=side,
            exec_id=f"e-{self._count}",
            order_id=f"o-{self._count}",
            order_link_id=f"{self.account:03d}{side.value[0]}{role or 'E'}00-{symbol}-00A001",
            exec_type=ExecType.FUNDING if funding else ExecType.TRADE,
            order_side=OrderSide(order_side),
            price=D(price),
            qty=D(qty),
            fee_usdt=D(fee),
            is_maker=closes,
            create_type="CreateByUser",
            exec_ms=self.now_ms,
            seq=self._count,
        )
        return TradeBooked(
            account=self.account, side=side, cycle=cycle, role=role, level=level, execution=execution
        )

    def write(self, rows: Sequence[TradeBooked]) -> History:
        """Append executions in this order."""
        self._trades.append(rows)
        self.written += rows
        return self

    def minute(self, equity: str, *, after_ms: int = 60_000, available: str = "9000") -> History:
        """A row of figures, ``after_ms`` later."""
        self.now_ms += after_ms
        report = an_account(account=self.account, equity=D(equity), available=D(available), at_ms=self.now_ms)
        self._performance.append(report, [a_symbol(symbol) for symbol in self.symbols])
        return self
