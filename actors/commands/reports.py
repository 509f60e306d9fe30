"""``health``, ``status`` and ``balance``: what a person asks; nothing here changes anything."""

from __future__ import annotations

import os
from contextlib import suppress
from functools import partial
from typing import Annotated

import typer

from actors.commands.arguments import (
    EXAMPLE,
    AsJson,
    ConfigFile,
    Refused,
    WrongArgument,
    set_up_log,
    wide_console,
    write_json,
)
from actors.control.client import NotRunning, socket_path
from actors.exchanges import exchanges_for
from actors.reports import balance as money
from actors.reports import status as live
from actors.reports.asking import ask_picture
from actors.reports.health import check as health_check
from actors.reports.health.findings import healthy
from config import Config, Environment, load_config


def health(
    config: ConfigFile = EXAMPLE,
    check_all: Annotated[bool, typer.Option("--check-all", help="a line for each check")] = False,
    json: AsJson = False,
) -> None:
    """The daily check of the running process and its files; exit 0 healthy, 1 not."""
    found = health_check.findings(load_config(config))
    if json:
        write_json(health_check.as_json(found))
    else:
        health_check.tell(found, wide_console(), every=check_all)
    raise typer.Exit(0 if healthy(found) else 1)


def status(
    config: ConfigFile = EXAMPLE,
    json: AsJson = False,
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
                write_json(live.as_json(ask()))
            else:
                live.show(ask(), console)
    except NotRunning:
        raise Refused(no_process(settings)) from None


def balance(config: ConfigFile = EXAMPLE, json: AsJson = False) -> None:
    """Show each account's money, from the running process or the exchange; exit 1 if one is unknown."""
    settings = load_config(config)
    try:
        found = money.from_picture(ask_picture(settings))
    except NotRunning:
        if settings.process.environment is Environment.SIMULATED:
            raise Refused(
                "no process runs, and the local venue has ended with it: there is no balance to show "
                "(`analyze` tells of past ones)"
            ) from None
        set_up_log(settings, quiet=True)
        found = money.from_exchange(settings, exchanges_for(settings, "", os.environ))
    if json:
        write_json(money.as_json(found))
    else:
        wide_console().print(money.table(found))
    troubles = [f"account {one.account:03d}: {one.trouble}" for one in found if one.trouble]
    if troubles:
        raise Refused("\n".join(troubles))


def no_process(settings: Config) -> str:
    """What to say where nobody serves."""
    path = socket_path(settings).absolute()
    return f"no process runs with this config: nobody serves {path}; start it with `run`"
