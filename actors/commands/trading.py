"""``run`` and ``check``."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import orjson
import typer
from rich.console import Console

from actors.check import check_accounts
from actors.claim import claims_for
from actors.commands.arguments import (
    EXAMPLE,
    ConfigFile,
    Refused,
    check_writable,
    duration,
    set_up_log,
    write_result,
)
from actors.commands.serving import (
    Journal,
    Port,
    Prices,
    Scenario,
    Seed,
    Speed,
    venue_for,
    venue_options,
)
from actors.display.summary import summary as summary_json
from actors.display.summary import summary_table
from actors.exchanges import exchanges_for
from actors.logs.process import process_log
from actors.notices.command import check_channels, notices_for
from actors.notify import Notifier
from actors.process import Bot
from actors.terminal import live_view
from config import load_config
from exchange.venue.market import DEFAULT_SEED
from exchange.venue.server.options import DEFAULT_SPEED


def run(
    config: ConfigFile = EXAMPLE,
    for_: Annotated[str | None, typer.Option("--for", help="stop after 90s, 15m, 24h")] = None,
    summary: Annotated[Path | None, typer.Option(metavar="FILE", help="write the summary as JSON")] = None,
    journal: Journal = None,
    port: Port = 0,
    prices: Prices = None,
    scenario: Scenario = None,
    speed: Speed = str(DEFAULT_SPEED),
    seed: Seed = DEFAULT_SEED,
) -> None:
    """Trade. In the simulated environment the local venue is started with it."""
    settings = load_config(config)
    seconds = None if for_ is None else duration("--for", for_)
    check_writable("--summary", summary)
    options = venue_options(settings, port, prices, scenario, speed, seed, journal)
    terminal = sys.stdout.isatty()
    # The venue first: it refuses options that are wrong, and then nothing has been written.
    with venue_for(settings, options) as venue, process_log(settings, quiet=terminal) as log:
        told = notices_for(settings, os.environ)
        if venue is not None:
            venue.listen()
        make = exchanges_for(settings, venue.url if venue is not None else "", os.environ)
        claim = claims_for(settings, os.environ).take
        with told as notices, log.held(terminal), live_view(terminal) as draw:
            notifier = Notifier(os.environ)
            bot = Bot(
                settings,
                make,
                draw,
                new_venue=venue is not None,
                notifier=notifier,
                notices=notices,
                claim=claim,
                lost_records=log.lost,
            )
            result = bot.run(seconds)
            notices.end(result.failure, result.model)
    if result.started:
        Console().print(summary_table(result.model, result.ended_ms))
    if summary is not None:
        told_json = summary_json(result.model, result.ended_ms)
        write_result("--summary", summary, orjson.dumps(told_json, option=orjson.OPT_INDENT_2))
    if result.failure:
        raise Refused(result.failure)
    if seconds is not None and not result.started:
        raise Refused("no account has begun to trade in that time: the log says why")


def check(config: ConfigFile = EXAMPLE) -> None:
    """Read config, keys, instruments and balance, and check every ladder; exit 0 if trading could start."""
    settings = load_config(config)
    set_up_log(settings, quiet=True)
    check_channels(settings.notifications, os.environ, Console())
    options = venue_options(settings, 0, None, None, "1", DEFAULT_SEED, None)
    with venue_for(settings, options) as venue:
        if venue is not None:
            venue.listen()
        make = exchanges_for(settings, venue.url if venue is not None else "", os.environ)
        passed = check_accounts(settings, make, Console())
    raise typer.Exit(0 if passed else 1)
