"""sol-trader's command line: run, stop, flatten, resume, health, status, balance, analyze, and more."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress
from pathlib import Path

if __name__ == "__main__" and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # while this imports, a Ctrl-C has nothing to end in order

import typer

from actors.commands import analysis, people, proof, reports, serving, trading
from actors.commands.arguments import Refused, WrongArgument
from actors.control.client import ControlFailed
from actors.venue_process import VenueFailed
from config import ConfigError
from exchange.venue.market import PriceError
from exchange.venue.server.journal import JournalFailed
from exchange.venue.server.options import OptionsError
from state.store.files import disk_trouble

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
    if signal.getsignal(signal.SIGINT) is signal.SIG_DFL:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        app(args=_spread_lists(sys.argv[1:]), prog_name="main.py")
    except (ConfigError, OptionsError, PriceError, WrongArgument) as error:
        _leave(2, error)
    except VenueFailed as error:
        _leave(error.exit_code, error)
    except (Refused, ControlFailed, JournalFailed) as error:
        _leave(1, error)
    except BrokenPipeError:  # who read the output has seen enough
        _forget_output()
        sys.exit(1)
    except OSError as error:
        if error.filename is None:  # it was met while writing to a stream
            _forget_output()
        _leave(1, disk_trouble(error, Path("the output")))


def _leave(code: int, error: Exception | str) -> None:
    sys.stderr.write(f"{error}\n")
    sys.exit(code)


def _forget_output() -> None:
    """What waits in the buffer can't be written: the interpreter would try again at its end, and complain."""
    with suppress(OSError):  # it may be no file
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    main()
