"""The rules that a journal must keep, each a small class that sees every line once.

``see(line, book)`` is called when the line has changed the book; it gives violations as sentences, and the
checker puts the line's number in front.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol

from actors.torture.journal.book import ZERO, Book, Leg, Seen
from actors.torture.journal.lines import Line
from messages.ids import OrderName, parse_order_link_id


class Rule(Protocol):
    """What the checker asks of a rule."""

    def see(self, line: Line, book: Book) -> Iterator[str]:
        """Violations that this line brings."""
        ...


def created(line: Line) -> Iterator[tuple[OrderName, Mapping[str, Any], int]]:
    """The orders of ours in a request to create, with the code that each got."""
    for order, code in line.orders("create"):
        name = parse_order_link_id(order.get("orderLinkId", ""))
        if name is not None:
            yield name, order, code


def side_of(name: OrderName) -> tuple[int, str, str]:
    """Whose order it is: account, symbol, side."""
    return name.account, name.symbol, name.side


@dataclass
class IdsAreOursAndNew:
    """Every id that is asked for parses, belongs to the asking account, and was never asked for before."""

    foreign: frozenset[str] = frozenset()
    _asked: dict[str, int] = field(default_factory=dict)

    def see(self, line: Line, book: Book) -> Iterator[str]:
        for order, _ in line.orders("create"):
            text = order.get("orderLinkId", "")
            if text in self.foreign:
                continue
            name = parse_order_link_id(text)
            if name is None:
                yield f"order id {text!r} is not of our form"
            elif f"{name.account:03d}" != line.account or name.symbol != order["symbol"]:
                yield f"{text} was sent for account {line.account} and {order['symbol']}"
            elif text in self._asked:
                yield f"{text} was already sent in line {self._asked[text]}"
            self._asked.setdefault(text, line.number)


class OneTakeProfitALeg:
    """Never two live TPs on one leg."""

    def see(self, line: Line, book: Book) -> Iterator[str]:
        for name, _, code in created(line):
            if name.role == "T" and code == 0:
                for other in _same_leg(name, "T", line, book):
                    yield f"{name} is a second TP: {other.name} (line {other.number}) is live"


class OneOrderASlot:
    """No second entry, opening, close or restart order for a slot whose first is live."""

    def see(self, line: Line, book: Book) -> Iterator[str]:
        for name, _, code in created(line):
            if name.role != "T" and code == 0:
                for other in _same_leg(name, name.role, line, book):
                    if other.name.level == name.level:
                        yield f"{name} takes the slot of {other.name} (line {other.number}), which is live"


class ReduceOnlyNeverOpens:
    """TPs, closes and restarts are reduce-only, entries and openings are not; what reduces never adds."""

    def see(self, line: Line, book: Book) -> Iterator[str]:
        for name, order, _ in created(line):
            if bool(order.get("reduceOnly")) != (name.role in "TCR"):
                yield f"{name} was sent with reduceOnly {order.get('reduceOnly')}"
        if line.topic == "execution" and line.data["execType"] != "Funding":
            seen = book.orders.get(line.data["orderLinkId"])
            opens = Decimal(line.data["closedSize"]) != Decimal(line.data["execQty"])
            if seen is not None and seen.reduce_only and opens:
                yield (
                    f"{seen.name} is reduce-only and filled {line.data['execQty']}, "
                    f"of which only {line.data['closedSize']} closed"
                )


@dataclass
class TakeProfitCoversTheLeg:
    """The TP's leaves quantity equals the position within ``within_ms`` of each change of the position."""

    within_ms: int = 1000
    _wrong: dict[Leg, tuple[int, Decimal, Decimal]] = field(default_factory=dict)
    _last: dict[Leg, tuple[Decimal, bool]] = field(default_factory=dict)

    def see(self, line: Line, book: Book) -> Iterator[str]:
        for leg, (since, size, leaves) in list(self._wrong.items()):
            if line.ts - since > self.within_ms:
                account, symbol, idx = leg
                side = "LONG" if idx == 1 else "SHORT"
                yield (
                    f"{account} {symbol} {side}: size {size}, but the TP leaves {leaves}, "
                    f"{line.ts - since} ms after the last change"
                )
                del self._wrong[leg]  # told once
        for leg, size in book.sizes.items():
            leaves = ZERO if size == ZERO else book.tp_leaves(leg)
            now = (size, leaves == size)
            if leaves == size:
                self._wrong.pop(leg, None)
            elif self._last.get(leg) != now:
                self._wrong[leg] = (line.ts, size, leaves)
            elif leg in self._wrong:
                self._wrong[leg] = (self._wrong[leg][0], size, leaves)
            self._last[leg] = now


@dataclass
class NoOldEntryAtReopening:
    """When the order that reopens a closed side arrives, no entry from before the close is live.

    Old are the entries that were live at the close, and those that still arrived before the first cancel
    or reopening after it: they had left before the close was known.
    """

    _held: set[tuple[int, str, str]] = field(default_factory=set)
    _closed: dict[tuple[int, str, str], list[Seen]] = field(default_factory=dict)
    _arriving: set[tuple[int, str]] = field(default_factory=set)

    def killed(self) -> None:
        """What arrives from now on is the next process's, which begins by asking how things are."""
        self._arriving.clear()

    def see(self, line: Line, book: Book) -> Iterator[str]:
        yield from self._openings(line, book)
        for name, _, code in created(line):
            if code == 0 and name.role in "EO" and (name.account, name.symbol) in self._arriving:
                for key, old in self._closed.items():
                    if key[:2] == (name.account, name.symbol) and str(name) in book.orders:
                        old.append(book.orders[str(name)])
        for cancel, _ in line.orders("cancel"):
            self._arriving.discard((int(line.account), cancel["symbol"]))
        if line.topic == "position":
            self._moved(line, book)

    def _openings(self, line: Line, book: Book) -> Iterator[str]:
        for name, _, code in created(line):
            if name.role != "O" or code != 0:
                continue
            self._arriving.discard((name.account, name.symbol))
            for old in self._closed.pop(side_of(name), []):
                if old.live:
                    yield f"{name} reopens while {old.name} (line {old.number}) of before the close is live"

    def _moved(self, line: Line, book: Book) -> None:
        symbol, idx = line.data["symbol"], line.data["positionIdx"]
        side = "LONG" if idx == 1 else "SHORT"
        key = (int(line.account), symbol, side)
        if book.sizes.get((line.account, symbol, idx), ZERO) > 0:
            self._held.add(key)
        elif key in self._held:
            self._held.discard(key)
            self._closed[key] = list(book.live(line.account, symbol, "EO"))
            self._arriving.add(key[:2])


def _same_leg(name: OrderName, roles: str, line: Line, book: Book) -> Iterator[Seen]:
    for other in book.live(line.account, name.symbol, roles):
        if other.name.side == name.side and other.name != name:
            yield other
