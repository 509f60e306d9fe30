"""A campaign for people: kills by moment, how soon the bot traded again, and what did not hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from statistics import median

from rich.console import Console, Group, RenderableType
from rich.table import Table

from actors.torture.campaign import Totals
from actors.torture.moments import MOMENTS

_MOST_SHOWN = 10


def totals_table(totals: Totals) -> RenderableType:
    """Kills by the moment that they really came at, and the campaign's figures."""
    moments = Table("killed", "times", "state lost too", title="kills by moment", title_justify="left")
    died = Counter(verdict.died_at for verdict in totals.verdicts)
    lost = Counter(verdict.died_at for verdict in totals.verdicts if verdict.kill.lose_state)
    for moment in MOMENTS:
        if died[moment.name]:
            moments.add_row(moment.name, str(died[moment.name]), str(lost[moment.name]))
    figures = Table("figure", "value", title="tortured", title_justify="left")
    for table in (moments, figures):
        for column in table.columns[1:]:
            column.justify = "right"
    trading = [verdict.trading_s for verdict in totals.verdicts]
    settled = [verdict.settled_s for verdict in totals.verdicts]
    rows = (
        ("kills", f"{len(totals.verdicts):,}"),
        ("state files deleted", f"{sum(v.kill.lose_state for v in totals.verdicts):,}"),
        ("moments that did not come (killed at any time)", f"{_missed(totals):,}"),
        ("starts of the bot", f"{totals.lives:,}"),
        ("… with two accounts", f"{totals.lives_of_two:,}"),
        ("venues, and how many survived", f"{totals.venues}, {totals.venues_survived}"),
        ("seconds from start to trading: half, all within", _spread(trading)),
        ("seconds until all is as it should be", _spread(settled)),
        ("fills", f"{totals.counts['fills']:,}"),
        ("closes by take profit", f"{totals.counts['closes']:,}"),
        ("violations", f"{sum(len(v.violations) for v in totals.violated):,}"),
    )
    for row in rows:
        figures.add_row(*row)
    return Group(moments, figures)


def show_violations(totals: Totals, console: Console) -> None:
    """Each kill after which something did not hold, and the command that does it again."""
    for verdict in totals.violated[:_MOST_SHOWN]:
        kill = verdict.kill
        lost = ", and the state file deleted" if kill.lose_state else ""
        console.rule(f"seed {verdict.stage}, kill {kill.number}: {verdict.died_at}{lost}")
        for sentence in verdict.violations:
            console.print(sentence, style="bold red", markup=False, highlight=False)
        command = f"python main.py torture --seed {verdict.stage} --kills {kill.number}"
        console.print(f"again: {command}", markup=False, highlight=False)
    if len(totals.violated) > _MOST_SHOWN:
        others = ", ".join(f"{v.stage}/{v.kill.number}" for v in totals.violated[_MOST_SHOWN:])
        console.print(f"violations after these kills, too (seed/number): {others}", markup=False)


def _missed(totals: Totals) -> int:
    return sum(v.died_at != v.kill.moment.name for v in totals.verdicts)


def _spread(seconds: Sequence[float]) -> str:
    return f"{median(seconds):.1f}, {max(seconds):.1f}" if seconds else "none"
