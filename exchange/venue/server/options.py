"""What a venue is started with, and how the command line says it."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from dataclasses import dataclass, fields
from decimal import Decimal, InvalidOperation
from pathlib import Path

from exchange.venue.market import DEFAULT_SEED, SCENARIOS

MANUAL = "manual"
"""The scenario in which prices move only by ``POST /control/price``."""

DEFAULT_SPEED = Decimal(120)
DEFAULT_SYMBOLS = ("SOLUSDT", "DOGEUSDT")
MOST_ACCOUNTS = 999


class OptionsError(ValueError):
    """Options that make no venue; ``str`` of it says which, why, and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VenueOptions:
    """How a venue runs. Raises OptionsError for values that make no sense.

    ``prices`` are files to replay (PATH or SYMBOL=PATH); without them ``scenario`` names what is generated
    (None: the default), or is "manual". ``speed`` is how fast prices are replayed; the clock runs as
    always. ``symbols`` are names, or NAME=PRICE for one that the venue doesn't know. ``limit_factor``
    multiplies every rate limit, for stress tests only. ``balance`` is each account's, in USDT, but for those
    that ``balances`` names, as 002=500. With ``end_with_input`` the venue stops when its standard input ends:
    it never outlives who started it.
    """

    port: int = 0
    prices: tuple[str, ...] = ()
    scenario: str | None = None
    speed: Decimal = DEFAULT_SPEED
    seed: int = DEFAULT_SEED
    journal: Path | None = None
    accounts: int = 3
    balance: Decimal = Decimal(10_000)
    balances: tuple[str, ...] = ()
    control: bool = False
    symbols: tuple[str, ...] = DEFAULT_SYMBOLS
    limit_factor: int = 1
    end_with_input: bool = False

    def __post_init__(self) -> None:
        problems = [
            (not 0 <= self.port <= 65_535, f"port {self.port}: give 0 (any free one) to 65535"),
            (not (self.speed.is_finite() and self.speed > 0), f"speed {self.speed}: give more than 0"),
            (self.seed < 0, f"seed {self.seed}: give 0 or more"),
            (not 1 <= self.accounts <= MOST_ACCOUNTS, f"accounts {self.accounts}: give 1 to {MOST_ACCOUNTS}"),
            (not (self.balance.is_finite() and self.balance >= 0), f"balance {self.balance}: give 0 or more"),
            *(
                (own is None, f"balances {text!r}: write an account and its USDT, such as 002=500")
                for text, own in ((text, _own_balance(text)) for text in self.balances)
            ),
            (not self.symbols, "symbols: give at least one"),
            (self.limit_factor < 1, f"limit-factor {self.limit_factor}: give 1 or more"),
            (
                bool(self.prices) and self.scenario is not None,
                f"both prices and scenario {self.scenario!r} given: leave one of them out",
            ),
            (
                self.scenario == MANUAL and not self.control,
                "scenario manual moves prices by control: give --control as well",
            ),
        ]
        found = [text for is_wrong, text in problems if is_wrong]
        if found:
            raise OptionsError("; ".join(found))

    def balance_of(self, account: str) -> Decimal:
        """The USDT that an account, as 002, begins with."""
        return dict(filter(None, map(_own_balance, self.balances))).get(account, self.balance)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the venue's options to a parser."""
    scenarios = ", ".join([*SCENARIOS, MANUAL])
    add = parser.add_argument
    add("--port", type=int, default=0, help="port on loopback (default: a free one)")
    add("--prices", nargs="+", default=[], metavar="FILE", help="parquet or CSV files to replay")
    add("--scenario", help=f"what to generate without files: {scenarios}")
    add("--speed", type=_decimal, default=DEFAULT_SPEED, help="how fast prices are replayed")
    add("--seed", type=int, default=DEFAULT_SEED, help="seed of prices and of the venue's chance")
    add("--journal", type=Path, metavar="FILE", help="write requests and private records here")
    add("--accounts", type=int, default=3, help="how many accounts: 001, 002, …")
    add("--balance", type=_decimal, default=Decimal(10_000), help="USDT of each account")
    add("--balances", nargs="+", default=[], metavar="002=500", help="USDT of these accounts instead")
    add("--symbols", nargs="+", default=[], metavar="SYMBOL", help="SOLUSDT, or NEWUSDT=0.5")
    add("--control", action="store_true", help="serve /control: prices and faults to order")
    add("--limit-factor", type=int, default=1, help="multiply rate limits (stress tests only)")
    add("--end-with-input", action="store_true", help="stop when standard input ends")


def options_from(arguments: argparse.Namespace) -> VenueOptions:
    """The options that parsed arguments stand for."""
    return VenueOptions(
        port=arguments.port,
        prices=tuple(arguments.prices),
        scenario=arguments.scenario,
        speed=arguments.speed,
        seed=arguments.seed,
        journal=arguments.journal,
        accounts=arguments.accounts,
        balance=arguments.balance,
        balances=tuple(arguments.balances),
        control=arguments.control,
        symbols=tuple(arguments.symbols) or DEFAULT_SYMBOLS,
        limit_factor=arguments.limit_factor,
        end_with_input=arguments.end_with_input,
    )


def to_arguments(options: VenueOptions) -> list[str]:
    """The command line that stands for ``options``, for who starts a venue as a process of its own."""
    arguments: list[str] = []
    for given in fields(options):
        value, flag = getattr(options, given.name), f"--{given.name.replace('_', '-')}"
        if value is True:
            arguments.append(flag)
        elif isinstance(value, tuple):
            arguments += [flag, *value] if value else []
        elif value is not None and value is not False:
            arguments.append(f"{flag}={value}")
    return arguments


def parse(argv: Sequence[str] | None = None) -> VenueOptions:
    """Read the command line; ends the program with exit code 2 and a usage line where it is wrong."""
    parser = argparse.ArgumentParser(
        prog="venue", description="A local Bybit v5 venue for USDT perpetuals, on loopback."
    )
    add_arguments(parser)
    arguments = parser.parse_args(argv)
    try:
        return options_from(arguments)
    except OptionsError as error:
        parser.error(str(error))


def _own_balance(text: str) -> tuple[str, Decimal] | None:
    told = re.fullmatch(r"([0-9]{3})=([0-9]{1,20}(?:\.[0-9]{1,8})?)", text, re.ASCII)
    return None if told is None else (told[1], Decimal(told[2]))


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number") from None
