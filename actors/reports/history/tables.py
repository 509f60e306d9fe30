"""An analysis for eyes. Realised profit never stands without the change of equity."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from actors.display.formats import NONE, duration, percent, usdt, usdt_change
from actors.reports.history.analysis import Analysis, Figures
from state.store.times import iso_utc

#: Name and alignment of the columns by symbol and side.
COLUMNS = (
    ("symbol", "left"),
    ("side", "left"),
    ("closes", "right"),
    ("won", "right"),
    ("profit", "right"),
    ("fees", "right"),
    ("funding", "right"),
    ("realised", "right"),
    ("to TP: median", "right"),
    ("90 %", "right"),
    ("deepest", "right"),
)


def cells(figures: Figures) -> tuple[str, ...]:
    """A row for ``COLUMNS``; money in USDT."""
    median, most = figures.to_tp_ms or (None, None)
    return (
        figures.symbol,
        figures.side.value if figures.side is not None else "",
        str(figures.closes),
        percent(figures.win_ratio, 1),
        usdt_change(figures.profit),
        usdt(figures.fees),
        usdt(figures.funding),
        usdt_change(figures.realised),
        NONE if median is None else duration(median),
        NONE if most is None else duration(most),
        f"level {figures.levels - 1}" if figures.levels else NONE,
    )


def heading(found: Analysis) -> str:
    """Whose, and of when."""
    span = duration(found.until_ms - found.since_ms)
    return f"account {found.title}, {minute(found.since_ms)} to {minute(found.until_ms)} UTC ({span})"


def sentences(found: Analysis) -> Iterator[tuple[str, str]]:
    """What the table doesn't say: a word and a sentence each."""
    equity, total = found.equity, found.total
    realised = f"realised {usdt_change(total.realised)}"
    if equity is None:
        yield "equity", f"no row of it in this time; {realised}, which says nothing without it"
    else:
        yield (
            "equity",
            f"{usdt(equity.first)} → {usdt(equity.last)} USDT up to {minute(equity.last_ms)}: "
            f"change {usdt_change(equity.change)}, {realised} (open positions and deposits are in the "
            "change alone)",
        )
        yield (
            "drawdown",
            f"now {usdt(equity.drawdown)} USDT ({percent(equity.drawdown_ratio)}), at most "
            f"{usdt(equity.worst_drawdown)} USDT ({minute(equity.worst_ms)}), {percent(equity.worst_ratio)}",
        )
        yield (
            "margin",
            f"least available {usdt(equity.least_available)} USDT, highest maintenance rate "
            f"{percent(equity.most_maintenance)}",
        )
    causes = ", ".join(f"{count} by {name}" for name, count in total.causes.items()) or "none"
    a_day = NONE if found.closes_a_day is None else f"{found.closes_a_day:.1f}"
    yield "closes", f"{causes}; {a_day} a day; {found.open_cycles} sides are open"
    yield (
        "executions",
        f"{len(found.trades):,}: turnover {usdt(found.turnover)}, {percent(found.maker_ratio, 0)} as maker, "
        f"fees {usdt(found.paid_fees)}, funding {usdt(found.paid_funding)}, those of open cycles among them",
    )
    if found.incomplete:
        yield "missing", f"{found.incomplete} closed cycles began before the file does: they are in no sum"


def minute(at_ms: int) -> str:
    """``2026-01-01 12:03``."""
    return iso_utc(at_ms)[:16].replace("T", " ")


def table(found: Analysis) -> RenderableType:
    """The whole analysis."""
    shown = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    for name, justify in COLUMNS:
        shown.add_column(name, justify="right" if justify == "right" else "left", no_wrap=True)
    for figures in found.sides:
        shown.add_row(*cells(figures))
    shown.add_section()
    shown.add_row(*cells(found.total), style="bold")
    said = Table.grid(padding=(0, 2, 0, 0))
    for word, sentence in sentences(found):
        said.add_row(Text(word, style="dim"), Text(sentence))
    return Group(Text(heading(found), style="bold"), shown, said, Text(""))
