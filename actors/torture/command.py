"""``torture`` on a terminal: a campaign with a progress bar, its table, and how to see a violation again."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from actors.torture.campaign import campaign, stages_of
from actors.torture.report import show_violations, totals_table
from actors.torture.stage import Verdict
from actors.torture.starts import NeverTrades, Start, starts, starts_table


def run_torture(kills: int, seed: int, *, jobs: int, console: Console) -> bool:
    """Kill the bot ``kills`` times and print what came of it; True if nothing was violated.

    What the processes have written is kept only where something was.
    """
    folder = Path(tempfile.mkdtemp(prefix="torture-"))
    columns = (
        TextColumn("killing"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[told]}"),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("kills", total=kills, told="")
        violated: list[Verdict] = []

        def told(verdict: Verdict) -> None:
            if verdict.violations:
                violated.append(verdict)
                text = f"seed {verdict.stage}, kill {verdict.kill.number}: {verdict.violations[0]}"
                progress.console.print(text, markup=False, highlight=False, overflow="ellipsis", no_wrap=True)
            progress.update(task, advance=1, told=f"{len(violated)} with violations")

        totals = campaign(stages_of(seed, kills, folder), jobs=jobs, told=told)
    console.print(totals_table(totals))
    show_violations(totals, console)
    if totals.clean:
        shutil.rmtree(folder, ignore_errors=True)
    else:
        console.print(f"journals, logs and files: {folder}", markup=False, highlight=False)
    return totals.clean


def run_starts(symbols: int, *, console: Console) -> bool:
    """Start the bot with so many symbols in three ways; print how soon it trades, True if it always does."""
    folder = Path(tempfile.mkdtemp(prefix="starts-"))
    measured: list[Start] = []
    failed = ""
    with console.status(f"starting with {symbols} symbols"):
        try:
            measured.extend(starts(symbols, folder))
        except NeverTrades as failure:
            failed = str(failure)
    console.print(starts_table(symbols, measured))
    if failed:
        console.print(failed, style="bold red", markup=False, highlight=False)
    else:
        shutil.rmtree(folder, ignore_errors=True)
    return not failed
