"""A journal written by hand: what the venue would have noted of a bot that we make up, line by line."""

from __future__ import annotations

from typing import Any

from actors.torture.journal.lines import Line, to_line

ACCOUNT, SYMBOL = "001", "SOLUSDT"


class Journal:
    """Lines of one account and symbol at a clock of our own; each call adds one."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.ts = 1_795_366_766_000
        self._seq = 100

    def wait(self, ms: int) -> Journal:
        """Let time pass."""
        self.ts += ms
        return self

    def create(self, name: str, qty: str, *, reduce_only: bool = False, code: int = 0) -> Journal:
        """A request for an order, such as ``001LT00-SOLUSDT-001001``."""
        order = {"symbol": SYMBOL, "orderLinkId": name, "qty": qty, "reduceOnly": reduce_only}
        return self._add(topic="request", op="order.create", data=order, retCode=code)

    def batch(self, *names: str, qty: str, codes: list[int]) -> Journal:
        """A request for several entries at once."""
        orders = [{"symbol": SYMBOL, "orderLinkId": n, "qty": qty, "reduceOnly": False} for n in names]
        return self._add(
            topic="request",
            op="order.create-batch",
            data={"category": "linear", "request": orders},
            retCode=0,
            itemCodes=codes,
        )

    def cancel(self, name: str) -> Journal:
        """A request to cancel."""
        order = {"symbol": SYMBOL, "orderLinkId": name}
        return self._add(topic="request", op="order.cancel", data=order, retCode=0)

    def order(self, name: str, status: str, leaves: str = "0") -> Journal:
        """An order row."""
        return self._add(
            topic="order", data={"orderLinkId": name, "orderStatus": status, "leavesQty": leaves}
        )

    def fill(self, name: str, qty: str, *, leaves: str = "0", closed: str = "0") -> Journal:
        """An execution."""
        return self._add(
            topic="execution",
            data={
                "orderLinkId": name,
                "execQty": qty,
                "leavesQty": leaves,
                "closedSize": closed,
                "execType": "Trade",
            },
        )

    def position(self, size: str, *, idx: int = 1) -> Journal:
        """A position row, newer than all before it."""
        self._seq += 1
        return self._add(
            topic="position",
            data={"symbol": SYMBOL, "positionIdx": idx, "size": size, "seq": self._seq},
        )

    def _add(self, **record: Any) -> Journal:
        self.ts += 1
        full = {"ts": self.ts, "account": ACCOUNT, **record}
        self.lines.append(to_line(len(self.lines) + 1, full))
        return self


def opened() -> Journal:
    """A LONG that has opened level 0, with its TP and its next entry resting; nothing is wrong with it."""
    return (
        Journal()
        .create("001LO00-SOLUSDT-001001", "0.3")
        .fill("001LO00-SOLUSDT-001001", "0.3")
        .order("001LO00-SOLUSDT-001001", "Filled")
        .position("0.3")
        .create("001LT00-SOLUSDT-001001", "0.3", reduce_only=True)
        .order("001LT00-SOLUSDT-001001", "New", "0.3")
        .create("001LE01-SOLUSDT-001001", "0.4")
        .order("001LE01-SOLUSDT-001001", "New", "0.4")
    )


def closed() -> Journal:
    """The same, closed by its TP, with its entry still live."""
    return (
        opened()
        .fill("001LT00-SOLUSDT-001001", "0.3", closed="0.3")
        .position("0")
        .order("001LT00-SOLUSDT-001001", "Filled")
    )
