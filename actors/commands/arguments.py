"""What several commands take, how it is read, and how a command says no."""

from __future__ import annotations

import logging
import os
import re
import sys
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated

import orjson
import typer
from rich.console import Console

import config as settings_room
from config import Config
from state.store.files import disk_trouble

EXAMPLE = Path(settings_room.__file__).resolve().parent / "example.toml"
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, None: 1}

#: Columns where no terminal limits them.
_WIDE = 140

ConfigFile = Annotated[Path, typer.Option("--config", metavar="FILE", help="settings (TOML)")]
AsJson = Annotated[bool, typer.Option("--json", help="for programs; money as text")]


class Refused(Exception):
    """The command can't be carried out: its text says what, where and what to do."""


class WrongArgument(Exception):
    """An argument makes no sense: its text says which, why, and what would."""


def duration(name: str, text: str) -> float:
    """Seconds of a time such as 90s, 15m, 24h or 7d; without a unit they are seconds."""
    match = re.fullmatch(r"([0-9]{1,9}(?:\.[0-9]{1,9})?)(s|m|h|d)?", text.strip())
    if match is None:
        raise WrongArgument(f"{name} {text!r}: write a time such as 90s, 15m, 24h or 7d")
    return float(match[1]) * _UNITS[match[2]]


def decimal(name: str, text: str) -> Decimal:
    """A number as it is written."""
    try:
        return Decimal(text)
    except InvalidOperation:
        raise WrongArgument(f"{name} {text!r}: write a number such as 120") from None


def check_writable(name: str, path: Path | None) -> None:
    """Say before a long run, not after it, that its result can't be written; a new file is for its owner."""
    if path is None:
        return
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600))
    except OSError as error:
        raise WrongArgument(f"{name} {path}: can't be written: {error.strerror}") from None


def write_result(name: str, path: Path, payload: bytes) -> None:
    """Write what a long run has given. Raises Refused where the disk won't take it."""
    try:
        path.write_bytes(payload)
    except OSError as error:
        raise Refused(f"{name} {disk_trouble(error, path)}") from None


def set_up_log(settings: Config, *, quiet: bool) -> None:
    """Log lines on stderr, as severe as the config says; only errors where ``quiet``."""
    level = logging.ERROR if quiet else settings.process.log_level.value.upper()
    logging.basicConfig(
        level=logging.ERROR, format="%(asctime)s %(levelname)s %(message)s", stream=sys.stderr
    )
    logging.getLogger("sol_trader").setLevel(level)


def wide_console() -> Console:
    """The terminal, or, where a pipe or a file is written, something that cuts no table."""
    return Console(width=None if sys.stdout.isatty() else _WIDE)


def write_json(told: object) -> None:
    """One JSON document on stdout."""
    sys.stdout.buffer.write(orjson.dumps(told, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    sys.stdout.buffer.flush()
