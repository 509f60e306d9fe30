"""sol-trader's command line: run, stop, flatten, resume, venue, check, simulate, torture, soak."""

from __future__ import annotations

import asyncio
import logging
import os
import re
import sys
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from functools import partial
from pathlib import Path
from typing import Annotated

import orjson
import typer
from rich.console import Console

from actors.check import check_accounts
from actors.control import commands
from actors.control.alone import flattened
from actors.control.client import ControlFailed
from actors.display.summary import summary as summary_json
from actors.display.summary import summary_table
from actors.exchanges import exchanges_for
from actors.logs.process import process_log
from actors.notices.command import check_channels, notices_for, notify_test
from actors.notify import Notifier
from actors.process import Bot
from actors.simulation.command import run_campaign, trace_one
from actors.simulation.market import real_prices
from actors.soak.command import run_soak
from actors.soak.plan import SoakPlan
from actors.terminal import live_view
from actors.torture.command import run_starts, run_torture
from actors.venue_process import VenueFailed, VenueProcess
from config import Account, Config, ConfigError, Environment, load_config
from config.schema import Metrics as MetricsSettings
from exchange.venue.market import DEFAULT_SEED, PriceError
from exchange.venue.server.options import (
    DEFAULT_SPEED,
    DEFAULT_SYMBOLS,
    OptionsError,
    VenueOptions,
    to_arguments,
)
from exchange.venue.server.serve import serve
from messages.sides import Side

EXAMPLE = Path(__file__).resolve().parent / "config" / "example.toml"
#: Options that take several values after one name, as shells expand them.
_LISTS = ("--prices", "--symbols")
#: How long a flatten is waited for; it goes on after that.
_FLATTEN_S = 120.0

app = typer.Typer(add_completion=False, no_args_is_help=True, help=__doc__, pretty_exceptions_enable=False)

ConfigFile = Annotated[Path, typer.Option("--config", metavar="FILE", help="settings (TOML)")]
Port = Annotated[int, typer.Option(help="the venue's port on loopback; 0 takes a free one")]
Prices = Annotated[
    list[str] | None, typer.Option(metavar="FILE…", help="replay these files (parquet or CSV; SYMBOL=FILE)")
]
Scenario = Annotated[str | None, typer.Option(help="generated prices: mixed, calm, trend, whipsaw, crash")]
Speed = Annotated[str, typer.Option(help="how fast prices are replayed; clocks run as always")]
Seed = Annotated[int, typer.Option(help="seed of the prices and of the venue's chance")]
Journal = Annotated[Path | None, typer.Option(metavar="FILE", help="the venue's own truth, a JSON line each")]


class Refused(Exception):
    """The command can't be carried out: its text says what, where and what to do."""


class WrongArgument(Exception):
    """An argument makes no sense: its text says which, why, and what would."""


def _duration(text: str | None) -> float | None:
    if text is None:
        return None
    match = re.fullmatch(r"(\d+(?:\.\d+)?)(s|m|h|d)?", text.strip())
    if match is None:
        raise WrongArgument(f"--for {text!r}: write a time such as 90s, 15m, 24h or 7d")
    return float(match[1]) * {"s": 1, "m": 60, "h": 3600, "d": 86_400, None: 1}[match[2]]


def _decimal(name: str, text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise WrongArgument(f"{name} {text!r}: write a number such as 120") from None


def _check_writable(name: str, path: Path | None) -> None:
    """Say before a long run, not after it, that its result can't be written."""
    if path is None:
        return
    try:
        path.open("ab").close()
    except OSError as error:
        raise WrongArgument(f"{name} {path}: can't be written: {error.strerror}") from None


@app.command()
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
    seconds = _duration(for_)
    _check_writable("--summary", summary)
    options = _venue_options(settings, port, prices, scenario, speed, seed, journal)
    terminal = sys.stdout.isatty()
    with process_log(settings, quiet=terminal) as log:
        told = notices_for(settings, os.environ)
        venue = _start_venue(options) if settings.process.environment is Environment.SIMULATED else None
        try:
            make = exchanges_for(settings, venue.url if venue is not None else "", os.environ)
            with told as notices, log.held(terminal), live_view(terminal) as draw:
                notifier = Notifier(os.environ)
                new = venue is not None
                bot = Bot(settings, make, draw, new_venue=new, notifier=notifier, notices=notices)
                result = bot.run(seconds)
                notices.end(result.failure, result.model)
        finally:
            if venue is not None:
                venue.stop()
    if result.started:
        Console().print(summary_table(result.model, result.ended_ms))
    if summary is not None:
        summary.write_bytes(
            orjson.dumps(summary_json(result.model, result.ended_ms), option=orjson.OPT_INDENT_2)
        )
    if result.failure:
        raise Refused(result.failure)


@app.command()
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
        speed=_decimal("--speed", speed),
        seed=seed,
        journal=journal,
        accounts=accounts,
        balance=_decimal("--balance", balance),
        control=control,
        limit_factor=limit_factor,
        symbols=tuple(symbols) if symbols else DEFAULT_SYMBOLS,
    )
    asyncio.run(serve(options, ready=_say_ready))


def _say_ready(url: str) -> None:
    sys.stdout.write(f"venue ready on {url}\n")
    sys.stdout.flush()


@app.command()
def check(config: ConfigFile = EXAMPLE) -> None:
    """Read config, keys, instruments and balance, and check every ladder; exit 0 if trading could start."""
    settings = load_config(config)
    _set_up_log(settings, quiet=True)
    check_channels(settings.notifications, os.environ, Console())
    options = _venue_options(settings, 0, None, None, "1", DEFAULT_SEED, None)
    venue = _start_venue(options) if settings.process.environment is Environment.SIMULATED else None
    try:
        make = exchanges_for(settings, venue.url if venue is not None else "", os.environ)
        passed = check_accounts(settings, make, Console())
    finally:
        if venue is not None:
            venue.stop()
    raise typer.Exit(0 if passed else 1)


@app.command("notify-test")
def send_tests(config: ConfigFile = EXAMPLE) -> None:
    """Send one message to every notification channel and say what came of it; exit 1 if one failed."""
    settings = load_config(config)
    _set_up_log(settings, quiet=True)
    raise typer.Exit(0 if notify_test(settings, os.environ, Console()) else 1)


AccountId = Annotated[int, typer.Argument(metavar="ACCOUNT", min=1, max=999, help="its number, such as 1")]
SymbolName = Annotated[str | None, typer.Argument(metavar="SYMBOL", help="such as SOLUSDT; all if left out")]


@app.command("stop")
def stop_account(
    account: AccountId,
    flatten: Annotated[bool, typer.Option("--flatten", help="close its positions, too")] = False,
    config: ConfigFile = EXAMPLE,
) -> None:
    """Stop an account, running or not: no entry leaves until `resume`; its take profits are followed."""
    settings = load_config(config)
    if flatten:
        _flatten(settings, account, None)
    else:
        commands.stop(settings, account, Console())


@app.command("flatten")
def flatten_account(account: AccountId, symbol: SymbolName = None, config: ConfigFile = EXAMPLE) -> None:
    """Close an account's positions, or those of a symbol (also one that the config lacks), and prove it."""
    _flatten(load_config(config), account, symbol)


@app.command("resume")
def resume_account(
    account: AccountId,
    symbol: SymbolName = None,
    side: Annotated[Side | None, typer.Argument(metavar="SIDE", help="LONG or SHORT")] = None,
    config: ConfigFile = EXAMPLE,
) -> None:
    """Let an account that was stopped go on, or a symbol or side that is paused."""
    commands.resume(load_config(config), account, symbol, side, Console())


def _flatten(settings: Config, account: int, symbol: str | None) -> None:
    def prepare(one: Account) -> Callable[[], bool]:
        if settings.process.environment is Environment.SIMULATED:
            raise ControlFailed("no process runs, and the local venue has ended with it: nothing to flatten")
        quiet = settings.process.model_copy(update={"metrics": MetricsSettings(enabled=False)})
        alone = settings.model_copy(update={"process": quiet, "accounts": (one,)})
        _set_up_log(settings, quiet=True)
        return partial(flattened, alone, exchanges_for(alone, "", os.environ), _FLATTEN_S, symbol)

    commands.flatten(settings, account, symbol, Console(), wait_s=_FLATTEN_S, prepare=prepare)


@app.command("simulate")
def simulate_seeds(
    seeds: Annotated[int, typer.Option(min=1, help="how many")] = 100,
    from_seed: Annotated[int, typer.Option(min=0, help="the first one")] = 0,
    hours: Annotated[str, typer.Option(help="simulated hours of each")] = "2",
    jobs: Annotated[int | None, typer.Option(min=1, help="processes; one for each core")] = None,
    trace: Annotated[Path | None, typer.Option(metavar="FILE", help="every event of a single seed")] = None,
) -> None:
    """Let the whole bot live through seeded months of faults in minutes; exit 1 on any violation."""
    length = _decimal("--hours", hours)
    if not Decimal("0.02") <= length <= 24 * 366:
        raise WrongArgument(f"--hours {hours!r}: write a number from 0.02 to 8784")
    _check_writable("--trace", trace)
    files = real_prices(Path(__file__).resolve().parent.parent / "shared" / "data")
    if trace is not None and seeds != 1:
        raise WrongArgument("--trace: writes the events of one seed: add --seeds 1")
    if trace is not None:
        clean = trace_one(from_seed, length, files=files, path=trace, console=Console())
    else:
        chosen = range(from_seed, from_seed + seeds)
        cores = jobs or os.cpu_count() or 1
        clean = run_campaign(chosen, length, jobs=cores, files=files, console=Console())
    raise typer.Exit(0 if clean else 1)


@app.command()
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


@app.command("soak")
def soak_hours(
    hours: Annotated[str, typer.Option(help="market hours, warm-up included")] = "24",
    speed: Annotated[str, typer.Option(help="how fast they pass; the bot's clock runs as always")] = "300",
    seed: Annotated[int, typer.Option(min=0, help="chooses prices and the venue's chance")] = DEFAULT_SEED,
    report: Annotated[Path | None, typer.Option(metavar="FILE", help="write the verdict as JSON")] = None,
) -> None:
    """Let the bot trade a market day in minutes; exit 1 if anything of it grew or went wrong."""
    length, pace = _decimal("--hours", hours), _decimal("--speed", speed)
    if not Decimal("0.1") <= length <= 24 * 366:
        raise WrongArgument(f"--hours {hours!r}: write a number from 0.1 to 8784")
    if not 1 <= pace <= 2000:
        raise WrongArgument(f"--speed {speed!r}: write a number from 1 to 2000")
    _check_writable("--report", report)
    plan = SoakPlan(hours=length, speed=pace, seed=seed)
    raise typer.Exit(0 if run_soak(plan, report, console=Console()) else 1)


def _venue_options(
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
        speed=_decimal("--speed", speed),
        seed=seed,
        journal=journal,
        accounts=max(account.id for account in settings.accounts),
        balance=max(account.simulated_usdt for account in settings.accounts),
        symbols=tuple(symbols),
    )


def _start_venue(options: VenueOptions) -> VenueProcess:
    venue = VenueProcess(to_arguments(options))
    logging.getLogger("sol_trader").info("local venue on %s", venue.url)
    for note in venue.notes:
        logging.getLogger("sol_trader").info("%s", note)
    return venue


def _set_up_log(settings: Config, *, quiet: bool) -> None:
    level = logging.ERROR if quiet else settings.process.log_level.value.upper()
    logging.basicConfig(
        level=logging.ERROR, format="%(asctime)s %(levelname)s %(message)s", stream=sys.stderr
    )
    logging.getLogger("sol_trader").setLevel(level)


def _spread_lists(arguments: list[str]) -> list[str]:
    """Let one option name take several values: ``--prices A B`` becomes ``--prices A --prices B``."""
    spread: list[str] = []
    name = ""
    for argument in arguments:
        if argument.startswith("-"):
            name = argument if argument in _LISTS else ""
        elif name and spread[-1] != name:
            spread.append(name)
        spread.append(argument)
    return spread


def main() -> None:
    """Exit codes: 0 done, 1 refused or failed, 2 wrong arguments or config."""
    try:
        app(args=_spread_lists(sys.argv[1:]), prog_name="main.py")
    except (ConfigError, OptionsError, PriceError, WrongArgument) as error:
        _leave(2, error)
    except VenueFailed as error:
        _leave(error.exit_code, error)
    except (Refused, ControlFailed) as error:
        _leave(1, error)


def _leave(code: int, error: Exception) -> None:
    sys.stderr.write(f"{error}\n")
    sys.exit(code)


if __name__ == "__main__":
    main()
