"""What ``check`` prints: a table a symbol, what is wrong with it, and the verdict."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from actors.display.formats import NONE, quantity, usdt
from messages.ladder import LadderReport, LadderRow

COLUMNS = ("level", "margin", "quantity", "notional", "LONG at", "SHORT at", "sum", "to liquidation")
NEAR_LIQUIDATION_PERCENT = Decimal(10)


def ladder_table(report: LadderReport) -> RenderableType:
    """A symbol's ladder, its warnings and problems; a problem says what would pass."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", pad_edge=False)
    for name in COLUMNS:
        table.add_column(name, justify="right", no_wrap=True)
    for row in report.rows:
        table.add_row(*_cells(row))
    head = Text().append(report.symbol, style="bold").append(f" at {report.price:f}, amounts in USDT")
    return Group(head, table, *_remarks(report))


def verdict(reports: Sequence[LadderReport], problems: Sequence[str] = ()) -> Text:
    """Whether trading could start; ``problems`` are those that belong to no symbol."""
    refused = [report.symbol for report in reports if report.problems]
    if not refused and not problems:
        return Text("Trading could start.", style="bold green")
    reasons = [f"the ladder of {', '.join(refused)} is refused"] if refused else []
    return Text(f"Trading can't start: {'; '.join([*problems, *reasons])}.", style="bold red")


def _cells(row: LadderRow) -> list[Text]:
    distance = row.liquidation_distance_percent
    near = distance is not None and distance < NEAR_LIQUIDATION_PERCENT
    return [
        Text(str(row.level)),
        Text(usdt(row.margin)),
        Text(quantity(row.qty)),
        Text(usdt(row.notional)),
        Text(f"{row.price_long:f}"),
        Text(f"{row.price_short:f}"),
        Text(usdt(row.sum_notional)),
        Text(NONE if distance is None else f"{distance:.1f} %", style="yellow" if near else ""),
    ]


def _remarks(report: LadderReport) -> list[Text]:
    remarks = [Text(f"warning: {warning}", style="yellow") for warning in report.warnings]
    remarks += [Text(f"problem: {problem}", style="red") for problem in report.problems]
    smallest = report.smallest_initial_margin
    if report.problems and smallest is not None:
        remarks.append(Text(f"the smallest initial_margin that passes is {quantity(smallest)}", style="bold"))
    elif report.problems:
        remarks.append(Text("no smallest initial_margin would pass", style="bold"))
    return remarks
