"""``analyze``: what the trades and performance files tell."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from actors.commands.arguments import (
    EXAMPLE,
    AsJson,
    ConfigFile,
    Refused,
    WrongArgument,
    duration,
    wide_console,
    write_json,
)
from actors.commands.outputs import check_outputs, write_output
from actors.control.commands import account_of
from actors.reports.history import documents
from actors.reports.history.analysis import Analysis
from actors.reports.history.lines import HistoryError
from actors.reports.history.reading import account_history, has_history
from actors.reports.history.tables import table
from config import Config, load_config


def analyze(
    config: ConfigFile = EXAMPLE,
    period: Annotated[str | None, typer.Option(help="only the last 90m, 24h, 7d; all if left out")] = None,
    account: Annotated[
        int | None, typer.Option(min=1, max=999, metavar="N", help="one account; all if left out")
    ] = None,
    plot: Annotated[
        Path | None, typer.Option(metavar="FILE", help="draw a .png or .svg (one account), or an .html")
    ] = None,
    export: Annotated[Path | None, typer.Option(metavar="FILE", help="its executions as CSV")] = None,
    export_cycles: Annotated[Path | None, typer.Option(metavar="FILE", help="its cycles as CSV")] = None,
    json: AsJson = False,
) -> None:
    """Reckon up the trades and performance files: profit beside equity, fees, times, ladders, drawdown."""
    settings = load_config(config)
    span_s = None if period is None else duration("--period", period)
    kind = _plot_kind(plot)
    check_outputs(settings, {"--plot": plot, "--export": export, "--export-cycles": export_cycles})
    found = _analyses(settings, account, span_s)
    if kind in ("png", "svg") and len(found) > 1:
        codes = ", ".join(f"{one.account:03d}" for one in found)
        raise WrongArgument(
            f"--plot {plot}: holds one account, and there are {codes}: add --account, or draw .html"
        )
    if plot is not None:
        write_output(plot, _drawn(kind, found))
    if export is not None:
        write_output(export, documents.trades_csv(found))
    if export_cycles is not None:
        write_output(export_cycles, documents.cycles_csv(found))
    if json:
        write_json(documents.as_json(found))
    else:
        console = wide_console()
        for one in found:
            console.print(table(one))


def _plot_kind(path: Path | None) -> str:
    kind = "" if path is None else path.suffix.lower().removeprefix(".")
    if path is not None and kind not in ("png", "svg", "html"):
        raise WrongArgument(f"--plot {path}: give it a name that ends in .png, .svg or .html")
    return kind


def _analyses(settings: Config, number: int | None, span_s: float | None) -> list[Analysis]:
    accounts = settings.accounts if number is None else (account_of(settings, number),)
    since_ms = 0 if span_s is None else time.time_ns() // 1_000_000 - round(span_s * 1000)
    try:
        found = [
            account_history(settings, one, since_ms=since_ms)
            for one in accounts
            if number is not None or has_history(settings, one)
        ]
    except HistoryError as error:
        raise Refused(str(error)) from None
    told = [one for one in found if one.trades or one.minutes]
    if not told:
        folder, when = settings.process.data_dir, "" if span_s is None else " of this period"
        raise Refused(
            f"{folder}: no trade and no figure{when} to analyze: run the bot, or name another --period"
        )
    return told


def _drawn(kind: str, found: Sequence[Analysis]) -> bytes:
    from actors.reports.drawings.page import page  # matplotlib takes a second to load
    from actors.reports.drawings.plots import as_png, as_svg

    return {"png": lambda: as_png(found[0]), "svg": lambda: as_svg(found[0]), "html": lambda: page(found)}[
        kind
    ]()
