"""What the venue's journal alone says about the bot: which rules it broke, where, and some counts.

findings = check_journal(tmp_path / "venue.jsonl", [data_dir / "001_bot_state.json"])
assert not findings.violations, findings.text()
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import orjson

from actors.torture.journal.book import ZERO, Book, Leg
from actors.torture.journal.lines import Line, read_journal
from actors.torture.journal.rules import (
    IdsAreOursAndNew,
    NoOldEntryAtReopening,
    OneOrderASlot,
    OneTakeProfitALeg,
    ReduceOnlyNeverOpens,
    Rule,
    TakeProfitCoversTheLeg,
)
from messages.ids import parse_order_link_id

RATE_LIMIT = 10006
ACTIONS = ("create", "amend", "cancel")


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """``violations`` are sentences with their line; ``refusals`` counts (op, code); ``closes`` counts
    (account, symbol, side); ``requests`` counts operations, ``orders`` the orders in them by action."""

    violations: tuple[str, ...]
    refusals: Counter[tuple[str, int]]
    closes: Counter[tuple[str, str, str]]
    requests: Counter[str]
    orders: Counter[str]

    @property
    def rate_limited(self) -> int:
        """How many orders or requests were refused for coming too often."""
        return sum(count for (_, code), count in self.refusals.items() if code == RATE_LIMIT)

    def text(self) -> str:
        """The violations, a line each, then what was refused."""
        return "\n".join([*self.violations, f"refused: {dict(self.refusals)}"])


def check_journal(
    path: Path,
    states: Iterable[Path] | None = None,
    *,
    foreign: Collection[str] = (),
    tp_within_ms: int = 1000,
) -> Findings:
    """Read a journal and judge it. ``states`` are the state files that an orderly stop left behind; without
    them what rests at the end is not judged. ``foreign`` are ids of a person's orders that are no fault."""
    return check_lines(read_journal(path), known_orders(states), foreign=foreign, tp_within_ms=tp_within_ms)


def known_orders(states: Iterable[Path] | None) -> frozenset[str] | None:
    """The ids of all orders that these state files hold as not ended; None for no files at all."""
    if states is None:
        return None
    return frozenset(
        order_link_id
        for path in states
        for symbol in orjson.loads(path.read_bytes())["symbols"].values()
        for order_link_id, order in symbol["orders"].items()
        if order["phase"] != "ended"
    )


def check_lines(
    lines: Iterable[Line],
    known: frozenset[str] | None = None,
    *,
    foreign: Collection[str] = (),
    tp_within_ms: int = 1000,
) -> Findings:
    """Judge lines; ``known`` are the orders that may rest at the end (None: any)."""
    rules: list[Rule] = [
        IdsAreOursAndNew(frozenset(foreign)),
        OneTakeProfitALeg(),
        OneOrderASlot(),
        TakeProfitCoversTheLeg(tp_within_ms),
        NoOldEntryAtReopening(),
        ReduceOnlyNeverOpens(),
    ]
    book = Book()
    violations: list[str] = []
    refusals: Counter[tuple[str, int]] = Counter()
    requests: Counter[str] = Counter()
    orders: Counter[str] = Counter()
    closes: Counter[tuple[str, str, str]] = Counter()
    for line in lines:
        before = dict(book.sizes)
        book.take(line)
        violations += [f"line {line.number}: {text}" for rule in rules for text in rule.see(line, book)]
        refusals.update((line.op, code) for code in line.refusals())
        requests.update([line.op] if line.is_request else [])
        orders.update(action for action in ACTIONS for _ in line.orders(action))
        closes.update(_closed(before, book))
    return Findings(
        violations=(*violations, *_left_behind(book, known)),
        refusals=refusals,
        closes=closes,
        requests=requests,
        orders=orders,
    )


def _closed(before: dict[Leg, Decimal], book: Book) -> list[tuple[str, str, str]]:
    return [
        (account, symbol, "LONG" if idx == 1 else "SHORT")
        for (account, symbol, idx), size in book.sizes.items()
        if size == ZERO and before.get((account, symbol, idx), ZERO) != ZERO
    ]


def _left_behind(book: Book, known: frozenset[str] | None) -> list[str]:
    if known is None:
        return []
    return [
        f"at the end {name} (line {order.number}) rests and is in no state file"
        for name, order in book.orders.items()
        if order.live and name not in known and parse_order_link_id(name) is not None
    ]
