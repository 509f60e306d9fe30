"""Stand-in until the real ledger lands: what the last wallet push had, less what was reserved since."""

from __future__ import annotations

from decimal import Decimal

from messages.account import PositionRow, Wallet
from messages.orders import PlaceOrder


class BalanceLedger:
    """One account's money."""

    def __init__(self) -> None:
        self._wallet: Wallet | None = None
        self._reserved: dict[str, Decimal] = {}

    def pushed(self, wallet: Wallet, now_ms: int) -> None:
        """A wallet push."""
        self._wallet = wallet
        self._reserved = {}

    def priced(self, symbol: str, mark: Decimal, at_ms: int) -> None:
        """A mark price."""

    def position(self, row: PositionRow) -> None:
        """A leg."""

    def try_reserve(self, command: PlaceOrder, now_ms: int) -> str | None:
        """None, or why not."""
        check = command.check
        if check is None:
            return None
        room = self.available_carried - sum(self._reserved.values(), Decimal(0))
        needed = (check.cost + check.also_fits) * (1 + check.buffer_percent / 100)
        if needed > room:
            return f"{check.context}: {needed:.4f} USDT needed, {room:.4f} free"
        self._reserved[command.order_link_id] = check.cost
        return None

    def ended(self, order_link_id: str, filled: bool, now_ms: int) -> None:
        """An order's end."""
        if not filled:
            self._reserved.pop(order_link_id, None)

    def seen_live(self, order_link_id: str, at_ms: int) -> None:
        """An order's New event."""

    def filled(self, order_link_id: str, at_ms: int) -> None:
        """A fill."""

    def answered_refused(self, order_link_id: str) -> None:
        """Never carried out."""
        self._reserved.pop(order_link_id, None)

    def wallet_read_due(self, now_ms: int) -> bool:
        """Whether to read the wallet."""
        return False

    @property
    def equity_carried(self) -> Decimal:
        """Equity in USDT."""
        return self._wallet.equity if self._wallet is not None else Decimal(0)

    @property
    def available_carried(self) -> Decimal:
        """Free in USDT."""
        return self._wallet.available if self._wallet is not None else Decimal(0)

    @property
    def maintenance_rate_carried(self) -> Decimal:
        """1 is liquidation."""
        return self._wallet.maintenance_rate if self._wallet is not None else Decimal(0)
