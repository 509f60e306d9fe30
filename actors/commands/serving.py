"""``venue``: the local venue alone, and the options with which others start it."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from actors.commands.arguments import decimal
from actors.venue_process import VenueProcess
from config import Config, Environment
from exchange.venue.market import DEFAULT_SEED
from exchange.venue.server.options import DEFAULT_SPEED, DEFAULT_SYMBOLS, VenueOptions, to_arguments
from exchange.venue.server.serve import serve

Port = Annotated[int, typer.Option(help="the venue's port on loopback; 0 takes a free one")]
Prices = Annotated[
    list[str] | None, typer.Option(metavar="FILE…", help="replay these files (parquet or CSV; SYMBOL=FILE)")
]
Scenario = Annotated[str | None, typer.Option(help="generated prices: mixed, calm, trend, whipsaw, crash")]
Speed = Annotated[str, typer.Option(help="how fast prices are replayed; clocks run as always")]
Seed = Annotated[int, typer.Option(help="seed of the prices and of the venue's chance")]
Journal = Annotated[Path | None, typer.Option(metavar="FILE", help="the venue's own truth, a JSON line each")]


def venue(
    port: Port = 0,
    prices: Prices = None,
    scenario: Scenario = None,
    speed: Speed = str(DEFAULT_SPEED),
    seed: Seed = DEFAULT_SEED,
    journal: Journal = None,
    accounts: Annotated[int, typer.Option(help="how many accounts: 001, 002, …")] = 3,
    balance: Annotated[str, typer.Option(help="USDT of each account")] = "10000",
    symbols: Annotated[list[str] | None, typer.Option(metavar="SYMBOL…", help="SOLUSDT, or NEW=0.5")] = None,
    control: Annotated[
        bool, typer.Option("--control", help="serve /control: prices, faults to order")
    ] = False,
    limit_factor: Annotated[int, typer.Option(help="multiply rate limits (stress tests only)")] = 1,
) -> None:
    """Run the local Bybit v5 venue alone, for any Bybit client."""
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="venue: %(message)s")
    options = VenueOptions(
        port=port,
        prices=tuple(prices or ()),
        scenario=scenario,
        speed=decimal("--speed", speed),
        seed=seed,
        journal=journal,
        accounts=accounts,
        balance=decimal("--balance", balance),
        control=control,
        limit_factor=limit_factor,
        symbols=tuple(symbols) if symbols else DEFAULT_SYMBOLS,
    )
    asyncio.run(serve(options, ready=_say_ready))


def _say_ready(url: str) -> None:
    sys.stdout.write(f"venue ready on {url}\n")
    sys.stdout.flush()


def venue_options(
    settings: Config,
    port: int,
    prices: list[str] | None,
    scenario: str | None,
    speed: str,
    seed: int,
    journal: Path | None,
) -> VenueOptions:
    """The venue that fits a config: its symbols, and an account for each id."""
    symbols = {symbol.symbol: None for account in settings.accounts for symbol in account.symbols}
    return VenueOptions(
        port=port,
        prices=tuple(prices or ()),
        scenario=scenario,
        speed=decimal("--speed", speed),
        seed=seed,
        journal=journal,
        accounts=max(account.id for account in settings.accounts),
        balances=tuple(f"{account.code}={account.simulated_usdt:f}" for account in settings.accounts),
        symbols=tuple(symbols),
    )


@contextmanager
def venue_for(settings: Config, options: VenueOptions) -> Iterator[VenueProcess | None]:
    """The simulated environment's venue, a process of its own; None in any other. Raises VenueFailed."""
    if settings.process.environment is not Environment.SIMULATED:
        yield None
        return
    venue = VenueProcess(to_arguments(options))
    try:
        yield venue
    finally:
        venue.stop()
