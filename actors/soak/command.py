"""``soak`` on a terminal: a day with a progress bar, its table, and what did not hold."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import orjson
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from actors.soak.bot import MAIN
from actors.soak.plan import SoakPlan
from actors.soak.report import soak_json, soak_table
from actors.soak.soak import Soaked, soak
from state.store.disk import RealDisk
from state.store.files import write_whole

_MOST_SHOWN = 10


def run_soak(plan: SoakPlan, report: Path | None, *, console: Console, program: Sequence[str] = MAIN) -> bool:
    """Soak the bot and print what came of it; True if nothing grew and nothing was violated.

    What the bot has written is kept only where something did not hold.
    """
    folder = Path(tempfile.mkdtemp(prefix="soak-"))
    soaked = _soaked(plan, folder, program, console)
    console.print(soak_table(soaked))
    for sentence in soaked.violations[:_MOST_SHOWN]:
        console.print(sentence, style="bold red", markup=False, highlight=False)
    if soaked.clean:
        shutil.rmtree(folder, ignore_errors=True)
    else:
        console.print(f"journal, log and files: {folder}", markup=False, highlight=False)
    if report is not None:
        payload = orjson.dumps(soak_json(soaked), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
        write_whole(RealDisk(), report, payload)
    return soaked.clean


def _soaked(plan: SoakPlan, folder: Path, program: Sequence[str], console: Console) -> Soaked:
    columns = (
        TextColumn("soaking"),
        BarColumn(),
        TextColumn("{task.completed:.1f} of {task.total:.0f} market hours"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("hours", total=float(plan.hours))

        def told(hours: Decimal) -> None:
            progress.update(task, completed=float(hours))

        return soak(plan, folder, program=program, told=told)
