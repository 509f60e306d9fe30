"""``health``, ``status``, ``balance`` and ``analyze``: what a person asks; nothing here changes anything."""

from __future__ import annotations

import sys
from contextlib import suppress
from functools import partial
from typing import Annotated

import orjson
import typer
from rich.console import Console

from actors.commands.arguments import EXAMPLE, ConfigFile, Refused, WrongArgument
from actors.control.client import NotRunning, socket_path
from actors.reports import status as live
from actors.reports.asking import ask_picture
from config import Config, load_config

_WIDE = 140
AsJson = Annotated[bool, typer.Option("--json", help="for programs; money as text")]


def status(
    config: ConfigFile = EXAMPLE,
    json: _WIDE = 140
AsJson = False,
    watch: Annotated[bool, typer.Option("--watch", help="again each second, until Ctrl-C")] = False,
) -> None:
    """Show the running bot as its terminal view does; exit 1 where none runs."""
    settings = load_config(config)
    console = wide_console()
    if watch and not json and not console.is_terminal:
        raise WrongArgument("--watch: draws on a terminal, and this is none; leave it out, or add --json")
    ask = partial(ask_picture, settings)
    try:
        with suppress(KeyboardInterrupt):
            if watch and json:
                live.watch_json(ask)
            elif watch:
                live.watch(ask, console)
            elif json:
                _write_json(live.as_json(ask()))
            else:
                live.show(ask(), console)
    except NotRunning:
        raise Refused(no_process(settings)) from None


def wide_console() -> Console:
    """The terminal, or, where a pipe or a file is written, something that cuts no table."""
    return Console(width=None if sys.stdout.isatty() else _WIDE)


def no_process(settings: Config) -> str:
    """What to say where nobody serves."""
    return f"no process runs with this config: nobody serves {socket_path(settings)}; start it with `run`"


def _write_json(told: object) -> None:
    sys.stdout.buffer.write(orjson.dumps(told, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    sys.stdout.buffer.flush()
