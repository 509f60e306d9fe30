"""``simulate`` on a terminal: a campaign with a progress bar, its table, and how to see a violation again."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from actors.simulation.campaign import campaign
from actors.simulation.quiet import quiet
from actors.simulation.report import totals_table
from actors.simulation.run import Verdict, simulate

_SHOWN_VIOLATIONS, _SHOWN_LINES = 5, 25
_MOST_SHOWN = 10


def run_campaign(
    seeds: range, hours: Decimal, *, jobs: int, files: tuple[str, ...], console: Console
) -> bool:
    """Simulate ``seeds`` and print what came of it; True if nothing was violated."""
    columns = (
        TextColumn("simulating"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[told]}"),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("seeds", total=len(seeds), told="")
        violated: list[int] = []

        def told(verdict: Verdict) -> None:
            if verdict.violations:
                violated.append(verdict.seed)
                text = f"seed {verdict.seed}: {verdict.violations[0]}"
                progress.console.print(text, markup=False, highlight=False, overflow="ellipsis", no_wrap=True)
            progress.update(task, advance=1, told=f"{len(violated)} with violations")

        totals = campaign(seeds, hours, jobs=jobs, files=files, told=told)
    console.print(totals_table(totals))
    for verdict in totals.failed[:_MOST_SHOWN]:
        _show(verdict, hours, console)
    if len(totals.failed) > _MOST_SHOWN:
        others = ", ".join(str(verdict.seed) for verdict in totals.failed[_MOST_SHOWN:])
        console.print(f"violations in these seeds, too: {others}", markup=False)
    return not totals.failed


def _show(verdict: Verdict, hours: Decimal, console: Console) -> None:
    console.rule(f"seed {verdict.seed}")
    for line in verdict.last_lines[-_SHOWN_LINES:]:
        console.print(line, markup=False, highlight=False, overflow="ellipsis", no_wrap=True)
    for violation in verdict.violations[:_SHOWN_VIOLATIONS]:
        console.print(violation, style="bold red", markup=False)
    command = f"python main.py simulate --from-seed {verdict.seed} --seeds 1 --hours {hours}"
    console.print(f"again, with every event: {command} --trace seed-{verdict.seed}.txt", markup=False)


def trace_one(seed: int, hours: Decimal, *, files: tuple[str, ...], path: Path, console: Console) -> bool:
    """Simulate one seed and write every event of it to ``path``; True if nothing was violated."""
    with quiet(), path.open("w", encoding="utf-8") as file:
        verdict = simulate(seed, hours, files=files, write=lambda line: file.write(line + "\n"))
    for violation in verdict.violations:
        console.print(violation, style="bold red", markup=False)
    console.print(f"{verdict.events} events are in {path}", markup=False)
    return not verdict.violations
