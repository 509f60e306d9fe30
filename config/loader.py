"""From a TOML file to a :class:`~config.schema.Config`, or one error with everything wrong in it."""

import tomllib
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from config.checks import (
    contradictions,
    guard_contradictions,
    notification_contradictions,
    repeated_names,
)
from config.guard import Guard
from config.notifications import Notifications
from config.problems import ConfigError, Problem, place_of, problems_of
from config.schema import Config, SymbolSettings

Table = TypeVar("Table", bound=BaseModel)
#: Bytes of a file: a thousand symbols with every setting fit twice over, and a device without end is none.
_LARGEST = 2 * 1024 * 1024


def load_config(path: Path) -> Config:
    """Read and check the file at ``path``.

    Raises ConfigError when it can't be read or anything in it is wrong.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(_LARGEST + 1)
        if len(raw) > _LARGEST:
            what = f"is larger than {_LARGEST // 1024} KiB: that is no config; name another with --config"
            raise ConfigError(str(path), [Problem(place="", what=what)])
        text = raw.decode("utf-8-sig")
    except FileNotFoundError:
        what = "no such file; copy config/example.toml and change it, or name another with --config"
        raise ConfigError(str(path), [Problem(place="", what=what)]) from None
    except UnicodeDecodeError as error:
        what = f"is not UTF-8 text (byte {error.start}); save it as UTF-8"
        raise ConfigError(str(path), [Problem(place="", what=what)]) from None
    except OSError as error:
        what = f"can't be read: {error.strerror or type(error).__name__}"
        raise ConfigError(str(path), [Problem(place="", what=what)]) from None
    return parse_config(text, source=str(path))


def parse_config(text: str, source: str = "configuration") -> Config:
    """Check a TOML text; ``source`` names it in errors. Raises ConfigError."""
    try:
        document = tomllib.loads(text, parse_float=_decimal)
    except (ValueError, RecursionError) as error:
        what = f"is not valid TOML: {error or 'nested too deeply'}"
        raise ConfigError(source, [Problem(place="", what=what)]) from None
    return check_document(document, source)


def check_document(document: Mapping[str, object], source: str = "configuration") -> Config:
    """Check a document of tables, lists, text, bool, int and Decimal. Raises ConfigError."""
    try:
        config, problems = Config.model_validate(document), []
    except ValidationError as error:
        config, problems = None, problems_of(error)
    problems += repeated_names(document)
    problems += _contradictions(document)
    if config is None or problems:
        raise ConfigError(source, problems)
    return config


def _decimal(text: str) -> Decimal:
    """TOML's number as written. What no Decimal can hold becomes NaN, which no setting accepts: so it
    is refused at its place."""
    try:
        return Decimal(text)
    except InvalidOperation:
        return Decimal("NaN")


def _contradictions(document: Mapping[str, object]) -> list[Problem]:
    """Contradictions in every table that is right by itself, whatever is wrong elsewhere."""
    problems = []
    notifications = _valid(Notifications, document.get("notifications", {}))
    if notifications is not None:
        for key, what in notification_contradictions(notifications):
            problems.append(Problem(place=f"notifications.{key}", what=what))
    for place, table in _accounts(document):
        guard = _valid(Guard, table.get("guard", {}))
        if guard is not None:
            for key, what in guard_contradictions(guard):
                problems.append(Problem(place=f"{place_of((*place, 'guard'))}.{key}", what=what))
        symbols = table.get("symbols")
        for index, raw in enumerate(symbols if isinstance(symbols, list) else []):
            settings = _valid(SymbolSettings, raw)
            if settings is not None:
                for key, what in contradictions(settings):
                    problems.append(Problem(place=place_of((*place, "symbols", index, key)), what=what))
    return problems


def _accounts(document: Mapping[str, object]) -> Iterator[tuple[tuple[int | str, ...], Mapping[str, object]]]:
    accounts = document.get("accounts")
    for index, table in enumerate(accounts if isinstance(accounts, list) else []):
        if isinstance(table, dict):
            yield ("accounts", index), table


def _valid(kind: type[Table], raw: object) -> Table | None:
    try:
        return kind.model_validate(raw)
    except ValidationError:
        return None
