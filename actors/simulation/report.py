"""A campaign for people: what was simulated, what went wrong on purpose, and what did not hold."""

from __future__ import annotations

from decimal import Decimal

from rich.console import Group, RenderableType
from rich.table import Table

from actors.simulation.campaign import Totals

_COUNTS = ("fills", "TP closes", "closes", "syncs", "orphan", "recovery", "resync", "requests", "writes")


def totals_table(totals: Totals) -> RenderableType:
    """The campaign's figures, the faults by kind, what is excused, and the violations' number."""
    figures = Table("figure", "value", title="simulated", title_justify="left")
    figures.columns[1].justify = "right"
    hours = Decimal(totals.simulated_ms) / 3_600_000
    traded = Decimal(totals.traded_ms) / 3_600_000
    rate = Decimal(totals.events) / Decimal(max(totals.core_s, 0.001))
    rows: list[tuple[str, str]] = [
        ("seeds", f"{totals.seeds:,}"),
        ("simulated hours", f"{hours:,.1f}"),
        ("hours in which all accounts traded", f"{traded:,.1f}"),
        ("events", f"{totals.events:,}"),
        ("events a second and core", f"{rate:,.0f}"),
        *((name, f"{totals.counts[name]:,}") for name in _COUNTS),
        ("seeds that end stopped by a guard", f"{totals.ended_stopped:,}"),
        ("violations", f"{sum(len(v.violations) for v in totals.failed):,}"),
    ]
    for row in rows:
        figures.add_row(*row)
    faults = Table("fault", "times", title="what went wrong on purpose", title_justify="left")
    faults.columns[1].justify = "right"
    for name, times in sorted(totals.faults.items()):
        faults.add_row(name, f"{times:,}")
    parts: list[RenderableType] = [figures, faults]
    if totals.excuses:
        excuses = Table("excuse in the end", "times", title="not as usual, and why", title_justify="left")
        for name, times in sorted(totals.excuses.items()):
            excuses.add_row(name, f"{times:,}")
        parts.append(excuses)
    return Group(*parts)
