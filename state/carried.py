"""Wallet figures carried forward with the mark price between pushes (strategy, section 8).

Wallet pushes don't follow unrealised profit, so each mark moves what the last push said:

- equity by sign x size x change,
- available by that less the initial margin, which follows the position's value: size x change / leverage,
- the maintenance margin in proportion to the value of the legs.

Pure; of each leg the size counts that it has while the mark moves.
"""

from __future__ import annotations

from decimal import Decimal

from messages.account import PositionRow, Wallet
from messages.sides import Side
from state.numbers import HUNDRED, ONE, ZERO

#: A mark of so long before a push is as good as the push's own.
_YOUNG_MS = 1_000


class CarriedWallet:
    """The figures of one account since its last wallet push, in USDT."""

    def __init__(self) -> None:
        self._wallet: Wallet | None = None
        self._marks: dict[str, tuple[Decimal, int]] = {}
        self._legs: dict[tuple[str, Side], PositionRow] = {}
        self._old: set[str] = set()
        self._profit = ZERO
        self._worst = ZERO
        self._margin = ZERO
        self._value_moved = ZERO
        self._begun: dict[str, Decimal] = {}
        """The marks that the newest push was met with."""

    def pushed(self, wallet: Wallet) -> None:
        """Begin anew from a wallet's figures.

        They contain what has moved before them. How much of the next move that is, nobody can tell where the
        last mark is older: for what is available that move counts whole, for the equity not at all.
        """
        self._wallet = wallet
        since_ms = wallet.created_ms - _YOUNG_MS
        self._old = {symbol for symbol, (_, at_ms) in self._marks.items() if at_ms < since_ms}
        self._profit = self._worst = self._margin = self._value_moved = ZERO
        self._begun = {symbol: mark for symbol, (mark, _) in self._marks.items()}

    def position(self, row: PositionRow) -> None:
        """Take a leg's size from now on; older rows of the same leg change nothing."""
        if row.leg is None:
            return
        known = self._legs.get((row.symbol, row.leg))
        if known is None or (row.seq, row.updated_ms) >= (known.seq, known.updated_ms):
            self._legs[row.symbol, row.leg] = row

    def priced(self, symbol: str, mark: Decimal, at_ms: int) -> None:
        """Move the figures with a new mark price; older prices change nothing."""
        before, before_ms = self._marks.get(symbol, (mark, at_ms))
        if at_ms < before_ms:
            return
        self._marks[symbol] = (mark, at_ms)
        self._begun.setdefault(symbol, before)
        contained = symbol in self._old
        self._old.discard(symbol)
        for (of, side), row in self._legs.items():
            if of == symbol:
                change = row.size * (mark - before)
                gain = side.sign * change
                self._worst += min(gain, ZERO) if contained else gain
                self._margin += change / row.leverage if row.leverage > 0 else ZERO
                if not contained:
                    self._profit += gain
                    self._value_moved += change

    @property
    def equity(self) -> Decimal:
        """Equity at the newest marks; zero before the first push."""
        return self._wallet.equity + self._profit if self._wallet is not None else ZERO

    @property
    def available(self) -> Decimal:
        """What is free at the newest marks, at the worst; zero before the first push."""
        return self._wallet.free + self._worst - self._margin if self._wallet is not None else ZERO

    @property
    def maintenance_rate(self) -> Decimal:
        """Maintenance margin by equity at the newest marks; at least 1 where no equity is left."""
        wallet = self._wallet
        if wallet is None:
            return ZERO
        if self.equity <= 0:
            return max(ONE, wallet.maintenance_rate) if wallet.maintenance_margin > 0 else ZERO
        value = sum((row.size * self._mark(row) for row in self._legs.values()), ZERO)
        before = value - self._value_moved
        growth = value / before if value > 0 and before > 0 else ONE
        return wallet.maintenance_rate * growth * wallet.equity / self.equity

    @property
    def moved_percent(self) -> Decimal:
        """The largest move of a held symbol's mark since the newest push."""
        moves = [ZERO]
        for symbol in {row.symbol for row in self._legs.values() if row.size > 0} & self._begun.keys():
            begun = self._begun[symbol]
            moves.append(abs(self._marks[symbol][0] - begun) * HUNDRED / begun)
        return max(moves)

    def _mark(self, row: PositionRow) -> Decimal:
        return self._marks.get(row.symbol, (row.mark_price, 0))[0]
