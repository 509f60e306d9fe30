"""sol-trader's command line: run, stop, flatten, resume, health, status, balance, analyze, and more."""

from __future__ import annotations

import sys

import typer

from actors.commands import analysis, people, proof, reports, serving, trading
from actors.commands.arguments import Refused, WrongArgument
from actors.control.client import ControlFailed
from actors.venue_process import VenueFailed
from config import ConfigError
from exchange.venue.market import PriceError
from exchange.venue.server.options import OptionsError

COMMANDS = (
    trading.run,
    people.stop,
    people.flatten,
    people.resume,
    reports.health,
    reports.status,
    reports.balance,
    analysis.analyze,
    trading.check,
    people.notify_test,
    serving.venue,
    proof.simulate,
    proof.torture,
    proof.soak,
)
#: Options that take several values after one name, as shells expand them.
_LISTS = ("--prices", "--symbols")

app = typer.Typer(add_completion=False, no_args_is_help=True, help=__doc__, pretty_exceptions_enable=False)
for command in COMMANDS:
    app.command()(command)


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
