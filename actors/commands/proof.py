"""``simulate``, ``torture`` and ``soak``."""

from __future__ import annotations

import os
from decimal import Decimal
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from actors.commands.arguments import EXAMPLE, WrongArgument, check_writable, decimal
from actors.simulation.command import run_campaign, trace_one
from actors.simulation.market import real_prices
from actors.soak.command import run_soak
from actors.soak.plan import SoakPlan
from actors.torture.command import run_starts, run_torture
from exchange.venue.market import DEFAULT_SEED


def simulate(
    seeds: Annotated[int, typer.Option(min=1, help="how many")] = 100,
    from_seed: Annotated[int, typer.Option(min=0, help="the first one")] = 0,
    hours: Annotated[str, typer.Option(help="simulated hours of each")] = "2",
    jobs: Annotated[int | None, typer.Option(min=1, help="processes; one for each core")] = None,
    trace: Annotated[Path | None, typer.Option(metavar="FILE", help="every event of a single seed")] = None,
) -> None:
    """Let the whole bot live through seeded months of faults in minutes; exit 1 on any violation."""
    length = decimal("--hours", hours)
    if not Decimal("0.02") <= length <= 24 * 366:
        raise WrongArgument(f"--hours {hours!r}: write a number from 0.02 to 8784")
    check_writable("--trace", trace)
    files = real_prices(EXAMPLE.parents[2] / "shared" / "data")
    if trace is not None and seeds != 1:
        raise WrongArgument("--trace: writes the events of one seed: add --seeds 1")
    if trace is not None:
        clean = trace_one(from_seed, length, files=files, path=trace, console=Console())
    else:
        chosen = range(from_seed, from_seed + seeds)
        cores = jobs or os.cpu_count() or 1
        clean = run_campaign(chosen, length, jobs=cores, files=files, console=Console())
    raise typer.Exit(0 if clean else 1)


def torture(
    kills: Annotated[int, typer.Option(min=1, help="how many")] = 300,
    seed: Annotated[int, typer.Option(min=0, help="chooses moments, settings and prices")] = 0,
    jobs: Annotated[int | None, typer.Option(min=1, help="bots at a time; two for each core")] = None,
    start_symbols: Annotated[
        int | None, typer.Option(min=1, max=200, help="only measure the start with so many symbols")
    ] = None,
) -> None:
    """Kill the bot at any instant, again and again, and see what the next process makes of it."""
    if start_symbols is not None:
        raise typer.Exit(0 if run_starts(start_symbols, console=Console()) else 1)
    at_once = jobs or 2 * (os.cpu_count() or 1)
    raise typer.Exit(0 if run_torture(kills, seed, jobs=at_once, console=Console()) else 1)


def soak(
    hours: Annotated[str, typer.Option(help="market hours, warm-up included")] = "24",
    speed: Annotated[str, typer.Option(help="how fast they pass; the bot's clock runs as always")] = "300",
    seed: Annotated[int, typer.Option(min=0, help="chooses prices and the venue's chance")] = DEFAULT_SEED,
    report: Annotated[Path | None, typer.Option(metavar="FILE", help="write the verdict as JSON")] = None,
) -> None:
    """Let the bot trade a market day in minutes; exit 1 if anything of it grew or went wrong."""
    length, pace = decimal("--hours", hours), decimal("--speed", speed)
    if not Decimal("0.1") <= length <= 24 * 366:
        raise WrongArgument(f"--hours {hours!r}: write a number from 0.1 to 8784")
    if not 1 <= pace <= 2000:
        raise WrongArgument(f"--speed {speed!r}: write a number from 1 to 2000")
    check_writable("--report", report)
    plan = SoakPlan(hours=length, speed=pace, seed=seed)
    raise typer.Exit(0 if run_soak(plan, report, console=Console()) else 1)
