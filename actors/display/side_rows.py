"""The two rows of a symbol in the live view: LONG above SHORT."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from rich.text import Text

from actors.display.account_lines import signed_style
from actors.display.formats import NONE, percent, places_of, price, quantity, usdt_change
from actors.display.tallies import SideTally, SymbolTally
from messages.reports import SideReport, SymbolReport
from messages.sides import Side

#: Names, alignment, and widths where there is room, so that the tables of several accounts look alike.
#: "realised" is this run's, as the change of equity is.
COLUMNS: tuple[tuple[str, Literal["left", "right"], int], ...] = (
    ("symbol", "left", 12),
    ("side", "left", 5),
    ("state", "left", 9),
    ("cycle", "right", 5),
    ("levels", "right", 6),
    ("size", "right", 9),
    ("average", "right", 9),
    ("TP", "right", 9),
    ("to TP", "right", 7),
    ("entries", "left", 14),
    ("open P/L", "right", 9),
    ("realised", "right", 9),
)
STATUS_STYLES = {
    "flat": "dim",
    "opening": "cyan",
    "closing": "cyan",
    "full": "yellow",
    "waiting": "yellow",
    "paused": "bold red",
}
Row = list[Text]


def side_rows(symbol: str, tally: SymbolTally) -> list[Row]:
    """Cells for ``COLUMNS``: the symbol's name stands on the first row, its last price on the second."""
    report = tally.report
    if report is None:
        return [_waiting(symbol, Side.LONG), _waiting("", Side.SHORT)]
    places = _places(report)
    heads = (
        Text(symbol, style="bold"),
        Text(price(report.last, places)),
    )
    rows = zip(heads, (report.long, report.short), strict=True)
    return [_row(head, side, report, tally.sides[side.side], places) for head, side in rows]


def _waiting(symbol: str, side: Side) -> Row:
    cells = [Text(symbol, style="bold"), Text(side.value, style="dim"), Text("starting", style="dim")]
    return cells + [Text("")] * (len(COLUMNS) - len(cells))


def _row(head: Text, side: SideReport, report: SymbolReport, booked: SideTally, places: int) -> Row:
    held = side.size > 0
    return [
        head,
        Text(side.side.value, style="dim"),
        Text(side.status, style=STATUS_STYLES.get(side.status, "")),
        Text(str(side.cycle)),
        Text(f"{side.deepest_level + 1}/{side.max_levels}"),
        Text(quantity(side.size) if held else NONE, style="" if held else "dim"),
        Text(price(side.average_entry, places) if held else NONE),
        Text(price(side.take_profit_price, places), style="bold red" if held and _no_tp(side) else ""),
        Text(percent(distance_to_take_profit(side, report.last))),
        Text(_entries(side, places)),
        Text(usdt_change(side.unrealised) if held else NONE, style=signed_style(side.unrealised)),
        Text(usdt_change(booked.realised), style=signed_style(booked.realised)),
    ]


def _no_tp(side: SideReport) -> bool:
    return side.take_profit_price is None and side.status in ("open", "full")


def distance_to_take_profit(side: SideReport, last: Decimal | None) -> Decimal | None:
    """How far the price has to go to the take profit, as a share of it; below zero once it is past."""
    if side.take_profit_price is None or not last:
        return None
    return (side.take_profit_price - last) * side.side.sign / last


def _entries(side: SideReport, places: int) -> str:
    """How many rest, and the price of the nearest."""
    if not side.pending:
        return NONE
    nearest = min(side.pending, key=lambda entry: entry.level)
    return f"{len(side.pending)} at {price(nearest.price, places)}"


def _places(report: SymbolReport) -> int:
    take_profits = [side.take_profit_price for side in (report.long, report.short)]
    entries = [entry.price for side in (report.long, report.short) for entry in side.pending]
    return places_of(report.last, *take_profits, *entries)
